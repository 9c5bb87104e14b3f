// Files of our own writer, both layouts, through engines that know nothing of this project: to the bit, by the glob, with
// and without the folders' names as columns. How our own reader reads them: parquet-layouts.test.ts.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import type { FullColumns, QuoteLayout } from '../../src/lake/parquet-write.js';
import { QUOTE_COLUMNS } from '../../src/lake/schema.js';
import { type DuckDb, duckDb, duckSkip as skip } from '../oracle/duck.js';
import { projectRoot } from '../support/shared.js';
import { temporaryLake } from './parquet-files.js';
import { marketSeries, oddSeries } from './parquet-series.js';
import { placeWritten } from './small-lakes.js';

const LAYOUTS: readonly QuoteLayout[] = ['hot', 'cold'];
const NAMES = ['receivedUs', 'bid', 'ask', 'exchangeUs', 'bidSize', 'askSize'] as const;
const TIMES = new Set<string>(['receivedUs', 'exchangeUs']);

for (const layout of LAYOUTS) {
  test(`${layout}: DuckDB and polars read odd series to the bit`, { skip }, async (t) => {
    const from = Date.now() % 1_000_000;
    t.diagnostic(`seeds from ${from}`);
    const duck = await duckDb();
    t.after(() => duck.closeSync());
    for (let seed = from; seed < from + 12; seed++) {
      const { words, columns } = oddSeries(seed, [1, 2, 7, 129, 3_000, 12_345][seed % 6]!);
      await engineReads(t, duck, columns, layout, words);
    }
  });

  test(`${layout}: DuckDB and polars read series of the market to the bit`, { skip }, async (t) => {
    const duck = await duckDb();
    t.after(() => duck.closeSync());
    await engineReads(t, duck, marketSeries(0, 'Bybit', 140_000), layout, 'fine ticks', [false]);
    await engineReads(t, duck, marketSeries(3, 'Binance', 20_000), layout, 'no exchange time');
  });

  test(`${layout}: DuckDB leaves out row groups by our statistics and misses no row`, { skip }, async (t) => {
    const columns = marketSeries(3, 'Bybit', 140_000);
    const root = await temporaryLake(t);
    await placeWritten(root, columns, { layout });
    const duck = await duckDb();
    t.after(() => duck.closeSync());
    const [fromUs, toUs] = [columns.receivedUs[9_999]!, columns.receivedUs[131_072]!];
    const bid = columns.bid[70_000]!;
    const rows = await duck.runAndReadAll(
      `SELECT count(*) FILTER (epoch_us("Timestamp") BETWEEN ${fromUs} AND ${toUs})::DOUBLE,
         (SELECT count(*) FROM read_parquet('${root}/**/spreads-*.parquet')
           WHERE "Timestamp" BETWEEN make_timestamptz(${fromUs}) AND make_timestamptz(${toUs}))::DOUBLE,
         (SELECT count(*) FROM read_parquet('${root}/**/spreads-*.parquet') WHERE "BestBid" = ${bid})::DOUBLE
       FROM read_parquet('${root}/**/spreads-*.parquet')`,
    );
    const sameBid = columns.bid.filter((value) => value === bid).length;
    assert.deepEqual(rows.getRowsJS()[0], [131_072 - 9_999 + 1, 131_072 - 9_999 + 1, sameBid]);
  });
}

test('hot and cold files side by side are one table to both engines', { skip }, async (t) => {
  const columns = marketSeries(0, 'Bybit', 20_000);
  const root = await temporaryLake(t);
  await placeWritten(root, slice(columns, 0, 12_000), { layout: 'cold' });
  await placeWritten(root, slice(columns, 12_000, columns.length), { layout: 'hot' });
  const duck = await duckDb();
  t.after(() => duck.closeSync());
  await enginesAgree(duck, root, columns, 'both layouts', [true, false]);
});

type Test = Parameters<typeof temporaryLake>[0];

async function engineReads(
  t: Test,
  duck: DuckDb,
  columns: FullColumns,
  layout: QuoteLayout,
  words: string,
  hives: readonly boolean[] = [true, false],
): Promise<void> {
  const root = await temporaryLake(t);
  await placeWritten(root, columns, { layout });
  await enginesAgree(duck, root, columns, words, hives);
}

async function enginesAgree(
  duck: DuckDb,
  root: string,
  columns: FullColumns,
  words: string,
  hives: readonly boolean[],
): Promise<void> {
  const glob = `${root}/**/spreads-*.parquet`;
  for (const hive of hives) {
    const read = await readByDuck(duck, glob, hive);
    for (const name of NAMES)
      assertSame(read[name], columns[name], `DuckDB, hive ${hive}, ${words}: ${name}`);
    const frame = await polars().scanParquet(glob, { hivePartitioning: hive }).collect();
    assert.equal(frame.columns.includes('exchange'), hive);
    for (const [i, name] of NAMES.entries()) {
      const series = frame.getColumn(QUOTE_COLUMNS[i]!.name);
      const values = TIMES.has(name) ? series.cast(polars().Int64).cast(polars().Float64) : series;
      assertSame(values.toArray(), columns[name], `polars, hive ${hive}, ${words}: ${name}`);
    }
  }
}

async function readByDuck(
  duck: DuckDb,
  glob: string,
  hive: boolean,
): Promise<Record<(typeof NAMES)[number], (number | null)[]>> {
  const result = await duck.runAndReadAll(
    `SELECT epoch_us("Timestamp")::DOUBLE, "BestBid", "BestAsk", epoch_us("ExchangeTimestamp")::DOUBLE,
       "BestBidSize", "BestAskSize"${hive ? ', exchange, symbol' : ''}
     FROM read_parquet('${glob}', hive_partitioning = ${hive}) ORDER BY "Timestamp"`,
  );
  const rows = result.getRowsJS() as (number | null)[][];
  const column = (place: number) => rows.map((row) => row[place]!);
  return {
    receivedUs: column(0),
    bid: column(1),
    ask: column(2),
    exchangeUs: column(3),
    bidSize: column(4),
    askSize: column(5),
  };
}

/** Null = NaN; -0 is not 0. */
function assertSame(read: readonly (number | null)[], expected: Float64Array, words: string): void {
  assert.equal(read.length, expected.length, words);
  for (let i = 0; i < read.length; i++) {
    if (Object.is(read[i] ?? Number.NaN, expected[i])) continue;
    assert.fail(`${words}, row ${i}: ${read[i]} instead of ${expected[i]}`);
  }
}

function slice(columns: FullColumns, from: number, to: number): FullColumns {
  const part = Object.fromEntries(NAMES.map((name) => [name, columns[name].slice(from, to)]));
  return { ...columns, ...part, length: to - from };
}

interface PolarsModule {
  scanParquet(path: string, options: object): { collect(): Promise<PolarsFrame> };
  readonly Int64: unknown;
  readonly Float64: unknown;
}

interface PolarsFrame {
  readonly columns: readonly string[];
  getColumn(name: string): PolarsSeries;
}

interface PolarsSeries {
  cast(type: unknown): PolarsSeries;
  toArray(): (number | null)[];
}

function polars(): PolarsModule {
  return createRequire(join(projectRoot(), 'test', 'oracle', 'package.json'))(
    'nodejs-polars',
  ) as PolarsModule;
}
