// /api/connections of a running process on the simulated world: connections with what came over them, a cut one comes back and is
// counted, garbage is counted by reason; and what is bounded or wrong.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ConnectionsReply } from '../../src/api/contract.js';
import { createRealClock } from '../../src/clock.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { startGeneratedWorld } from '../../src/sim/world.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { until } from '../support/wait.js';

const clock = createRealClock();
let world: Awaited<ReturnType<typeof startGeneratedWorld>>;
let app: TestApp;

before(async () => {
  world = await startGeneratedWorld({
    clock,
    exchanges: SIM_EXCHANGES.filter(({ name }) => name === 'Binance' || name === 'Bybit'),
    ...{ port: 0, seed: 1, symbols: 4, quotesPerSecond: 200 },
  });
  app = await startTestApp(() => {}, world.server.urls);
});

after(async () => {
  await app.stop();
  await world.close();
  clock.close();
});

async function ask(query = ''): Promise<ConnectionsReply> {
  const response = await fetch(`${app.url}/api/connections${query}`);
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.json()) as ConnectionsReply;
}

test('each connection is told with its state, its instruments and what came over it', async () => {
  const reply = await until('all are live', async () => {
    const found = await ask();
    const isLive = found.exchanges.every(
      ({ state, instruments, states }) =>
        state === 'running' && instruments > 0 && states['live'] === instruments,
    );
    return isLive && found;
  });
  assert.deepEqual(reply.exchanges.map(({ name }) => name).sort(), ['Binance', 'Bybit']);
  for (const exchange of reply.exchanges) {
    assert.equal(exchange.reason, null);
    assert.ok(exchange.lastMessageAgeMs! >= 0 && exchange.listingAgeMs! >= 0 && exchange.frames > 0);
    const { connections, instruments, states } = exchange;
    const sum = (of: (one: (typeof connections)[number]) => number) =>
      connections.reduce((total, one) => total + of(one), 0);
    assert.ok(connections.length > 0);
    assert.equal(
      sum(({ states: own }) => own['live'] ?? 0),
      states['live'],
    );
    assert.equal(
      sum(({ symbols }) => symbols),
      instruments,
    );
    for (const { state, reason, frames, quotes, refused, refusedTotal, lagMs, heals } of connections) {
      assert.deepEqual([state, reason, refused, refusedTotal, heals], ['live', null, [], 0, 0]);
      assert.ok(frames > 0 && quotes > 0 && lagMs !== null);
    }
  }
});

test('a connection that is cut comes back and is counted; frames of no meaning are counted by their reason', async () => {
  const of = async () => (await ask('?exchange=bINANCE')).exchanges[0]!;
  const binance = world.server.exchange('Binance');
  binance.fault('garbage-frames', true);
  const rejecting = await until('it rejects', async () => {
    const found = await of();
    return Object.values(found.rejects).some((count) => count > 0) && found;
  });
  binance.fault('garbage-frames', false);
  const rejects = rejecting.connections.flatMap((one) => Object.entries(one.rejects));
  assert.ok(rejects.length > 0 && rejects.every(([reason]) => reason in rejecting.rejects));
  binance.fault('cut', true);
  const back = await until('it is back', async () => {
    const found = await of();
    return found.reconnects > 0 && found.state === 'running' && found;
  });
  assert.ok(back.connections.some(({ reconnects }) => reconnects > 0));
});

test('one exchange alone is told where it is named; two names are none', async () => {
  assert.deepEqual(
    (await ask('?exchange=bybit')).exchanges.map(({ name }) => name),
    ['Bybit'],
  );
  assert.deepEqual((await ask('?exchange=Nowhere')).exchanges, []);
  const twice = await fetch(`${app.url}/api/connections?exchange=a&exchange=b`);
  assert.equal(twice.status, 400);
  assert.equal(((await twice.json()) as { field: string }).field, 'exchange');
});
