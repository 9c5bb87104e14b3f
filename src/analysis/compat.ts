// The statistics of one pair exactly as the reference's analyzer gives them, and their CSV file's text. Its
// formulas are kept with their quirks (row-weighted times, exact zeros hide crossings): others read this
// file.

import { diskSymbol } from '../core/symbol.js';
import type { Micros } from '../core/time.js';
import { CycleCounter, NEUTRAL_PERCENT, ZeroCrossings } from '../series/cycles.js';
import { PreciseSum } from '../series/precise-sum.js';
import { Zones } from '../series/zones.js';
import { OWN_COLUMNS, type OwnStatistics, ownCells } from './own-columns.js';

/**
 * Percent. The order is that of the columns: 030bp, 050bp, 040bp. The names stay, whatever the numbers are.
 */
export const COMPAT_THRESHOLDS_PERCENT: CompatThresholds = [0.3, 0.5, 0.4];
export type CompatThresholds = readonly [number, number, number];
const THRESHOLD_NAMES = ['030bp', '050bp', '040bp'] as const;

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

export interface PairRow extends PairStatistics {
  /** Unified: `BTC/USDT`. */
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
  /** Absent where only the reference's numbers were asked for. */
  readonly own?: OwnStatistics;
}

/** `(bid1 / bid2 − 1) · 100` without any guard: a zero bid2 gives Infinity, which max and mean then show. */
export function compatDeviation(bid1: number, bid2: number): number {
  return (bid1 / bid2 - 1) * 100;
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
    if (this.#rows === 0) this.#firstUs = stampsUs[0]!;
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

export const COMPAT_COLUMNS: readonly string[] = [
  'symbol',
  'exchange1',
  'exchange2',
  'max_deviation_pct',
  'min_deviation_pct',
  'deviation_asymmetry',
  'zero_crossings',
  'zero_crossings_per_hour',
  'zero_crossings_per_minute',
  ...THRESHOLD_NAMES.flatMap((name) => [
    `opportunity_cycles_${name}`,
    `cycles_${name}_per_hour`,
    `pct_time_above_${name}`,
    `avg_cycle_duration_${name}_sec`,
    `pattern_break_${name}`,
  ]),
  'data_points',
  'duration_hours',
];

/**
 * The whole file: header, rows by crossings a minute (most first, then by name), LF, a final newline. Behind the reference's
 * columns stand ours, where the rows have them; `compat`: never.
 */
export function formatStatisticsCsv(rows: readonly PairRow[], { compat = false } = {}): string {
  const hasOwn = !compat && rows.some(({ own }) => own !== undefined);
  const lines = [...rows].sort(compareRows).map((row) => cellsOf(row, hasOwn).join(','));
  return [[...COMPAT_COLUMNS, ...(hasOwn ? OWN_COLUMNS : [])].join(','), ...lines, ''].join('\n');
}

function cellsOf(row: PairRow, hasOwn: boolean): readonly string[] {
  if (!hasOwn) return compatCells(row).map(quoted);
  const own = row.own === undefined ? OWN_COLUMNS.map(() => '') : ownCells(row.own, floatText);
  return [...compatCells(row), ...own].map(quoted);
}

/** The reference's columns. */
export function compatCells(row: PairRow): readonly string[] {
  return [
    diskSymbol(row.symbol),
    row.exchange1,
    row.exchange2,
    floatText(row.deviationPercentMax),
    floatText(row.deviationPercentMin),
    floatText(row.deviationAsymmetry),
    String(row.zeroCrossings),
    floatText(row.zeroCrossingsPerHour),
    floatText(row.zeroCrossingsPerMinute),
    ...row.thresholds.flatMap((of) => [
      String(of.cycles),
      floatText(of.cyclesPerHour),
      floatText(of.timeAbovePercent),
      floatText(of.cycleDurationSeconds),
      String(of.patternBreak),
    ]),
    String(row.dataPoints),
    floatText(row.durationHours),
  ];
}

function compareRows(a: PairRow, b: PairRow): number {
  return (
    b.zeroCrossingsPerMinute - a.zeroCrossingsPerMinute ||
    compareText(a.symbol, b.symbol) ||
    compareText(a.exchange1, b.exchange1) ||
    compareText(a.exchange2, b.exchange2)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Names hold no comma as a rule; one that does must not shift the row. */
function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/**
 * The shortest text that reads back as the same number, as polars writes it: whole ones with `.0`, exponents
 * below 1e-5 and from 1e16 on, `inf`, `-inf`, `NaN`.
 */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-5 || size >= 1e16)) {
    // Without digits asked for, toExponential gives as many as needed.
    return value.toExponential();
  }
  const text = String(value);
  return text.includes('.') ? text : `${text}.0`;
}
