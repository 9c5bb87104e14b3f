// One pair while its symbol's quotes go by: the reference's numbers and ours, each out of the same rows in memory.

import type { Micros } from '../core/time.js';
import { PairJoin, PairPoints, type RowStretch } from '../series/pair-join.js';
import { PairTally } from '../series/pair-tally.js';
import type { LegEvent } from '../series/valid-points.js';
import { COMPAT_THRESHOLDS_PERCENT, type CompatThresholds, type PairStatistics } from './compat.js';
import { CompatJoin } from './compat-join.js';
import type { OwnStatistics } from './own-columns.js';

export interface PairRunSettings {
  readonly fromUs: Micros;
  readonly thresholds?: CompatThresholds | undefined;
  /** Percent; default 0.05. */
  readonly neutralPercent?: number | undefined;
  /** Percent, of a round trip; absent: only the reference's numbers are wanted. */
  readonly costPercent?: number;
}

/** Of all pairs, one after the other. */
const points = new PairPoints();

export class PairRun {
  readonly compat: CompatJoin;
  readonly #settings: PairRunSettings;
  readonly #own: { readonly join: PairJoin; readonly tally: PairTally } | null;
  #quotes = 0;
  #firstUs = Number.POSITIVE_INFINITY;
  #lastUs = Number.NEGATIVE_INFINITY;

  constructor(settings: PairRunSettings) {
    const { fromUs, thresholds = COMPAT_THRESHOLDS_PERCENT, neutralPercent, costPercent } = settings;
    this.#settings = settings;
    this.compat = new CompatJoin(fromUs, thresholds, neutralPercent);
    const own = (cost: number) => {
      const more = { costPercent: cost, neutralPercent };
      const tally = new PairTally({ fromUs, thresholdsPercent: thresholds, ...more });
      return { join: new PairJoin(), tally };
    };
    this.#own = costPercent === undefined ? null : own(costPercent);
  }

  /** Before the rows that they concern. */
  tell(events: readonly LegEvent[]): void {
    this.#own?.join.tell(events);
  }

  /** All rows before `beforeUs` that were not given yet. */
  rows(left: RowStretch, right: RowStretch, beforeUs: Micros): void {
    this.compat.run(left, right);
    if (this.#own === null) return;
    for (const { columns, from, to } of [left, right]) this.#note(columns.receivedUs, from, to);
    points.clear();
    this.#own.join.run(left, right, beforeUs, points);
    this.#own.tally.push(points);
  }

  #note(stamps: Float64Array, from: number, to: number): void {
    let first = from;
    while (first < to && stamps[first]! < this.#settings.fromUs) first += 1;
    if (first === to) return;
    this.#quotes += to - first;
    this.#firstUs = Math.min(this.#firstUs, stamps[first]!);
    this.#lastUs = Math.max(this.#lastUs, stamps[to - 1]!);
  }

  /** Undefined where no left row found a partner. Nothing may come after it. */
  finish(): (PairStatistics & { readonly own?: OwnStatistics }) | undefined {
    const found = this.compat.finish();
    const { costPercent } = this.#settings;
    if (found === undefined || this.#own === null || costPercent === undefined) return found;
    const { join, tally } = this.#own;
    // History is known up to the newest quote of either leg.
    const endUs = this.#lastUs + 1;
    points.clear();
    join.finish(endUs, points);
    tally.push(points);
    tally.finish(endUs);
    const spanUs = endUs - this.#firstUs;
    return { ...found, own: { totals: tally.totals(), spanUs, quotes: this.#quotes, costPercent } };
  }
}
