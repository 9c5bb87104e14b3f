// The real clock: the only file that may read the machine's time or set timers.
// Monotonic, anchored to UTC at start, then slewed towards the wall clock and never stepped, so that
// an NTP correction or a user setting the time cannot reorder quotes.

import type { Clock } from './core/time.js';

const CORRECTION_PERIOD_MS = 1_000;
/** Fastest slew: 100 ms a second, so a step of the wall clock by 1 s is absorbed in 10 s. */
const SLEW_MAX = 0.1;
/** An error of less than this is left alone: Date.now() itself only has milliseconds. */
const TOLERANCE_US = 2_000;

/** What this thread's loop has spent on anything but waiting since its start, µs. */
export const loopActiveUs = (): number => performance.eventLoopUtilization().active * 1_000;

/** The machine's randomness, for jitter; everything that must be repeatable takes a seeded one instead. */
export const machineRandom = (): number => Math.random();

export interface MachineTime {
  /** Milliseconds, never going back, any origin. */
  monotonicMs(): number;
  /** UTC, milliseconds; may step. */
  wallMs(): number;
}

export interface RealClock extends Clock {
  /** Wall clock minus ours, at the last look; far from 0 only while a step is being absorbed. */
  offsetMs(): number;
  /** Looks at the wall clock and sets the slew. Runs by itself every second. */
  correct(): void;
  close(): void;
}

const machine: MachineTime = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };

export function createRealClock(time: MachineTime = machine): RealClock {
  let baseMonotonicMs = time.monotonicMs();
  let baseUs = time.wallMs() * 1_000;
  let rate = 1;
  let offsetUs = 0;

  const nowUs = (): number => Math.round(baseUs + (time.monotonicMs() - baseMonotonicMs) * 1_000 * rate);

  const correct = (): void => {
    const monotonicMs = time.monotonicMs();
    baseUs += (monotonicMs - baseMonotonicMs) * 1_000 * rate;
    baseMonotonicMs = monotonicMs;
    offsetUs = time.wallMs() * 1_000 - baseUs;
    const wanted = Math.abs(offsetUs) < TOLERANCE_US ? 0 : offsetUs / (CORRECTION_PERIOD_MS * 1_000);
    rate = 1 + Math.max(-SLEW_MAX, Math.min(SLEW_MAX, wanted));
  };

  const corrector = setInterval(correct, CORRECTION_PERIOD_MS);
  corrector.unref();

  return {
    nowUs,
    after(delayMs, run) {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
    every(periodMs, run) {
      const timer = setInterval(run, periodMs);
      return () => clearInterval(timer);
    },
    offsetMs: () => offsetUs / 1_000,
    correct,
    close: () => clearInterval(corrector),
  };
}
