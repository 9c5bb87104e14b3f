// Every generation of lakes that is read in place: types of times and prices, spellings, places of files.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type LakeReader, openReader } from '../../src/lake/reader.js';
import {
  at,
  convertedStamps,
  decimals,
  int64s,
  int96,
  nothingRecent,
  numbers,
  parquetBytes,
  place,
  readAll,
  stamps,
  type TestColumn,
  type TestFileOptions,
  temporaryLake,
  texts,
} from './parquet-files.js';

const HOUR = 'exchange=Binance/symbol=BTC_USDT/date=2025-11-18/hour=10';
const start = at('2025-11-18T10:00:00Z');
const us = [start + 1_234_567, start + 2_000_001, start + 3_999_999];
const price = [numbers('BestBid', [1, 2, 3]), numbers('BestAsk', [4, 5, 6])];

function open(root: string): LakeReader {
  return openReader(root, { recent: nothingRecent });
}

async function readFile(t: TestContext, columns: readonly TestColumn[], options: TestFileOptions = {}) {
  const root = await temporaryLake(t);
  await place(root, `${HOUR}/spreads-00-03.9999990.parquet`, parquetBytes(columns, options));
  const reader = open(root);
  const rows = await readAll(reader, await reader.find('binance', 'BTC/USDT'));
  assert.deepEqual(reader.problems(), []);
  return rows;
}

const toMillis = (value: number) => Math.floor(value / 1000) * 1000;
const iso = us.map(
  (value) => `${new Date(value / 1000).toISOString().slice(0, 19)}.${String(value % 1e6).padStart(6, '0')}`,
);
const variants: readonly (readonly [string, TestColumn, readonly number[]])[] = [
  ['INT96', int96('Timestamp', us), us],
  ['TIMESTAMP millis, UTC', stamps('Timestamp', us, 'MILLIS'), us.map(toMillis)],
  ['TIMESTAMP millis, local', stamps('Timestamp', us, 'MILLIS', false), us.map(toMillis)],
  ['TIMESTAMP micros, UTC', stamps('Timestamp', us, 'MICROS'), us],
  ['TIMESTAMP micros, local', stamps('Timestamp', us, 'MICROS', false), us],
  ['TIMESTAMP nanos, UTC', stamps('Timestamp', us, 'NANOS'), us],
  ['TIMESTAMP nanos, local', stamps('Timestamp', us, 'NANOS', false), us],
  ['TIMESTAMP_MILLIS', convertedStamps('event_time', us, 'MILLIS'), us.map(toMillis)],
  ['TIMESTAMP_MICROS', convertedStamps('TIME', us, 'MICROS'), us],
  ['bare INT64 microseconds', int64s('Timestamp', us.map(BigInt)), us],
  [
    'bare INT64 milliseconds',
    int64s(
      'Timestamp',
      us.map((v) => BigInt(v) / 1000n),
    ),
    us.map(toMillis),
  ],
  [
    'bare INT64 nanoseconds',
    int64s(
      'Timestamp',
      us.map((v) => BigInt(v) * 1000n),
    ),
    us,
  ],
  [
    'seconds in a double',
    numbers(
      'Timestamp',
      us.map((v) => toMillis(v) / 1e6),
    ),
    us.map(toMillis),
  ],
  [
    'ISO text as .NET writes it',
    texts(
      'Timestamp',
      iso.map((v) => `${v}7Z`),
    ),
    us,
  ],
  [
    'ISO text, quoted, no zone',
    texts(
      'Timestamp',
      iso.map((v) => `"${v}"`),
    ),
    us,
  ],
  [
    'ISO text with an offset and a space',
    texts(
      'Timestamp',
      iso.map((v) => `${v.replace('T10', ' 12')}+02:00`),
    ),
    us,
  ],
];

for (const [name, column, expected] of variants) {
  test(`times are read to the microsecond: ${name}`, async (t) => {
    const rows = await readFile(t, [column, ...price]);
    assert.deepEqual(rows.us, expected);
    assert.deepEqual(rows.bid, [1, 2, 3]);
    assert.deepEqual(rows.ask, [4, 5, 6]);
  });
}

const exact = [11_000_000_000n, 1n, 12_345_678_901_234_567_891n];
const prices: readonly (readonly [string, TestColumn, readonly number[]])[] = [
  [
    'DECIMAL(28,10) in fixed bytes',
    decimals('BestBid', exact, 'FIXED_LEN_BYTE_ARRAY'),
    [1.1, 1e-10, Number('1234567890.1234567891')],
  ],
  [
    'negative DECIMAL',
    decimals('BestBid', [-11n, -1n, -(1n << 80n)], 'FIXED_LEN_BYTE_ARRAY', 1),
    [-1.1, -0.1, -(2 ** 80) / 10],
  ],
  ['DECIMAL in INT32', decimals('BestBid', [11n, 25n, 305n], 'INT32', 1), [1.1, 2.5, 30.5]],
  ['DECIMAL in INT64', decimals('BestBid', [110_000n, 3n, 7n], 'INT64', 5), [1.1, 0.00003, 0.00007]],
  ['FLOAT', numbers('BestBid', [1.5, 2.25, 3], 'FLOAT'), [1.5, 2.25, 3]],
  ['INT32', numbers('BestBid', [1, 2, 3], 'INT32'), [1, 2, 3]],
  ['INT64', int64s('BestBid', [1n, 2n, 3n]), [1, 2, 3]],
  ['quoted text', texts('BestBid', ['"1.1"', '"0.00000001"', '3']), [1.1, 1e-8, 3]],
  ['text with a decimal comma', texts('BestBid', ['1,5', '"0,25"', '3.5e-3']), [1.5, 0.25, 0.0035]],
  [
    'text that is no number',
    texts('BestBid', ['n/a', '1,234,567', '0x10']),
    [Number.NaN, Number.NaN, Number.NaN],
  ],
  ['nulls', numbers('BestBid', [null, 2, null]), [Number.NaN, 2, Number.NaN]],
  ['a name that only contains it', numbers('Level1BestBidPrice', [1, 2, 3]), [1, 2, 3]],
];

for (const [name, column, expected] of prices) {
  test(`prices come out as the nearest double: ${name}`, async (t) => {
    const ask = {
      ...column,
      element: { ...column.element, name: column.element.name.replace('Bid', 'Ask') },
    };
    const rows = await readFile(t, [int96('Timestamp', us), column, ask]);
    assert.deepEqual(rows.bid, expected);
    assert.deepEqual(rows.ask, expected);
  });
}

for (const codec of ['UNCOMPRESSED', 'SNAPPY', 'GZIP'] as const) {
  test(`the reference's own columns are read, ${codec}`, async (t) => {
    const columns = [
      int96('Timestamp', us),
      decimals('BestBid', exact, 'FIXED_LEN_BYTE_ARRAY'),
      decimals('BestAsk', exact, 'FIXED_LEN_BYTE_ARRAY'),
      decimals('SpreadPercentage', exact, 'FIXED_LEN_BYTE_ARRAY'),
      texts('Exchange', ['Binance', 'Binance', 'Binance']),
      texts('Symbol', ['BTC_USDT', 'BTC_USDT', 'BTC_USDT']),
    ];
    const rows = await readFile(t, columns, { codec, statistics: false });
    assert.deepEqual(rows.us, us);
    assert.equal(rows.bid[0], 1.1);
  });
}

test('a file without an ask column gives NaN asks, and size columns are never taken for prices', async (t) => {
  const rows = await readFile(t, [
    numbers('BestBidSize', [9, 9, 9]),
    stamps('Timestamp', us, 'MICROS'),
    numbers('BestBid', [1, 2, 3]),
  ]);
  assert.deepEqual(rows.bid, [1, 2, 3]);
  assert.deepEqual(rows.ask, [Number.NaN, Number.NaN, Number.NaN]);
});

test('trades beside spreads are passed over without a word, whatever they are called', async (t) => {
  const root = await temporaryLake(t);
  const trades = parquetBytes([int96('Timestamp', us), decimals('Price', exact, 'FIXED_LEN_BYTE_ARRAY')]);
  await place(root, `${HOUR}/trades-00-03.9999990.parquet`, trades);
  await place(root, `${HOUR}/aaa.parquet`, trades);
  await place(
    root,
    `${HOUR}/spreads-00-03.9999990.parquet`,
    parquetBytes([int96('Timestamp', us), ...price]),
  );
  const reader = open(root);
  assert.deepEqual((await readAll(reader, await reader.find('Binance', 'BTCUSDT'))).us, us);
  assert.deepEqual(reader.problems(), []);
});

test('three spellings of a symbol and two cases of an exchange are one instrument with all rows', async (t) => {
  const root = await temporaryLake(t);
  const folders = [
    'exchange=MEXC/symbol=BTC_USDT',
    'exchange=MEXC/symbol=BTC#USDT',
    'exchange=Mexc/symbol=BTCUSDT',
  ];
  for (const [i, folder] of folders.entries()) {
    const bytes = parquetBytes([stamps('Timestamp', [us[i]!], 'MICROS'), numbers('BestBid', [i])]);
    await place(root, `${folder}/date=2025-11-18/hour=10/spreads-00-0${i}.0000000.parquet`, bytes);
  }
  await place(root, 'exchange=Binance/symbol=BTC_USDT/date=2025-11-18/x.txt', new Uint8Array(1));
  const reader = open(root);
  const instruments = await reader.instruments();
  assert.deepEqual(
    instruments.map(({ exchange, symbol, directories }) => [exchange, symbol, directories.length]),
    [
      ['Binance', 'BTC/USDT', 1],
      ['MEXC', 'BTC/USDT', 3],
    ],
  );
  for (const spelling of ['BTC/USDT', 'btc_usdt', 'BTC#USDT', 'BTC-USDT', 'btcusdt']) {
    const rows = await readAll(reader, await reader.find('mexc', spelling));
    assert.deepEqual(rows.us, us);
    assert.deepEqual(rows.bid, [0, 1, 2]);
  }
  assert.equal(await reader.find('Mexc', 'ETH/USDT'), undefined);
  assert.equal(await reader.find('OKX', 'BTC/USDT'), undefined);
});

test('files lying directly under symbol= and date=, under other folders and unpadded hours are read', async (t) => {
  const root = await temporaryLake(t);
  const symbol = 'exchange=OKX/symbol=ETH_USDC';
  const places = [
    `${symbol}/order_book_updates.parquet`,
    `${symbol}/date=2025-11-18/day.parquet`,
    `${symbol}/date=2025-11-18/hour=9/late/x.parquet`,
    `${symbol}/2025-11-18_10-00-00/order_book_updates.parquet`,
    `${symbol}/date=2025-11-18/hour=00/spreads-day-2025-11-18.parquet`,
  ];
  const times = places.map((_, i) => at('2025-11-18T09:30:00Z') + i);
  // The times go against the order of the places, so that only sorting can put them right.
  for (const [i, path] of places.entries()) {
    await place(root, path, parquetBytes([int96('Timestamp', [times[4 - i]!]), numbers('BestBid', [4 - i])]));
  }
  const reader = open(root);
  const instrument = await reader.find('okx', 'ETH/USDC');
  assert.deepEqual((await readAll(reader, instrument)).us, times);
  assert.equal(await reader.newestUs(instrument!), times[4]);
});

test('rows without a time are left out and told of; null prices stay as NaN', async (t) => {
  const root = await temporaryLake(t);
  const columns = [stamps('Timestamp', [us[0]!, null, us[2]!], 'MICROS'), numbers('BestBid', [1, 2, null])];
  await place(root, `${HOUR}/spreads-1.parquet`, parquetBytes(columns));
  const reader = open(root);
  const rows = await readAll(reader, await reader.find('Binance', 'BTC_USDT'));
  assert.deepEqual(rows.us, [us[0], us[2]]);
  assert.deepEqual(rows.bid, [1, Number.NaN]);
  assert.deepEqual(
    reader.problems().map((p) => p.reason),
    ['rows-without-time'],
  );
});
