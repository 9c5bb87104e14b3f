// Every pair of live legs at 1 Hz: its last spread, both executable spreads, and a sparkline of a quarter of an
// hour. Costs a quote nothing: one pass at each whole second of the order reads the hub's latest ones. Where a leg does not stand by the
// rules of the `valid` join there is no value, and what a gap proves wrong afterwards is taken back: a value too
// few now and then, never one too many.

import type { ColdEvent, Subscriber, ValidityListener } from '../core/event.js';
import { type Micros, US_PER_MS, US_PER_SECOND } from '../core/time.js';
import { InstrumentStanding } from '../series/instrument-standing.js';
import { spreadPercent } from '../series/spread.js';
import { tellValidity } from '../series/validity.js';
import type { PairTable } from './pair-table.js';

/** The hub's latest quotes, index = instrument id; NaN before the first. */
export interface LatestSides {
  readonly stampUs: Float64Array;
  readonly bid: Float64Array;
  readonly ask: Float64Array;
}

export interface TrackedOptions {
  readonly pairs: PairTable;
  readonly latest: LatestSides;
  /** Room for this many instrument ids. */
  readonly instrumentsMax: number;
}

export const SPARKLINE_BUCKETS = 60;
export const SPARKLINE_BUCKET_SECONDS = 15;
/** Older than any bucket. */
const NEVER = -(2 ** 31);
const BUCKET_US = SPARKLINE_BUCKET_SECONDS * US_PER_SECOND;

export interface TrackedCounters {
  /** Pairs there are, and how many there may be. */
  readonly pairs: number;
  readonly pairsMax: number;
  /** Pairs that found no room. */
  readonly pairsLeftOut: number;
  /** Pairs whose legs both stand. */
  readonly valid: number;
  readonly samples: number;
  /** Values of sparklines taken back because a gap was noticed later. */
  readonly retracted: number;
}

export class Tracked implements Subscriber {
  readonly pairs: PairTable;
  /** By the table's numbers, percent, as of the last sample; NaN = none. (bid1/bid2 − 1) · 100 */
  readonly spread: Float64Array;
  /** Sold on exchange1, bought on exchange2: (bid1/ask2 − 1) · 100 */
  readonly executable12: Float64Array;
  /** The other way round: (bid2/ask1 − 1) · 100 */
  readonly executable21: Float64Array;
  readonly #latest: LatestSides;
  readonly #standing: InstrumentStanding;
  /** A column of all pairs for each bucket: number of the bucket modulo their count. */
  readonly #buckets: readonly Float32Array[];
  /** Number of the newest bucket with a value, by pair. */
  readonly #seenBucket: Int32Array;
  /** Of the last sample, since the epoch. */
  #bucket = -1;
  #sampledUs: Micros = Number.NaN;
  #valid = 0;
  #samples = 0;
  #retracted = 0;

  readonly #validity: ValidityListener = {
    gap: (...gap) => this.#gap(...gap),
    limit: (...limit) => this.#standing.limit(...limit),
  };

  constructor({ pairs, latest, instrumentsMax }: TrackedOptions) {
    const { pairsMax } = pairs;
    this.pairs = pairs;
    this.#latest = latest;
    this.spread = new Float64Array(pairsMax).fill(Number.NaN);
    this.executable12 = this.spread.slice();
    this.executable21 = this.spread.slice();
    this.#standing = new InstrumentStanding(latest.stampUs, instrumentsMax);
    this.#buckets = Array.from({ length: SPARKLINE_BUCKETS }, () =>
      new Float32Array(pairsMax).fill(Number.NaN),
    );
    this.#seenBucket = new Int32Array(pairsMax).fill(NEVER);
  }

  static bytesMax(pairsMax: number, instrumentsMax: number): number {
    return pairsMax * (SPARKLINE_BUCKETS * 4 + 3 * 8 + 4) + InstrumentStanding.bytesMax(instrumentsMax);
  }

  /** Of the last pass; NaN before the first. */
  get sampledUs(): Micros {
    return this.#sampledUs;
  }

  counters(): TrackedCounters {
    const { size, pairsMax, leftOut } = this.pairs;
    return {
      pairs: size,
      pairsMax,
      pairsLeftOut: leftOut,
      valid: this.#valid,
      samples: this.#samples,
      retracted: this.#retracted,
    };
  }

  /** Looks at every pair once. A moment before the last one counts as that. */
  sample(nowUs: Micros): void {
    const { pairs } = this;
    pairs.meetNewInstruments();
    this.#sampledUs = Number.isNaN(this.#sampledUs) ? nowUs : Math.max(nowUs, this.#sampledUs);
    this.#samples += 1;
    const column = this.#openBucket(Math.floor(this.#sampledUs / BUCKET_US));
    const { bid, ask } = this.#latest;
    this.#valid = 0;
    for (let pair = 0; pair < pairs.size; pair += 1) {
      const left = pairs.left[pair]!;
      const right = pairs.right[pair]!;
      if (!this.stands(left) || !this.stands(right)) {
        this.#clear(pair);
        continue;
      }
      this.#valid += 1;
      const spread = spreadPercent(bid[left]!, bid[right]!);
      this.spread[pair] = spread;
      this.executable12[pair] = spreadPercent(bid[left]!, ask[right]!);
      this.executable21[pair] = spreadPercent(bid[right]!, ask[left]!);
      if (Number.isNaN(spread)) continue;
      column[pair] = spread;
      this.#seenBucket[pair] = this.#bucket;
    }
  }

  /** It had a value within the time of the sparklines. */
  isLive(pair: number): boolean {
    return this.#seenBucket[pair]! > this.#bucket - SPARKLINE_BUCKETS;
  }

  /** A leg as of the last sample; 0 = the left one. `ageMs`: of its newest quote; NaN where none came yet. */
  leg(pair: number, side: 0 | 1): { readonly ageMs: number; readonly stands: boolean } {
    const id = (side === 0 ? this.pairs.left : this.pairs.right)[pair]!;
    return { ageMs: this.ageMs(id), stands: this.stands(id) };
  }

  /** Of an instrument's newest quote, as of the last sample; NaN where none came yet. */
  ageMs(instrumentId: number): number {
    return Math.max(0, (this.#sampledUs - this.#latest.stampUs[instrumentId]!) / US_PER_MS);
  }

  /**
   * The last spread of each 15 seconds, percent, oldest first; the last one is of the bucket under way. NaN where
   * the pair had none.
   */
  sparkline(pair: number): Float32Array {
    const values = new Float32Array(SPARKLINE_BUCKETS);
    for (let at = 0; at < SPARKLINE_BUCKETS; at += 1)
      values[at] = this.#columnOf(this.#bucket + 1 + at)[pair]!;
    return values;
  }

  /** Nothing: the next pass finds it among the latest. */
  quote(): void {}

  /** The hub's latest quotes are then those from before it. */
  readonly second = (us: Micros): void => this.sample(us);

  cold(event: ColdEvent): void {
    tellValidity(event, this.#validity);
  }

  /** Its newest quote counts, as of the last sample. */
  stands(instrumentId: number): boolean {
    return this.#standing.stands(instrumentId, this.#sampledUs);
  }

  #gap(instrumentId: number, stampUs: Micros, fromUs: Micros): void {
    this.#standing.gap(instrumentId, stampUs);
    const fromBucket = Math.floor(fromUs / BUCKET_US);
    for (const pair of this.pairs.of(instrumentId)) {
      this.#clear(pair);
      this.#takeBack(pair, fromBucket);
    }
  }

  #clear(pair: number): void {
    this.spread[pair] = Number.NaN;
    this.executable12[pair] = Number.NaN;
    this.executable21[pair] = Number.NaN;
  }

  /** Blanks every bucket that may hold a value seen after the gap began. */
  #takeBack(pair: number, fromBucket: number): void {
    const oldest = Math.max(fromBucket, this.#bucket - SPARKLINE_BUCKETS + 1);
    for (let bucket = this.#seenBucket[pair]!; bucket >= oldest; bucket -= 1) {
      const column = this.#columnOf(bucket);
      if (!Number.isNaN(column[pair]!)) this.#retracted += 1;
      column[pair] = Number.NaN;
    }
    if (this.#seenBucket[pair]! >= fromBucket) this.#seenBucket[pair] = fromBucket - 1;
  }

  /** The column of this bucket; those begun since the last pass are emptied of what they held an age ago. */
  #openBucket(bucket: number): Float32Array {
    const oldest = Math.max(this.#bucket + 1, bucket - SPARKLINE_BUCKETS + 1);
    for (let opened = oldest; opened <= bucket; opened += 1) this.#columnOf(opened).fill(Number.NaN);
    this.#bucket = bucket;
    return this.#columnOf(bucket);
  }

  #columnOf(bucket: number): Float32Array {
    return this.#buckets[bucket % SPARKLINE_BUCKETS]!;
  }
}
