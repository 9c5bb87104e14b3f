// Rows of a chart as they come, in arrays that grow up to a bound. Holds them and no more.

import type { Micros } from '../core/time.js';
import type { ChartColumns } from './downsample-slots.js';
import { grown } from './spread.js';

const FIRST_ROWS = 256;

export class ChartRows {
  readonly #rowsMax: number;
  #length = 0;
  #stampUs = new Float64Array(FIRST_ROWS);
  #spread = new Float64Array(FIRST_ROWS);
  #upper = new Float64Array(FIRST_ROWS);
  #lower = new Float64Array(FIRST_ROWS);

  constructor(rowsMax: number) {
    this.#rowsMax = rowsMax;
  }

  push(stampUs: Micros, spread: number, upper: number, lower: number): void {
    const row = this.#length;
    if (row === this.#stampUs.length) this.#grow();
    this.#stampUs[row] = stampUs;
    this.#spread[row] = spread;
    this.#upper[row] = upper;
    this.#lower[row] = lower;
    this.#length = row + 1;
  }

  spread(row: number): number {
    return this.#spread[row]!;
  }

  setBands(row: number, upper: number, lower: number): void {
    this.#upper[row] = upper;
    this.#lower[row] = lower;
  }

  /** A copy. */
  columns(): ChartColumns {
    const length = this.#length;
    return {
      length,
      timestampsUs: this.#stampUs.slice(0, length),
      spreads: this.#spread.slice(0, length),
      upperBand: this.#upper.slice(0, length),
      lowerBand: this.#lower.slice(0, length),
    };
  }

  /** Lets go of the rows and of their room. */
  clear(): void {
    this.#length = 0;
    this.#stampUs = this.#spread = this.#upper = this.#lower = new Float64Array(FIRST_ROWS);
  }

  #grow(): void {
    const length = this.#length;
    const capacity = Math.min(this.#rowsMax, length * 2);
    this.#stampUs = grown(this.#stampUs, length, capacity);
    this.#spread = grown(this.#spread, length, capacity);
    this.#upper = grown(this.#upper, length, capacity);
    this.#lower = grown(this.#lower, length, capacity);
  }
}
