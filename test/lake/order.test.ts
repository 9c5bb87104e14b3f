// Rows in order, none lost and none twice: foreign files that overlap, the seam to the journal, files that move
// while they are read.

import assert from 'node:assert/strict';
import { rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { US_PER_HOUR } from '../../src/core/time.js';
import { diskStore, type ReadStore } from '../../src/lake/store.js';
import {
  at,
  int96,
  numbers,
  ourBytes,
  parquetBytes,
  place,
  readAll,
  recentColumns,
  stamps,
  temporaryLake,
} from './parquet-files.js';
import { hourFolder, opener, placeForeign, placeOurs, range, run, SYMBOL, start } from './small-lakes.js';

test('foreign files that overlap and are unsorted come out ascending, duplicates kept, across midnight', async (t) => {
  const stamp = fc.integer({ min: -120_000_000, max: 120_000_000 });
  const file = fc.array(stamp, { minLength: 1, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(file, { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      async (files, withStats) => {
        const root = await temporaryLake(t);
        const midnight = at('2025-11-19T00:00:00Z');
        const all: { us: number; name: string; row: number; bid: number }[] = [];
        for (const [f, offsets] of files.entries()) {
          for (const side of [-1, 1]) {
            const us = offsets.filter((v) => (side < 0 ? v < 0 : v >= 0)).map((v) => midnight + v);
            if (us.length === 0) continue;
            const name = `${hourFolder(us[0]!)}/spreads-00-0${f}.0000000.parquet`;
            const bid = us.map((_, i) => all.length + i);
            all.push(...us.map((v, i) => ({ us: v, name, row: i, bid: bid[i]! })));
            const time = withStats ? stamps('Timestamp', us, 'MICROS') : int96('Timestamp', us);
            await place(root, name, parquetBytes([time, numbers('BestBid', bid)], { rowGroupSize: 7 }));
          }
        }
        all.sort((a, b) => a.us - b.us || (a.name < b.name ? -1 : a.name > b.name ? 1 : a.row - b.row));
        const reader = opener(root);
        const read = await readAll(reader, await reader.find('Binance', 'BTC/USDT'));
        assert.deepEqual(
          read.us,
          all.map((r) => r.us),
        );
        assert.deepEqual(
          read.bid,
          all.map((r) => r.bid),
        );
        assert.deepEqual(reader.problems(), []);
        await rm(root, { recursive: true });
      },
    ),
    { numRuns: 40 },
  );
});

test('rows just before their folder’s hour are sorted in with the hour before', async (t) => {
  const root = await temporaryLake(t);
  await placeForeign(root, 'spreads-a.parquet', [start, start + US_PER_HOUR - 1], [1, 3]);
  const bytes = parquetBytes([
    int96('Timestamp', [start + US_PER_HOUR - 2, start + US_PER_HOUR]),
    numbers('BestBid', [2, 4]),
  ]);
  await place(root, `${hourFolder(start + US_PER_HOUR)}/spreads-b.parquet`, bytes);
  const reader = opener(root);
  assert.deepEqual((await readAll(reader, await reader.find('Binance', 'BTC/USDT'))).bid, [1, 2, 3, 4]);
});

test('the journal follows the files without a row twice or missing, hour by hour', async (t) => {
  const root = await temporaryLake(t);
  await placeOurs(root, run(start, 100));
  await placeOurs(root, run(start + US_PER_HOUR, 50, 200));
  const journal = [
    run(start + 95_000, 20, 95),
    run(start + US_PER_HOUR + 40_000, 20, 240),
    run(start + 5 * US_PER_HOUR, 5, 900),
  ];
  const recent = async (_root: string, exchange: string, symbol: string, fromUs: number, toUs: number) => {
    assert.deepEqual([exchange, symbol], ['Binance', 'BTC/USDT']);
    const keep = journal.flatMap(({ us, bid, ask }) =>
      us.map((v, i) => ({ us: v, bid: bid[i]!, ask: ask[i]! })),
    );
    const rows = keep.filter((r) => r.us >= fromUs && r.us < toUs);
    const columns = recentColumns({
      us: rows.map((r) => r.us),
      bid: rows.map((r) => r.bid),
      ask: rows.map((r) => r.ask),
    });
    return { columns, problems: ['a segment was torn'] };
  };
  const reader = opener(root, { recent });
  const instrument = await reader.find('Binance', 'BTC/USDT');
  const read = await readAll(reader, instrument);
  const expected = [...range(0, 115), ...range(200, 260), ...range(900, 905)];
  assert.deepEqual(read.bid, expected);
  const part = await readAll(reader, instrument, {
    fromUs: start + 98_000,
    toUs: start + 102_000,
    sizes: true,
  });
  assert.deepEqual([part.bid, part.bidSize.length], [[98, 99, 100, 101], 4]);
  assert.equal(await reader.newestUs(instrument!), start + 5 * US_PER_HOUR + 4000);
  assert.deepEqual(
    reader.problems().map((p) => [p.path, p.reason]),
    [['_journal', 'recent']],
  );
});

test('a file that moves between listing and opening is looked for again: no row lost, none twice', async (t) => {
  const root = await temporaryLake(t);
  const first = await placeOurs(root, run(start, 100), 10);
  const second = await placeOurs(root, run(start + 200_000, 100, 200), 10);
  let opens = 0;
  const store: ReadStore = {
    list: diskStore.list,
    open: async (path) => {
      opens += 1;
      // In the middle of the second file: both become one day file, as compaction will do.
      if (opens === 16) {
        const rows = [run(start, 100), run(start + 200_000, 100, 200)];
        const day = {
          us: rows.flatMap((r) => r.us),
          bid: rows.flatMap((r) => r.bid),
          ask: rows.flatMap((r) => r.ask),
        };
        await place(root, `${SYMBOL}/date=2025-11-18/hour=00/spreads-day-1.parquet`, ourBytes(day, 25));
        await rm(join(root, first));
        await rm(join(root, second));
      }
      return diskStore.open(path);
    },
  };
  const reader = opener(root, { store });
  const read = await readAll(reader, await reader.find('Binance', 'BTC/USDT'));
  assert.deepEqual(read.bid, [...range(0, 100), ...range(200, 300)]);
  assert.deepEqual(reader.problems(), []);
});

test('a foreign file that is rewritten while it is read costs no duplicate of its rows', async (t) => {
  const root = await temporaryLake(t);
  await placeForeign(root, 'spreads-a.parquet', [start, start + 1, start + 1], [1, 2, 3]);
  await placeForeign(root, 'spreads-b.parquet', [start + 1, start + 2], [4, 5]);
  const path = join(root, hourFolder(start), 'spreads-b.parquet');
  let opens = 0;
  const store: ReadStore = {
    list: diskStore.list,
    open: async (name) => {
      opens += 1;
      if (opens === 4) {
        await placeForeign(root, 'spreads-b.new', [start + 1, start + 2, start + 3], [4, 5, 6]);
        await rename(join(root, hourFolder(start), 'spreads-b.new'), path);
      }
      return diskStore.open(name);
    },
  };
  const reader = opener(root, { store });
  const read = await readAll(reader, await reader.find('Binance', 'BTC/USDT'));
  assert.deepEqual(read.bid, [1, 2, 3, 4, 5, 6]);
});

test('a name that never opens is given up and told of, the rest is read', async (t) => {
  const root = await temporaryLake(t);
  await placeOurs(root, run(start, 10));
  await symlink('/nowhere/at/all.parquet', join(root, hourFolder(start), 'spreads-link.parquet'));
  const reader = opener(root);
  assert.equal((await readAll(reader, await reader.find('Binance', 'BTC/USDT'))).us.length, 10);
  assert.deepEqual(
    reader.problems().map((p) => [p.path, p.reason]),
    [[`${hourFolder(start)}/spreads-link.parquet`, 'unreadable']],
  );
});

test('an instrument that only the journal knows is listed, found and read', async (t) => {
  const root = await temporaryLake(t);
  await placeOurs(root, run(start, 1));
  const recentInstruments = async () => [
    { exchange: 'Binance', symbol: 'BTC_USDT' },
    { exchange: 'Binance', symbol: 'ETH/USDT' },
  ];
  const recent = async (_root: string, _exchange: string, symbol: string) => ({
    columns: recentColumns(symbol === 'ETH/USDT' ? run(start, 3) : { us: [], bid: [], ask: [] }),
    problems: [],
  });
  const reader = opener(root, { recent, recentInstruments });
  assert.deepEqual(
    (await reader.instruments()).map((i) => [i.symbol, i.directories.length]),
    [
      ['BTC/USDT', 1],
      ['ETH/USDT', 0],
    ],
  );
  const instrument = await reader.find('binance', 'ethusdt');
  assert.deepEqual((await readAll(reader, instrument)).bid, [0, 1, 2]);
  assert.equal(await reader.newestUs(instrument!), start + 2000);
  assert.equal(await reader.find('Binance', 'XRP/USDT'), undefined);
});

test('files that overlap all day long are read a row group of each at a time', async (t) => {
  const root = await temporaryLake(t);
  const count = 3_000;
  for (const [f, name] of ['spreads-a', 'spreads-b', 'spreads-c'].entries()) {
    const us = range(0, count).map((i) => start + i * 1_000_000 + f);
    // The last two rows of each row group change places with the first ones of the next.
    for (let i = 98; i + 4 < count; i += 100) us.splice(i, 4, us[i + 2]!, us[i + 3]!, us[i]!, us[i + 1]!);
    const bytes = parquetBytes(
      [
        stamps('Timestamp', us, 'MICROS'),
        numbers(
          'BestBid',
          us.map((v) => (v - start) / 1_000_000),
        ),
      ],
      { rowGroupSize: 100 },
    );
    await place(root, `${hourFolder(start)}/${name}.parquet`, bytes);
  }
  let opened = 0;
  const store: ReadStore = {
    ...diskStore,
    open: (path) => {
      opened += 1;
      return diskStore.open(path);
    },
  };
  const reader = opener(root, { store });
  const instrument = (await reader.find('Binance', 'BTC/USDT'))!;
  const rows: number[] = [];
  let chunks = 0;
  for await (const { receivedUs, length } of reader.readQuotes(instrument, { fromUs: 0, toUs: 4e15 })) {
    for (let i = 0; i < length; i += 1) rows.push(receivedUs[i]!);
    chunks += 1;
    const groups = rows.length / 100;
    assert.ok(opened <= 3 + groups + 7, `${opened} times opened for ${rows.length} rows`);
    assert.equal(receivedUs.buffer.byteLength, length * 8);
  }
  assert.deepEqual(
    rows,
    range(0, count).flatMap((i) => [0, 1, 2].map((f) => start + i * 1_000_000 + f)),
  );
  assert.ok(chunks > 30, `${chunks} chunks`);
});
