// The owner's plan, test 13: what a clock can say of it is in bench/dashboard.mjs; here that there is nothing left to do.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startTestApp, type TestApp } from '../support/app.js';
import { statisticsText, writePair } from '../support/lakes.js';

const SYMBOLS = Array.from({ length: 12 }, (_, n) => `COIN${n}/USDT`);

let app: TestApp;

before(async () => {
  app = await startTestApp(({ lake, stats }) => {
    for (const symbol of SYMBOLS) writePair(lake, symbol, 'Binance', 'OKX', 500);
    const rows = SYMBOLS.map((symbol) => [symbol.replace('/', '_'), 'Binance', 'OKX', 50] as const);
    writeFileSync(join(stats, 'summary_stats_20260102_030405.csv'), statisticsText(rows));
  });
});

after(() => app.stop());

test('plan 13: a warm dashboard reply is whole and nothing is recomputed', async () => {
  const first = await dashboard();
  assert.equal(first.toString().split('\n').length - 1, SYMBOLS.length);
  const cold = await charts();
  assert.deepEqual([cold.cacheHits, cold.cacheMisses], [0, SYMBOLS.length]);
  assert.ok((await dashboard()).equals(first), 'the same bytes');
  const warm = await charts();
  assert.deepEqual([warm.cacheHits, warm.cacheMisses], [SYMBOLS.length, SYMBOLS.length]);
  assert.equal(warm.answered, 2 * SYMBOLS.length);
  assert.equal(warm.cacheBytes, cold.cacheBytes);
});

async function dashboard(): Promise<Buffer> {
  const response = await fetch(`${app.url}/api/dashboard_data?points=100`);
  assert.equal(response.status, 200);
  return Buffer.from(await response.arrayBuffer());
}

async function charts(): Promise<Record<'answered' | 'cacheHits' | 'cacheMisses' | 'cacheBytes', number>> {
  const health = (await (await fetch(`${app.url}/health`)).json()) as {
    charts: Awaited<ReturnType<typeof charts>>;
  };
  return health.charts;
}
