// The newest quotes of one instrument that is part of a watched pair: those that a gap may still take back. Bounded by its owner.

import { firstNotBelow } from '../core/search.js';
import type { Micros } from '../core/time.js';
import type { RowStretch } from '../series/pair-join.js';
import { grown } from '../series/spread.js';

export const ROW_BYTES = 3 * 8;
const CAPACITY_MIN = 64;
/** Little: what is taken and not needed is room that others lack. */
const GROWTH = 1.25;

export class LiveLeg {
  readonly instrumentId: number;
  /** Of the newest row that is no longer held. */
  forgottenUs: Micros = Number.NEGATIVE_INFINITY;
  /** The last one: for pairs that begin after it. */
  gap: { readonly stampUs: Micros; readonly fromUs: Micros } | null = null;
  #from = 0;
  #to = 0;
  #stamps = new Float64Array(CAPACITY_MIN);
  #bids = new Float64Array(CAPACITY_MIN);
  #asks = new Float64Array(CAPACITY_MIN);

  constructor(instrumentId: number) {
    this.instrumentId = instrumentId;
  }

  get rows(): number {
    return this.#to - this.#from;
  }

  /** Rows that it has taken room for. */
  get capacity(): number {
    return this.#stamps.length;
  }

  /** Rows that the next one makes it take room for. */
  get growth(): number {
    return this.rows < this.capacity ? 0 : Math.ceil(this.capacity * (GROWTH - 1));
  }

  get oldestUs(): Micros {
    return this.rows === 0 ? Number.POSITIVE_INFINITY : this.#stamps[this.#from]!;
  }

  push(stampUs: Micros, bid: number, ask: number): void {
    if (this.#to === this.capacity) this.#move(this.capacity + this.growth);
    this.#stamps[this.#to] = stampUs;
    this.#bids[this.#to] = bid;
    this.#asks[this.#to] = ask;
    this.#to += 1;
  }

  before(beforeUs: Micros): RowStretch {
    return this.between(Number.NEGATIVE_INFINITY, beforeUs);
  }

  /** Those of [fromUs, beforeUs): they hold until the next call. */
  between(fromUs: Micros, beforeUs: Micros): RowStretch {
    const [length, stamps] = [this.#to, this.#stamps];
    const from = firstNotBelow(stamps, fromUs, this.#from, length);
    const to = firstNotBelow(stamps, beforeUs, from, length);
    return { columns: { length, receivedUs: stamps, bid: this.#bids, ask: this.#asks }, from, to };
  }

  /** They are no longer wanted; room that is not needed is given back. */
  forget({ from, to }: RowStretch): void {
    if (from < to) this.forgottenUs = this.#stamps[to - 1]!;
    this.#from = to;
    if (this.capacity > CAPACITY_MIN && this.rows < this.capacity / 4)
      this.#move(Math.max(CAPACITY_MIN, Math.ceil(this.capacity / 2)));
  }

  #move(capacity: number): void {
    const [from, to] = [this.#from, this.#to];
    const moved = (values: Float64Array) => grown(values.subarray(from, to), to - from, capacity);
    [this.#stamps, this.#bids, this.#asks] = [moved(this.#stamps), moved(this.#bids), moved(this.#asks)];
    [this.#from, this.#to] = [0, to - from];
  }
}
