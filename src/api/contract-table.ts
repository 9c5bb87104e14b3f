// What the HTTP API answers with, as types only: the table of all pairs. A part of contract.ts, which gives it on.
// Never holds code, imports nothing, and never promises a field that an answer may leave out.

/** The columns of the statistics that the table of all pairs has. */
export type TableColumn =
  | 'covered_hours'
  | 'opportunity_cycles_040bp'
  | 'cycles_up_040bp'
  | 'cycles_down_040bp'
  | 'net_cycles'
  | 'net_gain_pct'
  | 'time_above_040bp_pct'
  | 'half_life_sec'
  | 'spread_mean_pct'
  | 'spread_min_pct'
  | 'spread_p01_pct'
  | 'spread_p50_pct'
  | 'spread_p99_pct'
  | 'spread_max_pct'
  | 'stuck';

/**
 * The body of `/api/table`: all columns have one length. The first `live` rows are the pairs of `/api/table/now`, in its order; the
 * others are known to the statistics alone.
 */
export interface TableReply {
  /** As the header `x-table` of `/api/table/now` has it: of another one the rows are others. */
  readonly version: string;
  readonly file: string | null;
  readonly warnings: readonly string[];
  readonly minCycles: number;
  readonly live: number;
  readonly symbol: readonly string[];
  readonly exchange1: readonly string[];
  readonly exchange2: readonly string[];
  /** Numbers of the rows that `/api/opportunities` lists. */
  readonly recommended: readonly number[];
  /** Percent: the taker fees of a round trip. */
  readonly costPercent: readonly number[];
  /** Null where a file has no value, or no row of the pair. `stuck` is 1 or 0. */
  readonly statistics: Readonly<Record<TableColumn, readonly (number | null)[]>>;
}

/** The body of `/api/table/sparklines`. */
export interface SparklinesReply {
  readonly bucketSeconds: number;
  /** As they were asked for. */
  readonly rows: readonly number[];
  /** The last spread of each bucket, percent, oldest first; the last one is of those under way. */
  readonly sparklines: readonly (readonly (number | null)[])[];
}
