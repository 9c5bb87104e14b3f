// Retention: whole days go, the oldest first, of everybody who wrote into them; what is not of one day stays.

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { US_PER_DAY } from '../../src/core/time.js';
import { measure } from '../../src/lake/day-folder.js';
import { diskFiles } from '../../src/lake/files.js';
import {
  cared,
  contentOf,
  DAY_US,
  filesMatching,
  hourLake,
  hoursOfRows,
  instruments,
  lakeIn,
  ORDER,
  tradesBeside,
  unsynced,
} from './support/cared.js';
import { dyingFiles, rowsOf, tempRoot, tradesOf } from './support/lakes.js';

const DAYS = 4;
const rows = hoursOfRows(23, 24 * (DAYS - 1) + 1, 2).filter(
  ([us]) => us % US_PER_DAY < 7_200_000_000 || us < DAY_US + US_PER_DAY,
);
const trades = tradesBeside(rows);
const after = (dayUs: number) => ({
  rows: rows.filter(([us]) => us >= dayUs),
  rowsInFiles: rows.filter(([us]) => us >= dayUs).length,
  trades: trades.filter(([us]) => us >= dayUs),
});
const gap = {
  type: 'gap',
  stampUs: DAY_US + US_PER_DAY - 1,
  instrumentId: 1,
  fromUs: DAY_US,
  reason: 'disconnect',
} as const;
const NOW = {
  nowUs: DAY_US + (DAYS - 1) * US_PER_DAY + 8_000_000_000,
  closedBeforeUs: DAY_US + (DAYS - 1) * US_PER_DAY,
};

test('days beyond the last N go, with trades, ledger and files of others; what bears no date stays', async (t) => {
  const root = tempRoot(t);
  await hourLake(t, root, [...rows, ...trades, gap]);
  const outside = tempRoot(t);
  writeFileSync(join(outside, 'kept'), 'not of the lake');
  const foreign = [
    'exchange=Alpha/symbol=BTC_USDT/date=2026-11-22/hour=23/spreads-00-00.1234567.parquet',
    'exchange=Alpha/symbol=ETHUSDT/date=2026-11-22/notes.txt',
    'exchange=Alpha/symbol=BTC_USDT/old.parquet',
    '2026-11-22_10-00-00/Alpha/BTCUSDT/order_book_updates.parquet',
  ];
  for (const name of foreign) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), 'x');
  }
  for (const name of [
    '_summaries/date=2026-11-22/Alpha~Beta~BTC_USDT~bid.day.cells',
    '_statistics/date=2026-11-22/BTC_USDT.10.parts',
  ]) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), 'derived');
  }
  symlinkSync(outside, join(root, 'exchange=Alpha/symbol=ETHUSDT/date=2026-11-22/link'));
  const done = await cared(root, { ...NOW, hotDays: 9, retentionDays: 3 });
  assert.deepEqual([done.daysRemoved, done.problems], [1, []]);
  assert.deepEqual(filesMatching(root, /2026-11-22/), [
    '2026-11-22_10-00-00',
    '2026-11-22_10-00-00/Alpha',
    '2026-11-22_10-00-00/Alpha/BTCUSDT',
    foreign[3]!,
  ]);
  assert.ok(filesMatching(root, /symbol=BTC_USDT\/old\.parquet$/).length === 1);
  assert.deepEqual(filesMatching(root, /ETHUSDT/), [], 'a folder that became empty goes too');
  assert.deepEqual(filesMatching(outside, /./), ['kept']);
  rmSync(join(root, '2026-11-22_10-00-00'), { recursive: true });
  rmSync(join(root, foreign[2]!));
  assert.deepEqual(await contentOf(root), after(DAY_US + US_PER_DAY));
  assert.equal((await cared(root, { ...NOW, hotDays: 9, retentionDays: 3 })).daysRemoved, 0);
  assert.equal((await cared(root, { ...NOW, hotDays: 9, retentionDays: 1 })).daysRemoved, 2);
  assert.deepEqual(await contentOf(root), after(DAY_US + 3 * US_PER_DAY), 'today stays');
});

test('the oldest days go until the lake is no larger than it may be, and never today', async (t) => {
  const root = tempRoot(t);
  await hourLake(t, root, [...rows, ...trades, gap]);
  await cared(root, NOW);
  const sizeOf = (date: string) =>
    filesMatching(root, new RegExp(`${date}.*(parquet|ndjson)$`)).reduce(
      (sum, name) => sum + diskFiles.byteLength(join(root, name)),
      0,
    );
  const sizes = ['2026-11-22', '2026-11-23', '2026-11-24', '2026-11-25'].map(sizeOf);
  const total = sizes.reduce((sum, bytes) => sum + bytes, 0);
  assert.equal(measure(diskFiles, join(root, '_journal')).bytes, 0);
  assert.equal((await cared(root, { ...NOW, bytesMax: total })).daysRemoved, 0);
  const one = await cared(root, { ...NOW, bytesMax: total - 1 });
  assert.deepEqual([one.daysRemoved, one.bytesRemoved, one.problems], [1, sizes[0], []]);
  assert.deepEqual(await contentOf(root), after(DAY_US + US_PER_DAY));
  const all = await cared(root, { ...NOW, bytesMax: 1 });
  assert.equal(all.daysRemoved, 2);
  assert.match(all.problems.join(), /more than the 1 it may have, and no older day left/);
  assert.deepEqual(await contentOf(root), after(DAY_US + 3 * US_PER_DAY));
});

test('killed before any step of a removal, the other days are whole and the next start finishes it', async (t) => {
  const template = lakeIn(t);
  mkdirSync(template);
  const some = rows.filter(([us]) => us < DAY_US + 2 * US_PER_DAY);
  await hourLake(t, template, [...some, ...tradesBeside(some), gap]);
  const kept = some.filter(([us]) => us >= DAY_US + US_PER_DAY);
  const order = { nowUs: DAY_US + 2 * US_PER_DAY + 1, hotDays: 9, closedBeforeUs: ORDER.closedBeforeUs };
  let steps = 0;
  for (; ; steps++) {
    const root = lakeIn(t);
    cpSync(template, root, { recursive: true });
    const { files, died } = dyingFiles(unsynced, steps);
    await cared(root, { ...order, retentionDays: 2 }, files).catch((error: unknown) =>
      assert.ok(died(), String(error)),
    );
    const seen = await rowsOf(root, instruments);
    assert.deepEqual(
      seen.filter(([us]) => us >= DAY_US + US_PER_DAY),
      kept,
      `dead after ${steps} steps`,
    );
    const begun = filesMatching(root, /\.removing$/).length > 0;
    // Nobody asks for it any more: what was begun is finished all the same.
    await cared(root, { ...order, ...(begun ? {} : { retentionDays: 2 }) }, unsynced);
    assert.deepEqual(await rowsOf(root, instruments), kept, `restarted after ${steps} steps`);
    assert.deepEqual(filesMatching(root, /2026-11-22/), []);
    assert.ok((await tradesOf(root, instruments)).every(([us]) => us >= DAY_US + US_PER_DAY));
    if (!died()) break;
    rmSync(root, { recursive: true });
  }
  t.diagnostic(`${steps} steps`);
  assert.ok(steps > 15, `only ${steps} steps were tried`);
});
