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
  /** 1: an episode of either direction is under way. */
  readonly #isOpen: Uint8Array;

  constructor(pairs: QualityPairs, latest: { readonly bid: Float64Array; readonly ask: Float64Array }) {
    const column = () => new Float64Array(pairs.pairsMax).fill(Number.NaN);
    this.#pairs = pairs;
    this.#isOpen = new Uint8Array(pairs.pairsMax);
    this.#bid = latest.bid;
    this.#ask = latest.ask;
    [this.since12Us, this.since21Us, this.#opens, this.#goesOn] = [column(), column(), column(), column()];
  }

  static bytesMax(pairsMax: number): number {
    return pairsMax * (4 * 8 + 1);
  }

  /** Costs of a round trip, percent. */
  meet(pair: number, costPercent: number): void {
    this.#opens[pair] = 1 + costPercent / 100;
    this.#goesOn[pair] = 1 + (costPercent - CLOSED_BELOW_PERCENT) / 100;
  }

  /** A leg of these has a new quote. */
  quote(stampUs: Micros, instrumentId: number): void {
    const { left, right } = this.#pairs;
    const [bids, asks] = [this.#bid, this.#ask];
    const [bid, ask] = [bids[instrumentId]!, asks[instrumentId]!];
    const pairs = this.#pairs.of(instrumentId);
    for (let at = 0; at < pairs.length; at += 1) {
      const pair = pairs[at]!;
      const other = left[pair] === instrumentId ? right[pair]! : left[pair]!;
      const goesOn = this.#goesOn[pair]!;
      // Mostly neither direction pays: then nothing is written. NaN passes neither: no price, no episode.
      const sells = bid > asks[other]! * goesOn;
      const buys = bids[other]! > ask * goesOn;
      if (sells || buys || this.#isOpen[pair] === 1)
        this.#follow(pair, left[pair] === instrumentId, sells, buys, other, instrumentId, stampUs);
    }
  }

  /** `sells`: the instrument's bid is far enough above the other's ask for an episode to go on; `buys`: the other way round. */
  #follow(
    pair: number,
    isLeft: boolean,
    sells: boolean,
    buys: boolean,
    other: number,
    own: number,
    stampUs: Micros,
  ): void {
    const opens = this.#opens[pair]!;
    const [since, sinceTurned] = isLeft ? [this.since12Us, this.since21Us] : [this.since21Us, this.since12Us];
    if (!sells) since[pair] = Number.NaN;
    else if (Number.isNaN(since[pair]!) && this.#bid[own]! > this.#ask[other]! * opens) since[pair] = stampUs;
    if (!buys) sinceTurned[pair] = Number.NaN;
    else if (Number.isNaN(sinceTurned[pair]!) && this.#bid[other]! > this.#ask[own]! * opens)
      sinceTurned[pair] = stampUs;
    const isOpen = !Number.isNaN(since[pair]!) || !Number.isNaN(sinceTurned[pair]!);
    this.#isOpen[pair] = isOpen ? 1 : 0;
  }

  /** The quote of a leg has ended: what comes begins anew. */
  end(instrumentId: number): void {
    for (const pair of this.#pairs.of(instrumentId)) {
      this.since12Us[pair] = Number.NaN;
      this.since21Us[pair] = Number.NaN;
      this.#isOpen[pair] = 0;
    }
  }
}
