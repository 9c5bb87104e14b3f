import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { createRealClock, loopActiveUs } from '../../src/clock.js';
import type { ColdEvent, GapEvent, StatusEvent } from '../../src/core/event.js';
import { InstrumentTable } from '../../src/core/instrument.js';
import { silentLog } from '../../src/core/log.js';
import { US_PER_MS } from '../../src/core/time.js';
import { Hub } from '../../src/hub/hub.js';
import { ExchangeFeed } from '../../src/ingest/exchange-feed.js';
import type { LagLimits } from '../../src/ingest/lag-watch.js';
import { ReadingTurn } from '../../src/ingest/reading-turn.js';
import { LIMITS } from '../../src/limits.js';
import { until } from '../support/wait.js';
import { alpha, startAlpha } from './alpha.js';

/** Four on the first connection, one on the second. */
const SYMBOLS = ['A-USDT', 'B-USDT', 'C-USDT', 'D-USDT', 'E-USDT'];
/** Frames as long as many quotes: the socket's library reads a piece of 64 KB in one go. */
const PADDING = ' '.repeat(20_000);
const cleanups: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function setUp(limits: Partial<LagLimits & { listingIntervalMs: number }> = {}) {
  const server = await startAlpha(SYMBOLS);
  const clock = createRealClock();
  const instruments = new InstrumentTable();
  const hub = new Hub({ instrumentsMax: 16, lastStampUs: 0 });
  const events: ColdEvent[] = [];
  /** What handing on one quote takes, ms of the loop. */
  const world = { workMs: 0, quotes: 0 };
  hub.subscribe({
    quote: () => {
      world.quotes += 1;
      for (const endUs = clock.nowUs() + world.workMs * US_PER_MS; clock.nowUs() < endUs; );
    },
    cold: (event) => events.push(event),
  });
  const turn = new ReadingTurn({ clock, loopActiveUs, turnMsMax: LIMITS.ingest.readingMsMax });
  const feed = new ExchangeFeed({
    adapter: alpha,
    restUrl: server.restUrl,
    wsUrl: server.wsUrl,
    rule: { quotes: ['usdt'], minUsdVolume: 1, maxUsdVolume: 1e9, allow: [], deny: [] },
    instruments,
    sink: hub,
    limits: { ...LIMITS.ingest, ...limits },
    clock,
    random: () => 0.5,
    log: silentLog,
    turn,
  });
  cleanups.push(
    () => clock.close(),
    () => turn.stop(),
    () => server.close(),
    () => feed.stop(),
  );
  feed.start();
  await until('five subscriptions', () => server.subscribed() === 5);
  const told = (status: string): readonly (readonly [string, number])[] =>
    events
      .filter((event): event is StatusEvent => event.type === 'status' && event.status === status)
      .map(({ instrumentId, value }) => [instruments.get(instrumentId).symbol, value]);
  const sendAll = (exchangeUsOf: (symbol: string) => number | undefined) => {
    for (const symbol of SYMBOLS) {
      const exchangeUs = exchangeUsOf(symbol);
      server.send(exchangeUs === undefined ? `${symbol},1,2` : `${symbol},1,2,,${exchangeUs}`);
    }
  };
  return { server, clock, feed, events, told, turn, world, sendAll };
}

test('quotes that come late by the exchange’s clock lag, on their connection alone, until they are in time again', async () => {
  const { clock, feed, told, sendAll } = await setUp();
  // The exchange's clock is an hour behind ours, as far as we can tell.
  const offsetUs = 3_600_000 * US_PER_MS;
  let lateMs = 0;
  const late = (symbol: string) => (symbol === 'E-USDT' ? 0 : lateMs * US_PER_MS);
  const stop = clock.every(10, () => sendAll((symbol) => clock.nowUs() - offsetUs - late(symbol)));
  cleanups.push(stop);
  await until('a running exchange', () => feed.health().state === 'running');
  assert.equal(feed.health().lagging, 0);
  lateMs = 500;
  await until('four that lag', () => told('lagging').length >= 4);
  for (const [, lagUs] of told('lagging'))
    assert.ok(lagUs > 150_000 && lagUs < 5_000_000, `${lagUs} µs late`);
  const names = (status: string) => [...new Set(told(status).map(([symbol]) => symbol))].sort();
  assert.deepEqual(names('lagging'), ['A/USDT', 'B/USDT', 'C/USDT', 'D/USDT']);
  const health = feed.health();
  assert.equal(health.state, 'degraded');
  assert.equal(health.lagging, 4);
  assert.match(health.reason ?? '', /^4 of 5 instruments lag: Alpha#1 is \d+ ms late$/);
  assert.ok((health.connections[0]?.lagMs ?? 0) > 150);
  lateMs = 0;
  await until('in time again', () => told('in-time').length >= 4);
  assert.deepEqual(names('in-time'), ['A/USDT', 'B/USDT', 'C/USDT', 'D/USDT']);
  for (const [, limitUs] of told('in-time')) assert.ok(limitUs >= 2_000_000, 'a quote counts again');
  assert.equal(feed.health().state, 'running');
});

test('a quote that lags ends what was shown, and none counts until it is over', async () => {
  const { clock, events, told, sendAll, feed } = await setUp();
  let lateMs = 0;
  cleanups.push(clock.every(10, () => sendAll(() => clock.nowUs() - lateMs * US_PER_MS)));
  await until('a running exchange', () => feed.health().state === 'running');
  lateMs = 400;
  await until('all lag', () => told('lagging').length >= 5);
  lateMs = 0;
  await until('all in time', () => told('in-time').length >= 5);
  // No age limit is told meanwhile, which would make quotes count again.
  const states = events.filter((event): event is StatusEvent => event.type === 'status');
  for (const id of new Set(states.map(({ instrumentId }) => instrumentId))) {
    const own = states.filter(({ instrumentId, status }) => instrumentId === id && status !== 'live');
    const from = own.findIndex(({ status }) => status === 'lagging');
    assert.equal(own[from + 1]?.status, 'in-time');
  }
});

test('reading takes no more of a turn than its share, and what it leaves lying makes quotes without a time lag', async () => {
  const { clock, server, told, turn, world, feed, sendAll } = await setUp({ behindMsMax: 60_000 });
  sendAll(() => undefined);
  await until('a running exchange', () => feed.health().state === 'running');
  assert.equal(told('lagging').length, 0);
  let turns = 0;
  cleanups.push(
    clock.every(1, () => {
      turns += 1;
    }),
  );
  world.workMs = 4;
  const [frames, before] = [200, world.quotes];
  for (let n = 0; n < frames; n += 1) server.send(`A-USDT,1,2${PADDING}`);
  await until('quotes that lag', () => told('lagging').some(([symbol]) => symbol === 'A/USDT'));
  assert.ok(world.quotes - before < frames, 'while they are still being read');
  await until('all of them', () => world.quotes - before === frames);
  // 800 ms of work: in turns of 10 ms and what is read in one go, 16 ms at most.
  assert.ok(turns >= 20, `${turns} turns of the loop`);
  assert.ok(turn.cut >= 10, `${turn.cut} turns cut short`);
  world.workMs = 0;
  cleanups.push(clock.every(10, () => sendAll(() => undefined)));
  await until('in time again', () => told('in-time').some(([symbol]) => symbol === 'A/USDT'));
  assert.equal(feed.health().lagging, 0);
});

test('a connection that we are far behind of is replaced: what waits unread is a gap, and the next quotes are in time', async () => {
  const { server, told, world, feed, events, sendAll, clock } = await setUp({ behindMsMax: 300 });
  sendAll(() => undefined);
  await until('a running exchange', () => feed.health().state === 'running');
  world.workMs = 4;
  const before = world.quotes;
  for (let n = 0; n < 500; n += 1) server.send(`A-USDT,1,2${PADDING}`);
  const gaps = () => events.filter((event): event is GapEvent => event.type === 'gap');
  await until('gaps', () => gaps().length >= 4);
  assert.ok(told('lagging').length >= 4, 'it lagged before');
  world.workMs = 0;
  await until('it is back', () => server.subscribed() === 5 && feed.health().reconnects === 1);
  assert.ok(world.quotes - before < 500, 'not all was read');
  cleanups.push(clock.every(10, () => sendAll(() => undefined)));
  await until('in time', () => feed.health().state === 'running');
  assert.equal(feed.health().lagging, 0);
});

test('an instrument that leaves the listing while it lags leaves that state behind', async () => {
  const { server, clock, told, sendAll, feed, events } = await setUp({ listingIntervalMs: 100 });
  let lateMs = 0;
  cleanups.push(clock.every(10, () => sendAll(() => clock.nowUs() - lateMs * US_PER_MS)));
  await until('a running exchange', () => feed.health().state === 'running');
  lateMs = 400;
  await until('all lag', () => told('lagging').length >= 5);
  server.symbols = SYMBOLS.slice(1);
  await until('its gap', () =>
    events.some((event) => event.type === 'gap' && event.reason === 'unsubscribed'),
  );
  assert.ok(told('in-time').some(([symbol]) => symbol === 'A/USDT'));
});
