// From a statistics file to the list of recommended pairs: filter, spelling, order. Pure.
// Never drops a row silently: one whose values cannot be read is named in a warning.

import type { CsvRow } from './csv.js';
import type { RowNames } from './row-names.js';
import type { RowVisitor, StatisticsWarning } from './stats.js';

export const MIN_CYCLES_DEFAULT = 40;
const CYCLES_COLUMN = 'opportunity_cycles_040bp';

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
 * Rows with more than `minCycles` cycles (strictly), by symbol, exchange1, exchange2 in code-point order. Of rows that name
 * the same pair the one with the most cycles stays, the first of equals.
 */
export class OpportunityFilter implements RowVisitor {
  /** Rows without a readable name or count. */
  unreadable = 0;
  readonly #columns: readonly string[];
  readonly #names: RowNames;
  readonly #minCycles: number;
  readonly #cyclesAt: number;
  readonly #byPair = new Map<string, Opportunity>();

  constructor(columns: readonly string[], names: RowNames, minCycles: number = MIN_CYCLES_DEFAULT) {
    this.#columns = columns;
    this.#names = names;
    this.#minCycles = minCycles;
    this.#cyclesAt = columns.indexOf(CYCLES_COLUMN);
  }

  row(row: CsvRow): void {
    const cycles = cellNumber(row.cell(this.#cyclesAt));
    const names = this.#names.of(row);
    if (!Number.isFinite(cycles) || names === null) {
      this.unreadable += 1;
      return;
    }
    if (!(cycles > this.#minCycles)) return;
    const opportunityCycles = Math.trunc(cycles);
    const known = this.#byPair.get(names.key);
    if (known !== undefined && known.opportunityCycles >= opportunityCycles) return;
    const { symbol, exchange1, exchange2 } = names;
    const statistics = statisticsOf(this.#columns, row.cells());
    this.#byPair.set(names.key, { symbol, exchange1, exchange2, opportunityCycles, statistics });
  }

  result(file: string): {
    readonly opportunities: readonly Opportunity[];
    readonly warnings: readonly StatisticsWarning[];
  } {
    const message = `${this.unreadable} rows of the statistics file ${file} lack a readable name or count`;
    const warnings: StatisticsWarning[] = this.unreadable === 0 ? [] : [{ code: 'bad-value', message, file }];
    return { opportunities: [...this.#byPair.values()].sort(compareOpportunities), warnings };
  }
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
export function cellNumber(cell: string): number {
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
