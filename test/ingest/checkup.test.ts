// What `doctor` asks of an exchange ends in time, however the exchange behaves.

import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { silentLog } from '../../src/core/log.js';
import type { ExchangeAdapter } from '../../src/exchanges/exchange.js';
import { adapters } from '../../src/exchanges/index.js';
import { type CheckupOptions, checkExchange } from '../../src/ingest/checkup.js';
import { OPEN_MS_MAX } from '../../src/ingest/checkup-listen.js';
import { LIMITS } from '../../src/limits.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { startGeneratedWorld } from '../../src/sim/world.js';
import { createFastClock } from '../support/fast-clock.js';

type Given = Pick<CheckupOptions, 'adapter' | 'restUrl' | 'wsUrl' | 'clock'>;

function check(given: Given, resolve: CheckupOptions['resolve']) {
  return checkExchange({
    ...given,
    resolve,
    rule: { quotes: ['USDT'], minUsdVolume: 0, maxUsdVolume: 1e12, allow: [], deny: [] },
    knownShapes: [],
    listenMs: 5_000,
    limits: LIMITS.ingest,
    random: () => 0.5,
    log: silentLog,
  });
}

/** A port that takes every connection and never says a word. */
async function mutePort(context: TestContext): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

test('exchanges that take every connection and never answer are given up within 30 s', async (t) => {
  const port = await mutePort(t);
  const clock = createFastClock(20);
  const startUs = clock.nowUs();
  const [restUrl, wsUrl] = [`http://localhost:${port}`, `ws://names.invalid:${port}/ws`];
  const neverResolves = () => new Promise(() => {});
  const checkups = await Promise.all(
    adapters.map((adapter) => check({ adapter, restUrl, wsUrl, clock }, neverResolves)),
  );
  assert.ok((clock.nowUs() - startUs) / 1e6 < 35, 'listening and 30 s');
  for (const { exchange, listing, clock: time, heard, hosts } of checkups) {
    assert.equal(listing.is, 'failed', exchange);
    assert.notEqual(time.is, 'done', exchange);
    assert.equal(heard.is, 'skipped', exchange);
    assert.deepEqual(hosts[0], { host: 'localhost', kind: 'loopback', ms: 0 });
    assert.match(hosts[1]?.error ?? '', /^no answer within 5000 ms$/);
  }
  assert.equal(clock.pending(), 0, 'no timer is left behind');
});

test('a handshake that is never answered is given up, and said', async (t) => {
  const port = await mutePort(t);
  const clock = createFastClock(20);
  const [adapter, simulated] = [adapters[0]!, SIM_EXCHANGES[0]!];
  const world = await startGeneratedWorld({
    clock,
    exchanges: [simulated],
    port: 0,
    seed: 3,
    symbols: 5,
    quotesPerSecond: 5,
  });
  t.after(() => world.close());
  const { restUrl } = world.server.urls[simulated.name]!;
  const { heard } = await check(
    { adapter, restUrl, wsUrl: `ws://127.0.0.1:${port}/ws`, clock },
    async () => [],
  );
  assert.ok(heard.is === 'done');
  assert.equal(heard.value.openMs, null);
  assert.equal(heard.value.isConnected, false);
  assert.deepEqual(heard.value.troubles, [`no answer within ${OPEN_MS_MAX} ms`]);
});

test('the offset of a clock is told from the quickest of three answers, to within half of its round trip', async (t) => {
  const clock = createFastClock(1);
  const [adapter, simulated] = [adapters[0]!, SIM_EXCHANGES[0]!];
  const world = await startGeneratedWorld({
    clock,
    exchanges: [simulated],
    port: 0,
    seed: 3,
    symbols: 5,
    quotesPerSecond: 5,
  });
  t.after(() => world.close());
  let asked = 0;
  const ahead: ExchangeAdapter = {
    ...adapter,
    // Any path that answers JSON: the time of the answer is told here.
    timeRequest: {
      path: adapter.listingRequests[0]!.path,
      readMs: () => {
        asked += 1;
        return clock.nowUs() / 1_000 + 2_500;
      },
    },
  };
  const { restUrl } = world.server.urls[simulated.name]!;
  const given = { adapter: ahead, restUrl, wsUrl: 'ws://names.invalid/ws', clock };
  const { clock: time, heard } = await check(given, () => Promise.reject(new Error('getaddrinfo ENOTFOUND')));
  assert.ok(time.is === 'done');
  assert.equal(asked, 3);
  const { offsetMs, roundTripMs } = time.value;
  assert.ok(roundTripMs > 0);
  assert.ok(Math.abs(offsetMs - 2_500) <= roundTripMs / 2 + 1, `${offsetMs} ± ${roundTripMs / 2}`);
  assert.equal(heard.is, 'skipped');
});
