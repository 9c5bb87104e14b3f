// A file system that is really full: a small one in memory, where this machine lets us mount it. Recording goes on without
// its disk, says so, and goes on with it by itself once there is room.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createRealClock } from '../../src/clock.js';
import { openLake } from '../../src/lake/writer.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { startGeneratedWorld } from '../../src/sim/world.js';
import { LIMITS, ledgerOf, rowsOf, someInstruments } from '../lake/support/lakes.js';
import { startProgram, testFolder } from '../support/program.js';
import { until } from '../support/wait.js';
import { lakeRows } from './recording.js';

const MB = 1_024 * 1_024;

/** A file system of so many MB; undefined where it cannot be had, and then the test is skipped with the reason. */
function smallDisk(t: TestContext, megabytes: number): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'small-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
  if (mounted.status !== 0) {
    rmSync(folder, { recursive: true });
    t.skip(`no small file system can be mounted here: ${String(mounted.stderr ?? mounted.error).trim()}`);
    return undefined;
  }
  t.after(() => {
    spawnSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Fills the disk but for so many bytes; the answer makes room again. */
function fillBut(folder: string, bytesLeft: number): () => void {
  const { bavail, bsize } = statfsSync(folder);
  const path = join(folder, 'ballast');
  writeFileSync(path, new Uint8Array(bavail * bsize - bytesLeft));
  return () => rmSync(path);
}

test('on a full file system what fits into memory is kept, the rest is told as gaps with the reason disk', async (t) => {
  const disk = smallDisk(t, 16);
  if (disk === undefined) return;
  const clock = createRealClock();
  t.after(() => clock.close());
  const root = join(disk, 'lake');
  const instruments = someInstruments();
  const limits = { ...LIMITS, segmentBytesMax: 32 * MB, pendingBytesMax: 2 * MB };
  const lake = await openLake({ root, origin: 'live', clock, limits, instruments });
  const makeRoom = fillBut(disk, MB);
  let handed = 0;
  const feed = () => {
    for (let i = 0; i < 500; i++, handed++)
      lake.quote(Math.max(clock.nowUs(), lake.lastStampUs) + handed, handed % 4, 1, 1, 2, 1, Number.NaN);
  };
  await until('quotes are dropped', () => {
    feed();
    return lake.counters().dropped > 2_000;
  });
  assert.ok(lake.counters().failing);
  assert.equal(lake.counters().problems[0]?.what, 'journal write: ENOSPC');
  makeRoom();
  await until('it goes on', () => !lake.counters().failing && lake.counters().pendingBytes === 0);
  feed();
  await lake.close();
  const { recorded, dropped } = lake.counters();
  assert.equal(recorded + dropped, handed);
  assert.equal((await rowsOf(root, instruments)).length, recorded);
  assert.deepEqual(
    ledgerOf(root).map(({ type, reason }) => `${type} ${reason}`),
    Array(4).fill('gap disk'),
  );
});

test('the program goes on with a full disk, degraded and with the reason, and is healthy again once there is room', async (t) => {
  const disk = smallDisk(t, 16);
  if (disk === undefined) return;
  const place = testFolder();
  t.after(() => place.remove());
  const clock = createRealClock();
  const load = { port: 0, seed: 5, symbols: 20, quotesPerSecond: 2_000 };
  const world = await startGeneratedWorld({ clock, exchanges: SIM_EXCHANGES, ...load });
  t.after(async () => {
    await world.close();
    clock.close();
  });
  const config = place.config({ exchanges: world.server.urls, selection: { minUsdVolume: 0 } });
  const root = join(disk, 'lake');
  const program = await startProgram(['serve', '--config', config, '--lake', root]);
  const metric = async (name: string) => {
    const text = await (await fetch(`${program.url}/metrics`)).text();
    return Number(new RegExp(`^spread_aggregator_${name} (\\S+)`, 'm').exec(text)?.[1]);
  };
  const lakeReasons = async () =>
    (await program.health()).reasons.filter((reason) => reason.startsWith('lake'));
  await until('quotes', async () => (await program.health()).counters['recorded']! > 500, 60_000);
  assert.deepEqual(await lakeReasons(), []);
  const makeRoom = fillBut(disk, 100_000);
  const [reason] = await until('it says so', async () => {
    const reasons = await lakeReasons();
    return reasons.length > 0 && reasons;
  });
  assert.match(reason ?? '', /the disk does not take the journal now \(journal write: ENOSPC\)/);
  assert.equal((await program.health()).status, 'degraded');
  assert.ok((await metric('lake_troubles')) >= 1);
  const { received } = (await program.health()).counters;
  await until(
    'ingest goes on',
    async () => (await program.health()).counters['received']! > received! + 1_000,
  );
  makeRoom();
  await until('it has healed', async () => (await lakeReasons()).length === 0);
  assert.equal(await metric('lake_troubles'), 0);
  assert.ok((await metric('lake_unsynced_seconds')) < 2);
  const { recorded, dropped } = (await program.health()).counters;
  assert.equal(dropped, 0, 'all of it fitted into memory');
  assert.equal(await program.end('SIGTERM'), 0, program.output());
  let rows = 0;
  for (const { stampsUs } of (await lakeRows(root)).values()) rows += stampsUs.length;
  assert.ok(rows >= recorded!, `${rows} rows, ${recorded} recorded`);
});
