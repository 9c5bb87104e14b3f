// The whole program over a lake that only an older collector wrote: charts, the list of pairs, what /health says.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { runAnalyze } from '../../src/cli/analyze.js';
import { createRealClock } from '../../src/clock.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { statisticsText } from '../support/lakes.js';
import { until } from '../support/wait.js';

let app: TestApp;
const RUN = '2025-10-15_10-00-00';
const COUNT = 300;

/** A row a second; the bid goes from `first` up by eighths. */
function packed(first: number): Buffer {
  const lines = Array.from({ length: COUNT }, (_, n) => {
    const stamp = new Date(Date.UTC(2025, 9, 15, 10) + n * 1_000).toISOString();
    return `${stamp},${first + n / 8},${first + n / 8 + 1},0,0,0\n`;
  });
  return gzipSync(`Timestamp,BestBid,BestAsk,SpreadPercentage,MinVolume,MaxVolume\n${lines.join('')}`);
}

function place(lake: string, path: string, bytes: Buffer): void {
  mkdirSync(dirname(join(lake, path)), { recursive: true });
  writeFileSync(join(lake, path), bytes);
}

before(async () => {
  app = await startTestApp(({ lake, stats }) => {
    place(lake, `${RUN}/Binance/BTCUSDT/order_book_updates.csv.gz`, packed(100));
    place(lake, `${RUN}/elsewhere/BTC_USDT/order_book_updates.csv.gz`, packed(100));
    const okx = packed(200);
    place(lake, `${RUN}/okx/BTC-USDT/order_book_updates.csv.gz`, okx.subarray(0, okx.length - 100));
    place(lake, 'copies/exchange=OKX/symbol=BTC_USDT/x.parquet', packed(1));
    const pairs: [string, string, string, number][] = [
      ['BTC_USDT', 'binance', 'okx', 41],
      ['BTC_USDT', 'BINANCE', 'OKX', 50],
      ['BTC_USDT', 'Binance', 'ELSEWHERE', 41],
      ['BTC_USDT', 'Binance', 'Nowhere', 41],
    ];
    writeFileSync(join(stats, 'summary_stats_20260102_030405.csv'), statisticsText(pairs));
  });
});

after(() => app.stop());

const json = async (path: string) =>
  (await (await fetch(`${app.url}${path}`)).json()) as Record<string, unknown>;

interface Skipped {
  readonly path: string;
  readonly reason: string;
  readonly message: string;
}

const skipped = async () => ((await json('/health'))['lake'] as { skippedFiles: Skipped[] }).skippedFiles;

test('a folder of no known layout is in /health before anybody asks for a chart', async () => {
  await until('told', async () => (await skipped()).length > 0);
  assert.deepEqual(
    (await skipped()).map(({ path, reason }) => [path, reason]),
    [['copies', 'unknown-layout']],
  );
});

test('its pairs have charts under the same names as in the list of opportunities', async () => {
  const { opportunities } = (await json('/api/opportunities')) as {
    opportunities: { symbol: string; exchange1: string; exchange2: string; opportunityCycles: number }[];
  };
  assert.deepEqual(
    opportunities.map(({ exchange1, exchange2, opportunityCycles }) => [
      exchange1,
      exchange2,
      opportunityCycles,
    ]),
    [
      ['Binance', 'Nowhere', 41],
      ['Binance', 'OKX', 50],
      ['Binance', 'elsewhere', 41],
    ],
  );
  const text = await (await fetch(`${app.url}/api/dashboard_data`)).text();
  const charts = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { exchange1: string; exchange2: string; spreads: number[] });
  assert.deepEqual(
    charts.map(({ exchange1, exchange2 }) => [exchange1, exchange2]),
    [
      ['Binance', 'OKX'],
      ['Binance', 'elsewhere'],
    ],
  );
  assert.equal(charts[1]!.spreads.length, COUNT);
});

test('a broken file gives what is before the break, and /health says which and how much', async () => {
  const chart = await json('/api/dashboard_data?symbol=btcusdt&exchange1=OKX&exchange2=BINANCE');
  const rows = (chart['timestamps'] as number[]).length;
  assert.ok(rows > COUNT / 2 && rows < COUNT, `${rows} rows`);
  const found = (await skipped()).find(({ reason }) => reason === 'partly-read');
  assert.equal(found?.path, `${RUN}/okx/BTC-USDT/order_book_updates.csv.gz`);
  assert.match(found.message, /^\d+ rows were read, then: unexpected end of file/);
});

test('analyze finds its pairs', async () => {
  const out: string[] = [];
  const clock = createRealClock();
  const io = { clock, out: (line: string) => out.push(line), error: (line: string) => out.push(line) };
  const code = await runAnalyze({ lake: app.lake, out: join(app.folder, 'new') }, io);
  clock.close();
  assert.equal(code, 0, out.join('\n'));
  assert.ok(
    out.some((line) => line.includes('OK BTC_USDT (Binance vs okx)')),
    out.join('\n'),
  );
});
