import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mexc } from '../../src/exchanges/mexc.js';
import { contractSuite } from './contract.js';
import { recordedBody, recordedFrames, recordedSkip } from './material.js';
import { callsOf, TestListing } from './record.js';

contractSuite(mexc, {
  recordings: ['mexc'],
  quoteChannels: ['aggre.bookTicker'],
  fixtures: 'mexc',
  symbols: ['BTCUSDT', 'ETHUSDT'],
});

test('MEXC asks for channels with their interval, in upper case, for without it they are blocked', () => {
  assert.equal(
    mexc.subscribeFrame(['BTCUSDT', 'ETHUSDT'], 4, 0),
    '{"method":"SUBSCRIPTION","params":["spot@public.aggre.bookTicker.v3.api.pb@10ms@BTCUSDT",' +
      '"spot@public.aggre.bookTicker.v3.api.pb@10ms@ETHUSDT"],"id":4}',
  );
  assert.equal(mexc.ping.frame(5, 0), '{"method":"PING"}');
  assert.equal(mexc.limits.symbolsPerConnection, 30);
});

test('MEXC reads the recorded best bid and ask', { skip: recordedSkip }, () => {
  const listing = new TestListing('open');
  const [line] = recordedFrames('mexc').filter(({ channel }) => channel === 'aggre.bookTicker');
  assert.deepEqual(callsOf(mexc.createDecoder(listing), listing, line!.frame), [
    ['quote', 'BTCUSDT', 86503.92, 14.91335308, 86503.93, 0.004965, 1_790_145_447_239_000],
  ]);
});

test('MEXC calls every piece of a cut-off ticker malformed, or none of a quote', {
  skip: recordedSkip,
}, () => {
  const listing = new TestListing('open');
  const decoder = mexc.createDecoder(listing);
  const [line] = recordedFrames('mexc').filter(({ channel }) => channel === 'aggre.bookTicker');
  const { frame } = line!;
  for (let end = 0; end < frame.length; end++) {
    const [[kind] = []] = callsOf(decoder, listing, frame.subarray(0, end));
    assert.notEqual(kind, 'quote', `${end} bytes`);
  }
});

test('MEXC lists what trades with its coins, decimals and 24 h volume', { skip: recordedSkip }, () => {
  const exchangeInfo = recordedBody('mexc.http.exchangeInfo.json') as { symbols: object[] };
  const tickers = [
    { symbol: 'BROCKUSDT', quoteVolume: '1234.5' },
    { symbol: 'NONEUSDT', quoteVolume: null },
  ];
  const [listed] = mexc.parseListing({ exchangeInfo, tickers });
  assert.deepEqual(listed, {
    exchangeSymbol: 'BROCKUSDT',
    base: 'BROCK',
    quote: 'USDT',
    trading: true,
    statusText: '1',
    quoteVolume24h: 1234.5,
    tickSize: 0.00001,
    contractSize: 1,
  });
  const [row] = exchangeInfo.symbols;
  const changes = [{ status: '2' }, { status: 'ENABLED' }, { isSpotTradingAllowed: false }];
  const symbols = changes.map((change) => ({ ...row, ...change }));
  assert.deepEqual(
    mexc.parseListing({ exchangeInfo: { symbols }, tickers: [] }).map(({ trading }) => trading),
    [false, true, false],
  );
});
