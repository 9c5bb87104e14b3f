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
  /** What a clock of another thread follows this one by; absent = none can. */
  readonly face?: ClockFace;
  /** Wall clock minus ours, at the last look; far from 0 only while a step is being absorbed. */
  offsetMs(): number;
  /** Looks at the wall clock and sets the slew. Runs by itself every second. */
  correct(): void;
  close(): void;
}

/** Anchor, anchored time and rate, with a count of their changes; in shared memory. */
export interface ClockFace {
  readonly numbers: SharedArrayBuffer;
  readonly changes: SharedArrayBuffer;
}

/** Every thread counts its milliseconds from its own start: this much lies between that and the machine's counter. */
const THREAD_STARTED_MS = startedMs();

const machine: MachineTime = {
  monotonicMs: () => THREAD_STARTED_MS + performance.now(),
  wallMs: () => Date.now(),
};

export function createRealClock(time: MachineTime = machine): RealClock {
  const face: ClockFace = {
    numbers: new SharedArrayBuffer(FACE_NUMBERS * 8),
    changes: new SharedArrayBuffer(4),
  };
  const show = faceWriter(face);
  let baseMonotonicMs = time.monotonicMs();
  let baseUs = time.wallMs() * 1_000;
  let rate = 1;
  let offsetUs = 0;
  const slewedUs = slewFrom(baseUs, baseMonotonicMs, time);

  const nowUs = (): number => Math.round(baseUs + (time.monotonicMs() - baseMonotonicMs) * 1_000 * rate);

  const correct = (): void => {
    const monotonicMs = time.monotonicMs();
    baseUs += (monotonicMs - baseMonotonicMs) * 1_000 * rate;
    baseMonotonicMs = monotonicMs;
    offsetUs = time.wallMs() * 1_000 - baseUs;
    const wanted = Math.abs(offsetUs) < TOLERANCE_US ? 0 : offsetUs / (CORRECTION_PERIOD_MS * 1_000);
    rate = 1 + Math.max(-SLEW_MAX, Math.min(SLEW_MAX, wanted));
    show(baseMonotonicMs, baseUs, rate);
  };
  show(baseMonotonicMs, baseUs, rate);

  const corrector = setInterval(correct, CORRECTION_PERIOD_MS);
  corrector.unref();

  return {
    face,
    nowUs,
    slewedUs: () => slewedUs(nowUs()),
    ...timers,
    offsetMs: () => offsetUs / 1_000,
    correct,
    close: () => clearInterval(corrector),
  };
}

const timers: Pick<Clock, 'after' | 'every'> = {
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
  every(periodMs, run) {
    const timer = setInterval(run, periodMs);
    return () => clearInterval(timer);
  },
};

/**
 * The clock of another thread, here: the same time to within the microseconds that the threads' counters can be compared
 * to, slewed with it, and never going back.
 */
export function createFollowingClock({ numbers, changes }: ClockFace, time: MachineTime = machine): Clock {
  const shown = new Float64Array(numbers);
  const count = new Int32Array(changes);
  let seen = -1;
  let baseMonotonicMs = 0;
  let baseUs = 0;
  let rate = 1;
  let lastUs = 0;
  const look = (): void => {
    for (;;) {
      const before = Atomics.load(count, 0);
      [baseMonotonicMs = 0, baseUs = 0, rate = 1] = shown;
      // Odd: it is being written now.
      if (before % 2 !== 0 || Atomics.load(count, 0) !== before) continue;
      seen = before;
      return;
    }
  };
  const nowUs = (): number => {
    if (Atomics.load(count, 0) !== seen) look();
    const us = Math.round(baseUs + (time.monotonicMs() - baseMonotonicMs) * 1_000 * rate);
    // The rate may have changed since what was told last.
    lastUs = Math.max(lastUs, us);
    return lastUs;
  };
  const slewedUs = slewFrom(nowUs(), time.monotonicMs(), time);
  return { nowUs, slewedUs: () => slewedUs(nowUs()), ...timers };
}

/** How far a clock that began so has come from one that only counts on. */
function slewFrom(startUs: number, startMs: number, time: MachineTime): (nowUs: number) => number {
  return (nowUs) => nowUs - startUs - (time.monotonicMs() - startMs) * 1_000;
}

const FACE_NUMBERS = 3;

function faceWriter({ numbers, changes }: ClockFace): (...shown: number[]) => void {
  const shown = new Float64Array(numbers);
  const count = new Int32Array(changes);
  return (...values) => {
    Atomics.add(count, 0, 1);
    shown.set(values);
    Atomics.add(count, 0, 1);
  };
}

/** The least of some tries: what comes between the two readings only ever makes it greater. */
function startedMs(): number {
  let least = Number.POSITIVE_INFINITY;
  for (let time = 0; time < 100; time++) {
    const ownMs = performance.now();
    const [seconds, nanoseconds] = process.hrtime();
    least = Math.min(least, seconds * 1_000 + nanoseconds / 1e6 - ownMs);
  }
  return least;
}
