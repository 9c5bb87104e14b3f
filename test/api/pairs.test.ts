// /api/pairs of a running process, and the pairs that its configuration has it watch.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { PairsReply, PinReply } from '../../src/api/contract.js';
import { createRealClock } from '../../src/clock.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { type GeneratedWorld, startGeneratedWorld } from '../../src/sim/world.js';
import { connectClient } from '../sockets/stage.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { until } from '../support/wait.js';

const clock = createRealClock();
let world: GeneratedWorld;
let app: TestApp;

interface HealthBody {
  windows: { pairs: number; refused: { symbol: string; reason: string }[]; pins: { pinned: number } };
  tracked: { pairs: number; valid: number };
}

const get = async <T>(path: string): Promise<T> => (await (await fetch(`${app.url}${path}`)).json()) as T;
const namesOf = ({ pairs }: PairsReply) =>
  pairs.map(({ symbol, exchange1, exchange2 }) => `${symbol} ${exchange1} ${exchange2}`);

before(async () => {
  const names = ['Binance', 'Bybit', 'OKX', 'BinancePerp'];
  const exchanges = SIM_EXCHANGES.filter(({ name }) => names.includes(name));
  world = await startGeneratedWorld({ clock, exchanges, port: 0, seed: 1, symbols: 3, quotesPerSecond: 300 });
  const row = (symbol: string, cycles: number) => `${symbol},Bybit,OKX,${cycles}\n`;
  app = await startTestApp(
    ({ stats }) =>
      writeFileSync(
        join(stats, 'summary_stats_20261122_000000.csv'),
        `symbol,exchange1,exchange2,opportunity_cycles_040bp\n${row('BTC_USDT', 41)}${row('ETH_USDT', 90)}`,
      ),
    world.server.urls,
    undefined,
    { pairs: { watched: ['btc-usdt OKX binance'] }, windows: { pairsMax: 2 } },
  );
});

after(async () => {
  await app.stop();
  await world.close();
  clock.close();
});

test('every pair of live legs is told by name, with its spreads and a sparkline', async () => {
  const reply = await until('all are valid', async () => {
    const found = await get<PairsReply>('/api/pairs');
    return found.total === 9 && found.pairs.every(({ spreadPercent }) => spreadPercent !== null) && found;
  });
  assert.deepEqual(namesOf(reply).slice(0, 3), [
    'BTC/USDT Binance Bybit',
    'BTC/USDT Binance OKX',
    'BTC/USDT Bybit OKX',
  ]);
  assert.deepEqual(namesOf(reply), namesOf(reply).toSorted());
  assert.match(reply.timestamp ?? '', /^2.*Z$/);
  assert.deepEqual([reply.offset, reply.leftOut, reply.bucketSeconds], [0, 0, 15]);
  for (const pair of reply.pairs) {
    assert.equal(pair.sparkline?.length, 60);
    assert.equal(typeof pair.sparkline?.at(-1), 'number');
    assert.equal(pair.sparkline?.[0], null);
    // Bought at the ask, sold at the bid: never better than bid against bid.
    assert.ok(pair.executable12Percent! <= pair.spreadPercent! && pair.executable21Percent !== null);
  }
});

test('rows are chosen, sorted and bounded as asked; a bad value is answered 400 with its name', async () => {
  assert.equal((await get<PairsReply>('/api/pairs?symbol=btc_usdt')).total, 3);
  assert.equal((await get<PairsReply>('/api/pairs?exchange=OKX&symbol=ETHUSDT')).total, 2);
  assert.equal((await get<PairsReply>('/api/pairs?exchange=binanceperp')).total, 0);
  const page = await get<PairsReply>('/api/pairs?limit=2&offset=8&sparkline=false');
  assert.deepEqual([page.total, page.offset, page.pairs.length, page.pairs[0]?.sparkline], [9, 8, 1, null]);
  const sorted = await get<PairsReply>('/api/pairs?sort=executable');
  const best = sorted.pairs.map(({ executable12Percent: one, executable21Percent: other }) =>
    Math.max(one ?? -Infinity, other ?? -Infinity),
  );
  assert.deepEqual(
    best,
    best.toSorted((a, b) => b - a),
  );
  for (const [query, message] of [
    ['limit=0', 'limit: expected a whole number from 1 to 500, was "0"'],
    ['offset=x', 'offset: expected a whole number from 0 to'],
    ['sort=best', 'sort: expected one of name, executable, was "best"'],
    ['sparkline=1', 'sparkline: expected one of true, false, was "1"'],
  ] as const) {
    const response = await fetch(`${app.url}/api/pairs?${query}`);
    assert.equal(response.status, 400);
    assert.ok(((await response.json()) as { error: string }).error.startsWith(message), query);
  }
  const openapi = await get<{ paths: Record<string, unknown> }>('/api/openapi.json');
  assert.ok('/api/pairs' in openapi.paths);
});

test('a configured pair is watched before what statistics recommend, and health names what has no room', async () => {
  const { windows, tracked } = await until('pairs are watched', async () => {
    const body = await get<HealthBody>('/api/health');
    return body.windows.pairs === 2 && body.windows.refused[0]?.reason === 'full' && body;
  });
  // ETH/USDT has more cycles than BTC/USDT.
  assert.deepEqual(windows.refused, [
    { symbol: 'BTC/USDT', exchange1: 'Bybit', exchange2: 'OKX', reason: 'full' },
  ]);
  assert.equal(tracked.pairs, 9);
  const metrics = await (await fetch(`${app.url}/metrics`)).text();
  assert.match(metrics, /spread_aggregator_refused_pairs\{reason="full"\} 1/);
  assert.match(metrics, /spread_aggregator_tracked_pairs\{what="all"\} 9/);
});

test('a pin over the one port is refused by name while there is no room, and taken for what is watched', async () => {
  const client = await connectClient(Number(new URL(app.url).port), '/ws/realtime_charts');
  const ask = async (symbol: string, exchange1: string): Promise<PinReply> => {
    const before = client.received.length;
    client.socket.send(JSON.stringify({ action: 'pin', symbol, exchange1, exchange2: 'okx' }));
    const isReply = (text: string) => text.startsWith('{');
    await until('an answer', () => client.received.slice(before).some(isReply));
    return JSON.parse(client.received.slice(before).find(isReply)!) as PinReply;
  };
  const refused = await ask('BTC/USDT', 'Bybit');
  assert.ok(refused.type === 'refused');
  assert.deepEqual([refused.reason, refused.limit], ['full', 2]);
  assert.deepEqual(await ask('ethusdt', 'bybit'), {
    type: 'pinned',
    symbol: 'ETH/USDT',
    exchange1: 'Bybit',
    exchange2: 'OKX',
  });
  assert.equal((await get<HealthBody>('/api/health')).windows.pins.pinned, 1);
  client.socket.close();
  await client.closed;
});
