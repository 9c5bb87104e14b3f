// What a replay shows of a lake, when, and what it leaves alone.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { analyzePairs } from '../../src/analysis/analyze.js';
import { discoverPairs } from '../../src/analysis/discover.js';
import { takerFees } from '../../src/analysis/fees.js';
import { rowValues } from '../../src/analysis/row-values.js';
import type { ChartData, LiveStatisticsReply, LiveStatisticsSummary } from '../../src/api/contract.js';
import { type ReplayApp, type ReplayOptions, startReplay } from '../../src/app-replay.js';
import { createRealClock } from '../../src/clock.js';
import { loadConfig } from '../../src/config/config.js';
import { InstrumentTable } from '../../src/core/instrument.js';
import { silentLog } from '../../src/core/log.js';
import { US_PER_MINUTE, US_PER_SECOND } from '../../src/core/time.js';
import { adapters, TAKER_FEES_PERCENT } from '../../src/exchanges/index.js';
import { Hub } from '../../src/hub/hub.js';
import { diskFiles } from '../../src/lake/files.js';
import { appendLedger } from '../../src/lake/ledger.js';
import { openReader } from '../../src/lake/reader.js';
import { openLake } from '../../src/lake/writer.js';
import { LIMITS } from '../../src/limits.js';
import { writeRows } from '../support/lakes.js';
import { contentOf, windowsOf } from './derived.js';

const START_US = Date.UTC(2026, 0, 2, 10) * 1_000;
const END_US = START_US + 60 * US_PER_MINUTE;
const PAIR = 'BTC/USDT Binance Bybit';

interface Place {
  readonly root: string;
  readonly start: (options?: Partial<ReplayOptions>) => Promise<ReplayApp>;
}

function place(t: TestContext): Place {
  const folder = mkdtempSync(join(tmpdir(), 'replay-'));
  mkdirSync(join(folder, 'stats'));
  const root = join(folder, 'lake');
  const clock = createRealClock();
  const apps: ReplayApp[] = [];
  t.after(async () => {
    await Promise.all(apps.map((app) => app.stop()));
    clock.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const set = (path: readonly string[], value: unknown) => ({ path, value, source: 'the test' });
  const config = loadConfig({
    environment: {},
    flags: [
      set(['server', 'port'], 0),
      set(['lake', 'root'], root),
      set(['statistics', 'directory'], join(folder, 'stats')),
      set(['pairs', 'watched'], [PAIR]),
    ],
    exchangeNames: adapters.map(({ name }) => name),
  });
  const asked = new AbortController().signal;
  const common = { config, clock, asked, log: silentLog, random: Math.random };
  return {
    root,
    async start(options = {}) {
      const range = { fromUs: START_US, toUs: END_US, speed: 'max' as const, trades: true };
      const app = await startReplay({ ...common, ...range, ...options });
      apps.push(app);
      return app;
    },
  };
}

/** An hour of two legs: a quote each in 20 s; with a limit of 5 s on one of them, told at the very beginning. */
function writeHour(root: string): void {
  const rows = (offset: number, bid: number) =>
    Array.from({ length: 180 }, (_, n) => ({
      atUs: START_US + n * 20 * US_PER_SECOND + offset * US_PER_SECOND,
      bid: bid + (n % 7) / 100,
      ask: bid + 1,
    }));
  writeRows(root, 'Binance', 'BTC/USDT', rows(1, 101));
  writeRows(root, 'Bybit', 'BTC/USDT', rows(0.25, 100));
  const line = {
    ...{ type: 'status', stampUs: START_US + 500_000, status: 'age-limit', value: 5 * US_PER_SECOND },
    ...{ exchange: 'Bybit', symbol: 'BTC/USDT' },
  };
  appendLedger(diskFiles, root, START_US, [Buffer.from(`${JSON.stringify(line)}\n`)]);
}

async function json<T>(app: ReplayApp, path: string): Promise<T> {
  return (await (await fetch(`${app.url}${path}`)).json()) as T;
}

interface Health {
  readonly status: string;
  readonly timestamp: string;
  readonly exchanges: Readonly<Record<string, { state: string; instruments: number }>>;
  readonly counters: Readonly<Record<string, number>>;
  readonly replay: { state: string; position: string; speed: string | number; quotes: number } | null;
}

test('health says that it is a replay, how far it is and how fast, and tells its time', async (t) => {
  const { root, start } = place(t);
  writeHour(root);
  const app = await start();
  const before = await json<Health>(app, '/health');
  assert.equal(before.replay?.state, 'playing');
  assert.equal(before.replay?.speed, 'max');
  assert.match(before.timestamp, /^2026-01-02T10:00:00/);
  const { quotes, events } = await app.play();
  assert.deepEqual({ quotes, events }, { quotes: 360, events: 1 });
  const after = await json<Health>(app, '/api/health');
  assert.equal(after.replay?.state, 'ended');
  assert.equal(after.replay?.quotes, 360);
  assert.equal(after.status, 'healthy');
  assert.match(after.timestamp, /^2026-01-02T10:59:41/);
  assert.equal(after.exchanges['Binance']?.state, 'running');
  assert.equal(after.counters['received'], after.counters['recorded']);
});

test('statistics of the hour under way are what the analyzer counts of it', async (t) => {
  const { root, start } = place(t);
  writeHour(root);
  const app = await start();
  await app.play();
  const { pairs } = await json<LiveStatisticsReply>(
    app,
    '/api/live_statistics?symbol=btc-usdt&exchange=bybit',
  );
  assert.equal(pairs.length, 1);
  const [{ now, last }] = pairs as [LiveStatisticsSummary];
  assert.deepEqual([now.whole, now.gapsLate, now.from], [true, 0, START_US / US_PER_SECOND]);
  assert.equal(last?.statistics, null, 'of the hour before there was only its end, without a quote');
  const reader = openReader(root);
  const range = { fromUs: START_US, toUs: Math.round(now.to * US_PER_SECOND) };
  const found = await analyzePairs({
    ...{ reader, pairs: discoverPairs(await reader.instruments()), ...range },
    takerFeePercent: takerFees(TAKER_FEES_PERCENT),
  });
  const wanted = rowValues(found.rows[0]!);
  for (const [name, value] of Object.entries(wanted)) {
    const own = now.statistics?.[name];
    const isSame = own === value || Math.abs(Number(own) - Number(value)) < 1e-12 * Math.abs(Number(value));
    assert.ok(isSame, `${name}: ${own}, not ${value}`);
  }
  assert.equal(wanted['joined_rows'], 180 + 179);
  const { liveStatistics } = await json<{ liveStatistics: { pairs: number } }>(app, '/health');
  assert.equal(liveStatistics.pairs, 1);
  assert.deepEqual(
    await json(app, '/api/live_statistics?symbol=ETHUSDT'),
    { pairs: [] },
    'of what is not watched there is none',
  );
});

test('charts end at the moment that is replayed: nothing of its future is told', async (t) => {
  const { root, start } = place(t);
  writeHour(root);
  const momentUs = START_US + 30 * US_PER_MINUTE;
  // Noticed later: at the moment nobody knew of it.
  const gap = {
    ...{ type: 'gap', stampUs: momentUs + US_PER_MINUTE, fromUs: momentUs - 10 * US_PER_MINUTE },
    ...{ reason: 'silent', exchange: 'Binance', symbol: 'BTC/USDT' },
  };
  appendLedger(diskFiles, root, START_US, [Buffer.from(`${JSON.stringify(gap)}\n`)]);
  const app = await start({ fromUs: momentUs });
  const names = 'symbol=BTCUSDT&exchange1=Binance&exchange2=Bybit';
  for (const path of ['/api/charts', '/api/dashboard_data'])
    for (const range of ['', `&from=2026-01-02T10:00&to=2026-01-02T11:00`]) {
      const chart = await json<ChartData>(app, `${path}?${names}${range}`);
      const last = chart.timestamps.at(-1)! * US_PER_SECOND;
      assert.ok(
        last < momentUs + US_PER_SECOND,
        `${path}${range} tells of ${new Date(last / 1_000).toISOString()}`,
      );
      assert.ok(
        last > momentUs - 40 * US_PER_SECOND,
        `${path}${range} ends early: ${new Date(last / 1_000).toISOString()}`,
      );
      assert.ok(chart.timestamps.length > 80);
    }
  await app.play();
  const whole = await json<ChartData>(app, `/api/charts?${names}&from=2026-01-02T10:00`);
  assert.ok(whole.timestamps.at(-1)! * US_PER_SECOND > momentUs + 29 * US_PER_MINUTE);
});

test('where it begins, windows, tracked pairs and age limits are as if it had been played up to there', async (t) => {
  const { root, start } = place(t);
  writeHour(root);
  const momentUs = START_US + 45 * US_PER_MINUTE;
  const whole = await start({ toUs: momentUs });
  await whole.play();
  const later = await start({ fromUs: momentUs });
  for (const { hub } of [whole, later]) hub.advanceTo(momentUs);
  const [played] = windowsOf(whole.live).values();
  const [warmed] = windowsOf(later.live).values();
  assert.ok(played!.length > 80 && played!.some((row) => row.includes(' NaN ')), `${played?.length} points`);
  const stamps = (rows: readonly string[]) => rows.map((row) => row.split(' ').slice(0, 2).join(' '));
  assert.deepEqual(stamps(warmed!), stamps(played!));
  assert.deepEqual(later.live.tracked.spread[0], whole.live.tracked.spread[0]);
  assert.deepEqual(later.live.tracked.sparkline(0), whole.live.tracked.sparkline(0));
});

test('the lake is as it was before the replay', async (t) => {
  const { root, start } = place(t);
  writeHour(root);
  const seen = () =>
    readdirSync(root, { recursive: true })
      .map(String)
      .sort()
      .map((name) => {
        const { size, mtimeMs, ctimeMs } = statSync(join(root, name));
        return `${name} ${size} ${mtimeMs} ${ctimeMs}`;
      });
  const before = seen();
  const app = await start();
  await app.play();
  await app.stop();
  assert.deepEqual(seen(), before);
});

test('a replay takes as long as was recorded, divided by its speed', async (t) => {
  const { root, start } = place(t);
  writeHour(root);
  const app = await start({ toUs: START_US + 3 * US_PER_MINUTE, speed: 300 });
  const { seconds, quotes } = await app.play();
  assert.equal(quotes, 18);
  // From the first quote to the last.
  assert.ok(seconds >= 162 / 300, `${seconds} s`);
});

test('the hole of a process that was down is told as it was recorded, and not once more', async (t) => {
  const { root, start } = place(t);
  const clock = createRealClock();
  const beganUs = Math.floor(clock.nowUs());
  for (const run of [0, 1]) {
    const instruments = new InstrumentTable();
    const lake = await openLake({ root, origin: 'live', clock, instruments, limits: LIMITS.lake });
    const hub = new Hub({ instrumentsMax: 4, lastStampUs: lake.lastStampUs });
    hub.subscribe(lake);
    for (let n = 0; n < 50; n += 1)
      for (const exchange of ['Binance', 'Bybit']) {
        const { id } = instruments.intern(exchange, 'BTC/USDT');
        const ask = n === 20 ? Number.NaN : 102;
        hub.quote(id, 100 + n / 100, 1, ask, 2, Number.NaN, beganUs + run * 10_000_000 + n * 1_000);
      }
    await lake.close();
  }
  const app = await start({ fromUs: beganUs - 1, toUs: beganUs + 20_000_000 });
  const second = join(root, '..', 'second');
  const { instruments } = app;
  const lake = await openLake({ root: second, origin: 'live', clock, instruments, limits: LIMITS.lake });
  app.hub.subscribe(lake);
  await app.play();
  await lake.close();
  clock.close();
  const [recorded, replayed] = [await contentOf(root), await contentOf(second)];
  assert.deepEqual(replayed, recorded);
  assert.equal(recorded.records.filter((text) => text.includes('process-down')).length, 2);
});
