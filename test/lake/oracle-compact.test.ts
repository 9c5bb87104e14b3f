// A lake of hour files, day files and trades through independent engines, by the plain glob: they agree with our reader.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { US_PER_DAY } from '../../src/core/time.js';
import { duckDb, duckSkip } from '../oracle/duck.js';
import { polars } from '../oracle/oracle.js';
import { projectRoot } from '../support/shared.js';
import {
  cared,
  contentOf,
  DAY_US,
  filesMatching,
  hourLake,
  hoursOfRows,
  tradesBeside,
} from './support/cared.js';
import { tempRoot } from './support/lakes.js';

interface Sums {
  readonly count: number;
  readonly stamps: number;
  readonly bids: number;
  readonly sizes: number;
}

/** The first day in day files, the second in hour files. */
async function mixedLake(t: TestContext): Promise<{ root: string; quotes: Sums; trades: Sums }> {
  const root = tempRoot(t);
  const rows = hoursOfRows(20, 8, 3);
  await hourLake(t, root, [...rows, ...tradesBeside(rows)]);
  await cared(root, { nowUs: DAY_US + 2 * US_PER_DAY, hotDays: 2 });
  assert.equal(filesMatching(root, /spreads-day-.*parquet$/).length, 3);
  assert.equal(filesMatching(root, /spreads-\d.*parquet$/).length, 12);
  assert.equal(filesMatching(root, /trades-day-.*parquet$/).length, 1);
  const content = await contentOf(root);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + (value || 0), 0);
  const offset = (us: number) => us - DAY_US;
  return {
    root,
    quotes: {
      count: content.rows.length,
      stamps: sum(content.rows.map(([us]) => offset(us))),
      bids: sum(content.rows.map((row) => row[2])),
      sizes: sum(content.rows.map((row) => row[3])),
    },
    trades: {
      count: content.trades.length,
      stamps: sum(content.trades.map(([us]) => offset(us))),
      bids: sum(content.trades.map((row) => row[2])),
      sizes: sum(content.trades.map((row) => row[3])),
    },
  };
}

function isClose(found: Sums, expected: Sums): void {
  assert.deepEqual([found.count, found.stamps], [expected.count, expected.stamps]);
  for (const what of ['bids', 'sizes'] as const)
    assert.ok(Math.abs(found[what] - expected[what]) < 1e-9 * expected[what], what);
}

for (const hive of [true, false])
  test(`DuckDB agrees on hour files, day files and trades, ${hive ? 'with' : 'without'} hive partitioning`, {
    skip: duckSkip,
  }, async (t) => {
    const { root, quotes, trades } = await mixedLake(t);
    const duck = await duckDb();
    t.after(() => duck.closeSync());
    const sums = async (glob: string, price: string, size: string): Promise<Sums> => {
      const from = `read_parquet('${root}/${glob}', hive_partitioning = ${hive})`;
      const sql = `SELECT count(*)::DOUBLE, sum(epoch_us("Timestamp") - ${DAY_US})::DOUBLE, sum("${price}"), sum("${size}") FROM ${from}`;
      const [[count, stamps, bids, sizes] = []] = (await duck.runAndReadAll(sql)).getRowsJS();
      return { count, stamps, bids, sizes } as Sums;
    };
    isClose(await sums('**/spreads-*.parquet', 'BestBid', 'BestBidSize'), quotes);
    isClose(await sums('trades/**/trades-*.parquet', 'Price', 'Quantity'), trades);
    if (!hive) return;
    const sql = `SELECT exchange, symbol, date::VARCHAR, count(*)::DOUBLE FROM read_parquet('${root}/**/spreads-*.parquet', hive_partitioning = true) GROUP BY ALL ORDER BY ALL`;
    assert.deepEqual((await duck.runAndReadAll(sql)).getRowsJS()[0], ['Alpha', 'BTC_USDT', '2026-11-22', 12]);
  });

for (const hive of [true, false])
  test(`polars agrees on hour files, day files and trades, ${hive ? 'with' : 'without'} hive partitioning`, {
    skip: polars().skip,
  }, async (t) => {
    const { root, quotes, trades } = await mixedLake(t);
    const pl = createRequire(join(projectRoot(), 'test', 'oracle', 'package.json'))('nodejs-polars') as {
      scanParquet(glob: string, options: object): { collectSync(): Frame };
    };
    const sums = (glob: string, price: string, size: string): Sums => {
      const frame = pl.scanParquet(join(root, glob), { hivePartitioning: hive }).collectSync();
      const column = (name: string) => [...frame.getColumn(name).toArray()];
      const sum = (values: readonly unknown[]) =>
        values.reduce((total: number, v) => total + Number(v ?? 0), 0);
      const stamps = frame.getColumn('Timestamp').cast(pl64()).toArray();
      return {
        count: frame.height,
        stamps: sum([...stamps].map((us) => Number(us) - DAY_US)),
        bids: sum(column(price)),
        sizes: sum(column(size)),
      };
    };
    const pl64 = () => polars().pl!.Int64;
    isClose(sums('**/spreads-*.parquet', 'BestBid', 'BestBidSize'), quotes);
    isClose(sums('trades/**/trades-*.parquet', 'Price', 'Quantity'), trades);
  });

interface Frame {
  readonly height: number;
  getColumn(name: string): Column;
}

interface Column {
  toArray(): Iterable<unknown>;
  cast(type: unknown): Column;
}
