import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { startTestApp, type TestApp } from '../support/app.js';
import { writePair } from '../support/lakes.js';

let app: TestApp;

before(async () => {
  app = await startTestApp(({ lake }) => {
    writePair(lake, 'BTC/USDT', 'Binance', 'OKX');
    const hour = 'exchange=Binance/symbol=BTC_USDT/date=2026-01-02/hour=03';
    writeFileSync(join(lake, hour, 'spreads-59-59.9999999.parquet'), 'not a parquet file');
  });
});

after(() => app.stop());

const ask = (path: string, options?: RequestInit) => fetch(`${app.url}${path}`, options);

test('OpenAPI is served, valid, and knows every path of the API', async () => {
  const document = (await (await ask('/api/openapi.json')).json()) as { paths: Record<string, unknown> };
  const result = await new Validator().validate(document);
  assert.ok(result.valid, JSON.stringify(result.errors));
  const paths = [
    ...['/api/alerts', '/api/alerts/rules', '/api/alerts/rules/{id}', '/api/alerts/rules/{id}/test'],
    ...['/api/alerts/since', '/api/charts', '/api/connections', '/api/coverage', '/api/cycles'],
    ...['/api/dashboard_data', '/api/health', '/api/identity'],
    ...['/api/lake', '/api/lake/coverage', '/api/legs'],
    ...['/api/live_statistics', '/api/opportunities', '/api/opportunities/top', '/api/pairs'],
    ...['/api/pairs/{symbol}/{exchange1}/{exchange2}/explain', '/api/quality', '/api/symbols'],
    ...['/api/table', '/api/table/now', '/api/table/sparklines', '/health', '/metrics', '/ping'],
  ];
  assert.deepEqual(Object.keys(document.paths).sort(), paths);
});

test('/metrics is Prometheus text with our own figures in it', async () => {
  const response = await ask('/metrics');
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain/);
  const text = await response.text();
  for (const name of [
    'healthy 1',
    'quotes_total{fate="recorded"} 0',
    'queue_length{queue="journal",unit="bytes"} 0',
  ])
    assert.ok(text.includes(`spread_aggregator_${name}`), name);
});

test('what does not exist is 404 in JSON, on any method', async () => {
  for (const [path, method] of [
    ['/nothing', 'GET'],
    ['/api/nothing', 'POST'],
    ['/..%2f..%2fetc/passwd', 'GET'],
    ['/health', 'DELETE'],
  ] as const) {
    const response = await ask(path, { method });
    assert.equal(response.status, 404, `${method} ${path}`);
    assert.match(((await response.json()) as { error: string }).error, /^nothing at /);
  }
});

test('a browser may ask from anywhere', async () => {
  const preflight = await ask('/api/dashboard_data', {
    method: 'OPTIONS',
    headers: { origin: 'http://x.example' },
  });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get('access-control-allow-origin'), '*');
  const missing = await ask('/nothing');
  assert.equal(missing.headers.get('access-control-allow-origin'), '*', 'errors too');
  const unreadable = await ask('/%ff');
  assert.equal(unreadable.status, 400);
  assert.equal(unreadable.headers.get('access-control-allow-origin'), '*', 'whatever the error');
});

test('a URL that is too long is refused', async () => {
  assert.equal((await ask(`/health?x=${'y'.repeat(5_000)}`)).status, 414);
});

test('the page is served at / and /index.html, under a policy that allows no inline script', async () => {
  const [root, index] = await Promise.all([ask('/'), ask('/index.html')]);
  assert.equal(root.status, 200);
  assert.equal(await root.text(), await index.text());
  assert.match(root.headers.get('content-security-policy') ?? '', /default-src 'self'/);
  assert.equal((await ask('/app.js')).headers.get('content-type'), 'text/javascript; charset=utf-8');
});

test('a corrupt file is left out alone and named in /health', async () => {
  const chart = await ask('/api/dashboard_data?symbol=BTCUSDT&exchange1=Binance&exchange2=OKX');
  assert.equal(((await chart.json()) as { spreads: number[] }).spreads.length, 100);
  const { lake } = (await (await ask('/health')).json()) as {
    lake: { skippedFiles: { path: string; reason: string }[] };
  };
  assert.equal(lake.skippedFiles.length, 1);
  assert.match(lake.skippedFiles[0]!.path, /spreads-59-59\.9999999\.parquet$/);
});
