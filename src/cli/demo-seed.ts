// One hour of the demo's market, written through the lake's own writer, with a statistics file computed from it.
// Made beside the lake and renamed: whoever looks finds all of it or nothing.

import { mkdir, open, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { CompatAccumulator, compatDeviation, formatStatisticsCsv, type PairRow } from '../analysis/compat.js';
import { discoverPairs } from '../analysis/discover.js';
import { statisticsFileName } from '../analysis/write.js';
import type { QuoteColumns } from '../core/columns.js';
import type { Log } from '../core/log.js';
import { type Micros, US_PER_HOUR } from '../core/time.js';
import { diskFiles, type LakeFiles, messageOf } from '../lake/files.js';
import { markOrigin } from '../lake/origin.js';
import { STATS_DIR } from '../lake/paths.js';
import { writeHistory } from '../lake/write-history.js';
import { asofJoin } from '../series/asof.js';
import { generateHistory } from '../sim/history.js';
import type { Market } from '../sim/market.js';

/** Between two quotes of one instrument, on average. */
const INTERVAL_MS = 1_000;

export interface DemoSeed {
  readonly root: string;
  readonly market: Market;
  /** The hour written ends here. */
  readonly nowUs: Micros;
  readonly log: Log;
  /** Aborted: nothing is written, and nothing left beside. */
  readonly asked: AbortSignal;
}

/** Where the demo's statistics lie: in its lake, so that one rename brings both. */
export function statisticsFolder(root: string): string {
  return join(root, STATS_DIR);
}

/** Does nothing where the root holds anything already. Rejects with the signal's reason where that is aborted. */
export async function seedDemoLake(seed: DemoSeed): Promise<void> {
  const { root, asked, log } = seed;
  if (!(await isEmpty(root))) return;
  const beside = join(dirname(root), `.${basename(root)}.seeding`);
  await rm(beside, { recursive: true, force: true });
  try {
    await writeLake(beside, seed);
    await rmdir(root).catch(() => {});
    await rename(beside, root);
    // Behind: a world that is made up is not worth a start that waits for thousands of syncs.
    void syncAll(root, asked).catch((error: unknown) =>
      log.warn('the demo lake is not synced', { error: messageOf(error) }),
    );
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    throw error;
  }
}

async function writeLake(beside: string, { root, market, nowUs, log, asked }: DemoSeed): Promise<void> {
  markOrigin(beside, 'demo');
  const rows: PairRow[] = [];
  // Symbol by symbol: what is held at a time are the columns of one.
  for (const symbol of new Set(market.instruments.map((one) => one.symbol))) {
    const history = new Map<string, QuoteColumns>();
    for (const instrument of market.instruments) {
      if (instrument.symbol !== symbol) continue;
      const columns = generateHistory(market, instrument, nowUs - US_PER_HOUR, nowUs, INTERVAL_MS);
      writeHistory(beside, instrument.exchange, symbol, columns, UNSYNCED);
      history.set(instrument.exchange, columns);
      await breathe(asked);
    }
    rows.push(...(await statistics(symbol, history, asked)));
  }
  await mkdir(statisticsFolder(beside), { recursive: true });
  await writeFile(join(statisticsFolder(beside), statisticsFileName(nowUs)), formatStatisticsCsv(rows));
  log.info('demo lake written', { root, instruments: market.instruments.length, pairs: rows.length });
}

/** Synced all together, once they stand. */
const UNSYNCED: LakeFiles = { ...diskFiles, sync() {}, syncDirectory() {} };
const SYNCS_AT_ONCE = 2;

/** Everything below a folder, many at a time: a file system makes one write to its own journal of them. */
async function syncAll(root: string, asked: AbortSignal): Promise<void> {
  const entries = await readdir(root, { withFileTypes: true, recursive: true });
  const paths = [root, ...entries.map(({ parentPath, name }) => join(parentPath, name))];
  const next = paths.values();
  const work = Array.from({ length: SYNCS_AT_ONCE }, async () => {
    for (const path of next) {
      if (asked.aborted) return;
      const file = await open(path, 'r').catch(() => null);
      // What became something else meanwhile was synced by whoever made that of it.
      if (file === null) continue;
      try {
        await file.sync();
      } finally {
        await file.close();
      }
    }
  });
  await Promise.all(work);
}

/** Between two pieces of work: signals, timers and sockets have their turn. */
async function breathe(asked: AbortSignal): Promise<void> {
  await setImmediate();
  asked.throwIfAborted();
}

async function isEmpty(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length === 0;
  } catch {
    return true;
  }
}

/** Every pair of exchanges of one kind, by the reference's formulas and join (no tolerance). */
async function statistics(
  symbol: string,
  history: ReadonlyMap<string, QuoteColumns>,
  asked: AbortSignal,
): Promise<PairRow[]> {
  const rows: PairRow[] = [];
  const instruments = [...history.keys()].map((exchange) => ({ exchange, symbol, directories: [] }));
  for (const { left, right } of discoverPairs(instruments)) {
    const [leftRows, rightRows] = [history.get(left.exchange), history.get(right.exchange)];
    if (leftRows === undefined || rightRows === undefined) continue;
    const found = pairStatistics(leftRows, rightRows);
    await breathe(asked);
    if (found !== undefined)
      rows.push({ symbol, exchange1: left.exchange, exchange2: right.exchange, ...found });
  }
  return rows;
}

function pairStatistics(left: QuoteColumns, right: QuoteColumns): ReturnType<CompatAccumulator['finish']> {
  const joined = asofJoin(left, right, { toleranceUs: Number.POSITIVE_INFINITY, keepUnmatched: true });
  const statistics = new CompatAccumulator();
  for (let row = 0; row < joined.length; row++)
    statistics.push(
      joined.stampUs[row] as number,
      compatDeviation(joined.bid1[row] as number, joined.bid2[row] as number),
    );
  return statistics.finish();
}
