// Threads that ingest, in the whole process: they record what one thread records, they conflate and say so where the
// thread of the hub stands still, and one that dies is a hole that is told, and comes back.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parse } from 'yaml';
import { createRealClock } from '../../src/clock.js';
import { openReader } from '../../src/lake/reader.js';
import { recentInstruments } from '../../src/lake/recent-names.js';
import { startDriver } from '../../src/sim/driver.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { createMarket, marketBook } from '../../src/sim/market.js';
import { startSimServer } from '../../src/sim/server.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { simulatedAddresses } from '../support/resident.js';
import { until } from '../support/wait.js';
import { lakeRows } from './recording.js';

const MAIN = new URL('../../src/main.js', import.meta.url).pathname;
const DYING = new URL('./dying-thread.js', import.meta.url);
const NAMES = ['Binance', 'Bybit', 'GateIo', 'OKX'];
const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 32));
const EVERYTHING = { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER };

interface Health {
  readonly status: string;
  readonly reasons: readonly string[];
  readonly counters: Readonly<Record<string, number>>;
  readonly exchanges: Readonly<
    Record<string, { state: string; reason?: string; frames: number; connections: { name: string }[] }>
  >;
  readonly queues: Readonly<Record<string, { length: number; lengthMax: number; overflowed: number }>>;
  readonly ingest: readonly {
    exchanges: string[];
    running: boolean;
    deaths: number;
    thinned: number;
    dwellMsMax: number;
  }[];
  readonly memoryTableMb: Readonly<Record<string, number>>;
}

async function healthOf({ url }: TestApp): Promise<Health> {
  return (await (await fetch(`${url}/health`)).json()) as Health;
}

/** What was received and what became of it; equal but for what waits in queues. */
function balance({ counters }: Health): { received: number; fates: number } {
  const { received, recorded, oneSided, thinned, dropped, rejected } = counters as Record<string, number>;
  return { received: received!, fates: recorded! + oneSided! + thinned! + dropped! + rejected! };
}

async function eventsIn(root: string, type: string) {
  const reader = openReader(root, { recentInstruments });
  const instruments = await reader.instruments();
  const all = await reader.readEvents(instruments, EVERYTHING);
  return all
    .filter((line) => line.type === type)
    .map((line) => {
      const { stampUs, fromUs, toUs, count, reason, status } = line as Record<string, unknown> & typeof line;
      const { exchange, symbol } = instruments[line.at]!;
      return { exchange, symbol, stampUs, fromUs, toUs, count, reason, status };
    });
}

/** A generated market behind real sockets, in this process. */
async function startWorld(t: TestContext, quotesPerSecond: number) {
  t.diagnostic(`SEED=${SEED}`);
  const clock = createRealClock();
  const exchanges = SIM_EXCHANGES.filter(({ name }) => NAMES.includes(name));
  const market = createMarket({ seed: SEED, exchanges, symbols: 4 });
  const hosted = exchanges.map((exchange) => ({ exchange, book: marketBook(market, exchange) }));
  const server = await startSimServer({ clock, seed: SEED, exchanges: hosted });
  const stop = startDriver({ market, server, exchanges, clock, quotesPerSecond });
  t.after(async () => {
    stop();
    await server.close();
    clock.close();
  });
  const config = Object.fromEntries(NAMES.map((name) => [name, { ...server.urls[name], minUsdVolume: 1 }]));
  return { config, stop };
}

test('one thread and two threads record the same of the same world, and keep the same frames', async (t) => {
  const { config, stop } = await startWorld(t, 1_000);
  const captures = mkdtempSync(join(tmpdir(), 'captures-'));
  t.after(() => rmSync(captures, { recursive: true, force: true }));
  const apps: TestApp[] = [];
  for (const workers of [0, 2]) {
    const more = { ingest: { workers }, capture: { directory: join(captures, `${workers}`) } };
    const app = await startTestApp(() => {}, config, undefined, more);
    t.after(() => app.stop());
    await until('all running', async () =>
      Object.values((await healthOf(app)).exchanges).every(({ state }) => state === 'running'),
    );
    apps.push(app);
  }
  await until('3,000 quotes', async () => (await healthOf(apps[1]!)).counters['recorded']! > 3_000, 60_000);
  stop();
  for (const app of apps)
    await until('all recorded', async () => {
      const before = balance(await healthOf(app));
      await until('a moment later', () => new Promise((resolve) => setImmediate(() => resolve(true))));
      const after = balance(await healthOf(app));
      return before.received === after.received && after.received === after.fates;
    });
  const health = await healthOf(apps[1]!);
  assert.deepEqual(
    health.ingest.map(({ exchanges, running, deaths }) => ({ exchanges, running, deaths })),
    [
      { exchanges: ['Binance', 'GateIo'], running: true, deaths: 0 },
      { exchanges: ['Bybit', 'OKX'], running: true, deaths: 0 },
    ],
  );
  assert.ok(health.queues['ingest1'] !== undefined && health.queues['ingest2'] !== undefined);
  assert.ok(health.memoryTableMb['ingestThreads']! > 0);
  assert.deepEqual((await healthOf(apps[0]!)).ingest, []);
  const metrics = await (await fetch(`${apps[1]!.url}/metrics`)).text();
  assert.match(metrics, /spread_aggregator_ingest_dwell_seconds\{thread="2"\}/);
  const listed = await until('live symbols', async () => {
    const { symbols } = (await (await fetch(`${apps[1]!.url}/api/symbols?watched=true`)).json()) as {
      symbols: { state: string }[];
    };
    return symbols.length === 16 && symbols.every(({ state }) => state === 'live') && symbols;
  });
  assert.equal(listed.length, 16);
  for (const app of apps) await app.halt();

  const [one, two] = [await lakeRows(apps[0]!.lake), await lakeRows(apps[1]!.lake)];
  assert.deepEqual([...two.keys()].sort(), [...one.keys()].sort());
  for (const [instrument, { rows, stampsUs }] of two) {
    // It came later: its first rows answered its own subscription.
    const count = rows.length - 2;
    assert.ok(count > 10, `${instrument}: ${count} rows`);
    const first = one.get(instrument)!;
    assert.deepEqual(rows.slice(-count), first.rows.slice(-count), instrument);
    const apartUs = stampsUs.slice(-count).map((us, at) => Math.abs(us - first.stampsUs.slice(-count)[at]!));
    assert.ok(Math.max(...apartUs) < 1_000_000, `${instrument}: stamps ${Math.max(...apartUs)} µs apart`);
  }
  const [framesOne, framesTwo] = ['0', '2'].map((folder) => framesIn(join(captures, folder)));
  assert.deepEqual([...framesTwo!.keys()].sort(), [...framesOne!.keys()].sort());
  for (const [connection, frames] of framesTwo!) {
    assert.ok(frames.length > 50, `${connection}: ${frames.length} frames`);
    assert.deepEqual(frames.slice(-40), framesOne!.get(connection)!.slice(-40), connection);
  }
});

/** By exchange and number of the connection: the frames that hold prices, in order. */
function framesIn(folder: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const name of readdirSync(folder).sort()) {
    const [, exchange, number] = /^(.+)\.capture-.+-(\d+)\.ndjson$/.exec(name)!;
    const lines = readFileSync(join(folder, name), 'utf8').trimEnd().split('\n');
    found.set(
      `${exchange}#${number}`,
      lines.map((line) => (JSON.parse(line) as { raw: string }).raw).filter((raw) => /USDT/.test(raw)),
    );
  }
  return found;
}

/** The simulated exchanges in a process of their own, which goes on while this one stands still. */
async function startSimulation(t: TestContext, symbols: number, rate: number) {
  const names = ['--exchanges', NAMES.join(',')];
  const child = spawn(process.execPath, [
    ...[MAIN, 'simulate', ...names, '--symbols', `${symbols}`, '--rate', `${rate}`],
  ]);
  const end = () => void child.kill('SIGKILL');
  t.after(end);
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  const yaml = await until('simulated exchanges', () => simulatedAddresses(output, NAMES.length));
  const { exchanges } = parse(yaml) as { exchanges: Record<string, unknown> };
  return { exchanges, end };
}

/** Nothing of this thread happens meanwhile, and it takes nobody's processor. */
function standStill(forMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, forMs);
}

test('where the thread of the hub stands still, quotes are conflated and told, and then all is well', async (t) => {
  const { exchanges, end } = await startSimulation(t, 50, 14_000);
  const more = { ingest: { workers: 1 }, selection: { minUsdVolume: 0 } };
  const app = await startTestApp(() => {}, exchanges, undefined, more);
  t.after(() => app.stop());
  const isWell = async () => {
    const { status, exchanges: states } = await healthOf(app);
    return status === 'healthy' && Object.values(states).every(({ state }) => state === 'running');
  };
  await until('all running', isWell, 60_000);
  await until(
    'quotes conflated',
    async () => {
      standStill(2_000);
      return (await healthOf(app)).counters['thinned']! > 0;
    },
    60_000,
  );
  await until('all well again', isWell, 60_000);
  await until('nothing waits', async () => (await healthOf(app)).queues['ingest1']!.length < 1_000);
  end();
  const ended = await until('every quote accounted for', async () => {
    const health = await healthOf(app);
    const { received, fates } = balance(health);
    return health.status === 'degraded' && received === fates && health;
  });
  const { thinned, dropped } = ended.counters as { thinned: number; dropped: number };
  assert.equal(ended.ingest[0]!.thinned, thinned);
  assert.equal(ended.queues['ingest1']!.overflowed, thinned);
  assert.ok(ended.ingest[0]!.dwellMsMax > 1_000, `${ended.ingest[0]!.dwellMsMax} ms`);
  await app.halt();

  const told = await eventsIn(app.lake, 'thinned');
  const sum = told.reduce((total, { count }) => total + Number(count), 0);
  assert.equal(sum, thinned, 'each conflation stands in the lake');
  const rows = await lakeRows(app.lake);
  for (const { exchange, symbol, stampUs, fromUs, toUs, count } of told) {
    const { stampsUs } = rows.get(`${exchange} ${symbol}`)!;
    assert.ok(Number(fromUs) < Number(toUs) && Number(count) > 0);
    // The quote that stood for them all came right behind it.
    const next = stampsUs.find((us) => us > stampUs)!;
    assert.ok(
      next - stampUs < 1_000 && next >= Number(toUs),
      `${symbol}: ${next} after ${stampUs}, to ${toUs}`,
    );
  }
  const recorded = [...rows.values()].reduce((total, { stampsUs }) => total + stampsUs.length, 0);
  assert.equal(recorded, ended.counters['recorded']);
  t.diagnostic(
    `${thinned} quotes swallowed in ${told.length} conflations, ${dropped} dropped by the journal`,
  );
});

test('what waits in the ring is late as if it had waited at the exchange: it lags, and is in time again', async (t) => {
  const { exchanges } = await startSimulation(t, 3, 100);
  const more = { ingest: { workers: 1, lagMsMax: 400 }, selection: { minUsdVolume: 0 } };
  const app = await startTestApp(() => {}, exchanges, undefined, more);
  t.after(() => app.stop());
  const isWell = async () => {
    const { exchanges: states } = await healthOf(app);
    return Object.values(states).every(({ state }) => state === 'running');
  };
  await until('all running', isWell, 60_000);
  await until('some quotes', async () => (await healthOf(app)).counters['recorded']! > 100);
  standStill(1_500);
  await until('it was told', async () =>
    (await eventsIn(app.lake, 'status')).some(({ status }) => status === 'lagging'),
  );
  await until('all in time again', isWell, 60_000);
  await app.halt();
  const lags = (await eventsIn(app.lake, 'status')).filter(({ status }) =>
    ['lagging', 'in-time'].includes(`${status}`),
  );
  const last = new Map(lags.map(({ exchange, symbol, status }) => [`${exchange} ${symbol}`, status]));
  assert.equal(last.size, NAMES.length * 3, 'every instrument lagged');
  for (const [instrument, status] of last) assert.equal(status, 'in-time', instrument);
  assert.equal((await eventsIn(app.lake, 'thinned')).length, 0, 'the ring had room for all');
});

test('a thread that dies is a gap of all its instruments alone, is told, and comes back', async (t) => {
  const { config } = await startWorld(t, 800);
  const folder = mkdtempSync(join(tmpdir(), 'dies-'));
  const path = join(folder, 'now');
  process.env['DIES_BY'] = path;
  t.after(() => {
    delete process.env['DIES_BY'];
    rmSync(folder, { recursive: true, force: true });
  });
  const app = await startTestApp(() => {}, config, undefined, { ingest: { workers: 2 } }, DYING);
  t.after(() => app.stop());
  const isRunning = async () => {
    const health = await healthOf(app);
    return (
      health.status === 'healthy' && Object.values(health.exchanges).every(({ state }) => state === 'running')
    );
  };
  await until('all running', isRunning, 60_000);
  await until('2,000 quotes', async () => (await healthOf(app)).counters['recorded']! > 2_000);
  const before = await healthOf(app);
  writeFileSync(`${path}.new`, 'OKX');
  renameSync(`${path}.new`, path);
  const dead = await until('it is told', async () => {
    const health = await healthOf(app);
    return health.ingest[1]!.deaths === 1 && health.status === 'degraded' && health;
  });
  assert.match(dead.reasons.join('\n'), /OKX (failed|degraded): its thread .*: killed for the test/);
  assert.match(dead.reasons.join('\n'), /Bybit (failed|degraded): its thread .*: killed for the test/);
  assert.doesNotMatch(dead.reasons.join('\n'), /Binance|GateIo/);
  await until('all running again', isRunning, 60_000);
  const again = await healthOf(app);
  for (const name of NAMES) {
    assert.ok(again.exchanges[name]!.frames >= before.exchanges[name]!.frames, `${name} counts on`);
    const names = (health: Health) => health.exchanges[name]!.connections.map((one) => one.name);
    const isOther = ['OKX', 'Bybit'].includes(name);
    for (const one of names(again))
      assert.equal(!names(before).includes(one), isOther, `${one}: a connection's name is used once`);
  }
  const { recorded } = again.counters as { recorded: number };
  await until('quotes flow', async () => (await healthOf(app)).counters['recorded']! > recorded + 500);
  await app.halt();

  const gaps = (await eventsIn(app.lake, 'gap')).filter(({ reason }) => reason === 'disconnect');
  assert.deepEqual(
    gaps.map(({ exchange, symbol }) => `${exchange} ${symbol}`).sort(),
    [...(await lakeRows(app.lake)).keys()].filter((key) => /^(OKX|Bybit) /.test(key)).sort(),
  );
  const rows = await lakeRows(app.lake);
  for (const { exchange, symbol, fromUs, stampUs } of gaps) {
    const { stampsUs } = rows.get(`${exchange} ${symbol}`)!;
    assert.ok(!stampsUs.some((us) => us >= Number(fromUs) && us < stampUs), 'nothing stood within the gap');
    assert.ok(
      stampsUs.some((us) => us > stampUs),
      'it came back',
    );
  }
});
