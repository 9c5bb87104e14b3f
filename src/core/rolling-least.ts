// The least of what came in the last five to ten minutes, in two stretches of time: what clocks and places are apart, when what is measured
// is how long something was under way. Asks no clock.

import { type Micros, US_PER_MINUTE } from './time.js';

/** It is learned anew within this: clocks drift. */
const STRETCH_US = 5 * US_PER_MINUTE;

export class RollingLeast {
  #before = Number.POSITIVE_INFINITY;
  #now = Number.POSITIVE_INFINITY;
  #fromUs: Micros = Number.NEGATIVE_INFINITY;

  /** Takes the value in; by how much it is over the least. */
  over(value: number, nowUs: Micros): number {
    if (nowUs - this.#fromUs >= STRETCH_US) {
      this.#before = this.#now;
      this.#now = Number.POSITIVE_INFINITY;
      this.#fromUs = nowUs;
    }
    this.#now = Math.min(this.#now, value);
    return value - this.least;
  }

  inherit(other: RollingLeast): void {
    this.#before = Math.min(this.#before, other.#before);
    this.#now = Math.min(this.#now, other.#now);
    this.#fromUs = Math.max(this.#fromUs, other.#fromUs);
  }

  /** Infinity before the first. */
  get least(): number {
    return Math.min(this.#before, this.#now);
  }
}
