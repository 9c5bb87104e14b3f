// Fewer points of a chart without hiding anything: time buckets that keep first, last, least, greatest and holes, and
// rows in between as far as there is room. Works on a stream: holds at most three times the rows that it may give back,
// whatever it is given. Never makes a row up: what comes back was there.

import { assert } from '../core/assert.js';
import type { Micros } from '../core/time.js';
import type { BandsTrail } from './bands-trail.js';
import {
  type ChartColumns,
  collect,
  FIRST,
  GREATEST,
  HOLE,
  HOLE_AFTER_GREATEST,
  HOLE_AFTER_LEAST,
  LAST,
  LEAST,
  SLOTS,
  SLOTS_EVERY_HOLE,
} from './downsample-slots.js';
import { EvenRows, FIELDS } from './even-rows.js';
import { grown } from './spread.js';

export type { ChartColumns } from './downsample-slots.js';

export interface DownsampleOptions {
  /**
   * No two values that are kept have a hole between them that is not: no line is ever drawn over one. Where there are
   * many holes, fewer than `points` rows come back. Default false: a bucket shows that it has a hole.
   */
  readonly everyHole?: boolean;
  /**
   * Bands come from here, for the rows that are kept; those given to `push` are not looked at. It may hold rows from
   * before the first one. A row without a spread has none where `everyHole` is set.
   */
  readonly bands?: BandsTrail;
}

/**
 * Give it the rows of [.., toUs) in order, then `finish`. Up to `points` rows come back as they are; of more, exactly
 * `points`, in order, bands those of the kept rows. Each of floor(points / 5) equal time buckets between the first
 * row and `toUs` keeps its first and last row, the least and the greatest spread, and one row without a spread that
 * is not its first (a hole). The room that these leave is filled with rows evenly out of all. Fewer than five points
 * are the last row, the first, the least, the greatest: as many of them as asked for. With `everyHole` a bucket keeps
 * seven instead of five, and rows that would draw a line over a hole are left out.
 */
export class Downsampler {
  /** Rows given so far. */
  rows = 0;
  readonly #points: number;
  readonly #toUs: Micros;
  readonly #everyHole: boolean;
  readonly #slots: number;
  readonly #bands: BandsTrail | undefined;
  #stampUs = new Float64Array(256);
  #spread = new Float64Array(256);
  #upper = new Float64Array(256);
  #lower = new Float64Array(256);
  #buckets: Float64Array | undefined;
  #even: EvenRows | undefined;
  #bucketCount = 0;
  #holes = 0;
  #originUs = 0;
  #bucketUs = 1;
  /** The bucket being filled: where its slots begin, when it ends, what it has of the spreads; its last row. */
  #bucketAt = -1;
  #bucketEndUs = Number.NEGATIVE_INFINITY;
  #least = Number.NaN;
  #greatest = Number.NaN;
  readonly #last = new Float64Array(FIELDS);
  /** Rows before it have their bands. */
  #bandedRows = 0;

  /** `points`: an integer, or Infinity to keep all. */
  constructor(points: number, toUs: Micros, { everyHole = false, bands }: DownsampleOptions = {}) {
    assert(points > 0 && (Number.isInteger(points) || points === Infinity), 'points are a whole number');
    this.#points = points;
    this.#toUs = toUs;
    this.#everyHole = everyHole;
    this.#slots = everyHole ? SLOTS_EVERY_HOLE : SLOTS;
    this.#bands = bands;
  }

  push(stampUs: Micros, spread: number, upper = Number.NaN, lower = Number.NaN): void {
    const row = this.rows;
    this.rows += 1;
    const bands = this.#bands;
    if (bands !== undefined) {
      if (bands.isFull) this.#forget(bands);
      bands.push(spread);
    }
    if (this.#buckets !== undefined) {
      this.#take(this.#buckets, row, stampUs, spread, upper, lower);
      return;
    }
    if (row === this.#points) {
      this.#take(this.#startBuckets(), row, stampUs, spread, upper, lower);
      return;
    }
    if (row === this.#stampUs.length) this.#grow();
    this.#stampUs[row] = stampUs;
    this.#spread[row] = spread;
    this.#upper[row] = bands === undefined ? upper : this.#upperOf(bands, row, spread);
    this.#lower[row] = bands === undefined ? lower : bands.lower;
  }

  finish(): ChartColumns {
    if (this.#buckets !== undefined) {
      this.#closeBucket(this.#buckets);
      const [buckets, slots, even] = [this.#buckets, this.#slots, this.#even!];
      return collect({ buckets, slots, even, points: this.#points, everyHole: this.#everyHole });
    }
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

  #startBuckets(): Float64Array {
    this.#bucketCount = Math.max(1, Math.floor(this.#points / this.#slots));
    this.#originUs = this.#stampUs[0]!;
    this.#bucketUs = Math.max(1, (this.#toUs - this.#originUs) / this.#bucketCount);
    const buckets = new Float64Array(this.#bucketCount * this.#slots * FIELDS).fill(Number.NaN);
    this.#buckets = buckets;
    this.#even = new EvenRows(this.#points);
    this.#bandedRows = this.#points;
    for (let row = 0; row < this.#points; row += 1) {
      const stampUs = this.#stampUs[row]!;
      this.#take(buckets, row, stampUs, this.#spread[row]!, this.#upper[row]!, this.#lower[row]!);
    }
    this.#stampUs = this.#spread = this.#upper = this.#lower = new Float64Array(0);
    return buckets;
  }

  #take(
    buckets: Float64Array,
    row: number,
    stampUs: Micros,
    spread: number,
    upper: number,
    lower: number,
  ): void {
    const even = this.#even!;
    if (even.wants(row)) this.#takeEven(even, row, stampUs, spread, upper, lower);
    const isFirst = stampUs >= this.#bucketEndUs;
    if (isFirst) this.#openBucket(buckets, stampUs);
    const last = this.#last;
    last[0] = row;
    last[1] = stampUs;
    last[2] = spread;
    last[3] = upper;
    last[4] = lower;
    last[5] = this.#holes;
    if (isFirst && Number.isNaN(buckets[this.#bucketAt]!)) {
      this.#put(buckets, FIRST);
      if (Number.isNaN(spread)) {
        this.#holes += 1;
        return;
      }
    }
    if (Number.isNaN(spread)) {
      this.#takeHole(buckets);
      return;
    }
    // Comparisons with NaN are false: hence the negations.
    if (!(spread >= this.#least)) {
      this.#least = spread;
      this.#put(buckets, LEAST);
      if (this.#everyHole) buckets[this.#bucketAt + HOLE_AFTER_LEAST * FIELDS] = Number.NaN;
    }
    if (!(spread <= this.#greatest)) {
      this.#greatest = spread;
      this.#put(buckets, GREATEST);
      if (this.#everyHole) buckets[this.#bucketAt + HOLE_AFTER_GREATEST * FIELDS] = Number.NaN;
    }
  }

  #takeHole(buckets: Float64Array): void {
    const isEmpty = (slot: number) => Number.isNaN(buckets[this.#bucketAt + slot * FIELDS]!);
    if (isEmpty(HOLE)) this.#put(buckets, HOLE);
    if (this.#everyHole && !isEmpty(LEAST) && isEmpty(HOLE_AFTER_LEAST)) this.#put(buckets, HOLE_AFTER_LEAST);
    if (this.#everyHole && !isEmpty(GREATEST) && isEmpty(HOLE_AFTER_GREATEST))
      this.#put(buckets, HOLE_AFTER_GREATEST);
    this.#holes += 1;
  }

  #takeEven(
    even: EvenRows,
    row: number,
    stampUs: Micros,
    spread: number,
    upper: number,
    lower: number,
  ): void {
    const bands = row < this.#bandedRows ? undefined : this.#bands;
    const own = bands === undefined ? upper : this.#upperOf(bands, row, spread);
    even.push(row, stampUs, spread, own, bands === undefined ? lower : bands.lower, this.#holes);
  }

  /** The row being taken, as a slot of its bucket. */
  #put(buckets: Float64Array, slot: number): void {
    const at = this.#bucketAt + slot * FIELDS;
    const last = this.#last;
    for (let field = 0; field < FIELDS; field += 1) buckets[at + field] = last[field]!;
  }

  #openBucket(buckets: Float64Array, stampUs: Micros): void {
    this.#closeBucket(buckets);
    const bucket = Math.floor((stampUs - this.#originUs) / this.#bucketUs);
    const inside = Math.max(0, Math.min(this.#bucketCount - 1, bucket));
    const isLast = inside === this.#bucketCount - 1;
    this.#bucketEndUs = isLast ? Number.POSITIVE_INFINITY : this.#originUs + (inside + 1) * this.#bucketUs;
    const at = inside * this.#slots * FIELDS;
    // A stamp at the very edge can be of either bucket: the one it is in already goes on.
    if (at === this.#bucketAt) return;
    this.#bucketAt = at;
    this.#least = this.#greatest = Number.NaN;
  }

  #closeBucket(buckets: Float64Array): void {
    if (this.#bucketAt < 0) return;
    this.#put(buckets, LAST);
    if (this.#bands !== undefined) this.#band(this.#bands, buckets);
  }

  /** Bands of what the bucket keeps so far. */
  #band(bands: BandsTrail, buckets: Float64Array): void {
    for (let slot = 0; slot < this.#slots; slot += 1) {
      const at = this.#bucketAt + slot * FIELDS;
      const row = buckets[at]!;
      // Also false for an empty slot.
      if (!(row >= this.#bandedRows)) continue;
      buckets[at + 3] = this.#upperOf(bands, row, buckets[at + 2]!);
      buckets[at + 4] = bands.lower;
    }
  }

  /** And sets `bands.lower`. */
  #upperOf(bands: BandsTrail, row: number, spread: number): number {
    bands.take(bands.rows - this.rows + row);
    if (this.#everyHole && Number.isNaN(spread)) bands.upper = bands.lower = Number.NaN;
    return bands.upper;
  }

  #forget(bands: BandsTrail): void {
    if (this.#buckets !== undefined) {
      // The row being pushed is not in the trail yet.
      this.rows -= 1;
      this.#closeBucket(this.#buckets);
      this.#bandedRows = this.rows;
      this.rows += 1;
    }
    bands.forget();
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
