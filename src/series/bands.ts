// Rolling bands: two exact quantiles of the last rows of a spread, each from the few values at its end of the order.
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

/** Where the two quantiles of a number of samples stand, each counted from its own end of the order: 1 = the first. */
export class BandRanks {
  /** From the greatest on. */
  upper = 0;
  /** From the least on. */
  lower = 0;
  readonly #options: BandsOptions;
  #samples = 0;

  constructor(options: BandsOptions) {
    this.#options = options;
  }

  /** For so many (>= 1); most rows have as many as the one before. */
  set(samples: number): void {
    if (samples === this.#samples) return;
    this.#samples = samples;
    this.upper = samples - nearestRank(samples, this.#options.upperQuantile);
    this.lower = nearestRank(samples, this.#options.lowerQuantile) + 1;
  }
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
  /** Where the oldest row lies, once there are as many as the window holds. */
  #slot = 0;
  #samples = 0;
  readonly #ranks: BandRanks;
  readonly #greatest: Tail;
  /** Of the values turned around: their greatest are the least. */
  readonly #least: Tail;

  constructor(options: BandsOptions = DEFAULT_BANDS) {
    const { windowRows, upperQuantile, lowerQuantile } = options;
    assert(Number.isInteger(windowRows) && windowRows > 0, 'a band window has at least one row');
    this.#options = options;
    this.#ranks = new BandRanks(options);
    this.#rows = new Float64Array(windowRows).fill(Number.NaN);
    this.#greatest = new Tail(this.#rows, 1, windowRows - nearestRank(windowRows, upperQuantile));
    this.#least = new Tail(this.#rows, -1, nearestRank(windowRows, lowerQuantile) + 1);
  }

  push(spread: number): void {
    const slot = this.#slot;
    const oldest = this.#rows[slot]!;
    // Adding 0 turns -0 into 0: equal values must be one value, whichever of them leaves the window.
    const value = Number.isFinite(spread) ? spread + 0 : Number.NaN;
    this.#rows[slot] = value;
    this.#slot = slot + 1 === this.#rows.length ? 0 : slot + 1;
    const before = this.#samples;
    this.#samples += (Number.isNaN(value) ? 0 : 1) - (Number.isNaN(oldest) ? 0 : 1);
    this.#greatest.replace(oldest, value, before);
    this.#least.replace(-oldest, -value, before);
    const samples = this.#samples;
    if (samples === 0) {
      this.upper = this.lower = Number.NaN;
      return;
    }
    this.#ranks.set(samples);
    this.upper = this.#greatest.at(this.#ranks.upper, this.#slot);
    this.lower = 0 - this.#least.at(this.#ranks.lower, this.#slot);
  }

  /** Starts anew, as if only the rows [0, length) of `spreads` had ever come: after a retraction. */
  refill(spreads: Float64Array, length: number): void {
    this.#rows.fill(Number.NaN);
    this.#slot = 0;
    this.#samples = 0;
    this.#greatest.clear();
    this.#least.clear();
    this.upper = this.lower = Number.NaN;
    for (let row = Math.max(0, length - this.#options.windowRows); row < length; row += 1) {
      this.push(spreads[row]!);
    }
  }
}

/** Values above the wanted rank that a tail has after it was gathered: so many may leave before it is gathered again. */
const SPARE_GATHERED = 26;
/** And so many may enter before its least ones are let go. */
const SPARE_MAX = 40;

/**
 * The greatest values of a window, ascending, at least as many as the wanted rank needs. A quantile near the end of
 * the order asks for these few alone: most rows neither enter nor leave them and cost two comparisons.
 */
class Tail {
  readonly #rows: Float64Array;
  /** 1, or -1 where the window's values are turned around. */
  readonly #sign: 1 | -1;
  readonly #gathered: number;
  readonly #sizeMax: number;
  /** The values lie in [start, end), with room on both sides: whichever side is shorter makes way. */
  readonly #values: Float64Array;
  #start: number;
  #end: number;

  /** `needed` = the deepest rank that is ever asked for, from the greatest on, which has rank 1. */
  constructor(rows: Float64Array, sign: 1 | -1, needed: number) {
    this.#rows = rows;
    this.#sign = sign;
    this.#gathered = needed + SPARE_GATHERED;
    this.#sizeMax = needed + SPARE_MAX;
    this.#values = new Float64Array(2 * this.#sizeMax);
    this.#start = this.#end = this.#sizeMax;
  }

  clear(): void {
    this.#start = this.#end = this.#sizeMax;
  }

  /** The window had `samples` values; `oldest` left it and `value` came in its place; NaN = none. */
  replace(oldest: number, value: number, samples: number): void {
    const values = this.#values;
    // With all of them here there is none below the least one that would be forgotten.
    const isWhole = this.#end - this.#start === samples;
    if (this.#start < this.#end && oldest >= values[this.#start]!) this.#remove(oldest);
    const enters = this.#start < this.#end && value >= values[this.#start]!;
    if (enters || (isWhole && !Number.isNaN(value))) this.#insert(value);
  }

  /** The value of a rank (1 = the greatest) of the window, whose oldest row lies at `slot` and which has as many. */
  at(rank: number, slot: number): number {
    if (this.#end - this.#start < rank) this.#gather(slot);
    return this.#values[this.#end - rank]!;
  }

  #remove(value: number): void {
    const values = this.#values;
    if (value >= values[(this.#start + this.#end) >> 1]!) {
      let at = this.#end - 1;
      while (values[at] !== value) at -= 1;
      for (const last = this.#end - 1; at < last; at += 1) values[at] = values[at + 1]!;
      this.#end -= 1;
    } else {
      let at = this.#start;
      while (values[at] !== value) at += 1;
      for (; at > this.#start; at -= 1) values[at] = values[at - 1]!;
      this.#start += 1;
    }
  }

  #insert(value: number): void {
    const values = this.#values;
    if (this.#start === 0 || this.#end === values.length) this.#toTheMiddle();
    if (this.#start < this.#end && value < values[(this.#start + this.#end) >> 1]!) {
      let at = this.#start;
      for (; values[at]! < value; at += 1) values[at - 1] = values[at]!;
      values[at - 1] = value;
      this.#start -= 1;
    } else {
      let at = this.#end;
      for (; at > this.#start && values[at - 1]! > value; at -= 1) values[at] = values[at - 1]!;
      values[at] = value;
      this.#end += 1;
    }
    if (this.#end - this.#start > this.#sizeMax) this.#start = this.#end - this.#gathered;
  }

  #toTheMiddle(): void {
    const size = this.#end - this.#start;
    const start = (this.#values.length - size) >> 1;
    this.#values.copyWithin(start, this.#start, this.#end);
    this.#start = start;
    this.#end = start + size;
  }

  /** From the oldest row on: in a window that falls the greatest come first and the others are passed over. */
  #gather(slot: number): void {
    const rows = this.#rows;
    this.clear();
    for (let row = slot; row < rows.length; row += 1) this.#offer(rows[row]! * this.#sign);
    for (let row = 0; row < slot; row += 1) this.#offer(rows[row]! * this.#sign);
    if (this.#end - this.#start > this.#gathered) this.#start = this.#end - this.#gathered;
  }

  #offer(value: number): void {
    const isRoom = this.#end - this.#start < this.#gathered;
    if (isRoom ? !Number.isNaN(value) : value > this.#values[this.#start]!) this.#insert(value);
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
