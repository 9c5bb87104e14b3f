// Compaction: the files of a closed day become one an instrument, rows in are rows out, whatever happens on the way.

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parquetMetadata } from 'hyparquet';
import { US_PER_DAY, US_PER_HOUR } from '../../src/core/time.js';
import { care } from '../../src/lake/care.js';
import { runEncodeJob } from '../../src/lake/encode-job.js';
import { diskFiles } from '../../src/lake/files.js';
import { int96, numbers, parquetBytes } from './parquet-files.js';
import {
  ALL,
  cared,
  contentOf,
  DAY_US,
  filesMatching,
  HALF_MADE,
  hourLake,
  hoursOfRows,
  instruments,
  lakeIn,
  never,
  ORDER,
  PARQUET,
  tradesBeside,
  unsynced,
} from './support/cared.js';
import { dyingFiles, journalOf, type Row, realClock, rowsOf, tempRoot, tradesOf } from './support/lakes.js';

const BTC = 'exchange=Alpha/symbol=BTC_USDT';

test('a closed day has one file an instrument, at the same depth, which names what it took the place of', async (t) => {
  const root = tempRoot(t);
  const rows = hoursOfRows(20, 3, 4);
  const trades = tradesBeside(rows);
  await hourLake(t, root, [...rows, ...trades]);
  const before = filesMatching(root, PARQUET);
  assert.equal(before.length, 15);
  const done = await cared(root);
  assert.deepEqual(done.problems, []);
  assert.deepEqual(
    [done.daysCompacted, done.instruments, done.filesBefore, done.filesAfter, done.rows],
    [1, 5, 15, 5, rows.length + trades.length],
  );
  const names = filesMatching(root, PARQUET);
  assert.equal(names.length, 5);
  assert.ok(names.includes(`${BTC}/date=2026-11-22/hour=00/spreads-day-22-00-05.008000.parquet`));
  assert.ok(names.includes(`trades/${BTC}/date=2026-11-22/hour=00/trades-day-22-00-05.008001.parquet`));
  const bytes = readFileSync(join(root, names.find((name) => name.startsWith(BTC))!));
  const { key_value_metadata: entries } = parquetMetadata(Uint8Array.from(bytes).buffer);
  const replaced = before
    .filter((name) => name.startsWith(BTC))
    .map((name) => name.slice(`${BTC}/date=2026-11-22/`.length));
  assert.deepEqual(entries, [
    { key: 'spread-aggregator.schema', value: '1' },
    { key: 'spread-aggregator.replaces', value: JSON.stringify(replaced) },
  ]);
  assert.deepEqual(filesMatching(root, /hour=2\d$/), [], 'no empty folder stays');
  assert.deepEqual(await contentOf(root), { rows, rowsInFiles: rows.length, trades });
  assert.deepEqual(filesMatching(root, /^_days\//), ['_days/2026-11-22.json', '_days/walked']);
  const again = await cared(root);
  assert.deepEqual([again.daysCompacted, again.filesBefore], [0, 0], 'nothing is left to do');
});

test('days that are hot, not over, or have rows in runs yet are left as they are', async (t) => {
  const root = tempRoot(t);
  const rows = hoursOfRows(22, 4, 2);
  await hourLake(t, root, rows);
  const nowUs = DAY_US + 2 * US_PER_DAY + US_PER_HOUR;
  assert.equal((await cared(root, { nowUs, hotDays: 3 })).daysCompacted, 0);
  assert.equal((await cared(root, { nowUs, closedBeforeUs: DAY_US + US_PER_DAY - 1 })).daysCompacted, 0);
  assert.equal((await cared(root, { nowUs: DAY_US + US_PER_HOUR })).daysCompacted, 0);
  assert.equal(filesMatching(root, PARQUET).length, 8);
  assert.equal((await cared(root, { nowUs, hotDays: 2 })).daysCompacted, 1);
  assert.equal(filesMatching(root, PARQUET).length, 6, 'the first day is one file an instrument');
  // A run of the second day that is not encoded yet.
  await journalOf(root, realClock(t), instruments, hoursOfRows(25, 1, 1, 60_000_000));
  runEncodeJob(diskFiles, root, { ...ALL, encodeBeforeUs: 0 }, never);
  const waits = await cared(root);
  assert.match(waits.problems.join(), /2026-11-23 is not compacted: run-.* holds rows of it still/);
  assert.equal(filesMatching(root, PARQUET).length, 6);
});

test('killed before any step of a compaction, no row is lost, none doubled, and the next start finishes it', async (t) => {
  const template = lakeIn(t);
  mkdirSync(template);
  const rows = hoursOfRows(22, 3, 2);
  const trades = tradesBeside(rows.slice(0, 12));
  await hourLake(t, template, [...rows, ...trades]);
  const late = hoursOfRows(24, 1, 2, 100_000_000);
  let steps = 0;
  for (; ; steps++) {
    const root = lakeIn(t);
    cpSync(template, root, { recursive: true });
    const { files, died } = dyingFiles(unsynced, steps);
    await cared(root, {}, files).catch((error: unknown) => assert.ok(died(), String(error)));
    assert.deepEqual(await rowsOf(root, instruments), rows, `dead after ${steps} steps`);
    // Recording goes on first: rows that are in files are known as such, later ones are added.
    if (steps % 5 === 0) {
      await journalOf(root, realClock(t), instruments, late);
      assert.deepEqual(runEncodeJob(unsynced, root, ALL, never).encodedRows, late.length);
    }
    const expected = steps % 5 === 0 ? [...rows, ...late] : rows;
    assert.deepEqual((await cared(root, {}, unsynced)).problems, []);
    const content = { rows: expected, rowsInFiles: expected.length, trades };
    assert.deepEqual(await contentOf(root), content, `restarted after ${steps} steps`);
    assert.equal(filesMatching(root, PARQUET).length, 5);
    assert.deepEqual(filesMatching(root, HALF_MADE), []);
    assert.deepEqual(filesMatching(root, /_days.*(open|begun|removing)/), []);
    if (!died()) break;
    rmSync(root, { recursive: true });
  }
  t.diagnostic(`${steps} steps`);
  assert.ok(steps > 60, `only ${steps} steps were tried`);
});

test('rows that come after a day was compacted make an hour file, and at the next look one day file again', async (t) => {
  const root = tempRoot(t);
  const rows = hoursOfRows(10, 2, 2);
  await hourLake(t, root, rows);
  await cared(root);
  const segments = hoursOfRows(11, 2, 2, 200_000_000);
  await journalOf(root, realClock(t), instruments, segments);
  assert.deepEqual(
    await rowsOf(root, instruments),
    [...rows, ...segments].sort((a, b) => a[0] - b[0]),
    'journal',
  );
  runEncodeJob(diskFiles, root, ALL, never);
  const all = [...rows, ...segments].sort((a, b) => a[0] - b[0]);
  assert.deepEqual(await contentOf(root), { rows: all, rowsInFiles: all.length, trades: [] });
  assert.equal(filesMatching(root, PARQUET).length, 6);
  const again = await cared(root);
  assert.deepEqual([again.filesBefore, again.filesAfter, again.problems], [6, 2, []]);
  assert.deepEqual(await contentOf(root), { rows: all, rowsInFiles: all.length, trades: [] });
  assert.equal(filesMatching(root, PARQUET).length, 2);
});

test('the same rows again, from a segment that came back, are known to be in the day file', async (t) => {
  const root = tempRoot(t);
  const rows = hoursOfRows(10, 2, 2);
  await journalOf(
    root,
    realClock(t),
    instruments,
    [...rows, ...tradesBeside(rows)].sort((a, b) => a[0] - b[0]),
  );
  const saved = join(tempRoot(t), '_journal');
  cpSync(join(root, '_journal'), saved, { recursive: true });
  runEncodeJob(diskFiles, root, ALL, never);
  await cared(root);
  const before = await contentOf(root);
  cpSync(saved, join(root, '_journal'), { recursive: true });
  assert.deepEqual(await rowsOf(root, instruments), rows, 'seen in the journal too');
  const report = runEncodeJob(diskFiles, root, ALL, never);
  assert.deepEqual([report.encodedRows, report.encodedTrades, report.filesWritten], [0, 0, 0]);
  assert.deepEqual(await contentOf(root), before);
});

test("a damaged file and files of another's making stay where they are; the rest of their day is compacted", async (t) => {
  const root = tempRoot(t);
  const rows = hoursOfRows(9, 4, 1);
  await hourLake(t, root, rows);
  const day = join(root, BTC, 'date=2026-11-22');
  const damaged = 'hour=10/spreads-00-05.002000.parquet';
  const bytes = readFileSync(join(day, damaged));
  bytes.fill(0xff, 4, 60);
  writeFileSync(join(day, damaged), bytes);
  const us = [DAY_US + 11 * US_PER_HOUR];
  const foreign = parquetBytes([int96('Timestamp', us), numbers('BestBid', [7])]);
  writeFileSync(join(day, 'hour=11/spreads-00-00.0000000.parquet'), foreign);
  writeFileSync(join(day, 'hour=11/spreads-00-01.000000.parquet'), foreign);
  const done = await cared(root);
  assert.equal(done.problems.length, 1);
  assert.match(done.problems[0]!, /hour=10\/spreads-00-05\.002000\.parquet: .*; left as it is/);
  assert.deepEqual([done.filesBefore, done.filesAfter, done.rows], [3, 1, 9]);
  assert.deepEqual(filesMatching(day, PARQUET), [
    'hour=00/spreads-day-12-00-05.002000.parquet',
    damaged,
    'hour=11/spreads-00-00.0000000.parquet',
    'hour=11/spreads-00-01.000000.parquet',
  ]);
  assert.deepEqual(readFileSync(join(day, damaged)), bytes);
});

test('a lake from before days were marked is walked once', async (t) => {
  const root = tempRoot(t);
  const rows = hoursOfRows(20, 6, 2);
  await hourLake(t, root, rows);
  rmSync(join(root, '_days'), { recursive: true });
  assert.equal((await cared(root)).daysCompacted, 2);
  assert.deepEqual((await contentOf(root)).rows, rows);
  rmSync(join(root, '_days/2026-11-22.json'));
  assert.equal((await cared(root)).instruments, 0, 'what is in no mark is not looked for again');
});

test('asked to stop at any moment, it changes nothing half', async (t) => {
  const root = tempRoot(t);
  const rows = hoursOfRows(22, 3, 2);
  const trades = tradesBeside(rows);
  await hourLake(t, root, [...rows, ...trades]);
  for (let rounds = 0; filesMatching(root, /_days.*(open|begun)/).length > 0; rounds++) {
    let asked = 0;
    for await (const step of care(diskFiles, root, ORDER, () => ++asked > rounds))
      assert.deepEqual(step.problems, []);
    assert.deepEqual(await contentOf(root), { rows, rowsInFiles: rows.length, trades });
    assert.ok(rounds < 60);
  }
  assert.deepEqual(await tradesOf(root, instruments), trades);
});

test('a busy instrument is compacted a piece at a time, and an hour can become files between any two', async (t) => {
  const root = tempRoot(t);
  const rows = hoursOfRows(20, 4, 1);
  const trades = tradesBeside(rows);
  await hourLake(t, root, [...rows, ...trades]);
  const [late, seen]: [Row[], string[]] = [[], []];
  for await (const step of care(diskFiles, root, ORDER, never, 1)) {
    assert.deepEqual(step.problems, []);
    seen.push(step.rows > 0 ? 'done' : step.daysCompacted > 0 ? 'day' : 'piece');
    // Four days later, as the order says.
    const fresh = hoursOfRows(4 * 24, 1, 2, 100_000_000 + late.length * 1_000);
    late.push(...fresh);
    await journalOf(root, realClock(t), instruments, fresh);
    assert.equal(runEncodeJob(diskFiles, root, ALL, never).encodedRows, fresh.length);
    const content = { rows: [...rows, ...late], rowsInFiles: rows.length + late.length, trades };
    assert.deepEqual((await contentOf(root)).rows, content.rows);
    if (seen.at(-1) !== 'piece') assert.deepEqual(await contentOf(root), content);
  }
  // Each hour is written, then all are read back as one: quotes of four hours, trades of three.
  const steps = (hours: number) => [...Array<string>(hours + 1).fill('piece'), 'done'];
  assert.deepEqual(seen, [...steps(4), ...steps(3), 'day']);
  assert.deepEqual(filesMatching(root, HALF_MADE), []);
});
