// /api/symbols of a running process: what is watched and how it is, what is not and why.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SymbolSummary } from '../../src/api/contract.js';
import { createRealClock } from '../../src/clock.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { startGeneratedWorld } from '../../src/sim/world.js';
import { startTestApp } from '../support/app.js';
import { until } from '../support/wait.js';

test('every listed instrument is told, with its state or the reason why it is not watched', async (t) => {
  const clock = createRealClock();
  const exchanges = SIM_EXCHANGES.filter(({ name }) => name === 'Binance' || name === 'BinancePerp');
  const world = await startGeneratedWorld({
    clock,
    exchanges,
    port: 0,
    seed: 1,
    symbols: 4,
    quotesPerSecond: 200,
  });
  const configured = Object.fromEntries(
    Object.entries(world.server.urls).map(([name, urls]) => [name, { ...urls, deny: ['ETH/USDT'] }]),
  );
  const app = await startTestApp(() => {}, configured);
  t.after(async () => {
    await app.stop();
    await world.close();
    clock.close();
  });
  const symbols = async (query = '') =>
    ((await (await fetch(`${app.url}/api/symbols${query}`)).json()) as { symbols: SymbolSummary[] }).symbols;
  await until('all are live', async () => {
    const watched = await symbols('?watched=true');
    return watched.length === 6 && watched.every(({ state }) => state === 'live');
  });
  const all = await symbols();
  const bitcoin = all.find(({ exchange, symbol }) => exchange === 'Binance' && symbol === 'BTC/USDT')!;
  assert.equal(bitcoin.exchangeSymbol, 'BTCUSDT');
  assert.equal(bitcoin.status, 'TRADING');
  assert.ok(bitcoin.tickSize! > 0 && bitcoin.quoteVolume24h! > 0 && bitcoin.lastQuoteAgeMs! >= 0);
  assert.deepEqual([bitcoin.excluded, bitcoin.heals, bitcoin.reason], [null, 0, null]);
  const ether = all.filter(({ symbol }) => symbol === 'ETH/USDT');
  assert.deepEqual(
    ether.map(({ excluded, state }) => [excluded, state]),
    [
      ['denied', null],
      ['denied', null],
    ],
  );
  assert.ok((await symbols('?exchange=binanceperp')).some(({ excluded }) => excluded === 'not-trading'));
  assert.ok((await symbols('?exchange=BINANCEPERP')).every(({ exchange }) => exchange === 'BinancePerp'));
  const refused = await fetch(`${app.url}/api/symbols?watched=maybe`);
  assert.equal(refused.status, 400);
  assert.match(await refused.text(), /watched: expected true or false, was \\"maybe\\"/);
  const health = (await (await fetch(`${app.url}/health`)).json()) as {
    exchanges: Record<string, { states: Record<string, number>; listingAgeMs: number }>;
  };
  assert.deepEqual(health.exchanges['Binance']?.states, { live: 3 });
  assert.ok(health.exchanges['Binance']!.listingAgeMs >= 0);
});
