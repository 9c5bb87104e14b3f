// From a statistics file to the list of recommended pairs: filter, spelling, order. Pure.
// Never drops a row silently: one whose values cannot be read is named in a warning.

import { exchangeKey, spelledAs } from '../core/exchange.js';
import { unifiedFromSpelling } from '../core/symbol.js';
import type { StatisticsFile, StatisticsWarning } from './stats.js';

export const MIN_CYCLES_DEFAULT = 40;

export interface Opportunity {
  /** Unified: `BTC/USDT`. */
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
  /** Of the threshold 0.40 %, whole. */
  readonly opportunityCycles: number;
  /**
   * Every column of the file that is not a name, as it reads: numbers, booleans, null where it is empty; text where it is none
   * of these.
   */
  readonly statistics: Readonly<Record<string, number | boolean | string | null>>;
}

/**
 * Rows with more than `minCycles` cycles (strictly), by symbol, exchange1, exchange2 in code-point order. Exchanges
 * are spelled as in `exchangeNames`, those it does not have as in the file. Of rows that then name the same pair,
 * the one with the most cycles stays, the first of equals.
 */
export function filterOpportunities(
  file: StatisticsFile,
  minCycles: number = MIN_CYCLES_DEFAULT,
  exchangeNames: readonly string[] = [],
): { readonly opportunities: readonly Opportunity[]; readonly warnings: readonly StatisticsWarning[] } {
  const at = (column: string): number => file.columns.indexOf(column);
  const [symbolAt, leftAt, rightAt] = [at('symbol'), at('exchange1'), at('exchange2')];
  const cyclesAt = at('opportunity_cycles_040bp');
  const byPair = new Map<string, Opportunity>();
  let unreadable = 0;
  for (const row of file.rows) {
    const cycles = cellNumber(row[cyclesAt] ?? '');
    const symbol = unifiedFromAny(row[symbolAt] ?? '');
    const exchange1 = spelledAs(row[leftAt] ?? '', exchangeNames);
    const exchange2 = spelledAs(row[rightAt] ?? '', exchangeNames);
    if (!Number.isFinite(cycles) || symbol === undefined || exchange1 === '' || exchange2 === '') {
      unreadable += 1;
      continue;
    }
    if (!(cycles > minCycles)) continue;
    const opportunityCycles = Math.trunc(cycles);
    const key = `${symbol}|${exchangeKey(exchange1)}|${exchangeKey(exchange2)}`;
    const known = byPair.get(key);
    if (known !== undefined && known.opportunityCycles >= opportunityCycles) continue;
    const statistics = statisticsOf(file.columns, row);
    byPair.set(key, { symbol, exchange1, exchange2, opportunityCycles, statistics });
  }
  const message = `${unreadable} rows of the statistics file ${file.name} lack a readable name or count`;
  const warnings: StatisticsWarning[] =
    unreadable === 0 ? [] : [{ code: 'bad-value', message, file: file.name }];
  return { opportunities: [...byPair.values()].sort(compareOpportunities), warnings };
}

/** `BTC/USDT` from `BTC_USDT`, `btc-usdt`, `BTC#USDT`, `BTCUSDT`; undefined where base or quote is missing. */
export function unifiedFromAny(spelling: string): string | undefined {
  if (/^[/_\-#\s]|[/_\-#\s]$/.test(spelling.trim())) return undefined;
  const unified = unifiedFromSpelling(spelling);
  return unified.includes('/') ? unified : undefined;
}

function statisticsOf(
  columns: readonly string[],
  row: readonly string[],
): Readonly<Record<string, number | boolean | string | null>> {
  const values: Record<string, number | boolean | string | null> = {};
  for (let at = 0; at < columns.length; at += 1) {
    const column = columns[at]!;
    if (column === 'symbol' || column === 'exchange1' || column === 'exchange2') continue;
    values[column] = cellValue(row[at] ?? '');
  }
  return values;
}

function cellValue(cell: string): number | boolean | string | null {
  const text = cell.trim();
  if (text === '') return null;
  if (/^true$/i.test(text)) return true;
  if (/^false$/i.test(text)) return false;
  const value = cellNumber(text);
  return Number.isNaN(value) && !/^nan$/i.test(text) ? text : value;
}

/** NaN where the cell is no number; `inf` as analyzers write it. */
function cellNumber(cell: string): number {
  const text = cell.trim();
  if (text === '') return Number.NaN;
  const infinite = /^([+-]?)inf(inity)?$/i.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
}

function compareOpportunities(a: Opportunity, b: Opportunity): number {
  return (
    compareText(a.symbol, b.symbol) ||
    compareText(a.exchange1, b.exchange1) ||
    compareText(a.exchange2, b.exchange2)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
