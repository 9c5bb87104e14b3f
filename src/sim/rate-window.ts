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

  /** Takes one, or as many as it weighs; false when the window has no room for it (it is not taken then). */
  take(nowUs: Micros, weight = 1): boolean {
    this.#takenUs = this.#takenUs.filter((takenUs) => nowUs - takenUs < this.#windowUs);
    if (this.#takenUs.length + weight > this.#count) return false;
    for (let n = 0; n < weight; n += 1) this.#takenUs.push(nowUs);
    return true;
  }
}
