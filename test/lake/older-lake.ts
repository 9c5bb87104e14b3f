// One lake of every generation there ever was: for tests that bring lakes in. Small, and each file its own trap.

import { gzipSync } from 'node:zlib';
import type { Micros } from '../../src/core/time.js';
import {
  at,
  decimals,
  int96,
  numbers,
  ourBytes,
  parquetBytes,
  place,
  type Rows,
  stamps,
  texts,
} from './parquet-files.js';

const HEAD = 'Timestamp,BestBid,BestAsk,SpreadPercentage,MinVolume,MaxVolume';

/** A line as the oldest collector wrote it, on a machine with decimal commas where asked. */
export function csvLine(us: Micros, bid: number, ask: number, comma = false): string {
  const iso = `${new Date(Math.floor(us / 1000)).toISOString().slice(0, 23)}${String(us % 1000).padStart(3, '0')}0Z`;
  const mark = (value: number) => (comma ? String(value).replace('.', ',') : String(value));
  return [iso, ...[bid, ask, ((ask - bid) / ask) * 100, 1_500_000, 1_000_000_000].map(mark)].join(',');
}

export function csvBytes(...lines: readonly string[]): Buffer {
  return gzipSync(`${[HEAD, ...lines].join('\r\n')}\r\n`);
}

/** Rows of `count` stamps, `stepUs` apart; the bid goes up by eighths. */
export function rowsFrom(fromUs: Micros, count: number, stepUs = 1_000_003): Rows {
  const us = Array.from({ length: count }, (_, i) => fromUs + i * stepUs);
  const bid = us.map((_, i) => 100 + i / 8);
  const sizes = us.map((_, i) => (i % 3 === 0 ? Number.NaN : i / 4));
  return {
    us,
    bid,
    ask: bid.map((value) => value + 0.5),
    bidSize: sizes,
    askSize: sizes,
    exchangeUs: us.map((v) => v - 7_001),
  };
}

/** A whole lake below `root`: four instruments. Rows cross midnight, repeat stamps, lack prices. */
export async function placeOlderLake(root: string): Promise<void> {
  await placeText(root);
  await placeHive(root);
  const ours = rowsFrom(at('2026-01-02T23:59:50Z'), 20);
  const [before, after] = [slice(ours, 0, 10), slice(ours, 10, 20)];
  await place(
    root,
    'exchange=OKX/symbol=ETH_USDT/date=2026-01-02/hour=23/spreads-59-59.000027.parquet',
    ourBytes(before),
  );
  await place(
    root,
    'exchange=OKX/symbol=ETH_USDT/date=2026-01-03/hour=00/spreads-00-09.000057.parquet',
    ourBytes(after),
  );
}

async function placeText(root: string): Promise<void> {
  const night = at('2025-10-15T23:59:58Z');
  const lines = (comma: boolean) =>
    [0, 1, 2, 3, 4].map((i) => csvLine(night + i * 700_000, 10 + i / 8, 10.5 + i / 8, comma));
  await place(root, '2025-10-15_22-00-00/Mexc/BTCUSDT/order_book_updates.csv.gz', csvBytes(...lines(true)));
  await place(root, '2025-10-15_22-00-00/Mexc/ETH-USDT/order_book_updates.csv.gz', csvBytes(...lines(false)));
  const later = [night + 7_200e6, night + 7_201e6];
  const parquet = parquetBytes([
    int96('Timestamp', later),
    numbers('BestBid', [1, 2]),
    numbers('BestAsk', [3, 4]),
  ]);
  await place(root, '2025-10-16_01-00-00/MEXC/BTC#USDT/order_book_updates.parquet', parquet);
}

async function placeHive(root: string): Promise<void> {
  const start = at('2025-11-18T10:00:00Z');
  const us = [start + 5, start + 5, start + 5, start + 2_000_001, start + 1_999_999];
  const unscaled = [11_000_000_000n, 11_000_000_000n, 1n, 12_345_678_901_234_567_891n, 7n];
  // Two rows are the same, stamps repeat, and the last comes before the one in front of it.
  const decimal = parquetBytes([
    int96('Timestamp', us),
    decimals('BestBid', unscaled, 'FIXED_LEN_BYTE_ARRAY'),
    decimals('BestAsk', unscaled, 'FIXED_LEN_BYTE_ARRAY'),
  ]);
  await place(
    root,
    'exchange=MEXC/symbol=BTC_USDT/date=2025-11-18/hour=10/spreads-00-02.0000010.parquet',
    decimal,
  );
  const text = parquetBytes([
    texts(
      'Timestamp',
      us.map((v) => `"${new Date(v / 1000 + 86_400_000).toISOString()}"`),
    ),
    texts('BestBid', ['"1.1"', '0,25', 'n/a', '3', '4']),
    texts('BestAsk', ['"1.2"', '0,5', '2', '3.5', '4.5']),
  ]);
  await place(
    root,
    'exchange=Mexc/symbol=BTC#USDT/date=2025-11-19/hour=10/spreads-00-02.0000010.parquet',
    text,
  );
  const millis = parquetBytes([
    stamps('Timestamp', us, 'MILLIS', false),
    numbers('BestBid', [1, null, 3, 4, 5]),
  ]);
  await place(root, 'exchange=OKX/symbol=BTCUSDT/date=2025-11-18/hour=9/any.parquet', millis);
}

function slice(rows: Rows, from: number, to: number): Rows {
  const cut = (values: readonly number[] | undefined) => values!.slice(from, to);
  const { us, bid, ask, bidSize, askSize, exchangeUs } = rows;
  return {
    us: cut(us),
    bid: cut(bid),
    ask: cut(ask),
    bidSize: cut(bidSize),
    askSize: cut(askSize),
    exchangeUs: cut(exchangeUs),
  };
}
