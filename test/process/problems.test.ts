// Recorded problems of the system before this one that only a whole process can show.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createRealClock } from '../../src/clock.js';
import { ASOF_TOLERANCE_US, asofJoin } from '../../src/series/asof.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { createRandom } from '../../src/sim/random.js';
import { startGeneratedWorld } from '../../src/sim/world.js';
import { startTestApp } from '../support/app.js';
import { columnsOf } from '../support/lakes.js';
import { startProgram, testFolder } from '../support/program.js';
import { until } from '../support/wait.js';
import { lakeRows } from './recording.js';

test('problem 25: a later row of the right leg is never used', () => {
  const left = columnsOf([1, 2, 3].map((second) => ({ atUs: second * 1e6, bid: 100, ask: 101 })));
  const right = columnsOf([
    { atUs: 0.5e6, bid: 50, ask: 51 },
    { atUs: 1e6 + 1, bid: 99, ask: 100 },
    { atUs: 3e6 + 1, bid: 1, ask: 2 },
  ]);
  const joined = asofJoin(left, right, { toleranceUs: ASOF_TOLERANCE_US });
  assert.deepEqual(Array.from(joined.bid2.subarray(0, joined.length)), [50, 99, 99]);
});

test('problem 26: legs that tick every 50 to 100 ms join in at least 95 rows of 100', () => {
  const random = createRandom(1, 'ticks');
  const leg = (count: number) => {
    let atUs = 0;
    return columnsOf(
      Array.from({ length: count }, () => {
        atUs += 50_000 + Math.floor(random.next() * 50_000);
        return { atUs, bid: 1, ask: 2 };
      }),
    );
  };
  const left = leg(20_000);
  const joined = asofJoin(left, leg(20_000), { toleranceUs: ASOF_TOLERANCE_US });
  assert.ok(joined.length >= 0.95 * left.length, `${joined.length} of ${left.length}`);
});

test('problem 30: nothing from outside can put made-up data into the process', async () => {
  const app = await startTestApp(() => {});
  try {
    const body = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
    assert.equal((await fetch(`${app.url}/api/test/load_mock_data`, body)).status, 404);
    const { paths } = (await (await fetch(`${app.url}/api/openapi.json`)).json()) as { paths: object };
    const changing = Object.entries(paths).filter(([, methods]) => Object.keys(methods).join() !== 'get');
    // Rules of alerts, and no data.
    assert.deepEqual(changing.map(([path]) => path).sort(), [
      '/api/alerts/rules',
      '/api/alerts/rules/{id}',
      '/api/alerts/rules/{id}/test',
    ]);
  } finally {
    await app.stop();
  }
});

test('problem 31: SIGTERM under load leaves every received quote on the disk, within five seconds', () =>
  everythingReceivedStays(0));

test('and so it does with two threads that ingest', () => everythingReceivedStays(2));

async function everythingReceivedStays(workers: number): Promise<void> {
  const place = testFolder();
  const clock = createRealClock();
  const [exchanges, seed] = [SIM_EXCHANGES, 3];
  const world = await startGeneratedWorld({
    clock,
    exchanges,
    port: 0,
    seed,
    symbols: 30,
    quotesPerSecond: 4_000,
  });
  const own = { selection: { minUsdVolume: 0 }, ingest: { workers } };
  const config = place.config({ exchanges: world.server.urls, ...own });
  const program = await startProgram(['serve', '--config', config, '--lake', `${place.folder}/lake`]);
  const sent = () => world.server.stats.reduce((sum, { quotesSent }) => sum + quotesSent, 0);
  let sentBefore = 0;
  try {
    await until('12,000 quotes', async () => (await program.health()).counters['recorded']! > 12_000, 60_000);
    sentBefore = (await program.health()).counters['recorded']!;
    const signalledMs = performance.now();
    assert.equal(await program.end('SIGTERM'), 0, program.output());
    assert.ok(performance.now() - signalledMs < 5_000);
  } finally {
    await world.close();
    clock.close();
  }
  let rows = 0;
  for (const { stampsUs } of (await lakeRows(`${place.folder}/lake`)).values()) rows += stampsUs.length;
  assert.ok(rows >= sentBefore && rows <= sent(), `${rows} rows, at least ${sentBefore}, sent ${sent()}`);
  assert.match(readFileSync(`${place.folder}/lake/_origin.json`, 'utf8'), /live/);
  place.remove();
}
