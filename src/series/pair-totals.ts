// What is known of a pair once a stretch of its time has been gone over, and what it was asked for. Types only, and plain values
// that go from thread to thread.

import type { Micros } from '../core/time.js';
import type { CycleTotals } from './cycle-track.js';

export interface TallySettings {
  readonly fromUs: Micros;
  /** Percent, above 0. */
  readonly thresholdsPercent: readonly number[];
  /** Percent: the taker fees of a round trip, twice those of both exchanges. */
  readonly costPercent: number;
  /** Percent: nearer to zero a spread is neutral. Default 0.05. */
  readonly neutralPercent?: number | undefined;
}

/** One direction of trading: selling on one exchange and buying on the other. */
export interface DirectionTotals {
  /** Percent, of the executable spread; NaN where it never had one. */
  readonly mean: number;
  readonly max: number;
  /** How long it was above the costs of a round trip. */
  readonly aboveCostUs: number;
  /** From above the costs to neutral; gains in percent, after all fees. */
  readonly net: CycleTotals;
}

export interface ThresholdTotals {
  /** How long the spread was above the threshold, and below its negative. */
  readonly upUs: number;
  readonly downUs: number;
  readonly up: CycleTotals;
  readonly down: CycleTotals;
}

export interface PairTotals {
  readonly spanUs: number;
  /** Both legs had a valid quote. */
  readonly validUs: number;
  /** Points with a spread. */
  readonly rows: number;
  /** Percent; NaN where there was no spread at all. */
  readonly max: number;
  readonly min: number;
  readonly mean: number;
  /** The last one there was; NaN where there was none. */
  readonly last: number;
  readonly crossings: number;
  readonly thresholds: readonly ThresholdTotals[];
  /** Percent: below or at it the spread stood for 1, 50 and 99 % of the time; NaN where there was no spread. */
  readonly p01: number;
  readonly p50: number;
  readonly p99: number;
  /** Of the last spread among all of the time, 0 to 1; NaN where there was none. */
  readonly rankOfLast: number;
  readonly halfLifeSeconds: number;
  /** Selling on exchange1; selling on exchange2. */
  readonly directions: readonly [DirectionTotals, DirectionTotals];
}

/** What stands from a point on; NaN: nothing. */
export interface Standing {
  readonly spread: number;
  readonly edge12: number;
  readonly edge21: number;
}
