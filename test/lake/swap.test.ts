// Reading while compaction and retention run: every row exactly once, at whatever moment a day is swapped.

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { US_PER_DAY } from '../../src/core/time.js';
import { Encoder } from '../../src/lake/encoder.js';
import { Evidence } from '../../src/lake/evidence.js';
import { diskFiles } from '../../src/lake/files.js';
import { LakeObserver } from '../../src/lake/identity.js';
import { openReader } from '../../src/lake/reader.js';
import { diskStore, type ReadStore } from '../../src/lake/store.js';
import {
  cared,
  DAY_US,
  filesMatching,
  hourLake,
  hoursOfRows,
  lakeIn,
  ORDER,
  PARQUET,
  unsynced,
} from './support/cared.js';
import { dyingFiles } from './support/lakes.js';

/** The hours of the day's beginning are missing: its first folder is made by compaction. */
const rows = hoursOfRows(3, 4, 1);
const stamps = rows.map(([us]) => us);
const WHOLE = { fromUs: 0, toUs: 4e15, sizes: true };

async function template(t: TestContext, content = rows): Promise<string> {
  const root = lakeIn(t);
  mkdirSync(root);
  await hourLake(t, root, content);
  return root;
}

/** A store that lets `happen` take place before its `at`-th look at the disk. */
function interrupted(happen: (look: number) => Promise<void>): ReadStore & { looks: () => number } {
  let looks = 0;
  const look = async () => await happen(looks++);
  return {
    looks: () => looks,
    async list(directory) {
      await look();
      return await diskStore.list(directory);
    },
    async open(path) {
      await look();
      const file = await diskStore.open(path);
      return {
        ...file,
        slice: async (start, end) => {
          await look();
          return await file.slice(start, end);
        },
      };
    },
  };
}

async function stampsOf(root: string, store: ReadStore): Promise<number[]> {
  const reader = openReader(root, { store });
  const found = await reader.find('Alpha', 'BTC/USDT');
  const seen: number[] = [];
  if (found !== undefined)
    for await (const { receivedUs } of reader.readQuotes(found, WHOLE)) seen.push(...receivedUs);
  assert.deepEqual(reader.problems(), []);
  return seen;
}

test('a day swapped at any moment of a read gives each row once', async (t) => {
  const source = await template(t);
  let at = 0;
  for (; ; at++) {
    const root = lakeIn(t);
    cpSync(source, root, { recursive: true });
    const store = interrupted(async (look) => {
      if (look === at) await cared(root, {}, unsynced);
    });
    assert.deepEqual(await stampsOf(root, store), stamps, `swapped at look ${at}`);
    rmSync(root, { recursive: true });
    if (store.looks() <= at) break;
  }
  t.diagnostic(`${at} looks`);
  assert.ok(at > 15);
});

test('a swap half done at one moment and finished at another gives each row once, and the newest is the newest', async (t) => {
  const source = await template(t);
  const seed = Date.now() % 1_000_000;
  t.diagnostic(`seed ${seed}`);
  const moment = fc.nat({ max: 22 });
  await fc.assert(
    fc.asyncProperty(
      moment,
      moment,
      fc.nat({ max: 35 }),
      fc.boolean(),
      async (at, later, steps, isNewest) => {
        const root = lakeIn(t);
        cpSync(source, root, { recursive: true });
        const store = interrupted(async (look) => {
          const { files, died } = dyingFiles(unsynced, steps);
          if (look === at) await cared(root, {}, files).catch(() => assert.ok(died()));
          if (look === at + later) await cared(root, {}, unsynced);
        });
        if (isNewest) {
          const reader = openReader(root, { store });
          const found = await reader.find('Alpha', 'BTC/USDT');
          assert.equal(await reader.newestUs(found!), stamps.at(-1));
        } else assert.deepEqual(await stampsOf(root, store), stamps);
        rmSync(root, { recursive: true });
      },
    ),
    { numRuns: 80, seed },
  );
});

test('what was found before a day was swapped is known to be out of date, and found anew the same', async (t) => {
  const root = await template(t);
  const observer = new LakeObserver(root);
  const read = async () => {
    const evidence = new Evidence();
    observer.record(evidence);
    const reader = openReader(root, observer);
    const seen: number[] = [];
    for await (const { receivedUs } of reader.readQuotes((await reader.find('Alpha', 'BTC/USDT'))!, WHOLE))
      seen.push(...receivedUs);
    return { seen, evidence };
  };
  const before = await read();
  assert.equal(observer.unchanged(before.evidence), true);
  await cared(root);
  assert.equal(observer.unchanged(before.evidence), false);
  const after = await read();
  assert.deepEqual(after.seen, before.seen);
  assert.equal(observer.unchanged(after.evidence), true);
});

test('readers in a loop see every row once while the worker compacts and removes days', async (t) => {
  const days = 3;
  const content = Array.from({ length: days }, (_, day) => hoursOfRows(day * 24 + 2, 5, 2)).flat();
  const source = await template(t, content);
  const mine = content.filter(([, id]) => id === 0).map(([us]) => us);
  const keptFromUs = DAY_US + US_PER_DAY;
  for (let round = 0; round < 3; round++) {
    const root = lakeIn(t);
    cpSync(source, root, { recursive: true });
    const encoder = new Encoder(root);
    let over = false;
    let reads = 0;
    const loop = async () => {
      while (!over) {
        const seen = await stampsOf(root, diskStore);
        const kept = seen.filter((us) => us >= keptFromUs);
        assert.deepEqual(
          kept,
          mine.filter((us) => us >= keptFromUs),
        );
        // Of the day that goes: as far as it was read when it went, in order.
        assert.deepEqual(seen.slice(0, seen.length - kept.length), mine.slice(0, seen.length - kept.length));
        reads += 1;
      }
    };
    const readers = [loop(), loop()];
    const caring = (async () => {
      for (const retentionDays of [null, 4]) {
        const order = { ...ORDER, retentionDays };
        while ((await encoder.care(order)) !== null);
      }
      over = true;
    })();
    await Promise.all([...readers, caring]);
    await encoder.close();
    assert.ok(reads > 1);
    assert.deepEqual(
      await stampsOf(root, diskStore),
      mine.filter((us) => us >= keptFromUs),
    );
    assert.equal(filesMatching(root, PARQUET).length, 2 * (days - 1));
    assert.equal(diskFiles.list(join(root, '_days')).length, days);
  }
});
