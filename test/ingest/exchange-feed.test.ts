import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { ColdEvent, GapEvent } from '../../src/core/event.js';
import { InstrumentTable } from '../../src/core/instrument.js';
import { silentLog } from '../../src/core/log.js';
import { Hub } from '../../src/hub/hub.js';
import { ExchangeFeed } from '../../src/ingest/exchange-feed.js';
import { createFastClock } from '../support/fast-clock.js';
import { FEED_LIMITS } from '../support/feed-limits.js';
import { until } from '../support/wait.js';
import { type AlphaServer, alpha, startAlpha } from './alpha.js';

const SYMBOLS = ['A-USDT', 'B-USDT', 'C-USDT', 'D-USDT', 'E-USDT', 'F-EUR'];
const cleanups: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

interface Setting {
  readonly symbols?: readonly string[];
  readonly speed?: number;
  readonly server?: AlphaServer;
  readonly listingIntervalMs?: number;
}

async function setUp(options: Setting = {}) {
  const server = options.server ?? (await startAlpha(options.symbols ?? SYMBOLS));
  const clock = createFastClock(options.speed ?? 50);
  const instruments = new InstrumentTable();
  const hub = new Hub({ instrumentsMax: 16, lastStampUs: 0 });
  const quotes: number[] = [];
  const events: ColdEvent[] = [];
  hub.subscribe({ quote: (_stampUs, id) => quotes.push(id), cold: (event) => events.push(event) });
  const feed = new ExchangeFeed({
    adapter: alpha,
    restUrl: server.restUrl,
    wsUrl: server.wsUrl,
    rule: { quotes: ['usdt'], minUsdVolume: 1, maxUsdVolume: 1e9, allow: [], deny: [] },
    instruments,
    sink: hub,
    limits: { ...FEED_LIMITS, listingIntervalMs: options.listingIntervalMs ?? 3_600_000 },
    clock,
    random: () => 0.5,
    log: silentLog,
  });
  cleanups.push(
    () => feed.stop(),
    () => server.close(),
  );
  const gaps = () => events.filter((event): event is GapEvent => event.type === 'gap');
  return { server, clock, feed, instruments, quotes, events, gaps };
}

/** Sends quotes until each of the five selected instruments has had one. */
async function live({ server, quotes, feed }: Awaited<ReturnType<typeof setUp>>): Promise<void> {
  const before = quotes.length;
  await until('five subscriptions', () => server.subscribed() === 5);
  await until('quotes of every instrument', () => {
    for (const symbol of SYMBOLS) server.send(`${symbol},1,2`);
    return new Set(quotes.slice(before)).size === 5 && feed.health().state === 'running';
  });
}

test('listed instruments that pass the filter are subscribed, spread over connections in batches', async () => {
  const world = await setUp();
  world.feed.start();
  await live(world);
  assert.deepEqual([...new Set(world.server.asked)].sort(), SYMBOLS.slice(0, 5));
  const health = world.feed.health();
  assert.equal(health.instruments, 5);
  assert.deepEqual(health.excluded, { quote: 1 });
  assert.deepEqual(
    health.connections.map(({ name, symbols }) => [name, symbols]),
    [
      ['Alpha#1', 4],
      ['Alpha#2', 1],
    ],
  );
  assert.ok(
    (health.counters.rejects['unknown-symbol'] ?? 0) > 0,
    'the symbol that was not selected is counted',
  );
});

test('a disconnect is one gap for each instrument that had a quote, from the last sign of life', async () => {
  const world = await setUp();
  world.feed.start();
  await live(world);
  const lastUs = world.feed.health().lastMessageUs as number;
  for (const socket of world.server.sockets) socket.terminate();
  await until('gaps', () => world.gaps().length === 5);
  for (const gap of world.gaps()) {
    assert.equal(gap.reason, 'disconnect');
    assert.ok(gap.fromUs <= lastUs + 2_000_000 && gap.fromUs <= gap.stampUs);
  }
  await live(world);
  assert.equal(world.gaps().length, 5, 'a hole is told once');
  assert.equal(world.feed.health().reconnects, 2);
});

test('a connection that proves nothing for two ping intervals is closed, with gaps back to its last proof', async () => {
  const world = await setUp();
  world.feed.start();
  await live(world);
  const provenUs = world.feed.health().lastMessageUs as number;
  world.server.answersPings = false;
  await until('gaps', () => world.gaps().length >= 5);
  for (const gap of world.gaps()) {
    const silentMs = (gap.stampUs - gap.fromUs) / 1_000;
    assert.ok(silentMs > 20_000, `closed after ${silentMs} ms of silence`);
    assert.ok(gap.fromUs >= provenUs);
  }
});

test('pongs keep a quiet connection alive, and Alive says when it was proven', async () => {
  const world = await setUp();
  world.feed.start();
  await live(world);
  const before = world.events.length;
  await until(
    'ten signs of life',
    () => world.events.filter(({ type }) => type === 'alive').length >= before + 10,
  );
  assert.equal(world.gaps().length, 0);
  for (const event of world.events)
    if (event.type === 'alive') {
      assert.ok(event.provenUs <= event.stampUs);
      assert.ok(event.stampUs - event.provenUs < 20_000_000);
    }
});

test('a refused symbol does not take its neighbours down, named or not', async () => {
  for (const names of [true, false]) {
    const world = await setUp({ symbols: ['A-USDT', 'BAD-USDT', 'C-USDT'] });
    world.server.bad.add('BAD-USDT');
    world.server.names = names;
    world.feed.start();
    const refused = await until('the refusal', () => {
      const [connection] = world.feed.health().connections;
      return Object.keys(connection?.refused ?? {}).length > 0 && connection?.refused;
    });
    assert.deepEqual(Object.keys(refused), ['BAD-USDT']);
    await until(
      'the neighbour asked for again',
      () => world.server.asked.filter((symbol) => symbol === 'A-USDT').length === 2,
    );
    world.feed.stop();
  }
});

test('a connection that falls again and again, however far it comes, is tried less and less often', async () => {
  const world = await setUp({ symbols: ['A-USDT'], speed: 100 });
  world.feed.start();
  const pausesUs: number[] = [];
  for (let round = 0; round < 8; round++) {
    await until('a live connection', () => {
      world.server.send('A-USDT,1,2');
      return world.feed.health().state === 'running';
    });
    const fellUs = world.clock.nowUs();
    const { connects } = world.server;
    for (const socket of world.server.sockets) socket.terminate();
    await until('the next', () => world.server.connects > connects);
    pausesUs.push(world.clock.nowUs() - fellUs);
  }
  // Doubled each time, of which at least half is waited: the eighth is 32 s and more, were it not for the cap of 30 s.
  assert.ok(pausesUs.at(-1)! > 14_000_000, `pauses: ${pausesUs.join(' ')}`);
  assert.ok(pausesUs[0]! < pausesUs.at(-1)!, `pauses: ${pausesUs.join(' ')}`);
});

test('what the exchange refused is asked for again by and by, and health says where it refused everything', async () => {
  const world = await setUp({ symbols: ['A-USDT', 'BAD-USDT'], speed: 100 });
  world.server.bad.add('A-USDT').add('BAD-USDT');
  world.feed.start();
  const refused = () => Object.keys(world.feed.health().connections[0]?.refused ?? {});
  await until('the refusals', () => {
    world.server.send('C-USDT,1,2');
    return refused().length === 2;
  });
  assert.match(world.feed.health().reason ?? '', /^all 2 instruments refused: /);
  world.server.bad.clear();
  await until('no refusal', () => refused().length === 0);
  await until('quotes of it', () => {
    world.server.send('A-USDT,1,2');
    world.server.send('BAD-USDT,1,2');
    return world.feed.health().states.live === 2;
  });
});

test('what is acknowledged and never said anything is stale, with a hole since it was asked for', async () => {
  const world = await setUp({ symbols: ['A-USDT', 'C-USDT'], speed: 50 });
  for (const symbol of ['A-USDT', 'C-USDT']) world.server.tops[symbol] = { bid: 1, ask: 2 };
  world.feed.start();
  await until(
    'a stale one',
    () => {
      world.server.send('A-USDT,1,2');
      return world.feed.health().states.stale === 1;
    },
    60_000,
  );
  const [gap] = world.gaps();
  assert.equal(gap?.reason, 'silent');
  assert.equal(world.instruments.get(gap!.instrumentId).symbol, 'C/USDT');
  assert.ok(gap!.stampUs - gap!.fromUs > 10_000_000, `${gap!.fromUs} to ${gap!.stampUs}`);
});

test('a listing that is suddenly empty is none: what is watched stays', async () => {
  const world = await setUp({ symbols: ['A-USDT'], listingIntervalMs: 20_000 });
  world.feed.start();
  const lives = () => {
    world.server.send('A-USDT,1,2');
    return world.feed.health().state === 'running';
  };
  await until('live', lives);
  world.server.symbols = [];
  await until('the reason', () => /the listing is empty/.test(world.feed.health().reason ?? ''), 60_000);
  assert.equal(world.feed.health().instruments, 1);
  assert.deepEqual(
    world.gaps().filter(({ reason }) => reason === 'unsubscribed'),
    [],
  );
  world.server.symbols = ['A-USDT'];
  await until('running again', lives, 60_000);
});

test('an announced closing is followed by a new connection that takes over without a hole', async () => {
  const world = await setUp();
  world.feed.start();
  await live(world);
  const old = [...world.server.sockets];
  world.server.send('bye');
  await until('the old connections are gone', () => {
    for (const symbol of SYMBOLS) world.server.send(`${symbol},3,4,${world.quotes.length}`);
    return old.every(({ readyState }) => readyState === 3);
  });
  await live(world);
  assert.equal(world.gaps().length, 0);
  const { rolls, reconnects } = world.feed.health();
  assert.deepEqual([rolls, reconnects], [2, 0]);
});

test('a connection that took over in silence tells the hole when it falls, though it never brought a quote', async () => {
  const world = await setUp();
  world.feed.start();
  await live(world);
  world.feed.roll();
  await until('both took over', () => world.feed.health().rolls === 2);
  assert.equal(world.gaps().length, 0);
  for (const socket of world.server.sockets) socket.terminate();
  await until('gaps', () => world.gaps().length === 5);
});

test('an exchange that cannot be reached stays failed with the reason, and is tried until it answers', async () => {
  const server = await startAlpha(SYMBOLS);
  server.refuse = { status: 500 };
  const world = await setUp({ server });
  world.feed.start();
  await until('the failure', () => world.feed.health().state === 'failed');
  assert.match(world.feed.health().reason ?? '', /listing: 127\.0\.0\.1:\d+\/symbols: HTTP 500/);
  server.refuse = undefined;
  server.symbols = '<html>busy</html>';
  await until('the html', () => /expected JSON, was "<html>busy/.test(world.feed.health().reason ?? ''));
  server.symbols = SYMBOLS;
  await live(world);
});

test('Retry-After is honoured, for the listing and for the handshake', async () => {
  const server = await startAlpha(SYMBOLS);
  server.refuse = { status: 429, retryAfterSeconds: 60 };
  const world = await setUp({ server, speed: 100 });
  const startUs = world.clock.nowUs();
  world.feed.start();
  await until('the failure', () => world.feed.health().state === 'failed');
  server.refuse = undefined;
  await live(world);
  assert.ok(world.clock.nowUs() - startUs > 60e6, 'not before the minute was over');

  server.refuse = { status: 418, retryAfterSeconds: 120 };
  for (const socket of server.sockets) socket.terminate();
  const connectsBefore = server.connects;
  await until('a refused handshake', () => server.connects > connectsBefore);
  const refusedUs = world.clock.nowUs();
  server.refuse = undefined;
  await live(world);
  assert.ok(world.clock.nowUs() - refusedUs > 115e6, 'not before two minutes were over');
});

test('a frame beyond the limit closes the connection and nothing else', async () => {
  const world = await setUp();
  world.feed.start();
  await live(world);
  world.server.send('x'.repeat(FEED_LIMITS.frameBytesMax + 1));
  await until('the reason', () =>
    world.feed.health().connections.some(({ reason }) => /payload/i.test(reason ?? '')),
  );
  await live(world);
});

test('a hundred reconnects leave no timer, no handler and one subscription for each symbol', async () => {
  const world = await setUp({ symbols: ['A-USDT'], speed: 500 });
  world.feed.start();
  let timers = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 100; round++) {
    await until('a live connection, its symbol asked for', () => {
      world.server.send('A-USDT,1,2');
      const { asked, connects } = world.server;
      return world.feed.health().state === 'running' && asked.length === connects;
    });
    // Those of the handshake may still be about to go; one that is left behind would stay.
    const most = timers;
    await until(`at most ${most} timers, as in round 0`, () => world.clock.pending() <= most);
    timers = Math.min(timers, world.clock.pending());
    for (const socket of world.server.sockets) socket.terminate();
    await until('the fall', () => world.feed.health().state !== 'running');
  }
  // A machine that is late may lose one more to an unanswered ping.
  assert.ok(world.gaps().length >= 100 && world.gaps().every(({ reason }) => reason === 'disconnect'));
  world.feed.stop();
  assert.equal(world.clock.pending(), 0);
});
