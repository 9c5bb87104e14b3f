// Of every pair of a statistics file the few numbers that a table of all pairs shows, in columns: ten thousand rows take a
// megabyte. What a row has beside them is not kept.

import type { CsvRow } from './csv.js';
import { cellNumber } from './filter.js';
import type { NamedRow, RowNames } from './row-names.js';
import type { RowVisitor } from './stats.js';

/** As docs/statistics.md has them; NaN where a file lacks one. */
export const TABLE_COLUMNS = [
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
] as const;
export type TableColumn = (typeof TABLE_COLUMNS)[number];

/** One entry a pair in all of them. */
export interface PairStatistics {
  readonly names: readonly NamedRow[];
  readonly columns: Readonly<Record<TableColumn, readonly number[]>>;
}

export const NO_PAIRS: PairStatistics = {
  names: [],
  columns: Object.fromEntries(TABLE_COLUMNS.map((name) => [name, []])) as never,
};

export class AllPairs implements RowVisitor, PairStatistics {
  readonly names: NamedRow[] = [];
  readonly columns = Object.fromEntries(TABLE_COLUMNS.map((name) => [name, [] as number[]])) as Record<
    TableColumn,
    number[]
  >;
  readonly #names: RowNames;
  readonly #places: readonly (readonly [to: number[], at: number])[];
  readonly #seen = new Set<string>();

  constructor(columns: readonly string[], names: RowNames) {
    this.#names = names;
    this.#places = TABLE_COLUMNS.map((name) => [this.columns[name], columns.indexOf(name)]);
  }

  /** Of rows that name the same pair the first one stays. */
  row(row: CsvRow): void {
    const named = this.#names.of(row);
    if (named === null || this.#seen.has(named.key)) return;
    this.#seen.add(named.key);
    this.names.push(named);
    const cells = row.cells();
    for (const [to, at] of this.#places) to.push(at < 0 ? Number.NaN : numberOf(cells[at]!));
  }
}

/** `True` and `False` as 1 and 0. */
function numberOf(cell: string): number {
  const text = cell.trim();
  if (/^(true|false)$/i.test(text)) return /^t/i.test(text) ? 1 : 0;
  return cellNumber(text);
}
