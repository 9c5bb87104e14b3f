import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { openLake } from '../../src/lake/writer.js';
import {
  filesMatching,
  LIMITS,
  realClock,
  rowsInFiles,
  rowsOf,
  someInstruments,
  tempRoot,
  tradesOf,
} from './support/lakes.js';

const KILLS = Number(process.env.KILLS ?? 10);
const FEEDER = fileURLToPath(new URL('./support/feeder.js', import.meta.url));
const SECOND_MS = 1_000;

/** Runs a recorder until it is killed; rows that it had handed over a second before. */
async function recordAndKill(root: string, session: number, lifeMs: number): Promise<number> {
  const child = spawn(process.execPath, [FEEDER, root, String(session), '1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const seen: { atMs: number; rows: number }[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    if (seen.length === 0) setTimeout(() => child.kill('SIGKILL'), lifeMs);
    seen.push({ atMs: performance.now(), rows: Number(line) });
  });
  await once(child, 'exit');
  const diedMs = performance.now();
  assert.equal(child.signalCode, 'SIGKILL', 'it lived until it was killed');
  return seen.findLast(({ atMs }) => atMs < diedMs - SECOND_MS)?.rows ?? 0;
}

test(`killed at ${KILLS} random moments, all but the last second is there, once, and readable`, async (t) => {
  const root = tempRoot(t);
  const instruments = someInstruments();
  const seed = Date.now() % 1_000_000;
  t.diagnostic(`seed ${seed}`);
  const lives = fc.sample(fc.integer({ min: 100, max: 2_500 }), { numRuns: KILLS, seed });
  const owed: number[] = [];
  for (const [session, lifeMs] of lives.entries()) owed.push(await recordAndKill(root, session, lifeMs));

  const lake = await openLake({ root, origin: 'live', clock: realClock(t), limits: LIMITS, instruments });
  const recovered = await lake.ready;
  t.diagnostic(`recovered ${JSON.stringify(recovered)}`);
  assert.deepEqual(lake.counters().problems, []);
  await lake.close();
  assert.deepEqual(filesMatching(root, /\.tmp-|\.log$|\.run$|damaged|_lock/), []);

  const rows = await rowsOf(root, instruments);
  t.diagnostic(`${rows.length} rows in ${filesMatching(root, /\.parquet$/).length} files`);
  assert.equal(rowsInFiles(root), rows.length, 'none twice');
  const counts = new Map<string, number>();
  for (const [, id, , session, , number] of rows) {
    const key = `${session}/${id}`;
    assert.equal(number, counts.get(key) ?? 0, `session ${session}, instrument ${id}: no hole, none twice`);
    counts.set(key, number + 1);
  }
  const trades = new Map<string, number>();
  for (const [, id, , size, , , number] of await tradesOf(root, instruments)) {
    const key = `${size - 1}/${id}`;
    assert.equal(Number(number), trades.get(key) ?? 0, `trades of ${key}: no hole, none twice`);
    trades.set(key, Number(number) + 1);
  }
  for (const [session, least] of owed.entries()) {
    const keptTrades = [0, 1, 2, 3].reduce((sum, id) => sum + (trades.get(`${session}/${id}`) ?? 0), 0);
    assert.ok(keptTrades >= least, `session ${session}: ${keptTrades} trades kept of ${least}`);
    const kept = [0, 1, 2, 3].reduce((sum, id) => sum + (counts.get(`${session}/${id}`) ?? 0), 0);
    assert.ok(kept >= least, `session ${session}: ${kept} rows kept of ${least}`);
  }
});
