// Fewer points of a chart without hiding anything: time buckets that keep first, last, least, greatest and a
// hole, and rows in between as far as there is room. Works on a stream: holds at most three times the rows that it
// may give back, whatever it is given. Never makes a row up: what comes back was there.

import { assert } from '../core/assert.js';
import type { Micros } from '../core/time.js';
import { EvenRows, FIELDS } from './even-rows.js';
import { grown } from './spread.js';

/** first, least, greatest, hole, last: what a bucket may keep. */
const SLOTS = 5;

/** What is kept first where there is no room for all: last, first, least, greatest, hole. */
const BY_WORTH = [4, 0, 1, 2, 3] as const;

export const POINTS_MIN = SLOTS;

/** Rows of a chart, ascending; arrays are exactly `length` long. NaN = missing. */
export interface ChartColumns {
  readonly length: number;
  readonly timestampsUs: Float64Array;
  readonly spreads: Float64Array;
  readonly upperBand: Float64Array;
  readonly lowerBand: Float64Array;
}

/**
 * Give it the rows of [.., toUs) in order, then `finish`. Up to `points` rows come back as they are; of more, exactly
 * `points`, in order, bands those of the kept rows. Each of floor(points / 5) equal time buckets between the first
 * row and `toUs` keeps its first and last row, the least and the greatest spread, and one row without a spread that
 * is not its first (a hole). The room that these leave is filled with rows evenly out of all. Fewer than five points
 * are the last row, the first, the least, the greatest: as many of them as asked for.
 */
export class Downsampler {
  /** Rows given so far. */
  rows = 0;
  readonly #points: number;
  readonly #toUs: Micros;
  #stampUs = new Float64Array(256);
  #spread = new Float64Array(256);
  #upper = new Float64Array(256);
  #lower = new Float64Array(256);
  #buckets: Float64Array | undefined;
  #even: EvenRows | undefined;
  #bucketCount = 0;
  #originUs = 0;
  #bucketUs = 1;

  /** `points`: an integer, or Infinity to keep all. */
  constructor(points: number, toUs: Micros) {
    assert(points > 0 && (Number.isInteger(points) || points === Infinity), 'points are a whole number');
    this.#points = points;
    this.#toUs = toUs;
  }

  push(stampUs: Micros, spread: number, upper: number, lower: number): void {
    const row = this.rows;
    this.rows += 1;
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

  #startBuckets(): Float64Array {
    this.#bucketCount = Math.max(1, Math.floor(this.#points / SLOTS));
    this.#originUs = this.#stampUs[0]!;
    this.#bucketUs = Math.max(1, (this.#toUs - this.#originUs) / this.#bucketCount);
    const buckets = new Float64Array(this.#bucketCount * SLOTS * FIELDS).fill(Number.NaN);
    this.#buckets = buckets;
    this.#even = new EvenRows(this.#points);
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
    this.#even!.push(row, stampUs, spread, upper, lower);
    this.#place(buckets, row, stampUs, spread, upper, lower);
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
    const first = inside * SLOTS * FIELDS;
    const put = (slot: number): void => {
      const at = first + slot * FIELDS;
      buckets[at] = row;
      buckets[at + 1] = stampUs;
      buckets[at + 2] = spread;
      buckets[at + 3] = upper;
      buckets[at + 4] = lower;
    };
    const isFirst = Number.isNaN(buckets[first]!);
    if (isFirst) put(0);
    if (Number.isNaN(spread)) {
      if (!isFirst && Number.isNaN(buckets[first + 3 * FIELDS]!)) put(3);
    } else {
      // Comparisons with an empty slot's NaN are false: hence the negations.
      if (!(spread >= buckets[first + FIELDS + 2]!)) put(1);
      if (!(spread <= buckets[first + 2 * FIELDS + 2]!)) put(2);
    }
    put(4);
  }

  #collect(buckets: Float64Array): ChartColumns {
    const chosen = this.#chosen(buckets);
    const even = this.#even!;
    even.withoutKept(chosen.map((at) => buckets[at]!));
    const fillers = even.choose(this.#points - chosen.length);
    const length = chosen.length + fillers.length;
    const kept = new Float64Array(length * FIELDS);
    let [fromChosen, fromFillers] = [0, 0];
    for (let to = 0; to < length; to += 1) {
      const at = chosen[fromChosen];
      const filler = fillers[fromFillers];
      const isChosen = filler === undefined || (at !== undefined && buckets[at]! < even.rows[filler]!);
      const source = isChosen ? buckets : even.rows;
      const start = isChosen ? at! : filler;
      if (isChosen) fromChosen += 1;
      else fromFillers += 1;
      for (let field = 0; field < FIELDS; field += 1) kept[to * FIELDS + field] = source[start + field]!;
    }
    const column = (field: number): Float64Array => {
      const values = new Float64Array(length);
      for (let row = 0; row < length; row += 1) values[row] = kept[row * FIELDS + field]!;
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

  /** Where the rows lie that the buckets keep, each row once, in the order of rows. */
  #chosen(buckets: Float64Array): number[] {
    const chosen: number[] = [];
    for (let bucket = 0; bucket < this.#bucketCount; bucket += 1) {
      const found = new Map<number, number>();
      for (const slot of BY_WORTH) {
        const at = (bucket * SLOTS + slot) * FIELDS;
        const row = buckets[at]!;
        if (!Number.isNaN(row) && found.size < this.#points) found.set(row, at);
      }
      chosen.push(...[...found.values()].sort((a, b) => buckets[a]! - buckets[b]!));
    }
    return chosen;
  }
}

/** The same for columns that are there already; all rows are before `toUs`. */
export function downsample(columns: ChartColumns, points: number, toUs: Micros): ChartColumns {
  const { length, timestampsUs, spreads, upperBand, lowerBand } = columns;
  const sampler = new Downsampler(points, toUs);
  for (let row = 0; row < length; row += 1) {
    sampler.push(timestampsUs[row]!, spreads[row]!, upperBand[row]!, lowerBand[row]!);
  }
  return sampler.finish();
}
