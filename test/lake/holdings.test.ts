// What a lake holds is what lies there, day by day, before a compaction and after it; days whose size is on record are not
// walked; how it grows is told of full days alone.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { US_PER_DAY, US_PER_HOUR } from '../../src/core/time.js';
import { type Holdings, holdings } from '../../src/lake/holdings.js';
import { cared, DAY_US, hourLake, hoursOfRows, lakeIn, tradesBeside } from './support/cared.js';
import { tempRoot } from './support/lakes.js';

const NOW_US = DAY_US + 4 * US_PER_DAY + 1;

/** Files and bytes below the root whose paths match. */
function below(root: string, pattern: RegExp): { bytes: number; files: number } {
  const total = { bytes: 0, files: 0 };
  for (const name of readdirSync(root, { recursive: true }).map(String)) {
    const found = statSync(join(root, name));
    if (!pattern.test(name) || !found.isFile()) continue;
    total.files += 1;
    total.bytes += found.size;
  }
  return total;
}

const sizes = ({ bytes, files }: { bytes: number; files: number }) => ({ bytes, files });

function assertHeld(root: string, held: Holdings): void {
  for (const day of held.days)
    assert.deepEqual(sizes(day), below(root, new RegExp(`date=${day.date}/`)), day.date);
}

test('what is told is what lies there, before a compaction and after it, trades and ledger too', async (t) => {
  const root = tempRoot(t);
  const rows = hoursOfRows(20, 8, 4);
  await hourLake(t, root, [...rows, ...tradesBeside(rows)]);
  mkdirSync(join(root, '_summaries/date=2026-11-22'), { recursive: true });
  writeFileSync(join(root, '_summaries/date=2026-11-22/some'), 'derived');
  const before = await holdings(root, NOW_US);
  assertHeld(root, before);
  assert.deepEqual(sizes(before), below(root, /./));
  assert.deepEqual(
    before.days.map(({ date, instruments, compacted }) => [date, instruments, compacted]),
    [
      ['2026-11-22', 4, false],
      ['2026-11-23', 4, false],
    ],
  );
  assert.deepEqual([before.oldest, before.newest, before.daysTotal], ['2026-11-22', '2026-11-23', 2]);
  // The first day began when somebody began to record.
  assert.deepEqual([before.growthBytesPerDay, before.growthDays], [before.days[1]!.bytes, 1]);
  assert.ok(before.freeBytes! > 0);
  await cared(root);
  const after = await holdings(root, NOW_US);
  assertHeld(root, after);
  assert.deepEqual(
    after.days.map(({ instruments, compacted }) => [instruments, compacted]),
    [
      [4, true],
      [4, true],
    ],
  );
  assert.ok(after.files < before.files);
  assert.deepEqual(
    [after.exchanges, after.symbols, after.instruments],
    [before.exchanges, before.symbols, before.instruments],
  );
  // What is counted twice or forgotten would show.
  assert.deepEqual(sizes(after), below(root, /./));
});

test('a day on record is not walked, but one that has changed since is', async (t) => {
  const root = tempRoot(t);
  await hourLake(t, root, hoursOfRows(20, 8, 2));
  await cared(root);
  const [first] = (await holdings(root, NOW_US)).days;
  const hour = join(root, 'exchange=Alpha/symbol=BTC_USDT/date=2026-11-22/hour=00');
  writeFileSync(join(hour, 'spreads-00-00.000001.parquet'), 'late');
  assert.equal((await holdings(root, NOW_US)).days[0]!.bytes, first!.bytes);
  writeFileSync(join(root, '_days/2026-11-22.open'), '');
  const [changed] = (await holdings(root, NOW_US)).days;
  assert.deepEqual([changed!.bytes, changed!.compacted], [first!.bytes + 4, false]);
});

test('what waits to become files, and what is broken, is told apart; today is no full day', async (t) => {
  const root = tempRoot(t);
  await hourLake(t, root, hoursOfRows(2, 3, 2));
  writeFileSync(join(root, '_journal/seg-1795305600000000.log'), 'journal');
  writeFileSync(join(root, '_runs/run-1795305600000000-1795305600000001.run.damaged'), 'bad');
  const held = await holdings(root, DAY_US + 6 * US_PER_HOUR);
  assert.deepEqual(held.underWay, { bytes: 7, files: 1 });
  assert.deepEqual(held.broken, { bytes: 3, files: 1 });
  assert.deepEqual([held.growthBytesPerDay, held.growthDays], [null, 0]);
});

test('no lake is an empty one, and a signal ends the walk', async (t) => {
  const root = lakeIn(t);
  assert.ok(!existsSync(root));
  const held = await holdings(root, NOW_US);
  assert.deepEqual([held.files, held.bytes, held.days, held.oldest, held.freeBytes], [0, 0, [], null, null]);
  await hourLake(t, root, hoursOfRows(2, 3, 2));
  await assert.rejects(holdings(root, NOW_US, AbortSignal.abort(new Error('enough'))), /enough/);
});
