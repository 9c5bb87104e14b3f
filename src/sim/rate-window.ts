// A limit of so many events in a sliding window, as exchanges enforce them. Told the time; reads no clock.

import { type Micros, US_PER_MS } from '../core/time.js';

export class RateWindow {
  readonly #count: number;
  readonly #windowUs: number;
  #takenUs: number[] = [];

  constructor(count: number, windowMs: number) {
    this.#count = count;
    this.#windowUs = windowMs * US_PER_MS;
  }

  /** Takes one; false when the window already holds `count` of them (this one is not taken then). */
  take(nowUs: Micros): boolean {
    this.#takenUs = this.#takenUs.filter((takenUs) => nowUs - takenUs < this.#windowUs);
    if (this.#takenUs.length >= this.#count) return false;
    this.#takenUs.push(nowUs);
    return true;
  }
}
