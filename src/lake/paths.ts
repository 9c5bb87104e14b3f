// Where things lie in a lake. Pure: builds and reads names, touches no disk.
// No name built here ever leads out of the lake's root, whatever an exchange calls its symbols.

import { join } from 'node:path';
import { assert } from '../core/assert.js';
import { diskSymbol } from '../core/symbol.js';
import {
  hourOfDay,
  hourStartUs,
  isoDate,
  type Micros,
  US_PER_DAY,
  US_PER_HOUR,
  US_PER_SECOND,
} from '../core/time.js';

/** Internal folders and files of a root. Nothing under them ends in `.parquet`. */
export const JOURNAL_DIR = '_journal';
export const RUNS_DIR = '_runs';
export const LEDGER_DIR = '_ledger';
/** A closed day of the ledger, and an hour of it. */
export const LEDGER_DAY_FILE = 'day.ndjson';
export const LEDGER_HOUR_FILE = /^hour=(\d\d)\.ndjson$/;
export const STATS_DIR = '_stats';
/** What is known of whole days: which are to be compacted, how large the others are. */
export const DAYS_DIR = '_days';
/** What charts of long ranges are made of: derived, may be taken away at any time. */
export const SUMMARIES_DIR = '_summaries';
/** Statistics of hours that are over: derived, may be taken away at any time. */
export const PARTIALS_DIR = '_statistics';
export const ORIGIN_FILE = '_origin.json';
export const LOCK_FILE = '_lock';
export const LAST_FILE = '_last.json';
/** Trades live under their own folder, beside the exchanges. */
export const TRADES_DIR = 'trades';

/** A file being written; renamed when whole. No reader's glob matches it, recovery removes it. */
export const TEMP_PREFIX = '.tmp-';

/** Added to the name of a damaged segment or run: kept to be looked at, never read again. */
export const DAMAGED_SUFFIX = '.damaged';

/** What the files of a partition hold: the first word of their names. */
export type FileKind = 'spreads' | 'trades';

const OUR_FILE = /^(spreads|trades)-(\d\d)-(\d\d)\.(\d{6})\.parquet$/;
const OUR_DAY_FILE = /^(spreads|trades)-day-(\d\d)-(\d\d)-(\d\d)\.(\d{6})\.parquet$/;
/** Where the day files of a day lie, below its folder. */
export const DAY_FILES_DIR = 'hour=00';
const SEGMENT = /^seg-(\d{16})\.log$/;
const TRADES_RUN = /^trades-(\d{16})-(\d{16})\.run$/;
const RUN = /^run-(\d{16})-(\d{16})\.run$/;
const UNSAFE = /[^\p{L}\p{N}_.-]/gu;

/**
 * A name as one path component: letters and digits (of any script), `_ - .` stay, a leading dot and everything
 * else become `%XX` of its UTF-8 bytes. Reversible by `unescapeName`; never empty, `.`, `..` or a separator.
 */
export function escapeName(name: string): string {
  const escaped = name.replace(UNSAFE, percentBytes).replace(/^\./, '%2E');
  return escaped === '' ? '%' : escaped;
}

/** The name that `escapeName` made it from; a name that was not escaped comes back as it is. */
export function unescapeName(component: string): string {
  if (component === '%') return '';
  try {
    return decodeURIComponent(component);
  } catch {
    return component;
  }
}

function percentBytes(text: string): string {
  let out = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    out += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}

/** Whether a file system takes it as a name: at most 255 bytes, as everywhere. */
export function isPathComponent(component: string): boolean {
  return Buffer.byteLength(component, 'utf8') <= 255;
}

/** `exchange=Binance`. */
export function exchangeComponent(exchange: string): string {
  return `exchange=${escapeName(exchange)}`;
}

/** `symbol=BTC_USDT` from `BTC/USDT`. */
export function symbolComponent(symbol: string): string {
  return `symbol=${escapeName(diskSymbol(symbol))}`;
}

/** The folder of one instrument. */
export function instrumentDir(root: string, exchange: string, symbol: string): string {
  return join(root, exchangeComponent(exchange), symbolComponent(symbol));
}

/** The folder of one instrument's UTC hour: `…/date=YYYY-MM-DD/hour=HH`. */
export function hourDir(root: string, exchange: string, symbol: string, us: Micros): string {
  return join(instrumentDir(root, exchange, symbol), `date=${isoDate(us)}`, `hour=${hourOfDay(us)}`);
}

/** The same of its trades: `<root>/trades/exchange=…/symbol=…/date=…/hour=…`. */
export function tradesHourDir(root: string, exchange: string, symbol: string, us: Micros): string {
  return hourDir(join(root, TRADES_DIR), exchange, symbol, us);
}

/** `spreads-MM-SS.ffffff.parquet`: minute, second and microseconds (UTC) of the file's LAST row. */
export function hourFileName(lastStampUs: Micros, kind: FileKind = 'spreads'): string {
  const offset = lastStampUs - hourStartUs(lastStampUs);
  const minute = Math.floor(offset / (60 * US_PER_SECOND));
  const second = Math.floor(offset / US_PER_SECOND) % 60;
  const micros = offset % US_PER_SECOND;
  return `${kind}-${pad(minute, 2)}-${pad(second, 2)}.${pad(micros, 6)}.parquet`;
}

/** `spreads-day-import-<id>.parquet`: rows of a UTC day that came from another lake, in the folder of its first hour. */
export function importName(id: string): string {
  return `spreads-day-import-${id}.parquet`;
}

/** A file that an import made: not a watermark, and never part of a compaction. */
export function isImportName(fileName: string): boolean {
  return /^spreads-day-import-.*\.parquet$/.test(fileName);
}

/**
 * The stamp of the last row of one of OUR files, from its name and its hour's start; null for any other name
 * (seven decimals are an older generation's: those names are not a watermark).
 */
export function lastStampOf(fileName: string, hourUs: Micros, kind: FileKind = 'spreads'): Micros | null {
  const match = OUR_FILE.exec(fileName);
  if (match === null || match[1] !== kind) return null;
  const offset = (Number(match[2]) * 60 + Number(match[3])) * US_PER_SECOND + Number(match[4]);
  return offset < US_PER_HOUR ? hourUs + offset : null;
}

/**
 * The watermark of a partition: everything up to and including this stamp is in its files.
 * -Infinity where none of the names is ours.
 */
export function watermarkOf(
  fileNames: readonly string[],
  hourUs: Micros,
  kind: FileKind = 'spreads',
): Micros {
  let newest = Number.NEGATIVE_INFINITY;
  for (const name of fileNames) {
    const stamp = lastStampOf(name, hourUs, kind);
    if (stamp !== null && stamp > newest) newest = stamp;
  }
  return newest;
}

/** `spreads-day-HH-MM-SS.ffffff.parquet`: hour to microseconds (UTC) of the LAST row of a day's file. */
export function dayFileName(lastStampUs: Micros, kind: FileKind = 'spreads'): string {
  return hourFileName(lastStampUs, kind).replace(`${kind}-`, `${kind}-day-${hourOfDay(lastStampUs)}-`);
}

/** The stamp of the last row of one of OUR day files, from its name and its day's start; null for any other name. */
export function dayStampOf(fileName: string, dayUs: Micros, kind: FileKind = 'spreads'): Micros | null {
  const match = OUR_DAY_FILE.exec(fileName);
  if (match === null || match[1] !== kind) return null;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  const offset = (minutes * 60 + Number(match[4])) * US_PER_SECOND + Number(match[5]);
  return offset < US_PER_DAY ? dayUs + offset : null;
}

/** The newest stamp that day files tell by their names: rows of that day up to it are in files, whatever their hour. */
export function dayWatermarkOf(
  fileNames: readonly string[],
  dayUs: Micros,
  kind: FileKind = 'spreads',
): Micros {
  let newest = Number.NEGATIVE_INFINITY;
  for (const name of fileNames) newest = Math.max(newest, dayStampOf(name, dayUs, kind) ?? newest);
  return newest;
}

/** The ledger file of an hour: `_ledger/date=YYYY-MM-DD/hour=HH.ndjson`. */
export function ledgerFile(root: string, us: Micros): string {
  return join(ledgerDayDir(root, us), `hour=${hourOfDay(us)}.ndjson`);
}

/** The folder of a day's ledger: `_ledger/date=YYYY-MM-DD`. */
export function ledgerDayDir(root: string, us: Micros): string {
  return join(root, LEDGER_DIR, `date=${isoDate(us)}`);
}

/** The file that a day of the ledger becomes once it is closed. */
export function ledgerDayFile(root: string, dayUs: Micros): string {
  return join(ledgerDayDir(root, dayUs), LEDGER_DAY_FILE);
}

/** `_journal/seg-….log`: the stamp of its first record, so that names sort as their records do. */
export function segmentName(firstUs: Micros): string {
  return `seg-${pad(firstUs, 16)}.log`;
}

/** The stamp of a segment's first record; null for any other name. */
export function segmentFirstUs(fileName: string): Micros | null {
  const match = SEGMENT.exec(fileName);
  return match === null ? null : Number(match[1]);
}

/** `_runs/run-….run`: the stamps of its first and last record. A run lies within one UTC hour. */
export function runName(firstUs: Micros, lastUs: Micros): string {
  return `run-${pad(firstUs, 16)}-${pad(lastUs, 16)}.run`;
}

/** `_runs/trades-….run`: the same times, and the trades of the same segment. */
export function tradesRunName(firstUs: Micros, lastUs: Micros): string {
  return `trades-${pad(firstUs, 16)}-${pad(lastUs, 16)}.run`;
}

/** First and last stamp of a run (both inclusive); null for any other name. */
export function runSpan(fileName: string): RunSpan | null {
  return spanOf(RUN.exec(fileName));
}

/** The same of a run of trades. */
export function tradesRunSpan(fileName: string): RunSpan | null {
  return spanOf(TRADES_RUN.exec(fileName));
}

export interface RunSpan {
  readonly firstUs: Micros;
  readonly lastUs: Micros;
}

function spanOf(match: RegExpExecArray | null): RunSpan | null {
  return match === null ? null : { firstUs: Number(match[1]), lastUs: Number(match[2]) };
}

/** The summaries of a UTC day: `_summaries/date=YYYY-MM-DD`. */
export function summariesDayDir(root: string, us: Micros): string {
  return join(root, SUMMARIES_DIR, `date=${isoDate(us)}`);
}

/** `Binance~OKX~BTC_USDT~bid.day.cells`, or `….HH.cells` of an hour; the days of a month lie in `month=YYYY-MM`. */
export function summaryFile(
  root: string,
  names: { readonly symbol: string; readonly exchange1: string; readonly exchange2: string },
  price: string,
  us: Micros,
  span: 'hour' | 'day' | 'month',
): string {
  const { exchange1, exchange2, symbol } = names;
  // A name has no `~` that is not escaped.
  const series = [exchange1, exchange2, diskSymbol(symbol), price].map(escapeName).join('~');
  const month = `month=${isoDate(us).slice(0, 7)}`;
  if (span === 'month') return join(root, SUMMARIES_DIR, month, `${series}.month.cells`);
  return join(summariesDayDir(root, us), `${series}.${span === 'day' ? 'day' : hourOfDay(us)}.cells`);
}

const LAKE_FOLDER =
  /^(?:(?:exchange|symbol|date|hour)=.*|trades|_journal|_runs|_ledger|_stats|_days|_summaries|_statistics)$/;

/** Whether a folder of this name is one that we make inside of a lake. */
export function isLakeFolder(name: string): boolean {
  return LAKE_FOLDER.test(name);
}

/** The temporary name beside `fileName`. */
export function tempName(fileName: string): string {
  assert(!fileName.includes('/'), 'a temp name is made from a bare file name');
  return `${TEMP_PREFIX}${fileName.replace(/\.parquet$/, '')}`;
}

export function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** A file of the ledger. */
export function isLedgerName(name: string): boolean {
  return name === LEDGER_DAY_FILE || LEDGER_HOUR_FILE.test(name);
}

/** A file of this project's making: published whole by a rename, never written again. */
export function isOurName(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return lastStampOf(name, 0) !== null || dayStampOf(name, 0) !== null || isLedgerName(name);
}
