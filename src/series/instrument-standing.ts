// Whether the newest quote of an instrument stands, for whoever reads the hub's latest quotes: by what was told of gaps, sides and
// age limits. A value too few now and then, never one too many.

import type { Micros } from '../core/time.js';
import { STALE_LIMIT_US_DEFAULT } from './valid.js';

export class InstrumentStanding {
  /** Index = instrument id: how long a quote counts from its stamp. */
  readonly limitUs: Float64Array;
  /** Quotes stamped up to here do not stand. */
  readonly #goneUs: Float64Array;
  /** The hub's. */
  readonly #stampUs: Float64Array;

  constructor(stampUs: Float64Array, instrumentsMax: number) {
    this.#stampUs = stampUs;
    this.limitUs = new Float64Array(instrumentsMax).fill(STALE_LIMIT_US_DEFAULT);
    this.#goneUs = new Float64Array(instrumentsMax).fill(Number.NEGATIVE_INFINITY);
  }

  static bytesMax(instrumentsMax: number): number {
    return instrumentsMax * 2 * 8;
  }

  /** The newest quote counts at `nowUs`; false before the first. */
  stands(instrumentId: number, nowUs: Micros): boolean {
    const stampUs = this.#stampUs[instrumentId]!;
    // NaN (no quote yet) fails both.
    return stampUs > this.#goneUs[instrumentId]! && stampUs + this.limitUs[instrumentId]! > nowUs;
  }

  /** It was told that no quote from before `stampUs` stands. */
  isGone(instrumentId: number): boolean {
    return this.#stampUs[instrumentId]! <= this.#goneUs[instrumentId]!;
  }

  gap(instrumentId: number, stampUs: Micros): void {
    this.#goneUs[instrumentId] = stampUs;
  }

  /** A limit may end the present quote, and never revives one that it had ended before. */
  limit(instrumentId: number, stampUs: Micros, limitUs: number): void {
    const endUs = this.#stampUs[instrumentId]! + this.limitUs[instrumentId]!;
    if (endUs <= stampUs) this.#goneUs[instrumentId] = stampUs;
    this.limitUs[instrumentId] = limitUs;
  }
}
