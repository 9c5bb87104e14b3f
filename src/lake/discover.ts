// What instruments and partitions a lake holds, from folder names alone: opens no file.
// Walks exchange= → symbol= → date= → hour=, or <run> → <Exchange> → <Symbol> of the older layouts, only where asked:
// a lake may have millions of folders.

import { join } from 'node:path';
import { exchangeKey } from '../core/exchange.js';
import { instrumentKey } from '../core/instrument.js';
import { symbolKey, unifiedFromSpelling } from '../core/symbol.js';
import { type Micros, US_PER_DAY, US_PER_HOUR } from '../core/time.js';
import { DAY_FILES_DIR, TRADES_DIR, unescapeName } from './paths.js';
import {
  dateOfName,
  type FileRead,
  hourOfName,
  isQuoteFileName,
  isTradesName,
  overlaps,
  type Partition,
  planFiles,
  planPartitions,
} from './plan.js';
import { sessionPartition, sessionStartUs } from './sessions.js';
import type { ReadStore, StoreEntry } from './store.js';
import type { NoteStrangers } from './strangers.js';

/** An instrument of the lake, whatever its spellings on disk. */
export interface LakeInstrument {
  readonly exchange: string;
  /** Unified, `BTC/USDT`, where base and quote can be told apart; else as on disk. */
  readonly symbol: string;
  /** Every folder that holds its rows; empty where they are only in the journal yet. */
  readonly directories: readonly string[];
}

const DEPTH_MAX = 8;

/** Every instrument of the lake, or those that match; by exchange and symbol. Tells of folders that it passes over. */
export async function discoverInstruments(
  store: ReadStore,
  root: string,
  wanted?: { readonly exchange: string; readonly symbol: string },
  note: NoteStrangers = () => undefined,
): Promise<LakeInstrument[]> {
  const merged = new Map<string, { exchange: string; symbol: string; directories: string[] }>();
  for (const exchange of await exchangeFolders(store, root, note)) {
    if (wanted !== undefined && exchangeKey(exchange.value) !== exchangeKey(wanted.exchange)) continue;
    for (const symbol of await symbolFolders(store, exchange, note)) {
      if (wanted !== undefined && symbolKey(symbol.value) !== symbolKey(wanted.symbol)) continue;
      // Only where it is read anyway: a run has a folder for each symbol of its day.
      if (wanted !== undefined && exchange.ofRun)
        note(symbol.path, strangersOfRun(await store.list(symbol.path)));
      const key = instrumentKey(exchange.value, symbol.value);
      const known = merged.get(key);
      if (known === undefined) {
        const unified = unifiedFromSpelling(symbol.value);
        merged.set(key, { exchange: exchange.value, symbol: unified, directories: [symbol.path] });
        continue;
      }
      known.directories.push(symbol.path);
      // A spelling with a separator knows where base and quote part; a bare one was split by a guess.
      if (/[/#_-]/.test(symbol.value)) known.symbol = unifiedFromSpelling(symbol.value);
    }
  }
  return [...merged.values()].sort(byName);
}

/** The exchanges that a lake has folders of, each once, as first spelled there; sorted. */
export async function discoverExchanges(store: ReadStore, root: string): Promise<readonly string[]> {
  const byKey = new Map<string, string>();
  for (const { value } of await exchangeFolders(store, root, () => undefined)) {
    if (!byKey.has(exchangeKey(value))) byKey.set(exchangeKey(value), value);
  }
  return [...byKey.values()].sort();
}

export function byName(a: LakeInstrument, b: LakeInstrument): number {
  const left = `${a.exchange}|${a.symbol}`;
  const right = `${b.exchange}|${b.symbol}`;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The partitions of an instrument that touch [fromUs, toUs), and all dated runs; lists no day outside. Unordered. */
export async function discoverPartitions(
  store: ReadStore,
  directories: readonly string[],
  fromUs: Micros,
  toUs: Micros,
): Promise<Partition[]> {
  const found: Partition[] = [];
  for (const directory of directories) {
    const run = sessionPartition(directory);
    if (run !== null) {
      found.push(run);
      continue;
    }
    found.push({
      directory,
      depth: 'flat',
      fromUs: Number.NEGATIVE_INFINITY,
      toUs: Number.POSITIVE_INFINITY,
    });
    for (const entry of await store.list(directory)) {
      const dayUs = dateOfName(entry.name);
      // First what rules out most: a lake of years has a folder a day.
      if (dayUs !== null && !overlaps(dayUs, dayUs + US_PER_DAY, fromUs, toUs)) continue;
      if (!isVisibleFolder(entry)) continue;
      const path = join(directory, entry.name);
      if (dayUs === null) found.push(loose(path));
      else found.push(...(await partitionsOfDay(store, path, dayUs)));
    }
  }
  return found;
}

/** By partition, in order: all its paths, and which of its files may hold rows of [fromUs, toUs). */
export async function* filesByPartition(
  store: ReadStore,
  directories: readonly string[],
  fromUs: Micros,
  toUs: Micros,
): AsyncGenerator<{
  readonly partition: Partition;
  readonly paths: readonly string[];
  readonly files: readonly FileRead[];
}> {
  const found = await discoverPartitions(store, directories, fromUs, toUs);
  for (const partition of planPartitions(found, fromUs, toUs)) {
    const paths = await listPartition(store, partition);
    yield { partition, paths, files: planFiles(partition, paths, fromUs, toUs) };
  }
}

/** The days that an instrument has folders for, newest first. */
export async function discoverDays(
  store: ReadStore,
  directories: readonly string[],
): Promise<readonly Micros[]> {
  const days = new Set<Micros>();
  for (const directory of directories) {
    if (sessionPartition(directory) !== null) continue;
    for (const entry of await store.list(directory)) {
      const dayUs = entry.isDirectory ? dateOfName(entry.name) : null;
      if (dayUs !== null) days.add(dayUs);
    }
  }
  return [...days].sort((a, b) => b - a);
}

/** Paths of the files of a partition; every file, whatever its name. */
export async function listPartition(store: ReadStore, partition: Partition): Promise<readonly string[]> {
  const files: string[] = [];
  await collect(store, partition.directory, partition.depth === 'flat' ? 0 : DEPTH_MAX, files);
  return files;
}

async function collect(store: ReadStore, directory: string, depth: number, into: string[]): Promise<void> {
  for (const entry of await store.list(directory)) {
    if (!entry.isDirectory) into.push(join(directory, entry.name));
    else if (depth > 0 && isVisibleFolder(entry))
      await collect(store, join(directory, entry.name), depth - 1, into);
  }
}

async function partitionsOfDay(store: ReadStore, directory: string, dayUs: Micros): Promise<Partition[]> {
  const day = { fromUs: dayUs, toUs: dayUs + US_PER_DAY };
  const found: Partition[] = [{ directory, depth: 'flat', ...day }];
  const dayFiles = join(directory, DAY_FILES_DIR);
  for (const entry of await store.list(directory)) {
    if (!isVisibleFolder(entry)) continue;
    const path = join(directory, entry.name);
    const hour = hourOfName(entry.name);
    const fromUs = dayUs + (hour ?? 0) * US_PER_HOUR;
    const span = hour === null ? day : { fromUs, toUs: fromUs + US_PER_HOUR };
    found.push({ directory: path, depth: 'whole', ...span });
  }
  // Compaction makes it where a day began later, and may do so before what is listed here is read.
  if (found.length > 1 && !found.some((partition) => partition.directory === dayFiles))
    found.push({ directory: dayFiles, depth: 'whole', fromUs: dayUs, toUs: dayUs + US_PER_HOUR });
  return found;
}

function loose(directory: string): Partition {
  const [fromUs, toUs] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return { directory, depth: 'whole', fromUs, toUs };
}

function isVisibleFolder(entry: { readonly name: string; readonly isDirectory: boolean }): boolean {
  return entry.isDirectory && !/^[._]/.test(entry.name) && entry.name !== TRADES_DIR;
}

interface NamedFolder {
  readonly path: string;
  readonly value: string;
}

interface ExchangeFolder extends NamedFolder {
  /** Below a dated run the folders are named plainly. */
  readonly ofRun: boolean;
}

/** `exchange=…` folders, then those of dated runs, the oldest run first. */
async function exchangeFolders(
  store: ReadStore,
  root: string,
  note: NoteStrangers,
): Promise<readonly ExchangeFolder[]> {
  const hive: ExchangeFolder[] = [];
  const ofRuns: ExchangeFolder[] = [];
  const strange: string[] = [];
  for (const entry of await store.list(root)) {
    const path = join(root, entry.name);
    const value = hiveValue(entry, 'exchange');
    if (value !== null) hive.push({ path, value, ofRun: false });
    else if (entry.isDirectory && sessionStartUs(entry.name) !== null)
      ofRuns.push(...(await plainFolders(store, path, note)).map((folder) => ({ ...folder, ofRun: true })));
    else if (isVisibleFolder(entry) || isDataFile(entry)) strange.push(entry.name);
  }
  note(root, strange);
  return [...hive, ...ofRuns];
}

async function symbolFolders(
  store: ReadStore,
  { path: directory, ofRun }: ExchangeFolder,
  note: NoteStrangers,
): Promise<readonly NamedFolder[]> {
  if (ofRun) return await plainFolders(store, directory, note);
  const found: NamedFolder[] = [];
  const strange: string[] = [];
  for (const entry of await store.list(directory)) {
    const value = hiveValue(entry, 'symbol');
    if (value !== null) found.push({ path: join(directory, entry.name), value });
    else if (isVisibleFolder(entry) || isDataFile(entry)) strange.push(entry.name);
  }
  note(directory, strange);
  return found;
}

/** Folders named by nothing but a value. */
async function plainFolders(
  store: ReadStore,
  directory: string,
  note: NoteStrangers,
): Promise<readonly NamedFolder[]> {
  const entries = await store.list(directory);
  note(
    directory,
    entries.filter(isDataFile).map(({ name }) => name),
  );
  return entries
    .filter(isVisibleFolder)
    .map(({ name }) => ({ path: join(directory, name), value: unescapeName(name) }));
}

/** `value` of a folder `key=value`, unescaped; null for anything else. */
function hiveValue({ name, isDirectory }: StoreEntry, key: string): string | null {
  const prefix = `${key}=`;
  if (!isDirectory || !name.toLowerCase().startsWith(prefix)) return null;
  return unescapeName(name.slice(prefix.length)) || null;
}

/** What lies beside the quotes of one symbol and is neither theirs nor trades. */
function strangersOfRun(entries: readonly StoreEntry[]): readonly string[] {
  const isKnown = ({ name }: StoreEntry) => isQuoteFileName(name) || isTradesName(name);
  return entries
    .filter((entry) => isVisibleFolder(entry) || (isDataFile(entry) && !isKnown(entry)))
    .map(({ name }) => name);
}

/** Of a kind that quotes are kept in; notes and the like beside a lake are nobody's business. */
function isDataFile({ name, isDirectory }: StoreEntry): boolean {
  return !isDirectory && /\.(parquet|csv|gz|zip|zst)$/i.test(name) && !/^[._]/.test(name);
}
