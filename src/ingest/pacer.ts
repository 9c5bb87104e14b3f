// Spaces out actions of one kind (opening connections to one exchange, say), so that a restart of
// everything at once stays within what the exchange allows.

import type { Clock } from '../core/time.js';

export interface Pacer {
  /** Milliseconds until the caller's turn; the turn is taken by asking. */
  takeTurn(): number;
  /** Nobody's turn comes before this many milliseconds have passed (the exchange asked for a pause). */
  pause(delayMs: number): void;
}

export function createPacer(intervalMs: number, clock: Clock): Pacer {
  let nextUs = 0;
  return {
    takeTurn() {
      const nowUs = clock.nowUs();
      const turnUs = Math.max(nowUs, nextUs);
      nextUs = turnUs + intervalMs * 1_000;
      return (turnUs - nowUs) / 1_000;
    },
    pause(delayMs) {
      nextUs = Math.max(nextUs, clock.nowUs() + delayMs * 1_000);
    },
  };
}
