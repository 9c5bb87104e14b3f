// Which live pairs move most, for as long as no statistics say which are worth watching: looks at every pair
// of live legs every few seconds and keeps four numbers of each. An approximation, and never more than that.

import { exchangeKey, marketOf } from '../core/exchange.js';
import type { Instrument } from '../core/instrument.js';
import { symbolKey } from '../core/symbol.js';
import { type Micros, US_PER_MINUTE } from '../core/time.js';
import { spreadPercent } from '../series/spread.js';
import type { PairNames } from './window.js';

/** The hub's latest quotes, index = instrument id; NaN before the first. */
export interface LatestBids {
  readonly stampUs: Float64Array;
  readonly bid: Float64Array;
}

export interface MoversOptions {
  readonly instruments: { all(): readonly Instrument[] };
  /** Pairs looked at; those beyond are not (and are counted). */
  readonly candidatesMax: number;
  /** True: spot is paired with perpetuals too. */
  readonly spotPerp: boolean;
}

/** How often `sample` should be called. */
export const MOVERS_SAMPLE_MS = 5_000;
/** A leg without a quote for longer is not live. */
const LIVE_US = US_PER_MINUTE;
/** Movement is that of the block under way and the one before it: one to two minutes. */
const BLOCK_US = US_PER_MINUTE;
/** Legs this far apart are hardly the same asset. */
const SANE_SPREAD_PERCENT = 10;
/** What was ranked before counts as moving so much more: pairs of like movement would take turns for ever. */
const STAYING = 1.5;

interface Candidate {
  readonly left: Instrument;
  readonly right: Instrument;
  least: number;
  greatest: number;
  leastBefore: number;
  greatestBefore: number;
  liveUs: Micros;
}

export class Movers {
  /** Pairs that found no room. */
  leftOut = 0;
  readonly #options: MoversOptions;
  readonly #candidates: Candidate[] = [];
  readonly #bySymbol = new Map<string, Instrument[]>();
  #known = 0;
  #ranked: ReadonlySet<Candidate> = new Set();
  #blockUs: Micros = Number.NEGATIVE_INFINITY;

  constructor(options: MoversOptions) {
    this.#options = options;
  }

  get candidates(): number {
    return this.#candidates.length;
  }

  /** Looks at every pair once. */
  sample(latest: LatestBids, nowUs: Micros): void {
    this.#meetNewInstruments();
    const nextBlock = nowUs - this.#blockUs >= BLOCK_US;
    if (nextBlock) this.#blockUs = nowUs;
    for (const pair of this.#candidates) {
      if (nextBlock) {
        pair.leastBefore = pair.least;
        pair.greatestBefore = pair.greatest;
        pair.least = Number.POSITIVE_INFINITY;
        pair.greatest = Number.NEGATIVE_INFINITY;
      }
      const quoteUs = Math.min(latest.stampUs[pair.left.id]!, latest.stampUs[pair.right.id]!);
      // NaN (no quote yet) fails here too.
      if (!(nowUs - quoteUs <= LIVE_US)) continue;
      const spread = spreadPercent(latest.bid[pair.left.id]!, latest.bid[pair.right.id]!);
      if (!(Math.abs(spread) <= SANE_SPREAD_PERCENT)) continue;
      pair.liveUs = nowUs;
      pair.least = Math.min(pair.least, spread);
      pair.greatest = Math.max(pair.greatest, spread);
    }
  }

  /**
   * The live pairs by movement (greatest minus least spread of late), greatest first; names break ties. Pairs
   * that stand still come last, so that something is shown at once. Those of the last ranking stay until others
   * move clearly more.
   */
  rank(count: number, nowUs: Micros): PairNames[] {
    const weightOf = (pair: Candidate) => (this.#ranked.has(pair) ? STAYING : 1);
    const first = this.#candidates
      .filter((pair) => nowUs - pair.liveUs <= LIVE_US)
      .map((pair) => ({ pair, movement: movementOf(pair) * weightOf(pair) }))
      .sort((a, b) => b.movement - a.movement || compareNames(a.pair, b.pair))
      .slice(0, count)
      .map(({ pair }) => pair);
    this.#ranked = new Set(first);
    return first.map(({ left, right }) => ({
      symbol: left.symbol,
      exchange1: left.exchange,
      exchange2: right.exchange,
    }));
  }

  /** Ids are given out in order and never reused: what is new lies at the end. */
  #meetNewInstruments(): void {
    const all = this.#options.instruments.all();
    for (; this.#known < all.length; this.#known += 1) {
      const instrument = all[this.#known]!;
      const kind = this.#options.spotPerp ? 'any' : marketOf(instrument.exchange);
      const key = `${symbolKey(instrument.symbol)}|${kind}`;
      const others = this.#bySymbol.get(key) ?? [];
      for (const other of others) this.#meet(other, instrument);
      this.#bySymbol.set(key, [...others, instrument]);
    }
  }

  #meet(one: Instrument, other: Instrument): void {
    if (exchangeKey(one.exchange) === exchangeKey(other.exchange)) return;
    if (this.#candidates.length === this.#options.candidatesMax) {
      this.leftOut += 1;
      return;
    }
    const [left, right] = one.exchange < other.exchange ? [one, other] : [other, one];
    this.#candidates.push({
      left,
      right,
      least: Number.POSITIVE_INFINITY,
      greatest: Number.NEGATIVE_INFINITY,
      leastBefore: Number.POSITIVE_INFINITY,
      greatestBefore: Number.NEGATIVE_INFINITY,
      liveUs: Number.NEGATIVE_INFINITY,
    });
  }
}

function movementOf(pair: Candidate): number {
  const movement = Math.max(pair.greatest, pair.greatestBefore) - Math.min(pair.least, pair.leastBefore);
  return Number.isFinite(movement) ? movement : 0;
}

function compareNames(a: Candidate, b: Candidate): number {
  const nameOf = ({ left, right }: Candidate) => `${left.symbol}|${left.exchange}|${right.exchange}`;
  return nameOf(a) < nameOf(b) ? -1 : 1;
}
