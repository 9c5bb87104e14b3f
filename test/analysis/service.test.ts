// The service on a virtual clock: with its real worker over real files, and with one made to hang and die at will.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Analysis, type AnalysisOptions, createAnalysis } from '../../src/analysis/service.js';
import { silentLog } from '../../src/core/log.js';
import { US_PER_HOUR } from '../../src/core/time.js';
import { VirtualClock } from '../../src/sim/virtual-clock.js';
import { temporaryLake } from '../lake/parquet-files.js';
import { until } from '../support/wait.js';
import { constant, lakeOf, legOf, rowsOf, START_US } from './lakes.js';

const INTERVAL_MS = 900_000;

interface Stage {
  readonly analysis: Analysis;
  readonly clock: VirtualClock;
  readonly directory: string;
  /** One interval passes, and the run that it starts comes to its end. */
  run(): Promise<void>;
}

async function stage(t: TestContext, root: string, options: Partial<AnalysisOptions> = {}): Promise<Stage> {
  const base = await mkdtemp(join(tmpdir(), 'analysis-'));
  const directory = join(base, 'statistics');
  const clock = new VirtualClock(START_US + US_PER_HOUR - INTERVAL_MS * 1_000);
  const made = { root, directory, intervalMs: INTERVAL_MS, clock, log: silentLog, ...options };
  const analysis = createAnalysis(made);
  t.after(async () => {
    await analysis.close();
    await rm(base, { recursive: true, force: true });
  });
  const run = async (): Promise<void> => {
    clock.advance(INTERVAL_MS);
    await until('the run is over', () => !analysis.state().running);
  };
  return { analysis, clock, directory, run };
}

const csvFiles = (directory: string): string[] => {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
};

test('the first file comes after one interval, over the last hours up to now, across midnight', async (t) => {
  // Two hours of rows from 23:30 on; it is 00:30, and the window is three quarters of an hour.
  const wave = Array.from({ length: 7_200 }, (_, row) => (row % 2 === 0 ? 0.6 : -0.6));
  const root = await lakeOf(t, { Aaa: legOf(wave), Bbb: legOf(constant(7_200)) });
  const { analysis, clock, directory, run } = await stage(t, root, { windowHours: 0.75 });
  clock.advance(INTERVAL_MS - 1);
  assert.deepEqual(analysis.state(), {
    running: false,
    runs: 0,
    skipped: 0,
    failed: 0,
    lastRunUs: null,
    lastDurationMs: null,
    lastError: null,
    lastFile: null,
    pairs: null,
    pairsSkipped: null,
    pairsFailed: null,
  });
  clock.advance(1);
  assert.equal(analysis.state().running, true);
  await until('the run is over', () => !analysis.state().running);
  const name = 'summary_stats_20251119_003000.csv';
  assert.deepEqual(csvFiles(directory), [name]);
  const [row] = rowsOf(readFileSync(join(directory, name), 'utf8'));
  assert.equal(row?.('data_points'), '2700');
  assert.equal(row?.('zero_crossings'), '2699');
  const { lastFile, pairs, pairsSkipped, runs, failed, lastRunUs } = analysis.state();
  assert.deepEqual([lastFile, pairs, pairsSkipped, runs, failed], [name, 1, 0, 1, 0]);
  assert.equal(lastRunUs, START_US + US_PER_HOUR);
  await run();
  assert.equal(analysis.state().lastFile, 'summary_stats_20251119_004500.csv');
  assert.deepEqual(analysis.problems(), []);
});

test('a window of six hours and more begins with a whole hour', async (t) => {
  // An hour of rows from a quarter past six in the evening on; it is half past midnight.
  const wave = Array.from({ length: 3_600 }, (_, row) => (row % 2 === 0 ? 0.6 : -0.6));
  const root = await lakeOf(t, {
    Aaa: legOf(wave, -5.25 * 3_600),
    Bbb: legOf(constant(3_600), -5.25 * 3_600),
  });
  const { directory, run } = await stage(t, root, { windowHours: 6 });
  await run();
  const [name = ''] = csvFiles(directory);
  const [row] = rowsOf(readFileSync(join(directory, name), 'utf8'));
  assert.equal(row?.('data_points'), '3600');
});

test('without a pair no file is written and the last one stays the last', async (t) => {
  const { analysis, directory, run } = await stage(t, await temporaryLake(t));
  await run();
  const { runs, failed, pairs, lastFile } = analysis.state();
  assert.deepEqual([runs, failed, pairs, lastFile], [1, 0, 0, null]);
  assert.deepEqual(csvFiles(directory), []);
});

test('old files go beyond the limit', async (t) => {
  const root = await lakeOf(t, { Aaa: legOf(constant(10)), Bbb: legOf(constant(10)) });
  const { directory, run } = await stage(t, root, { filesMax: 2 });
  for (let turn = 0; turn < 3; turn += 1) await run();
  assert.deepEqual(csvFiles(directory), [
    'summary_stats_20251119_004500.csv',
    'summary_stats_20251119_010000.csv',
  ]);
});

test('a folder that cannot be written fails the run, is told, and the next run tries again', async (t) => {
  const root = await lakeOf(t, { Aaa: legOf(constant(10)), Bbb: legOf(constant(10)) });
  const base = await mkdtemp(join(tmpdir(), 'analysis-'));
  t.after(() => rm(base, { recursive: true, force: true }));
  const directory = join(base, 'taken');
  await writeFile(directory, '');
  const { analysis, run } = await stage(t, root, { directory });
  await run();
  assert.equal(analysis.state().failed, 1);
  assert.match(analysis.state().lastError ?? '', /expected a folder, is a file|ENOTDIR/);
  await rm(directory);
  await run();
  const { runs, failed, lastError } = analysis.state();
  assert.deepEqual([runs, failed, lastError], [1, 1, null]);
});

test('closing in the middle of a real run ends it at once and leaves no file', async (t) => {
  // Ninety-one pairs: more than a moment's work.
  const names = [...'ABCDEFGHIJKLMN'].map((letter) => `Ex${letter}`);
  const root = await lakeOf(
    t,
    Object.fromEntries(names.map((name) => [name, legOf(constant(20_000), -20_000)])),
  );
  const { analysis, clock, directory } = await stage(t, root);
  clock.advance(INTERVAL_MS);
  const before = process.cpuUsage();
  await until('the worker works', () => process.cpuUsage(before).user > 300_000);
  assert.equal(analysis.state().running, true);
  await analysis.close();
  assert.equal(analysis.state().running, false);
  const { runs, failed } = analysis.state();
  assert.deepEqual([runs, failed], [0, 0]);
  clock.advance(10 * INTERVAL_MS);
  assert.equal(analysis.state().running, false);
  assert.deepEqual(csvFiles(directory), []);
});

/** Does what the folder of the lake is called. */
const PUPPET = `
import { parentPort, workerData } from 'node:worker_threads';
const { root } = workerData;
if (root === 'DIE') throw new Error('as asked');
if (root === 'HANG') setInterval(() => {}, 1000);
if (root === 'FAIL') {
  const failures = [{ symbol: 'X/USDT', exchange1: 'Aaa', exchange2: 'Bbb', message: 'the disk is gone' }];
  const skipped = { 'no-left-rows': 0, 'no-right-rows': 0, 'no-match': 0 };
  const nothing = { file: null, pairs: 0, filesRemoved: 0, removeError: null, problems: [] };
  parentPort.postMessage({ ...nothing, skipped, failedPairs: 1, failures });
}
`;

async function puppet(t: TestContext, root: string): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'puppet-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'worker.mjs'), PUPPET);
  return await stage(t, root, { workerUrl: pathToFileURL(join(folder, 'worker.mjs')) });
}

test('a run that is late makes the next ones skipped, not stacked; closing ends it', async (t) => {
  const { analysis, clock } = await puppet(t, 'HANG');
  clock.advance(3 * INTERVAL_MS);
  const { running, skipped, runs } = analysis.state();
  assert.deepEqual([running, skipped, runs], [true, 2, 0]);
  await analysis.close();
  assert.deepEqual([analysis.state().running, analysis.state().failed], [false, 0]);
});

test('a worker that dies fails its run alone', async (t) => {
  const { analysis, run } = await puppet(t, 'DIE');
  await run();
  await run();
  const { failed, lastError, skipped } = analysis.state();
  assert.deepEqual([failed, lastError, skipped], [2, 'as asked', 0]);
});

test('a run in which every pair fails has failed', async (t) => {
  const { analysis, run } = await puppet(t, 'FAIL');
  await run();
  const { failed, runs, pairsFailed, lastError } = analysis.state();
  assert.deepEqual([failed, runs, pairsFailed], [1, 0, 1]);
  assert.match(lastError ?? '', /the disk is gone/);
});
