// What `analyze` prints of its result: two tables and the totals, in the columns that readers of the reference's
// output know. Pure: gives lines, writes nothing.

import type { PairRow } from '../analysis/compat.js';
import { ownValues } from '../analysis/own-columns.js';
import { diskSymbol } from '../core/symbol.js';

const ROWS_MAX = 10;
/** The threshold that stands for 40 bp is the third, in the order of the columns. */
const FORTY = 2;

interface Column {
  readonly title: string;
  readonly width: number;
  readonly text: (row: PairRow) => string;
  readonly isNumber: boolean;
}

const names: readonly Column[] = [
  { title: 'Symbol', width: 12, isNumber: false, text: (row) => diskSymbol(row.symbol) },
  { title: 'Ex1', width: 8, isNumber: false, text: (row) => row.exchange1 },
  { title: 'Ex2', width: 8, isNumber: false, text: (row) => row.exchange2 },
];
const crossings = number('ZC/min', 8, (row) => row.zeroCrossingsPerMinute.toFixed(2));
const cycles = number('Cycles', 7, (row) => String(cyclesOf(row)));
const perHour = (title: string) =>
  number(title, 9, (row) => (row.thresholds[FORTY]?.cyclesPerHour ?? 0).toFixed(1));
const asymmetry = number('Asymm', 7, (row) => Math.abs(row.deviationAsymmetry).toFixed(2));

/** The ten pairs that cross zero most often. */
export function topByCrossings(rows: readonly PairRow[]): readonly string[] {
  const order = (row: PairRow) => row.zeroCrossingsPerMinute;
  const title = 'Top 10 by zero crossings a minute:';
  return table(title, [...names, crossings, cycles, perHour('40bp/hr'), asymmetry], top(rows, order));
}

/** The ten pairs with most cycles of the 40 bp column. */
export function topByCycles(rows: readonly PairRow[]): readonly string[] {
  const title = 'Top 10 by cycles of 40 bp:';
  return table(title, [...names, cycles, perHour('Per hr'), crossings, asymmetry], top(rows, cyclesOf));
}

/** The ten pairs with most cycles that fees leave something of; none where only the reference's numbers were asked for. */
export function topByNetCycles(rows: readonly PairRow[]): readonly string[] {
  const known = rows.flatMap((row) => (row.own === undefined ? [] : [{ row, values: ownValues(row.own) }]));
  if (known.length === 0) return [];
  const of = new Map(known.map(({ row, values }) => [row, values]));
  const value = (row: PairRow, name: string) => Number(of.get(row)?.[name] ?? Number.NaN);
  const shown = (title: string, name: string, digits: number) =>
    number(title, 9, (row) => {
      const text = value(row, name).toFixed(digits);
      return text === 'NaN' ? '-' : text;
    });
  const columns = [
    ...names,
    shown('Net', 'net_cycles', 0),
    shown('Gain %', 'net_gain_pct', 3),
    shown('Median s', 'cycle_median_040bp_sec', 1),
    shown('Above %', 'time_above_040bp_pct', 1),
    shown('Covered h', 'covered_hours', 1),
  ];
  const order = (row: PairRow) => value(row, 'net_cycles');
  return table('Top 10 by net cycles, after taker fees:', columns, top([...of.keys()], order));
}

export function totals(
  pairs: number,
  successful: number,
  skipped: number,
  errors: number,
): readonly string[] {
  return [
    '',
    `Total pairs: ${pairs}`,
    `Successful: ${successful}`,
    `Skipped (no data): ${skipped}`,
    `Errors: ${errors}`,
  ];
}

function number(title: string, width: number, text: (row: PairRow) => string): Column {
  return { title, width, text, isNumber: true };
}

function cyclesOf(row: PairRow): number {
  return row.thresholds[FORTY]?.cycles ?? 0;
}

/** Equal ones in the order of the file. */
function top(rows: readonly PairRow[], order: (row: PairRow) => number): readonly PairRow[] {
  return rows
    .map((row) => ({ row, name: `${row.symbol}|${row.exchange1}|${row.exchange2}` }))
    .sort((a, b) => order(b.row) - order(a.row) || (a.name < b.name ? -1 : 1))
    .slice(0, ROWS_MAX)
    .map(({ row }) => row);
}

/** Columns are as wide as their longest cell where the usual width does not do. */
function table(title: string, columns: readonly Column[], rows: readonly PairRow[]): readonly string[] {
  const widths = columns.map((column) =>
    Math.max(column.width, column.title.length, ...rows.map((row) => column.text(row).length)),
  );
  const line = (cell: (column: Column) => string): string =>
    columns
      .map((column, at) => {
        const width = widths[at] ?? 0;
        return column.isNumber ? cell(column).padStart(width) : cell(column).padEnd(width);
      })
      .join(' ');
  const head = line((column) => column.title);
  const body = rows.map((row) => line((column) => column.text(row)));
  return ['', title, head, '-'.repeat(head.length), ...body];
}
