// Given to a program by --import: a wall clock that is ahead by SOAK_AHEAD_MS, so that an hour ends while somebody looks, and
// the memory that is left after the garbage has gone, told to the parent that asks. Changes nothing else.

import { isMainThread } from 'node:worker_threads';

const aheadMs = Number(process.env['SOAK_AHEAD_MS'] ?? 0);
const wallMs = Date.now.bind(Date);
Date.now = () => wallMs() + aheadMs;

if (isMainThread && process.send !== undefined) {
  process.on('message', () => {
    for (let time = 0; time < 3; time += 1) globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    process.send?.({ heapUsed, external });
  });
  // Nobody waits for it at the end.
  process.channel?.unref();
}
