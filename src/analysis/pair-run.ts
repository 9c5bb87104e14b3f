// One pair while its symbol's quotes go by: the reference's numbers and ours, each out of the same rows in memory, in one part or
// cut into several; and a pair's statistics out of its parts.

import type { Micros } from '../core/time.js';
import { QUOTE_US_MAX } from '../series/leg-events.js';
import { PairJoin, PairPoints, type RowStretch } from '../series/pair-join.js';
import { PairTally, type TallyParts } from '../series/pair-tally.js';
import type { LegEvent } from '../series/valid-points.js';
import { COMPAT_THRESHOLDS_PERCENT, type PairStatistics } from './compat-accumulator.js';
import {
  CompatJoin,
  type CompatPart,
  type CompatSettings,
  CompatWhole,
  joinedCompat,
} from './compat-join.js';
import type { OwnStatistics } from './own-columns.js';

export interface PairRunSettings extends CompatSettings {
  readonly fromUs: Micros;
  /** Percent, of a round trip; absent: only the reference's numbers are wanted. */
  readonly costPercent?: number;
  /** Of exchange2's newest row before `fromUs` that counts; NaN: none does. */
  readonly bidBefore?: number;
}

/** What was seen of a pair in a stretch of time: plain, for keeping. */
export interface PairPart {
  readonly compat: CompatPart;
  /** Null: only the reference's numbers are wanted. */
  readonly tally: TallyParts | null;
  /** Of both legs, and when the first and the last of them came. */
  readonly quotes: number;
  readonly firstUs: Micros;
  readonly lastUs: Micros;
}

/** Of all pairs, one after the other. */
const points = new PairPoints();

export class PairRun {
  readonly #settings: PairRunSettings;
  readonly #compat: CompatJoin;
  #join = new PairJoin();
  #tally: PairTally | null = null;
  #quotes = 0;
  #firstUs = Number.POSITIVE_INFINITY;
  #lastUs = Number.NEGATIVE_INFINITY;

  constructor(settings: PairRunSettings) {
    const { fromUs, thresholds, neutralPercent, costPercent, bidBefore } = settings;
    this.#settings = settings;
    this.#compat = new CompatJoin(fromUs, settings, bidBefore);
    if (costPercent === undefined) return;
    const thresholdsPercent = thresholds ?? COMPAT_THRESHOLDS_PERCENT;
    this.#tally = new PairTally({ fromUs, thresholdsPercent, costPercent, neutralPercent });
  }

  /** Before the rows that they concern. */
  tell(events: readonly LegEvent[]): void {
    if (this.#tally !== null) this.#join.tell(events);
  }

  /** All rows before `beforeUs` that were not given yet. */
  rows(left: RowStretch, right: RowStretch, beforeUs: Micros): void {
    this.#compat.run(left, right);
    for (const { columns, from, to } of [left, right]) this.#note(columns.receivedUs, from, to);
    if (this.#tally === null) return;
    points.clear();
    this.#join.run(left, right, beforeUs, points);
    this.#tally.push(points);
  }

  #note(stamps: Float64Array, from: number, to: number): void {
    let first = from;
    while (first < to && stamps[first]! < this.#settings.fromUs) first += 1;
    if (first === to) return;
    this.#quotes += to - first;
    this.#firstUs = Math.min(this.#firstUs, stamps[first]!);
    this.#lastUs = Math.max(this.#lastUs, stamps[to - 1]!);
  }

  /** What was seen up to here, before which all rows were given; what comes belongs to the next part. */
  cut(us: Micros): PairPart {
    const tally = this.#tally;
    if (tally !== null) {
      points.clear();
      this.#join.finish(us, points);
      tally.push(points);
      tally.finish(us);
      this.#tally = tally.next();
    }
    const part = {
      ...{ compat: this.#compat.cut(), tally: tally?.parts ?? null },
      ...{ quotes: this.#quotes, firstUs: this.#firstUs, lastUs: this.#lastUs },
    };
    [this.#quotes, this.#firstUs, this.#lastUs] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    return part;
  }

  /** Right after a cut: another run that goes on from there, whose parts follow those of this one. */
  ahead(cutUs: Micros): PairRun {
    const made = new PairRun({ ...this.#settings, fromUs: cutUs, bidBefore: this.#compat.lastBid });
    made.#join = this.#join.clone();
    made.#tally = this.#tally?.next() ?? null;
    return made;
  }

  /**
   * The last part. History is known up to `toUs`, and no further than the newest quotes stand; `earlierUs`: the newest of
   * earlier parts.
   */
  finish(toUs: Micros, earlierUs = Number.NEGATIVE_INFINITY): PairPart {
    // Of two quotes that end at the same moment the end is seen too.
    const standsUs = Math.max(this.#lastUs, earlierUs) + QUOTE_US_MAX + 1;
    return this.cut(Math.max(this.#tally?.toUs ?? 0, Math.min(toUs, standsUs)));
  }
}

/** Neighbouring parts of a pair put together, in order. */
export class PairWhole {
  /** Of the newest quote of either leg. */
  lastUs = Number.NEGATIVE_INFINITY;
  readonly compat: CompatWhole;
  #tally: PairTally | null = null;
  #quotes = 0;
  #firstUs = Number.POSITIVE_INFINITY;

  constructor(settings: CompatSettings) {
    this.compat = new CompatWhole(settings);
  }

  add({ compat, tally, quotes, firstUs, lastUs }: PairPart): void {
    this.compat.add(compat);
    if (tally !== null) {
      if (this.#tally === null) this.#tally = PairTally.of(tally);
      else this.#tally.merge(tally);
    }
    this.#quotes += quotes;
    this.#firstUs = Math.min(this.#firstUs, firstUs);
    this.lastUs = Math.max(this.lastUs, lastUs);
  }

  /** Undefined where no left row found a partner. Nothing may be added after it. */
  finish(costPercent: number | undefined): (PairStatistics & { readonly own?: OwnStatistics }) | undefined {
    const found = this.compat.finish();
    if (found === undefined || this.#tally === null || costPercent === undefined) return found;
    const { stood, fromUs, toUs } = this.#tally;
    const spanUs = Math.min(toUs, this.lastUs + QUOTE_US_MAX) - (stood ? fromUs : this.#firstUs);
    return { ...found, own: { totals: this.#tally.totals(), spanUs, quotes: this.#quotes, costPercent } };
  }
}

/** One part of neighbouring ones, in order. */
export function joinedParts(parts: readonly PairPart[], settings: CompatSettings): PairPart {
  const [first, ...later] = parts.flatMap(({ tally }) => tally ?? []);
  const tally = first === undefined ? null : PairTally.of(first);
  for (const part of later) tally?.merge(part);
  return {
    compat: joinedCompat(
      parts.map(({ compat }) => compat),
      settings,
    ),
    tally: tally?.parts ?? null,
    quotes: parts.reduce((sum, { quotes }) => sum + quotes, 0),
    firstUs: Math.min(...parts.map(({ firstUs }) => firstUs)),
    lastUs: Math.max(...parts.map(({ lastUs }) => lastUs)),
  };
}
