// Small lakes for tests of the reader: an hour of ours or of foreign making, in its place.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hourOfDay, isoDate } from '../../src/core/time.js';
import { diskFiles, publish } from '../../src/lake/files.js';
import {
  type FullColumns,
  type QuoteFileOptions,
  QuoteFileWriter,
  RowGroupBuffer,
} from '../../src/lake/parquet-write.js';
import { hourFileName, symbolComponent } from '../../src/lake/paths.js';
import { type LakeReader, type LakeReaderOptions, openReader } from '../../src/lake/reader.js';
import {
  at,
  int96,
  nothingRecent,
  numbers,
  ourBytes,
  parquetBytes,
  place,
  type Rows,
} from './parquet-files.js';

export const start = at('2025-11-18T10:00:00Z');
export const SYMBOL = `exchange=Binance/${symbolComponent('BTC/USDT')}`;

export function hourFolder(us: number): string {
  return `${SYMBOL}/date=${isoDate(us)}/hour=${hourOfDay(us)}`;
}

export async function placeOurs(root: string, rows: Rows, rowGroupSize?: number): Promise<string> {
  const lastUs = rows.us.at(-1)!;
  const path = `${hourFolder(lastUs)}/${hourFileName(lastUs)}`;
  await place(root, path, ourBytes(rows, rowGroupSize));
  return path;
}

export async function placeForeign(
  root: string,
  name: string,
  us: readonly number[],
  bid: readonly number[],
): Promise<void> {
  const bytes = parquetBytes([int96('Timestamp', us), numbers('BestBid', bid)]);
  await place(root, `${hourFolder(us[0]!)}/${name}`, bytes);
}

/** Rows a millisecond apart; the bid counts them from `first`. */
export function run(fromUs: number, count: number, first = 0): Rows {
  const us = Array.from({ length: count }, (_, i) => fromUs + i * 1000);
  return { us, bid: us.map((_, i) => first + i), ask: us.map((_, i) => first + i + 0.5) };
}

export function opener(root: string, options: LakeReaderOptions = {}): LakeReader {
  return openReader(root, { recent: nothingRecent, ...options });
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/** An hour file through the lake's own writer. */
export async function placeWritten(
  root: string,
  columns: FullColumns,
  options: QuoteFileOptions = {},
): Promise<void> {
  const lastUs = columns.receivedUs[columns.length - 1]!;
  const directory = join(root, hourFolder(lastUs));
  await mkdir(directory, { recursive: true });
  publish(diskFiles, join(directory, hourFileName(lastUs)), (file) => {
    const writer = new QuoteFileWriter(diskFiles, file, new RowGroupBuffer(), options);
    writer.add(columns, 0, columns.length);
    writer.finish();
  });
}
