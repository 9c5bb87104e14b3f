// The reply of /api/table, checked before it is believed: a server of another version may say anything. Pure.

import type { TableColumn, TableReply } from '../../src/api/contract.js';

const COLUMNS: readonly TableColumn[] = [
  'covered_hours',
  'opportunity_cycles_040bp',
  'cycles_up_040bp',
  'cycles_down_040bp',
  'net_cycles',
  'net_gain_pct',
  'time_above_040bp_pct',
  'half_life_sec',
  'spread_mean_pct',
  'spread_min_pct',
  'spread_p01_pct',
  'spread_p50_pct',
  'spread_p99_pct',
  'spread_max_pct',
  'stuck',
];

/** What is wrong with it, in words, where something is. */
export function readTable(value: unknown): TableReply | string {
  if (typeof value !== 'object' || value === null) return 'expected an object';
  const reply = value as Partial<TableReply>;
  const { version, symbol, live, recommended, warnings, statistics } = reply;
  if (typeof version !== 'string') return 'version: expected a text';
  if (!Array.isArray(symbol)) return 'symbol: expected a list';
  const wide = (name: string, column: unknown): string | null =>
    Array.isArray(column) && column.length === symbol.length
      ? null
      : `${name}: expected a list of ${symbol.length}`;
  for (const name of ['exchange1', 'exchange2', 'costPercent'] as const) {
    const wrong = wide(name, reply[name]);
    if (wrong !== null) return wrong;
  }
  if (typeof live !== 'number' || !(live >= 0 && live <= symbol.length))
    return 'live: expected a number of rows';
  if (!Array.isArray(recommended) || !Array.isArray(warnings)) return 'recommended, warnings: expected lists';
  if (typeof statistics !== 'object' || statistics === null) return 'statistics: expected columns';
  for (const name of COLUMNS) {
    const wrong = wide(`statistics.${name}`, statistics[name]);
    if (wrong !== null) return wrong;
  }
  return reply as TableReply;
}
