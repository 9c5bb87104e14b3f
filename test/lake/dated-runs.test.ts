// Lakes from before the hive layout: dated folders of runs, packed text and Parquet, read in place and merged.

import assert from 'node:assert/strict';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type LakeReader, openReader } from '../../src/lake/reader.js';
import { diskStore, type ReadStore } from '../../src/lake/store.js';
import {
  at,
  int96,
  nothingRecent,
  numbers,
  parquetBytes,
  place,
  readAll,
  temporaryLake,
} from './parquet-files.js';

const HEAD = 'Timestamp,BestBid,BestAsk,SpreadPercentage,MinVolume,MaxVolume';
const RUN = '2025-10-15_10-00-00';
const start = at('2025-10-15T10:00:00Z');

function open(root: string, store: ReadStore = diskStore): LakeReader {
  return openReader(root, { store, recent: nothingRecent });
}

function line(us: number, bid: number, ask: number, comma = false): string {
  const iso = `${new Date(Math.floor(us / 1000)).toISOString().slice(0, 23)}${String(us % 1000).padStart(3, '0')}0Z`;
  const mark = (value: number) => (comma ? String(value).replace('.', ',') : String(value));
  return [iso, ...[bid, ask, ((ask - bid) / ask) * 100, 1_500_000, 1_000_000_000].map(mark)].join(',');
}

function member(...lines: readonly string[]): Buffer {
  return gzipSync(`${lines.join('\r\n')}\r\n`);
}

async function placeText(root: string, folder: string, ...members: readonly Buffer[]): Promise<string> {
  const path = `${folder}/order_book_updates.csv.gz`;
  await place(root, path, Buffer.concat(members));
  return path;
}

async function rowsOf(reader: LakeReader, exchange: string, symbol: string) {
  return await readAll(reader, await reader.find(exchange, symbol));
}

test('packed text of several members is read, with a byte order mark and a head in each', async (t) => {
  const root = await temporaryLake(t);
  await placeText(
    root,
    `${RUN}/Binance/BTCUSDT`,
    member(`\uFEFF${HEAD}`, line(start + 1, 10.5, 11), line(start + 2, 10.25, 11)),
    member(`\uFEFF${HEAD}`, line(start + 3, 12, 13)),
    gzipSync(''),
    member(line(start + 4, 0.00000001, 0.00000002)),
  );
  const reader = open(root);
  const rows = await rowsOf(reader, 'binance', 'BTC/USDT');
  assert.deepEqual(rows.us, [start + 1, start + 2, start + 3, start + 4]);
  assert.deepEqual(rows.bid, [10.5, 10.25, 12, 1e-8]);
  assert.deepEqual(rows.ask, [11, 11, 13, 2e-8]);
  assert.deepEqual(reader.problems(), []);
  assert.equal(await reader.newestUs((await reader.find('BINANCE', 'btcusdt'))!), start + 4);
});

test('dated runs, their Parquet, and hive folders in every spelling are one instrument in one order', async (t) => {
  const root = await temporaryLake(t);
  await placeText(root, `${RUN}/Mexc/BTCUSDT`, member(HEAD, line(start + 1, 1, 2), line(start + 5, 5, 6)));
  await placeText(root, `${RUN}/Mexc/BTC-USDT`, member(HEAD, line(start + 3, 3, 4)));
  const later = start + 3_600e6;
  const parquet = (us: number, bid: number) =>
    parquetBytes([int96('Timestamp', [us]), numbers('BestBid', [bid])]);
  await place(root, '2025-10-15_11-00-00/MEXC/BTC#USDT/order_book_updates.parquet', parquet(later, 7));
  await place(
    root,
    '2025-10-15_11-00-00/MEXC/BTC#USDT/trades.parquet',
    parquetBytes([int96('Timestamp', [later]), numbers('Price', [7])]),
  );
  await place(
    root,
    '2025-10-15_11-00-00/MEXC/BTC#USDT/all.csv.gz',
    member('Timestamp,Price,Quantity,Side', '2025-10-15T10:00:00Z,1,1,Buy'),
  );
  await place(
    root,
    'exchange=MEXC/symbol=BTC_USDT/date=2025-10-15/hour=10/spreads-00-00.0000020.parquet',
    parquet(start + 2, 2),
  );
  await place(
    root,
    'exchange=Binance/symbol=BTC_USDT/date=2025-10-15/hour=10/spreads-00-00.0000020.parquet',
    parquet(start + 2, 2),
  );
  const reader = open(root);
  assert.deepEqual(
    (await reader.instruments()).map(({ exchange, symbol, directories }) => [
      exchange,
      symbol,
      directories.length,
    ]),
    [
      ['Binance', 'BTC/USDT', 1],
      ['MEXC', 'BTC/USDT', 4],
    ],
  );
  for (const spelling of ['BTC/USDT', 'btc_usdt', 'BTC#USDT', 'BTC-USDT', 'btcusdt']) {
    const rows = await rowsOf(reader, 'mexc', spelling);
    assert.deepEqual(rows.us, [start + 1, start + 2, start + 3, start + 5, later]);
    assert.deepEqual(rows.bid, [1, 2, 3, 5, 7]);
  }
  assert.deepEqual(reader.problems(), []);
});

test('a file broken in the middle is read up to the break, byte for byte, and told of by name', async (t) => {
  const root = await temporaryLake(t);
  const lines = Array.from({ length: 400 }, (_, i) => line(start + i * 1000, 10 + i / 8, 11 + i / 8));
  const first = member(HEAD, ...lines.slice(0, 200));
  const second = member(...lines.slice(200));
  const damaged = Buffer.from(second);
  damaged.fill(0xff, second.length - 40, second.length - 20);
  const broken: Readonly<Record<string, [Buffer, number, number]>> = {
    AAAUSDT: [Buffer.concat([first, second.subarray(0, 30)]), 200, 399],
    BBBUSDT: [Buffer.concat([first, second.subarray(0, second.length - 9)]), 395, 400],
    CCCUSDT: [Buffer.concat([first, damaged]), 201, 400],
    DDDUSDT: [Buffer.concat([first, Buffer.from('no gzip at all')]), 200, 200],
    EEEUSDT: [Buffer.concat([first, Buffer.alloc(64), second]), 200, 200],
    FFFUSDT: [first.subarray(0, first.length - 4), 200, 200],
  };
  for (const [symbol, [bytes]] of Object.entries(broken))
    await placeText(root, `${RUN}/OKX/${symbol}`, bytes);
  const reader = open(root);
  for (const [symbol, [, least, most]] of Object.entries(broken)) {
    const { us, bid } = await rowsOf(reader, 'OKX', symbol);
    assert.ok(us.length >= least && us.length <= most, `${symbol}: ${us.length} rows`);
    for (let i = 0; i < Math.min(us.length, 200); i += 1)
      assert.deepEqual([us[i], bid[i]], [start + i * 1000, 10 + i / 8]);
  }
  assert.deepEqual(
    reader.problems().map(({ path, reason }) => [path, reason]),
    Object.keys(broken).map((symbol) => [`${RUN}/OKX/${symbol}/order_book_updates.csv.gz`, 'partly-read']),
  );
});

test('a file of no use is left out alone and told of; once it is whole, no more', async (t) => {
  const root = await temporaryLake(t);
  const folder = `${RUN}/OKX/BTCUSDT`;
  const bad: Readonly<Record<string, [Buffer, string]>> = {
    'a.csv.gz': [Buffer.alloc(0), 'empty-file'],
    'b.csv.gz': [Buffer.from('neither packed nor anything'), 'corrupt'],
    'c.csv.gz': [gzipSync('2025-10-15T10:00:00Z,1,2,3\n'), 'corrupt'],
    'd.csv.gz': [gzipSync('BestBid,BestAsk\n1,2\n'), 'no-timestamp'],
    'e.csv.gz': [gzipSync('x'.repeat(200_000)), 'corrupt'],
    'f.parquet': [Buffer.from('PAR1 but no more than that PAR1'), 'corrupt'],
  };
  for (const [name, [bytes]] of Object.entries(bad)) await place(root, `${folder}/${name}`, bytes);
  await placeText(root, folder, member(HEAD, line(start, 1, 2)));
  const reader = open(root);
  for (let again = 0; again < 2; again += 1) {
    assert.deepEqual((await rowsOf(reader, 'OKX', 'BTC/USDT')).us, [start]);
    assert.deepEqual(
      Object.fromEntries(reader.problems().map(({ path, reason }) => [path, reason])),
      Object.fromEntries(Object.entries(bad).map(([name, [, reason]]) => [`${folder}/${name}`, reason])),
    );
  }
  for (const name of Object.keys(bad).filter((one) => one.endsWith('.gz')))
    await place(root, `${folder}/${name}`, member(HEAD, line(start + 1, 1, 2)));
  assert.equal((await rowsOf(reader, 'OKX', 'BTC/USDT')).us.length, 6);
  assert.deepEqual(
    reader.problems().map(({ path }) => path),
    [`${folder}/f.parquet`],
  );
});

test('rows without a time, or with numbers that could be two, are left out and counted', async (t) => {
  const root = await temporaryLake(t);
  const rows = [
    'yesterday,1,2,3,4,5',
    '2025-10-15T10:00:01Z,1,2',
    `${line(start, 1.5, 2)}`,
    '2025-10-15T10:00:02Z,,2,,4,5',
  ];
  await placeText(root, `${RUN}/OKX/BTCUSDT`, member(HEAD, ...rows));
  const reader = open(root);
  const read = await rowsOf(reader, 'OKX', 'BTC/USDT');
  assert.deepEqual(read.us, [start, start + 2e6]);
  assert.deepEqual(read.bid, [1.5, Number.NaN]);
  const [problem] = reader.problems();
  assert.equal(problem?.reason, 'unreadable-rows');
  assert.match(problem?.message ?? '', /^of 4 rows 1 have no readable time, 1 cannot/);
});

/** A store that counts what is opened. */
function counting(): { readonly store: ReadStore; readonly opened: string[] } {
  const opened: string[] = [];
  const store: ReadStore = {
    ...diskStore,
    open: (path) => {
      opened.push(path);
      return diskStore.open(path);
    },
  };
  return { store, opened };
}

async function runs(t: TestContext): Promise<string> {
  const root = await temporaryLake(t);
  for (let day = 1; day <= 20; day += 1) {
    const name = `2025-10-${String(day).padStart(2, '0')}`;
    const us = at(`${name}T10:00:00Z`);
    const path = await placeText(
      root,
      `${name}_09-00-00/Binance/BTCUSDT`,
      member(HEAD, line(us, day, day + 1)),
    );
    await utimes(join(root, path), us / 1e6, us / 1e6);
  }
  return root;
}

test('only the runs whose folder and last change touch the range are opened', async (t) => {
  const root = await runs(t);
  const { store, opened } = counting();
  const reader = open(root, store);
  const btc = await reader.find('Binance', 'BTC/USDT');
  const range = { fromUs: at('2025-10-10T00:00:00Z'), toUs: at('2025-10-11T00:00:00Z') };
  assert.deepEqual((await readAll(reader, btc, range)).bid, [10]);
  assert.ok(new Set(opened).size <= 3, `${new Set(opened).size} files were opened`);
  opened.length = 0;
  assert.equal(await reader.newestUs(btc!), at('2025-10-20T10:00:00Z'));
  assert.ok(new Set(opened).size <= 2, `${new Set(opened).size} files were opened for the newest`);
});

test('of a lake copied without its times, each file is gone through once, and not for every read', async (t) => {
  const root = await runs(t);
  for (let day = 1; day <= 20; day += 1) {
    const folder = `2025-10-${String(day).padStart(2, '0')}_09-00-00/Binance/BTCUSDT`;
    await utimes(
      join(root, folder, 'order_book_updates.csv.gz'),
      start / 1e6,
      at('2026-01-01T00:00:00Z') / 1e6,
    );
  }
  const { store, opened } = counting();
  const reader = open(root, store);
  const btc = await reader.find('Binance', 'BTC/USDT');
  const range = { fromUs: at('2025-10-15T00:00:00Z'), toUs: at('2025-10-16T00:00:00Z') };
  assert.deepEqual((await readAll(reader, btc, range)).bid, [15]);
  opened.length = 0;
  assert.deepEqual((await readAll(reader, btc, range)).bid, [15]);
  assert.ok(new Set(opened).size <= 1, `${new Set(opened).size} files were opened again`);
  await readAll(reader, btc);
  assert.equal(await reader.newestUs(btc!), at('2025-10-20T10:00:00Z'));
  opened.length = 0;
  assert.equal(await reader.newestUs(btc!), at('2025-10-20T10:00:00Z'));
  assert.deepEqual(opened, []);
});

test('a long file comes block by block, rows out of order between blocks put right', async (t) => {
  const root = await temporaryLake(t);
  const rows = Array.from({ length: 50_000 }, (_, i) => i);
  // Two rows change places across the border of the first block.
  [rows[16_383], rows[16_384]] = [16_384, 16_383];
  const lines = rows.map((i) => line(start + i * 1000, 100 + i, 101 + i));
  await placeText(
    root,
    `${RUN}/Bybit/ETHUSDT`,
    member(HEAD, ...lines.slice(0, 30_000)),
    member(...lines.slice(30_000)),
  );
  const reader = open(root);
  const eth = await reader.find('Bybit', 'ETH/USDT');
  const all = await readAll(reader, eth);
  assert.deepEqual(
    all.bid,
    Array.from({ length: 50_000 }, (_, i) => 100 + i),
  );
  assert.ok(all.chunks >= 3, `${all.chunks} chunks`);
  const range = { fromUs: start + 40_000e3, toUs: start + 40_010e3 };
  assert.deepEqual(
    (await readAll(reader, eth, range)).bid,
    Array.from({ length: 10 }, (_, i) => 40_100 + i),
  );
  for await (const chunk of reader.readQuotes(eth!, {
    fromUs: 0,
    toUs: Number.MAX_SAFE_INTEGER,
    sizes: true,
  })) {
    assert.ok(Number.isNaN(chunk.bidSize![0]));
    break;
  }
});

test('what is in no layout known is counted and named, and no more once it is gone', async (t) => {
  const root = await temporaryLake(t);
  await placeText(root, `${RUN}/Bybit/ETHUSDT`, member(HEAD, line(start, 1, 2)));
  await place(root, `${RUN}/Bybit/ETHUSDT/order_book_updates.csv`, Buffer.from(HEAD));
  await place(root, `${RUN}/Bybit/ETHUSDT/deeper/x.parquet`, Buffer.from('x'));
  await place(root, `${RUN}/Bybit/all.parquet`, Buffer.from('x'));
  await place(root, 'market_data/exchange=OKX/symbol=BTC_USDT/x.parquet', Buffer.from('x'));
  await place(root, 'dump.csv.gz', Buffer.from('x'));
  await place(root, 'exchange=OKX/BTC_USDT/x.parquet', Buffer.from('x'));
  for (const own of ['_runs/x.run', '.git/x', 'trades/exchange=OKX/x.parquet', 'readme.txt'])
    await place(root, own, Buffer.from('x'));
  const reader = open(root);
  await reader.survey();
  await rowsOf(reader, 'Bybit', 'ETH/USDT');
  assert.deepEqual(
    reader
      .problems()
      .map(({ path, reason }) => `${path} ${reason}`)
      .sort(),
    [
      `${RUN}/Bybit/ETHUSDT/deeper unknown-layout`,
      `${RUN}/Bybit/ETHUSDT/order_book_updates.csv unknown-layout`,
      `${RUN}/Bybit/all.parquet unknown-layout`,
      'dump.csv.gz unknown-layout',
      'exchange=OKX/BTC_USDT unknown-layout',
      'market_data unknown-layout',
    ],
  );
  for (let i = 0; i < 100; i += 1) await place(root, `other-${i}/x`, Buffer.from('x'));
  await reader.survey();
  const named = reader.problems().filter(({ path }) => path.startsWith('other-'));
  assert.ok(named.length > 0 && named.length <= 20);
  assert.match(reader.problems().find(({ path }) => path === '.')?.message ?? '', /82 more/);
});
