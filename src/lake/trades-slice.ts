// Trades of one instrument out of its hour and day files, for a stretch of time. Read-only; a file that is damaged is
// left out and reported.

import { dirname, join } from 'node:path';
import { dayStartUs, hourStartUs, type Micros, US_PER_DAY, US_PER_HOUR } from '../core/time.js';
import type { TradeRecord } from './journal.js';
import { DAY_FILES_DIR, dayStampOf, lastStampOf, tradesHourDir } from './paths.js';
import { FileVanished, type ReportProblem, tryRead, withFile } from './read-file.js';
import type { ReadStore } from './store.js';
import { openTradesFile, readTrades } from './trades-read.js';

export interface TradesQuery {
  readonly store: ReadStore;
  readonly root: string;
  readonly exchange: string;
  readonly symbol: string;
  /** Half-open. */
  readonly fromUs: Micros;
  readonly toUs: Micros;
  readonly report: ReportProblem;
}

/** In no order; a trade may stand in two files, and is then given twice. */
export async function tradesOf(query: TradesQuery): Promise<readonly TradeRecord[]> {
  const { store, root, exchange, symbol, fromUs, toUs } = query;
  const found: TradeRecord[] = [];
  const read = async (path: string) => {
    found.push(...((await ofFile(query, path)) ?? []));
  };
  for (let dayUs = dayStartUs(fromUs); dayUs < toUs; dayUs += US_PER_DAY) {
    for (let hourUs = Math.max(dayUs, hourStartUs(fromUs)); hourUs < Math.min(toUs, dayUs + US_PER_DAY); ) {
      const directory = tradesHourDir(root, exchange, symbol, hourUs);
      for (const { name } of await store.list(directory))
        if ((lastStampOf(name, hourUs, 'trades') ?? Number.NEGATIVE_INFINITY) >= fromUs)
          await read(join(directory, name));
      hourUs += US_PER_HOUR;
    }
    // Afterwards: a day's file is there before the hours that it stands for go.
    const dayDir = dirname(tradesHourDir(root, exchange, symbol, dayUs));
    for (const { name } of await store.list(join(dayDir, DAY_FILES_DIR)))
      if ((dayStampOf(name, dayUs, 'trades') ?? Number.NEGATIVE_INFINITY) >= fromUs)
        await read(join(dayDir, DAY_FILES_DIR, name));
  }
  return found;
}

/** Null where the file is bad, or gone: what stands for it is read after it. */
async function ofFile(
  { store, fromUs, toUs, report }: TradesQuery,
  path: string,
): Promise<TradeRecord[] | null> {
  const wanted = ({ stampUs }: { stampUs: Micros }) => stampUs >= fromUs && stampUs < toUs;
  try {
    return await tryRead(report, path, () =>
      withFile(store, path, null, async (file) => {
        const trades = await openTradesFile(file);
        const found: TradeRecord[] = [];
        for (const group of trades?.groups ?? []) {
          const { minUs, maxUs } = group.times ?? { minUs: fromUs, maxUs: fromUs };
          if (maxUs < fromUs || minUs >= toUs) continue;
          for (const trade of await readTrades(file, trades!, group)) if (wanted(trade)) found.push(trade);
        }
        return found;
      }),
    );
  } catch (error) {
    if (error instanceof FileVanished) return null;
    throw error;
  }
}
