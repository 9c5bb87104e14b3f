// A clock that stands until it is told to go on: timers fire in their order, at exactly their time.

import { type Clock, US_PER_MS } from '../../src/core/time.js';

export interface HandClock extends Clock {
  advance(ms: number): void;
  /** Timers set and neither fired nor cancelled. */
  pending(): number;
}

interface Timer {
  atUs: number;
  readonly periodUs: number | null;
  readonly run: () => void;
}

export function createHandClock(startUs: number): HandClock {
  let nowUs = startUs;
  const timers = new Set<Timer>();
  const add = (delayMs: number, periodUs: number | null, run: () => void) => {
    const timer = { atUs: nowUs + delayMs * US_PER_MS, periodUs, run };
    timers.add(timer);
    return () => void timers.delete(timer);
  };
  return {
    nowUs: () => nowUs,
    after: (delayMs, run) => add(delayMs, null, run),
    every: (periodMs, run) => add(periodMs, periodMs * US_PER_MS, run),
    advance(ms) {
      const endUs = nowUs + ms * US_PER_MS;
      for (;;) {
        const [next] = [...timers].filter(({ atUs }) => atUs <= endUs).sort((a, b) => a.atUs - b.atUs);
        if (next === undefined) break;
        nowUs = next.atUs;
        if (next.periodUs === null) timers.delete(next);
        else next.atUs += next.periodUs;
        next.run();
      }
      nowUs = endUs;
    },
    pending: () => timers.size,
  };
}
