// `lake import` and `lake compact`, killed at random moments again and again, then left to end: every row is there, once,
// and nothing of what was under way. KILLS=50 runs the long form; the seed is printed and can be given as SEED.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { lakeHolder } from '../../src/lake/lock.js';
import { openReader } from '../../src/lake/reader.js';
import { verifyLake } from '../../src/lake/verify.js';
import { writeHistory } from '../../src/lake/write-history.js';
import { createRandom, type Random } from '../../src/sim/random.js';
import { EVERYTHING } from '../lake/parquet-files.js';
import { filesMatching, rowsInFiles, tempRoot } from '../lake/support/lakes.js';
import { until } from '../support/wait.js';

const KILLS = Number(process.env['KILLS'] ?? 3);
const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 32));
const MAIN = new URL('../../src/main.js', import.meta.url).pathname;
const START_US = Date.UTC(2025, 2, 3) * 1_000;
const ROWS = 50_000;
const STEP_US = 3_450_000;
const COINS = ['BTC/USDT', 'ETH/USDT'] as const;

/** Two instruments, two days in hour files. */
function source(t: TestContext): string {
  const root = join(tempRoot(t), 'source');
  for (const [n, symbol] of COINS.entries()) {
    const column = (value: (row: number) => number) =>
      Float64Array.from({ length: ROWS }, (_, row) => value(row));
    writeHistory(root, 'Alpha', symbol, {
      length: ROWS,
      receivedUs: column((row) => START_US + row * STEP_US + n),
      bid: column((row) => 100 + Math.sqrt(row)),
      ask: column((row) => 101 + Math.sqrt(row)),
      bidSize: column((row) => row % 17),
      askSize: column((row) => row % 19),
      exchangeUs: column((row) => START_US + row * STEP_US - 5_000),
    });
  }
  return root;
}

/** All that the reader gives, by instrument. */
async function contentOf(root: string): Promise<Record<string, string>> {
  const reader = openReader(root);
  const content: Record<string, string> = {};
  for (const instrument of await reader.instruments()) {
    const hashes = ['receivedUs', 'bid', 'ask', 'bidSize', 'askSize', 'exchangeUs'] as const;
    const sums = hashes.map(() => createHash('sha256'));
    let rows = 0;
    for await (const chunk of reader.readQuotes(instrument, { ...EVERYTHING, sizes: true })) {
      rows += chunk.length;
      for (const [at, name] of hashes.entries()) {
        const { buffer, byteOffset } = chunk[name]!;
        sums[at]!.update(new Uint8Array(buffer, byteOffset, chunk.length * 8));
      }
    }
    content[instrument.symbol] = `${rows} ${sums.map((sum) => sum.digest('hex')).join(' ')}`;
  }
  assert.deepEqual(reader.problems(), []);
  return content;
}

/** Runs to its end (exit code), or is killed after `killMs` from when it holds the lake (null). `tookMs` from there on. */
async function runOf(
  args: readonly string[],
  lake: string,
  killMs: number,
): Promise<{ exitCode: number | null; tookMs: number }> {
  const child = spawn(process.execPath, [MAIN, 'lake', ...args, '--lake', lake], { stdio: 'ignore' });
  let ended = false;
  const exit = new Promise<number | null>((resolve) =>
    child.on('exit', (code) => {
      ended = true;
      resolve(code);
    }),
  );
  await until('the lock, or its end', () => ended || lakeHolder(lake) === child.pid, 60_000);
  const from = performance.now();
  await until('its end, or its moment', () => ended || performance.now() - from >= killMs, 60_000);
  if (!ended) child.kill('SIGKILL');
  return { exitCode: await exit, tookMs: performance.now() - from };
}

/** Killed KILLS times, `check` after each; then to its end. */
async function survive(
  t: TestContext,
  { args, lake, wholeMs, random }: { args: readonly string[]; lake: string; wholeMs: number; random: Random },
  check: () => Promise<void>,
): Promise<void> {
  let killed = 0;
  for (let round = 0; round < KILLS; round += 1) {
    if ((await runOf(args, lake, random.next() * wholeMs)).exitCode === null) killed += 1;
    const { damaged, findings } = await verifyLake(lake, () => undefined);
    assert.equal(damaged, 0, JSON.stringify(findings));
    await check();
  }
  t.diagnostic(`killed ${killed} times of ${KILLS}, a whole run takes ${Math.round(wholeMs)} ms`);
  assert.equal((await runOf(args, lake, Number.POSITIVE_INFINITY)).exitCode, 0);
  assert.deepEqual((await verifyLake(lake, () => undefined)).findings, []);
  assert.equal(rowsInFiles(lake), ROWS * COINS.length);
}

test(`an import that is killed ${KILLS} times ends with every row, once (SEED=${SEED})`, async (t) => {
  const from = source(t);
  const expected = await contentOf(from);
  const args = ['import', from];
  const calm = await runOf(args, join(tempRoot(t), 'calm'), Number.POSITIVE_INFINITY);
  assert.equal(calm.exitCode, 0);
  const lake = join(tempRoot(t), 'lake');
  const run = { args, lake, wholeMs: calm.tookMs, random: createRandom(SEED, 'import') };
  await survive(t, run, async () => undefined);
  assert.deepEqual(await contentOf(lake), expected);
  assert.deepEqual(filesMatching(lake, /\.tmp-/), []);
});

test(`a compaction that is killed ${KILLS} times shows every row, once, at any time (SEED=${SEED})`, async (t) => {
  const from = source(t);
  const expected = await contentOf(from);
  const lakes = tempRoot(t);
  const [calmLake, lake] = [join(lakes, 'calm'), join(lakes, 'lake')];
  for (const to of [calmLake, lake]) cpSync(from, to, { recursive: true });
  const calm = await runOf(['compact'], calmLake, Number.POSITIVE_INFINITY);
  assert.equal(calm.exitCode, 0);
  const run = { args: ['compact'], lake, wholeMs: calm.tookMs, random: createRandom(SEED, 'compact') };
  await survive(t, run, async () => assert.deepEqual(await contentOf(lake), expected));
  assert.deepEqual(await contentOf(lake), expected);
  assert.deepEqual(filesMatching(lake, /\.parquet$|\.tmp-/).length, 2 * COINS.length);
});
