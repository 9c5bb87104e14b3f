// `npm run identity [-- --seeds N] [--seed S] [--hours H]`: the labelled set of listings, with simulated prices, through the judge of
// identity. Exit code 1 where precision, recall or the known-bad list miss what is asked.

import { randomInt } from 'node:crypto';
import { built, installed } from './ready.mjs';

installed();
built();
const { runIdentityCommand } = await import('../build/test/quality/identity-command.js');
process.exitCode = runIdentityCommand(process.argv.slice(2), {
  write: (line) => console.log(line),
  nowMs: () => performance.now(),
  freshSeed: () => randomInt(2 ** 31),
});
