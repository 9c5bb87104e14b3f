// Since when the executable spreads of a pair have paid their costs, in both directions: looked at with every quote of a leg, so that a
// spread that was gone for a moment begins anew. A quote costs two comparisons for each pair of its instrument.

import type { Micros } from '../core/time.js';

/** Numbers of the pairs, of their legs, and the pairs of an instrument. */
export interface QualityPairs {
  readonly size: number;
  readonly pairsMax: number;
  /** Instrument ids of the legs, by number. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  of(instrumentId: number): readonly number[];
}

/** So far below its costs a spread is over; nearer it goes on, for tops quiver. Percent. */
const CLOSED_BELOW_PERCENT = 0.05;

export class Episodes {
  /** By number: sold on the left leg and bought on the right; NaN: it does not pay. */
  readonly since12Us: Float64Array;
  /** The other way round. */
  readonly since21Us: Float64Array;
  readonly #pairs: QualityPairs;
  readonly #bid: Float64Array;
  readonly #ask: Float64Array;
  /** How many times the other price a price must be to begin, and to go on; NaN until the pair is known. */
  readonly #opens: Float64Array;
  readonly #goesOn: Float64Array;

  constructor(pairs: QualityPairs, latest: { readonly bid: Float64Array; readonly ask: Float64Array }) {
    const column = () => new Float64Array(pairs.pairsMax).fill(Number.NaN);
    this.#pairs = pairs;
    this.#bid = latest.bid;
    this.#ask = latest.ask;
    [this.since12Us, this.since21Us, this.#opens, this.#goesOn] = [column(), column(), column(), column()];
  }

  static bytesMax(pairsMax: number): number {
    return pairsMax * 4 * 8;
  }

  /** Costs of a round trip, percent. */
  meet(pair: number, costPercent: number): void {
    this.#opens[pair] = 1 + costPercent / 100;
    this.#goesOn[pair] = 1 + (costPercent - CLOSED_BELOW_PERCENT) / 100;
  }

  /** A leg of these has a new quote. */
  quote(stampUs: Micros, instrumentId: number): void {
    const { left, right } = this.#pairs;
    for (const pair of this.#pairs.of(instrumentId)) {
      const [leg1, leg2] = [left[pair]!, right[pair]!];
      this.#look(this.since12Us, pair, this.#bid[leg1]!, this.#ask[leg2]!, stampUs);
      this.#look(this.since21Us, pair, this.#bid[leg2]!, this.#ask[leg1]!, stampUs);
    }
  }

  /** The quote of a leg has ended: what comes begins anew. */
  end(instrumentId: number): void {
    for (const pair of this.#pairs.of(instrumentId)) {
      this.since12Us[pair] = Number.NaN;
      this.since21Us[pair] = Number.NaN;
    }
  }

  #look(since: Float64Array, pair: number, sold: number, bought: number, stampUs: Micros): void {
    // NaN passes neither: no price, no episode.
    if (!(sold > bought * this.#goesOn[pair]!)) since[pair] = Number.NaN;
    else if (Number.isNaN(since[pair]!) && sold > bought * this.#opens[pair]!) since[pair] = stampUs;
  }
}
