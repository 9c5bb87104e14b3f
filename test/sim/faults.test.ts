// Faults of symbols, listings, times, REST and handshakes do what they say, over real sockets, and end when told to.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import WebSocket from 'ws';
import { adapters } from '../../src/exchanges/index.js';
import { fetchListing } from '../../src/ingest/listing.js';
import { LIMITS } from '../../src/limits.js';
import type { FaultKind } from '../../src/sim/faults.js';
import { createFastClock } from '../support/fast-clock.js';
import { place, START_US } from './place.js';

const QUOTE = { bid: 100, bidSize: 1, ask: 101, askSize: 2 };

test('faults of a symbol change or silence its quotes, and nobody else’s', async (t) => {
  const { server, connect } = await place(t);
  const binance = server.exchange('Binance');
  const client = await connect('Binance', '/btcusdt@bookTicker/ethusdt@bookTicker');
  const told = async (symbol: string): Promise<string | undefined> => {
    const before = client.frames.length;
    if (binance.publish(symbol, QUOTE, START_US) === 0) return undefined;
    await client.until('the frame', () => client.frames.length > before);
    const { b, B, a, A } = client.parsed.at(-1) as Record<string, string>;
    return [b, B, a, A].map(Number).join(' ');
  };
  const whole = '100 1 101 2';
  for (const [kind, expected] of [
    ['silent-symbol', undefined],
    ['delisted', undefined],
    ['one-sided', '100 1 0 0'],
    ['empty-book', '0 0 0 0'],
    ['absurd-price', '100000 1 101000 2'],
    ['crossed-book', '101 1 100 2'],
    ['zero-price', '0 0 101 2'],
  ] as const) {
    binance.fault(kind, true, 'BTC/USDT');
    assert.equal(await told('BTCUSDT'), expected, kind);
    assert.equal(await told('ETHUSDT'), whole, `${kind}: another symbol`);
    binance.fault(kind, false, 'BTC/USDT');
    assert.equal(await told('BTCUSDT'), whole, `after ${kind}`);
  }
});

test('a delisted symbol is halted in the listing, in the exchange’s own word', async (t) => {
  const { server, get } = await place(t);
  const statusOf = async () => {
    const { symbols } = (await get('Binance', '/api/v3/exchangeInfo')) as {
      symbols: { symbol: string; status: string }[];
    };
    return symbols.find(({ symbol }) => symbol === 'BTCUSDT')?.status;
  };
  server.exchange('Binance').fault('delisted', true, 'BTCUSDT');
  assert.equal(await statusOf(), 'BREAK');
  server.exchange('Binance').fault('delisted', false, 'BTCUSDT');
  assert.equal(await statusOf(), 'TRADING');
});

test('an unlisted symbol is in no listing, silent to who has it, unknown to who asks; its end lists it', async (t) => {
  const { server, connect, get } = await place(t);
  const okx = server.exchange('OKX');
  const listed = async () => {
    const reply = (await get('OKX', '/api/v5/public/instruments?instType=SPOT')) as {
      data: { instId: string }[];
    };
    return reply.data.some(({ instId }) => instId === 'BTC-USDT');
  };
  const subscribe = (op: string) => ({ op, id: op, args: [{ channel: 'bbo-tbt', instId: 'BTC-USDT' }] });
  const client = await connect('OKX');
  client.send(subscribe('subscribe'));
  await client.until('the first top', () => client.frames.length === 2);
  okx.fault('unlisted', true, 'BTC/USDT');
  assert.equal(await listed(), false);
  assert.equal(okx.publish('BTC-USDT', QUOTE, START_US), 0);
  client.send(subscribe('unsubscribe'));
  await client.frame((frame) => frame['event'] === 'unsubscribe');
  client.send(subscribe('subscribe'));
  assert.equal((await client.frame((frame) => frame['event'] === 'error'))['code'], '60018');
  okx.fault('unlisted', false, 'BTC/USDT');
  assert.equal(await listed(), true);
  client.send(subscribe('subscribe'));
  await client.until('an acknowledgement and a top', () => client.frames.length === 6);
});

test('on every exchange what is halted does not trade, what is unlisted is not there, and both come back', async (t) => {
  const { server } = await place(t);
  for (const adapter of adapters) {
    const hosted = server.exchange(adapter.name);
    const symbols = hosted.book.listing.map(({ exchangeSymbol }) => exchangeSymbol);
    const source = {
      adapter,
      ...server.urls[adapter.name]!,
      limits: LIMITS.ingest,
      clock: createFastClock(1),
    };
    const trading = async (): Promise<readonly string[]> => {
      const listed = await fetchListing(source, new AbortController().signal);
      const names = listed.filter((row) => row.trading).map(({ exchangeSymbol }) => exchangeSymbol);
      return symbols.filter((symbol) => names.includes(symbol));
    };
    const [first, second] = symbols as [string, string];
    hosted.fault('delisted', true, first);
    hosted.fault('unlisted', true, second);
    assert.deepEqual(await trading(), symbols.slice(2), adapter.name);
    hosted.fault('delisted', false, first);
    hosted.fault('unlisted', false, second);
    assert.deepEqual(await trading(), symbols, adapter.name);
  }
});

test('the first top after a subscription is as faulty as those that follow', async (t) => {
  const { server, connect } = await place(t);
  const bybit = server.exchange('Bybit');
  bybit.fault('one-sided', true, 'BTCUSDT');
  bybit.fault('time-zero', true);
  const client = await connect('Bybit');
  client.send({ op: 'subscribe', req_id: '1', args: ['orderbook.1.BTCUSDT'] });
  const { data, cts } = await client.frame((frame) => frame['topic'] === 'orderbook.1.BTCUSDT');
  assert.deepEqual([(data as { a: unknown }).a, cts], [[], 0]);
});

test('times are told wrong: none, an hour off, five seconds off', async (t) => {
  const { server, connect } = await place(t);
  const bybit = server.exchange('Bybit');
  const client = await connect('Bybit');
  client.send({ op: 'subscribe', req_id: '1', args: ['orderbook.1.BTCUSDT'] });
  await client.until('the subscription', () => bybit.wanted().size === 1);
  let size = 1;
  const offsetMs = async () => {
    const before = client.frames.length;
    size += 1;
    bybit.publish('BTCUSDT', { ...QUOTE, bidSize: size }, START_US);
    await client.until('the frame', () => client.frames.length > before);
    return Number((client.parsed.at(-1) as { cts: number }).cts) - START_US / 1_000;
  };
  for (const [kind, expected] of [
    ['time-zero', -START_US / 1_000],
    ['time-future', 3_600_000],
    ['time-past', -3_600_000],
    ['time-step', -5_000],
    ['time-step-ahead', 5_000],
  ] as const) {
    bybit.fault(kind, true);
    assert.equal(await offsetMs(), expected, kind);
    bybit.fault(kind, false);
    assert.equal(await offsetMs(), 0);
  }
});

test('REST is refused with a time to wait, fails, or answers HTML; handshakes are refused', async (t) => {
  const { server, connect } = await place(t);
  const binance = server.exchange('Binance');
  const ask = () => fetch(`${server.urls['Binance']!.restUrl}/api/v3/time`);
  for (const [kind, status, retryAfter] of [
    ['rest-429', 429, '20'],
    ['rest-418', 418, '60'],
    ['rest-500', 500, null],
    ['rest-html', 200, null],
  ] as const) {
    binance.fault(kind, true);
    const answer = await ask();
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [status, retryAfter], kind);
    if (kind === 'rest-html') assert.match(await answer.text(), /^<html>/);
    binance.fault(kind, false);
  }
  assert.equal((await ask()).status, 200);
  for (const [kind, status, retryAfter] of [
    ['handshake-429', 429, '20'],
    ['handshake-418', 418, '60'],
  ] as const) {
    binance.fault(kind, true);
    assert.deepEqual(await refusedHandshake(server.urls['Binance']!.wsUrl), [status, retryAfter]);
    binance.fault(kind, false);
  }
  binance.fault('refused', true);
  await assert.rejects(connect('Binance'));
  binance.fault('refused', false);
  await connect('Binance');
  assert.deepEqual(
    ['rest-418', 'rest-html', 'handshake-429', 'refused'].map((kind) =>
      binance.faults.touched.get(kind as FaultKind),
    ),
    [1, 1, 1, 1],
  );
});

function refusedHandshake(url: string): Promise<unknown[]> {
  const socket = new WebSocket(url);
  return new Promise((resolve) => {
    socket.on('error', () => undefined);
    socket.on('unexpected-response', (_request, response) => {
      resolve([response.statusCode, response.headers['retry-after']]);
      response.destroy();
    });
  });
}
