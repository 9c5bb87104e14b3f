// How long to wait before trying again: doubling, capped, with full jitter so that many connections that
// fell together do not come back together. Pure but for the randomness it is given.

export interface Backoff {
  /** The next delay, ms: between half and all of the current step, never under `atLeastMs`. */
  next(atLeastMs?: number): number;
  /** Call when things went well: the next delay is the shortest again. */
  reset(): void;
}

export function createBackoff(delayMsMin: number, delayMsMax: number, random: () => number): Backoff {
  let stepMs = delayMsMin;
  return {
    next(atLeastMs = 0) {
      const delayMs = stepMs * (0.5 + random() / 2);
      stepMs = Math.min(stepMs * 2, delayMsMax);
      return Math.max(delayMs, atLeastMs);
    },
    reset() {
      stepMs = delayMsMin;
    },
  };
}
