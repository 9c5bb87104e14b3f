// Trades in the lake: rows in are rows out, in files of their own that no reader of quotes meets, whatever happens
// to the process on the way.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { runEncodeJob } from '../../src/lake/encode-job.js';
import { diskFiles } from '../../src/lake/files.js';
import { openLake } from '../../src/lake/writer.js';
import { duckDb, duckSkip } from '../oracle/duck.js';
import {
  dyingFiles,
  filesMatching,
  journalOf,
  Killed,
  LIMITS,
  type Row,
  realClock,
  rowsOf,
  someInstruments,
  type TradeRow,
  tempRoot,
  tradesOf,
} from './support/lakes.js';

const instruments = someInstruments();
const HOUR_US = 3_600_000_000;
const START_US = Date.parse('2026-11-22T20:59:00Z') * 1_000;
const STRIDE = 3;
const EVERYTHING = { convertBeforeUs: Number.POSITIVE_INFINITY, encodeBeforeUs: Number.POSITIVE_INFINITY };

const amount = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
const made = fc.array(
  fc.record({
    step: fc.integer({ min: 1, max: 2_000_000 }),
    id: fc.integer({ min: 0, max: 3 }),
    isTrade: fc.boolean(),
    endsSegment: fc.integer({ min: 0, max: 40 }).map((n) => n === 0),
    price: amount,
    size: amount,
    side: fc.constantFrom(1 as const, -1 as const),
    exchangeUs: fc.oneof(fc.constant(Number.NaN), fc.integer({ min: 1, max: 4_000_000_000_000_000 })),
    tradeId: fc.oneof(
      fc.constant(''),
      fc.stringMatching(/^[0-9a-f-]{1,64}$/),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 16 }),
    ),
  }),
  { maxLength: 300 },
);

type Made = typeof made extends fc.Arbitrary<infer T> ? T : never;

/** Quotes and trades, mixed as they come, in their one order. */
function entriesOf(plan: Made): {
  entries: (Row | TradeRow | 'segment-end')[];
  trades: TradeRow[];
  rows: Row[];
} {
  const entries: (Row | TradeRow | 'segment-end')[] = [];
  const trades: TradeRow[] = [];
  const rows: Row[] = [];
  let us = START_US;
  for (const { step, id, isTrade, endsSegment, price, size, side, exchangeUs, tradeId } of plan) {
    us += step;
    const trade: TradeRow = [us, id, price, size, side, exchangeUs, tradeId];
    const row: Row = [us, id, price, size, price + 1, size, exchangeUs];
    entries.push(isTrade ? trade : row);
    if (isTrade) trades.push(trade);
    else rows.push(row);
    if (endsSegment) entries.push('segment-end');
  }
  return { entries, trades, rows };
}

test('trades in are trades out beside the quotes, value by value, over hours and segments', async (t) => {
  const clock = realClock(t);
  await fc.assert(
    fc.asyncProperty(made, async (plan) => {
      const root = tempRoot(t);
      const { entries, trades, rows } = entriesOf(plan);
      await journalOf(root, clock, instruments, entries);
      const report = runEncodeJob(diskFiles, root, EVERYTHING, () => false);
      assert.deepEqual(report.problems, []);
      assert.equal(report.encodedTrades, trades.length);
      assert.deepEqual(await tradesOf(root, instruments), trades);
      assert.deepEqual(await rowsOf(root, instruments), rows);
      assert.deepEqual(filesMatching(root, /\.run$|\.log$|\.tmp-/), []);
      for (const name of filesMatching(root, /spreads-.*\.parquet$/)) assert.doesNotMatch(name, /trades/);
    }),
    { numRuns: 60 },
  );
});

test('a process that dies before any step of encoding trades loses none and doubles none', async (t) => {
  const clock = realClock(t);
  // Two hours, two segments; every third step, from one that differs from run to run.
  const plan = Array.from({ length: 12 }, (_, i) => ({
    ...{ step: 8_000_000, id: 0, isTrade: i % 3 !== 0, endsSegment: i === 4 },
    ...{ price: 100 + i, size: 1, side: 1 as const, exchangeUs: Number.NaN, tradeId: String(i) },
  }));
  const { entries, trades, rows } = entriesOf(plan);
  let isOver = false;
  const first = Math.floor(Math.random() * STRIDE);
  t.diagnostic(`from step ${first}`);
  for (let steps = first; !isOver; steps += STRIDE) {
    assert.ok(steps < 2_000, 'it comes to an end');
    const root = tempRoot(t);
    await journalOf(root, clock, instruments, entries);
    const { files, died } = dyingFiles(diskFiles, steps);
    try {
      runEncodeJob(files, root, EVERYTHING, () => false);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
    isOver = !died();
    runEncodeJob(diskFiles, root, EVERYTHING, () => false);
    assert.deepEqual(await tradesOf(root, instruments), trades, `died before step ${steps}`);
    assert.deepEqual(await rowsOf(root, instruments), rows, `died before step ${steps}`);
    assert.deepEqual(filesMatching(root, /\.run$|\.log$|\.tmp-/), [], `died before step ${steps}`);
  }
});

async function segmentsOfTrades(t: TestContext, root: string): Promise<TradeRow[]> {
  const trades = Array.from({ length: 40 }, (_, i): TradeRow => {
    return [START_US + i * 1_000, i % 4, 100 + i, 1, i % 2 === 0 ? 1 : -1, Number.NaN, String(i)];
  });
  const entries = trades.flatMap((trade, i): (TradeRow | 'segment-end')[] =>
    i % 10 === 9 ? [trade, 'segment-end'] : [trade],
  );
  await journalOf(root, realClock(t), instruments, entries);
  return trades;
}

test('trades whose run is damaged are told, kept aside, and no other is lost with them', async (t) => {
  const root = tempRoot(t);
  const trades = await segmentsOfTrades(t, root);
  runEncodeJob(diskFiles, root, { ...EVERYTHING, encodeBeforeUs: 0 }, () => false);
  const runs = readdirSync(join(root, '_runs'))
    .filter((name) => name.startsWith('trades-'))
    .sort();
  assert.equal(runs.length, 4);
  const path = join(root, '_runs', runs[1]!);
  const bytes = readFileSync(path);
  bytes[12] = bytes[12]! ^ 0xff;
  writeFileSync(path, bytes);
  const report = runEncodeJob(diskFiles, root, EVERYTHING, () => false);
  assert.match(report.problems.join(), /wrong checksum/);
  const kept = (await tradesOf(root, instruments)).map(([us]) => us);
  // The run's first instrument by name has three of its ten trades.
  const lost = trades.map(([us]) => us).filter((us) => !kept.includes(us));
  assert.ok(lost.length > 0 && lost.length <= 3, `${lost.length} lost`);
  assert.deepEqual(filesMatching(root, /\.run\.damaged$/), [join('_runs', `${runs[1]}.damaged`)]);
});

test('trades of an hour that come after its file make a second file, and none is written twice', async (t) => {
  const root = tempRoot(t);
  const first = await segmentsOfTrades(t, root);
  runEncodeJob(diskFiles, root, EVERYTHING, () => false);
  const later: TradeRow[] = [[START_US + 1_000_000, 0, 7, 7, 1, START_US, 'late']];
  await journalOf(root, realClock(t), instruments, later);
  runEncodeJob(diskFiles, root, EVERYTHING, () => false);
  assert.deepEqual(await tradesOf(root, instruments), [...first, ...later]);
  assert.equal(filesMatching(root, /symbol=BTC_USDT.*trades-.*\.parquet$/).length, 3);
});

test('what a process had recorded of trades and had no time to encode is encoded by the next', async (t) => {
  const root = tempRoot(t);
  const trades = await segmentsOfTrades(t, root);
  const lake = await openLake({ root, origin: 'live', clock: realClock(t), limits: LIMITS, instruments });
  assert.equal(lake.lastStampUs, trades.at(-1)![0], 'the order goes on after the last trade');
  await lake.ready;
  assert.deepEqual(await tradesOf(root, instruments), trades);
  const { trades: counts } = lake.counters();
  assert.deepEqual(counts, { recorded: 0, dropped: 0, encoded: 40 });
  await lake.close();
});

test('a trade that finds no room is counted, and is no hole of its instrument', async (t) => {
  const root = tempRoot(t);
  const never = { create: () => new Promise<never>(() => {}), syncDirectory: async () => {} };
  const limits = { ...LIMITS, pendingBytesMax: 512 * 1024, closeBudgetMs: 1 };
  const clock = realClock(t);
  const lake = await openLake({ root, origin: 'live', clock, limits, instruments, journalFiles: never });
  for (let i = 0; i < 50_000; i++) lake.trade(START_US + i, i % 4, 1, 1, 1, Number.NaN, String(i));
  const { trades, dropped } = lake.counters();
  assert.ok(trades.dropped > 0);
  assert.equal(trades.recorded + trades.dropped, 50_000);
  assert.equal(dropped, 0);
  await lake.close();
});

test('DuckDB reads trades by their glob, and never meets one by the glob of quotes', {
  skip: duckSkip,
}, async (t) => {
  const root = tempRoot(t);
  const trades: TradeRow[] = [
    [START_US, 0, 60_000.5, 0.25, 1, START_US - 1_000, '77'],
    [START_US + 2, 0, 60_000.25, 1e-8, -1, Number.NaN, ''],
    [START_US + HOUR_US, 2, 1, 2, 1, Number.NaN, 'last'],
  ];
  const quote: Row = [START_US + 1, 0, 60_000, 1, 60_001, 1, Number.NaN];
  await journalOf(root, realClock(t), instruments, [trades[0]!, quote, trades[1]!, trades[2]!]);
  runEncodeJob(diskFiles, root, EVERYTHING, () => false);
  const duck = await duckDb();
  t.after(() => duck.closeSync());
  const read = async (glob: string, columns: string) => {
    const sql = `SELECT ${columns} FROM read_parquet('${root}/${glob}', hive_partitioning = true) ORDER BY "Timestamp"`;
    return (await duck.runAndReadAll(sql)).getRowsJS();
  };
  const columns =
    'epoch_us("Timestamp")::DOUBLE, "Price", "Quantity", "Side", epoch_us("ExchangeTimestamp")::DOUBLE, "TradeId", exchange, symbol';
  assert.deepEqual(await read('trades/**/trades-*.parquet', columns), [
    [START_US, 60_000.5, 0.25, 'Buy', START_US - 1_000, '77', 'Alpha', 'BTC_USDT'],
    [START_US + 2, 60_000.25, 1e-8, 'Sell', null, null, 'Alpha', 'BTC_USDT'],
    [START_US + HOUR_US, 1, 2, 'Buy', null, 'last', 'Beta', 'BTC_USDT'],
  ]);
  assert.deepEqual(await read('**/spreads-*.parquet', '"BestBid"'), [[60_000]]);
});
