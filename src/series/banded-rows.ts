// Spreads in, the same rows with their bands out, a portion at a time: for charts of which every row is wanted. Holds
// one portion; what becomes of it is the caller's.

import { RollingBands } from './bands.js';
import type { ChartColumns } from './downsample-slots.js';
import { grown } from './spread.js';

/** Where the rows of a chart go, ascending: first those that only bands rest on. */
export interface RowSink {
  /** A row of before the chart. */
  warm(spread: number): void;
  /** Rows [from, to). */
  pushRows(stampsUs: Float64Array, spreads: Float64Array, from: number, to: number): void;
}

const FIRST_ROWS = 256;

/** The portion so far, in columns with more room than `length`. */
export class BandedRows implements RowSink, ChartColumns {
  length = 0;
  timestampsUs = new Float64Array(FIRST_ROWS);
  spreads = new Float64Array(FIRST_ROWS);
  upperBand = new Float64Array(FIRST_ROWS);
  lowerBand = new Float64Array(FIRST_ROWS);
  /** Set to false where they are not looked at: they then hold nothing. */
  hasBands: boolean;
  readonly #everyHole: boolean;
  readonly #rolling = new RollingBands();

  /** With `everyHole`, a row without a spread has no bands. */
  constructor(everyHole: boolean, hasBands = true) {
    this.#everyHole = everyHole;
    this.hasBands = hasBands;
  }

  warm(spread: number): void {
    if (this.hasBands) this.#rolling.push(spread);
  }

  pushRows(stampsUs: Float64Array, spreads: Float64Array, from: number, to: number): void {
    this.#reserve(to - from);
    this.timestampsUs.set(stampsUs.subarray(from, to), this.length);
    this.spreads.set(spreads.subarray(from, to), this.length);
    if (this.hasBands) this.#band(to - from);
    this.length += to - from;
  }

  /** The next portion begins; bands go on. */
  clear(): void {
    this.length = 0;
  }

  #band(rows: number): void {
    const bands = this.#rolling;
    for (let row = this.length; row < this.length + rows; row += 1) {
      const spread = this.spreads[row]!;
      bands.push(spread);
      const isBare = this.#everyHole && Number.isNaN(spread);
      this.upperBand[row] = isBare ? Number.NaN : bands.upper;
      this.lowerBand[row] = isBare ? Number.NaN : bands.lower;
    }
  }

  #reserve(rows: number): void {
    const needed = this.length + rows;
    if (needed <= this.spreads.length) return;
    const capacity = Math.max(needed, this.spreads.length * 2);
    for (const name of COLUMNS) this[name] = grown(this[name], this.length, capacity);
  }
}

const COLUMNS = ['timestampsUs', 'spreads', 'upperBand', 'lowerBand'] as const;
