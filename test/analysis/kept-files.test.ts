// What is kept of a time stays right while its rows go from the journal into hour files and from those into a day file; a file that
// brings other rows is noticed, whatever its name.

import assert from 'node:assert/strict';
import { copyFileSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { US_PER_DAY, US_PER_HOUR, US_PER_MINUTE } from '../../src/core/time.js';
import { runEncodeJob } from '../../src/lake/encode-job.js';
import { diskFiles } from '../../src/lake/files.js';
import { createRandom } from '../../src/sim/random.js';
import {
  ALL,
  cared,
  DAY_US,
  filesMatching,
  hourLake,
  instruments,
  lakeIn,
  never,
  PARQUET,
} from '../lake/support/cared.js';
import { journalOf, type Row, realClock, tempRoot } from '../lake/support/lakes.js';
import { run, sameCells } from './kept-runs.js';

const FROM_US = DAY_US + 20 * US_PER_HOUR;
const [ALPHA, BETA] = [0, 2];

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

/** Both legs of one pair, up to midnight; one of them is silent for an hour. */
function rowsOf(salt: string, fromUs = FROM_US): Row[] {
  const random = createRandom(seed, salt);
  const rows: Row[] = [];
  for (let us = fromUs; us < DAY_US + US_PER_DAY - 20e6; us += 1 + random.below(16e6)) {
    const isSilent = us >= FROM_US + US_PER_HOUR && us < FROM_US + 2 * US_PER_HOUR;
    const bid = 100 + random.below(100) / 100;
    rows.push([us, !isSilent && random.next() < 0.5 ? BETA : ALPHA, bid, 1, bid + 0.01, 1, us]);
  }
  return rows;
}

const toUs = DAY_US + US_PER_DAY + US_PER_HOUR;
const day = { fromUs: FROM_US, toUs, nowUs: toUs + US_PER_MINUTE };

async function keptAndSame(root: string, asked: Parameters<typeof run>[1]) {
  const [kept, whole] = [await run(root, { ...asked, isKept: true }), await run(root, asked)];
  sameCells(kept.csv, whole.csv);
  return [kept.read, kept.made];
}

function encode(root: string): void {
  assert.deepEqual(runEncodeJob(diskFiles, root, ALL, never).problems, []);
}

test(`hours that become files and a day are counted once (seed ${seed})`, async (t) => {
  const root = tempRoot(t);
  await journalOf(root, realClock(t), instruments, rowsOf('one'));
  assert.deepEqual(await keptAndSame(root, day), [0, 5], 'out of the journal');
  encode(root);
  assert.ok(filesMatching(root, PARQUET).length >= 7);
  assert.deepEqual(await keptAndSame(root, day), [5, 0], 'out of hour files');
  assert.equal((await cared(root)).daysCompacted, 1);
  assert.equal(filesMatching(root, PARQUET).length, 2);
  assert.deepEqual(await keptAndSame(root, day), [5, 0], 'out of day files');
});

test(`quarters of an hour that becomes a file in between make the hour (seed ${seed})`, async (t) => {
  const root = tempRoot(t);
  const rows = rowsOf('two').filter(([us]) => us < FROM_US + US_PER_HOUR);
  const until = async (minutes: number) =>
    await keptAndSame(root, { fromUs: FROM_US, toUs: FROM_US + minutes * US_PER_MINUTE });
  await journalOf(
    root,
    realClock(t),
    instruments,
    rows.filter(([us]) => us < FROM_US + 50 * US_PER_MINUTE),
  );
  assert.deepEqual(await until(50), [0, 3]);
  // As a restart does it.
  encode(root);
  await journalOf(
    root,
    realClock(t),
    instruments,
    rows.filter(([us]) => us >= FROM_US + 50 * US_PER_MINUTE),
  );
  encode(root);
  assert.deepEqual(await until(65), [3, 1], 'three quarters are read, and the hour is made');
  assert.deepEqual(await until(66), [1, 0]);
  assert.deepEqual(readdirSync(join(root, '_statistics', 'date=2026-11-22')), ['BTC_USDT.20.parts']);
});

async function other(t: TestContext): Promise<string> {
  const root = lakeIn(t);
  await hourLake(t, root, rowsOf('other', FROM_US + 3 * US_PER_HOUR));
  return root;
}

test(`files of another recorder that are copied in are noticed (seed ${seed})`, async (t) => {
  const root = tempRoot(t);
  // Of its last hour there are only Alpha's rows.
  const rows = rowsOf('three').filter(([us, id]) => id === ALPHA || us < FROM_US + 3 * US_PER_HOUR);
  await hourLake(t, root, rows);
  await keptAndSame(root, day);
  const theirs = await other(t);
  const folder = ['exchange=Beta', 'symbol=BTC_USDT', 'date=2026-11-22', 'hour=23'];
  cpSync(join(theirs, ...folder), join(root, ...folder), { recursive: true });
  // Midnight's hour rests on it.
  assert.deepEqual(await keptAndSame(root, day), [3, 2]);
  const alpha = ['exchange=Alpha', ...folder.slice(1)];
  const [name = ''] = readdirSync(join(theirs, ...alpha));
  copyFileSync(join(theirs, ...alpha, name), join(root, ...alpha, name));
  const [read, made] = await keptAndSame(root, day);
  assert.ok(made! >= 1 && read! <= 4, `${made} were made again`);
});

test(`a day file that cannot be read costs its own leg, and nothing is kept of it (seed ${seed})`, async (t) => {
  const root = tempRoot(t);
  await hourLake(t, root, rowsOf('four'));
  await cared(root);
  const beta = filesMatching(root, PARQUET).find((path) => path.includes('Beta'))!;
  const whole = readFileSync(join(root, beta));
  writeFileSync(join(root, beta), whole.subarray(0, whole.length - 20));
  const { failed, made } = await run(root, { ...day, isKept: true });
  assert.deepEqual([failed, made], [0, 0], 'it is told by the reader, as without what is kept');
  writeFileSync(join(root, beta), whole);
  assert.deepEqual(await keptAndSame(root, day), [0, 5]);
});

test(`who only reads writes nothing, not even that no more can be told (seed ${seed})`, async (t) => {
  const root = tempRoot(t);
  await hourLake(t, root, rowsOf('five'));
  await run(root, { ...day, isKept: true });
  const folder = join(root, '_statistics', 'date=2026-11-22');
  const bytes = () => readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1'));
  const before = bytes();
  const later = { ...day, nowUs: toUs + US_PER_DAY };
  assert.equal((await run(root, { ...later, isKept: false })).read, 5);
  assert.deepEqual(bytes(), before);
  await run(root, { ...later, isKept: true });
  assert.notDeepEqual(bytes(), before, 'there was something to write');
});
