// A lake brought into another: all its rows, once, wherever it lies and however often and in how many parts.

import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { compactLake } from '../../src/lake/compact-lake.js';
import { diskFiles } from '../../src/lake/files.js';
import { holdLake } from '../../src/lake/hold.js';
import { checkImport, type ImportOptions, type ImportReport, importLake } from '../../src/lake/import.js';
import { takeLock } from '../../src/lake/lock.js';
import { markOrigin } from '../../src/lake/origin.js';
import { type LakeInstrument, openReader } from '../../src/lake/reader.js';
import { verifyLake } from '../../src/lake/verify.js';
import { writeRows } from '../support/lakes.js';
import { csvBytes, csvLine, placeOlderLake } from './older-lake.js';
import { at, EVERYTHING, int96, numbers, parquetBytes, place, temporaryLake } from './parquet-files.js';
import { dyingFiles, filesMatching, journalOf, Killed, realClock, someInstruments } from './support/lakes.js';

type Rows = Readonly<Record<string, readonly (readonly number[])[]>>;

/** All rows of a lake, by instrument; of equal stamps in the order of their values. */
async function rowsOf(root: string): Promise<Rows> {
  const reader = openReader(root);
  const all: Record<string, number[][]> = {};
  for (const instrument of await reader.instruments()) {
    const rows: number[][] = [];
    for await (const c of reader.readQuotes(instrument, { ...EVERYTHING, sizes: true }))
      for (let i = 0; i < c.length; i += 1)
        rows.push([
          c.receivedUs[i]!,
          c.bid[i]!,
          c.ask[i]!,
          c.bidSize![i]!,
          c.askSize![i]!,
          c.exchangeUs![i]!,
        ]);
    const sorted = rows.map((row) => ({ row, key: String(row) }));
    sorted.sort((a, b) => a.row[0]! - b.row[0]! || (a.key < b.key ? -1 : 1));
    all[`${instrument.exchange.toUpperCase()} ${instrument.symbol}`] = sorted.map(({ row }) => row);
  }
  return all;
}

async function bring(
  source: string,
  target: string,
  more: Partial<ImportOptions> = {},
): Promise<ImportReport> {
  checkImport(source, target);
  const lake = await holdLake(target, 'live');
  try {
    return await importLake({ source, target, ...more });
  } finally {
    lake.release();
  }
}

/** Names, sizes and times of everything below a folder. */
function stateOf(root: string): readonly string[] {
  return readdirSync(root, { recursive: true })
    .map(String)
    .sort()
    .map((name) => {
      const { size, mtimeMs, ino } = statSync(join(root, name));
      return statSync(join(root, name)).isDirectory() ? name : `${name} ${size} ${mtimeMs} ${ino}`;
    });
}

test('a lake of every generation is read from the other one as it is read in place', async (t) => {
  const [source, parent] = [await temporaryLake(t), await temporaryLake(t)];
  const target = join(parent, 'new', 'lake');
  await placeOlderLake(source);
  const before = stateOf(source);
  const expected = await rowsOf(source);
  const count = Object.values(expected).reduce((sum, rows) => sum + rows.length, 0);
  assert.equal(count, 5 + 5 + 2 + 5 + 5 + 5 + 20);
  const report = await bring(source, target);
  assert.deepEqual(await rowsOf(target), expected);
  assert.deepEqual(stateOf(source), before, 'the source is as it was');
  assert.deepEqual([report.rows, report.added, report.alreadyThere], [count, count, 0]);
  assert.deepEqual(report.filesRead, {
    'packed text of dated runs': 2,
    'Parquet of dated runs': 1,
    'Parquet of hive folders': 3,
    'recorded by Spread Aggregator': 2,
  });
  assert.deepEqual([report.skipped, report.failed], [[], []]);
  assert.ok(existsSync(join(target, '_origin.json')));
  const names = filesMatching(target, /\.parquet$/);
  assert.equal(names.length, report.filesWritten);
  for (const name of names)
    assert.match(name, /symbol=[A-Z]+_USDT\/date=[\d-]+\/hour=00\/spreads-day-import-[0-9a-f]{16}\.parquet$/);
  const instrument = (await openReader(target).find('mexc', 'btc/usdt'))!;
  const newest = await openReader(source).newestUs((await openReader(source).find('mexc', 'btc/usdt'))!);
  assert.equal(await openReader(target).newestUs(instrument), newest);
});

test('a second import, and one from a copy of the lake elsewhere, writes nothing', async (t) => {
  const [source, target, elsewhere] = [
    await temporaryLake(t),
    await temporaryLake(t),
    await temporaryLake(t),
  ];
  await placeOlderLake(source);
  const first = await bring(source, target);
  const before = stateOf(target);
  cpSync(source, join(elsewhere, 'moved'), { recursive: true });
  for (const from of [source, join(elsewhere, 'moved')]) {
    const again = await bring(from, target);
    assert.deepEqual([again.added, again.alreadyThere, again.filesWritten], [0, first.rows, 0]);
    assert.deepEqual(stateOf(target), before);
  }
});

test('in parts, by halves that overlap and by a lake brought in before, the rows are the same', async (t) => {
  const [source, parts, whole] = [await temporaryLake(t), await temporaryLake(t), await temporaryLake(t)];
  await placeOlderLake(source);
  const expected = await rowsOf(source);
  await bring(source, parts, { toUs: at('2025-11-18T10:00:02Z') });
  await bring(source, parts, {
    fromUs: at('2025-10-16T00:00:00Z'),
    wants: ({ exchange }) => exchange === 'OKX',
  });
  await bring(source, parts, { fromUs: at('2025-10-16T00:00:00Z') });
  await bring(source, parts);
  assert.deepEqual(await rowsOf(parts), expected);
  await bring(parts, whole);
  assert.deepEqual(await rowsOf(whole), expected, 'a lake that was brought in is one that can be brought in');
});

test('rows that the target recorded itself are not doubled, with or without their sizes', async (t) => {
  const [source, target] = [await temporaryLake(t), await temporaryLake(t)];
  const us = Array.from({ length: 50 }, (_, i) => at('2025-10-15T23:59:30Z') + i * 1_000_000);
  const row = (atUs: number, i: number) => ({ atUs, bid: 10 + i, ask: 11 + i });
  markOrigin(target, 'live');
  writeRows(target, 'Binance', 'BTC/USDT', us.slice(0, 40).map(row));
  const lines = us.slice(20).map((atUs, i) => csvLine(atUs, 30 + i, 31 + i));
  await place(source, '2025-10-15_22-00-00/BINANCE/BTC-USDT/x.csv.gz', csvBytes(...lines));
  const report = await bring(source, target);
  assert.deepEqual([report.rows, report.added, report.alreadyThere], [30, 10, 20]);
  const rows = (await rowsOf(target))['BINANCE BTC/USDT']!;
  assert.deepEqual(
    rows.map(([stamp, bid]) => [stamp, bid]),
    us.map((stamp, i) => [stamp, 10 + i]),
  );
  assert.equal(readdirSync(target).filter((name) => name.startsWith('exchange=')).length, 1, 'one spelling');
});

test('what a repetition of a row is worth: as many as the source has most of', async (t) => {
  const start = at('2025-11-18T10:00:00Z');
  const side = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 1 })), {
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(side, side, async (first, second) => {
      const target = await temporaryLake(t);
      for (const rows of [first, second, second, first]) {
        if (rows.length === 0) continue;
        const source = await temporaryLake(t);
        const columns = [
          int96(
            'Timestamp',
            rows.map(([offset]) => start + offset),
          ),
          numbers(
            'BestBid',
            rows.map(([, bid]) => bid),
          ),
          numbers(
            'BestAsk',
            rows.map(() => 1),
          ),
        ];
        await place(
          source,
          'exchange=A/symbol=B_USDT/date=2025-11-18/hour=10/x.parquet',
          parquetBytes(columns),
        );
        await bring(source, target);
        rmSync(source, { recursive: true });
      }
      const counts = (rows: readonly (readonly (number | undefined)[])[]) => {
        const found = new Map<string, number>();
        for (const [a, b] of rows) found.set(`${a} ${b}`, (found.get(`${a} ${b}`) ?? 0) + 1);
        return found;
      };
      const [ofFirst, ofSecond] = [counts(first), counts(second)];
      const expected = new Map<string, number>();
      for (const key of [...ofFirst.keys(), ...ofSecond.keys()])
        expected.set(key, Math.max(ofFirst.get(key) ?? 0, ofSecond.get(key) ?? 0));
      const read = (await rowsOf(target))['A B/USDT'] ?? [];
      assert.deepEqual([...counts(read.map(([us, bid]) => [us! - start, bid]))].sort(), [...expected].sort());
      rmSync(target, { recursive: true });
    }),
    { numRuns: 12 },
  );
});

test('killed before any change of the disk and repeated, an import gives the same lake', async (t) => {
  const [source, target, calm] = [await temporaryLake(t), await temporaryLake(t), await temporaryLake(t)];
  await placeOlderLake(source);
  // Two days of one instrument, and one day of rows without prices.
  const wants = ({ exchange, symbol }: LakeInstrument) =>
    exchange === 'Mexc' ? symbol === 'ETH/USDT' : exchange === 'OKX' && symbol === 'BTC/USDT';
  await bring(source, calm, { wants });
  const expected = await rowsOf(calm);
  const names = filesMatching(calm, /\.parquet$/);
  assert.equal(names.length, 3);
  let steps = 0;
  for (; ; steps += 1) {
    const root = join(target, String(steps));
    const { files, died } = dyingFiles(diskFiles, steps);
    const report = await bring(source, root, { files, wants });
    if (!died()) break;
    assert.ok(report.failed.every(({ message }) => message === new Killed('killed').message));
    assert.deepEqual((await bring(source, root, { wants })).failed, []);
    assert.deepEqual(await rowsOf(root), expected, `after ${steps} steps`);
    assert.deepEqual(filesMatching(root, /\.parquet$|\.tmp-/), names, `after ${steps} steps`);
    rmSync(root, { recursive: true });
  }
  t.diagnostic(`${steps} steps`);
  assert.ok(steps > 20);
});

test('what a killed import left behind and nobody repeats is unclean, and compaction takes it away', async (t) => {
  const [source, target] = [await temporaryLake(t), await temporaryLake(t)];
  await placeOlderLake(source);
  await bring(source, target, { toUs: at('2025-10-16T00:00:00Z') });
  const compact = async () =>
    await compactLake({
      root: target,
      settings: { hotDays: 1 },
      nowUs: at('2026-11-01T00:00:00Z'),
      asked: new AbortController().signal,
    });
  await compact();
  assert.deepEqual(filesMatching(target, /_days\/.*\.open$/), []);
  const lake = await holdLake(target, 'live');
  const die = () => {
    throw new Killed('killed');
  };
  const { failed } = await importLake({ source, target, files: { ...diskFiles, rename: die, remove: die } });
  lake.release();
  const left = filesMatching(target, /\.tmp-spreads-day-import-/);
  assert.ok(left.length > 0 && failed.length === left.length, JSON.stringify(failed));
  const { damaged, findings } = await verifyLake(target, () => undefined);
  assert.equal(damaged, 0);
  assert.deepEqual(
    findings.map(({ severity, file, what }) => [severity, file, what]),
    left.map((file) => ['unclean', file, 'a file that was being written']),
  );
  const before = await rowsOf(target);
  await compact();
  assert.deepEqual((await verifyLake(target, () => undefined)).findings, []);
  assert.deepEqual(await rowsOf(target), before);
  assert.deepEqual(filesMatching(target, /\.tmp-|_days\/.*\.(open|begun)$/), []);
  await bring(source, target);
  assert.deepEqual(await rowsOf(target), await rowsOf(source));
});

test('a damaged file, trades and what is no lake are left out alone, each named with its reason', async (t) => {
  const [source, target] = [await temporaryLake(t), await temporaryLake(t)];
  await placeOlderLake(source);
  const expected = await rowsOf(source);
  const hour = 'exchange=MEXC/symbol=BTC_USDT/date=2025-11-18/hour=10';
  const trades = parquetBytes([int96('Timestamp', [1]), numbers('Price', [1])]);
  const untimed = csvBytes('yesterday,1,2,3,4,5', csvLine(at('2025-10-15T22:00:00Z'), 1, 2));
  const others: Readonly<Record<string, readonly [Buffer | Uint8Array, string]>> = {
    [`${hour}/spreads-00-01.0000000.parquet`]: [Buffer.from('PAR1 but no more than that PAR1'), 'corrupt'],
    [`${hour}/empty.parquet`]: [Buffer.alloc(0), 'empty-file'],
    [`${hour}/trades-00-02.0000010.parquet`]: [trades, 'trades'],
    [`${hour}/volumes.parquet`]: [trades, 'no-bid-column'],
    [`${hour}/quotes.csv`]: [Buffer.from('Timestamp,BestBid'), 'unknown-layout'],
    '2025-10-15_22-00-00/Mexc/LTCUSDT/x.csv.gz': [untimed, 'unreadable-rows'],
    'market_data/exchange=OKX/symbol=BTC_USDT/x.parquet': [trades, 'unknown-layout'],
    'trades/exchange=OKX/symbol=BTC_USDT/date=2025-11-18/hour=10/trades-00-00.000000.parquet': [
      trades,
      'trades',
    ],
  };
  for (const [path, [bytes]] of Object.entries(others)) await place(source, path, bytes);
  const report = await bring(source, target);
  const ltc = { 'MEXC LTC/USDT': [[at('2025-10-15T22:00:00Z'), 1, 2, Number.NaN, Number.NaN, Number.NaN]] };
  assert.deepEqual(await rowsOf(target), { ...expected, ...ltc });
  assert.deepEqual(
    new Map(report.skipped.map(({ path, reason }) => [path, reason])),
    new Map(
      Object.entries(others)
        .map(([path, [, reason]]) => [path.replace(/^(market_data|trades)\/.*/, '$1'), reason] as const)
        .sort(([a], [b]) => order(report, a) - order(report, b)),
    ),
  );
  assert.equal(report.skippedCount, Object.keys(others).length);
  assert.deepEqual(report.failed, []);
});

function order(report: ImportReport, path: string): number {
  return report.skipped.findIndex((one) => one.path === path);
}

test('what a killed recorder left in either lake counts: in the target it becomes files, the source stays', async (t) => {
  const [source, target] = [await temporaryLake(t), await temporaryLake(t)];
  const startUs = at('2026-01-02T10:00:00Z');
  const rows = Array.from(
    { length: 40 },
    (_, i) => [startUs + i * 1_000, i % 4, 1 + i, 1, 2 + i, 1, Number.NaN] as const,
  );
  await journalOf(source, realClock(t), someInstruments(), rows);
  await journalOf(target, realClock(t), someInstruments(), rows.slice(0, 12));
  const before = stateOf(source);
  const report = await bring(source, target);
  assert.deepEqual([report.rows, report.added], [40, 28]);
  assert.deepEqual(await rowsOf(target), await rowsOf(source));
  assert.deepEqual(stateOf(source), before);
  assert.deepEqual(filesMatching(target, /\.log$|\.run$|_lock/), []);
});

test('a dry run says what would be added, and makes nothing', async (t) => {
  const [source, parent] = [await temporaryLake(t), await temporaryLake(t)];
  await placeOlderLake(source);
  const target = join(parent, 'lake');
  const report = await importLake({ source, target, dryRun: true });
  assert.deepEqual([report.added, report.filesWritten], [47, 0]);
  assert.ok(!existsSync(target));
});

test('a lake is not brought into itself, into its own folders, nor into or out of a demo; a held one not at all', async (t) => {
  const root = await temporaryLake(t);
  const [a, b, demo] = [join(root, 'a'), join(root, 'b'), join(root, 'demo')];
  for (const folder of [a, b]) mkdirSync(folder);
  markOrigin(demo, 'demo');
  assert.throws(() => checkImport(a, `${a}/../a`), /are the same folder/);
  assert.throws(() => checkImport(join(a, 'old'), a), /lies within/);
  assert.throws(() => checkImport(a, join(a, 'not', 'there')), /lies within/);
  assert.throws(() => checkImport(a, demo), /demo/);
  assert.throws(() => checkImport(demo, b), /demo/);
  checkImport(a, join(root, 'ab'));
  checkImport(a, b);
  const unlock = takeLock(b);
  await assert.rejects(holdLake(b, 'live'), /open in this process already/);
  unlock();
});
