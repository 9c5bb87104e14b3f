// A table as Apache Arrow IPC, batch by batch: the file format (an index at its end) or the stream. Metadata are
// FlatBuffers, whose builder is the library's; tables and slots are those of Arrow's Schema.fbs, Message.fbs and
// File.fbs. Knows two types: doubles, and microseconds UTC.

import { Builder } from 'flatbuffers';
import { validityOf, wholeMicros } from './arrow-values.js';
import type { TableColumn, TableWriter, WriteBytes } from './table.js';

/** What the format calls its parts. */
const V5 = 4;
const HEADER = { schema: 1, recordBatch: 3 } as const;
const TYPE = { floatingPoint: 3, timestamp: 10 } as const;
const DOUBLE = 2;
const MICROSECOND = 2;
const MAGIC = Buffer.from('ARROW1', 'latin1');
const CONTINUES = 0xffff_ffff;
/** Everything begins at a multiple of this. */
const ALIGNMENT = 8;

interface Block {
  readonly offset: number;
  readonly metadataBytes: number;
  readonly bodyBytes: number;
}

interface Part {
  readonly bytes: Uint8Array;
  /** In the body. */
  readonly offset: number;
}

/** Holds one batch at a time; a file's index has 24 bytes a batch. */
export function arrowTable(columns: readonly TableColumn[], write: WriteBytes, asFile: boolean): TableWriter {
  const blocks: Block[] = [];
  let offset = 0;
  let begun = false;
  const put = async (bytes: Uint8Array): Promise<void> => {
    offset += bytes.length;
    await write(bytes);
  };
  const begin = async (): Promise<void> => {
    if (begun) return;
    begun = true;
    if (asFile) await put(padded(MAGIC));
    const builder = new Builder();
    await put(framed(message(builder, HEADER.schema, schema(builder, columns), 0)));
  };
  return {
    async add(values, length) {
      if (length === 0) return;
      await begin();
      const { nullCounts, parts, bodyBytes } = bodyOf(columns, values, length);
      const builder = new Builder();
      const batch = recordBatch(builder, length, nullCounts, parts);
      const head = framed(message(builder, HEADER.recordBatch, batch, bodyBytes));
      blocks.push({ offset, metadataBytes: head.length, bodyBytes });
      await put(head);
      for (const { bytes } of parts) if (bytes.length > 0) await put(padded(bytes));
    },
    async finish() {
      await begin();
      await put(words(CONTINUES, 0));
      if (!asFile) return;
      const index = footer(columns, blocks);
      await put(index);
      await put(words(index.length));
      await put(MAGIC);
    },
  };
}

/** Of each column whether its values are there (nothing, where all are), and the values. */
function bodyOf(columns: readonly TableColumn[], values: readonly Float64Array[], length: number) {
  const parts: Part[] = [];
  const nullCounts: number[] = [];
  let bodyBytes = 0;
  const add = (bytes: Uint8Array): void => {
    parts.push({ bytes, offset: bodyBytes });
    bodyBytes += aligned(bytes.length);
  };
  for (const [n, { type }] of columns.entries()) {
    const column = values[n]!.subarray(0, length);
    const { bits, nullCount } = validityOf(column);
    nullCounts.push(nullCount);
    add(bits);
    const stored = type === 'time' ? wholeMicros(column) : column;
    add(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength));
  }
  return { nullCounts, parts, bodyBytes };
}

function message(builder: Builder, kind: number, header: number, bodyBytes: number): Uint8Array {
  builder.startObject(5);
  builder.addFieldInt16(0, V5, 0);
  builder.addFieldInt8(1, kind, 0);
  builder.addFieldOffset(2, header, 0);
  builder.addFieldInt64(3, BigInt(bodyBytes), 0n);
  builder.finish(builder.endObject());
  return builder.asUint8Array();
}

function schema(builder: Builder, columns: readonly TableColumn[]): number {
  const fields = columns.map((column) => field(builder, column));
  const list = offsets(builder, fields);
  builder.startObject(4);
  builder.addFieldOffset(1, list, 0);
  return builder.endObject();
}

function field(builder: Builder, { name, type }: TableColumn): number {
  const text = builder.createString(name);
  const none = offsets(builder, []);
  const zone = type === 'time' ? builder.createString('UTC') : 0;
  builder.startObject(type === 'time' ? 2 : 1);
  builder.addFieldInt16(0, type === 'time' ? MICROSECOND : DOUBLE, 0);
  if (type === 'time') builder.addFieldOffset(1, zone, 0);
  const kind = builder.endObject();
  builder.startObject(7);
  builder.addFieldOffset(0, text, 0);
  builder.addFieldInt8(1, 1, 0);
  builder.addFieldInt8(2, type === 'time' ? TYPE.timestamp : TYPE.floatingPoint, 0);
  builder.addFieldOffset(3, kind, 0);
  builder.addFieldOffset(5, none, 0);
  return builder.endObject();
}

function recordBatch(
  builder: Builder,
  length: number,
  nullCounts: readonly number[],
  parts: readonly Part[],
): number {
  const nodes = pairs(
    builder,
    nullCounts.map((nulls) => [length, nulls] as const),
  );
  const buffers = pairs(
    builder,
    parts.map(({ bytes, offset }) => [offset, bytes.length] as const),
  );
  builder.startObject(5);
  builder.addFieldInt64(0, BigInt(length), 0n);
  builder.addFieldOffset(1, nodes, 0);
  builder.addFieldOffset(2, buffers, 0);
  return builder.endObject();
}

/** The index at the end of a file. */
function footer(columns: readonly TableColumn[], blocks: readonly Block[]): Uint8Array {
  const builder = new Builder();
  const described = schema(builder, columns);
  builder.startVector(24, 0, ALIGNMENT);
  const dictionaries = builder.endVector();
  builder.startVector(24, blocks.length, ALIGNMENT);
  for (const { offset, metadataBytes, bodyBytes } of [...blocks].reverse()) {
    builder.prep(ALIGNMENT, 24);
    builder.writeInt64(BigInt(bodyBytes));
    builder.pad(4);
    builder.writeInt32(metadataBytes);
    builder.writeInt64(BigInt(offset));
  }
  const batches = builder.endVector();
  builder.startObject(5);
  builder.addFieldInt16(0, V5, 0);
  builder.addFieldOffset(1, described, 0);
  builder.addFieldOffset(2, dictionaries, 0);
  builder.addFieldOffset(3, batches, 0);
  builder.finish(builder.endObject());
  return builder.asUint8Array();
}

/** A vector of structs of two long integers. */
function pairs(builder: Builder, values: readonly (readonly [number, number])[]): number {
  builder.startVector(16, values.length, ALIGNMENT);
  // It grows from its end.
  for (const [first, second] of [...values].reverse()) {
    builder.prep(ALIGNMENT, 16);
    builder.writeInt64(BigInt(second));
    builder.writeInt64(BigInt(first));
  }
  return builder.endVector();
}

function offsets(builder: Builder, values: readonly number[]): number {
  builder.startVector(4, values.length, 4);
  for (const value of [...values].reverse()) builder.addOffset(value);
  return builder.endVector();
}

/** A message's head as it stands between others: its length before it, filled up. */
function framed(metadata: Uint8Array): Uint8Array {
  const body = padded(metadata);
  const whole = new Uint8Array(8 + body.length);
  whole.set(words(CONTINUES, body.length));
  whole.set(body, 8);
  return whole;
}

function padded(bytes: Uint8Array): Uint8Array {
  if (bytes.length % ALIGNMENT === 0) return bytes;
  const filled = new Uint8Array(aligned(bytes.length));
  filled.set(bytes);
  return filled;
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** Little-endian, as everything here. */
function words(...values: readonly number[]): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(4 * values.length));
  for (const [n, value] of values.entries()) bytes.setUint32(4 * n, value, true);
  return new Uint8Array(bytes.buffer);
}
