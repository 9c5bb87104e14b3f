// `npm run bench -- NAME [options]`: readies the clone, then runs one measurement of bench/ against the build.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { built, installed, root } from './ready.mjs';

const [name = ''] = process.argv.slice(2);
const folder = join(root, 'bench');
const program = join(folder, `${name}.mjs`);
if (!/^[a-z-]+$/.test(name) || !existsSync(program)) {
  const help = readdirSync(folder).filter((file) =>
    ['dashboard.mjs', 'growth.mjs', 'memory.mjs'].includes(file),
  );
  console.error(`error: expected a measurement: ${help.map((file) => file.replace('.mjs', '')).join(', ')}`);
  process.exit(2);
}
installed();
if (process.env['BENCH_BUILD'] === undefined) built();
await import(new URL(`bench/${name}.mjs`, `file://${root}`).href);
