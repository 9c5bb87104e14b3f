// Identity in a running process: a ticker under which another coin trades is refused within a minute, told by /api/identity with what says
// so, explained, and still known after a restart.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { ExplainReply, IdentityReply } from '../../src/api/contract.js';
import { createRealClock } from '../../src/clock.js';
import { startDriver } from '../../src/sim/driver.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { createMarket, type Market, marketBook } from '../../src/sim/market.js';
import { startSimServer } from '../../src/sim/server.js';
import { startTestApp } from '../support/app.js';
import { until } from '../support/wait.js';

/** What OKX lists as BTC is another coin: of another price, that goes its own way. */
function withForeignCoin(market: Market): Market {
  const foreign = market.find('BTC/USDT', 'OKX').index;
  const own = market.find('ETH/USDT', 'OKX').index;
  const scale = (1.37 * market.quoteOf(foreign, 1).bid) / market.quoteOf(own, 1).bid;
  const quoteOf: Market['quoteOf'] = (index, atUs) => {
    if (index !== foreign) return market.quoteOf(index, atUs);
    const { bid, ask, ...sizes } = market.quoteOf(own, atUs);
    return { bid: bid * scale, ask: ask * scale, ...sizes };
  };
  return { ...market, quoteOf };
}

test('another coin under one ticker is refused within a minute, told with what says so, and known after a restart', async (t) => {
  const clock = createRealClock();
  const exchanges = SIM_EXCHANGES.filter(({ name }) => ['Binance', 'Bybit', 'OKX'].includes(name));
  const market = withForeignCoin(createMarket({ seed: 1, exchanges, symbols: 2 }));
  const hosted = exchanges.map((exchange) => ({ exchange, book: marketBook(market, exchange) }));
  const server = await startSimServer({ clock, seed: 1, exchanges: hosted });
  const stop = startDriver({ market, server, exchanges, clock, quotesPerSecond: 200 });
  const app = await startTestApp(() => {}, server.urls, undefined, {
    quality: { implausiblePercent: 1e6, implausiblePendingPercent: 1e6 },
  });
  t.after(async () => {
    await app.stop();
    stop();
    await server.close();
    clock.close();
  });
  const get = async <T>(url: string, path: string): Promise<T> =>
    (await (await fetch(`${url}${path}`)).json()) as T;
  const beganMs = performance.now();
  const refused = await until(
    'it is refused',
    async () => {
      const found = await get<ExplainReply>(app.url, '/api/pairs/BTC_USDT/Bybit/OKX/explain');
      return found.refusals?.includes('identity') && found;
    },
    60_000,
  );
  assert.ok(performance.now() - beganMs < 60_000);
  const { evidence, words } = refused.reasons.find(({ reason }) => reason === 'identity')!;
  assert.equal(evidence['verdict'], 'other-coin');
  assert.ok((evidence['seenSeconds'] as number) >= 15 && Math.abs((evidence['ratio'] as number) - 1) > 0.05);
  assert.match(words, /^The legs are not one coin in one unit \(other-coin, by far\)/);
  const told = await until('both pairs of it are', async () => {
    const reply = await get<IdentityReply>(app.url, '/api/identity');
    return reply.pairs['other-coin'] === 2 && reply;
  });
  assert.deepEqual(
    told.disputed.map(({ symbol }) => symbol),
    ['BTC/USDT'],
  );
  assert.equal(
    Object.values(told.pairs).reduce((sum, count) => sum + count),
    6,
  );
  const other = await get<ExplainReply>(app.url, '/api/pairs/ETH_USDT/Bybit/OKX/explain');
  assert.ok(!other.refusals.includes('identity'));
  await app.halt();
  const kept = readFileSync(`${app.lake}-identity.json`, 'utf8');
  assert.match(kept, /"symbol1":"BTC\/USDT".*"verdict":"other-coin"/);
  const again = await startTestApp(({ lake }) => writeFileSync(`${lake}-identity.json`, kept), server.urls);
  t.after(() => again.stop());
  const restored = await until('it is known at once', async () => {
    const found = await get<ExplainReply>(again.url, '/api/pairs/BTC_USDT/Bybit/OKX/explain');
    return found.refusals?.includes('identity') && found;
  });
  const { evidence: by } = restored.reasons.find(({ reason }) => reason === 'identity')!;
  assert.deepEqual([by['decidedBy'], (by['restoredSeconds'] as number) > 0], ['restored', true]);
});

test('overrides that cannot be read stop the start, by name', async () => {
  await assert.rejects(
    startTestApp(() => {}, {}, undefined, { quality: { identityFile: '/nowhere/identity.json' } }),
    /quality\.identityFile: \/nowhere\/identity\.json cannot be used: ENOENT/,
  );
});
