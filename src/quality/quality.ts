// Is this spread real? Every pair's refusals, by the legs' latest quotes and what is known of them: the one answer for table, charts,
// alerts, lists and feeds. A function of the hub's events alone: it asks no clock, and a replay gives the same. Never refuses in silence:
// what it says, `explain.ts` shows with its numbers.

import type { ColdEvent, Subscriber } from '../core/event.js';
import { REFUSAL_BIT, REFUSALS, type Refusal, type RefusalBits, refusalsOf } from '../core/refusals.js';
import { type Micros, US_PER_MS } from '../core/time.js';
import { spreadPercent } from '../series/spread.js';
import { Basis } from './basis.js';
import { type DayOfPair, DayShare } from './day-share.js';
import { Episodes, type QualityPairs } from './episodes.js';
import { CONFIRMING_QUOTES, Legs, type LegsOptions } from './legs.js';
import type { QualityThresholds } from './thresholds.js';

/** What is known of the legs being one coin in one unit. */
export type IdentityState = 'pending' | 'same' | 'other';

export interface QualityOptions extends LegsOptions {
  readonly pairs: QualityPairs;
  /** Percent: taker fees of a round trip. */
  readonly costPercent: (pair: number) => number;
  readonly identity: (pair: number) => IdentityState;
  readonly thresholds: QualityThresholds;
}

/** One pair at one moment. Percent; NaN where there is none. */
export interface PairQuality {
  readonly refusals: RefusalBits;
  /** The direction that pays more: 12 = sold on the left leg, bought on the right; 21 the other way round. */
  readonly direction: 12 | 21;
  readonly spreadPercent: number;
  /** Executable in that direction, less the costs. */
  readonly edgePercent: number;
  /** The same, less what stands there all the time. */
  readonly freshEdgePercent: number;
  /** The pair's own long median; NaN while too little is known. */
  readonly basisPercent: number;
  /** Since when it has paid its costs in that direction; NaN: it does not. */
  readonly sinceUs: Micros;
  /** Worth of the smaller top that would be traded, in the quote currency; NaN where sizes are not known. */
  readonly notional: number;
  readonly skewUs: number;
}

/** How many pairs there are, could be traded, and are refused for what; most for more than one reason. */
export interface QualityCounts {
  readonly pairs: number;
  readonly tradable: number;
  readonly refused: Readonly<Record<Refusal, number>>;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

export class Quality implements Subscriber {
  readonly legs: Legs;
  readonly thresholds: QualityThresholds;
  /** By number: refusals as of the last whole second; those of a pair that is not known yet are `no-live-leg`. */
  readonly refusals: Uint16Array;
  /** By number, percent, as of the last whole second: what is left of the edge beyond the pair's basis; NaN where there is none. */
  readonly freshEdge: Float64Array;
  readonly #options: QualityOptions;
  readonly #episodes: Episodes;
  readonly #basis: Basis;
  readonly #day: DayShare;
  readonly #cost: Float64Array;
  #known = 0;
  /** Of the last look: one for all. */
  readonly #found: Mutable<PairQuality> = {
    ...{ refusals: 0, direction: 12, spreadPercent: 0, edgePercent: 0, freshEdgePercent: 0 },
    ...{ basisPercent: 0, sinceUs: 0, notional: 0, skewUs: 0 },
  };

  constructor(options: QualityOptions) {
    const { pairs, latest, thresholds } = options;
    this.#options = options;
    this.thresholds = thresholds;
    this.legs = new Legs(options);
    this.#episodes = new Episodes(pairs, latest);
    this.#basis = new Basis(pairs.pairsMax);
    this.#day = new DayShare(pairs.pairsMax);
    this.#cost = new Float64Array(pairs.pairsMax).fill(Number.NaN);
    this.refusals = new Uint16Array(pairs.pairsMax).fill(REFUSAL_BIT['no-live-leg']);
    this.freshEdge = new Float64Array(pairs.pairsMax).fill(Number.NaN);
  }

  static bytesMax(pairsMax: number, instrumentsMax: number): number {
    const own = pairsMax * (2 + 8 + 8);
    const parts = Basis.bytesMax(pairsMax) + DayShare.bytesMax(pairsMax) + Episodes.bytesMax(pairsMax);
    return own + parts + Legs.bytesMax(instrumentsMax);
  }

  /** Of all pairs, as of the last whole second. */
  counts(): QualityCounts {
    const refused = Object.fromEntries(REFUSALS.map((refusal) => [refusal, 0])) as Record<Refusal, number>;
    let tradable = 0;
    for (let pair = 0; pair < this.#known; pair += 1) {
      const bits = this.refusals[pair]!;
      if (bits === 0) tradable += 1;
      else for (const refusal of refusalsOf(bits)) refused[refusal] += 1;
    }
    return { pairs: this.#known, tradable, refused };
  }

  /** Of the last day, as far as this process has seen it. */
  dayOf(pair: number): DayOfPair {
    return this.#day.of(pair);
  }

  identityOf(pair: number): IdentityState {
    return this.#options.identity(pair);
  }

  /** Percent, of a round trip. */
  costPercent(pair: number): number {
    return this.#cost[pair]!;
  }

  quote(
    stampUs: Micros,
    instrumentId: number,
    bid: number,
    bidSize: number,
    ask: number,
    askSize: number,
    exchangeUs: Micros,
  ): void {
    const endsHole = this.legs.quote(stampUs, instrumentId, bid, bidSize, ask, askSize, exchangeUs);
    // What the other leg did meanwhile was held against a price that did not count.
    if (endsHole) this.#episodes.end(instrumentId);
    this.#episodes.quote(stampUs, instrumentId);
  }

  cold(event: ColdEvent): void {
    if (this.legs.cold(event) && 'instrumentId' in event) this.#episodes.end(event.instrumentId);
  }

  /** All pairs, as of the whole second. */
  readonly second = (us: Micros): void => {
    this.#meetNewPairs();
    const isSampled = this.#basis.isDue(us);
    if (isSampled) this.#basis.open(us);
    this.#day.open(us);
    for (let pair = 0; pair < this.#known; pair += 1) {
      const found = this.look(pair, us);
      this.refusals[pair] = found.refusals;
      this.freshEdge[pair] = found.freshEdgePercent;
      // What stands there all the time is no episode that has been going on: one begins beyond it.
      if (!Number.isNaN(found.basisPercent)) this.#episodes.set(pair, this.#cost[pair]!, found.basisPercent);
      if (isSampled) this.#basis.sample(pair, found.spreadPercent);
      if (!Number.isNaN(found.spreadPercent))
        this.#day.count(pair, found.edgePercent > 0, found.refusals === 0);
    }
  };

  /** The same object each time: it holds until the next look. `nowUs`: not before the newest event. */
  look(pair: number, nowUs: Micros): PairQuality {
    const { pairs } = this.#options;
    const [leg1, leg2] = [pairs.left[pair]!, pairs.right[pair]!];
    const found = this.#found;
    found.refusals = this.legs.refusals(leg1, nowUs) | this.legs.refusals(leg2, nowUs);
    // What does not stand has no spread: other reasons would be of prices that are none.
    if (found.refusals !== 0) this.#nothing(found);
    else this.#judge(found, pair, leg1, leg2, nowUs);
    return found;
  }

  /** The refusals alone: of a point of the pair at `nowUs`. */
  refusalsAt(pair: number, nowUs: Micros): RefusalBits {
    return this.look(pair, nowUs).refusals;
  }

  /** Of the pair of two instruments, whichever is left; of two that are no pair nothing is believed. */
  readonly refusalsOf = (leg1: number, leg2: number, nowUs: Micros): RefusalBits => {
    const { pairs } = this.#options;
    for (const pair of pairs.of(leg1))
      if (pairs.left[pair] === leg2 || pairs.right[pair] === leg2) return this.refusalsAt(pair, nowUs);
    return REFUSAL_BIT['no-live-leg'];
  };

  #nothing(found: Mutable<PairQuality>): void {
    found.direction = 12;
    found.spreadPercent = Number.NaN;
    found.edgePercent = Number.NaN;
    found.freshEdgePercent = Number.NaN;
    found.basisPercent = Number.NaN;
    found.sinceUs = Number.NaN;
    found.notional = Number.NaN;
    found.skewUs = Number.NaN;
  }

  #judge(found: Mutable<PairQuality>, pair: number, leg1: number, leg2: number, nowUs: Micros): void {
    const { bid, ask, bidSize, askSize } = this.legs.latest;
    const executable12 = spreadPercent(bid[leg1]!, ask[leg2]!);
    const executable21 = spreadPercent(bid[leg2]!, ask[leg1]!);
    const is12 = !(executable21 > executable12);
    const [sold, bought] = is12 ? [leg1, leg2] : [leg2, leg1];
    found.direction = is12 ? 12 : 21;
    found.spreadPercent = spreadPercent(bid[leg1]!, bid[leg2]!);
    found.edgePercent = (is12 ? executable12 : executable21) - this.#cost[pair]!;
    found.notional = Math.min(bid[sold]! * bidSize[sold]!, ask[bought]! * askSize[bought]!);
    found.skewUs = this.#skewUs(leg1, leg2);
    found.sinceUs = (is12 ? this.#episodes.since12Us : this.#episodes.since21Us)[pair]!;
    let bits = this.#ofPrices(found, pair, executable12, executable21);
    if (bid[leg1]! > ask[leg1]! || bid[leg2]! > ask[leg2]!) bits |= REFUSAL_BIT.crossed;
    if (bidSize[sold] === 0 || askSize[bought] === 0) bits |= REFUSAL_BIT['one-sided'];
    else if (found.notional < this.thresholds.notionalMin) bits |= REFUSAL_BIT.thin;
    if (found.skewUs > this.thresholds.skewMsMax * US_PER_MS) bits |= REFUSAL_BIT.skewed;
    if (!this.#hasConfirmed(leg1, found.sinceUs) || !this.#hasConfirmed(leg2, found.sinceUs))
      bits |= REFUSAL_BIT.unconfirmed;
    found.basisPercent = Number.NaN;
    found.freshEdgePercent = found.edgePercent;
    // A median is only made where something hangs on it.
    if (found.edgePercent > 0) bits |= this.#ofBasis(found, pair, is12, nowUs);
    else bits |= REFUSAL_BIT['below-costs'];
    // What pays nothing fresh has not begun.
    if (found.freshEdgePercent > 0) bits |= this.#ofTime(found, nowUs);
    found.refusals = bits;
  }

  #ofPrices(found: PairQuality, pair: number, executable12: number, executable21: number): RefusalBits {
    const state = this.#options.identity(pair);
    const { implausiblePercent, implausiblePendingPercent } = this.thresholds;
    const most = state === 'same' ? implausiblePercent : implausiblePendingPercent;
    const greatest = Math.max(Math.abs(found.spreadPercent), executable12, executable21);
    return (state === 'other' ? REFUSAL_BIT.identity : 0) | (greatest <= most ? 0 : REFUSAL_BIT.implausible);
  }

  #ofTime({ sinceUs }: PairQuality, nowUs: Micros): RefusalBits {
    // NaN: it pays by so little that no episode has begun, or the pair is new.
    return nowUs - sinceUs >= this.thresholds.flickerMsMin * US_PER_MS ? 0 : REFUSAL_BIT.flicker;
  }

  #ofBasis(found: Mutable<PairQuality>, pair: number, is12: boolean, nowUs: Micros): RefusalBits {
    const basis = this.#basis.percent(pair, nowUs);
    found.basisPercent = basis;
    if (Number.isNaN(basis)) return 0;
    // What stands in the other direction is no gain that anybody has seen.
    found.freshEdgePercent = found.edgePercent - Math.max(0, is12 ? basis : -basis);
    return found.freshEdgePercent > 0 ? 0 : REFUSAL_BIT.basis;
  }

  /** It spoke twice since it came back, and said something else since the spread opened: an old top that is repeated proves nobody. */
  #hasConfirmed(leg: number, sinceUs: Micros): boolean {
    if (this.legs.spoken[leg]! < CONFIRMING_QUOTES) return false;
    return !(this.legs.changedUs[leg]! <= sinceUs);
  }

  #skewUs(leg1: number, leg2: number): number {
    const [delay1, delay2] = [this.legs.delayUs[leg1]!, this.legs.delayUs[leg2]!];
    // One without a time is as fast as it can be, as far as anybody can tell.
    return Math.abs((Number.isNaN(delay1) ? 0 : delay1) - (Number.isNaN(delay2) ? 0 : delay2));
  }

  #meetNewPairs(): void {
    const { pairs, costPercent } = this.#options;
    for (; this.#known < pairs.size; this.#known += 1) {
      const pair = this.#known;
      this.#cost[pair] = costPercent(pair);
      this.#episodes.set(pair, this.#cost[pair]!);
    }
  }
}
