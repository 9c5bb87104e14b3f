// The same files through independent engines: what they write, we read; what we write, they read by the plain glob.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { openReader } from '../../src/lake/reader.js';
import { duckDb, duckSkip as skip } from '../oracle/duck.js';
import { projectRoot } from '../support/shared.js';
import { at, nothingRecent, readAll, recentColumns, temporaryLake } from './parquet-files.js';
import { placeWritten } from './small-lakes.js';

const home = join(projectRoot(), 'test', 'oracle');
const HOUR = 'exchange=Binance/symbol=BTC_USDT/date=2025-11-18/hour=10';
const start = at('2025-11-18T10:00:00Z');
const COUNT = 20_000;
const us = Array.from({ length: COUNT }, (_, i) => start + i * 100_001);
const bid = us.map((_, i) => (100_000 + (i % 977)) / 100);
const rows = `SELECT ${start}::BIGINT + i * 100001 AS us, ((100000 + i % 977) / 100.0)::DECIMAL(28,10) AS bid FROM range(${COUNT}) t(i)`;

const writes: readonly (readonly [string, string, string])[] = [
  ['TIMESTAMP, DECIMAL', 'make_timestamp(us) AS "Timestamp", bid AS "BestBid"', 'CODEC SNAPPY'],
  [
    'TIMESTAMPTZ, DOUBLE',
    'make_timestamp(us)::TIMESTAMPTZ AS "Timestamp", bid::DOUBLE AS "BestBid"',
    'CODEC GZIP',
  ],
  [
    'TIMESTAMP_NS, text in quotes',
    `make_timestamp_ns(us * 1000) AS ts_time, '"' || bid || '"' AS "BestBid"`,
    'CODEC SNAPPY',
  ],
  [
    'small row groups, uncompressed',
    'make_timestamp(us) AS "Timestamp", bid AS "BestBid"',
    'CODEC UNCOMPRESSED, ROW_GROUP_SIZE 2048',
  ],
  [
    'data pages of version 2',
    'make_timestamp(us) AS "Timestamp", bid::DOUBLE AS "BestBid"',
    'CODEC SNAPPY, PARQUET_VERSION V2',
  ],
  [
    'ISO text',
    `strftime(make_timestamp(us), '%Y-%m-%dT%H:%M:%S.%fZ') AS "Timestamp", bid AS "BestBid"`,
    'CODEC SNAPPY',
  ],
];

for (const [name, columns, options] of writes) {
  test(`a file that DuckDB writes is read to the last row: ${name}`, { skip }, async (t) => {
    const root = await temporaryLake(t);
    const path = join(root, HOUR, 'spreads-33-20.0000000.parquet');
    await mkdir(dirname(path), { recursive: true });
    const duck = await duckDb();
    t.after(() => duck.closeSync());
    await duck.runAndReadAll(
      `COPY (SELECT ${columns} FROM (${rows})) TO '${path}' (FORMAT PARQUET, ${options})`,
    );
    const reader = openReader(root, { recent: nothingRecent });
    const read = await readAll(reader, await reader.find('Binance', 'BTC/USDT'));
    assert.deepEqual(reader.problems(), []);
    assert.deepEqual(read.us, us);
    assert.deepEqual(read.bid, bid);
  });
}

for (const codec of ['ZSTD', 'BROTLI', 'LZ4_RAW', 'GZIP', 'UNCOMPRESSED'])
  test(`a file that DuckDB compressed with ${codec} is read`, { skip }, async (t) => {
    const root = await temporaryLake(t);
    const path = join(root, HOUR, 'spreads-33-20.0000000.parquet');
    await mkdir(dirname(path), { recursive: true });
    const duck = await duckDb();
    t.after(() => duck.closeSync());
    const select = `SELECT make_timestamp(us) AS "Timestamp", bid AS "BestBid" FROM (${rows})`;
    await duck.runAndReadAll(`COPY (${select}) TO '${path}' (FORMAT PARQUET, CODEC ${codec})`);
    const reader = openReader(root, { recent: nothingRecent });
    const read = await readAll(reader, await reader.find('Binance', 'BTC/USDT'));
    assert.deepEqual(reader.problems(), []);
    assert.deepEqual(read.bid, bid);
  });

test('DuckDB reads our files by the glob, with times, nulls and the folders’ names', { skip }, async (t) => {
  const root = await temporaryLake(t);
  const ask = bid.map((value) => value + 0.01);
  const bidSize = us.map((_, i) => (i % 3 === 0 ? Number.NaN : i));
  await placeWritten(root, recentColumns({ us, bid, ask, bidSize }));
  const duck = await duckDb();
  t.after(() => duck.closeSync());
  const { getRowsJS } = await duck
    .runAndReadAll(
      `SELECT count(*)::INTEGER, min(epoch_us("Timestamp"))::DOUBLE, max(epoch_us("Timestamp"))::DOUBLE,
       sum("BestBid")::DOUBLE, count("BestBidSize")::INTEGER, min(exchange), min(symbol), min(typeof("Timestamp"))
       FROM read_parquet('${root}/**/spreads-*.parquet', hive_partitioning = true)`,
    )
    .then((result) => ({ getRowsJS: () => result.getRowsJS() }));
  const [count, min, max, sum, sized, exchange, symbol, type] = getRowsJS()[0]!;
  assert.deepEqual([count, min, max], [COUNT, us[0], us.at(-1)]);
  assert.ok(Math.abs(Number(sum) - bid.reduce((a, b) => a + b, 0)) < 1e-3);
  assert.equal(sized, bidSize.filter((v) => !Number.isNaN(v)).length);
  assert.deepEqual([exchange, symbol, type], ['Binance', 'BTC_USDT', 'TIMESTAMP WITH TIME ZONE']);
});

interface PolarsModule {
  scanParquet(path: string, options?: object): { collect(): Promise<PolarsFrame> };
  DataFrame(columns: object): PolarsFrame;
  Datetime(unit: string): unknown;
  Series(name: string, values: readonly number[], type: unknown): PolarsSeries;
  readonly Float64: unknown;
  readonly Int64: unknown;
}
interface PolarsSeries {
  cast(type: unknown): PolarsSeries;
}
interface PolarsFrame {
  readonly height: number;
  getColumn(name: string): { sum(): number; nullCount(): number };
  writeParquet(path: string, options: object): void;
}

function polars(): PolarsModule {
  return createRequire(join(home, 'package.json'))('nodejs-polars') as PolarsModule;
}

test('polars reads our files by the glob', { skip }, async (t) => {
  const root = await temporaryLake(t);
  const half = COUNT / 2;
  const part = (from: number, to: number) => {
    const prices = bid.slice(from, to);
    return recentColumns({ us: us.slice(from, to), bid: prices, ask: prices });
  };
  await placeWritten(root, part(0, half));
  await placeWritten(root, part(half, COUNT));
  const frame = await polars().scanParquet(`${root}/**/spreads-*.parquet`).collect();
  assert.equal(frame.height, COUNT);
  assert.ok(Math.abs(frame.getColumn('BestBid').sum() - bid.reduce((a, b) => a + b, 0)) < 1e-3);
  assert.equal(frame.getColumn('BestBidSize').nullCount(), COUNT);
});

for (const unit of ['ms', 'us', 'ns'] as const) {
  test(`a file that polars writes is read: ${unit}`, { skip }, async (t) => {
    const root = await temporaryLake(t);
    const path = join(root, HOUR, 'spreads-33-20.0000000.parquet');
    await mkdir(dirname(path), { recursive: true });
    const pl = polars();
    const time = pl
      .Series('Timestamp', us, pl.Float64)
      .cast(pl.Int64)
      .cast(pl.Datetime('us'))
      .cast(pl.Datetime(unit));
    pl.DataFrame({ Timestamp: time, BestBid: bid }).writeParquet(path, { compression: 'snappy' });
    const reader = openReader(root, { recent: nothingRecent });
    const read = await readAll(reader, await reader.find('Binance', 'BTC/USDT'));
    assert.deepEqual(reader.problems(), []);
    assert.deepEqual(read.us, unit === 'ms' ? us.map((v) => Math.floor(v / 1000) * 1000) : us);
    assert.deepEqual(read.bid, bid);
  });
}
