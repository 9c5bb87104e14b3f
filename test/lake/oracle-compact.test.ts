// A lake of hour files, day files, imported files and trades through independent engines, by the plain glob and by the
// reference's own query: they agree with our reader and with our join.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { US_PER_DAY, US_PER_HOUR } from '../../src/core/time.js';
import { importLake } from '../../src/lake/import.js';
import { hourDir } from '../../src/lake/paths.js';
import { openReader } from '../../src/lake/reader.js';
import { ASOF_TOLERANCE_US, asofJoin } from '../../src/series/asof.js';
import { duckDb, duckSkip } from '../oracle/duck.js';
import { polars } from '../oracle/oracle.js';
import { projectRoot } from '../support/shared.js';
import { numbers, parquetBytes, place, readAll, recentColumns, stamps } from './parquet-files.js';
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
  readonly asks: number;
  readonly sizes: number;
}

/** The first day in day files, the second in hour files, the day before in files that an import made. */
async function mixedLake(t: TestContext): Promise<{ root: string; quotes: Sums; trades: Sums }> {
  const root = tempRoot(t);
  const rows = hoursOfRows(20, 8, 3);
  await hourLake(t, root, [...rows, ...tradesBeside(rows)]);
  await cared(root, { nowUs: DAY_US + 2 * US_PER_DAY, hotDays: 2 });
  await importInto(t, root);
  assert.equal(filesMatching(root, /spreads-day-import-.*parquet$/).length, 2);
  assert.equal(filesMatching(root, /spreads-day-\d.*parquet$/).length, 3);
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
      asks: sum(content.rows.map((row) => row[4])),
      sizes: sum(content.rows.map((row) => row[3])),
    },
    trades: {
      count: content.trades.length,
      stamps: sum(content.trades.map(([us]) => offset(us))),
      bids: sum(content.trades.map((row) => row[2])),
      asks: 0,
      sizes: sum(content.trades.map((row) => row[3])),
    },
  };
}

function isClose(found: Sums, expected: Sums): void {
  assert.deepEqual([found.count, found.stamps], [expected.count, expected.stamps]);
  for (const what of ['bids', 'asks', 'sizes'] as const)
    assert.ok(Math.abs(found[what] - expected[what]) <= 1e-9 * expected[what], what);
}

/** Two exchanges of a foreign lake: stamps that repeat, a price that is missing, no sizes. */
async function importInto(t: TestContext, root: string): Promise<void> {
  const source = tempRoot(t);
  const fromUs = DAY_US - US_PER_DAY + 9 * US_PER_HOUR;
  for (const [exchange, shiftUs] of [
    ['Alpha', 0],
    ['Beta', -400_000],
  ] as const) {
    const us = Array.from({ length: 50 }, (_, row) => fromUs + row * 700_000 + (row > 30 ? 5_000_000 : 0));
    const all = exchange === 'Alpha' ? [...us, us.at(-1)!] : us;
    const bytes = parquetBytes([
      stamps(
        'Timestamp',
        all.map((value) => value + shiftUs),
        'MICROS',
      ),
      numbers(
        'BestBid',
        all.map((_, row) => 100 + row / 8),
      ),
      numbers(
        'BestAsk',
        all.map((_, row) => (row === 7 ? null : 101 + row / 8)),
      ),
    ]);
    await place(source, `${hourDir('', exchange, 'BTC/USDT', fromUs)}/spreads-00-00.1234567.parquet`, bytes);
  }
  const { failed, added } = await importLake({ source, target: root });
  assert.deepEqual([failed, added], [[], 101]);
}

/** Stamp from the day's start, and both bids, of each row that the join gives. */
type Joined = (readonly [number, number, number])[];

/** Alpha's rows of BTC, each with Beta's last one of at most two seconds before: by our reader and our join. */
async function ourJoin(root: string): Promise<Joined> {
  const reader = openReader(root);
  const [left, right] = await Promise.all(
    ['Alpha', 'Beta'].map(async (exchange) => {
      const read = await readAll(reader, await reader.find(exchange, 'BTC/USDT'));
      return recentColumns(read);
    }),
  );
  const { length, stampUs, bid1, bid2 } = asofJoin(left!, right!, { toleranceUs: ASOF_TOLERANCE_US });
  const joined = Array.from(
    { length },
    (_, row) => [stampUs[row]! - DAY_US, bid1[row]!, bid2[row]!] as const,
  );
  assert.ok(length > 60 && length < left!.length - 5, `${length} of ${left!.length} rows have a partner`);
  return joined;
}

for (const hive of [true, false])
  test(`DuckDB agrees on hour files, day files and trades, ${hive ? 'with' : 'without'} hive partitioning`, {
    skip: duckSkip,
  }, async (t) => {
    const { root, quotes, trades } = await mixedLake(t);
    const duck = await duckDb();
    t.after(() => duck.closeSync());
    const sums = async (glob: string, price: string, ask: string, size: string): Promise<Sums> => {
      const from = `read_parquet('${root}/${glob}', hive_partitioning = ${hive})`;
      const sql = `SELECT count(*)::DOUBLE, sum(epoch_us("Timestamp") - ${DAY_US})::DOUBLE, sum("${price}"), ${ask}, sum("${size}") FROM ${from}`;
      const [[count, stamps, bids, asks, sizes] = []] = (await duck.runAndReadAll(sql)).getRowsJS();
      return { count, stamps, bids, asks, sizes } as Sums;
    };
    isClose(await sums('**/spreads-*.parquet', 'BestBid', 'sum("BestAsk")', 'BestBidSize'), quotes);
    isClose(await sums('trades/**/trades-*.parquet', 'Price', '0', 'Quantity'), trades);
    const leg = (exchange: string) => {
      const options = `hive_partitioning = ${hive}, filename = true`;
      const mine = hive
        ? `exchange = '${exchange}' AND symbol = 'BTC_USDT'`
        : `contains(filename, '/exchange=${exchange}/symbol=BTC_USDT/')`;
      return `(SELECT epoch_us("Timestamp") AS us, "BestBid" AS bid FROM read_parquet('${root}/**/spreads-*.parquet', ${options}) WHERE ${mine})`;
    };
    const join = `SELECT (l.us - ${DAY_US})::DOUBLE, l.bid, r.bid FROM ${leg('Alpha')} l ASOF JOIN ${leg('Beta')} r ON l.us >= r.us WHERE l.us - r.us <= ${ASOF_TOLERANCE_US} ORDER BY l.us, l.bid`;
    assert.deepEqual((await duck.runAndReadAll(join)).getRowsJS(), await ourJoin(root));
    if (!hive) return;
    const sql = `SELECT exchange, symbol, date::VARCHAR, count(*)::DOUBLE FROM read_parquet('${root}/**/spreads-*.parquet', hive_partitioning = true) GROUP BY ALL ORDER BY ALL`;
    assert.deepEqual((await duck.runAndReadAll(sql)).getRowsJS()[0], ['Alpha', 'BTC_USDT', '2026-11-21', 51]);
  });

for (const hive of [true, false])
  test(`polars agrees on hour files, day files and trades, ${hive ? 'with' : 'without'} hive partitioning`, {
    skip: polars().skip,
  }, async (t) => {
    const { root, quotes, trades } = await mixedLake(t);
    const pl = engine();
    const scan = (glob: string) => pl.scanParquet(join(root, glob), { hivePartitioning: hive });
    const sums = (glob: string, price: string, ask: string | null, size: string): Sums => {
      const frame = scan(glob).collectSync();
      const sum = (values: Iterable<unknown>) =>
        [...values].reduce((total: number, value) => total + Number(value ?? 0), 0);
      const column = (name: string) => sum(frame.getColumn(name).toArray());
      const us = [...frame.getColumn('Timestamp').cast(pl.Int64).toArray()];
      return {
        count: frame.height,
        stamps: sum(us.map((stamp) => Number(stamp) - DAY_US)),
        bids: column(price),
        asks: ask === null ? 0 : column(ask),
        sizes: column(size),
      };
    };
    isClose(sums('**/spreads-*.parquet', 'BestBid', 'BestAsk', 'BestBidSize'), quotes);
    isClose(sums('trades/**/trades-*.parquet', 'Price', null, 'Quantity'), trades);
    // As the reference's analyzer reads: an instrument's folder, three columns, prices as Float64, sorted by time.
    const leg = (exchange: string) =>
      scan(`exchange=${exchange}/symbol=BTC_USDT/**/*.parquet`)
        .select(pl.col('Timestamp'), pl.col('BestBid').cast(pl.Float64), pl.col('BestAsk').cast(pl.Float64))
        .sort('Timestamp')
        .collectSync()
        .withColumns(pl.col('Timestamp').cast(pl.Int64).alias('us'));
    const right = leg('Beta').withColumns(pl.col('BestBid').alias('bid2'));
    const joined = leg('Alpha')
      .joinAsof(right, { on: 'us', strategy: 'backward', tolerance: ASOF_TOLERANCE_US })
      .filter(pl.col('bid2').isNotNull());
    const column = (name: string) => [...joined.getColumn(name).toArray()].map(Number);
    const [us, bid1, bid2] = [column('us'), column('BestBid'), column('bid2')];
    assert.deepEqual(
      us.map((stamp, row) => [stamp - DAY_US, bid1[row], bid2[row]]),
      await ourJoin(root),
    );
  });

function engine(): Engine {
  return createRequire(join(projectRoot(), 'test', 'oracle', 'package.json'))('nodejs-polars') as Engine;
}

/** The little of nodejs-polars that is used here. */
interface Engine {
  scanParquet(glob: string, options: object): Lazy;
  col(name: string): Expr;
  readonly Int64: unknown;
  readonly Float64: unknown;
}

interface Expr {
  cast(type: unknown): Expr;
  alias(name: string): Expr;
  isNotNull(): Expr;
}

interface Lazy {
  select(...columns: Expr[]): Lazy;
  sort(by: string): Lazy;
  collectSync(): Frame;
}

interface Frame {
  readonly height: number;
  getColumn(name: string): Column;
  withColumns(...columns: Expr[]): Frame;
  joinAsof(other: Frame, options: object): Frame;
  filter(expression: Expr): Frame;
}

interface Column {
  toArray(): Iterable<unknown>;
  cast(type: unknown): Column;
}
