// Hour files of our own, read without decoding: a short index in the footer says where the bytes of each column lie,
// and they are the columns. Whoever wants sizes, or a file without this index, reads as any Parquet file is read.

import type { QuoteColumns } from '../core/columns.js';
import type { Micros } from '../core/time.js';
import { LakeFileError } from './parquet-read.js';
import { int64InPlace } from './parquet-unpack.js';
import type { SpareBuffers } from './spare-buffers.js';
import type { StoreFile } from './store.js';

/** In the footer's key-value metadata: a JSON list of rows, least and greatest stamp, and where three columns begin. */
export const HOT_KEY = 'spread-aggregator.hot';

/** A row group; each column is `rows` times eight bytes, little-endian, at a multiple of eight. */
export interface HotGroup {
  readonly rows: number;
  readonly minUs: Micros;
  readonly maxUs: Micros;
  /** Bytes from the start of the file: received time (int64 µs), best bid and best ask (doubles). */
  readonly timeAt: number;
  readonly bidAt: number;
  readonly askAt: number;
}

/** The index as text. */
export function hotIndexText(groups: readonly HotGroup[]): string {
  return JSON.stringify(groups.map((g) => [g.rows, g.minUs, g.maxUs, g.timeAt, g.bidAt, g.askAt]));
}

/** The footer of an hour file fits; where it does not, the index lies at its end. */
const TAIL_BYTES = 16 * 1024;
const TRAILER_BYTES = 8;
const MAGIC = 'PAR1';
const VALUE_BYTES = 8;

/** The row groups; null where the file has no such index. Throws LakeFileError where the index cannot be right. */
export async function openHotFile(file: StoreFile): Promise<readonly HotGroup[] | null> {
  const { byteLength } = file;
  const start = Math.max(0, byteLength - TAIL_BYTES);
  if (byteLength < TAIL_BYTES / 64) return null;
  const tail = Buffer.from(await slice(file, start, byteLength));
  if (tail.toString('latin1', tail.length - MAGIC.length) !== MAGIC) return null;
  const footerAt = byteLength - TRAILER_BYTES - tail.readUInt32LE(tail.length - TRAILER_BYTES);
  const key = tail.lastIndexOf(HOT_KEY);
  // A key that is among the values, and not in the footer, is no key.
  if (key < 0 || start + key < footerAt) return null;
  const from = tail.indexOf('[[', key);
  const to = tail.indexOf(']]', from);
  if (from < 0 || to < 0) return null;
  const lists = JSON.parse(tail.toString('latin1', from, to + 2)) as number[][];
  return lists.map((list) => groupOf(list, footerAt));
}

function groupOf(list: readonly number[], footerAt: number): HotGroup {
  const [rows = 0, minUs = 0, maxUs = 0, timeAt = 0, bidAt = 0, askAt = 0] = list;
  const bytes = rows * VALUE_BYTES;
  const fits =
    [rows, timeAt, bidAt, askAt].every(Number.isSafeInteger) &&
    timeAt >= MAGIC.length &&
    bidAt - timeAt >= bytes &&
    askAt - bidAt >= bytes &&
    footerAt - askAt >= bytes;
  if (!fits || rows <= 0 || !(minUs <= maxUs))
    throw new LakeFileError('corrupt', 'the index of its row groups does not fit the file');
  return { rows, minUs, maxUs, timeAt, bidAt, askAt };
}

export interface HotRead {
  /** Without them, `ask` is NaN and is not read. */
  readonly asks: boolean;
  /** Where to read into, if there is something. */
  readonly spare?: SpareBuffers | undefined;
}

/** The rows of a group: one read, and a pass over the times. The arrays share one buffer, which is theirs alone. */
export async function readHotGroup(
  file: StoreFile,
  group: HotGroup,
  { asks, spare }: HotRead = { asks: true },
): Promise<QuoteColumns> {
  const { rows, timeAt, bidAt, askAt } = group;
  const bytes = rows * VALUE_BYTES;
  // The index is checked: times, bids and asks follow each other.
  const end = (asks ? askAt : bidAt) + bytes;
  const pending = slice(file, timeAt, end, spare?.take(end - timeAt));
  const buffer = pending instanceof ArrayBuffer ? pending : await pending;
  const receivedUs = doublesAt(buffer, 0, rows);
  int64InPlace(receivedUs, 0, rows);
  return {
    length: rows,
    receivedUs,
    bid: doublesAt(buffer, bidAt - timeAt, rows),
    ask: asks ? doublesAt(buffer, askAt - timeAt, rows) : noAsks(rows),
  };
}

let missing = new Float64Array(0);

/** Shared: nobody writes into a chunk. */
export function noAsks(rows: number): Float64Array {
  if (missing.length < rows) missing = new Float64Array(rows).fill(Number.NaN);
  return missing.subarray(0, rows);
}

/** At once where the store can: a promise costs more than the bytes of a group that the system holds already. */
function slice(
  file: StoreFile,
  start: number,
  end: number,
  into?: ArrayBuffer,
): ArrayBuffer | Promise<ArrayBuffer> {
  return file.sliceNow === undefined ? file.slice(start, end) : file.sliceNow(start, end, into);
}

function doublesAt(buffer: ArrayBuffer, at: number, rows: number): Float64Array {
  return at % VALUE_BYTES === 0
    ? new Float64Array(buffer, at, rows)
    : new Float64Array(buffer.slice(at, at + rows * VALUE_BYTES));
}
