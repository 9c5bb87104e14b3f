// A lake of any generation brought into another one: what the reader gives of each instrument and day of the source, less
// what it gives of the same day of the target, becomes one file there. So it may be repeated, cut short and done in
// parts: only what is missing is ever written. Never writes or locks the source, holds a few chunks of rows.

import { realpathSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { spelledAs } from '../core/exchange.js';
import { dayStartUs, isoDate, type Micros, US_PER_DAY } from '../core/time.js';
import { markDay } from './day-marks.js';
import { discoverExchanges } from './discover.js';
import { codeOf, diskFiles, type LakeFiles, messageOf } from './files.js';
import { ImportFile, PriceMissing } from './import-file.js';
import { ImportBook, type ImportReport, type ImportRows } from './import-report.js';
import { addMissing, RowCursor } from './missing-rows.js';
import { readOrigin, WrongOrigin } from './origin.js';
import { RowGroupBuffer } from './parquet-write.js';
import { hourDir, TRADES_DIR } from './paths.js';
import { type LakeInstrument, type LakeReader, openReader } from './reader.js';
import { diskStore, type ReadStore } from './store.js';

export type { ImportReport, Skipped } from './import-report.js';

export interface ImportOptions {
  readonly source: string;
  /** Held by the caller (see holdLake), unless nothing is to be written. */
  readonly target: string;
  /** In any case and spelling; absent = all. */
  readonly wants?: (instrument: LakeInstrument) => boolean;
  /** Half-open. */
  readonly fromUs?: Micros;
  readonly toUs?: Micros;
  /** Only count what would be added. */
  readonly dryRun?: boolean;
  readonly files?: LakeFiles;
  readonly signal?: AbortSignal;
  /** `done` of `total` instruments; `what` is being worked at. */
  readonly onProgress?: (done: number, total: number, what: string) => void;
}

/** Source and target may not be brought together. */
export class ImportRefused extends Error {}

const PROBLEMS_MAX = 2_000;

/** Throws ImportRefused where one folder is, or is within, the other, or the source is the demo's. Neither need exist. */
export function checkImport(source: string, target: string): void {
  const [from, into] = [realPath(source), realPath(target)];
  if (from === into) throw new ImportRefused(`${source} and ${target} are the same folder`);
  if (isWithin(from, into))
    throw new ImportRefused(`${source} lies within ${target}: its rows are read there already`);
  if (isWithin(into, from))
    throw new ImportRefused(`${target} lies within ${source}; choose a folder beside it`);
  if (originOf(source) === 'demo')
    throw new ImportRefused(`${source} holds the demo's made-up quotes; they are brought into no lake`);
  if (originOf(target) === 'demo')
    throw new ImportRefused(`${target} holds the demo's made-up quotes; real ones are not brought into it`);
}

/** Rejects with the signal's reason, and where the source cannot be listed; a single instrument's failure is reported. */
export async function importLake(options: ImportOptions): Promise<ImportReport> {
  const { source, target, wants = () => true, onProgress } = options;
  const book = new ImportBook(source, diskStore);
  const { store, noteFile } = book;
  const reader = openReader(source, { store, noteFile, problemsMax: PROBLEMS_MAX });
  const instruments = (await reader.instruments()).filter(wants);
  const work: Work = {
    ...options,
    reader,
    book,
    files: options.files ?? diskFiles,
    target: openReader(target),
    root: target,
    exchanges: [...(await discoverExchanges(diskStore, target))],
    marked: new Set(),
    group: new RowGroupBuffer(),
  };
  for (const [done, instrument] of instruments.entries()) {
    const { exchange, symbol } = instrument;
    const tell = (what: string) => onProgress?.(done, instruments.length, `${exchange} ${symbol}${what}`);
    tell('');
    book.forget();
    try {
      await importInstrument(work, instrument, tell);
    } catch (error) {
      options.signal?.throwIfAborted();
      book.failed.push({ exchange, symbol, message: messageOf(error) });
    }
  }
  onProgress?.(instruments.length, instruments.length, 'done');
  await skipTrades(book, source);
  return book.report(instruments.length, reader.problems());
}

interface Work extends Omit<ImportOptions, 'target'> {
  readonly reader: LakeReader;
  readonly book: ImportBook;
  readonly files: LakeFiles;
  readonly target: LakeReader;
  readonly root: string;
  /** As the target spells them: one exchange, one folder. */
  readonly exchanges: string[];
  /** Days that have their mark already. */
  readonly marked: Set<Micros>;
  readonly group: RowGroupBuffer;
}

async function importInstrument(
  work: Work,
  instrument: LakeInstrument,
  tell: (what: string) => void,
): Promise<void> {
  const { reader, book, fromUs = 0, toUs = Number.MAX_SAFE_INTEGER, signal } = work;
  let nullablePrices = false;
  for (let beginUs = fromUs; ; ) {
    const range = { fromUs: beginUs, toUs, sizes: true, ...(signal === undefined ? {} : { signal }) };
    const rows = new RowCursor(reader.readQuotes(instrument, range));
    try {
      for (;;) {
        await rows.fill();
        if (rows.stampUs === Number.POSITIVE_INFINITY) return;
        const dayUs = dayStartUs(rows.stampUs);
        beginUs = Math.max(fromUs, dayUs);
        tell(` ${isoDate(dayUs)}, ${book.total.rows} rows`);
        const counted = await importDay(work, instrument, rows, dayUs, nullablePrices);
        for (const name of ['rows', 'added', 'alreadyThere'] as const) book.total[name] += counted[name];
      }
    } catch (error) {
      if (!(error instanceof PriceMissing)) throw error;
      // The day again, into a file that can say so.
      nullablePrices = true;
    } finally {
      await rows.close();
    }
  }
}

/** One day from `rows` on, which are then behind it. */
async function importDay(
  work: Work,
  { exchange, symbol }: LakeInstrument,
  source: RowCursor,
  dayUs: Micros,
  nullablePrices: boolean,
): Promise<ImportRows> {
  const { files, target, root, exchanges, marked, group, book, dryRun = false } = work;
  const endUs = dayUs + US_PER_DAY;
  const known = await target.find(exchange, symbol);
  const spelled = known?.exchange ?? spelledAs(exchange, exchanges);
  if (!exchanges.includes(spelled)) exchanges.push(spelled);
  const folder = hourDir(root, spelled, known?.symbol ?? symbol, dayUs);
  const there =
    known === undefined ? NOTHING : target.readQuotes(known, { fromUs: dayUs, toUs: endUs, sizes: true });
  const present = new RowCursor(there);
  const file = new ImportFile(files, folder, group, nullablePrices);
  const add: ImportFile['add'] = (columns, from, to) => {
    // Before its first file: what a killed import left is looked for by the marks, and how large the day is.
    if (!marked.has(dayUs)) markDay(files, root, dayUs);
    marked.add(dayUs);
    file.add(columns, from, to);
  };
  try {
    const { rows, missing } = await addMissing(source, present, endUs, dryRun ? () => undefined : add);
    if (!dryRun && file.publish()) book.filesWritten += 1;
    return { rows, added: missing, alreadyThere: rows - missing };
  } catch (error) {
    file.discard();
    throw error;
  } finally {
    await present.close();
  }
}

const NOTHING: AsyncIterable<never> = {
  [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }),
};

/** The trades of a lake of ours lie in a folder of their own. */
async function skipTrades(book: ImportBook, source: string): Promise<void> {
  const folder = join(source, TRADES_DIR);
  const count = await countFiles(diskStore, folder);
  if (count > 0) book.skip(folder, 'trades', `${count} files of trades are not brought in`);
}

async function countFiles(store: ReadStore, directory: string): Promise<number> {
  let count = 0;
  for (const { name, isDirectory } of await store.list(directory))
    count += isDirectory ? await countFiles(store, join(directory, name)) : 1;
  return count;
}

/** Null also where the mark cannot be read: who opens the lake to write says so. */
function originOf(root: string): ReturnType<typeof readOrigin> {
  try {
    return readOrigin(root);
  } catch (error) {
    if (error instanceof WrongOrigin) return null;
    throw error;
  }
}

/** Also of a folder that is not there yet. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    const full = resolve(path);
    return dirname(full) === full ? full : join(realPath(dirname(full)), basename(full));
  }
}

function isWithin(inner: string, outer: string): boolean {
  const way = relative(outer, inner);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`);
}
