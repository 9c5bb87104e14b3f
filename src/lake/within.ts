// Waiting that has an end: for what hangs in a call of the system there is no other.

import type { Clock } from '../core/time.js';

/** Resolves with the promise, or after the time, whichever is first. */
export function within(clock: Clock, ms: number, promise: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, resolve);
    void promise.then(() => {
      cancel();
      resolve();
    });
  });
}
