// Bands for a few rows of many: the newest spreads are kept, and the two quantiles of a row are picked out of the
// window that ends with it when somebody wants them. Equal to RollingBands at every row, which costs all of them.

import { assert } from '../core/assert.js';
import { type BandsOptions, DEFAULT_BANDS, nearestRank } from './bands.js';

/** Rows that may be asked for, beside the windows of the oldest of them. */
const TRAIL_ROWS = 16_384;

export class BandsTrail {
  /** Of the row last asked for; NaN where its window has no sample. */
  upper = Number.NaN;
  lower = Number.NaN;
  readonly #options: BandsOptions;
  readonly #spreads: Float64Array;
  #length = 0;
  /** Rows that are forgotten. */
  #dropped = 0;
  /** The greatest of a window, descending, and the least, ascending. */
  readonly #greatest: Float64Array;
  readonly #least: Float64Array;

  constructor(options: BandsOptions = DEFAULT_BANDS) {
    const { windowRows, upperQuantile, lowerQuantile } = options;
    this.#options = options;
    this.#spreads = new Float64Array(windowRows + TRAIL_ROWS);
    this.#greatest = new Float64Array(windowRows - nearestRank(windowRows, upperQuantile) + 2);
    this.#least = new Float64Array(nearestRank(windowRows, lowerQuantile) + 3);
  }

  /** Rows pushed so far: the next one has this number. */
  get rows(): number {
    return this.#dropped + this.#length;
  }

  /** Before the next row is pushed, `forget` must be called, and before that what is still wanted must be asked for. */
  get isFull(): boolean {
    return this.#length === this.#spreads.length;
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

  push(spread: number): void {
    this.#spreads[this.#length] = spread;
    this.#length += 1;
  }

  /** Sets `upper` and `lower` to the bands of a row that is not forgotten. */
  take(row: number): void {
    const { windowRows, upperQuantile, lowerQuantile } = this.#options;
    const end = row - this.#dropped + 1;
    const begin = Math.max(0, end - windowRows);
    assert(end > 0 && end <= this.#length, `row ${row} is not in the trail`);
    const spreads = this.#spreads;
    let samples = 0;
    for (let at = begin; at < end; at += 1) if (Number.isFinite(spreads[at]!)) samples += 1;
    if (samples === 0) {
      this.upper = this.lower = Number.NaN;
      return;
    }
    this.upper = nthGreatest(
      spreads,
      begin,
      end,
      samples - nearestRank(samples, upperQuantile),
      this.#greatest,
    );
    this.lower = nthLeast(spreads, begin, end, nearestRank(samples, lowerQuantile) + 1, this.#least);
  }
}

/** The n-th greatest finite value (1 = the greatest) of values[begin, end), which has as many. */
function nthGreatest(
  values: Float64Array,
  begin: number,
  end: number,
  n: number,
  scratch: Float64Array,
): number {
  let held = 0;
  let floor = Number.NEGATIVE_INFINITY;
  for (let row = begin; row < end; row += 1) {
    const value = values[row]!;
    // Neither NaN nor what is infinite passes: the floor is one of the values as soon as n are held.
    if (!(value > floor) || value === Number.POSITIVE_INFINITY) continue;
    let at = held < n ? held++ : n - 1;
    for (; at > 0 && scratch[at - 1]! < value; at -= 1) scratch[at] = scratch[at - 1]!;
    scratch[at] = value;
    if (held === n) floor = scratch[n - 1]!;
  }
  return scratch[n - 1]! + 0;
}

function nthLeast(
  values: Float64Array,
  begin: number,
  end: number,
  n: number,
  scratch: Float64Array,
): number {
  let held = 0;
  let ceiling = Number.POSITIVE_INFINITY;
  for (let row = begin; row < end; row += 1) {
    const value = values[row]!;
    if (!(value < ceiling) || value === Number.NEGATIVE_INFINITY) continue;
    let at = held < n ? held++ : n - 1;
    for (; at > 0 && scratch[at - 1]! > value; at -= 1) scratch[at] = scratch[at - 1]!;
    scratch[at] = value;
    if (held === n) ceiling = scratch[n - 1]!;
  }
  return scratch[n - 1]! + 0;
}
