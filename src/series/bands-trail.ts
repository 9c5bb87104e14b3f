// Bands for a few rows of many: the newest spreads are kept, and the two quantiles of a row are picked out of the
// window that ends with it when somebody wants them. Equal to RollingBands at every row, which costs all of them.

import { assert } from '../core/assert.js';
import { BandRanks, type BandsOptions, DEFAULT_BANDS, nearestRank } from './bands.js';
import { grown } from './spread.js';

/** Rows that may be asked for, beside the windows of the oldest of them: 4 MB, taken as they are needed. */
const TRAIL_ROWS = 524_288;
const FIRST_ROWS = 16_384;

export class BandsTrail {
  /** Of the row last asked for; NaN where its window has no sample. */
  upper = Number.NaN;
  lower = Number.NaN;
  readonly #options: BandsOptions;
  #spreads: Float64Array;
  readonly #rowsMax: number;
  #length = 0;
  /** Rows that are forgotten. */
  #dropped = 0;
  /** The newest row whose spread is no sample. */
  #lastMissingRow = -1;
  readonly #ranks: BandRanks;
  /** The greatest of a window, descending, and the least, ascending. */
  readonly #greatest: Float64Array;
  readonly #least: Float64Array;

  constructor(options: BandsOptions = DEFAULT_BANDS) {
    const { windowRows, upperQuantile, lowerQuantile } = options;
    this.#options = options;
    this.#ranks = new BandRanks(options);
    this.#rowsMax = windowRows + TRAIL_ROWS;
    this.#spreads = new Float64Array(windowRows + FIRST_ROWS);
    this.#greatest = new Float64Array(windowRows - nearestRank(windowRows, upperQuantile) + 2);
    this.#least = new Float64Array(nearestRank(windowRows, lowerQuantile) + 3);
  }

  /** Rows pushed so far: the next one has this number. */
  get rows(): number {
    return this.#dropped + this.#length;
  }

  /** Before the next row is pushed, `forget` must be called, and before that what is still wanted must be asked for. */
  get isFull(): boolean {
    return this.#length === this.#rowsMax;
  }

  /** Only rows to come can be asked for after this. */
  forget(): void {
    const kept = this.#options.windowRows - 1;
    const gone = this.#length - kept;
    if (gone <= 0) return;
    this.#spreads.copyWithin(0, gone, this.#length);
    this.#length = kept;
    this.#dropped += gone;
  }

  /** Rows that can be pushed before it is full. */
  get room(): number {
    return this.#rowsMax - this.#length;
  }

  push(spread: number): void {
    this.#reserve(1);
    if (!Number.isFinite(spread)) this.#lastMissingRow = this.rows;
    this.#spreads[this.#length] = spread;
    this.#length += 1;
  }

  /** The same of spreads[from, to): at most as many as there is room for. */
  pushRows(spreads: Float64Array, from: number, to: number): void {
    this.#reserve(to - from);
    const trail = this.#spreads;
    const shift = this.#length - from;
    for (let row = from; row < to; row += 1) {
      const spread = spreads[row]!;
      // False for what is not finite.
      if (!(spread - spread === 0)) this.#lastMissingRow = this.#dropped + shift + row;
      trail[shift + row] = spread;
    }
    this.#length += to - from;
  }

  /** Sets `upper` and `lower` to the bands of a row that is not forgotten. */
  take(row: number): void {
    const { windowRows } = this.#options;
    const end = row - this.#dropped + 1;
    const begin = Math.max(0, end - windowRows);
    assert(end > 0 && end <= this.#length, `row ${row} is not in the trail`);
    const isWhole = this.#lastMissingRow < this.#dropped + begin;
    const samples = isWhole ? end - begin : this.#samples(begin, end);
    if (samples === 0) {
      this.upper = this.lower = Number.NaN;
      return;
    }
    this.#ranks.set(samples);
    this.#pick(begin, end);
  }

  #reserve(rows: number): void {
    const needed = this.#length + rows;
    assert(needed <= this.#rowsMax, 'the trail is full');
    if (needed > this.#spreads.length)
      this.#spreads = grown(this.#spreads, this.#length, Math.min(this.#rowsMax, needed * 2));
  }

  #samples(begin: number, end: number): number {
    let samples = 0;
    for (let at = begin; at < end; at += 1) if (Number.isFinite(this.#spreads[at]!)) samples += 1;
    return samples;
  }

  /** One pass: the few greatest and the few least so far; what is neither passes by with two comparisons. */
  #pick(begin: number, end: number): void {
    const [spreads, greatest, least] = [this.#spreads, this.#greatest, this.#least];
    const { upper: upperRank, lower: lowerRank } = this.#ranks;
    // Neither NaN nor what is infinite ever enters: filled with infinities, the lists know no size.
    greatest.fill(Number.NEGATIVE_INFINITY, 0, upperRank);
    least.fill(Number.POSITIVE_INFINITY, 0, lowerRank);
    let floor = Number.NEGATIVE_INFINITY;
    let ceiling = Number.POSITIVE_INFINITY;
    for (let row = begin; row < end; row += 1) {
      const value = spreads[row]!;
      if (value > floor && value !== Number.POSITIVE_INFINITY) {
        let at = upperRank - 1;
        for (; at > 0 && greatest[at - 1]! < value; at -= 1) greatest[at] = greatest[at - 1]!;
        greatest[at] = value;
        floor = greatest[upperRank - 1]!;
      }
      if (value < ceiling && value !== Number.NEGATIVE_INFINITY) {
        let at = lowerRank - 1;
        for (; at > 0 && least[at - 1]! > value; at -= 1) least[at] = least[at - 1]!;
        least[at] = value;
        ceiling = least[lowerRank - 1]!;
      }
    }
    // Adding 0 turns -0 into 0.
    this.upper = floor + 0;
    this.lower = ceiling + 0;
  }
}
