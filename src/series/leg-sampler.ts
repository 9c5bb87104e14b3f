// Fewer rows of one leg without hiding anything: even time buckets that keep first, last, least bid, greatest ask, and of
// every hole between two rows that are kept its beginning. Holds no more rows than it may give back. Never makes a row up.

import { assert } from '../core/assert.js';
import type { Micros } from '../core/time.js';

/** Row number, stamp, bid, ask. */
const FIELDS = 4;
const [FIRST, LEAST_BID, GREATEST_ASK, LAST] = [0, 1, 2, 3];
/** The first hole after the first row, after the least bid, after the greatest ask. */
const [HOLE_AFTER_FIRST, HOLE_AFTER_LEAST, HOLE_AFTER_GREATEST] = [4, 5, 6];
/** Rows that one bucket keeps at most. */
export const LEG_SLOTS = 7;

export class LegSampler {
  readonly #toUs: Micros;
  readonly #buckets: number;
  readonly #points: number;
  /** Buckets lie between the first row and the end: nothing is kept for time without rows before it. */
  #originUs: Micros = Number.NaN;
  #bucketUs = 1;
  /** All rows, as long as there are not more than points; then null. */
  #all: number[] | null = [];
  readonly #kept: number[] = [];
  /** Of the bucket that is being filled: FIELDS values a slot; a row number of NaN = empty. */
  readonly #slots = new Float64Array(LEG_SLOTS * FIELDS).fill(Number.NaN);
  #bucket = -1;
  #row = 0;

  /** Of the rows up to `toUs` at most `points` >= LEG_SLOTS come back; all of them where there are not more. */
  constructor(points: number, toUs: Micros) {
    assert(Number.isInteger(points) && points >= LEG_SLOTS, 'a bucket of rows fits');
    this.#points = points;
    this.#toUs = toUs;
    this.#buckets = Math.floor(points / LEG_SLOTS);
  }

  /** In order. */
  push(stampUs: Micros, bid: number, ask: number): void {
    if (this.#all === null) {
      this.#take(stampUs, bid, ask);
      return;
    }
    this.#all.push(this.#all.length / FIELDS, stampUs, bid, ask);
    if (this.#all.length <= this.#points * FIELDS) return;
    const all = this.#all;
    this.#all = null;
    this.#originUs = all[1]!;
    this.#bucketUs = (this.#toUs - this.#originUs) / this.#buckets;
    for (let at = 0; at < all.length; at += FIELDS) this.#take(all[at + 1]!, all[at + 2]!, all[at + 3]!);
  }

  finish(): {
    readonly length: number;
    readonly timestampsUs: Float64Array;
    readonly bid: Float64Array;
    readonly ask: Float64Array;
  } {
    if (this.#all === null) this.#close();
    const rows = this.#all ?? this.#kept;
    const length = rows.length / FIELDS;
    const column = (field: number) => Float64Array.from({ length }, (_, row) => rows[row * FIELDS + field]!);
    return { length, timestampsUs: column(1), bid: column(2), ask: column(3) };
  }

  #take(us: Micros, bid: number, ask: number): void {
    this.#row += 1;
    const bucket = Math.min(this.#buckets - 1, Math.floor((us - this.#originUs) / this.#bucketUs));
    if (bucket !== this.#bucket) {
      this.#close();
      this.#bucket = bucket;
      this.#put(FIRST, us, bid, ask);
    }
    this.#put(LAST, us, bid, ask);
    if (Number.isNaN(bid) && Number.isNaN(ask)) {
      this.#hole(FIRST, HOLE_AFTER_FIRST, us);
      this.#hole(LEAST_BID, HOLE_AFTER_LEAST, us);
      this.#hole(GREATEST_ASK, HOLE_AFTER_GREATEST, us);
      return;
    }
    // False for NaN on the left; a slot that is empty is no bound.
    if (bid < this.#price(LEAST_BID, 2, Number.POSITIVE_INFINITY)) {
      this.#put(LEAST_BID, us, bid, ask);
      this.#slots[HOLE_AFTER_LEAST * FIELDS] = Number.NaN;
    }
    if (ask > this.#price(GREATEST_ASK, 3, Number.NEGATIVE_INFINITY)) {
      this.#put(GREATEST_ASK, us, bid, ask);
      this.#slots[HOLE_AFTER_GREATEST * FIELDS] = Number.NaN;
    }
  }

  #hole(after: number, slot: number, us: Micros): void {
    if (this.#isEmpty(after) || !this.#isEmpty(slot)) return;
    this.#put(slot, us, Number.NaN, Number.NaN);
  }

  #isEmpty(slot: number): boolean {
    return Number.isNaN(this.#slots[slot * FIELDS]!);
  }

  #price(slot: number, field: 2 | 3, none: number): number {
    return this.#isEmpty(slot) ? none : this.#slots[slot * FIELDS + field]!;
  }

  #put(slot: number, us: Micros, bid: number, ask: number): void {
    const at = slot * FIELDS;
    this.#slots[at] = this.#row;
    this.#slots[at + 1] = us;
    this.#slots[at + 2] = bid;
    this.#slots[at + 3] = ask;
  }

  /** The rows of the bucket, in order, each once. */
  #close(): void {
    const rows = new Map<number, number[]>();
    for (let at = 0; at < this.#slots.length; at += FIELDS) {
      const row = [...this.#slots.subarray(at, at + FIELDS)];
      if (!Number.isNaN(row[0]!)) rows.set(row[0]!, row);
    }
    for (const row of [...rows.values()].sort((a, b) => a[0]! - b[0]!)) this.#kept.push(...row);
    this.#slots.fill(Number.NaN);
  }
}
