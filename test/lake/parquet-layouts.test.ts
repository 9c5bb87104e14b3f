// Files of our own writer, both layouts: what goes in comes out to the bit, and the footer tells the truth of the bytes.
// How other engines read them: parquet-engines.test.ts.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as zlib from 'node:zlib';
import { type ColumnMetaData, type FileMetaData, type MetadataOptions, parquetMetadata } from 'hyparquet';
import { diskFiles } from '../../src/lake/files.js';
import {
  type FullColumns,
  QuoteFileWriter,
  type QuoteLayout,
  RowGroupBuffer,
} from '../../src/lake/parquet-write.js';
import { openReader } from '../../src/lake/reader.js';
import { QUOTE_COLUMNS, SCHEMA_KEY } from '../../src/lake/schema.js';
import { nothingRecent, readAll, temporaryLake } from './parquet-files.js';
import { marketSeries, oddSeries } from './parquet-series.js';
import { placeWritten } from './small-lakes.js';

const LAYOUTS: readonly QuoteLayout[] = ['hot', 'cold'];
const NAMES = ['receivedUs', 'bid', 'ask', 'exchangeUs', 'bidSize', 'askSize'] as const;

for (const layout of LAYOUTS) {
  test(`${layout}: odd series come back to the bit`, async (t) => {
    const from = Date.now() % 1_000_000;
    t.diagnostic(`seeds from ${from}`);
    for (let seed = from; seed < from + 12; seed++) {
      const { words, columns } = oddSeries(seed, [1, 2, 7, 129, 3_000, 12_345][seed % 6]!);
      await comesBack(t, columns, layout, words);
    }
  });

  test(`${layout}: series of the market come back to the bit, over several row groups`, async (t) => {
    await comesBack(t, marketSeries(0, 'Bybit', 140_000), layout, 'fine ticks');
    await comesBack(t, marketSeries(4, 'GateIoPerp', 20_000), layout, 'coarse ticks, contracts');
    await comesBack(t, marketSeries(3, 'Binance', 20_000), layout, 'no exchange time');
  });

  test(`${layout}: sizes, counts, checksums and statistics of the footer are those of the bytes`, async (t) => {
    for (const columns of [marketSeries(0, 'Bybit', 140_000), oddSeries(7, 3_000).columns]) {
      const bytes = await writtenBytes(t, columns, layout);
      const { row_groups: groups, num_rows: rows, schema } = footerOf(bytes);
      assert.equal(Number(rows), columns.length);
      assert.deepEqual(
        schema.slice(1).map(({ name }) => name),
        QUOTE_COLUMNS.map(({ name }) => name),
      );
      let row = 0;
      for (const group of groups) {
        const count = Number(group.num_rows);
        for (const [i, { meta_data: meta }] of group.columns.entries()) {
          checkPages(bytes, meta!, count);
          checkStatistics(meta!, columns[NAMES[i]!].subarray(row, row + count));
        }
        const sum = (name: 'total_uncompressed_size' | 'total_compressed_size') =>
          group.columns.reduce((total, { meta_data: meta }) => total + meta![name], 0n);
        assert.equal(group.total_byte_size, sum('total_uncompressed_size'));
        assert.equal(group.total_compressed_size, sum('total_compressed_size'));
        row += count;
      }
      assert.equal(row, columns.length);
    }
  });
}

test('hot: required columns lie in the file as they lie in memory, at multiples of eight', async (t) => {
  const columns = marketSeries(0, 'Bybit', 25_000);
  const bytes = await writtenBytes(t, columns, 'hot');
  let row = 0;
  for (const group of footerOf(bytes).row_groups) {
    const rows = Number(group.num_rows);
    for (const [i, { meta_data: meta }] of group.columns.slice(0, 3).entries()) {
      assert.deepEqual([meta!.codec, meta!.encodings], ['UNCOMPRESSED', ['PLAIN']]);
      const valuesAt = Number(meta!.data_page_offset + meta!.total_compressed_size) - rows * 8;
      assert.equal(valuesAt % 8, 0);
      const expected = columns[NAMES[i]!].subarray(row, row + rows);
      const stored = bytes.buffer.slice(bytes.byteOffset + valuesAt, bytes.byteOffset + valuesAt + rows * 8);
      const values =
        i === 0 ? Float64Array.from(new BigInt64Array(stored), Number) : new Float64Array(stored);
      assert.deepEqual(values, expected);
    }
    row += rows;
  }
});

test('pairs of the caller stand in the footer beside the schema’s version', async (t) => {
  const metadata = [
    { key: 'spread-aggregator.sources', value: '["a","b"]' },
    { key: 'empty', value: '' },
  ];
  const bytes = await writtenBytes(t, oddSeries(1, 10).columns, 'cold', metadata);
  assert.deepEqual(footerOf(bytes).key_value_metadata, [{ key: SCHEMA_KEY, value: '1' }, ...metadata]);
});

test('one buffer serves files of both layouts, and one that failed in between', async (t) => {
  const group = new RowGroupBuffer();
  const columns = marketSeries(3, 'Bybit', 12_000);
  const path = join(await temporaryLake(t), 'x.parquet');
  const write = (layout: QuoteLayout, rows: FullColumns): Buffer => {
    const file = diskFiles.create(path);
    try {
      const writer = new QuoteFileWriter(diskFiles, file, group, { layout });
      writer.add(rows, 0, rows.length);
      writer.finish();
    } finally {
      diskFiles.close(file);
    }
    return readFileSync(path);
  };
  const [hot, cold] = [write('hot', columns), write('cold', columns)];
  const timeless = { ...columns, receivedUs: columns.receivedUs.with(3, Number.NaN) };
  assert.throws(() => write('cold', timeless), /Timestamp has a row without a time/);
  assert.deepEqual(write('hot', columns), hot);
  assert.deepEqual(write('cold', columns), cold);
});

type Test = Parameters<typeof temporaryLake>[0];

async function comesBack(t: Test, columns: FullColumns, layout: QuoteLayout, words: string): Promise<void> {
  const root = await temporaryLake(t);
  await placeWritten(root, columns, { layout });
  const reader = openReader(root, { recent: nothingRecent });
  const read = await readAll(reader, await reader.find('Binance', 'BTC/USDT'), {
    fromUs: 0,
    toUs: 1e16,
    sizes: true,
  });
  assert.deepEqual(reader.problems(), [], words);
  const names = {
    receivedUs: 'us',
    bid: 'bid',
    ask: 'ask',
    bidSize: 'bidSize',
    askSize: 'askSize',
    exchangeUs: 'exchangeUs',
  } as const;
  for (const name of NAMES) {
    const same = bitsOf(Float64Array.from(read[names[name]])).equals(bitsOf(columns[name]));
    assert.ok(same, `${words}: ${name}`);
  }
}

async function writtenBytes(
  t: Test,
  columns: FullColumns,
  layout: QuoteLayout,
  metadata: readonly { key: string; value: string }[] = [],
): Promise<Buffer> {
  const path = join(await temporaryLake(t), 'x.parquet');
  const file = diskFiles.create(path);
  const writer = new QuoteFileWriter(diskFiles, file, new RowGroupBuffer(), { layout, metadata });
  writer.add(columns, 0, columns.length);
  writer.finish();
  diskFiles.close(file);
  return readFileSync(path);
}

/** Every page of the chunk by its own header: what stands in it, and that the chunk ends where the last one does. */
function checkPages(bytes: Buffer, meta: ColumnMetaData, rows: number): void {
  const start = Number(meta.dictionary_page_offset ?? meta.data_page_offset);
  const end = start + Number(meta.total_compressed_size);
  const found = new Set<number>();
  let values = 0;
  let uncompressed = 0;
  for (let at = start; at < end; ) {
    if (values === 0 && found.size === 1) assert.equal(at, Number(meta.data_page_offset));
    const header = pageHeader(bytes, at);
    const page = bytes.subarray(header.end, header.end + header.compressed);
    assert.equal(zlib.crc32(page) | 0, header.crc);
    const plain = meta.codec === 'BROTLI' ? zlib.brotliDecompressSync(page) : page;
    assert.equal(plain.length, header.uncompressed);
    found.add(header.encoding);
    if (header.isData) values += header.values;
    else assert.equal(header.values * 8, plain.length);
    uncompressed += header.end - at + header.uncompressed;
    at = header.end + header.compressed;
    assert.ok(at <= end);
  }
  assert.equal(uncompressed, Number(meta.total_uncompressed_size));
  assert.equal(values, rows);
  assert.equal(Number(meta.num_values), rows);
  const named = { PLAIN: 0, DELTA_BINARY_PACKED: 5, RLE_DICTIONARY: 8, BYTE_STREAM_SPLIT: 9 } as Readonly<
    Record<string, number>
  >;
  const told = meta.encodings.filter((encoding) => encoding !== 'RLE').map((encoding) => named[encoding]);
  assert.deepEqual(new Set(told), found);
}

function checkStatistics(meta: ColumnMetaData, values: Float64Array): void {
  const present = values.filter((value) => !Number.isNaN(value)).sort();
  const { min_value: min, max_value: max, null_count: nulls } = meta.statistics!;
  assert.equal(Number(nulls), values.length - present.length);
  const bounds = [min, max].map((value) => (value === undefined ? undefined : Number(value)));
  // -0 is the lower bound and 0 the upper one, whichever the column has.
  const zero = (value: number | undefined, either: number) => (value === 0 ? either : value);
  assert.deepEqual(bounds, [zero(present[0], -0), zero(present.at(-1), 0)]);
}

interface Header {
  readonly isData: boolean;
  readonly uncompressed: number;
  readonly compressed: number;
  readonly crc: number;
  readonly values: number;
  readonly encoding: number;
  readonly end: number;
}

/** Fields of a page's header by the format's numbers; no more of Thrift than stands in one. */
function pageHeader(bytes: Buffer, start: number): Header {
  let at = start;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  const struct = (): Map<number, number | Map<number, unknown>> => {
    const fields = new Map<number, number | Map<number, unknown>>();
    for (let id = 0, byte = bytes[at++]!; byte !== 0; byte = bytes[at++]!) {
      id += byte >> 4;
      const type = byte & 15;
      if (type <= 2) fields.set(id, type);
      else if (type === 12) fields.set(id, struct());
      else {
        const value = varint();
        fields.set(id, value % 2 === 1 ? -(value + 1) / 2 : value / 2);
      }
    }
    return fields;
  };
  const fields = struct();
  const isData = fields.get(1) === 0;
  const page = fields.get(isData ? 5 : 7) as Map<number, number>;
  return {
    isData,
    uncompressed: fields.get(2) as number,
    compressed: fields.get(3) as number,
    crc: fields.get(4) as number,
    values: page.get(1)!,
    encoding: page.get(2)!,
    end: at,
  };
}

function bitsOf(values: Float64Array): Buffer {
  // Only one NaN means "absent", whatever its bits were.
  const clean = values.map((value) => (Number.isNaN(value) ? Number.NaN : value));
  return Buffer.from(clean.buffer, clean.byteOffset, clean.byteLength);
}

/** With stamps as they are stored. */
function footerOf(bytes: Buffer): FileMetaData {
  const as = <T>(value: T) => value;
  const parsers = { timestampFromMicroseconds: as } as unknown as NonNullable<MetadataOptions['parsers']>;
  return parquetMetadata(new Uint8Array(bytes).buffer, { parsers });
}
