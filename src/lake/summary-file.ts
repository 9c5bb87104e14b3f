// Summaries of pairs beside the lake: one file a pair and UTC hour or day, absent or whole, with columns of numbers at
// several levels. Made from the lake's rows and of no worth without them: whatever is wrong with one, it is as if it were
// not there. Knows no meaning of a column.
//
//   head     magic u64 · bytes of the description u32 · its crc32 u32 · the description, JSON
//   blocks   one after the other, the first of the description first: its columns, each float64, all one after the
//            other, then split into the streams of their eight bytes and deflated: less than half, 6 ms a busy day

import { closeSync, openSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { deflateRawSync, inflateRawSync, constants as zlib } from 'node:zlib';
import type { Micros } from '../core/time.js';
import { type LakeFiles, makeDurableDirectory, messageOf, publish } from './files.js';
import { checksum } from './journal.js';
import { streamsOf } from './parquet-codings.js';
import { readSplitDoubles, Source, wholeOf } from './parquet-unpack.js';
import type { RowsIdentity } from './rows-identity.js';
import { isNotFound } from './store.js';

/** Columns of cells of one length over a stretch of time, which is read as a whole. */
export interface SummaryBlock {
  readonly cellUs: number;
  /** Half-open. */
  readonly fromUs: Micros;
  readonly toUs: Micros;
  readonly columns: readonly Float64Array[];
}

/** With what it was made from. */
export interface Summary extends RowsIdentity {
  /** Half-open. */
  readonly fromUs: Micros;
  readonly toUs: Micros;
  /** Those of one length in the order of time. */
  readonly blocks: readonly SummaryBlock[];
  /** Of a file of several days: each with how much of each column of the only block is its own. */
  readonly days?: readonly SummaryDay[];
}

export interface SummaryDay extends RowsIdentity {
  readonly fromUs: Micros;
  readonly lengths: readonly number[];
}

interface BlockPlace extends Omit<SummaryBlock, 'columns'> {
  /** Numbers in each of its columns. */
  readonly lengths: readonly number[];
  readonly bytes: number;
  readonly crc: number;
}

type Description = Omit<Summary, 'blocks'> & { readonly blocks: readonly BlockPlace[] };

const MAGIC = 0x324d_5553_4450_53n;
/** A day of 10 s has 8,640 cells of at most seven rows of four numbers. */
const NUMBERS_MAX = 1_000_000;
const HEAD_BYTES = 16;
/** Read at first: the head and, of a day, its hours. */
const FIRST_BYTES = 8 * 1_024;
/** No description is longer. */
const DESCRIPTION_BYTES_MAX = 64 * 1_024;

/** The file is there and is not one of ours, or not as it was written. */
export class SummaryDamaged extends Error {}

export function writeSummary(files: LakeFiles, path: string, summary: Summary): void {
  makeDurableDirectory(files, dirname(path));
  const packed = summary.blocks.map(({ columns }) => pack(columns));
  const places = summary.blocks.map(({ columns, ...block }, at): BlockPlace => {
    const bytes = packed[at]!;
    const lengths = columns.map(({ length }) => length);
    return { ...block, lengths, bytes: bytes.length, crc: checksum(bytes) };
  });
  const description: Description = { ...summary, blocks: places };
  const json = Buffer.from(JSON.stringify(description));
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeBigUInt64LE(MAGIC, 0);
  head.writeUInt32LE(json.length, 8);
  head.writeUInt32LE(checksum(json), 12);
  publish(files, path, (file) => {
    files.append(file, head);
    files.append(file, json);
    for (const bytes of packed) files.append(file, bytes);
  });
}

/** An open summary; to be closed. */
export interface OpenSummary extends Omit<Description, 'blocks'> {
  /** Of each block of such cells that touches the stretch, in order. Throws SummaryDamaged. */
  blocks(cellUs: number, fromUs: Micros, toUs: Micros): readonly (readonly Float64Array[])[];
  close(): void;
}

/** Undefined where there is none. Throws SummaryDamaged. Waits for the disk: for threads that may. */
export function openSummary(path: string): OpenSummary | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
  try {
    const first = readAt(file, 0, FIRST_BYTES);
    const { description, bytes } = describedBy(file, first);
    return {
      ...description,
      blocks: (...wanted) => blocksOf(file, first, description, bytes, wanted),
      close: () => closeSync(file),
    };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function describedBy(file: number, first: Buffer): { description: Description; bytes: number } {
  if (first.length < HEAD_BYTES || first.readBigUInt64LE(0) !== MAGIC)
    throw new SummaryDamaged('it does not begin as a summary does');
  const length = first.readUInt32LE(8);
  if (length > DESCRIPTION_BYTES_MAX) throw new SummaryDamaged(`its description has ${length} bytes`);
  const json = piece(file, first, HEAD_BYTES, length);
  if (checksum(json) !== first.readUInt32LE(12))
    throw new SummaryDamaged('its description has a wrong checksum');
  const description: unknown = JSON.parse(json.toString('utf8'));
  if (!isDescription(description)) throw new SummaryDamaged('its description is of another kind');
  return { description, bytes: HEAD_BYTES + length };
}

/** The checksum is right: only whether it is of this version. */
function isDescription(value: unknown): value is Description {
  const { folders, blocks, days = [] } = value as Partial<Description>;
  return Array.isArray(folders) && Array.isArray(blocks) && Array.isArray(days);
}

function blocksOf(
  file: number,
  first: Buffer,
  { blocks }: Description,
  headBytes: number,
  [cellUs, fromUs, toUs]: Parameters<OpenSummary['blocks']>,
): (readonly Float64Array[])[] {
  const found: (readonly Float64Array[])[] = [];
  let at = headBytes;
  for (const block of blocks) {
    if (block.cellUs === cellUs && block.fromUs < toUs && block.toUs > fromUs) {
      const bytes = piece(file, first, at, block.bytes);
      if (checksum(bytes) !== block.crc) throw new SummaryDamaged(`cells of ${cellUs} µs: wrong checksum`);
      found.push(unpack(bytes, block.lengths));
    }
    at += block.bytes;
  }
  return found;
}

function pack(columns: readonly Float64Array[]): Uint8Array {
  return deflateRawSync(streamsOf(joined(columns)), { level: zlib.Z_BEST_SPEED });
}

/** One after the other. */
export function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The checksum is right: what does not fit is a file that somebody made to be so. */
function unpack(bytes: Uint8Array, lengths: readonly number[]): readonly Float64Array[] {
  const count = lengths.reduce((sum, length) => sum + length, 0);
  if (!(count <= NUMBERS_MAX)) throw new SummaryDamaged(`${count} numbers in one block`);
  const all = new Float64Array(count);
  try {
    const streams = inflateRawSync(bytes, { maxOutputLength: Math.max(1, all.byteLength) });
    readSplitDoubles(new Source(streams), wholeOf(count), all, 0);
  } catch (error) {
    throw new SummaryDamaged(messageOf(error));
  }
  let at = 0;
  return lengths.map((length) => {
    at += length;
    return all.subarray(at - length, at);
  });
}

/** Out of what was read already, where it lies in there. */
function piece(file: number, first: Buffer, at: number, length: number): Buffer {
  if (at + length <= first.length) return first.subarray(at, at + length);
  const bytes = readAt(file, at, length);
  if (bytes.length < length) throw new SummaryDamaged(`it ends at byte ${at + bytes.length}`);
  return bytes;
}

/** Fewer bytes where the file ends before. */
function readAt(file: number, at: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const got = readSync(file, bytes, done, length - done, at + done);
    if (got === 0) break;
    done += got;
  }
  return bytes.subarray(0, done);
}
