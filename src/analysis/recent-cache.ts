// The newest rows of an instrument, read once for all its pairs: every other look would scan the journal again.
// Bounded by rows; pairs come symbol by symbol, so a few instruments are enough. Lives as long as one run.

import { instrumentKey } from '../core/instrument.js';
import { type RecentRows, readRecent } from '../lake/recent.js';

/** Six columns of eight bytes each: 3 MB. */
const ROWS_MAX_DEFAULT = 60_000;

/**
 * Like `readRecent`, of which it asks what it does not know. What it knows may be older than the files that are
 * read after it: then rows are seen twice, which the reader expects, and never missed.
 */
export function createRecentCache(
  read: typeof readRecent = readRecent,
  rowsMax: number = ROWS_MAX_DEFAULT,
): typeof readRecent {
  // In the order of their last use.
  const known = new Map<string, RecentRows>();
  let rows = 0;
  return async (root, exchange, symbol, fromUs, toUs) => {
    const key = `${root}|${instrumentKey(exchange, symbol)}|${fromUs}|${toUs}`;
    const found = known.get(key) ?? (await read(root, exchange, symbol, fromUs, toUs));
    // Two legs are never asked for at the same time by the one who joins them; if they were, the later answer stays.
    rows -= known.get(key)?.columns.length ?? 0;
    known.delete(key);
    if (found.columns.length > rowsMax) return found;
    known.set(key, found);
    rows += found.columns.length;
    for (const [oldest, { columns }] of known) {
      if (rows <= rowsMax) break;
      known.delete(oldest);
      rows -= columns.length;
    }
    return found;
  };
}
