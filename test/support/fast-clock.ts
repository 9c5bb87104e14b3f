// A clock that runs faster than the machine's: timers of minutes fire in moments, sockets stay real.

import { createRealClock } from '../../src/clock.js';
import type { Clock } from '../../src/core/time.js';

export interface FastClock extends Clock {
  /** Timers set and neither fired nor cancelled. */
  pending(): number;
}

export function createFastClock(speed: number): FastClock {
  const real = createRealClock();
  const startUs = real.nowUs();
  let pending = 0;
  return {
    nowUs: () => Math.round(startUs + (real.nowUs() - startUs) * speed),
    after(delayMs, run) {
      pending += 1;
      let done = false;
      const end = () => {
        if (!done) pending -= 1;
        done = true;
      };
      const cancel = real.after(delayMs / speed, () => {
        end();
        run();
      });
      return () => {
        end();
        cancel();
      };
    },
    every(periodMs, run) {
      pending += 1;
      const cancel = real.every(periodMs / speed, run);
      let done = false;
      return () => {
        if (!done) pending -= 1;
        done = true;
        cancel();
      };
    },
    pending: () => pending,
  };
}
