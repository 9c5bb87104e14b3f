// The points of one window: a ring of typed columns, bounded in time by its owner and in count by itself.
// Never allocates for a point once it has grown, and never scans: every call costs what it adds or removes.

import { assert } from '../core/assert.js';
import type { Micros } from '../core/time.js';
import { BANDS_WINDOW_ROWS } from '../series/bands.js';

/** stamp, spread, upper, lower. */
export const POINT_BYTES = 4 * 8;

/**
 * Points that have left the window but are kept behind its head, unseen: when the newest ones are taken back,
 * the bands are made again from what is then the last rows, some of which may have left already.
 */
export const WARM_POINTS = BANDS_WINDOW_ROWS;

const CAPACITY_MIN = 256;

/** Rows 0 … length−1 are the window, ascending by stamp; rows −warm … −1 are the unseen ones before it. */
export class PointRing {
  /** Points in the window. */
  length = 0;
  /** Unseen points before it. */
  warm = 0;
  /** Newest stamp that left because of the count, not the time; -Infinity while none did. */
  crowdedOutUs: Micros = Number.NEGATIVE_INFINITY;
  #stampUs = new Float64Array(CAPACITY_MIN);
  #spread = new Float64Array(CAPACITY_MIN);
  #upper = new Float64Array(CAPACITY_MIN);
  #lower = new Float64Array(CAPACITY_MIN);
  /** Where row −warm lies. */
  #start = 0;
  #pointsMax: number;

  constructor(pointsMax: number) {
    assert(Number.isInteger(pointsMax) && pointsMax > 0, 'a window has room for a point');
    this.#pointsMax = pointsMax;
  }

  get pointsMax(): number {
    return this.#pointsMax;
  }

  get bytes(): number {
    return this.#stampUs.length * POINT_BYTES;
  }

  /** Bytes that a ring of this bound can come to hold. */
  static bytesMax(pointsMax: number): number {
    return Math.max(CAPACITY_MIN, pointsMax + WARM_POINTS) * POINT_BYTES;
  }

  stampUs(row: number): Micros {
    return this.#stampUs[this.#slot(row)]!;
  }

  spread(row: number): number {
    return this.#spread[this.#slot(row)]!;
  }

  upper(row: number): number {
    return this.#upper[this.#slot(row)]!;
  }

  lower(row: number): number {
    return this.#lower[this.#slot(row)]!;
  }

  push(stampUs: Micros, spread: number, upper: number, lower: number): void {
    if (this.length === this.#pointsMax) {
      this.crowdedOutUs = this.stampUs(0);
      this.#leave();
    }
    if (this.warm + this.length === this.#stampUs.length)
      this.#move(Math.min(this.#capacityMax(), this.#stampUs.length * 2));
    const slot = this.#slot(this.length);
    this.#stampUs[slot] = stampUs;
    this.#spread[slot] = spread;
    this.#upper[slot] = upper;
    this.#lower[slot] = lower;
    this.length += 1;
  }

  /** Takes the points before `cutUs` out of the window; says how many. */
  evictBefore(cutUs: Micros): number {
    let gone = 0;
    while (this.length > 0 && this.#stampUs[this.#slot(0)]! < cutUs) {
      this.#leave();
      gone += 1;
    }
    return gone;
  }

  /** Forgets every point with a stamp >= fromUs, unseen ones too; says how many the window lost. */
  retract(fromUs: Micros): number {
    let gone = 0;
    while (this.length > 0 && this.stampUs(this.length - 1) >= fromUs) {
      this.length -= 1;
      gone += 1;
    }
    if (this.length === 0) while (this.warm > 0 && this.stampUs(-1) >= fromUs) this.warm -= 1;
    return gone;
  }

  /** The first row with a stamp > us; `length` where there is none. */
  rowAfter(us: Micros): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.stampUs(middle) > us) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** A new bound; what no longer fits leaves from the head. */
  resize(pointsMax: number): void {
    assert(Number.isInteger(pointsMax) && pointsMax > 0, 'a window has room for a point');
    this.#pointsMax = pointsMax;
    while (this.length > pointsMax) {
      this.crowdedOutUs = this.stampUs(0);
      this.#leave();
    }
    if (this.#stampUs.length > this.#capacityMax()) this.#move(this.#capacityMax());
  }

  #capacityMax(): number {
    return Math.max(CAPACITY_MIN, this.#pointsMax + WARM_POINTS);
  }

  /** The window's first point becomes an unseen one, and the oldest of those is forgotten. */
  #leave(): void {
    this.length -= 1;
    this.warm += 1;
    if (this.warm <= WARM_POINTS) return;
    this.warm -= 1;
    this.#start = (this.#start + 1) % this.#stampUs.length;
  }

  #slot(row: number): number {
    const slot = this.#start + this.warm + row;
    const capacity = this.#stampUs.length;
    return slot < capacity ? slot : slot - capacity;
  }

  #move(capacity: number): void {
    const total = this.warm + this.length;
    const from = this.#start;
    this.#stampUs = unrolled(this.#stampUs, from, total, capacity);
    this.#spread = unrolled(this.#spread, from, total, capacity);
    this.#upper = unrolled(this.#upper, from, total, capacity);
    this.#lower = unrolled(this.#lower, from, total, capacity);
    this.#start = 0;
  }
}

/** A copy with room for `capacity`, the ring's `total` values from `start` on at its beginning. */
function unrolled(
  values: Float64Array,
  start: number,
  total: number,
  capacity: number,
): Float64Array<ArrayBuffer> {
  const copy = new Float64Array(capacity);
  const first = Math.min(total, values.length - start);
  copy.set(values.subarray(start, start + first));
  copy.set(values.subarray(0, total - first), first);
  return copy;
}
