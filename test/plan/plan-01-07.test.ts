// The owner's plan, tests 1 to 7 and 14, in its own order and words.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createRealClock } from '../../src/clock.js';
import { openReader } from '../../src/lake/reader.js';
import { createOpportunityStore } from '../../src/opportunities/store.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { statisticsText, writePair } from '../support/lakes.js';
import { startProgram, testFolder } from '../support/program.js';
import { shared } from '../support/shared.js';

let app: TestApp;
let startUs = 0;

before(async () => {
  app = await startTestApp(({ lake, stats }) => {
    startUs = writePair(lake, 'BTC/USDT', 'Binance', 'OKX');
    writePair(lake, 'ETH/USDT', 'Binance', 'Bybit');
    const rows = [
      ['ETH_USDT', 'Binance', 'Bybit', 41],
      ['BTC_USDT', 'Binance', 'OKX', 50],
      ['XRP_USDT', 'Binance', 'OKX', 40],
    ] as const;
    writeFileSync(join(stats, 'summary_stats_20260102_030405.csv'), statisticsText(rows));
  });
});

after(() => app.stop());

test('plan 1: Parquet loads', async () => {
  const reader = openReader(app.lake);
  const instruments = await reader.instruments();
  assert.equal(instruments.length, 4);
  assert.deepEqual(reader.problems(), []);
});

test('plan 2: the server starts', async () => {
  const response = await fetch(`${app.url}/ping`);
  assert.deepEqual(await response.json(), { status: 'alive' });
});

test('plan 3: CORS on /health, without an Origin header', async () => {
  for (const path of ['/health', '/api/health']) {
    const response = await fetch(`${app.url}${path}`);
    assert.equal(response.headers.get('access-control-allow-origin'), '*');
    assert.equal(((await response.json()) as { status: string }).status, 'healthy');
  }
});

test('plan 4: exchange data loads, in any spelling', async () => {
  for (const [exchange, symbol] of [
    ['binance', 'BTC/USDT'],
    ['BINANCE', 'btc_usdt'],
    ['Binance', 'BTCUSDT'],
    ['binance', 'BTC#USDT'],
  ] as const) {
    const reader = openReader(app.lake);
    const instrument = await reader.find(exchange, symbol);
    assert.ok(instrument !== undefined, `${exchange} ${symbol}`);
    let rows = 0;
    for await (const chunk of reader.readQuotes(instrument, { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER })) {
      assert.ok(chunk.receivedUs instanceof Float64Array && chunk.bid instanceof Float64Array);
      rows += chunk.length;
    }
    assert.equal(rows, 100);
  }
});

test('plan 5: the as-of join gives timestamps and spreads', async () => {
  const chart = (await lines('symbol=BTC/USDT&exchange1=binance&exchange2=okx'))[0]!;
  assert.equal(chart.timestamps.length, 100);
  assert.equal(chart.timestamps[0], startUs / 1e6);
  chart.spreads.forEach((spread, n) => {
    assert.ok(Math.abs(spread - (1 + n / 1_000)) < 1e-9, `spread ${n}: ${spread}`);
  });
});

const reference = shared('reference-stats');
test('plan 6: the filter gives exactly 3 pairs', { skip: reference.skip }, async () => {
  const store = createOpportunityStore({
    directory: reference.path,
    minCycles: 40,
    clock: createRealClock(),
  });
  const { opportunities, warnings } = await store.list();
  assert.equal(opportunities.length, 3);
  for (const { opportunityCycles } of opportunities) assert.ok(opportunityCycles > 40);
  assert.deepEqual(warnings, []);
});

test('plan 7: the dashboard answers NDJSON, real lines of it', async () => {
  const response = await fetch(`${app.url}/api/dashboard_data`);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type')?.split(';')[0], 'application/x-ndjson');
  const charts = (await response.text()).split('\n');
  assert.equal(charts.pop(), '', 'the last line ends too');
  const names = charts.map((line) => (JSON.parse(line) as { symbol: string }).symbol);
  assert.deepEqual(names, ['BTC/USDT', 'ETH/USDT']);
});

test('plan 14: one process', { skip: process.platform !== 'linux' && 'reads /proc' }, async () => {
  const place = testFolder();
  const program = await startProgram(['serve', '--exchanges', 'none', '--lake', place.folder]);
  try {
    const children = execFileSync('sh', ['-c', `cat /proc/${program.child.pid}/task/*/children`], {
      encoding: 'utf8',
    });
    assert.equal(children.trim(), '', 'it has no child process');
  } finally {
    assert.equal(await program.end('SIGTERM'), 0);
    place.remove();
  }
});

async function lines(query: string): Promise<{ timestamps: number[]; spreads: number[] }[]> {
  const response = await fetch(`${app.url}/api/dashboard_data?${query}`);
  assert.equal(response.status, 200, await response.clone().text());
  const text = await response.text();
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { timestamps: number[]; spreads: number[] });
}
