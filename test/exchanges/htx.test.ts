import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { htx } from '../../src/exchanges/htx.js';
import { contractSuite } from './contract.js';
import { recordedBody, recordedFrames, recordedSkip } from './material.js';
import { callsOf, TestListing } from './record.js';

contractSuite(htx, {
  recordings: ['htx'],
  quoteChannels: ['bbo'],
  fixtures: 'htx',
  // A request names one symbol.
  symbols: ['btcusdt', 'btcusdt'],
});

test('HTX asks for one topic a frame, and gives up with ids of their own', () => {
  assert.equal(htx.subscribeFrame(['btcusdt'], 4, 0), '{"sub":"market.btcusdt.bbo","id":"4"}');
  assert.equal(htx.unsubscribeFrame(['btcusdt'], 4, 0), '{"unsub":"market.btcusdt.bbo","id":"1000000004"}');
  assert.equal(htx.limits.symbolsPerMessage, 1);
  assert.ok(htx.compressed);
});

test('HTX reads of a compressed frame what it reads of its text', { skip: recordedSkip }, () => {
  const listing = new TestListing('open');
  const decoder = htx.createDecoder(listing);
  for (const { frame } of recordedFrames('htx')) {
    decoder.reset();
    const plain = callsOf(decoder, listing, frame);
    decoder.reset();
    assert.deepEqual(callsOf(decoder, listing, gzipSync(frame)), plain);
  }
});

test('HTX calls every piece of a compressed frame malformed', () => {
  const listing = new TestListing('open');
  const decoder = htx.createDecoder(listing);
  const frame = gzipSync('{"ch":"market.aaausdt.bbo","tick":{"bid":1,"bidSize":1}}');
  for (let end = 0; end < frame.length; end++)
    assert.deepEqual(callsOf(decoder, listing, frame.subarray(0, end)), [['reject', 'malformed']], `${end}`);
  assert.equal(callsOf(decoder, listing, frame)[0]?.[0], 'quote');
});

const ROW = { symbol: 'aaausdt', 'base-currency': 'aaa', 'quote-currency': 'usdt', state: 'online' };
const TICKER = { symbol: 'aaausdt', amount: 10, vol: 1_005, bid: 100.1, ask: 100.2 };

function list(rows: readonly object[], tickers: readonly object[] = [TICKER]) {
  return htx.parseListing({
    symbols: { status: 'ok', data: rows },
    tickers: { status: 'ok', data: tickers },
  });
}

test('HTX lists coins in capitals, decimals as a step, and the volume in the quote currency', () => {
  assert.deepEqual(list([{ ...ROW, 'price-precision': 4 }]), [
    {
      exchangeSymbol: 'aaausdt',
      base: 'AAA',
      quote: 'USDT',
      trading: true,
      statusText: 'online',
      quoteVolume24h: 1_005,
      tickSize: 0.0001,
      contractSize: 1,
    },
  ]);
  for (const [decimals, tickSize] of [
    [0, 1],
    [10, 1e-10],
    [undefined, null],
    [-1, null],
    [1.5, null],
    [400, null],
  ])
    assert.equal(list([{ ...ROW, 'price-precision': decimals }])[0]!.tickSize, tickSize, `${decimals}`);
});

test('HTX trades what is online, and nothing else', () => {
  const states = ['online', 'offline', 'ONLINE', '', 1, undefined];
  assert.deepEqual(
    list(states.map((state) => ({ ...ROW, state }))).map(({ trading, statusText }) => [trading, statusText]),
    states.map((state) => [state === 'online', typeof state === 'string' ? state : '']),
  );
});

test('HTX reads its recorded listing', { skip: recordedSkip }, () => {
  const listed = htx.parseListing({
    symbols: recordedBody('htx.http.symbols.json'),
    tickers: { status: 'ok', data: [TICKER] },
  });
  assert.ok(listed.length > 50);
  for (const { exchangeSymbol, base, quote, tickSize } of listed) {
    assert.equal(exchangeSymbol, (base + quote).toLowerCase());
    assert.ok(tickSize !== null && tickSize > 0 && tickSize <= 1, exchangeSymbol);
  }
});

test('HTX refuses a listing whose status says that it is none', () => {
  const refusal = { status: 'error', 'err-code': 'too-many-requests', 'err-msg': 'slow down', data: null };
  assert.throws(
    () => htx.parseListing({ symbols: { status: 'ok', data: [ROW] }, tickers: refusal }),
    /tickers\.status is error.*slow down/,
  );
});
