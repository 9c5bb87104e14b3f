// `npm run demo`, `npm start`: readies a fresh clone, then becomes the program itself (no second process).

import { built, installed, root } from './ready.mjs';

installed();
built();
// npm does not hand a signal on: when it is gone, nobody could stop this any more.
if (process.env.npm_lifecycle_event !== undefined) {
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && process.kill(process.pid, 'SIGTERM'), 500).unref();
}
await import(new URL('build/src/main.js', `file://${root}`).href);
