// Which folders and files can hold rows of a time range: pure, from names alone, touches no disk.
// Errs on the side of reading: a name that says nothing about time is never ruled out.

import { type Micros, US_PER_DAY, US_PER_HOUR } from '../core/time.js';
import { dayStampOf, lastStampOf } from './paths.js';

/** A folder of one instrument, and the time its name gives to what is in it. */
export interface Partition {
  /** Path of the folder. */
  readonly directory: string;
  /** `whole` = every file below it; `flat` = only the files directly in it. */
  readonly depth: 'whole' | 'flat';
  /** Half-open; -Infinity and Infinity where the name says nothing. */
  readonly fromUs: Micros;
  readonly toUs: Micros;
}

/** A file that may hold rows of the range. */
export interface FileRead {
  readonly path: string;
  /** Rows are expected in [fromUs, toUs); from the names alone. */
  readonly fromUs: Micros;
  readonly toUs: Micros;
  /** The name is of our own making: then the expectation is certain. */
  readonly ours: boolean;
  /** The stamp of its last row, where the name tells it. */
  readonly lastUs: Micros | null;
  /** Neither its name nor its folders say when its rows end. */
  readonly undated: boolean;
}

const DATE = /^date=(\d{4}-\d{2}-\d{2})$/i;
const HOUR = /^hour=(\d{1,2})$/i;
const DAY_FILE = /^spreads-day-/;

/** Of names met before: a lake of years has its days' names gone through for every read. */
const knownDates = new Map<string, Micros | null>();
const KNOWN_DATES_MAX = 16_384;

/** The UTC day that a folder `date=YYYY-MM-DD` is for; null for any other name. */
export function dateOfName(name: string): Micros | null {
  const known = knownDates.get(name);
  if (known !== undefined) return known;
  const ms = Date.parse(`${DATE.exec(name)?.[1]}T00:00:00Z`);
  const dayUs = Number.isNaN(ms) ? null : ms * 1000;
  if (knownDates.size >= KNOWN_DATES_MAX) knownDates.clear();
  knownDates.set(name, dayUs);
  return dayUs;
}

/** The hour of the day that a folder `hour=HH` is for; null for any other name. */
export function hourOfName(name: string): number | null {
  const match = HOUR.exec(name);
  if (match === null) return null;
  const hour = Number(match[1]);
  return hour < 24 ? hour : null;
}

/** Whether [aFrom, aTo) and [bFrom, bTo) share a moment. */
export function overlaps(aFromUs: Micros, aToUs: Micros, bFromUs: Micros, bToUs: Micros): boolean {
  return aFromUs < bToUs && bFromUs < aToUs;
}

/**
 * The partitions that may hold rows of [fromUs, toUs), in the order of their time; equal times by path.
 * The first hour of a day stays while any of its day is wanted: day files lie there.
 */
export function planPartitions(
  partitions: readonly Partition[],
  fromUs: Micros,
  toUs: Micros,
): readonly Partition[] {
  return partitions
    .filter((p) => overlaps(p.fromUs, holdsDayFiles(p) ? p.fromUs + US_PER_DAY : p.toUs, fromUs, toUs))
    .sort((a, b) => compare(a.fromUs, b.fromUs) || compare(a.directory, b.directory));
}

/** The files of one partition that may hold rows of [fromUs, toUs), by path. Trades are left out by name. */
export function planFiles(
  partition: Partition,
  paths: readonly string[],
  fromUs: Micros,
  toUs: Micros,
): readonly FileRead[] {
  const reads: FileRead[] = [];
  for (const path of [...paths].sort(compare)) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (!isQuoteFileName(name)) continue;
    const read = fileRead(partition, path, name);
    if (overlaps(read.fromUs, read.toUs, fromUs, toUs)) reads.push(read);
  }
  return reads;
}

/** Parquet or packed text, visible (a temporary file begins with a dot), and not trades. */
export function isQuoteFileName(name: string): boolean {
  return /\.(parquet|csv\.gz)$/.test(name) && !name.startsWith('.') && !isTradesName(name);
}

/** `trades-….parquet` of the hive layout, `trades.csv.gz`, `trade_updates.…` of the older ones. */
export function isTradesName(name: string): boolean {
  return /^trades?[-_.]/i.test(name);
}

/** Whether day files may lie in this partition. */
export function holdsDayFiles(partition: Partition): boolean {
  return partition.toUs - partition.fromUs === US_PER_HOUR && partition.fromUs % US_PER_DAY === 0;
}

function fileRead(partition: Partition, path: string, name: string): FileRead {
  const { fromUs, toUs } = partition;
  if (toUs - fromUs === US_PER_HOUR) {
    if (DAY_FILE.test(name)) {
      const lastUs = dayStampOf(name, fromUs);
      const toUs = lastUs === null ? fromUs + US_PER_DAY : lastUs + 1;
      return { path, fromUs, toUs, ours: true, lastUs, undated: false };
    }
    const lastUs = lastStampOf(name, fromUs);
    if (lastUs !== null) return { path, fromUs, toUs: lastUs + 1, ours: true, lastUs, undated: false };
  }
  return { path, fromUs, toUs, ours: false, lastUs: null, undated: toUs === Number.POSITIVE_INFINITY };
}

function compare<T extends number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
