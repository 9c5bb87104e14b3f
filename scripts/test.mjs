// Runs the compiled tests with node's own runner and ends with the plain line `N passed, N failed, N skipped`.
// Arguments: parts of file names to run (all when none). It never passes when no test ran.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const root = new URL('../build/test/', import.meta.url).pathname;
const wanted = process.argv.slice(2);
const files = readdirSync(root, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.test.js'))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort()
  .map((name) => join(root, name));

let passed = 0;
let failed = 0;
let skipped = 0;
const count = (kind, data) => {
  if (data.details?.type === 'suite') return;
  if (data.skip !== undefined || data.todo !== undefined) skipped += 1;
  else if (kind === 'pass') passed += 1;
  else failed += 1;
};

const stream = run({ files, concurrency: 2, timeout: 600_000 });
stream.on('test:pass', (data) => count('pass', data));
stream.on('test:fail', (data) => count('fail', data));
stream.compose(new spec()).pipe(process.stdout, { end: false });
stream.on('end', () => {
  // The reporter writes its summary in the same turn; the plain line must be the last one.
  setImmediate(() => {
    console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
    process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
  });
});
