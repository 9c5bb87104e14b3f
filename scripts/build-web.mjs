// Bundles web/ into a folder that is served as it is: index.html, app.js and its parts, app.css, icon.svg. Everything the
// page needs is in there: it never loads from another host, and holds no inline script or style.
// Usage: node scripts/build-web.mjs [outdir]   (default build/web)

import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../', import.meta.url));
const web = join(root, 'web');
const out = resolve(process.argv[2] ?? join(root, 'build', 'web'));

// What an earlier build made of other names would be served for ever.
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await build({
  entryPoints: [join(web, 'app.tsx'), join(web, 'app.css')],
  outdir: out,
  bundle: true,
  minify: true,
  format: 'esm',
  // Views that are not the first thing to see come when they are looked at.
  splitting: true,
  chunkNames: 'part-[hash]',
  charset: 'utf8',
  target: ['chrome111', 'firefox113', 'safari16.4'],
  tsconfig: join(web, 'tsconfig.json'),
  legalComments: 'inline',
  logLevel: 'warning',
});
await Promise.all(['index.html', 'icon.svg'].map((name) => copyFile(join(web, name), join(out, name))));
