import assert from 'node:assert/strict';
import { test } from 'node:test';
import { binancePerp } from '../../src/exchanges/binance-perp.js';
import { contractSuite } from './contract.js';
import { recordedBody, recordedSkip } from './material.js';

contractSuite(binancePerp, {
  recordings: ['binance-futures'],
  quoteChannels: ['bookTicker'],
  fixtures: 'binance-perp',
  symbols: ['BTCUSDT', '1000PEPEUSDT'],
});

test('BinancePerp asks the public route, for the book ticker comes on no other', () => {
  assert.equal(binancePerp.wsUrl, 'wss://fstream.binance.com/public/ws');
  assert.equal(
    binancePerp.subscribeFrame(['BTCUSDT', '1000PEPEUSDT'], 3, 0),
    '{"method":"SUBSCRIBE","params":["btcusdt@bookTicker","1000pepeusdt@bookTicker"],"id":3}',
  );
});

test('BinancePerp lists the recorded perpetuals on USDT, and none that is dated or not open yet', {
  skip: recordedSkip,
}, () => {
  const exchangeInfo = recordedBody('binance-futures.http.exchangeInfo.json') as {
    symbols: Record<string, unknown>[];
  };
  const tickers = [{ symbol: 'BTCUSDT', quoteVolume: '12.5' }];
  const listed = binancePerp.parseListing({ exchangeInfo, tickers });
  const perpetuals = exchangeInfo.symbols.filter(
    (row) => row['contractType'] === 'PERPETUAL' && row['marginAsset'] === 'USDT',
  );
  assert.ok(perpetuals.length > 50);
  assert.deepEqual(
    listed.map((row) => row.exchangeSymbol),
    perpetuals.map((row) => row['symbol']),
  );
  assert.deepEqual(listed[0], {
    exchangeSymbol: 'BTCUSDT',
    base: 'BTC',
    quote: 'USDT',
    trading: true,
    statusText: 'TRADING',
    quoteVolume24h: 12.5,
    tickSize: 0.01,
    contractSize: 1,
  });
});

const ROW = {
  symbol: 'BTCUSDT',
  contractType: 'PERPETUAL',
  status: 'TRADING',
  baseAsset: 'BTC',
  quoteAsset: 'USDT',
  marginAsset: 'USDT',
  filters: [],
};

test('BinancePerp leaves out stocks, metals and other margins by their fields, never by their names', () => {
  const symbols = [
    ROW,
    { ...ROW, symbol: 'TSLAUSDT', baseAsset: 'TSLA', contractType: 'TRADIFI_PERPETUAL' },
    { ...ROW, symbol: 'BTCUSDC', quoteAsset: 'USDC', marginAsset: 'USDC' },
    { ...ROW, symbol: 'BTCUSDT_261225', contractType: 'CURRENT_QUARTER' },
    { ...ROW, symbol: 'TSLXUSDT', baseAsset: 'TSLX' },
  ];
  const listed = binancePerp.parseListing({ exchangeInfo: { symbols }, tickers: [] });
  assert.deepEqual(
    listed.map((row) => row.exchangeSymbol),
    ['BTCUSDT', 'TSLXUSDT'],
  );
});

test('BinancePerp keeps the prefix of a multiplied contract as its base, and settling ones as not trading', () => {
  const symbols = [
    { ...ROW, symbol: '1000PEPEUSDT', baseAsset: '1000PEPE' },
    { ...ROW, symbol: '1INCHUSDT', baseAsset: '1INCH' },
    { ...ROW, symbol: 'OLDUSDT', baseAsset: 'OLD', status: 'SETTLING' },
  ];
  const listed = binancePerp.parseListing({ exchangeInfo: { symbols }, tickers: [] });
  assert.deepEqual(
    listed.map(({ base, contractSize, trading }) => [base, contractSize, trading]),
    [
      ['1000PEPE', 1, true],
      ['1INCH', 1, true],
      ['OLD', 1, false],
    ],
  );
});

test('BinancePerp refuses a listing that holds no perpetual at all, saying what a row must have', () => {
  const symbols = [{ ...ROW, contractType: 'FOREVER' }];
  assert.throws(
    () => binancePerp.parseListing({ exchangeInfo: { symbols }, tickers: [] }),
    /exchangeInfo\.symbols\[0\] is .* expected a row with symbol, baseAsset, contractType PERPETUAL/,
  );
});
