// Rolling bands: two exact quantiles of the last rows of a spread, from one sorted window.
// Never estimates: equal to sorting the window anew at every row (and to polars' rolling_quantile 'nearest').

import { assert } from '../core/assert.js';

export const BANDS_WINDOW_ROWS = 200;
export const BANDS_UPPER_QUANTILE = 0.97;
export const BANDS_LOWER_QUANTILE = 0.03;

export interface BandsOptions {
  readonly windowRows: number;
  readonly upperQuantile: number;
  readonly lowerQuantile: number;
}

export const DEFAULT_BANDS: BandsOptions = {
  windowRows: BANDS_WINDOW_ROWS,
  upperQuantile: BANDS_UPPER_QUANTILE,
  lowerQuantile: BANDS_LOWER_QUANTILE,
};

/** Index of the 'nearest' quantile of `count` sorted values (count >= 1). */
export function nearestRank(count: number, quantile: number): number {
  return Math.floor((count - 1) * quantile + 0.5);
}

/**
 * The bands after each row. A missing value (NaN, or anything not finite) is no sample but takes its place in
 * the window of rows, as a null does in polars; one sample is enough; without any, both bands are NaN.
 */
export class RollingBands {
  upper = Number.NaN;
  lower = Number.NaN;
  readonly #options: BandsOptions;
  /** The window's rows in order of arrival, a ring; NaN = missing. */
  readonly #rows: Float64Array;
  /** The window's samples, ascending. */
  readonly #sorted: Float64Array;
  #count = 0;
  #rowsSeen = 0;

  constructor(options: BandsOptions = DEFAULT_BANDS) {
    assert(
      Number.isInteger(options.windowRows) && options.windowRows > 0,
      'a band window has at least one row',
    );
    this.#options = options;
    this.#rows = new Float64Array(options.windowRows);
    this.#sorted = new Float64Array(options.windowRows);
  }

  push(spread: number): void {
    const { windowRows, upperQuantile, lowerQuantile } = this.#options;
    const slot = this.#rowsSeen % windowRows;
    const oldest = this.#rowsSeen >= windowRows ? this.#rows[slot]! : Number.NaN;
    // Adding 0 turns -0 into 0: equal values must be one value, whichever of them leaves the window.
    const value = Number.isFinite(spread) ? spread + 0 : Number.NaN;
    this.#rows[slot] = value;
    this.#rowsSeen += 1;
    this.#replace(oldest, value);
    const count = this.#count;
    this.upper = count === 0 ? Number.NaN : this.#sorted[nearestRank(count, upperQuantile)]!;
    this.lower = count === 0 ? Number.NaN : this.#sorted[nearestRank(count, lowerQuantile)]!;
  }

  /** Starts anew, as if only the rows [0, length) of `spreads` had ever come: after a retraction. */
  refill(spreads: Float64Array, length: number): void {
    this.#count = 0;
    this.#rowsSeen = 0;
    this.upper = Number.NaN;
    this.lower = Number.NaN;
    for (let row = Math.max(0, length - this.#options.windowRows); row < length; row += 1) {
      this.push(spreads[row]!);
    }
  }

  /** Takes `oldest` out of the sorted window and puts `value` in; NaN = nothing to take or put. */
  #replace(oldest: number, value: number): void {
    const sorted = this.#sorted;
    const leaves = !Number.isNaN(oldest);
    const enters = !Number.isNaN(value);
    if (leaves && enters) {
      const from = this.#firstNotBelow(oldest);
      const to = this.#firstNotBelow(value);
      // Only what lies between the two places moves, by one.
      if (to > from) {
        sorted.copyWithin(from, from + 1, to);
        sorted[to - 1] = value;
      } else {
        sorted.copyWithin(to + 1, to, from);
        sorted[to] = value;
      }
    } else if (leaves) {
      const from = this.#firstNotBelow(oldest);
      sorted.copyWithin(from, from + 1, this.#count);
      this.#count -= 1;
    } else if (enters) {
      const to = this.#firstNotBelow(value);
      sorted.copyWithin(to + 1, to, this.#count);
      sorted[to] = value;
      this.#count += 1;
    }
  }

  #firstNotBelow(value: number): number {
    const sorted = this.#sorted;
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The bands of a whole column; a window that starts with its first row. */
export function rollingBands(
  spreads: Float64Array,
  options: BandsOptions = DEFAULT_BANDS,
): { readonly upper: Float64Array; readonly lower: Float64Array } {
  const bands = new RollingBands(options);
  const upper = new Float64Array(spreads.length);
  const lower = new Float64Array(spreads.length);
  for (let row = 0; row < spreads.length; row += 1) {
    bands.push(spreads[row]!);
    upper[row] = bands.upper;
    lower[row] = bands.lower;
  }
  return { upper, lower };
}
