// Fewer points of a chart without hiding anything: time buckets that keep first, last, least, greatest and holes, and
// rows in between as far as there is room. Works on a stream: holds at most three times the rows that it may give back,
// whatever it is given. Never makes a row up: what comes back was there.

import { assert } from '../core/assert.js';
import type { Micros } from '../core/time.js';
import type { BandsTrail } from './bands-trail.js';
import { ChartRows } from './chart-rows.js';
import {
  type ChartColumns,
  collect,
  GREATEST,
  keepRow,
  LAST,
  LEAST,
  putRow,
  SLOTS,
  SLOTS_EVERY_HOLE,
} from './downsample-slots.js';
import { EvenRows, FIELDS } from './even-rows.js';

export type { ChartColumns } from './downsample-slots.js';

export interface DownsampleOptions {
  /**
   * No two values that are kept have a hole between them that is not: no line is ever drawn over one; rows that would
   * are left out, and fewer than `points` may come back. Default false: a bucket shows that it has a hole.
   */
  readonly everyHole?: boolean;
  /**
   * Bands come from here, for the rows that are kept; those given to `push` are not looked at. It may hold rows from
   * before the first one. A row without a spread has none where `everyHole` is set.
   */
  readonly bands?: BandsTrail;
  /** Buckets begin and end at multiples of this since the epoch: where only rows that cells of it keep are given. */
  readonly cellUs?: number;
}

/**
 * Give it the rows of [.., toUs) in order, then `finish`. Up to `points` rows come back as they are; of more, exactly
 * `points`, in order, bands those of the kept rows. Each of floor(points / 5) equal time buckets between the first
 * row and `toUs` keeps its first and last row, the least and the greatest spread, and one row without a spread that
 * is not its first (a hole). The room that these leave is filled with rows evenly out of all. Fewer than five points:
 * the last row, the first, the least, the greatest, in this order. With `everyHole` a bucket keeps seven, not five.
 */
export class Downsampler {
  /** Rows given so far. */
  rows = 0;
  readonly #points: number;
  readonly #toUs: Micros;
  readonly #everyHole: boolean;
  readonly #cellUs: number | undefined;
  readonly #slots: number;
  readonly #bands: BandsTrail | undefined;
  /** All rows, as long as there are not more than points. */
  readonly #first: ChartRows;
  #buckets: Float64Array | undefined;
  #even: EvenRows | undefined;
  #bucketCount = 0;
  #holes = 0;
  #originUs = 0;
  #bucketUs = 1;
  /** The bucket being filled: where its slots begin, when it ends; its last row. */
  #bucketAt = -1;
  #bucketEndUs = Number.NEGATIVE_INFINITY;
  readonly #last = new Float64Array(FIELDS);
  /** Rows that the bands had before the first one. */
  #warmRows = 0;
  /** Rows before it have their bands; the others get them when the trail forgets them, or in the end. */
  #bandedRows = 0;

  /** `points`: an integer, or Infinity to keep all. */
  constructor(points: number, toUs: Micros, { everyHole = false, bands, cellUs }: DownsampleOptions = {}) {
    assert(points > 0 && (Number.isInteger(points) || points === Infinity), 'points are a whole number');
    this.#points = points;
    this.#toUs = toUs;
    this.#everyHole = everyHole;
    this.#cellUs = cellUs;
    this.#slots = everyHole ? SLOTS_EVERY_HOLE : SLOTS;
    this.#bands = bands;
    this.#first = new ChartRows(points);
  }

  push(stampUs: Micros, spread: number, upper = Number.NaN, lower = Number.NaN): void {
    const row = this.rows;
    this.rows += 1;
    const bands = this.#bands;
    if (bands !== undefined) {
      if (row === 0) this.#warmRows = bands.rows;
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
    this.#first.push(stampUs, spread, upper, lower);
  }

  /** The same of rows [from, to), without bands of their own. */
  pushRows(stampsUs: Float64Array, spreads: Float64Array, from: number, to: number): void {
    const bands = this.#bands;
    let at = from;
    while (at < to && this.#buckets === undefined) {
      this.push(stampsUs[at]!, spreads[at]!);
      at += 1;
    }
    while (at < to) {
      if (bands?.isFull === true) this.#forget(bands);
      const end = Math.min(to, at + (bands?.room ?? to));
      bands?.pushRows(spreads, at, end);
      const firstRow = this.rows;
      this.rows += end - at;
      this.#takeRows(stampsUs, spreads, at, end, firstRow - at);
      at = end;
    }
  }

  finish(): ChartColumns {
    if (this.#buckets === undefined) {
      this.#bandFirst();
      return this.#first.columns();
    }
    this.#closeBucket(this.#buckets);
    const kept = { buckets: this.#buckets, slots: this.#slots, even: this.#even!, points: this.#points };
    const band = (rows: Float64Array, at: number) => this.#bandAt(rows, at);
    return collect({ ...kept, everyHole: this.#everyHole, band });
  }

  #startBuckets(): Float64Array {
    this.#bucketCount = Math.max(1, Math.floor(this.#points / this.#slots));
    const [{ timestampsUs, spreads, upperBand, lowerBand }, cellUs] = [this.#first.columns(), this.#cellUs];
    this.#originUs = timestampsUs[0]! - (cellUs === undefined ? 0 : timestampsUs[0]! % cellUs);
    this.#bucketUs = Math.max(1, (this.#toUs - this.#originUs) / this.#bucketCount);
    if (cellUs !== undefined) this.#bucketUs = Math.ceil(this.#bucketUs / cellUs) * cellUs;
    const buckets = new Float64Array(this.#bucketCount * this.#slots * FIELDS).fill(Number.NaN);
    this.#buckets = buckets;
    this.#even = new EvenRows(this.#points);
    for (let row = 0; row < this.#points; row += 1)
      this.#take(buckets, row, timestampsUs[row]!, spreads[row]!, upperBand[row]!, lowerBand[row]!);
    this.#first.clear();
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
    if (even.wants(row)) even.push(row, stampUs, spread, upper, lower, this.#holes);
    const isFirst = stampUs >= this.#bucketEndUs;
    if (isFirst) this.#openBucket(buckets, stampUs);
    this.#setLast(row, stampUs, spread, upper, lower);
    const isFirstOfBucket = isFirst && Number.isNaN(buckets[this.#bucketAt]!);
    keepRow(buckets, this.#bucketAt, this.#last, isFirstOfBucket, this.#everyHole);
    if (Number.isNaN(spread)) this.#holes += 1;
  }

  /** Rows [from, to), whose numbers are `shift` greater. */
  #takeRows(stampsUs: Float64Array, spreads: Float64Array, from: number, to: number, shift: number): void {
    const buckets = this.#buckets!;
    const even = this.#even!;
    for (let at = from; at < to; ) {
      // One row that changes what the bucket keeps, then all that do not.
      this.#take(buckets, at + shift, stampsUs[at]!, spreads[at]!, Number.NaN, Number.NaN);
      at += 1;
      const first = at;
      const endUs = this.#bucketEndUs;
      const least = buckets[this.#bucketAt + LEAST * FIELDS + 2]!;
      const greatest = buckets[this.#bucketAt + GREATEST * FIELDS + 2]!;
      // Also false for NaN, of the spread as of a bucket that has none yet.
      while (at < to && stampsUs[at]! < endUs && spreads[at]! >= least && spreads[at]! <= greatest) at += 1;
      if (at === first) continue;
      this.#setLast(at - 1 + shift, stampsUs[at - 1]!, spreads[at - 1]!, Number.NaN, Number.NaN);
      for (let row = even.nextWanted(first + shift); row < at + shift; row = even.nextWanted(row + 1))
        even.push(row, stampsUs[row - shift]!, spreads[row - shift]!, Number.NaN, Number.NaN, this.#holes);
    }
  }

  #setLast(row: number, stampUs: Micros, spread: number, upper: number, lower: number): void {
    const last = this.#last;
    last[0] = row;
    last[1] = stampUs;
    last[2] = spread;
    last[3] = upper;
    last[4] = lower;
    last[5] = this.#holes;
  }

  #openBucket(buckets: Float64Array, stampUs: Micros): void {
    this.#closeBucket(buckets);
    const bucket = Math.floor((stampUs - this.#originUs) / this.#bucketUs);
    const inside = Math.max(0, Math.min(this.#bucketCount - 1, bucket));
    const isLast = inside === this.#bucketCount - 1;
    this.#bucketEndUs = isLast ? Number.POSITIVE_INFINITY : this.#originUs + (inside + 1) * this.#bucketUs;
    // A stamp at the very edge can be of either bucket: the one it is in already goes on.
    this.#bucketAt = inside * this.#slots * FIELDS;
  }

  #closeBucket(buckets: Float64Array): void {
    if (this.#bucketAt < 0) return;
    putRow(buckets, this.#bucketAt, LAST, this.#last);
    if (this.#bands === undefined) return;
    this.#band(buckets);
    // It may be put there once more, when the trail no longer holds it.
    const at = this.#bucketAt + LAST * FIELDS;
    this.#last[3] = buckets[at + 3]!;
    this.#last[4] = buckets[at + 4]!;
  }

  /** Bands of what the bucket keeps so far. */
  #band(buckets: Float64Array): void {
    for (let slot = 0; slot < this.#slots; slot += 1) this.#bandAt(buckets, this.#bucketAt + slot * FIELDS);
  }

  /** Bands of the row whose FIELDS begin there, where it has none yet. */
  #bandAt(rows: Float64Array, at: number): void {
    const bands = this.#bands;
    const row = rows[at]!;
    // Also false for an empty slot.
    if (bands === undefined || !(row >= this.#bandedRows)) return;
    this.#pickBands(bands, row, rows[at + 2]!);
    rows[at + 3] = bands.upper;
    rows[at + 4] = bands.lower;
  }

  #bandFirst(): void {
    const bands = this.#bands;
    if (bands === undefined) return;
    for (let row = this.#bandedRows; row < this.rows; row += 1) {
      this.#pickBands(bands, row, this.#first.spread(row));
      this.#first.setBands(row, bands.upper, bands.lower);
    }
  }

  /** Sets `upper` and `lower` of the bands. */
  #pickBands(bands: BandsTrail, row: number, spread: number): void {
    bands.take(this.#warmRows + row);
    if (this.#everyHole && Number.isNaN(spread)) bands.upper = bands.lower = Number.NaN;
  }

  #forget(bands: BandsTrail): void {
    if (this.#buckets === undefined) this.#bandFirst();
    else {
      this.#closeBucket(this.#buckets);
      const { rows } = this.#even!;
      for (const at of this.#even!.since(this.#bandedRows)) this.#bandAt(rows, at);
    }
    this.#bandedRows = bands.rows - this.#warmRows;
    bands.forget();
  }
}
