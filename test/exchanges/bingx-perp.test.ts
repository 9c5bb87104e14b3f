import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bingxPerp } from '../../src/exchanges/bingx-perp.js';
import { contractSuite } from './contract.js';
import { recordedBody, recordedSkip } from './material.js';

contractSuite(bingxPerp, {
  recordings: ['bingx-swap'],
  quoteChannels: ['bookTicker'],
  mixedChannels: ['gzip-frames'],
  fixtures: 'bingx-perp',
  // A request names one symbol.
  symbols: ['BTC-USDT', 'BTC-USDT'],
});

test('BingXPerp lists contracts in base coin, whatever their `size` says', { skip: recordedSkip }, () => {
  const contracts = recordedBody('bingx-swap.http.contracts.json') as { data: object[] };
  const ticker = recordedBody('bingx-swap.http.ticker.json') as { data: object };
  const tickers = { code: 0, data: [ticker.data, { symbol: 'BTC-USDT', quoteVolume: '12.5' }] };
  const closed = { ...contracts.data[1], symbol: 'OLD-USDT', apiStateOpen: 'false' };
  const listed = bingxPerp.parseListing({
    contracts: { code: 0, data: [...contracts.data, closed] },
    tickers,
  });
  assert.deepEqual(listed[0], {
    exchangeSymbol: 'BTC-USDT',
    base: 'BTC',
    quote: 'USDT',
    trading: true,
    statusText: '1',
    quoteVolume24h: 12.5,
    tickSize: 0.1,
    contractSize: 1,
  });
  assert.deepEqual(
    listed.map(({ trading }) => trading),
    [true, true, false],
  );
});

test('BingXPerp takes a ticker that was asked for by its symbol, without a list', {
  skip: recordedSkip,
}, () => {
  const contracts = recordedBody('bingx-swap.http.contracts.json');
  const tickers = recordedBody('bingx-swap.http.ticker.json');
  assert.equal(bingxPerp.parseListing({ contracts, tickers }).length, 2);
});
