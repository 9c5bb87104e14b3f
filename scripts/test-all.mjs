// `npm test`: readies a fresh clone, the test oracles included, and runs every test (or those named).

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { built, installed, root } from './ready.mjs';

installed();
const oracle = join(root, 'test', 'oracle');
if (existsSync(join(oracle, 'package-lock.json'))) installed(oracle);
built();
await import('./test.mjs');
