// The reference's statistics file: its columns, in its order, as its numbers are written; ours stand behind them. Others read
// this file.

import { diskSymbol } from '../core/symbol.js';
import type { PairStatistics } from './compat-accumulator.js';
import { OWN_COLUMNS, type OwnStatistics, ownCells } from './own-columns.js';

export * from './compat-accumulator.js';

const THRESHOLD_NAMES = ['030bp', '050bp', '040bp'] as const;

export interface PairRow extends PairStatistics {
  /** Unified: `BTC/USDT`. */
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
  /** Absent where only the reference's numbers were asked for. */
  readonly own?: OwnStatistics;
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
