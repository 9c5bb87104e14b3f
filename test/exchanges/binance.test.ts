import assert from 'node:assert/strict';
import { test } from 'node:test';
import { binance } from '../../src/exchanges/binance.js';
import { contractSuite } from './contract.js';
import { recordedBody, recordedSkip } from './material.js';

contractSuite(binance, {
  recordings: ['binance', 'binance-futures'],
  quoteChannels: ['bookTicker'],
  fixtures: 'binance',
  symbols: ['BTCUSDT', 'ETHUSDT'],
});

test('Binance subscribes lower-case streams, for upper-case ones are acknowledged and silent', () => {
  assert.equal(
    binance.subscribeFrame(['BTCUSDT', '1000SATSUSDT'], 3, 0),
    '{"method":"SUBSCRIBE","params":["btcusdt@bookTicker","1000satsusdt@bookTicker"],"id":3}',
  );
});

test('Binance lists every recorded symbol with its coins, step and 24 h volume', {
  skip: recordedSkip,
}, () => {
  const exchangeInfo = recordedBody('binance.http.exchangeInfo.json') as { symbols: unknown[] };
  const tickers = [{ symbol: 'LTCBTC', quoteVolume: '12.5' }];
  const listed = binance.parseListing({ exchangeInfo, tickers });
  assert.equal(listed.length, exchangeInfo.symbols.length);
  assert.deepEqual(
    listed.find((row) => row.exchangeSymbol === 'LTCBTC'),
    {
      exchangeSymbol: 'LTCBTC',
      base: 'LTC',
      quote: 'BTC',
      trading: true,
      statusText: 'TRADING',
      quoteVolume24h: 12.5,
      tickSize: 0.000001,
      contractSize: 1,
    },
  );
  assert.equal(listed.find((row) => row.exchangeSymbol === 'BNBBTC')?.quoteVolume24h, null);
});

test('Binance lists what does not trade as not trading, with the word of the exchange', () => {
  const row = { symbol: 'AUSDT', baseAsset: 'A', quoteAsset: 'USDT', isSpotTradingAllowed: true };
  const symbols = [
    { ...row, status: 'TRADING' },
    { ...row, status: 'BREAK' },
    { ...row, status: 'CANCEL_ONLY' },
    { ...row, status: 'TRADING', isSpotTradingAllowed: false },
    { status: 'TRADING' },
  ];
  const listed = binance.parseListing({ exchangeInfo: { symbols }, tickers: [] });
  assert.deepEqual(
    listed.map(({ trading, statusText }) => [trading, statusText]),
    [
      [true, 'TRADING'],
      [false, 'BREAK'],
      [false, 'CANCEL_ONLY'],
      [false, 'TRADING'],
    ],
  );
});

test('Binance says which field of a listing is wrong, what it held and what was expected', () => {
  const parse = (exchangeInfo: unknown) => () => binance.parseListing({ exchangeInfo, tickers: [] });
  assert.throws(parse({ symbols: 'none' }), /exchangeInfo\.symbols is none, expected an array/);
  assert.throws(
    parse({ symbols: [{ sym: 'A' }] }),
    /exchangeInfo\.symbols\[0\] is \{"sym":"A"\}, expected a row with symbol/,
  );
  assert.throws(parse({ code: -1003, msg: 'Too many requests' }), /exchangeInfo\.symbols is absent/);
});
