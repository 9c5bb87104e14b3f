// A disk that refuses, in virtual time: what is lost by a failed sync is written again, a full disk costs no more than what
// finds no room in memory, and everything goes on by itself.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InstrumentTable } from '../../src/core/instrument.js';
import type { JournalFiles } from '../../src/lake/journal-disk.js';
import { type LakeLimits, type LakeWriter, openLake } from '../../src/lake/writer.js';
import { createRandom } from '../../src/sim/random.js';
import { VirtualClock } from '../../src/sim/virtual-clock.js';
import { filesBelow, foundByReader, foundInFiles } from './found.js';
import { Life } from './life.js';
import { VolatileDisk } from './volatile-disk.js';

const ROOT = '/disk/lake';
const START_US = Date.parse('2026-11-22T19:30:00Z') * 1_000;
const LIMITS: LakeLimits = {
  segmentBytesMax: 32 * 1_024 * 1_024,
  segmentMsMax: 60_000,
  writeIntervalMs: 50,
  syncIntervalMs: 400,
  pendingBytesMax: 2 * 1_024 * 1_024,
  closeBudgetMs: 3_000,
};

type Fails = (call: 'write' | 'sync', path: string) => string | null;

class Bench {
  readonly disk = new VolatileDisk();
  readonly clock = new VirtualClock(START_US);
  readonly instruments = new InstrumentTable();
  readonly random = createRandom(7, 'trouble');
  readonly handed: number[] = [];
  fails: Fails = () => null;
  hangs = false;
  life = this.#start();

  constructor() {
    this.instruments.intern('Alpha', 'BTC/USDT');
    this.instruments.intern('Beta', 'BTC/USDT');
    this.disk.makeFolder('/disk');
    this.disk.root.beginSync()();
  }

  #start(): Life {
    const { disk, clock, random } = this;
    const fails: Fails = (call, path) => this.fails(call, path);
    return new Life({ disk, clock, random, callsMax: Number.POSITIVE_INFINITY, ignores: () => false, fails });
  }

  open(): Promise<LakeWriter> {
    this.life = this.#start();
    const { clock, place } = this.life;
    const { instruments } = this;
    const journalFiles = this.#mayHang(place.journal);
    const where = { root: ROOT, origin: 'live' as const, place, journalFiles };
    return openLake({ ...where, clock, limits: LIMITS, instruments });
  }

  #mayHang(files: JournalFiles): JournalFiles {
    return {
      ...files,
      create: async (path) => {
        const file = await files.create(path);
        const write = (bytes: Uint8Array, position: number) =>
          this.hangs ? new Promise<number>(() => {}) : file.write(bytes, position);
        return { ...file, write };
      },
    };
  }

  /** Some quotes every 10 ms, for so long. */
  async run(lake: LakeWriter | null, ms: number, perStep = 0): Promise<void> {
    for (let at = 0; at < ms; at += 10) {
      for (let i = 0; i < perStep; i++) {
        const stampUs = this.clock.nowUs() + i;
        lake?.quote(stampUs, i % 2, 1, 1, 2, 1, Number.NaN);
        this.handed.push(stampUs);
      }
      this.clock.advance(10);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async close(lake: LakeWriter): Promise<void> {
    const closed = lake.close();
    await this.run(null, 6_000);
    await closed;
  }

  async stamps(): Promise<number[]> {
    const found = await foundByReader(this.#start().place, ROOT, this.instruments);
    return found
      .filter(({ kind }) => kind === 'quote')
      .map(({ stampUs }) => stampUs)
      .sort((a, b) => a - b);
  }
}

test('after a sync that failed what it was about is written again: a later sync that works means what it says', async () => {
  for (let round = 0; round < 12; round++) {
    const bench = new Bench();
    const lake = await bench.open();
    await bench.run(lake, 1_000, 20);
    bench.fails = (call) => (call === 'sync' ? 'EIO' : null);
    await bench.run(lake, 1_000, 20);
    assert.ok(lake.counters().failing);
    assert.ok(lake.counters().unsyncedMs > 500, 'how long it waits is shown');
    bench.fails = () => null;
    await bench.run(lake, 1_500, 20);
    const { failing, syncLateCount, dropped, problems } = lake.counters();
    assert.deepEqual([failing, dropped, problems.map(({ what }) => what)], [false, 0, ['journal sync: EIO']]);
    assert.ok(syncLateCount > 0, 'late syncs are counted');
    const due = bench.handed.filter((us) => us < bench.clock.nowUs() - 1_000_000);
    bench.life.kill();
    bench.disk.crash(createRandom(round, 'power'));
    await bench.open();
    assert.deepEqual((await bench.stamps()).slice(0, due.length), due, `round ${round}`);
  }
});

for (const code of ['ENOSPC', 'EIO', 'EROFS'])
  test(`${code} on every write: what fits into memory is kept, the rest is one gap with its reason, and it goes on by itself`, async () => {
    const bench = new Bench();
    const lake = await bench.open();
    await bench.run(lake, 1_000, 20);
    bench.fails = (call) => (call === 'write' ? code : null);
    // 2,000 quotes a second are 100 KB: two MB of buffers are full after twenty seconds.
    await bench.run(lake, 30_000, 20);
    const { failing, dropped, pendingBytes, recorded } = lake.counters();
    assert.ok(failing && dropped > 0 && recorded > 15_000, `${recorded} recorded, ${dropped} dropped`);
    assert.ok(pendingBytes <= LIMITS.pendingBytesMax, `${pendingBytes} bytes are held`);
    bench.fails = () => null;
    await bench.run(lake, 3_000, 20);
    const after = lake.counters();
    assert.equal(after.failing, false);
    assert.equal(after.recorded + after.dropped, bench.handed.length, 'every quote is accounted for');
    await bench.close(lake);
    const stamps = await bench.stamps();
    assert.equal(stamps.length, after.recorded);
    const kept = new Set(stamps);
    const missing = bench.handed.filter((us) => !kept.has(us));
    const gaps = (await foundInFiles(bench.disk, ROOT, bench.instruments)).filter(
      ({ kind }) => kind === 'cold',
    );
    assert.deepEqual(
      gaps.map(({ value, stampUs }) => [value, stampUs]),
      missing.slice(-2).map((us) => ['gap', us]),
    );
    const text = filesBelow(bench.disk, ROOT).filter((name) => name.endsWith('.ndjson'));
    const bytes = new Uint8Array(bench.disk.file(`${ROOT}/${text[0]}`).size);
    bench.disk.file(`${ROOT}/${text[0]}`).read(bytes, 0);
    assert.equal(
      Buffer.from(bytes)
        .toString()
        .match(/"reason":"disk"/g)?.length,
      2,
    );
  });

test('a disk that is full while files are made of runs: nothing half is left, it is told, tried again in a while and not at once', async () => {
  const bench = new Bench();
  const lake = await bench.open();
  await bench.run(lake, 1_000, 4);
  let refused = 0;
  bench.fails = (call, path) => {
    if (call !== 'write' || !path.includes('/hour=') || path.includes('_ledger')) return null;
    refused += 1;
    return 'ENOSPC';
  };
  bench.clock.advance((3_600 - 1_800 + 10) * 1_000);
  await bench.run(lake, 2_000, 4);
  const { encodingTrouble, failing, dropped } = lake.counters();
  assert.match(encodingTrouble ?? '', /ENOSPC/);
  assert.deepEqual([failing, dropped], [false, 0], 'the journal goes on');
  const before = refused;
  await bench.run(lake, 20_000, 4);
  assert.equal(refused, before, 'it is not asked again at once');
  assert.deepEqual(
    filesBelow(bench.disk, ROOT).filter((name) => /\.tmp-|\.parquet/.test(name)),
    [],
  );
  bench.fails = () => null;
  await bench.run(null, 30_000);
  assert.equal(lake.counters().encodingTrouble, null);
  assert.equal(filesBelow(bench.disk, ROOT).filter((name) => name.endsWith('.parquet')).length, 2);
  await bench.close(lake);
  assert.deepEqual(await bench.stamps(), bench.handed);
});

test('closing while the disk refuses or hangs ends within its budget and never rejects', async () => {
  for (const how of ['EIO', 'ENOSPC', 'hangs']) {
    const bench = new Bench();
    const lake = await bench.open();
    await bench.run(lake, 500, 20);
    if (how === 'hangs') bench.hangs = true;
    else bench.fails = () => how;
    await bench.run(lake, 500, 20);
    const startUs = bench.clock.nowUs();
    let endUs = 0;
    void lake.close().then(() => {
      endUs = bench.clock.nowUs();
    });
    await bench.run(null, 8_000);
    assert.ok(endUs > 0 && endUs - startUs <= 5_100_000, `closed after ${(endUs - startUs) / 1e6} s`);
    assert.ok(lake.counters().problems.some(({ what }) => what === 'journal not written at close'));
    assert.equal(bench.clock.pending, 0, 'no timer is left');
  }
});
