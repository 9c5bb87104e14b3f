// `lake compact` as its user meets it.

import assert from 'node:assert/strict';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openLake } from '../../src/lake/writer.js';
import { hourLake, hoursOfRows, instruments, tradesBeside } from '../lake/support/cared.js';
import { filesMatching, journalOf, LIMITS, realClock, rowsOf, tempRoot } from '../lake/support/lakes.js';
import { runProgram, testFolder } from '../support/program.js';

const PARQUET = /\.parquet$/;
const YEARS_US = 700 * 86_400_000_000;

test('a lake is compacted, with what an earlier recording left outside of files; the second time is nothing to do', async (t) => {
  const root = tempRoot(t);
  // Of a past that is past whatever the date is: the rows are of 2026, and shifted back by years.
  const rows = hoursOfRows(20, 3, 2).map(([us, ...rest]) => [us - YEARS_US, ...rest] as const);
  const trades = tradesBeside(rows);
  await hourLake(t, root, [...rows.slice(0, 9), ...trades.slice(0, 2)]);
  await journalOf(root, realClock(t), instruments, rows.slice(9));
  const first = await runProgram(['lake', 'compact', '--lake', root, '--json']);
  assert.equal(first.exitCode, 0, first.stderr);
  const summary = JSON.parse(first.stdout) as Record<string, unknown>;
  const { daysCompacted, instruments: count, filesAfter, recoveredRows, complete, problems } = summary;
  assert.deepEqual(
    { daysCompacted, count, filesAfter, recoveredRows, complete, problems },
    { daysCompacted: 1, count: 3, filesAfter: 3, recoveredRows: 9, complete: true, problems: [] },
  );
  assert.equal(summary['rows'], rows.length + 2);
  assert.equal(filesMatching(root, PARQUET).length, 3);
  assert.deepEqual(await rowsOf(root, instruments), rows);
  assert.deepEqual(filesMatching(root, /_lock|\.run$|\.log$/), []);
  const second = await runProgram(['lake', 'compact', '--lake', root]);
  assert.deepEqual([second.exitCode, second.stdout, second.stderr], [0, 'nothing to compact\n', '']);
});

test('old days are removed only where it is asked for', async (t) => {
  const root = tempRoot(t);
  const rows = hoursOfRows(20, 6, 1).map(([us, ...rest]) => [us - YEARS_US, ...rest] as const);
  await hourLake(t, root, rows);
  const kept = await runProgram(['lake', 'compact', '--lake', root]);
  assert.match(
    kept.stdout,
    /^2 days compacted: 2 instruments, 6 files became 2, 18 rows, \d+ bytes became \d+\n$/,
  );
  assert.match(kept.stderr, /^ *50 % 1\/2/);
  const gone = await runProgram(['lake', 'compact', '--lake', root, '--retention-days', '1']);
  assert.match(
    gone.stdout,
    /^nothing to compact\n2 days removed: 2 files, \d+ bytes \(folders without a date/,
  );
  assert.deepEqual(filesMatching(root, PARQUET), []);
});

test('a lake that a living process holds is refused by name; the lock of a killed one blocks nobody', async (t) => {
  const root = tempRoot(t);
  const lake = await openLake({ root, origin: 'live', clock: realClock(t), limits: LIMITS, instruments });
  await lake.ready;
  const refused = await runProgram(['lake', 'compact', '--lake', root]);
  await lake.close();
  assert.equal(refused.exitCode, 1);
  assert.match(refused.stderr, new RegExp(`^error: the lake .* is held by process ${process.pid}; stop it`));
  writeFileSync(join(root, '_lock'), '{"pid":4194000,"started":"1"}\n');
  assert.equal((await runProgram(['lake', 'compact', '--lake', root])).exitCode, 0);
});

test('no folder is an error in words, and a lake of others is left as it is', async () => {
  const { folder, remove } = testFolder();
  const none = await runProgram(['lake', 'compact', '--lake', join(folder, 'nowhere')]);
  assert.equal(none.exitCode, 1);
  assert.match(none.stderr, /^error: there is no folder .*nowhere\n$/);
  const day = join(folder, 'exchange=Alpha/symbol=BTC_USDT/date=2025-01-01/hour=10');
  mkdirSync(day, { recursive: true });
  writeFileSync(join(day, 'spreads-00-00.0000000.parquet'), 'foreign');
  const before = [statSync(folder).mtimeMs, ...filesMatching(folder, /./)];
  const done = await runProgram(['lake', 'compact', '--lake', folder]);
  assert.deepEqual([done.exitCode, done.stdout], [0, 'nothing to compact\n']);
  assert.deepEqual([statSync(folder).mtimeMs, ...filesMatching(folder, /./)], before);
  const wrong = await runProgram(['lake', 'compact', '--lake', folder, '--hot-days', 'x']);
  assert.equal(wrong.exitCode, 2);
  remove();
});
