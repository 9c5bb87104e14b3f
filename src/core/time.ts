// Time, as everything here speaks of it. Pure: reads no clock (the real one is built in clock.ts).
// In memory time is whole microseconds; milliseconds and seconds exist only at the edges.

/** Microseconds since the Unix epoch, UTC; an integer in a float64 (exact until the year 2255). */
export type Micros = number;

export const US_PER_MS = 1_000;
export const US_PER_SECOND = 1_000_000;
export const US_PER_MINUTE = 60 * US_PER_SECOND;
export const US_PER_HOUR = 60 * US_PER_MINUTE;
export const US_PER_DAY = 24 * US_PER_HOUR;

/** Stops what it was returned for; calling it again does nothing. */
export type Cancel = () => void;

/** Where time comes from: the real clock, or a virtual one in tests and replay. */
export interface Clock {
  /** UTC now, from a monotonic source: never steps back. */
  nowUs(): Micros;
  /** By how much it was moved against an even clock since its start, µs. Absent: never. */
  slewedUs?(): number;
  /** Calls `run` once, `delayMs` from now. */
  after(delayMs: number, run: () => void): Cancel;
  /** Calls `run` every `periodMs`, until cancelled. */
  every(periodMs: number, run: () => void): Cancel;
}

/** Epoch seconds, or seconds: a float64 tells microseconds of our century apart. */
export function secondsOf(us: Micros): number {
  return us / US_PER_SECOND;
}

/** Start of the UTC hour that holds `us`. */
export function hourStartUs(us: Micros): Micros {
  return us - mod(us, US_PER_HOUR);
}

/** Start of the UTC day that holds `us`. */
export function dayStartUs(us: Micros): Micros {
  return us - mod(us, US_PER_DAY);
}

/** `2026-11-22T20:03:01.123456Z`: ISO 8601, UTC, always six decimals. */
export function isoMicros(us: Micros): string {
  const iso = new Date(Math.floor(us / US_PER_MS)).toISOString();
  return `${iso.slice(0, 23)}${String(mod(us, US_PER_MS)).padStart(3, '0')}Z`;
}

/** `2026-11-22`: the UTC date of `us`. */
export function isoDate(us: Micros): string {
  return new Date(Math.floor(us / US_PER_MS)).toISOString().slice(0, 10);
}

/** The UTC hour of the day, two digits: `00` to `23`. */
export function hourOfDay(us: Micros): string {
  return String(Math.floor(mod(us, US_PER_DAY) / US_PER_HOUR)).padStart(2, '0');
}

function mod(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
