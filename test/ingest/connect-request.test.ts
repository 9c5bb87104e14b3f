import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { GapEvent } from '../../src/core/event.js';
import { InstrumentTable } from '../../src/core/instrument.js';
import { silentLog } from '../../src/core/log.js';
import { Hub } from '../../src/hub/hub.js';
import { ExchangeFeed } from '../../src/ingest/exchange-feed.js';
import { createFastClock } from '../support/fast-clock.js';
import { FEED_LIMITS } from '../support/feed-limits.js';
import { until } from '../support/wait.js';
import { alphaToken, startAlpha } from './alpha.js';

const cleanups: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** One instrument on one connection that needs a token and a welcome. */
async function setUp(speed = 100) {
  const server = await startAlpha(['A-USDT']);
  server.greets = true;
  const clock = createFastClock(speed);
  const hub = new Hub({ instrumentsMax: 16, lastStampUs: 0 });
  const gaps: GapEvent[] = [];
  hub.subscribe({ quote: () => {}, cold: (event) => void (event.type === 'gap' && gaps.push(event)) });
  const feed = new ExchangeFeed({
    adapter: alphaToken,
    restUrl: server.restUrl,
    wsUrl: 'ws://127.0.0.1:1/never-dialled',
    rule: { quotes: ['usdt'], minUsdVolume: 1, maxUsdVolume: 1e9, allow: [], deny: [] },
    instruments: new InstrumentTable(),
    sink: hub,
    limits: FEED_LIMITS,
    clock,
    random: Math.random,
    log: silentLog,
  });
  cleanups.push(
    () => feed.stop(),
    () => server.close(),
  );
  const live = () =>
    until('a quote', () => {
      server.send('A-USDT,1,2');
      return feed.health().state === 'running';
    });
  const reason = () => feed.health().connections[0]?.reason ?? '';
  return { server, clock, feed, gaps, live, reason };
}

test('every connection asks for a token of its own and goes where the answer says', async () => {
  const { server, feed, gaps, live } = await setUp();
  feed.start();
  for (let round = 1; round <= 3; round++) {
    await live();
    assert.equal(server.tokens, round);
    for (const socket of server.sockets) socket.terminate();
    await until('the fall', () => feed.health().state !== 'running');
  }
  const queries = server.dialled.map((path) => new URL(path, 'ws://x').searchParams);
  assert.deepEqual(
    queries.slice(0, 3).map((query) => query.get('token')),
    ['1', '2', '3'],
  );
  assert.equal(new Set(queries.map((query) => query.get('id'))).size, queries.length, 'no id comes twice');
  assert.equal(gaps.length, 3, 'each fall is one gap');
});

test('nothing is subscribed before the welcome, and once after it, however often it comes', async () => {
  const { server, feed, live } = await setUp(1);
  server.greets = false;
  feed.start();
  await until('a connection', () => server.sockets.size === 1 && server.dialled.length === 1);
  await until('its opening', () => feed.health().connections[0]?.state === 'open');
  assert.match(feed.health().connections[0]?.reason ?? '', /welcome/);
  for (const socket of server.sockets) socket.ping();
  assert.deepEqual(server.asked, []);
  for (let count = 0; count < 3; count++) for (const socket of server.sockets) socket.send('hi');
  await live();
  assert.deepEqual(server.asked, ['A-USDT']);
});

test('a connection without a welcome is given up and tried again with another token', async () => {
  const { server, feed, live } = await setUp();
  server.greets = false;
  feed.start();
  await until('a second token', () => server.tokens >= 2);
  assert.deepEqual(server.asked, []);
  server.greets = true;
  await live();
});

test('a token that cannot be had is a reason and another try, without a connection', async () => {
  const { server, feed, live, reason } = await setUp();
  server.tokenFault = { status: 500 };
  feed.start();
  await until('the status', () => /\/token: HTTP 500/.test(reason()));
  server.tokenFault = { body: { no: 'url' } };
  await until('the odd answer', () => /token: url is absent/.test(reason()));
  server.tokenFault = { body: { url: 'ws://127.0.0.1:1' } };
  await until('an address where nobody is', () => /ECONNREFUSED/.test(reason()));
  assert.equal(server.connects, 0);
  server.tokenFault = undefined;
  await live();
});

test('Retry-After on the token is honoured', async () => {
  const { server, clock, feed, live, reason } = await setUp();
  server.tokenFault = { status: 429, retryAfterSeconds: 60 };
  feed.start();
  await until('the refusal', () => /HTTP 429/.test(reason()));
  const refusedUs = clock.nowUs();
  server.tokenFault = undefined;
  await live();
  assert.ok(clock.nowUs() - refusedUs > 55e6, 'not before the minute was over');
});

test('the ping interval that comes with the token is kept', async () => {
  const { server, clock, feed, live } = await setUp(50);
  server.pingMs = 2_000;
  server.answersPings = false;
  feed.start();
  await live();
  const quietUs = clock.nowUs();
  await until('the silence noticed', () => feed.health().reconnects > 0);
  assert.ok(clock.nowUs() - quietUs < 19e6, "sooner than two of the adapter's own intervals");
});

test('stopping while the token is asked for leaves no timer and no connection', async () => {
  const { server, clock, feed } = await setUp();
  server.keepsToken = true;
  feed.start();
  await until('the question', () => feed.health().connections[0]?.state === 'connecting');
  feed.stop();
  await until('no timer', () => clock.pending() === 0);
  await until('no connection', () => server.sockets.size === 0);
  assert.equal(feed.health().state, 'stopped');
});
