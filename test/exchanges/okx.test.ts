import assert from 'node:assert/strict';
import { test } from 'node:test';
import { okx } from '../../src/exchanges/okx.js';
import { contractSuite } from './contract.js';
import { recordedBody, recordedSkip } from './material.js';

contractSuite(okx, {
  recordings: ['okx'],
  quoteChannels: ['bbo-tbt'],
  fixtures: 'okx',
  symbols: ['BTC-USDT', 'ETH-USDT'],
});

test('OKX asks for one argument a symbol and pings in bare text', () => {
  assert.equal(
    okx.subscribeFrame(['BTC-USDT'], 4, 0),
    '{"id":"4","op":"subscribe","args":[{"channel":"bbo-tbt","instId":"BTC-USDT"}]}',
  );
  assert.equal(okx.ping.frame(5, 0), 'ping');
  assert.ok(okx.ping.intervalMs < 30_000, 'the server closes what was silent for 30 s');
});

test('OKX lists every recorded spot instrument with its coins, step and 24 h volume', {
  skip: recordedSkip,
}, () => {
  const instruments = recordedBody('okx.http.instruments-spot.json') as { data: unknown[] };
  const tickers = { code: '0', msg: '', data: [{ instId: 'ETH-USDT', volCcy24h: '99.5', vol24h: '3' }] };
  const listed = okx.parseListing({ instruments, tickers });
  assert.equal(listed.length, instruments.data.length);
  assert.deepEqual(
    listed.find((row) => row.exchangeSymbol === 'ETH-USDT'),
    {
      exchangeSymbol: 'ETH-USDT',
      base: 'ETH',
      quote: 'USDT',
      trading: true,
      statusText: 'live',
      quoteVolume24h: 99.5,
      tickSize: 0.01,
      contractSize: 1,
    },
  );
});

test('OKX leaves out rows that have no name yet, and lists suspended ones as not trading', () => {
  const row = { instType: 'SPOT', baseCcy: 'A', quoteCcy: 'USDT', tickSz: '0.1' };
  const data = [
    { ...row, instId: 'A-USDT', state: 'live' },
    { ...row, instId: 'B-USDT', state: 'suspend' },
    { instType: 'SPOT', instId: '', state: 'preopen' },
  ];
  const listed = okx.parseListing({ instruments: { code: '0', data }, tickers: { code: '0', data: [] } });
  assert.deepEqual(
    listed.map(({ exchangeSymbol, trading }) => [exchangeSymbol, trading]),
    [
      ['A-USDT', true],
      ['B-USDT', false],
    ],
  );
});

test('OKX names the code and the words of a refused listing', () => {
  const refused = { code: '50011', msg: 'Too Many Requests', data: [] };
  assert.throws(
    () => okx.parseListing({ instruments: refused, tickers: refused }),
    /instruments\.code is 50011, expected "0" \(msg Too Many Requests\)/,
  );
});
