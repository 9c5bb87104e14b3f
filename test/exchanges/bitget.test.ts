import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bitget, bitgetPerp } from '../../src/exchanges/bitget.js';
import { contractSuite } from './contract.js';

const recorded = {
  recordings: ['bitget', 'bitget-futures', 'bitget-v1-legacy'],
  quoteChannels: ['books1', 'v3-books1'],
  fixtures: 'bitget',
  symbols: ['BTCUSDT', 'ETHUSDT'],
} as const;
contractSuite(bitget, recorded);
contractSuite(bitgetPerp, recorded);

test('Bitget asks for one argument a symbol, of its own market, and pings in bare text', () => {
  assert.equal(
    bitget.subscribeFrame(['BTCUSDT'], 4, 0),
    '{"op":"subscribe","args":[{"instType":"SPOT","channel":"books1","instId":"BTCUSDT"}]}',
  );
  assert.equal(
    bitgetPerp.subscribeFrame(['BTCUSDT'], 4, 0),
    '{"op":"subscribe","args":[{"instType":"USDT-FUTURES","channel":"books1","instId":"BTCUSDT"}]}',
  );
  assert.equal(bitget.ping.frame(5, 0), 'ping');
});

test('Bitget keeps a request of the longest symbols within the 4096 bytes it may have', () => {
  const symbols = Array.from({ length: bitgetPerp.limits.symbolsPerMessage }, () => 'X'.repeat(64));
  assert.ok(bitgetPerp.subscribeFrame(symbols, 1, 0).length <= 4096);
});

const reply = (data: unknown) => ({ code: '00000', msg: 'success', requestTime: 1, data });

test('Bitget lists spot instruments with coins, price step and 24 h volume; only online ones trade', () => {
  const row = { baseCoin: 'BTC', quoteCoin: 'USDT', pricePrecision: '2', quantityPrecision: '6' };
  const symbols = reply([
    { ...row, symbol: 'BTCUSDT', status: 'online' },
    { ...row, symbol: 'AUSDT', status: 'gray' },
    { symbol: 'nameless' },
  ]);
  const tickers = reply([{ symbol: 'BTCUSDT', quoteVolume: '99.5', usdtVolume: '1' }]);
  const listed = bitget.parseListing({ symbols, tickers });
  assert.deepEqual(listed[0], {
    exchangeSymbol: 'BTCUSDT',
    base: 'BTC',
    quote: 'USDT',
    trading: true,
    statusText: 'online',
    quoteVolume24h: 99.5,
    tickSize: 0.01,
    contractSize: 1,
  });
  assert.deepEqual(
    listed.map(({ exchangeSymbol, trading, quoteVolume24h }) => [exchangeSymbol, trading, quoteVolume24h]),
    [
      ['BTCUSDT', true, 99.5],
      ['AUSDT', false, null],
    ],
  );
});

test('BitgetPerp lists perpetuals alone, their price step of two fields, their sizes in coins', () => {
  const row = { baseCoin: 'BTC', quoteCoin: 'USDT', sizeMultiplier: '0.001', symbolStatus: 'normal' };
  const contracts = reply([
    { ...row, symbol: 'BTCUSDT', symbolType: 'perpetual', pricePlace: '1', priceEndStep: '5' },
    { ...row, symbol: 'BTCUSDTZ26', symbolType: 'delivery', pricePlace: '1', priceEndStep: '5' },
    { ...row, symbol: 'XUSDT', symbolType: 'perpetual', symbolStatus: 'limit_open' },
  ]);
  const listed = bitgetPerp.parseListing({ contracts, tickers: reply([]) });
  assert.deepEqual(
    listed.map(({ exchangeSymbol, trading, tickSize, contractSize }) => [
      exchangeSymbol,
      trading,
      tickSize,
      contractSize,
    ]),
    [
      ['BTCUSDT', true, 0.5, 1],
      ['XUSDT', false, null, 1],
    ],
  );
});

test('Bitget names the code and the words of a refused listing', () => {
  const refused = { code: '40034', msg: 'Parameter does not exist', data: null };
  assert.throws(
    () => bitget.parseListing({ symbols: refused, tickers: refused }),
    /symbols\.code is 40034, expected "00000" \(msg Parameter does not exist\)/,
  );
});
