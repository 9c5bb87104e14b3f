// Given to a program by --import: how long its main thread did not come round to anything. A message over the channel of its
// parent asks: the greatest delay since the last question, milliseconds.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

/** Of the timer that is watched: a delay is what comes on top. */
const RESOLUTION_MS = 1;

if (isMainThread && process.send !== undefined) {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  process.on('message', () => {
    process.send({ stallMs: Math.max(0, delays.max / 1e6 - RESOLUTION_MS) });
    delays.reset();
  });
  // Nobody waits for it at the end.
  process.channel.unref();
}
