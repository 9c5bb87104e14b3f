// `npm run fuzz [-- --frames N] [--seed S] [--adapters A,B]`: damaged frames for the decoder of every adapter.

import { randomInt } from 'node:crypto';
import { built, installed } from './ready.mjs';

installed();
built();
const { runFuzz } = await import('../build/test/exchanges/fuzz-command.js');
process.exitCode = runFuzz(process.argv.slice(2), {
  write: (line) => console.log(line),
  nowMs: () => performance.now(),
  freshSeed: () => randomInt(2 ** 31),
});
