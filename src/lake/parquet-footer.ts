// The headers and the footer of a Parquet file of ours, field by field as the format's parquet.thrift numbers them.
// Everything in them is true of the bytes: sizes, counts, encodings and statistics are what readers skip and trust by.

import type { Bytes } from './parquet-bytes.js';
import { type ThriftStruct, writeStruct } from './parquet-thrift.js';
import { CREATED_BY, type LakeColumn, SCHEMA_KEY, SCHEMA_VERSION } from './schema.js';

export const MAGIC = new Uint8Array([0x50, 0x41, 0x52, 0x31]);

export const ENCODING = {
  plain: 0,
  rle: 3,
  delta: 5,
  dictionary: 8,
  byteStreamSplit: 9,
} as const;
export type EncodingId = (typeof ENCODING)[keyof typeof ENCODING];

export const CODEC = { none: 0, brotli: 4 } as const;
export type CodecId = (typeof CODEC)[keyof typeof CODEC];

export const PAGE = { data: 0, dictionary: 2, data2: 3 } as const;

const FORMAT_VERSION = 1;
const INT64 = 2;
const DOUBLE = 5;
const REQUIRED = 0;
const OPTIONAL = 1;
const TIMESTAMP_MICROS = 10;

/** Eight bytes each, as stored; null where the chunk has none that order. */
export interface ChunkStatistics {
  readonly min: Uint8Array | null;
  readonly max: Uint8Array | null;
  readonly nulls: number;
}

/** One column of one row group, once its pages are written. Offsets from the file's first byte. */
export interface ChunkInfo {
  readonly encoding: EncodingId;
  readonly codec: CodecId;
  /** Nulls too. */
  readonly values: number;
  /** Both with the pages' headers. */
  readonly uncompressedBytes: number;
  readonly compressedBytes: number;
  readonly dictionaryAt: number | null;
  readonly dataAt: number;
  readonly statistics: ChunkStatistics;
}

export interface GroupInfo {
  readonly rows: number;
  /** In the order of the columns. */
  readonly chunks: readonly ChunkInfo[];
}

export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

export interface PageSizes {
  readonly uncompressedBytes: number;
  readonly compressedBytes: number;
  /** CRC-32 of the bytes that follow the header, 0 … 2^32. */
  readonly crc: number;
}

export function writeDataPageHeader(
  out: Bytes,
  sizes: PageSizes,
  values: number,
  encoding: EncodingId,
): void {
  writePageHeader(out, PAGE.data, sizes, (header) =>
    header.struct(5, (page) => {
      page.i32(1, values);
      page.i32(2, encoding);
      // Of the definition and repetition levels; there are none of the second kind.
      page.i32(3, ENCODING.rle);
      page.i32(4, ENCODING.rle);
    }),
  );
}

/** Entries ascend. */
export function writeDictionaryPageHeader(out: Bytes, sizes: PageSizes, entries: number): void {
  writePageHeader(out, PAGE.dictionary, sizes, (header) =>
    header.struct(7, (page) => {
      page.i32(1, entries);
      page.i32(2, ENCODING.plain);
      page.bool(3, true);
    }),
  );
}

function writePageHeader(
  out: Bytes,
  type: number,
  sizes: PageSizes,
  rest: (header: ThriftStruct) => void,
): void {
  writeStruct(out, (header) => {
    header.i32(1, type);
    header.i32(2, sizes.uncompressedBytes);
    header.i32(3, sizes.compressedBytes);
    header.i32(4, sizes.crc | 0);
    rest(header);
  });
}

/** The footer with its length and the closing magic. The first column ascends and sorts the file. */
export function writeFooter(
  out: Bytes,
  columns: readonly LakeColumn[],
  groups: readonly GroupInfo[],
  metadata: readonly KeyValue[],
): void {
  const before = out.length;
  const rows = groups.reduce((sum, group) => sum + group.rows, 0);
  const pairs = [{ key: SCHEMA_KEY, value: String(SCHEMA_VERSION) }, ...metadata];
  writeStruct(out, (file) => {
    file.i32(1, FORMAT_VERSION);
    file.structList(2, [null, ...columns], (element, column) =>
      writeElement(element, column, columns.length),
    );
    file.i64(3, rows);
    file.structList(4, [...groups.entries()], (element, [ordinal, group]) =>
      writeGroup(element, columns, group, ordinal),
    );
    file.structList(5, pairs, (element, { key, value }) => {
      element.text(1, key);
      element.text(2, value);
    });
    file.text(6, CREATED_BY);
    // Every column orders as its type does; without it readers may not trust min_value and max_value.
    file.structList(7, columns, (order) => order.struct(1, () => undefined));
  });
  out.uint32(out.length - before);
  out.append(MAGIC);
}

/** Null = the root. */
function writeElement(element: ThriftStruct, column: LakeColumn | null, children: number): void {
  if (column === null) {
    element.text(4, 'root');
    element.i32(5, children);
    return;
  }
  element.i32(1, physicalType(column));
  element.i32(3, column.required ? REQUIRED : OPTIONAL);
  element.text(4, column.name);
  if (column.type !== 'timestamp-micros') return;
  element.i32(6, TIMESTAMP_MICROS);
  element.struct(10, (logical) =>
    logical.struct(8, (timestamp) => {
      timestamp.bool(1, true);
      timestamp.struct(2, (unit) => unit.struct(2, () => undefined));
    }),
  );
}

function writeGroup(
  element: ThriftStruct,
  columns: readonly LakeColumn[],
  { rows, chunks }: GroupInfo,
  ordinal: number,
): void {
  const total = (size: (chunk: ChunkInfo) => number) => chunks.reduce((sum, chunk) => sum + size(chunk), 0);
  element.structList(
    1,
    chunks.map((chunk, i) => [chunk, columns[i]!] as const),
    writeChunk,
  );
  element.i64(
    2,
    total((chunk) => chunk.uncompressedBytes),
  );
  element.i64(3, rows);
  element.structList(4, [0], (sorting, column) => {
    sorting.i32(1, column);
    sorting.bool(2, false);
    sorting.bool(3, false);
  });
  element.i64(5, firstPageAt(chunks[0]!));
  element.i64(
    6,
    total((chunk) => chunk.compressedBytes),
  );
  // Sixteen bits and optional: a file of more groups goes without.
  if (ordinal <= 32_767) element.i16(7, ordinal);
}

function writeChunk(element: ThriftStruct, [chunk, column]: readonly [ChunkInfo, LakeColumn]): void {
  // Where a copy of the following would be; there is none.
  element.i64(2, 0);
  element.struct(3, (meta) => {
    meta.i32(1, physicalType(column));
    meta.i32List(2, encodingsOf(chunk, column));
    meta.textList(3, [column.name]);
    meta.i32(4, chunk.codec);
    meta.i64(5, chunk.values);
    meta.i64(6, chunk.uncompressedBytes);
    meta.i64(7, chunk.compressedBytes);
    meta.i64(9, chunk.dataAt);
    if (chunk.dictionaryAt !== null) meta.i64(11, chunk.dictionaryAt);
    meta.struct(12, (statistics) => {
      const { min, max, nulls } = chunk.statistics;
      statistics.i64(3, nulls);
      if (min === null || max === null) return;
      statistics.binary(5, max);
      statistics.binary(6, min);
    });
  });
}

function encodingsOf({ encoding, dictionaryAt }: ChunkInfo, { required }: LakeColumn): number[] {
  const all = new Set<number>([encoding]);
  if (dictionaryAt !== null) all.add(ENCODING.plain);
  if (!required) all.add(ENCODING.rle);
  return [...all].sort((a, b) => a - b);
}

function firstPageAt(chunk: ChunkInfo): number {
  return chunk.dictionaryAt ?? chunk.dataAt;
}

function physicalType({ name, type }: LakeColumn): number {
  if (type === 'text') throw new Error(`invariant broken: ${name} is no number`);
  return type === 'double' ? DOUBLE : INT64;
}
