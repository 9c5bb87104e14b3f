import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DecoderListing } from '../../src/exchanges/exchange.js';
import { mexcPerp } from '../../src/exchanges/mexc-perp.js';
import { contractSuite } from './contract.js';
import { recordedBody, recordedSkip } from './material.js';
import { RecordingSink, TestListing } from './record.js';

contractSuite(mexcPerp, {
  recordings: ['mexc-futures'],
  quoteChannels: ['push.depth.full'],
  fixtures: 'mexc-perp',
  // A request names one symbol.
  symbols: ['BTC_USDT', 'BTC_USDT'],
});

test('MEXCPerp asks for the whole book of one symbol a frame', () => {
  assert.equal(
    mexcPerp.subscribeFrame(['BTC_USDT'], 4, 0),
    '{"method":"sub.depth.full","param":{"symbol":"BTC_USDT","limit":5}}',
  );
  assert.equal(mexcPerp.limits.symbolsPerMessage, 1);
  assert.equal(mexcPerp.ping.frame(5, 0), '{"method":"ping"}');
});

test('MEXCPerp gives sizes in base coin: contracts times their size', () => {
  const listing: DecoderListing = { idOf: () => 0, contractSizeOf: () => 0.0001 };
  const sink = new RecordingSink(new TestListing(['BTC_USDT']));
  const data = { asks: [[100.2, 30_000, 1]], bids: [[100.1, 5_000, 2]], version: 1 };
  const frame = { channel: 'push.depth.full', symbol: 'BTC_USDT', data, ts: 1_700_000_000_700 };
  mexcPerp.createDecoder(listing).decode(Buffer.from(JSON.stringify(frame)), Number.NaN, sink);
  assert.deepEqual(sink.calls, [['quote', 'BTC_USDT', 100.1, 0.5, 100.2, 3, 1_700_000_000_700_000]]);
});

test('MEXCPerp lists linear contracts with their size, and no inverse ones', { skip: recordedSkip }, () => {
  const contracts = recordedBody('mexc-futures.http.contractDetail.json') as { data: object[] };
  const tickers = recordedBody('mexc-futures.http.ticker.json');
  const inverse = { ...contracts.data[0], symbol: 'BTC_USD', quoteCoin: 'USD', settleCoin: 'BTC' };
  const paused = { ...contracts.data[1], symbol: 'ETH2_USDT', state: 1 };
  const rows = { ...contracts, data: [...contracts.data, inverse, paused] };
  const listed = mexcPerp.parseListing({ contracts: rows, tickers });
  assert.deepEqual(
    listed.map(({ exchangeSymbol, trading }) => [exchangeSymbol, trading]),
    [
      ['BTC_USDT', true],
      ['ETH_USDT', true],
      ['ETH2_USDT', false],
    ],
  );
  assert.deepEqual(listed[0], {
    exchangeSymbol: 'BTC_USDT',
    base: 'BTC',
    quote: 'USDT',
    trading: true,
    statusText: '0',
    quoteVolume24h: 124905007.4428,
    tickSize: 0.5,
    contractSize: 0.0001,
  });
});
