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

/** So far below what it must be a spread is over (0.05 %); nearer it goes on, for tops quiver. */
const CLOSED_BELOW = 0.0005;

export class Episodes {
  /** By number: sold on the left leg and bought on the right; NaN: it does not pay. */
  readonly since12Us: Float64Array;
  /** The other way round. */
  readonly since21Us: Float64Array;
  readonly #pairs: QualityPairs;
  readonly #bid: Float64Array;
  readonly #ask: Float64Array;
  /** How many times the price of the right leg the left one's must be to begin; NaN until the pair is known. */
  readonly #opens12: Float64Array;
  /** And the right one's that of the left. */
  readonly #opens21: Float64Array;
  /** 1: an episode of either direction is under way. */
  readonly #isOpen: Uint8Array;

  constructor(pairs: QualityPairs, latest: { readonly bid: Float64Array; readonly ask: Float64Array }) {
    const column = () => new Float64Array(pairs.pairsMax).fill(Number.NaN);
    this.#pairs = pairs;
    this.#isOpen = new Uint8Array(pairs.pairsMax);
    this.#bid = latest.bid;
    this.#ask = latest.ask;
    [this.since12Us, this.since21Us, this.#opens12, this.#opens21] = [column(), column(), column(), column()];
  }

  static bytesMax(pairsMax: number): number {
    return pairsMax * (4 * 8 + 1);
  }

  /**
   * What an executable spread must be beyond, percent: the costs of a round trip, and in one direction what stands there all the time, the
   * pair's own basis (of the left leg over the right one).
   */
  set(pair: number, costPercent: number, basisPercent = 0): void {
    this.#opens12[pair] = 1 + (costPercent + Math.max(0, basisPercent)) / 100;
    this.#opens21[pair] = 1 + (costPercent + Math.max(0, -basisPercent)) / 100;
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
      const isLeft = left[pair] === instrumentId;
      const opensSale = (isLeft ? this.#opens12 : this.#opens21)[pair]!;
      const opensPurchase = (isLeft ? this.#opens21 : this.#opens12)[pair]!;
      // Mostly neither direction pays: then nothing is written. NaN passes neither: no price, no episode.
      const sells = bid > asks[other]! * (opensSale - CLOSED_BELOW);
      const buys = bids[other]! > ask * (opensPurchase - CLOSED_BELOW);
      if (!sells && !buys && this.#isOpen[pair] === 0) continue;
      const [sale, purchase] = isLeft ? [this.since12Us, this.since21Us] : [this.since21Us, this.since12Us];
      follow(sale, pair, sells, bid > asks[other]! * opensSale, stampUs);
      follow(purchase, pair, buys, bids[other]! > ask * opensPurchase, stampUs);
      this.#isOpen[pair] = Number.isNaN(sale[pair]!) && Number.isNaN(purchase[pair]!) ? 0 : 1;
    }
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

/** Goes on while it is near enough; begins where it is far enough. */
function follow(since: Float64Array, pair: number, goesOn: boolean, begins: boolean, stampUs: Micros): void {
  if (!goesOn) since[pair] = Number.NaN;
  else if (begins && Number.isNaN(since[pair]!)) since[pair] = stampUs;
}
