import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { bybit } from '../../src/exchanges/bybit.js';
import { projectRoot } from '../support/shared.js';
import { contractSuite } from './contract.js';
import { callsOf, TestListing } from './record.js';

contractSuite(bybit, {
  recordings: ['bybit', 'bybit-v2-legacy'],
  quoteChannels: ['orderbook.1'],
  fixtures: 'bybit',
  symbols: ['BTCUSDT', 'ETHUSDT'],
});

const bodies = JSON.parse(
  readFileSync(join(projectRoot(), 'test', 'exchanges', 'fixtures', 'bybit.http.json'), 'utf8'),
) as { instruments: Record<string, unknown>; tickers: Record<string, unknown> };

test('Bybit lists its symbols with coins, step, status and 24 h turnover', () => {
  assert.deepEqual(bybit.parseListing(bodies), [
    {
      exchangeSymbol: 'BTCUSDT',
      base: 'BTC',
      quote: 'USDT',
      trading: true,
      statusText: 'Trading',
      quoteVolume24h: 912345678.25,
      tickSize: 0.01,
      contractSize: 1,
    },
    {
      exchangeSymbol: 'NEWUSDC',
      base: 'NEW',
      quote: 'USDC',
      trading: false,
      statusText: 'PreLaunch',
      quoteVolume24h: null,
      tickSize: 0.0001,
      contractSize: 1,
    },
  ]);
});

test('Bybit errors come with HTTP 200: the listing names the code and the words', () => {
  const refused = { retCode: 10006, retMsg: 'Too many visits!', result: {}, time: 1 };
  assert.throws(
    () => bybit.parseListing({ ...bodies, instruments: refused }),
    /instruments\.retCode is 10006, expected 0 \(retMsg Too many visits!\)/,
  );
});

test('Bybit refuses half a listing: a second page that was never asked for', () => {
  const result = { ...(bodies.instruments['result'] as object), nextPageCursor: 'abc' };
  assert.throws(
    () => bybit.parseListing({ ...bodies, instruments: { ...bodies.instruments, result } }),
    /nextPageCursor is abc, expected one page/,
  );
});

test('Bybit takes ten topics a request and no more', () => {
  assert.equal(bybit.limits.symbolsPerMessage, 10);
  assert.equal(
    bybit.subscribeFrame(['BTCUSDT'], 4, 0),
    '{"op":"subscribe","req_id":"4","args":["orderbook.1.BTCUSDT"]}',
  );
  assert.equal(bybit.ping.frame(5, 0), '{"op":"ping","req_id":"5"}');
});

test('Bybit: a book told in deltas is the book told in snapshots', () => {
  const level = fc.record({ price: fc.integer({ min: 1, max: 50 }), size: fc.integer({ min: 1, max: 9 }) });
  const top = fc.record({ bid: fc.option(level), ask: fc.option(level) });
  fc.assert(
    fc.property(fc.array(top, { minLength: 1, maxLength: 30 }), (tops) => {
      const listing = new TestListing('open');
      const byDelta = bybit.createDecoder(listing);
      const bySnapshot = bybit.createDecoder(listing);
      let held: (typeof tops)[number] = { bid: null, ask: null };
      for (const next of tops) {
        const delta = bookFrame('delta', changed(held.bid, next.bid), changed(held.ask, next.ask));
        const snapshot = bookFrame('snapshot', changed(null, next.bid), changed(null, next.ask));
        assert.deepEqual(callsOf(byDelta, listing, delta), callsOf(bySnapshot, listing, snapshot));
        held = next;
      }
    }),
  );
});

interface Level {
  readonly price: number;
  readonly size: number;
}

/** The levels that lead from one best to the next, as the exchange tells them. */
function changed(from: Level | null, to: Level | null): readonly (readonly [string, string])[] {
  const added = to === null ? [] : [[String(to.price), String(to.size)] as const];
  const isGone = from !== null && from.price !== to?.price;
  return isGone ? [...added, [String(from.price), '0'] as const] : added;
}

function bookFrame(type: string, b: unknown, a: unknown): string {
  return JSON.stringify({ topic: 'orderbook.1.X', type, ts: 5, data: { s: 'X', b, a, u: 9, seq: 1 } });
}
