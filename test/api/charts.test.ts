// /api/charts over real HTTP and a real lake: rows of both legs, an outage is a row of nulls, and the request is the
// one of /api/dashboard_data in everything else.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type LedgerLine, ledgerText } from '../../src/lake/ledger.js';
import { polars } from '../oracle/oracle.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { statisticsText, writeLedger, writePair } from '../support/lakes.js';
import { until } from '../support/wait.js';

const { pl, skip } = polars();
let app: TestApp;
let startUs = 0;
const PAIRS = 12;
/** A reply then is larger than what sockets hold on the way. */
const ROWS = 10_000;
const PAIR = '?symbol=C00_USDT&exchange1=Binance&exchange2=OKX';

before(async () => {
  app = await startTestApp(({ lake, stats }) => {
    const pairs: [string, string, string, number][] = [];
    for (let n = 0; n < PAIRS; n++) {
      const base = `C${String(n).padStart(2, '0')}`;
      startUs = writePair(lake, `${base}/USDT`, 'Binance', 'OKX', ROWS);
      pairs.push([`${base}_USDT`, 'Binance', 'OKX', 50 + n]);
    }
    // OKX was away from 2 s to 4.5 s after the start; Binance's book was without a side for a moment.
    const gap: LedgerLine = {
      type: 'gap',
      stampUs: startUs + 4_500_000,
      fromUs: startUs + 2_000_001,
      reason: 'silent',
    };
    const side: LedgerLine = { type: 'status', stampUs: startUs + 8_500_000, status: 'bid-only' };
    writeLedger(lake, startUs, [
      ledgerText(gap, { exchange: 'OKX', symbol: 'C00/USDT' }),
      ledgerText(side, { exchange: 'Binance', symbol: 'C00/USDT' }),
      ledgerText(side, { exchange: 'Binance', symbol: 'C0/USDT' }),
    ]);
    writeFileSync(join(stats, 'summary_stats_20260102_030405.csv'), statisticsText(pairs));
  });
});

after(() => app.stop());

const ask = (query: string) => fetch(`${app.url}/api/charts${query}`);

interface Line {
  readonly timestamps: number[];
  readonly spreads: (number | null)[];
  readonly [column: string]: unknown;
}

async function charts(query: string): Promise<Line[]> {
  const response = await ask(query);
  assert.equal(response.status, 200, await response.clone().text());
  assert.match(response.headers.get('content-type') ?? '', /^application\/x-ndjson/);
  const lines = (await response.text()).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Line);
}

test('both legs trigger, and an outage is a row of nulls of spread and bands where it began', async () => {
  const to = startUs / 1_000 + 10_000;
  const [chart] = await charts(`${PAIR}&from=${startUs / 1_000}&to=${to}`);
  const { timestamps, spreads, upperBand, lowerBand } = chart!;
  const seconds = timestamps.map((at) => Math.round((at - startUs / 1e6) * 1_000) / 1_000);
  const holes = seconds.filter((_, row) => spreads[row] === null);
  assert.deepEqual(holes, [2, 8.5]);
  for (const column of [upperBand, lowerBand] as (number | null)[][])
    assert.deepEqual(
      column.map((value) => value === null),
      spreads.map((value) => value === null),
    );
  // OKX's rows stand 0.1 s before those of Binance; its next one after the outage is at 4.9 s.
  assert.deepEqual(seconds.slice(0, 8), [0, 0.9, 1, 1.9, 2, 2, 4.9, 5]);
  assert.deepEqual(seconds.slice(-4), [8, 8.5, 9, 9.9]);
});

test('a chart of few points still shows every outage, and all points are twice those of one leg', async () => {
  const [few] = await charts(`${PAIR}&points=40`);
  assert.ok(few!.spreads.length <= 40);
  assert.ok(few!.spreads.slice(1, -1).includes(null));
  const [all] = await charts('?symbol=C01_USDT&exchange1=Binance&exchange2=OKX&points=all');
  assert.equal(all!.spreads.length, 2 * ROWS - 1);
  assert.ok(!all!.spreads.includes(null), 'another pair has no hole');
});

test('the price of either leg is what the request compares, by both joins', async () => {
  const range = `&from=${startUs / 1_000}&to=${startUs / 1_000 + 5_000}`;
  const bid1 = (row: number) => 101 + row / 1_000;
  // Asks lie 1 above the bids, OKX's bid is 100.
  const expected = {
    bid: (row: number) => bid1(row) / 100,
    executable: (row: number) => bid1(row) / 101,
    mid: (row: number) => (bid1(row) + 0.5) / 100.5,
  };
  for (const [price, ratio] of Object.entries(expected))
    for (const path of ['charts', 'dashboard_data']) {
      const query = `${PAIR.replace('C00', 'C02')}${range}&price=${price}`;
      const chart = (await (await fetch(`${app.url}/api/${path}${query}`)).json()) as Line;
      assert.equal(chart['price'], price === 'bid' ? undefined : price);
      const own = chart.spreads.filter((_, row) => Number.isInteger(chart.timestamps[row]! - startUs / 1e6));
      assert.equal(own.length, 5, path);
      for (const [row, spread] of own.entries())
        assert.ok(Math.abs(spread! - (ratio(row) - 1) * 100) < 1e-9, `${path} ${price} ${row}: ${spread}`);
    }
  // What is executable the other way round is the pair named so.
  const turned = await charts(
    `?symbol=C02_USDT&exchange1=OKX&exchange2=Binance&price=executable${range}&points=all`,
  );
  assert.ok(Math.abs(turned[0]!.spreads.at(-1)! - (100 / (bid1(4) + 1) - 1) * 100) < 1e-9);
});

test('a chart comes as columns where the request accepts them, and polars reads the same values', {
  skip,
}, async () => {
  const headers = { accept: 'application/vnd.apache.arrow.stream' };
  // The second one is longer than a piece; the third has holes.
  for (const [pair, points] of [
    ['C01', '500'],
    ['C01', 'all'],
    ['C00', '500'],
  ] as const) {
    const query = `${PAIR.replace('C00', pair)}&points=${points}&case=snake`;
    const response = await fetch(`${app.url}/api/charts${query}`, { headers });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), headers.accept);
    assert.equal(response.headers.get('vary'), 'accept');
    const frame = pl!.readIPCStream(Buffer.from(await response.arrayBuffer()));
    const [line] = await charts(query);
    const stamps = frame.getColumn('timestamp').cast(pl!.Int64).toArray();
    assert.deepEqual(
      stamps.map((us) => Math.floor(Number(us) / 1_000)),
      line!.timestamps.map((s) => Math.round(s * 1_000)),
    );
    for (const [column, values] of [
      ['spread', line!.spreads],
      ['upper_band', line!['upper_band']],
      ['lower_band', line!['lower_band']],
    ] as const) {
      const written = values as (number | null)[];
      for (const [row, value] of frame.getColumn(column).toArray().entries())
        assert.ok(
          value === null ? written[row] === null : Math.abs(value - written[row]!) < 1e-11,
          `${pair} ${points} ${column} ${row}: ${value}, ${written[row]}`,
        );
    }
  }
  const several = await fetch(`${app.url}/api/charts?points=10`, { headers });
  assert.equal(several.status, 406);
  assert.equal(((await several.json()) as { field: string }).field, 'Accept');
});

test('a chart has about 2,000 points where nothing is said', async () => {
  const [chart] = await charts(PAIR.replace('C00', 'C01'));
  assert.ok(chart!.spreads.length > 1_000 && chart!.spreads.length <= 2_000, `${chart!.spreads.length}`);
});

test('every opportunity is a line; keys, ranges and errors are those of /api/dashboard_data', async () => {
  assert.equal((await charts('?points=10')).length, PAIRS);
  assert.equal((await charts('?symbol=c03usdt&points=10')).length, 1);
  const [snake] = await charts(`${PAIR}&case=snake&points=10`);
  assert.ok('upper_band' in snake! && !('upperBand' in snake));
  const statusOf = async (query: string) => {
    const response = await ask(query);
    return [response.status, ((await response.json()) as { field?: string }).field];
  };
  assert.deepEqual(await statusOf('?symbol=NOPE&exchange1=Binance&exchange2=OKX'), [404, undefined]);
  assert.deepEqual(await statusOf('?from=yesterday'), [400, 'from']);
  assert.deepEqual(await statusOf('?points=-1'), [400, 'points']);
  assert.deepEqual(await statusOf('?case=kebab'), [400, 'case']);
  assert.deepEqual(await statusOf('?price=last'), [400, 'price']);
});

test('a finished chart is given again without work, and is another one than that of the other join', async () => {
  const first = await (await ask(`${PAIR}&points=50`)).text();
  const before = await work();
  assert.equal(await (await ask(`${PAIR}&points=50`)).text(), first);
  assert.equal((await work()).cacheHits, before.cacheHits + 1);
  const other = await (await fetch(`${app.url}/api/dashboard_data${PAIR}&points=50`)).text();
  assert.notEqual(other, first);
});

test('a client that reads slowly holds the work back, and one that goes away stops it', async () => {
  const before = (await work()).answered;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${app.url}/api/charts?points=all`, resolve).on('error', reject);
  });
  response.on('error', () => {});
  await new Promise((resolve) => response.once('data', resolve));
  response.pause();
  let idle = 0;
  await until('nothing is being worked on', async () => {
    idle = (await work()).running === 0 ? idle + 1 : 0;
    return idle > 40;
  });
  const { answered } = await work();
  assert.ok(answered - before >= 1 && answered - before < PAIRS, `${answered - before} of ${PAIRS}`);
  response.destroy();
  assert.equal((await charts('?symbol=C00_USDT&points=10')).length, 1, 'the next request is served');
});

async function work(): Promise<{ running: number; answered: number; cacheHits: number }> {
  const body = (await (await fetch(`${app.url}/health`)).json()) as {
    charts: { running: number; answered: number; cacheHits: number };
  };
  return body.charts;
}
