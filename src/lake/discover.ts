// What instruments and partitions a lake holds, from folder names alone: opens no file.
// Walks exchange= → symbol= → date= → hour=, only where asked: a lake may have millions of folders.

import { join } from 'node:path';
import { exchangeKey } from '../core/exchange.js';
import { instrumentKey } from '../core/instrument.js';
import { symbolKey, unifiedFromSpelling } from '../core/symbol.js';
import { type Micros, US_PER_DAY, US_PER_HOUR } from '../core/time.js';
import { TRADES_DIR, unescapeName } from './paths.js';
import { dateOfName, hourOfName, overlaps, type Partition } from './plan.js';
import type { ReadStore } from './store.js';

/** An instrument of the lake, whatever its spellings on disk. */
export interface LakeInstrument {
  readonly exchange: string;
  /** Unified, `BTC/USDT`, where base and quote can be told apart; else as on disk. */
  readonly symbol: string;
  /** Every folder that holds its rows; empty where they are only in the journal yet. */
  readonly directories: readonly string[];
}

const DEPTH_MAX = 8;

/** Every instrument of the lake, or those that match; by exchange and symbol. */
export async function discoverInstruments(
  store: ReadStore,
  root: string,
  wanted?: { readonly exchange: string; readonly symbol: string },
): Promise<LakeInstrument[]> {
  const merged = new Map<string, { exchange: string; symbol: string; directories: string[] }>();
  for (const exchange of await namedFolders(store, root, 'exchange')) {
    if (wanted !== undefined && exchangeKey(exchange.value) !== exchangeKey(wanted.exchange)) continue;
    for (const symbol of await namedFolders(store, exchange.path, 'symbol')) {
      if (wanted !== undefined && symbolKey(symbol.value) !== symbolKey(wanted.symbol)) continue;
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

export function byName(a: LakeInstrument, b: LakeInstrument): number {
  const left = `${a.exchange}|${a.symbol}`;
  const right = `${b.exchange}|${b.symbol}`;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The partitions of an instrument that touch [fromUs, toUs); lists no day outside. Unordered. */
export async function discoverPartitions(
  store: ReadStore,
  directories: readonly string[],
  fromUs: Micros,
  toUs: Micros,
): Promise<Partition[]> {
  const found: Partition[] = [];
  for (const directory of directories) {
    found.push({
      directory,
      depth: 'flat',
      fromUs: Number.NEGATIVE_INFINITY,
      toUs: Number.POSITIVE_INFINITY,
    });
    for (const entry of await store.list(directory)) {
      if (!isVisibleFolder(entry)) continue;
      const path = join(directory, entry.name);
      const dayUs = dateOfName(entry.name);
      if (dayUs === null) found.push(loose(path));
      else if (overlaps(dayUs, dayUs + US_PER_DAY, fromUs, toUs)) {
        found.push(...(await partitionsOfDay(store, path, dayUs)));
      }
    }
  }
  return found;
}

/** The days that an instrument has folders for, newest first. */
export async function discoverDays(
  store: ReadStore,
  directories: readonly string[],
): Promise<readonly Micros[]> {
  const days = new Set<Micros>();
  for (const directory of directories) {
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
    const path = join(directory, entry.name);
    if (!entry.isDirectory) into.push(path);
    else if (depth > 0 && isVisibleFolder(entry)) await collect(store, path, depth - 1, into);
  }
}

async function partitionsOfDay(store: ReadStore, directory: string, dayUs: Micros): Promise<Partition[]> {
  const day = { fromUs: dayUs, toUs: dayUs + US_PER_DAY };
  const found: Partition[] = [{ directory, depth: 'flat', ...day }];
  for (const entry of await store.list(directory)) {
    if (!isVisibleFolder(entry)) continue;
    const path = join(directory, entry.name);
    const hour = hourOfName(entry.name);
    const fromUs = dayUs + (hour ?? 0) * US_PER_HOUR;
    const span = hour === null ? day : { fromUs, toUs: fromUs + US_PER_HOUR };
    found.push({ directory: path, depth: 'whole', ...span });
  }
  return found;
}

function loose(directory: string): Partition {
  const [fromUs, toUs] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return { directory, depth: 'whole', fromUs, toUs };
}

function isVisibleFolder(entry: { readonly name: string; readonly isDirectory: boolean }): boolean {
  return entry.isDirectory && !/^[._]/.test(entry.name) && entry.name !== TRADES_DIR;
}

/** Sub-folders `key=value`, their values unescaped. */
async function namedFolders(
  store: ReadStore,
  directory: string,
  key: string,
): Promise<readonly { readonly path: string; readonly value: string }[]> {
  const prefix = `${key}=`;
  const found: { path: string; value: string }[] = [];
  for (const entry of await store.list(directory)) {
    if (!entry.isDirectory || !entry.name.toLowerCase().startsWith(prefix)) continue;
    const value = unescapeName(entry.name.slice(prefix.length));
    if (value !== '') found.push({ path: join(directory, entry.name), value });
  }
  return found;
}
