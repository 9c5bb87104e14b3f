// Of every pair in the newest statistics: least, 1st, 50th and 99th percentile and greatest of its spreads. Read for rules that ask
// how unusual a spread is; nothing of the file is held.

import { listStatistics, readNewest } from './stats.js';

export interface PairQuantiles {
  /** As the file spells them. */
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
  /** Percent, ascending; NaN where the file has none. */
  readonly percent: readonly [number, number, number, number, number];
}

const COLUMNS = ['spread_min_pct', 'spread_p01_pct', 'spread_p50_pct', 'spread_p99_pct', 'spread_max_pct'];

/** Each call: null where the newest files are those of the last call. None where there is no file, or one without these columns. */
export function quantileReader(directory: string): () => Promise<readonly PairQuantiles[] | null> {
  let signature: string | null = null;
  return async () => {
    const listed = await listStatistics(directory);
    const entries = 'entries' in listed ? listed.entries : [];
    const found = entries.map(({ name, mtimeMs, sizeBytes }) => `${name}|${mtimeMs}|${sizeBytes}`).join('/');
    if (found === signature) return null;
    signature = found;
    const { file } = await readNewest(directory, entries);
    if (file === undefined) return [];
    const places = COLUMNS.map((column) => file.columns.indexOf(column));
    if (places.includes(-1)) return [];
    const [symbolAt, leftAt, rightAt] = ['symbol', 'exchange1', 'exchange2'].map((name) =>
      file.columns.indexOf(name),
    ) as [number, number, number];
    return file.rows.map((row) => ({
      symbol: row[symbolAt]!,
      exchange1: row[leftAt]!,
      exchange2: row[rightAt]!,
      percent: places.map((at) => numberOf(row[at]!)) as unknown as PairQuantiles['percent'],
    }));
  };
}

function numberOf(cell: string): number {
  return cell.trim() === '' ? Number.NaN : Number(cell);
}
