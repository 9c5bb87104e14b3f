// The owner's plan, tests 8 to 11 and 15: the live half, on the simulated world over real sockets.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { WebSocket } from 'ws';
import type { ChartData } from '../../src/api/contract.js';
import { createRealClock, type RealClock } from '../../src/clock.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { type GeneratedWorld, startGeneratedWorld } from '../../src/sim/world.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { statisticsText } from '../support/lakes.js';
import { until } from '../support/wait.js';

let clock: RealClock;
let world: GeneratedWorld;
let app: TestApp;

before(async () => {
  clock = createRealClock();
  const [exchanges, seed] = [SIM_EXCHANGES, 1];
  world = await startGeneratedWorld({ clock, exchanges, port: 0, seed, symbols: 3, quotesPerSecond: 400 });
  app = await startTestApp(({ stats }) => {
    const pair = ['BTC_USDT', 'Binance', 'OKX', 50] as const;
    writeFileSync(join(stats, 'summary_stats_20260102_030405.csv'), statisticsText([pair]));
  }, world.server.urls);
});

after(async () => {
  await app.stop();
  await world.close();
  clock.close();
});

test('plan 8: the window of a recommended pair joins both legs', async () => {
  const charts = await until('a live chart', async () => {
    const frame = await firstFrame();
    return frame.length > 0 && frame;
  });
  const [chart] = charts as ChartData[];
  assert.deepEqual([chart?.symbol, chart?.exchange1, chart?.exchange2], ['BTC/USDT', 'Binance', 'OKX']);
  assert.ok(chart!.spreads.length > 0);
  assert.equal(chart!.spreads.length, chart!.timestamps.length);
});

test('plan 9: the WebSocket accepts', async () => {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/ws/realtime_charts`);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.close(1000);
  assert.equal(await closed, 1000);
});

test('plan 10: charts come every 200 ms', async () => {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/ws/realtime_charts`);
  const timesMs: number[] = [];
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', () => {
      timesMs.push(performance.now());
      if (timesMs.length === 22) resolve();
    });
  });
  socket.terminate();
  // The first one comes at once; the gap after it is whatever was left of the period.
  const gapsMs = timesMs.slice(2).map((time, at) => time - timesMs[at + 1]!);
  const median = gapsMs.sort((one, other) => one - other)[10]!;
  assert.ok(median >= 190 && median <= 230, `median of ${gapsMs.length} gaps: ${median} ms`);
});

test('plan 11: a direct client gets an array that is not empty', async () => {
  await until('a chart', async () => {
    const frame = await firstFrame();
    assert.ok(Array.isArray(frame));
    return frame.length > 0;
  });
});

test('plan 15: the full flow: health, history, live, bots', async () => {
  assert.equal((await fetch(`${app.url}/health`)).status, 200);
  const history = await until('history up to now', async () => {
    const response = await fetch(`${app.url}/api/dashboard_data`);
    assert.equal(response.status, 200);
    const text = await response.text();
    return text !== '' && (JSON.parse(text.split('\n')[0]!) as ChartData);
  });
  const ageSeconds = Date.now() / 1_000 - history.timestamps.at(-1)!;
  assert.ok(ageSeconds < 5, `history ends ${ageSeconds} s ago`);
  assert.ok((await firstFrame()).length > 0);
  const quote = await firstMessage('/');
  assert.equal((quote as { MessageType: string }).MessageType, 'Spread');
});

async function firstFrame(): Promise<ChartData[]> {
  return (await firstMessage('/ws/realtime_charts')) as ChartData[];
}

function firstMessage(path: string): Promise<unknown> {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}${path}`);
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('message', (data: Buffer) => {
      socket.terminate();
      resolve(JSON.parse(data.toString('utf8')));
    });
  });
}
