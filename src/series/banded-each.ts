// Rows with their bands, each handed on as it comes: for those who need the bands of every row, and keep few rows. A row
// without a spread has none. Holds the bands' window alone.

import type { Micros } from '../core/time.js';
import type { RowSink } from './banded-rows.js';
import { RollingBands } from './bands.js';

export type TakeBanded = (stampUs: Micros, spread: number, upper: number, lower: number) => void;

export class BandedEach implements RowSink {
  readonly #bands = new RollingBands();
  readonly #take: TakeBanded;

  constructor(take: TakeBanded) {
    this.#take = take;
  }

  warm(spread: number): void {
    this.#bands.push(spread);
  }

  pushRows(stampsUs: Float64Array, spreads: Float64Array, from: number, to: number): void {
    const bands = this.#bands;
    for (let row = from; row < to; row += 1) {
      const spread = spreads[row]!;
      bands.push(spread);
      if (Number.isNaN(spread)) this.#take(stampsUs[row]!, spread, Number.NaN, Number.NaN);
      else this.#take(stampsUs[row]!, spread, bands.upper, bands.lower);
    }
  }
}
