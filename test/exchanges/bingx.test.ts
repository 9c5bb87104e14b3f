import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { bingx } from '../../src/exchanges/bingx.js';
import { FRAME_BYTES_MAX } from '../../src/exchanges/exchange.js';
import { contractSuite } from './contract.js';
import { recordedBody, recordedFrames, recordedSkip } from './material.js';
import { callsOf, TestListing } from './record.js';

contractSuite(bingx, {
  recordings: ['bingx', 'bingx-swap'],
  quoteChannels: ['bookTicker'],
  mixedChannels: ['gzip-frames'],
  fixtures: 'bingx',
  // A request names one symbol.
  symbols: ['BTC-USDT', 'BTC-USDT'],
});

test('BingX asks for one channel a frame, with an id that the answer repeats', () => {
  assert.equal(
    bingx.subscribeFrame(['BTC-USDT'], 4, 0),
    '{"id":"4","reqType":"sub","dataType":"BTC-USDT@bookTicker"}',
  );
  assert.equal(bingx.limits.symbolsPerMessage, 1);
  assert.ok(bingx.compressed);
});

test('BingX reads of a compressed frame what it reads of its text', { skip: recordedSkip }, () => {
  const listing = new TestListing('open');
  const decoder = bingx.createDecoder(listing);
  for (const { frame } of [...recordedFrames('bingx'), ...recordedFrames('bingx-swap')]) {
    decoder.reset();
    const plain = callsOf(decoder, listing, frame);
    for (const level of [1, 9]) {
      decoder.reset();
      assert.deepEqual(callsOf(decoder, listing, gzipSync(frame, { level })), plain);
    }
  }
});

test('BingX calls every piece of a compressed frame malformed', () => {
  const listing = new TestListing('open');
  const decoder = bingx.createDecoder(listing);
  const frame = gzipSync(
    '{"code":0,"data":{"s":"BTC-USDT","b":"1","B":"1"},"dataType":"BTC-USDT@bookTicker"}',
  );
  for (let end = 0; end < frame.length; end++)
    assert.deepEqual(callsOf(decoder, listing, frame.subarray(0, end)), [['reject', 'malformed']], `${end}`);
  assert.equal(callsOf(decoder, listing, frame)[0]?.[0], 'quote');
});

test('BingX inflates a frame up to the limit, and no byte of a bomb beyond it', () => {
  const listing = new TestListing('open');
  const decoder = bingx.createDecoder(listing);
  const padded = (bytes: number) => gzipSync(`{"ping":"1"${' '.repeat(bytes - 12)}}`);
  assert.equal(callsOf(decoder, listing, padded(FRAME_BYTES_MAX))[0]?.[1], 'ping');
  assert.deepEqual(callsOf(decoder, listing, padded(FRAME_BYTES_MAX + 1)), [['reject', 'too-large']]);
  const bomb = gzipSync(Buffer.alloc(200 * FRAME_BYTES_MAX));
  assert.ok(bomb.length < FRAME_BYTES_MAX);
  const before = process.memoryUsage().arrayBuffers;
  assert.deepEqual(callsOf(decoder, listing, bomb), [['reject', 'too-large']]);
  assert.ok(process.memoryUsage().arrayBuffers - before < 8 * FRAME_BYTES_MAX);
});

test('BingX cuts its symbols at the hyphen, for the listing has no coins', { skip: recordedSkip }, () => {
  const symbols = recordedBody('bingx.http.symbols.json') as { data: { symbols: object[] } };
  const tickers = recordedBody('bingx.http.ticker24hr.json');
  const [row] = symbols.data.symbols;
  const others = [{ apiStateSell: false }, { status: 25 }, { symbol: 'A-B-C' }, { symbol: 'ABC' }];
  const rows = [row, ...others.map((change) => ({ ...row, ...change }))];
  const listed = bingx.parseListing({ symbols: { code: 0, data: { symbols: rows } }, tickers });
  assert.deepEqual(listed[0], {
    exchangeSymbol: 'BTC-USDT',
    base: 'BTC',
    quote: 'USDT',
    trading: true,
    statusText: '1',
    quoteVolume24h: 214948771.34,
    tickSize: 0.01,
    contractSize: 1,
  });
  assert.deepEqual(
    listed.map(({ trading }) => trading),
    [true, false, false],
  );
});

test('BingX refuses a listing whose code says that it is none', () => {
  const refusal = { code: 100400, msg: 'timestamp is required', data: {} };
  const symbols = { code: 0, data: { symbols: [] } };
  assert.throws(
    () => bingx.parseListing({ symbols, tickers: refusal }),
    /tickers\.code is 100400.*timestamp/,
  );
});
