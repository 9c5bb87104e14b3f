// /api/opportunities of a running process: the filter's list as it always was, each pair with its numbers and what its legs do
// now; chosen and ranked as asked; and the top for bots, which names only what could be traded.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { OpportunitiesReply } from '../../src/api/contract.js';
import { createRealClock } from '../../src/clock.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { type GeneratedWorld, startGeneratedWorld } from '../../src/sim/world.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { until } from '../support/wait.js';

const clock = createRealClock();
let world: GeneratedWorld;
let app: TestApp;

const get = async (query = ''): Promise<OpportunitiesReply> =>
  (await (await fetch(`${app.url}/api/opportunities${query}`)).json()) as OpportunitiesReply;
const namesOf = ({ opportunities }: OpportunitiesReply) =>
  opportunities.map(({ symbol, exchange1, exchange2 }) => `${symbol} ${exchange1} ${exchange2}`);

before(async () => {
  const exchanges = SIM_EXCHANGES.filter(({ name }) => ['Binance', 'Bybit', 'OKX'].includes(name));
  world = await startGeneratedWorld({ clock, exchanges, port: 0, seed: 1, symbols: 2, quotesPerSecond: 200 });
  const rows = [
    'BTC_USDT,Bybit,OKX,41,7,,inf',
    'ETH_USDT,Bybit,OKX,90,1,0.5,2',
    'BTC_USDT,Binance,Bybit,60,9,0.25,3',
    'ETH_USDT,Kraken,OKX,50,0,0.1,4',
    'ETH_USDT,Binance,OKX,12,3,0.1,4',
  ];
  const header = 'symbol,exchange1,exchange2,opportunity_cycles_040bp,net_cycles,net_gain_pct,half_life_sec';
  app = await startTestApp(
    ({ stats }) =>
      writeFileSync(join(stats, 'summary_stats_20261122_000000.csv'), `${[header, ...rows].join('\n')}\n`),
    world.server.urls,
    undefined,
    // Who pays its takers, so that what is executable at once leaves something.
    { analysis: { takerFeePercent: { bybit: -1, OKX: -0.75 } } },
  );
});

after(async () => {
  await app.stop();
  await world.close();
  clock.close();
});

test('without parameters it is the list of the filter, in its order, alive or not, with every number', async () => {
  const reply = await until('all are judged', async () => {
    const found = await get();
    // A spread must have stood for a while, and both legs have spoken again, before it is believed.
    const [, paid] = found.opportunities;
    const judged = found.opportunities.filter(({ edgeBps }) => edgeBps !== null);
    return judged.length === 3 && paid?.tradable === true && found;
  });
  assert.deepEqual(namesOf(reply), [
    'BTC/USDT Binance Bybit',
    'BTC/USDT Bybit OKX',
    'ETH/USDT Bybit OKX',
    'ETH/USDT Kraken OKX',
  ]);
  assert.equal(reply.minCycles, 40);
  const [costly, paid, , nowhere] = reply.opportunities;
  assert.deepEqual([paid!.tradable, paid!.refusals], [true, []]);
  const best = Math.max(paid!.executable12Percent!, paid!.executable21Percent!);
  assert.ok(Math.abs(paid!.edgeBps! - (best + 3.5) * 100) < 1e-6);
  assert.deepEqual(paid!.statistics, {
    opportunity_cycles_040bp: 41,
    net_cycles: 7,
    net_gain_pct: null,
    half_life_sec: null,
  });
  for (const { ageMs } of paid!.legs) assert.ok(ageMs !== null && ageMs >= 0 && ageMs < 60_000);
  assert.ok(costly!.edgeBps! > 0 || costly!.refusals.includes('below-costs'));
  assert.equal(costly!.tradable, costly!.refusals.length === 0);
  assert.deepEqual([nowhere!.tradable, nowhere!.refusals, nowhere!.edgeBps], [false, ['no-live-leg'], null]);
  assert.deepEqual(nowhere!.legs[0], { ageMs: null, live: false });
});

test('it is chosen and ranked as asked; a bad value is answered 400 with its name', async () => {
  assert.deepEqual(namesOf(await get('?sort=net&limit=2')), ['BTC/USDT Binance Bybit', 'BTC/USDT Bybit OKX']);
  assert.deepEqual(namesOf(await get('?sort=cycles&symbol=eth-usdt')), [
    'ETH/USDT Bybit OKX',
    'ETH/USDT Kraken OKX',
  ]);
  assert.deepEqual(namesOf(await get('?exchange=kraken')), ['ETH/USDT Kraken OKX']);
  assert.equal((await get('?alive=1')).opportunities.length, 3);
  const edges = (await get('?sort=edge')).opportunities.map(({ edgeBps }) => edgeBps ?? -Infinity);
  assert.deepEqual(
    edges,
    edges.toSorted((a, b) => b - a),
  );
  const more = await get('?minCycles=10');
  assert.deepEqual([more.minCycles, more.opportunities.length], [10, 5]);
  assert.deepEqual(namesOf(await get('?minCycles=60')), ['ETH/USDT Bybit OKX']);
  assert.equal((await get('?minEdgeBps=100000')).opportunities.length, 0);
  for (const [query, message] of [
    ['sort=best', 'sort: expected one of name, edge, fresh, net, cycles, was "best"'],
    ['minEdgeBps=much', 'minEdgeBps: expected a number from -10000 to 1000000, was "much"'],
    ['minCycles=-1', 'minCycles: expected a whole number from 0 to'],
    ['alive=yes', 'alive: expected one of 0, 1, true, false, was "yes"'],
    ['limit=0', 'limit: expected a whole number from 1 to'],
  ] as const) {
    const response = await fetch(`${app.url}/api/opportunities?${query}`);
    assert.equal(response.status, 400);
    assert.ok(((await response.json()) as { error: string }).error.startsWith(message), query);
  }
});

test('the top holds what could be traded now and nothing else, the best first', async () => {
  const opportunities = await until('two could be traded', async () => {
    const found = (await get('/top')).opportunities;
    return found.length >= 2 && found;
  });
  assert.ok(
    opportunities.every(
      ({ tradable, refusals, edgeBps }) => tradable && refusals.length === 0 && edgeBps! > 0,
    ),
  );
  const edges = opportunities.map(({ freshEdgeBps }) => freshEdgeBps!);
  assert.deepEqual(
    edges,
    edges.toSorted((a, b) => b - a),
  );
  assert.equal((await get('/top?limit=1')).opportunities.length, 1);
});

test('a leg that is cut off is stale, and the pair is no longer at the top', async () => {
  const okx = world.server.exchange('OKX');
  okx.fault('refused', true);
  okx.fault('cut', true);
  await until('it is stale', async () => {
    const { opportunities } = await get('?symbol=BTC/USDT&exchange=OKX');
    return opportunities[0]?.refusals[0] === 'stale';
  });
  assert.ok(namesOf(await get('/top')).every((name) => !name.includes('OKX')));
});
