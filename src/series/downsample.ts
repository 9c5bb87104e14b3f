// Fewer points of a chart without hiding anything: time buckets that keep first, last, least, greatest and holes, and
// rows in between as far as there is room. Works on a stream: holds at most three times the rows that it may give back,
// whatever it is given. Never makes a row up: what comes back was there.

import { assert } from '../core/assert.js';
import type { Micros } from '../core/time.js';
import { EvenRows, FIELDS } from './even-rows.js';
import { grown } from './spread.js';

/** What a bucket may keep; the last two where every hole is kept: one after the least and one after the greatest. */
const [FIRST, LEAST, GREATEST, HOLE, LAST, HOLE_AFTER_LEAST, HOLE_AFTER_GREATEST] = [0, 1, 2, 3, 4, 5, 6];
const SLOTS = 5;
const SLOTS_EVERY_HOLE = 7;

/** What is kept first where there is no room for all. */
const BY_WORTH = [LAST, FIRST, LEAST, GREATEST, HOLE, HOLE_AFTER_LEAST, HOLE_AFTER_GREATEST] as const;

export interface DownsampleOptions {
  /**
   * No two values that are kept have a hole between them that is not: no line is ever drawn over one. Where there are
   * many holes, fewer than `points` rows come back. Default false: a bucket shows that it has a hole.
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
  readonly #slots: number;
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
    this.#bucketCount = Math.max(1, Math.floor(this.#points / this.#slots));
    this.#originUs = this.#stampUs[0]!;
    this.#bucketUs = Math.max(1, (this.#toUs - this.#originUs) / this.#bucketCount);
    const buckets = new Float64Array(this.#bucketCount * this.#slots * FIELDS).fill(Number.NaN);
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
    this.#even!.push(row, stampUs, spread, upper, lower, this.#holes);
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
      buckets[at + 5] = this.#holes;
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
    if (Number.isNaN(spread)) this.#holes += 1;
  }

  #collect(buckets: Float64Array): ChartColumns {
    const chosen = this.#chosen(buckets);
    const even = this.#even!;
    even.withoutKept(chosen.map((at) => buckets[at]!));
    const fillers = even.choose(this.#points - chosen.length);
    const kept = new Float64Array((chosen.length + fillers.length) * FIELDS);
    let [length, fromChosen, fromFillers] = [0, 0, 0];
    const everyHole = this.#slots === SLOTS_EVERY_HOLE;
    while (fromChosen < chosen.length || fromFillers < fillers.length) {
      const at = chosen[fromChosen];
      const filler = fillers[fromFillers];
      const isChosen = filler === undefined || (at !== undefined && buckets[at]! < even.rows[filler]!);
      if (isChosen) fromChosen += 1;
      else fromFillers += 1;
      const source = isChosen ? buckets : even.rows;
      const from = isChosen ? at! : filler;
      // Of two that would draw a line over a hole, a filler gives way, and among the others the earlier.
      if (everyHole && hidesHole(kept, length - 1, source, from)) {
        if (!isChosen) continue;
        while (length > 0 && hidesHole(kept, length - 1, source, from)) length -= 1;
      }
      kept.set(source.subarray(from, from + FIELDS), length * FIELDS);
      length += 1;
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
        if (slot >= this.#slots) continue;
        const at = (bucket * this.#slots + slot) * FIELDS;
        const row = buckets[at]!;
        if (!Number.isNaN(row) && found.size < this.#points) found.set(row, at);
      }
      chosen.push(...[...found.values()].sort((a, b) => buckets[a]! - buckets[b]!));
    }
    return chosen;
  }
}

/** Whether a hole that is not kept lies between the values of a kept row and of the one to come after it. */
function hidesHole(kept: Float64Array, row: number, source: Float64Array, from: number): boolean {
  if (row < 0) return false;
  const at = row * FIELDS;
  const areValues = !Number.isNaN(kept[at + 2]!) && !Number.isNaN(source[from + 2]!);
  return areValues && kept[at + 5] !== source[from + 5];
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
