// Fewer points of a chart without hiding anything: time buckets that keep first, last, least, greatest and a
// hole. Works on a stream: never holds more rows than it may give back (plus what it had before it knew it
// was too many).

import { assert } from '../core/assert.js';
import type { Micros } from '../core/time.js';
import { grown } from './spread.js';

/** first, least, greatest, hole, last: what a bucket may keep. */
const SLOTS = 5;
/** And where every hole is kept: a hole after the least and one after the greatest. */
const SLOTS_EVERY_HOLE = 7;
const [FIRST, LEAST, GREATEST, HOLE, LAST, HOLE_AFTER_LEAST, HOLE_AFTER_GREATEST] = [0, 1, 2, 3, 4, 5, 6];
/** row number, stamp, spread, upper, lower. */
const FIELDS = 5;

export const POINTS_MIN = SLOTS;
export const POINTS_MIN_EVERY_HOLE = SLOTS_EVERY_HOLE;

export interface DownsampleOptions {
  /**
   * No two values that are kept have a hole between them that is not: no line is ever drawn over one. Costs two of
   * seven points. Default false: a bucket shows that it has a hole.
   */
  readonly everyHole?: boolean;
}

/** Rows of a chart, ascending; arrays are exactly `length` long. NaN = missing. */
export interface ChartColumns {
  readonly length: number;
  readonly timestampsUs: Float64Array;
  readonly spreads: Float64Array;
  readonly upperBand: Float64Array;
  readonly lowerBand: Float64Array;
}

/**
 * Give it the rows of [.., toUs) in order, then `finish`. Up to `points` rows come back as they are; of more,
 * each of floor(points / 5) equal time buckets between the first row and `toUs` keeps at most five: its first
 * and last row, the least and the greatest spread, and one row without a spread that is not its first (a
 * hole). So at most max(5, points) rows come back, every bucket's extremes among them, in order; bands are
 * those of the kept rows. With `everyHole` it is seven instead of five.
 */
export class Downsampler {
  /** Rows given so far. */
  rows = 0;
  readonly #points: number;
  readonly #toUs: Micros;
  readonly #slots: number;
  #stampUs = new Float64Array(256);
  #spread = new Float64Array(256);
  #upper = new Float64Array(256);
  #lower = new Float64Array(256);
  #buckets: Float64Array | undefined;
  #bucketCount = 0;
  #originUs = 0;
  #bucketUs = 1;

  /** `points`: an integer, or Infinity to keep all. */
  constructor(points: number, toUs: Micros, { everyHole = false }: DownsampleOptions = {}) {
    assert(points > 0 && (Number.isInteger(points) || points === Infinity), 'points are a whole number');
    this.#points = points;
    this.#toUs = toUs;
    this.#slots = everyHole ? SLOTS_EVERY_HOLE : SLOTS;
  }

  push(stampUs: Micros, spread: number, upper: number, lower: number): void {
    const row = this.rows;
    this.rows += 1;
    if (this.#buckets !== undefined) {
      this.#place(this.#buckets, row, stampUs, spread, upper, lower);
      return;
    }
    if (row === this.#points) {
      this.#startBuckets();
      this.#place(this.#buckets!, row, stampUs, spread, upper, lower);
      return;
    }
    if (row === this.#stampUs.length) this.#grow();
    this.#stampUs[row] = stampUs;
    this.#spread[row] = spread;
    this.#upper[row] = upper;
    this.#lower[row] = lower;
  }

  finish(): ChartColumns {
    if (this.#buckets !== undefined) return this.#collect(this.#buckets);
    const { rows } = this;
    return {
      length: rows,
      timestampsUs: this.#stampUs.slice(0, rows),
      spreads: this.#spread.slice(0, rows),
      upperBand: this.#upper.slice(0, rows),
      lowerBand: this.#lower.slice(0, rows),
    };
  }

  #grow(): void {
    const { rows } = this;
    const capacity = Math.min(this.#points, rows * 2);
    this.#stampUs = grown(this.#stampUs, rows - 1, capacity);
    this.#spread = grown(this.#spread, rows - 1, capacity);
    this.#upper = grown(this.#upper, rows - 1, capacity);
    this.#lower = grown(this.#lower, rows - 1, capacity);
  }

  #startBuckets(): void {
    this.#bucketCount = Math.max(1, Math.floor(this.#points / this.#slots));
    this.#originUs = this.#stampUs[0]!;
    this.#bucketUs = Math.max(1, (this.#toUs - this.#originUs) / this.#bucketCount);
    this.#buckets = new Float64Array(this.#bucketCount * this.#slots * FIELDS).fill(Number.NaN);
    for (let row = 0; row < this.#points; row += 1) {
      const stampUs = this.#stampUs[row]!;
      this.#place(this.#buckets, row, stampUs, this.#spread[row]!, this.#upper[row]!, this.#lower[row]!);
    }
    this.#stampUs = this.#spread = this.#upper = this.#lower = new Float64Array(0);
  }

  #place(
    buckets: Float64Array,
    row: number,
    stampUs: Micros,
    spread: number,
    upper: number,
    lower: number,
  ): void {
    const bucket = Math.floor((stampUs - this.#originUs) / this.#bucketUs);
    const inside = Math.max(0, Math.min(this.#bucketCount - 1, bucket));
    const bucketAt = inside * this.#slots * FIELDS;
    const put = (slot: number): void => {
      const at = bucketAt + slot * FIELDS;
      buckets[at] = row;
      buckets[at + 1] = stampUs;
      buckets[at + 2] = spread;
      buckets[at + 3] = upper;
      buckets[at + 4] = lower;
    };
    const isEmpty = (slot: number): boolean => Number.isNaN(buckets[bucketAt + slot * FIELDS]!);
    const spreadOf = (slot: number): number => buckets[bucketAt + slot * FIELDS + 2]!;
    const everyHole = this.#slots === SLOTS_EVERY_HOLE;
    const isFirst = isEmpty(FIRST);
    if (isFirst) put(FIRST);
    if (Number.isNaN(spread)) {
      if (!isFirst && isEmpty(HOLE)) put(HOLE);
      if (everyHole && !isEmpty(LEAST) && isEmpty(HOLE_AFTER_LEAST)) put(HOLE_AFTER_LEAST);
      if (everyHole && !isEmpty(GREATEST) && isEmpty(HOLE_AFTER_GREATEST)) put(HOLE_AFTER_GREATEST);
    } else {
      // Comparisons with an empty slot's NaN are false: hence the negations.
      if (!(spread >= spreadOf(LEAST))) {
        put(LEAST);
        if (everyHole) buckets[bucketAt + HOLE_AFTER_LEAST * FIELDS] = Number.NaN;
      }
      if (!(spread <= spreadOf(GREATEST))) {
        put(GREATEST);
        if (everyHole) buckets[bucketAt + HOLE_AFTER_GREATEST * FIELDS] = Number.NaN;
      }
    }
    put(LAST);
  }

  #collect(buckets: Float64Array): ChartColumns {
    const slotCount = this.#slots;
    const kept = new Float64Array(this.#bucketCount * slotCount);
    let length = 0;
    let lastRow = -1;
    for (let bucket = 0; bucket < this.#bucketCount; bucket += 1) {
      const slots = Array.from({ length: slotCount }, (_, slot) => (bucket * slotCount + slot) * FIELDS)
        .filter((at) => !Number.isNaN(buckets[at]!))
        .sort((a, b) => buckets[a]! - buckets[b]!);
      for (const at of slots) {
        if (buckets[at]! <= lastRow) continue;
        lastRow = buckets[at]!;
        kept[length] = at;
        length += 1;
      }
    }
    const column = (field: number): Float64Array => {
      const values = new Float64Array(length);
      for (let row = 0; row < length; row += 1) values[row] = buckets[kept[row]! + field]!;
      return values;
    };
    return {
      length,
      timestampsUs: column(1),
      spreads: column(2),
      upperBand: column(3),
      lowerBand: column(4),
    };
  }
}

/** The same for columns that are there already; all rows are before `toUs`. */
export function downsample(
  columns: ChartColumns,
  points: number,
  toUs: Micros,
  options?: DownsampleOptions,
): ChartColumns {
  const { length, timestampsUs, spreads, upperBand, lowerBand } = columns;
  const sampler = new Downsampler(points, toUs, options);
  for (let row = 0; row < length; row += 1) {
    sampler.push(timestampsUs[row]!, spreads[row]!, upperBand[row]!, lowerBand[row]!);
  }
  return sampler.finish();
}
