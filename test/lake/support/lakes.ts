// What the tests of the lake's writing share: a journal on a real disk, rows to compare, a file system that dies.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { createRealClock } from '../../../src/clock.js';
import type { ColdEvent } from '../../../src/core/event.js';
import { InstrumentTable } from '../../../src/core/instrument.js';
import type { Clock } from '../../../src/core/time.js';
import type { LakeFiles } from '../../../src/lake/files.js';
import { diskJournal, JournalDisk, type JournalFiles } from '../../../src/lake/journal-disk.js';
import { JournalWriter } from '../../../src/lake/journal-writer.js';
import { JOURNAL_DIR, unescapeName } from '../../../src/lake/paths.js';
import { ProblemBook } from '../../../src/lake/problem-book.js';
import { openReader } from '../../../src/lake/reader.js';
import { findLeftovers } from '../../../src/lake/recover.js';
import type { LakeLimits } from '../../../src/lake/writer.js';

export const LIMITS: LakeLimits = {
  segmentBytesMax: 1024 * 1024,
  segmentMsMax: 60_000,
  writeIntervalMs: 10,
  syncIntervalMs: 100,
  pendingBytesMax: 8 * 1024 * 1024,
  closeBudgetMs: 10_000,
};

/** stamp, instrument id, bid, bidSize, ask, askSize, exchangeUs. */
export type Row = readonly [number, number, number, number, number, number, number];

export function tempRoot(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'lake-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

export function realClock(t: TestContext): Clock {
  const clock = createRealClock();
  t.after(() => clock.close());
  return clock;
}

export function someInstruments(): InstrumentTable {
  const table = new InstrumentTable();
  table.intern('Alpha', 'BTC/USDT');
  table.intern('Alpha', 'ETH/USDT');
  table.intern('Beta', 'BTC/USDT');
  table.intern('Beta', '币安 人生/USDT');
  return table;
}

/** Writes rows and events (mixed, ascending) into segments below `root`, as a process that then vanishes. */
export async function journalOf(
  root: string,
  clock: Clock,
  instruments: InstrumentTable,
  entries: readonly (Row | TradeRow | ColdEvent | 'segment-end')[],
  files: JournalFiles = diskJournal,
): Promise<void> {
  const { lastStampUs } = await findLeftovers(root);
  const problems = new ProblemBook(clock);
  const disk: JournalDisk = new JournalDisk({
    clock,
    files,
    problems,
    syncIntervalMs: 100,
    release: (buffer) => writer.release(buffer),
    finished: () => {},
  });
  const options = { root, clock, disk, problems, limits: LIMITS };
  const writer = new JournalWriter({ ...options, instrumentOf: (id) => instruments.get(id) }, lastStampUs);
  for (const entry of entries) {
    if (entry === 'segment-end') writer.finishSegment();
    else if ('type' in entry) writer.cold(entry);
    else if (typeof entry[6] === 'string') writer.trade(...(entry as TradeRow));
    else writer.quote(...(entry as Row));
  }
  writer.finish();
  await disk.whenIdle();
}

export function segmentsOf(root: string): string[] {
  return readdirSync(join(root, JOURNAL_DIR)).map((name) => join(root, JOURNAL_DIR, name));
}

/** Every row of the lake, as its reader gives them, by stamp. */
export async function rowsOf(root: string, instruments: InstrumentTable): Promise<Row[]> {
  const reader = openReader(root);
  const rows: Row[] = [];
  for (const { id, exchange, symbol } of instruments.all()) {
    const found = await reader.find(exchange, symbol);
    const instrument = found ?? { exchange, symbol, directories: [] };
    for await (const c of reader.readQuotes(instrument, { fromUs: 0, toUs: 4e15, sizes: true })) {
      for (let i = 0; i < c.length; i++) {
        const [us, bid, ask] = [c.receivedUs[i]!, c.bid[i]!, c.ask[i]!];
        rows.push([us, id, bid, c.bidSize![i]!, ask, c.askSize![i]!, c.exchangeUs![i]!]);
      }
    }
  }
  const problems = reader.problems();
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return rows.sort((a, b) => a[0] - b[0]);
}

/** Rows in all files of quotes, as they are: the reader would hide a row that is there twice. */
export function rowsInFiles(root: string): number {
  let rows = 0;
  for (const name of filesMatching(root, /spreads-[^/]*\.parquet$/)) {
    rows += Number(parquetMetadata(fileBytes(join(root, name))).num_rows);
  }
  return rows;
}

/** stamp, instrument id, price, size, side, exchangeUs, id: as the lake takes it. */
export type TradeRow = readonly [number, number, number, number, 1 | -1, number, string];

/** Every trade in the files below `trades/`, by stamp. */
export async function tradesOf(root: string, instruments: InstrumentTable): Promise<TradeRow[]> {
  const rows: TradeRow[] = [];
  for (const name of filesMatching(root, /^trades\/.*\/trades-[^/]*\.parquet$/)) {
    const [, exchange, symbol] = /exchange=([^/]*)\/symbol=([^/]*)\//.exec(name)!;
    const { id } = instruments.find(unescapeName(exchange!), unescapeName(symbol!))!;
    const file = fileBytes(join(root, name));
    for (const row of await parquetReadObjects({ file, parsers: PARSERS })) {
      const { Timestamp, Price, Quantity, Side, ExchangeTimestamp, TradeId } = row;
      const exchangeUs = ExchangeTimestamp ?? Number.NaN;
      rows.push([Timestamp, id, Price, Quantity, Side === 'Buy' ? 1 : -1, exchangeUs, TradeId ?? '']);
    }
  }
  return rows.sort((a, b) => a[0] - b[0]);
}

/** Without them stamps would come as Date, which holds milliseconds only. */
const PARSERS = { timestampFromMicroseconds: (us: bigint) => Number(us) };

function fileBytes(path: string): ArrayBuffer {
  const bytes = readFileSync(path);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
}

/** Lines of the whole ledger, in order. */
export function ledgerOf(root: string): Record<string, unknown>[] {
  const directory = join(root, '_ledger');
  return readdirSync(directory, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.ndjson'))
    .sort()
    .flatMap((name) => readFileSync(join(directory, name), 'utf8').split('\n').filter(Boolean))
    .map((line) => JSON.parse(line));
}

/** Every file below `root`, relative, that matches. */
export function filesMatching(root: string, pattern: RegExp): string[] {
  return readdirSync(root, { recursive: true })
    .map(String)
    .filter((name) => pattern.test(name))
    .sort();
}

export class Killed extends Error {}

/** The process dies before its `steps + 1`-th change of the disk: that one and all that follow do not happen. */
export function dyingFiles(files: LakeFiles, steps: number): { files: LakeFiles; died: () => boolean } {
  let left = steps;
  let dead = false;
  const step = <A extends unknown[], R>(run: (...args: A) => R) => {
    return (...args: A): R => {
      if (left-- <= 0) dead = true;
      if (dead) throw new Killed('killed');
      return run(...args);
    };
  };
  const dying: LakeFiles = {
    ...files,
    makeDirectory: step(files.makeDirectory),
    create: step(files.create),
    append: step(files.append),
    sync: step(files.sync),
    rename: step(files.rename),
    remove: step(files.remove),
    removeDirectory: step(files.removeDirectory),
    syncDirectory: step(files.syncDirectory),
  };
  return { files: dying, died: () => dead };
}
