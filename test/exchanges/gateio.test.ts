import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gateio } from '../../src/exchanges/gateio.js';
import { contractSuite } from './contract.js';
import { recordedBody, recordedSkip } from './material.js';

contractSuite(gateio, {
  recordings: ['gate', 'gate-futures'],
  quoteChannels: ['spot.book_ticker', 'futures.book_ticker'],
  fixtures: 'gateio',
  symbols: ['BTC_USDT', 'ETH_USDT'],
});

test('GateIo sends its time as whole seconds, for text and fractions are refused', () => {
  assert.equal(
    gateio.subscribeFrame(['BTC_USDT'], 4, 1_700_000_000_999_999),
    '{"time":1700000000,"id":4,"channel":"spot.book_ticker","event":"subscribe","payload":["BTC_USDT"]}',
  );
  assert.equal(gateio.ping.frame(5, 1_700_000_000_999_999), '{"time":1700000000,"channel":"spot.ping"}');
});

test('GateIo lists every recorded pair with its coins, step and 24 h volume', { skip: recordedSkip }, () => {
  const pairs = recordedBody('gate.http.currency_pairs.json') as unknown[];
  const tickers = [{ currency_pair: 'OGN_USDT', quote_volume: '1234.5' }];
  const listed = gateio.parseListing({ pairs, tickers });
  assert.equal(listed.length, pairs.length);
  assert.deepEqual(
    listed.find((row) => row.exchangeSymbol === 'OGN_USDT'),
    {
      exchangeSymbol: 'OGN_USDT',
      base: 'OGN',
      quote: 'USDT',
      trading: true,
      statusText: 'tradable',
      quoteVolume24h: 1234.5,
      tickSize: 0.0001,
      contractSize: 1,
    },
  );
});

test('GateIo lists a pair that can only be bought, or only be sold, as not trading', () => {
  const pairs = ['tradable', 'untradable', 'buyable', 'sellable'].map((trade_status, at) => ({
    id: `A${at}_USDT`,
    base: `A${at}`,
    quote: 'USDT',
    precision: 2,
    trade_status,
  }));
  const listed = gateio.parseListing({ pairs, tickers: [] });
  assert.deepEqual(
    listed.map(({ trading }) => trading),
    [true, false, false, false],
  );
});
