// The statistics of one pair exactly as the reference's analyzer gives them: its formulas are kept with their quirks
// (row-weighted times, exact zeros hide crossings). Neighbouring stretches are put together to what one pass gives.

import type { Micros } from '../core/time.js';
import { type CounterParts, CycleCounter, NEUTRAL_PERCENT, ZeroCrossings } from '../series/cycles.js';
import { PreciseSum } from '../series/precise-sum.js';
import { Zones } from '../series/zones.js';

/**
 * Percent. The order is that of the columns: 030bp, 050bp, 040bp. The names stay, whatever the numbers are.
 */
export const COMPAT_THRESHOLDS_PERCENT: CompatThresholds = [0.3, 0.5, 0.4];
export type CompatThresholds = readonly [number, number, number];

export interface ThresholdStatistics {
  readonly cycles: number;
  readonly cyclesPerHour: number;
  /** Share of rows, not of time, with |deviation| above; 0 to 100. */
  readonly timeAbovePercent: number;
  readonly cycleDurationSeconds: number;
  /** The last row stands above. */
  readonly patternBreak: boolean;
}

export interface PairStatistics {
  readonly deviationPercentMax: number;
  readonly deviationPercentMin: number;
  /** Mean deviation, percent. */
  readonly deviationAsymmetry: number;
  readonly zeroCrossings: number;
  readonly zeroCrossingsPerHour: number;
  readonly zeroCrossingsPerMinute: number;
  /** In the order of the thresholds. */
  readonly thresholds: readonly ThresholdStatistics[];
  /** Left rows, with those that found no partner. */
  readonly dataPoints: number;
  /** From the first to the last left row. */
  readonly durationHours: number;
}

/** `(bid1 / bid2 − 1) · 100` without any guard: a zero bid2 gives Infinity, which max and mean then show. */
export function compatDeviation(bid1: number, bid2: number): number {
  return (bid1 / bid2 - 1) * 100;
}

/** As plain numbers, for keeping; some are NaN or infinite. */
export interface CompatParts {
  readonly counts: readonly [rows: number, matched: number, undefinedRows: number, crossings: number];
  readonly ends: readonly [firstUs: Micros, first: number, lastUs: Micros, last: number];
  readonly range: readonly [max: number, min: number];
  readonly sum: PreciseSum['parts'];
  readonly counters: readonly CounterParts[];
}

const one = { stamp: new Float64Array(1), deviation: new Float64Array(1) };

/** Takes the left rows of one pair in order; memory does not grow with them. */
export class CompatAccumulator {
  readonly #counters: readonly CycleCounter[];
  readonly #crossings = new ZeroCrossings();
  #rows = 0;
  #matched = 0;
  #undefinedRows = 0;
  #firstUs: Micros = 0;
  #lastUs: Micros = 0;
  #max = Number.NEGATIVE_INFINITY;
  #min = Number.POSITIVE_INFINITY;
  readonly #sum = new PreciseSum();
  #first = Number.NaN;
  #last = Number.NaN;
  readonly #zones: Zones;
  /** Of the zone that values are in: one of them, and how many came after it. */
  #zoneValue = Number.NaN;
  #zoneRows = 0;

  constructor(
    thresholdsPercent: CompatThresholds = COMPAT_THRESHOLDS_PERCENT,
    neutralPercent = NEUTRAL_PERCENT,
  ) {
    this.#counters = thresholdsPercent.map((threshold) => new CycleCounter(threshold, neutralPercent));
    this.#zones = new Zones([...thresholdsPercent, neutralPercent].flatMap((bound) => [bound, 0, -bound]));
  }

  /** One row; see `pushRows`. */
  push(stampUs: Micros, deviationPercent: number, hasPartner = !Number.isNaN(deviationPercent)): void {
    one.stamp[0] = stampUs;
    one.deviation[0] = deviationPercent;
    this.pushRows(one.stamp, one.deviation, 1, hasPartner);
  }

  /**
   * The first `length` values, which all found a partner or all found none. Without one they are NaN: the rows count, their
   * values do not. With a partner NaN is 0/0, which polars takes for a value: above every threshold, and the end of every mean.
   */
  pushRows(
    stampsUs: Float64Array,
    deviationsPercent: Float64Array,
    length: number,
    hasPartner: boolean,
  ): void {
    if (length === 0) return;
    if (this.#rows === 0) {
      this.#firstUs = stampsUs[0]!;
      this.#first = deviationsPercent[0]!;
    }
    this.#lastUs = stampsUs[length - 1]!;
    this.#last = deviationsPercent[length - 1]!;
    this.#rows += length;
    if (hasPartner) this.#matched += length;
    let [low, high, max, min] = [this.#zones.low, this.#zones.high, this.#max, this.#min];
    let [sum, inZone] = [0, 0];
    for (let row = 0; row < length; row += 1) {
      const deviation = deviationsPercent[row]!;
      if (deviation > low && deviation < high) inZone += 1;
      else {
        this.#zoneRows += inZone;
        inZone = 0;
        this.#enter(deviation, hasPartner);
        low = this.#zones.low;
        high = this.#zones.high;
        if (Number.isNaN(deviation)) continue;
      }
      if (deviation > max) max = deviation;
      if (deviation < min) min = deviation;
      sum += deviation;
    }
    this.#zoneRows += inZone;
    this.#max = max;
    this.#min = min;
    this.#sum.add(sum);
  }

  /** Another zone than that of the values before. */
  #enter(deviation: number, hasPartner: boolean): void {
    this.#leaveZone();
    this.#zoneValue = deviation;
    this.#zones.enter(deviation);
    this.#crossings.push(deviation);
    for (const counter of this.#counters) counter.push(deviation);
    if (hasPartner && Number.isNaN(deviation)) this.#undefinedRows += 1;
  }

  #leaveZone(): void {
    const rows = this.#zoneRows;
    this.#zoneRows = 0;
    for (const counter of this.#counters)
      if (Math.abs(this.#zoneValue) > counter.thresholdPercent) counter.rowsAbove += rows;
  }

  /** As if the later one's rows had come after these. Nothing may be pushed after it. */
  merge({ counts, ends, range, sum, counters }: CompatParts): void {
    this.#leaveZone();
    const [rows, matched, undefinedRows, crossings] = counts;
    if (rows === 0) return;
    const [firstUs, first, lastUs, last] = ends;
    if (this.#rows === 0) [this.#firstUs, this.#first] = [firstUs, first];
    else if (Math.sign(this.#last) * Math.sign(first) < 0) this.#crossings.adjacent += 1;
    [this.#lastUs, this.#last] = [lastUs, last];
    this.#rows += rows;
    this.#matched += matched;
    this.#undefinedRows += undefinedRows;
    this.#max = Math.max(this.#max, range[0]);
    this.#min = Math.min(this.#min, range[1]);
    this.#sum.merge(sum);
    this.#crossings.adjacent += crossings;
    for (const [n, counter] of this.#counters.entries()) counter.merge(counters[n]!);
  }

  /** As if the later one's rows had come after these, and none had found a partner. Nothing may be pushed after it. */
  mergeUnmatched({ counts, ends }: CompatParts): void {
    const [rows] = counts;
    const [firstUs, , lastUs] = ends;
    if (rows === 0) return;
    if (this.#rows === 0) this.#firstUs = firstUs;
    [this.#lastUs, this.#last] = [lastUs, Number.NaN];
    this.#rows += rows;
  }

  /** For keeping. */
  get parts(): CompatParts {
    this.#leaveZone();
    return {
      counts: [this.#rows, this.#matched, this.#undefinedRows, this.#crossings.adjacent],
      ends: [this.#firstUs, this.#first, this.#lastUs, this.#last],
      range: [this.#max, this.#min],
      sum: this.#sum.parts,
      counters: this.#counters.map(({ parts }) => parts),
    };
  }

  /** Undefined where no left row found a partner: such a pair is left out of the file. */
  finish(): PairStatistics | undefined {
    this.#leaveZone();
    if (this.#matched === 0) return undefined;
    const durationHours = (this.#lastUs - this.#firstUs) / 1e6 / 3600;
    const perHour = (count: number): number => (durationHours > 0 ? count / durationHours : 0);
    const zeroCrossings = this.#crossings.adjacent;
    return {
      deviationPercentMax: this.#max,
      deviationPercentMin: this.#min,
      deviationAsymmetry: this.#undefinedRows > 0 ? Number.NaN : this.#sum.value / this.#matched,
      zeroCrossings,
      zeroCrossingsPerHour: perHour(zeroCrossings),
      zeroCrossingsPerMinute: perHour(zeroCrossings) / 60,
      thresholds: this.#counters.map((counter) => this.#threshold(counter, durationHours)),
      dataPoints: this.#rows,
      durationHours,
    };
  }

  #threshold(counter: CycleCounter, durationHours: number): ThresholdStatistics {
    const { cycles, thresholdPercent } = counter;
    const timeAbovePercent = ((counter.rowsAbove + this.#undefinedRows) / this.#matched) * 100;
    // In this order: another one differs from the reference's file in the last digit.
    const secondsAbove = ((durationHours * timeAbovePercent) / 100) * 3600;
    return {
      cycles,
      cyclesPerHour: durationHours > 0 ? cycles / durationHours : 0,
      timeAbovePercent,
      cycleDurationSeconds: cycles > 0 ? secondsAbove / cycles : 0,
      patternBreak: Math.abs(this.#last) > thresholdPercent,
    };
  }
}
