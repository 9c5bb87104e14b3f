import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import type { ConnectionsReply } from '../../src/api/contract.js';
import { createRealClock } from '../../src/clock.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { startGeneratedWorld } from '../../src/sim/world.js';
import { ccxtModule, ccxtSkip } from '../oracle/ccxt.js';
import { startTestApp } from '../support/app.js';
import { until } from '../support/wait.js';

type Health = {
  exchanges: Record<string, { state: string; reason?: string; instruments: number; quotes: number }>;
};
type Rows = { exchange: string; symbol: string; exchangeSymbol: string; state: string | null }[];

test('an exchange that ccxt connects to is recorded and shown beside one of our own', {
  skip: ccxtSkip,
}, async (t) => {
  const clock = createRealClock();
  const exchanges = SIM_EXCHANGES.filter(({ name }) => /^(Kucoin|Bybit)/.test(name));
  const world = await startGeneratedWorld({
    clock,
    exchanges,
    port: 0,
    seed: 3,
    symbols: 3,
    quotesPerSecond: 120,
  });
  t.after(async () => {
    await world.close();
    clock.close();
  });
  const { Kucoin, KucoinPerp, Bybit } = world.server.urls;
  const viaCcxt = {
    via: 'ccxt',
    ccxtId: 'kucoin',
    ccxtUrls: { public: Kucoin!.restUrl, futuresPublic: KucoinPerp!.restUrl },
    minUsdVolume: 0,
  };
  const app = await startTestApp(() => {}, { Bybit, Other: viaCcxt, OtherPerp: viaCcxt }, ccxtModule);
  t.after(() => app.stop());
  const health = async () => (await (await fetch(`${app.url}/health`)).json()) as Health;
  const names = ['Bybit', 'Other', 'OtherPerp'];
  const running = await until(
    'all run',
    async () => {
      const { exchanges: all } = await health();
      return names.every((name) => all[name]?.state === 'running' && all[name].quotes > 20) && all;
    },
    60_000,
  );
  assert.deepEqual(
    names.map((name) => running[name]!.instruments),
    [3, 3, 3],
  );
  const { exchanges: connected } = (await (
    await fetch(`${app.url}/api/connections?exchange=other`)
  ).json()) as ConnectionsReply;
  const [other] = connected;
  assert.deepEqual([other!.states, other!.heals], [{ live: 3 }, 0]);
  for (const { state, frames, quotes, lagMs } of other!.connections)
    assert.ok(state === 'live' && frames > 0 && quotes > 0 && lagMs === null);
  const rows = (await (await fetch(`${app.url}/api/symbols?exchange=OtherPerp&watched=true`)).json()) as
    | Rows
    | { symbols: Rows };
  const listed = Array.isArray(rows) ? rows : rows.symbols;
  assert.ok(
    listed.some(
      ({ symbol, exchangeSymbol, state }) =>
        symbol === 'BTC/USDT' && exchangeSymbol === 'XBTUSDTM' && state === 'live',
    ),
  );
  const chart = await until('a chart over both', async () => {
    const query = 'symbol=BTC/USDT&exchange1=Bybit&exchange2=Other';
    const reply = await fetch(`${app.url}/api/dashboard_data?${query}`);
    return reply.ok && (await reply.text());
  });
  assert.match(chart, /"exchange2":"Other"/);
});

test('an exchange via ccxt where the package is missing stops the start, with what to do', async () => {
  await assert.rejects(
    startTestApp(() => {}, { Kraken: { via: 'ccxt' } }, './no-such-module.js'),
    /the package ccxt is not installed: `npm install ccxt`/,
  );
});

test('a class that ccxt has not stops the start before anything is opened', { skip: ccxtSkip }, async () => {
  let lake = '';
  const start = startTestApp(
    (folders) => {
      lake = folders.lake;
    },
    { KrakenPerp: { via: 'ccxt', ccxtId: 'krakenn' } },
    ccxtModule,
  );
  await assert.rejects(
    start,
    /exchanges\.KrakenPerp\.ccxtId: expected an exchange that ccxt .+ was "krakenn"/,
  );
  assert.equal(existsSync(lake), false);
});
