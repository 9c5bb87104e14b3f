import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bybitPerp } from '../../src/exchanges/bybit-perp.js';
import { projectRoot } from '../support/shared.js';
import { contractSuite } from './contract.js';

contractSuite(bybitPerp, {
  recordings: ['bybit', 'bybit-v2-legacy'],
  quoteChannels: ['orderbook.1'],
  fixtures: 'bybit-perp',
  symbols: ['BTCUSDT', '1000PEPEUSDT'],
});

const bodies = JSON.parse(
  readFileSync(join(projectRoot(), 'test', 'exchanges', 'fixtures', 'bybit-perp.http.json'), 'utf8'),
) as { instruments: Record<string, unknown>[]; tickers: Record<string, unknown> };

const [instruments] = bybitPerp.listingRequests;

test('BybitPerp asks for the next page by the cursor of the last, until there is none', () => {
  const path = '/v5/market/instruments-info?category=linear&limit=1000';
  assert.equal(instruments?.path, path);
  assert.equal(instruments?.next?.(bodies.instruments[0]), `${path}&cursor=first%3DA%26last%3DB`);
  assert.equal(instruments?.next?.({ result: { nextPageCursor: 'a=b&c' } }), `${path}&cursor=a%3Db%26c`);
  assert.equal(instruments?.next?.(bodies.instruments[1]), null);
  for (const body of [null, 'x', [], {}, { result: { nextPageCursor: 7 } }, { retCode: 10006, result: {} }])
    assert.equal(instruments?.next?.(body), null);
});

test('BybitPerp lists the perpetuals on USDT of all pages, without stocks, dated ones and other margins', () => {
  assert.deepEqual(
    bybitPerp.parseListing(bodies).map((row) => Object.values(row)),
    [
      ['BTCUSDT', 'BTC', 'USDT', true, 'Trading', 912345678.25, 0.1, 1],
      ['SHIB1000USDT', 'SHIB1000', 'USDT', true, 'Trading', null, 0.000001, 1],
      ['1000PEPEUSDT', '1000PEPE', 'USDT', true, 'Trading', null, 1e-7, 1],
      ['OLDUSDT', 'OLD', 'USDT', false, 'deliveryTime 1764500000000', null, 0.001, 1],
      ['SOONUSDT', 'SOON', 'USDT', false, 'PreLaunch', null, 0.001, 1],
    ],
  );
});

test('BybitPerp names the page of a refused listing', () => {
  const refused = { retCode: 10006, retMsg: 'Too many visits!', result: {}, time: 1 };
  assert.throws(
    () => bybitPerp.parseListing({ ...bodies, instruments: [bodies.instruments[0], refused] }),
    /instruments\[1\]\.retCode is 10006, expected 0 \(retMsg Too many visits!\)/,
  );
});
