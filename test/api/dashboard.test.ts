import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startTestApp, type TestApp } from '../support/app.js';
import { statisticsText, writePair } from '../support/lakes.js';
import { until } from '../support/wait.js';

let app: TestApp;
let startUs = 0;
const PAIRS = 12;
/** A reply then is larger than what sockets hold on the way. */
const ROWS = 40_000;

before(async () => {
  app = await startTestApp(({ lake, stats }) => {
    const pairs: [string, string, string, number][] = [];
    for (let n = 0; n < PAIRS; n++) {
      const base = `C${String(n).padStart(2, '0')}`;
      startUs = writePair(lake, `${base}/USDT`, 'Binance', 'OKX', ROWS);
      pairs.push([`${base}_USDT`, 'Binance', 'OKX', 50 + n]);
    }
    pairs.push(['GONE_USDT', 'Binance', 'OKX', 99]);
    writeFileSync(join(stats, 'summary_stats_20260102_030405.csv'), statisticsText(pairs));
  });
});

after(() => app.stop());

const ask = (query: string) => fetch(`${app.url}/api/dashboard_data${query}`);

async function charts(query: string): Promise<Record<string, unknown[]>[]> {
  const response = await ask(query);
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.text())
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown[]>);
}

test('every opportunity with data is a line, sorted; one without is left out', async () => {
  const all = await charts('');
  assert.equal(all.length, PAIRS);
  assert.deepEqual(Object.keys(all[0]!), [
    'symbol',
    'exchange1',
    'exchange2',
    'timestamps',
    'spreads',
    'upperBand',
    'lowerBand',
  ]);
});

test('fewer names than three choose among the opportunities', async () => {
  assert.equal((await charts('?symbol=c03usdt')).length, 1);
  assert.equal((await charts('?exchange1=binance')).length, PAIRS);
  assert.equal((await charts('?exchange2=binance')).length, 0);
});

test('keys are snake case when asked for', async () => {
  const [chart] = await charts('?symbol=C00_USDT&exchange1=Binance&exchange2=OKX&case=snake');
  assert.ok('upper_band' in chart! && 'lower_band' in chart && !('upperBand' in chart));
});

test('from and to are half-open and take ISO and epoch milliseconds alike', async () => {
  const fromMs = startUs / 1_000 + 10_000;
  const pair = '?symbol=C00_USDT&exchange1=Binance&exchange2=OKX';
  const [byMs] = await charts(`${pair}&from=${fromMs}&to=${fromMs + 5_000}`);
  const iso = (ms: number) => new Date(ms).toISOString();
  const [byIso] = await charts(`${pair}&from=${iso(fromMs)}&to=${iso(fromMs + 5_000).slice(0, -1)}`);
  assert.deepEqual(byMs, byIso);
  assert.equal(byMs!['timestamps']!.length, 5);
  assert.equal(byMs!['timestamps']![0], fromMs / 1_000);
});

test('points is how many a chart has, down to its last one; all leaves none out', async () => {
  const pair = '?symbol=C00_USDT&exchange1=Binance&exchange2=OKX';
  assert.equal((await charts(`${pair}&points=all`))[0]!['spreads']!.length, ROWS);
  const [all] = await charts(pair);
  for (const points of [1, 2, 3, 100, 1_000]) {
    const [fewer] = await charts(`${pair}&points=${points}`);
    assert.equal(fewer!['spreads']!.length, points);
    assert.equal(fewer!['timestamps']!.at(-1), all!['timestamps']!.at(-1));
  }
});

test('an unknown pair is 404, bad values are 400 with the name, unknown parameters are ignored', async () => {
  const statusOf = async (query: string) => {
    const response = await ask(query);
    return [response.status, ((await response.json()) as { error: string; field?: string }).field];
  };
  assert.deepEqual(await statusOf('?symbol=NOPE&exchange1=Binance&exchange2=OKX'), [404, undefined]);
  assert.deepEqual(await statusOf('?from=yesterday'), [400, 'from']);
  assert.deepEqual(await statusOf('?from=2&to=1'), [400, 'to']);
  assert.deepEqual(await statusOf('?points=-1'), [400, 'points']);
  assert.deepEqual(await statusOf('?points=0'), [400, 'points']);
  assert.deepEqual(await statusOf('?case=kebab'), [400, 'case']);
  assert.deepEqual(await statusOf('?symbol=a&symbol=b'), [400, 'symbol']);
  assert.deepEqual(await statusOf('?symbol=C00&exchange1=OKX&exchange2=okx'), [400, 'exchange2']);
  assert.deepEqual(await statusOf(`?symbol=${'x'.repeat(100)}`), [400, 'symbol']);
  assert.deepEqual(await statusOf('?symbol=../../etc&exchange1=..&exchange2=/'), [404, undefined]);
  assert.equal((await charts('?symbol=C00_USDT&colour=blue')).length, 1);
});

test('problem 18: the first line comes before the last is computed, and a slow reader holds the work back', async () => {
  const before = (await work()).answered;
  const { response, stop } = await open();
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    response.pause();
  });
  await until('the first bytes', () => bytes > 0);
  const answered = await standstill();
  stop();
  assert.ok(
    answered - before >= 1 && answered - before < PAIRS,
    `${answered - before} of ${PAIRS} were computed`,
  );
});

test('problem 19: a client that goes away stops the work', async () => {
  const before = (await work()).answered;
  const { response, stop } = await open();
  await new Promise((resolve) => response.once('data', resolve));
  stop();
  const answered = await standstill();
  assert.ok(answered - before < PAIRS, `${answered - before} of ${PAIRS} were computed for nobody`);
  assert.equal((await charts('?symbol=C00_USDT')).length, 1, 'and the next request is served');
});

test('no opportunities is an empty 200 with the reason in /api/opportunities', async () => {
  const empty = await startTestApp(() => {});
  try {
    const response = await fetch(`${empty.url}/api/dashboard_data`);
    assert.equal(response.status, 200);
    assert.equal(await response.text(), '');
    const { opportunities, warnings } = (await (await fetch(`${empty.url}/api/opportunities`)).json()) as {
      opportunities: unknown[];
      warnings: string[];
    };
    assert.deepEqual(opportunities, []);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /^the statistics folder .* (holds no \.csv file|does not exist)$/);
  } finally {
    await empty.stop();
  }
});

async function work(): Promise<{ running: number; answered: number }> {
  const body = (await (await fetch(`${app.url}/health`)).json()) as {
    charts: { running: number; answered: number };
  };
  return body.charts;
}

/** Resolves with the charts computed, when for a while none was being computed. */
async function standstill(): Promise<number> {
  let idle = 0;
  await until('the work to stand still', async () => {
    idle = (await work()).running === 0 ? idle + 1 : 0;
    return idle > 40;
  });
  return (await work()).answered;
}

function open(): Promise<{ response: IncomingMessage; stop: () => void }> {
  return new Promise((resolve, reject) => {
    const request = get(`${app.url}/api/dashboard_data`, (response) => {
      response.on('error', () => {});
      resolve({ response, stop: () => request.destroy() });
    });
    request.on('error', reject);
  });
}
