// Every file of a lake with what its place and name say of it: whose rows, of what time, of what making. Walks folders,
// opens nothing, writes nothing, holds one folder's names at a time.

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Micros, US_PER_DAY, US_PER_HOUR } from '../core/time.js';
import {
  DAMAGED_SUFFIX,
  dayStampOf,
  type FileKind,
  isImportName,
  JOURNAL_DIR,
  LEDGER_DAY_FILE,
  LEDGER_DIR,
  LEDGER_HOUR_FILE,
  lastStampOf,
  RUNS_DIR,
  runSpan,
  segmentFirstUs,
  TEMP_PREFIX,
  TRADES_DIR,
  tradesRunSpan,
  unescapeName,
} from './paths.js';
import { dateOfName, hourOfName, isQuoteFileName, isTradesName } from './plan.js';
import { sessionStartUs } from './sessions.js';
import { isNotFound } from './store.js';

export const INVENTORY_KINDS = [
  'hour files',
  'day files',
  'foreign files',
  'trades',
  'journal',
  'runs',
  'ledger',
  'temporary',
  'damaged',
  'other',
] as const;
export type InventoryKind = (typeof INVENTORY_KINDS)[number];

export interface InventoryFile {
  readonly kind: InventoryKind;
  readonly path: string;
  /** Relative to the lake's root, with forward slashes. */
  readonly name: string;
  readonly bytes: number;
  /** As its folders name them; null where they do not. */
  readonly exchange: string | null;
  readonly symbol: string | null;
  /** What its folders say of the time of its rows; half-open; null where they do not. */
  readonly span: { readonly fromUs: Micros; readonly toUs: Micros } | null;
  /** Of our making: the stamp of its last row, by its name. */
  readonly lastUs: Micros | null;
  /** Of our making, by an import: rows of another lake, of the whole day. */
  readonly isImport: boolean;
}

const DEPTH_MAX = 10;

/** Whether the folder of these names, from the root down, is not to be looked into. */
type IsKnown = (parts: readonly string[]) => boolean;

/** Sorted by name within each folder, files before folders. A folder that is gone when it is listed is passed over. */
export async function* inventory(
  root: string,
  signal?: AbortSignal,
  isKnown: IsKnown = () => false,
): AsyncGenerator<InventoryFile> {
  yield* walk(root, [], isKnown, signal);
}

async function* walk(
  directory: string,
  parts: readonly string[],
  isKnown: IsKnown,
  signal?: AbortSignal,
): AsyncGenerator<InventoryFile> {
  signal?.throwIfAborted();
  const entries = await listed(directory);
  for (const { name, isFolder } of entries) {
    if (isFolder) continue;
    const path = join(directory, name);
    const bytes = await bytesOf(path);
    if (bytes !== null) yield { path, bytes, name: [...parts, name].join('/'), ...factsOf(parts, name) };
  }
  for (const { name, isFolder } of entries)
    if (isFolder && parts.length < DEPTH_MAX && !isKnown([...parts, name]))
      yield* walk(join(directory, name), [...parts, name], isKnown, signal);
}

async function listed(directory: string): Promise<{ name: string; isFolder: boolean }[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries
      .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

async function bytesOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

type Facts = Pick<InventoryFile, 'kind' | 'exchange' | 'symbol' | 'span' | 'lastUs' | 'isImport'>;

const NOTHING = { exchange: null, symbol: null, span: null, lastUs: null, isImport: false } as const;

function factsOf(parts: readonly string[], name: string): Facts {
  if (name.startsWith(TEMP_PREFIX)) return { kind: 'temporary', ...NOTHING };
  if (name.endsWith(DAMAGED_SUFFIX)) return { kind: 'damaged', ...NOTHING };
  const [top] = parts;
  if (top === JOURNAL_DIR && segmentFirstUs(name) !== null) return { kind: 'journal', ...NOTHING };
  if (top === RUNS_DIR && (runSpan(name) !== null || tradesRunSpan(name) !== null))
    return { kind: 'runs', ...NOTHING };
  if (top === LEDGER_DIR && (name === LEDGER_DAY_FILE || LEDGER_HOUR_FILE.test(name)))
    return { kind: 'ledger', ...NOTHING, span: ledgerSpan(parts, name) };
  if (top?.startsWith('_') === true) return { kind: 'other', ...NOTHING };
  return rowsOf(parts, name);
}

function ledgerSpan(parts: readonly string[], name: string): InventoryFile['span'] {
  const dayUs = dateOfName(parts[1] ?? '');
  if (dayUs === null) return null;
  const hour = LEDGER_HOUR_FILE.exec(name)?.[1];
  const fromUs = dayUs + Number(hour ?? 0) * US_PER_HOUR;
  return { fromUs, toUs: fromUs + (hour === undefined ? US_PER_DAY : US_PER_HOUR) };
}

function rowsOf(parts: readonly string[], name: string): Facts {
  const { exchange, symbol, span } = placeOf(parts);
  const isTrades = parts[0] === TRADES_DIR || isTradesName(name);
  if (!isTrades && !isQuoteFileName(name)) return { kind: 'other', ...NOTHING };
  const kind: FileKind = isTrades ? 'trades' : 'spreads';
  if (span !== null && span.toUs - span.fromUs === US_PER_HOUR) {
    const isFirst = span.fromUs % US_PER_DAY === 0;
    const dayUs = isFirst ? dayStampOf(name, span.fromUs, kind) : null;
    const facts = { exchange, symbol, isImport: false };
    const day = { fromUs: span.fromUs, toUs: span.fromUs + US_PER_DAY };
    if (isFirst && isImportName(name))
      return { kind: 'foreign files', ...facts, span: day, lastUs: null, isImport: true };
    if (dayUs !== null) {
      return { kind: isTrades ? 'trades' : 'day files', ...facts, span: day, lastUs: dayUs };
    }
    const lastUs = lastStampOf(name, span.fromUs, kind);
    if (lastUs !== null) return { kind: isTrades ? 'trades' : 'hour files', ...facts, span, lastUs };
  }
  return {
    kind: isTrades ? 'trades' : 'foreign files',
    exchange,
    symbol,
    span,
    lastUs: null,
    isImport: false,
  };
}

function placeOf(parts: readonly string[]): Pick<InventoryFile, 'exchange' | 'symbol' | 'span'> {
  const [session = '', first, second] = parts;
  if (sessionStartUs(session) !== null && first !== undefined && second !== undefined)
    return { exchange: unescapeName(first), symbol: unescapeName(second), span: null };
  const value = (key: string) => {
    const part = parts.find((component) => component.toLowerCase().startsWith(`${key}=`));
    return part === undefined ? null : unescapeName(part.slice(key.length + 1));
  };
  const date = parts.find((component) => dateOfName(component) !== null);
  const dayUs = date === undefined ? null : dateOfName(date);
  const hours = parts.flatMap((component) => hourOfName(component) ?? []);
  const place = { exchange: value('exchange'), symbol: value('symbol') };
  if (dayUs === null) return { ...place, span: null };
  const [hour] = hours;
  const fromUs = dayUs + (hour ?? 0) * US_PER_HOUR;
  return { ...place, span: { fromUs, toUs: fromUs + (hour === undefined ? US_PER_DAY : US_PER_HOUR) } };
}
