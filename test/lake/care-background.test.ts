// A recording lake looks after its closed days by itself, behind, and says what it did.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { dayStartUs, US_PER_DAY } from '../../src/core/time.js';
import { Encoder } from '../../src/lake/encoder.js';
import { writeHistory } from '../../src/lake/write-history.js';
import { openLake } from '../../src/lake/writer.js';
import { until } from '../support/wait.js';
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
  ORDER,
  PARQUET,
  tradesBeside,
} from './support/cared.js';
import { journalOf, LIMITS, realClock, rowsInFiles, rowsOf, tempRoot } from './support/lakes.js';

/** Long over, whatever the date is. */
const YEARS_US = 700 * US_PER_DAY;
const rows = hoursOfRows(20, 30, 2).map(([us, ...rest]) => [us - YEARS_US, ...rest] as const);
const trades = tradesBeside(rows);

test('closed days are compacted and old ones removed while recording goes on, and it is told', async (t) => {
  const root = tempRoot(t);
  await hourLake(t, root, [...rows, ...trades]);
  const clock = realClock(t);
  const options = { root, origin: 'live', clock, limits: LIMITS, instruments } as const;
  const lake = await openLake({ ...options, care: { hotDays: 2 } });
  const liveUs = clock.nowUs();
  for (let i = 0; i < 500; i++) lake.quote(liveUs + i, i % 2, 1, 1, 2, 1, Number.NaN);
  await until('both days are compacted', () => lake.counters().care?.lastCompaction?.days === 3, 60_000);
  const { care, problems } = lake.counters();
  assert.deepEqual(problems, []);
  const { lastCompaction: last, ...state } = care!;
  assert.deepEqual(state, {
    running: false,
    daysWaiting: 0,
    daysCompacted: 3,
    daysRemoved: 0,
    bytesRemoved: 0,
  });
  assert.deepEqual([last!.instruments, last!.filesAfter], [9, 9]);
  assert.equal(last!.rows, rows.length + trades.length);
  assert.ok(last!.filesBefore > 60 && last!.bytesBefore > last!.bytesAfter);
  assert.ok(Date.parse(last!.at) * 1_000 >= liveUs);
  await lake.close();
  const live = await rowsOf(root, instruments);
  assert.deepEqual(live.slice(0, rows.length), rows);
  assert.equal(live.length, rows.length + 500);

  const again = await openLake({ ...options, care: { hotDays: 2, retentionDays: 30 } });
  await until('old days are gone', () => again.counters().care?.daysRemoved === 3, 60_000);
  assert.ok(again.counters().care!.bytesRemoved >= last!.bytesAfter);
  await again.close();
  assert.equal((await rowsOf(root, instruments)).length, 500);
  const today = dayStartUs(liveUs);
  assert.equal(again.lastStampUs >= today, true, 'the order goes on after what was removed');
});

test('closed in the middle of it, it loses nothing, and the next one goes on', async (t) => {
  const root = tempRoot(t);
  await hourLake(t, root, [...rows, ...trades]);
  const clock = realClock(t);
  const options = { root, origin: 'live', clock, limits: LIMITS, instruments, care: { hotDays: 1 } } as const;
  for (let rounds = 0; filesMatching(root, /_days.*(open|begun)/).length > 0; rounds++) {
    const lake = await openLake(options);
    await lake.ready;
    if (rounds > 0)
      await until('a step', () => (lake.counters().care?.lastCompaction ?? null) !== null, 60_000);
    await lake.close();
    assert.deepEqual(lake.counters().problems, []);
    assert.deepEqual(await contentOf(root), { rows, rowsInFiles: rows.length, trades });
    assert.ok(rounds < 20);
  }
  assert.equal(filesMatching(root, PARQUET).length, 9);
});

test('told to stop between two pieces of a busy day, the worker leaves nothing half-written and encodes', async (t) => {
  const root = tempRoot(t);
  const length = 300_000;
  const column = (ofRow: (row: number) => number) => Float64Array.from({ length }, (_, row) => ofRow(row));
  const price = column((row) => 100 + (row % 50));
  const receivedUs = column((row) => DAY_US + row * 100_000);
  const sizes = { bidSize: price, askSize: price, exchangeUs: receivedUs };
  const { exchange, symbol } = instruments.get(0);
  writeHistory(root, exchange, symbol, { length, receivedUs, bid: price, ask: price, ...sizes });
  const late = hoursOfRows(4 * 24, 1, 2);
  await journalOf(root, realClock(t), instruments, late);
  const encoder = new Encoder(root);
  t.after(() => encoder.close());
  const piece = await encoder.care(ORDER);
  assert.deepEqual([piece?.day, piece?.rows], ['2026-11-22', 0]);
  assert.equal(filesMatching(root, HALF_MADE).length, 1, 'it stands between two pieces');
  encoder.stopCare();
  assert.equal((await encoder.run(ALL)).encodedRows, late.length);
  assert.deepEqual(filesMatching(root, HALF_MADE), []);
  assert.equal(rowsInFiles(root), length + late.length);
  await encoder.close();
  assert.equal((await cared(root)).rows, length, 'whoever comes next begins the day anew');
});

test('where one thread can be nicer than others, that of the encoding is, and no other', async (t) => {
  if (process.platform !== 'linux') return t.skip('Linux alone lets one thread be nicer than others');
  const nicenesses = () => readdirSync('/proc/self/task').map(nicenessOf);
  assert.ok(nicenesses().every((niceness) => niceness < 10));
  const encoder = new Encoder(tempRoot(t));
  t.after(() => encoder.close());
  await encoder.run(ALL);
  assert.equal(nicenesses().filter((niceness) => niceness === 10).length, 1);
  assert.ok(nicenessOf(String(process.pid)) < 10, 'the one that receives quotes is as it was');
});

function nicenessOf(thread: string): number {
  const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
}
