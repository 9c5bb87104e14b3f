// The columns of the table of pairs: what each says of a row, what it is sorted by, and what is copied. Reads the table as it is
// handed over; NaN is no value and comes last.

import type { Refusal, TableColumn } from '../../src/api/contract.js';
import { ABSENT, ageText, cyclesText, durationText, percentText, shareText } from '../format.js';
import type { TextKey } from '../i18n/words.js';
import { t } from '../i18n/words.js';
import { percentileOf } from './percentile.js';
import { refusalsOf, refusalWords } from './refusals.js';
import { type Now, statistic, type Table } from './table.js';

export interface Column {
  readonly id: string;
  readonly title: TextKey;
  readonly hint: TextKey;
  /** Pixels, of which columns of names take more where there is room. */
  readonly width: number;
  /** Greater first, where it is asked for the first time. Absent: by its text. */
  readonly value?: (table: Table, now: Now | null, row: number) => number;
  readonly text: (table: Table, now: Now | null, row: number) => string;
  /** Not shown on narrow screens unless it was chosen. */
  readonly isMinor?: true;
}

/** A row that the statistics alone know is beyond them. */
function at(column: Float32Array | undefined, row: number): number {
  return column?.[row] ?? Number.NaN;
}

/** Percent: the better executable spread less the costs of a round trip. */
export function netPercent(table: Table, now: Now | null, row: number): number {
  const [one, other] = [at(now?.executable12, row), at(now?.executable21, row)];
  const best = Number.isNaN(one) ? other : Number.isNaN(other) ? one : Math.max(one, other);
  return best - table.reply.costPercent[row]!;
}

export function percentileNow(table: Table, now: Now | null, row: number): number {
  return percentileOf(at(now?.spread, row), {
    min: statistic(table, 'spread_min_pct', row),
    p01: statistic(table, 'spread_p01_pct', row),
    p50: statistic(table, 'spread_p50_pct', row),
    p99: statistic(table, 'spread_p99_pct', row),
    max: statistic(table, 'spread_max_pct', row),
  });
}

function perHour(table: Table, cycles: number, row: number): number {
  return cycles / statistic(table, 'covered_hours', row);
}

function cyclesPerHour(table: Table, _now: Now | null, row: number): number {
  const cycles = statistic(table, 'cycles_up_040bp', row) + statistic(table, 'cycles_down_040bp', row);
  return perHour(table, cycles, row);
}

/** Why it would not be traded now, every reason; none: it could be. */
export function refusalsNow(now: Now | null, row: number): readonly Refusal[] {
  return now === null || row >= now.refusals.length ? NOT_RECEIVED : refusalsOf(now.refusals[row]!);
}

const NOT_RECEIVED: readonly Refusal[] = ['no-live-leg'];

export function isTradable(now: Now | null, row: number): boolean {
  return now?.refusals[row] === 0;
}

type Value = NonNullable<Column['value']>;

function percent(id: string, title: TextKey, hint: TextKey, value: Value, isMinor?: true): Column {
  const text: Column['text'] = (table, now, row) => percentText(value(table, now, row));
  return { id, title, hint, width: 74, value, text, ...(isMinor && { isMinor }) };
}

function age(id: string, title: TextKey, hint: TextKey, value: Value): Column {
  return { id, title, hint, width: 50, value, text: (...of) => ageText(value(...of)), isMinor: true };
}

function figure(
  id: string,
  title: TextKey,
  hint: TextKey,
  value: Value,
  textOf: (value: number) => string,
): Column {
  return { id, title, hint, width: 66, value, text: (...of) => textOf(value(...of)), isMinor: true };
}

/** As the statistics have it. */
function kept(column: TableColumn): Value {
  return (table, _now, row) => statistic(table, column, row);
}

export const COLUMNS: readonly Column[] = [
  {
    id: 'symbol',
    title: 'column.symbol',
    hint: 'column.symbol.hint',
    width: 92,
    text: ({ reply }, _now, row) => reply.symbol[row]!,
  },
  {
    id: 'exchanges',
    title: 'column.exchanges',
    hint: 'column.exchanges.hint',
    width: 150,
    text: ({ reply }, _now, row) => `${reply.exchange1[row]} / ${reply.exchange2[row]}`,
  },
  percent('spread', 'column.spread', 'column.spread.hint', (_table, now, row) => at(now?.spread, row), true),
  percent(
    'edge12',
    'column.edge12',
    'column.edge12.hint',
    (_t, now, row) => at(now?.executable12, row),
    true,
  ),
  percent(
    'edge21',
    'column.edge21',
    'column.edge21.hint',
    (_t, now, row) => at(now?.executable21, row),
    true,
  ),
  percent('net', 'column.net', 'column.net.hint', netPercent),
  figure('netCycles', 'column.netCycles', 'column.netCycles.hint', kept('net_cycles'), cyclesText),
  figure('cycles', 'column.cycles', 'column.cycles.hint', cyclesPerHour, cyclesText),
  figure('above', 'column.above', 'column.above.hint', kept('time_above_040bp_pct'), shareText),
  figure('halfLife', 'column.halfLife', 'column.halfLife.hint', kept('half_life_sec'), secondsText),
  figure('percentile', 'column.percentile', 'column.percentile.hint', percentileNow, shareText),
  age('age1', 'column.age1', 'column.age1.hint', (_table, now, row) => at(now?.age1Ms, row)),
  age('age2', 'column.age2', 'column.age2.hint', (_table, now, row) => at(now?.age2Ms, row)),
  {
    id: 'state',
    title: 'column.state',
    hint: 'column.state.hint',
    width: 118,
    text: (_table, now, row) => refusalWords(refusalsNow(now, row)) || t('state.tradable'),
  },
];

function secondsText(seconds: number): string {
  return Number.isFinite(seconds) ? durationText(seconds * 1_000) : ABSENT;
}
