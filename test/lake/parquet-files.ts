// Builds real Parquet files of every generation of lakes, for tests of the reader; nothing of src/ reads or
// writes through here. What hyparquet-writer cannot write itself (INT96) is written as bytes and renamed in the footer.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { QuoteColumns } from '../../src/core/columns.js';
import type { Micros } from '../../src/core/time.js';
import type { LakeInstrument, LakeReader, ReadRange } from '../../src/lake/reader.js';
import { QUOTE_COLUMNS, SCHEMA_KEY } from '../../src/lake/schema.js';

export interface TestColumn {
  readonly element: SchemaElement;
  readonly data: readonly unknown[];
  readonly int96?: boolean;
}

export interface TestFileOptions {
  readonly codec?: 'UNCOMPRESSED' | 'SNAPPY' | 'GZIP';
  readonly rowGroupSize?: number;
  readonly statistics?: boolean;
  readonly ours?: boolean;
}

export type Nullable<T> = readonly (T | null)[];

const optional = { repetition_type: 'OPTIONAL' } as const;

export function stamps(
  name: string,
  us: Nullable<Micros>,
  unit: 'MILLIS' | 'MICROS' | 'NANOS',
  isAdjustedToUTC = true,
): TestColumn {
  const logical_type = { type: 'TIMESTAMP', isAdjustedToUTC, unit } as const;
  const stored = (value: number) =>
    unit === 'MILLIS' ? BigInt(value) / 1000n : unit === 'MICROS' ? BigInt(value) : BigInt(value) * 1000n;
  return {
    element: { name, type: 'INT64', logical_type, ...optional },
    data: us.map((value) => (value === null ? null : stored(value))),
  };
}

/** The older annotation, without the logical type. */
export function convertedStamps(name: string, us: Nullable<Micros>, unit: 'MILLIS' | 'MICROS'): TestColumn {
  const column = stamps(name, us, unit);
  return { ...column, element: { name, type: 'INT64', converted_type: `TIMESTAMP_${unit}`, ...optional } };
}

/** Nanoseconds of the day and Julian day, little-endian. */
export function int96(name: string, us: Nullable<Micros>): TestColumn {
  const bytes = (value: number) => {
    const buffer = new DataView(new ArrayBuffer(12));
    const day = Math.floor(value / 86_400_000_000);
    buffer.setBigInt64(0, BigInt(value - day * 86_400_000_000) * 1000n, true);
    buffer.setInt32(8, day + 2_440_588, true);
    return new Uint8Array(buffer.buffer);
  };
  return {
    element: { name, type: 'FIXED_LEN_BYTE_ARRAY', type_length: 12, ...optional },
    data: us.map((value) => (value === null ? null : bytes(value))),
    int96: true,
  };
}

/** `unscaled` over 10^scale. */
export function decimals(
  name: string,
  unscaled: Nullable<bigint>,
  type: 'FIXED_LEN_BYTE_ARRAY' | 'INT32' | 'INT64' | 'BYTE_ARRAY',
  scale = 10,
): TestColumn {
  const element: SchemaElement = {
    name,
    type,
    converted_type: 'DECIMAL',
    scale,
    precision: type === 'INT32' ? 9 : type === 'INT64' ? 18 : 28,
    ...(type === 'FIXED_LEN_BYTE_ARRAY' ? { type_length: 12 } : {}),
    ...optional,
  };
  return { element, data: unscaled };
}

export function numbers(
  name: string,
  values: Nullable<number>,
  type: 'DOUBLE' | 'FLOAT' | 'INT32' = 'DOUBLE',
  required = false,
): TestColumn {
  return {
    element: { name, type, repetition_type: required ? 'REQUIRED' : 'OPTIONAL' },
    data: values,
  };
}

export function int64s(name: string, values: Nullable<bigint>): TestColumn {
  return { element: { name, type: 'INT64', ...optional }, data: values };
}

export function texts(name: string, values: Nullable<string>): TestColumn {
  return { element: { name, type: 'BYTE_ARRAY', converted_type: 'UTF8', ...optional }, data: values };
}

/** The bytes of a Parquet file of these columns. */
export function parquetBytes(columns: readonly TestColumn[], options: TestFileOptions = {}): Uint8Array {
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({
    writer,
    schema: [{ name: 'root', num_children: columns.length }, ...columns.map((c) => ({ ...c.element }))],
    codec: options.codec ?? 'SNAPPY',
    compressors: { GZIP: (input) => gzipSync(input) },
    statistics: options.statistics ?? true,
    ...(options.ours ? { kvMetadata: [{ key: SCHEMA_KEY, value: '1' }] } : {}),
  });
  void parquet.write({
    columnData: columns.map((c) => ({ name: c.element.name, data: [...c.data] })),
    rowGroupSize: options.rowGroupSize ?? 1000,
  });
  columns.forEach((column, i) => {
    if (column.int96 !== true) return;
    const element = parquet.schema[i + 1]!;
    element.type = 'INT96';
    delete element.type_length;
    for (const group of parquet.row_groups) {
      const chunk = group.columns[i]!.meta_data!;
      chunk.type = 'INT96';
      delete chunk.statistics;
    }
  });
  void parquet.finish();
  return writer.getBytes();
}

/** A file as our own schema wants it: required columns, optional sizes. */
export function ourBytes(rows: Rows, rowGroupSize = 10_000): Uint8Array {
  const nullable = (values: readonly number[] | undefined) =>
    rows.us.map((_, i) => (Number.isNaN(values?.[i] ?? Number.NaN) ? null : values![i]!));
  const data: Readonly<Record<string, Nullable<number>>> = {
    Timestamp: rows.us,
    BestBid: rows.bid,
    BestAsk: rows.ask,
    ExchangeTimestamp: nullable(rows.exchangeUs),
    BestBidSize: nullable(rows.bidSize),
    BestAskSize: nullable(rows.askSize),
  };
  const columns = QUOTE_COLUMNS.map(({ name, type, required }) => {
    const column = type === 'double' ? numbers(name, data[name]!) : stamps(name, data[name]!, 'MICROS');
    return required
      ? { ...column, element: { ...column.element, repetition_type: 'REQUIRED' as const } }
      : column;
  });
  return parquetBytes(columns, { ours: true, rowGroupSize });
}

export interface Rows {
  readonly us: readonly Micros[];
  readonly bid: readonly number[];
  readonly ask: readonly number[];
  readonly bidSize?: readonly number[];
  readonly askSize?: readonly number[];
  readonly exchangeUs?: readonly number[];
}

/** An empty folder that is gone when the test is over. */
export async function temporaryLake(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'lake-read-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  return root;
}

export async function place(root: string, path: string, bytes: Uint8Array): Promise<void> {
  const full = join(root, path);
  await mkdir(dirname(full), { recursive: true });
  await writeFile(full, bytes);
}

/** `2025-11-18T10:00:00Z` and so on, as microseconds. */
export function at(iso: string, plusUs = 0): Micros {
  return Date.parse(iso) * 1000 + plusUs;
}

/** A reader's `recent` for lakes without a journal. */
export async function nothingRecent(): Promise<{ columns: Required<QuoteColumns>; problems: string[] }> {
  return { columns: recentColumns({ us: [], bid: [], ask: [] }), problems: [] };
}

export function recentColumns(rows: Rows): Required<QuoteColumns> {
  const column = (values: readonly number[] | undefined) =>
    Float64Array.from(rows.us, (_, i) => values?.[i] ?? Number.NaN);
  return {
    length: rows.us.length,
    receivedUs: column(rows.us),
    bid: column(rows.bid),
    ask: column(rows.ask),
    bidSize: column(rows.bidSize),
    askSize: column(rows.askSize),
    exchangeUs: column(rows.exchangeUs),
  };
}

export const EVERYTHING = { fromUs: at('2000-01-01T00:00:00Z'), toUs: at('2100-01-01T00:00:00Z') };

/** All rows of a range, chunks put together. */
export async function readAll(
  reader: LakeReader,
  instrument: LakeInstrument | undefined,
  range: ReadRange = EVERYTHING,
): Promise<Required<Rows> & { readonly chunks: number }> {
  const all = { us: [], bid: [], ask: [], bidSize: [], askSize: [], exchangeUs: [] } as Record<
    keyof Rows,
    number[]
  >;
  let chunks = 0;
  if (instrument === undefined) throw new Error('the instrument was not found');
  for await (const chunk of reader.readQuotes(instrument, range)) {
    chunks += 1;
    for (let i = 0; i < chunk.length; i++) {
      all.us.push(chunk.receivedUs[i]!);
      all.bid.push(chunk.bid[i]!);
      all.ask.push(chunk.ask[i]!);
      if (chunk.bidSize !== undefined) all.bidSize.push(chunk.bidSize[i]!);
      if (chunk.askSize !== undefined) all.askSize.push(chunk.askSize[i]!);
      if (chunk.exchangeUs !== undefined) all.exchangeUs.push(chunk.exchangeUs[i]!);
    }
  }
  return { ...all, chunks };
}
