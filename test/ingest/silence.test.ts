// Silent instruments on a connection that lives: found, told with a Gap back to the last sign of life, asked for
// anew alone; and a quiet coin that REST shows to stand as it was is left in peace.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { ColdEvent } from '../../src/core/event.js';
import { InstrumentTable } from '../../src/core/instrument.js';
import { silentLog } from '../../src/core/log.js';
import { Hub } from '../../src/hub/hub.js';
import { ExchangeFeed } from '../../src/ingest/exchange-feed.js';
import { createFastClock } from '../support/fast-clock.js';
import { FEED_LIMITS } from '../support/feed-limits.js';
import { until } from '../support/wait.js';
import { alpha, startAlpha } from './alpha.js';

const cleanups: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** Every instrument but those in `mute` quotes every 50 ms of the clock's, a price that REST shows too. */
async function setUp(symbols: readonly string[]) {
  const server = await startAlpha(symbols);
  const clock = createFastClock(50);
  const instruments = new InstrumentTable();
  const hub = new Hub({ instrumentsMax: 16, lastStampUs: 0 });
  const events: ColdEvent[] = [];
  const lastQuoteUs = new Map<string, number>();
  hub.subscribe({
    quote: (stampUs, id) => lastQuoteUs.set(instruments.get(id).symbol, stampUs),
    cold: (event) => events.push(event),
  });
  const mute = new Set<string>();
  let price = 1;
  const stopQuoting = clock.every(500, () => {
    price += 1;
    for (const symbol of symbols) {
      if (!frozen.has(symbol)) server.tops[symbol] = { bid: price, ask: price + 1 };
      if (!mute.has(symbol)) server.send(`${symbol},${price},${price + 1}`);
    }
  });
  const frozen = new Set<string>();
  const feed = new ExchangeFeed({
    adapter: { ...alpha, limits: { ...alpha.limits, symbolsPerConnection: 10 } },
    restUrl: server.restUrl,
    wsUrl: server.wsUrl,
    rule: { quotes: ['USDT'], minUsdVolume: 1, maxUsdVolume: 1e9, allow: [], deny: [] },
    instruments,
    sink: hub,
    limits: FEED_LIMITS,
    clock,
    random: () => 0.5,
    log: silentLog,
  });
  cleanups.push(
    stopQuoting,
    () => feed.stop(),
    () => server.close(),
  );
  feed.start();
  await until('all live', () => feed.health().states.live === symbols.length);
  const gapsOf = (symbol: string) =>
    events.flatMap((event) =>
      event.type === 'gap' && instruments.get(event.instrumentId).symbol === symbol ? [event] : [],
    );
  const row = (symbol: string) => feed.instruments().find((one) => one.symbol === symbol)!;
  return { server, clock, feed, events, mute, frozen, lastQuoteUs, gapsOf, row };
}

test('a symbol that falls silent is told with a gap from its last quote, asked for anew alone, and heals', async () => {
  const world = await setUp(['A-USDT', 'B-USDT', 'C-USDT', 'D-USDT', 'E-USDT']);
  await until('its usual interval is learned', () => world.row('B/USDT').usualIntervalMs !== null);
  world.mute.add('B-USDT');
  await until('stale', () => world.feed.health().states.stale === 1, 60_000);
  const silentUs = world.lastQuoteUs.get('B/USDT')!;
  const [gap] = world.gapsOf('B/USDT');
  assert.equal(gap?.reason, 'silent');
  assert.ok(Math.abs(gap!.fromUs - silentUs) < 1_000, `from ${gap!.fromUs}, last quote ${silentUs}`);
  assert.equal(world.feed.health().state, 'degraded');
  assert.match(world.feed.health().reason ?? '', /1 of 5 instruments silent: B\/USDT/);
  await until('asked for anew', () => world.server.givenUp.includes('B-USDT'));
  assert.deepEqual([...new Set(world.server.givenUp)], ['B-USDT'], 'its neighbours are left alone');
  world.mute.delete('B-USDT');
  await until('healed', () => world.feed.health().state === 'running');
  assert.equal(world.row('B/USDT').heals, 1);
  assert.equal(world.gapsOf('B/USDT').length, 1, 'one hole is told once');
  for (const other of ['A/USDT', 'C/USDT', 'D/USDT', 'E/USDT']) assert.deepEqual(world.gapsOf(other), []);
  const words = world.events.flatMap((event) => (event.type === 'status' ? [event.status] : []));
  assert.ok(words.includes('stale') && words.includes('live'));
});

test('a quiet coin is not a dead one: REST shows the same quote, and nothing is told', async () => {
  const world = await setUp(['A-USDT', 'B-USDT', 'C-USDT']);
  await until('its usual interval is learned', () => world.row('B/USDT').usualIntervalMs !== null);
  world.mute.add('B-USDT');
  world.frozen.add('B-USDT');
  const quietUs = world.clock.nowUs();
  await until('five minutes of quiet', () => world.clock.nowUs() - quietUs > 300e6, 60_000);
  assert.deepEqual(world.gapsOf('B/USDT'), []);
  assert.equal(world.feed.health().state, 'running');
  assert.deepEqual(world.server.givenUp, []);
});

test('a symbol that is acknowledged and never says anything is asked for anew', async () => {
  const world = await setUp(['A-USDT', 'B-USDT', 'C-USDT', 'D-USDT']);
  world.mute.add('C-USDT');
  for (const socket of world.server.sockets) socket.terminate();
  await until('asked for anew, alone', () => world.server.givenUp.includes('C-USDT'), 60_000);
  world.mute.delete('C-USDT');
  await until('healed', () => world.feed.health().states.live === 4);
  assert.equal(world.gapsOf('C/USDT').length, 1, 'the disconnect, which lasts');
});

test('a socket that answers pings and brings nothing is given up, with gaps back to its last quote', async () => {
  const world = await setUp(['A-USDT', 'B-USDT', 'C-USDT', 'D-USDT']);
  await until('all learned', () => world.feed.instruments().every((one) => one.usualIntervalMs !== null));
  const connects = world.server.connects;
  for (const symbol of ['A-USDT', 'B-USDT', 'C-USDT', 'D-USDT']) world.mute.add(symbol);
  const silentUs = world.clock.nowUs();
  await until('a new connection', () => world.server.connects > connects, 60_000);
  world.mute.clear();
  await until('all live again', () => world.feed.health().states.live === 4);
  for (const symbol of ['A/USDT', 'B/USDT', 'C/USDT', 'D/USDT']) {
    const gaps = world.gapsOf(symbol);
    assert.equal(gaps.length, 1, `${symbol}: told once`);
    assert.ok(gaps[0]!.fromUs <= silentUs + 1_000_000, `${symbol}: ${gaps[0]!.fromUs} after ${silentUs}`);
  }
});

test('a socket that carries one instrument, and is dead, is replaced as well', async () => {
  const world = await setUp(['A-USDT']);
  await until('learned', () => world.row('A/USDT').usualIntervalMs !== null);
  const { connects } = world.server;
  world.mute.add('A-USDT');
  await until('a new connection', () => world.server.connects > connects, 60_000);
  world.mute.clear();
  await until('live again', () => world.feed.health().states.live === 1);
});

test('where REST does not answer, silence is believed later, and told as such', async () => {
  const world = await setUp(['A-USDT', 'B-USDT', 'C-USDT', 'D-USDT']);
  await until('learned', () => world.row('B/USDT').usualIntervalMs !== null);
  world.server.refuse = { status: 500 };
  world.mute.add('B-USDT');
  await until('stale', () => world.feed.health().states.stale === 1, 60_000);
  assert.equal(world.gapsOf('B/USDT')[0]?.reason, 'silent');
});

test('a hole in the numbering is a gap, and a new subscription of that instrument alone', async () => {
  const world = await setUp(['A-USDT', 'B-USDT']);
  world.server.send('B-USDT,hole');
  await until('asked for anew', () => world.server.givenUp.length > 0);
  assert.deepEqual(world.server.givenUp, ['B-USDT']);
  assert.deepEqual(
    world.gapsOf('B/USDT').map(({ reason }) => reason),
    ['sequence'],
  );
  // What was missed came at any moment since the last quote.
  const [gap] = world.gapsOf('B/USDT');
  assert.ok(
    gap!.fromUs < gap!.stampUs && gap!.stampUs - gap!.fromUs < 30_000_000,
    `${gap!.fromUs} ${gap!.stampUs}`,
  );
  assert.deepEqual(world.gapsOf('A/USDT'), []);
});

test('an age limit is told with the first quote, and anew when the usual interval is learned', async () => {
  const world = await setUp(['A-USDT']);
  const limits = () =>
    world.events.flatMap((event) =>
      event.type === 'status' && event.status === 'age-limit' ? [event.value] : [],
    );
  assert.deepEqual(limits(), [60_000_000]);
  await until('the learned one', () => limits().length > 1, 60_000);
  assert.ok(limits()[1]! >= 2_000_000 && limits()[1]! < 60_000_000, `${limits()}`);
});
