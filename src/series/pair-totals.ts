// What is known of a pair once its time has been gone over, and the parts that are added up on the way. Pure.

import type { Micros } from '../core/time.js';
import { type CycleTotals, CycleTrack } from './cycle-track.js';
import { PreciseSum } from './precise-sum.js';
import type { TimeHistogram } from './time-histogram.js';

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
  /** At the end; NaN where there is none. */
  readonly last: number;
  readonly crossings: number;
  readonly thresholds: readonly ThresholdTotals[];
  readonly spreads: TimeHistogram;
  readonly halfLifeSeconds: number;
  /** Selling on exchange1; selling on exchange2. */
  readonly directions: readonly [DirectionTotals, DirectionTotals];
}

/** What stood of a direction, put together from stretches of time. */
export class Direction {
  readonly sum = new PreciseSum();
  us = 0;
  aboveCostUs = 0;
  max = Number.NEGATIVE_INFINITY;
  readonly net = new CycleTrack();

  /** What stood for a while: how long, times its edge, and how long above the costs. */
  add(us: number, sum: number, aboveCostUs: number): void {
    this.us += us;
    this.sum.add(sum);
    this.aboveCostUs += aboveCostUs;
  }

  merge(later: Direction): void {
    this.sum.merge(later.sum);
    this.us += later.us;
    this.aboveCostUs += later.aboveCostUs;
    this.max = Math.max(this.max, later.max);
    this.net.merge(later.net);
  }

  totals(): DirectionTotals {
    const { us, aboveCostUs } = this;
    const max = this.max === Number.NEGATIVE_INFINITY ? Number.NaN : this.max;
    return { mean: this.sum.value / us, max, aboveCostUs, net: this.net.totals() };
  }
}

/** What stood beyond each threshold, and its cycles in either direction. */
export class Thresholds {
  readonly limits: Float64Array;
  readonly upUs: Float64Array;
  readonly downUs: Float64Array;
  readonly up: readonly CycleTrack[];
  readonly down: readonly CycleTrack[];

  constructor(limitsPercent: readonly number[]) {
    this.limits = Float64Array.from(limitsPercent);
    this.upUs = new Float64Array(limitsPercent.length);
    this.downUs = new Float64Array(limitsPercent.length);
    this.up = limitsPercent.map(() => new CycleTrack());
    this.down = limitsPercent.map(() => new CycleTrack());
  }

  add(spread: number, us: number): void {
    for (const [n, limit] of this.limits.entries()) {
      if (spread > limit) this.upUs[n]! += us;
      else if (spread < -limit) this.downUs[n]! += us;
    }
  }

  merge(later: Thresholds): void {
    for (let n = 0; n < this.limits.length; n += 1) {
      this.upUs[n]! += later.upUs[n]!;
      this.downUs[n]! += later.downUs[n]!;
      this.up[n]!.merge(later.up[n]!);
      this.down[n]!.merge(later.down[n]!);
    }
  }

  totals(): ThresholdTotals[] {
    return this.up.map((up, n) => {
      const [upUs, downUs] = [this.upUs[n]!, this.downUs[n]!];
      return { upUs, downUs, up: up.totals(), down: this.down[n]!.totals() };
    });
  }
}
