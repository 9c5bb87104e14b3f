// /api/alerts of a running process on a simulated market: a scripted spread fires a rule, the alert is answered within two seconds and
// posted to the webhook that the rule names; rules are made, changed and removed by who may, and every mistake is named.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type {
  AlertRuleSummary,
  AlertSummary,
  AlertsReply,
  AlertsSinceReply,
} from '../../src/api/contract.js';
import { createRealClock } from '../../src/clock.js';
import { LIMITS } from '../../src/limits.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { type GeneratedWorld, startGeneratedWorld } from '../../src/sim/world.js';
import { type Receiver, startReceiver } from '../alerts/receiver.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { until } from '../support/wait.js';

const clock = createRealClock();
let world: GeneratedWorld;
let receiver: Receiver;
let app: TestApp;

before(async () => {
  receiver = await startReceiver();
  const exchanges = SIM_EXCHANGES.filter(({ name }) => ['Binance', 'Bybit', 'OKX'].includes(name));
  world = await startGeneratedWorld({ clock, exchanges, port: 0, seed: 1, symbols: 2, quotesPerSecond: 200 });
  const header = 'symbol,exchange1,exchange2,opportunity_cycles_040bp,spread_min_pct,spread_p01_pct';
  const quantiles = `${header},spread_p50_pct,spread_p99_pct,spread_max_pct\nETH_USDT,OKX,bybit,1,50,51,52,53,54\n`;
  app = await startTestApp(
    ({ stats }) => writeFileSync(join(stats, 'summary_stats_20261122_000000.csv'), quantiles),
    world.server.urls,
    undefined,
    // What is scripted is a price that nobody would believe.
    {
      quality: { implausiblePercent: 1e6, implausiblePendingPercent: 1e6 },
      alerts: { targets: { desk: { kind: 'webhook', url: `${receiver.url}/in/secret` } } },
    },
  );
});

after(async () => {
  await app.stop();
  await world.close();
  await receiver.close();
  clock.close();
});

interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T & { readonly error?: string; readonly field?: string };
}

async function ask<T = AlertRuleSummary>(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): Promise<Answer<T>> {
  const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  const response = await fetch(`${app.url}/api/alerts${path}`, { method, headers, ...sent });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}
const all = async (query = ''): Promise<AlertsReply> => (await ask<AlertsReply>('GET', query)).body;
const since = async (id: number): Promise<readonly AlertSummary[]> =>
  (await ask<AlertsSinceReply>('GET', `/since?id=${id}`)).body.alerts;
const tidy = async (): Promise<void> => {
  for (const { id } of (await all()).rules) await ask('DELETE', `/rules/${id}`);
};

test('a scripted spread fires: answered within two seconds of being seen, posted to the webhook, counted', async () => {
  const made = await ask('POST', '/rules', {
    ...{ name: 'torn apart', on: 'spread', above: 90, to: ['desk'], symbol: 'btc-usdt', exchange1: 'OKX' },
  });
  assert.equal(made.status, 201);
  await until('both pairs of OKX are tracked', async () => (await all()).rules[0]!.pairs === 2);
  const { lastId } = (await ask<AlertsSinceReply>('GET', '/since')).body;
  assert.deepEqual(await since(lastId), []);
  world.server.exchange('OKX').fault('absurd-price', true, 'BTC-USDT');
  const fired = await until('both have fired', async () => {
    const found = await since(lastId);
    return found.length === 2 && found;
  });
  world.server.exchange('OKX').fault('absurd-price', false, 'BTC-USDT');
  assert.deepEqual(
    fired.map(({ id }) => id),
    [lastId + 1, lastId + 2],
  );
  for (const alert of fired) {
    assert.ok(clock.nowUs() / 1_000 - Date.parse(alert.at) < 2_000 + 1_000, 'told a second late at most');
    assert.deepEqual([alert.ruleName, alert.symbol, alert.on], ['torn apart', 'BTC/USDT', 'spread']);
    assert.ok(alert.exchange1 === 'OKX' || alert.exchange2 === 'OKX');
    assert.ok(alert.value! > 90 && alert.value === Math.abs(alert.spreadPercent!));
    assert.ok(alert.edgeBps! > 9_000 && alert.executable12Percent !== null);
  }
  await until('both have arrived', () => receiver.taken.length === 2);
  const arrived = receiver.taken.map(({ path, body }) => [path, body['id'], body['symbol']]);
  assert.deepEqual(
    arrived,
    fired.map(({ id }) => ['/in/secret', id, 'BTC/USDT']),
  );
  const listed = await until('that is told', async () => {
    const { alerts } = await all();
    return alerts.every(({ delivered }) => delivered[0]?.state === 'sent') && alerts;
  });
  assert.deepEqual(
    listed.map(({ id }) => id),
    [lastId + 2, lastId + 1],
    'the newest first',
  );
  assert.equal((await all('?limit=1')).alerts.length, 1);
  const health = (await (await fetch(`${app.url}/health`)).json()) as {
    alerts: Record<string, number>;
    queues: Record<string, object>;
  };
  assert.deepEqual(health.alerts, {
    ...{ rules: 1, enabled: 1, fired: 2, postponed: 0, queued: 0, sent: 2, failed: 0, troubles: [] },
  });
  assert.deepEqual(health.queues['alerts'], {
    ...{ length: 0, lengthMax: 100, unit: 'alerts', overflow: 'drop → failed', overflowed: 0 },
  });
  const metrics = await (await fetch(`${app.url}/metrics`)).text();
  for (const line of [
    'alerts_fired_total 2',
    'alert_deliveries_total{state="sent"} 2',
    'alert_rules{what="all"} 1',
  ])
    assert.ok(metrics.includes(`spread_aggregator_${line}\n`), line);
  assert.deepEqual((await all()).targets, [{ name: 'desk', kind: 'webhook', problem: null }]);
});

test('a rule is answered as it is kept, changed whole, tried out and removed', async () => {
  await tidy();
  const body = {
    name: 'far',
    on: 'edge',
    symbol: 'ETH_USDT',
    above: 900_000,
    exchange1: 'okx',
    exchange2: 'BYBIT',
    to: ['desk'],
  };
  const { body: made } = await ask('POST', '/rules', body);
  assert.deepEqual(
    { ...made, id: 'r' },
    {
      ...{
        id: 'r',
        name: 'far',
        enabled: true,
        on: 'edge',
        symbol: 'ETH/USDT',
        exchange1: 'OKX',
        exchange2: 'Bybit',
      },
      ...{
        above: 900_000,
        rearmBelow: 720_000,
        cooldownSeconds: 300,
        holdSeconds: 0,
        sound: true,
        notify: true,
      },
      ...{ to: ['desk'], pairs: 1 },
    },
  );
  assert.deepEqual((await all()).rules, [made]);
  const kept = JSON.parse(readFileSync(join(app.folder, 'lake-alerts.json'), 'utf8')) as { rules: object[] };
  const { pairs: _pairs, ...rule } = made;
  assert.deepEqual(kept.rules, [rule]);
  // What was answered may be sent back.
  const { status, body: changed } = await ask('PUT', `/rules/${made.id}`, {
    ...made,
    name: 'farther',
    sound: false,
  });
  assert.deepEqual([status, changed], [200, { ...made, name: 'farther', sound: false }]);
  receiver.taken.length = 0;
  const tried = await ask<AlertSummary>('POST', `/rules/${made.id}/test`);
  assert.deepEqual([tried.status, tried.body.test, tried.body.ruleName], [202, true, 'farther']);
  assert.ok(tried.body.edgeBps! < 900_000 && tried.body.value === tried.body.edgeBps, 'the nearest there is');
  await until('it has arrived', () => receiver.taken.length === 1);
  assert.equal(receiver.taken[0]!.body['test'], true);
  assert.equal((await ask('DELETE', `/rules/${made.id}`)).status, 204);
  assert.deepEqual((await all()).rules, []);
  for (const [method, path] of [
    ['PUT', `/rules/${made.id}`],
    ['DELETE', `/rules/${made.id}`],
    ['POST', `/rules/${made.id}/test`],
  ] as const) {
    const gone = await ask(method, path, method === 'PUT' ? body : undefined);
    assert.deepEqual([gone.status, gone.body.error], [404, `there is no rule ${made.id}`]);
  }
  assert.notEqual((await ask('POST', '/rules', body)).body.id, made.id, 'an id is given once');
});

test('a percentile is that of the pair’s own statistics, however they spell it', async () => {
  await tidy();
  const { body: rule } = await ask('POST', '/rules', {
    ...{ name: 'unusual', on: 'percentile', above: 99.5, symbol: 'ETHUSDT', cooldownSeconds: 0 },
  });
  const [alert] = await until('it fires', async () => {
    const found = (await all()).alerts.filter(({ ruleId }) => ruleId === rule.id);
    return found.length > 0 && found;
  });
  // Far below all that its statistics know (turned: far above), and the only pair that has any.
  assert.deepEqual(
    [alert!.exchange1, alert!.exchange2, alert!.value, alert!.threshold],
    ['Bybit', 'OKX', 100, 99.5],
  );
});

test('rules are changed by the page of this server and by programs here, in JSON; by nobody else', async () => {
  await tidy();
  const body = { name: 'a', on: 'spread', above: 5 };
  const { host } = new URL(app.url);
  const json = { 'content-type': 'application/json; charset=utf-8' };
  const { body: rule } = await ask('POST', '/rules', body, { ...json, origin: `http://${host}` });
  assert.equal(rule.name, 'a');
  const changes = [
    ['POST', '/rules'],
    ['PUT', `/rules/${rule.id}`],
    ['DELETE', `/rules/${rule.id}`],
    ['POST', `/rules/${rule.id}/test`],
  ] as const;
  for (const [method, path] of changes) {
    for (const origin of ['http://evil.example', 'null', `http://${host}.evil.example`]) {
      const refused = await ask(method, path, body, { ...json, origin });
      assert.deepEqual(
        [refused.status, refused.body.field],
        [403, 'Origin'],
        `${method} ${path} of ${origin}`,
      );
      assert.equal(refused.body.error, `Origin: expected the page of this server, was "${origin}"`);
    }
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp']) {
      const refused = await ask(method, path, '{}', { 'content-type': type });
      assert.deepEqual(
        [refused.status, refused.body.field],
        [415, 'Content-Type'],
        `${method} ${path} as ${type}`,
      );
    }
    assert.equal(await statusWithoutType(method, path), 415, `${method} ${path} without a type`);
  }
  assert.deepEqual((await all()).rules, [rule]);
  for (const path of ['/rules', `/rules/${rule.id}`, `/rules/${rule.id}/test`]) {
    const preflight = await fetch(`${app.url}/api/alerts${path}`, {
      method: 'OPTIONS',
      headers: { origin: 'http://evil.example', 'access-control-request-method': 'POST' },
    });
    const names = ['origin', 'methods', 'headers'].map((name) => `access-control-allow-${name}`);
    assert.deepEqual(
      [preflight.status, ...names.map((name) => preflight.headers.get(name))],
      [204, null, null, null],
      'a browser then does not send the change',
    );
  }
  const elsewhere = await ask<AlertsReply>('GET', '', undefined, { origin: 'http://evil.example' });
  assert.equal(elsewhere.headers.get('access-control-allow-origin'), '*', 'reading is for everybody');
});

test('every mistake is answered with its field, what was expected and what was there', async () => {
  await tidy();
  const body = { name: 'a', on: 'spread', above: 5 };
  const cases: [unknown, string | undefined, string][] = [
    [{ ...body, above: -1 }, 'above', 'above: expected a number above 0 and below 1000 (percent), was -1'],
    [
      { ...body, to: ['nobody'] },
      'to',
      'to: expected names of alerts.targets in the configuration (desk), was "nobody"',
    ],
    [{ ...body, colour: 'red' }, 'colour', 'colour: expected one of id, pairs, name'],
    ['{"name":', 'body', 'body: expected JSON: '],
    ['', 'rule', 'rule: expected a JSON object, was nothing'],
    ['{"__proto__":{"above":1},"name":"a","on":"spread"}', '__proto__', '__proto__: expected one of'],
  ];
  for (const [sent, field, words] of cases) {
    const { status, body: answer } = await ask('POST', '/rules', sent);
    assert.deepEqual([status, answer.field], [400, field], words);
    assert.ok(answer.error!.startsWith(words), answer.error);
  }
  const long = await ask('POST', '/rules', { ...body, name: 'x'.repeat(LIMITS.api.requestBodyBytesMax) });
  assert.equal(long.status, 413);
  for (const [path, words] of [
    ['?limit=0', 'limit: expected a whole number from 1 to 500, was "0"'],
    ['/since?id=-1', 'id: expected a whole number from 0 to'],
  ] as const) {
    const { status, body: answer } = await ask('GET', path);
    assert.equal(status, 400);
    assert.ok(answer.error!.startsWith(words), answer.error);
  }
});

test('there is room for fifty rules, made at one time, and for five hundred alerts', async () => {
  await tidy();
  const body = { name: 'a', on: 'spread', above: 900 };
  const answers = await Promise.all(Array.from({ length: 53 }, () => ask('POST', '/rules', body)));
  const statuses = answers.map(({ status }) => status).sort();
  assert.deepEqual([statuses.filter((status) => status === 201).length, statuses.at(-1)], [50, 409]);
  const ids = new Set(answers.filter(({ status }) => status === 201).map(({ body: { id } }) => id));
  assert.equal(ids.size, 50);
  const [{ id } = { id: '' }] = (await all()).rules;
  const before = (await all()).lastId;
  for (let n = 0; n < 600; n += 1) await ask('POST', `/rules/${id}/test`);
  const { alerts, lastId } = await all();
  assert.deepEqual([alerts.length, alerts[0]!.id, lastId], [500, before + 600, before + 600]);
  assert.equal((await since(before)).length, 500, 'those that are still held');
  assert.deepEqual(
    (await since(lastId - 2)).map((alert) => alert.id),
    [lastId - 1, lastId],
  );
  assert.deepEqual(await since(lastId + 5), []);
  await tidy();
});

/** fetch gives every text a type of its own. */
function statusWithoutType(method: string, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(`${app.url}/api/alerts${path}`, { method }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end(method === 'DELETE' ? undefined : '{}');
  });
}
