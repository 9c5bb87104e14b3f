// Which live pairs move most, for as long as no statistics say which are worth watching: looks at every pair
// of live legs every few seconds and keeps five numbers of each. An approximation, and never more than that.

import { type Micros, US_PER_MINUTE } from '../core/time.js';
import { spreadPercent } from '../series/spread.js';
import { compareNames, type PairTable } from './pair-table.js';
import type { PairNames } from './window.js';

/** The hub's latest quotes, index = instrument id; NaN before the first. */
export interface LatestBids {
  readonly stampUs: Float64Array;
  readonly bid: Float64Array;
}

/** A leg without a quote for longer is not live. */
const LIVE_US = US_PER_MINUTE;
/** Movement is that of the block under way and the one before it: one to two minutes. */
const BLOCK_US = US_PER_MINUTE;
/** Legs this far apart are hardly the same asset. */
const SANE_SPREAD_PERCENT = 10;
/** What was ranked before counts as moving so much more: pairs of like movement would take turns for ever. */
const STAYING = 1.5;

export class Movers {
  readonly #pairs: PairTable;
  /** By the table's numbers. */
  readonly #least: Float32Array;
  readonly #greatest: Float32Array;
  readonly #leastBefore: Float32Array;
  readonly #greatestBefore: Float32Array;
  readonly #liveUs: Float64Array;
  #ranked: ReadonlySet<number> = new Set();
  #blockUs: Micros = Number.NEGATIVE_INFINITY;

  constructor(pairs: PairTable) {
    this.#pairs = pairs;
    const { pairsMax } = pairs;
    this.#least = new Float32Array(pairsMax).fill(Number.POSITIVE_INFINITY);
    this.#greatest = new Float32Array(pairsMax).fill(Number.NEGATIVE_INFINITY);
    this.#leastBefore = this.#least.slice();
    this.#greatestBefore = this.#greatest.slice();
    this.#liveUs = new Float64Array(pairsMax).fill(Number.NEGATIVE_INFINITY);
  }

  static bytesMax(pairsMax: number): number {
    return pairsMax * (4 * 4 + 8);
  }

  /** Looks at every pair once. */
  sample(latest: LatestBids, nowUs: Micros): void {
    const pairs = this.#pairs;
    pairs.meetNewInstruments();
    if (nowUs - this.#blockUs >= BLOCK_US) {
      this.#blockUs = nowUs;
      this.#leastBefore.set(this.#least);
      this.#greatestBefore.set(this.#greatest);
      this.#least.fill(Number.POSITIVE_INFINITY);
      this.#greatest.fill(Number.NEGATIVE_INFINITY);
    }
    for (let pair = 0; pair < pairs.size; pair += 1) {
      const left = pairs.left[pair]!;
      const right = pairs.right[pair]!;
      const quoteUs = Math.min(latest.stampUs[left]!, latest.stampUs[right]!);
      // NaN (no quote yet) fails here too.
      if (!(nowUs - quoteUs <= LIVE_US)) continue;
      const spread = spreadPercent(latest.bid[left]!, latest.bid[right]!);
      if (!(Math.abs(spread) <= SANE_SPREAD_PERCENT)) continue;
      this.#liveUs[pair] = nowUs;
      if (spread < this.#least[pair]!) this.#least[pair] = spread;
      if (spread > this.#greatest[pair]!) this.#greatest[pair] = spread;
    }
  }

  /**
   * The live pairs by movement (greatest minus least spread of late), greatest first; names break ties. Pairs
   * that stand still come last, so that something is shown at once. Those of the last ranking stay until others
   * move clearly more.
   */
  rank(count: number, nowUs: Micros): PairNames[] {
    const first = Array.from({ length: this.#pairs.size }, (_, pair) => pair)
      .filter((pair) => nowUs - this.#liveUs[pair]! <= LIVE_US)
      .map((pair) => ({
        pair,
        names: this.#pairs.names(pair),
        movement: this.#movementOf(pair) * (this.#ranked.has(pair) ? STAYING : 1),
      }))
      .sort((a, b) => b.movement - a.movement || compareNames(a.names, b.names))
      .slice(0, count);
    this.#ranked = new Set(first.map(({ pair }) => pair));
    return first.map(({ names }) => names);
  }

  #movementOf(pair: number): number {
    const greatest = Math.max(this.#greatest[pair]!, this.#greatestBefore[pair]!);
    const movement = greatest - Math.min(this.#least[pair]!, this.#leastBefore[pair]!);
    return Number.isFinite(movement) ? movement : 0;
  }
}
