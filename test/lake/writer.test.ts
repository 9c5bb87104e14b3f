import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import type { Clock } from '../../src/core/time.js';
import { diskJournal, type JournalFiles } from '../../src/lake/journal-disk.js';
import { LakeLocked } from '../../src/lake/lock.js';
import { markOrigin, WrongOrigin } from '../../src/lake/origin.js';
import { JOURNAL_DIR, segmentName } from '../../src/lake/paths.js';
import { writeHistory } from '../../src/lake/write-history.js';
import { type LakeOptions, type LakeWriter, openLake } from '../../src/lake/writer.js';
import {
  filesMatching,
  LIMITS,
  ledgerOf,
  type Row,
  realClock,
  rowsInFiles,
  rowsOf,
  someInstruments,
  tempRoot,
} from './support/lakes.js';

const instruments = someInstruments();

function open(t: TestContext, root: string, more: Partial<LakeOptions> = {}): Promise<LakeWriter> {
  return openLake({ root, origin: 'live', clock: realClock(t), limits: LIMITS, instruments, ...more });
}

/** Hands over quotes as the hub does: stamps ascend strictly over all instruments and all sessions. */
function feed(lake: LakeWriter, clock: Clock, count: number, rows: Row[]): void {
  for (let i = 0; i < count; i++) {
    const before = rows.at(-1)?.[0] ?? lake.lastStampUs;
    const row: Row = [Math.max(before + 1, clock.nowUs()), i % 4, i, 1, i + 1, Number.NaN, Number.NaN];
    lake.quote(...row);
    rows.push(row);
  }
}

async function until(what: string, condition: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  const end = performance.now() + ms;
  while (!(await condition())) {
    assert.ok(performance.now() < end, `not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('rows in are rows out, none twice, over any sequence of feeding, closing and opening again', async (t) => {
  const clock = realClock(t);
  const sessions = fc.array(fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 4 }), {
    minLength: 1,
    maxLength: 4,
  });
  await fc.assert(
    fc.asyncProperty(sessions, async (plan) => {
      const root = tempRoot(t);
      const rows: Row[] = [];
      for (const feeds of plan) {
        const lake = await open(t, root, { clock });
        assert.ok(lake.lastStampUs >= (rows.at(-1)?.[0] ?? 0), 'the order holds over a restart');
        const before = rows.length;
        for (const count of feeds) {
          feed(lake, clock, count, rows);
          await new Promise((resolve) => setTimeout(resolve, 15));
        }
        assert.equal(lake.counters().recorded, rows.length - before);
        await lake.close();
        assert.deepEqual(lake.counters().problems, []);
      }
      assert.deepEqual(await rowsOf(root, instruments), rows);
      assert.equal(rowsInFiles(root), rows.length);
      assert.deepEqual(filesMatching(root, /\.log$|\.run$|\.tmp-|_lock/), []);
    }),
    { numRuns: 8 },
  );
});

test('what is recorded can be read a moment later, while recording goes on', async (t) => {
  const root = tempRoot(t);
  const clock = realClock(t);
  const lake = await open(t, root, { clock, limits: { ...LIMITS, segmentMsMax: 50 } });
  const rows: Row[] = [];
  for (let round = 0; round < 12; round++) {
    feed(lake, clock, 500, rows);
    const startMs = performance.now();
    await until('all rows are seen', async () => (await rowsOf(root, instruments)).length === rows.length);
    t.diagnostic(`seen after ${Math.round(performance.now() - startMs)} ms`);
    assert.deepEqual(await rowsOf(root, instruments), rows);
  }
  assert.ok(lake.counters().runs > 0, 'segments became runs meanwhile');
  await lake.close();
  assert.deepEqual(await rowsOf(root, instruments), rows);
});

test('an hour that is over becomes files while recording goes on', async (t) => {
  const root = tempRoot(t);
  const real = realClock(t);
  const startUs = Math.ceil(real.nowUs() / 3_600_000_000) * 3_600_000_000 - 400_000;
  // Stands just before a full hour until the rows are in, then runs twenty times faster.
  let runsFromUs = Number.POSITIVE_INFINITY;
  const clock: Clock = {
    ...real,
    nowUs: () => startUs + Math.max(0, real.nowUs() - runsFromUs) * 20,
  };
  const lake = await open(t, root, { clock, limits: { ...LIMITS, segmentMsMax: 2_000 } });
  const rows: Row[] = [];
  feed(lake, clock, 1_000, rows);
  runsFromUs = real.nowUs();
  await until('the hour has files', () => {
    feed(lake, clock, 1, rows);
    return lake.counters().filesWritten >= 4;
  });
  assert.deepEqual(lake.counters().problems, []);
  await lake.close();
  assert.deepEqual(await rowsOf(root, instruments), rows);
});

test('events are kept in the ledger with names, in order', async (t) => {
  const root = tempRoot(t);
  const clock = realClock(t);
  const lake = await open(t, root, { clock });
  const us = clock.nowUs();
  lake.cold({ type: 'status', stampUs: us, instrumentId: 3, status: 'bid-only', value: Number.NaN });
  lake.quote(us + 1, 0, 1, 1, 2, 1, Number.NaN);
  lake.cold({ type: 'gap', stampUs: us + 2, instrumentId: 0, fromUs: us - 50, reason: 'sequence' });
  lake.cold({ type: 'alive', stampUs: us + 3, connection: 'Alpha#2', provenUs: us });
  await lake.close();
  assert.deepEqual(ledgerOf(root), [
    { type: 'status', stampUs: us, status: 'bid-only', exchange: 'Beta', symbol: '币安 人生/USDT' },
    {
      type: 'gap',
      stampUs: us + 2,
      fromUs: us - 50,
      reason: 'sequence',
      exchange: 'Alpha',
      symbol: 'BTC/USDT',
    },
    { type: 'alive', stampUs: us + 3, connection: 'Alpha#2', provenUs: us },
  ]);
});

test('problems 1 and 4: a disk that stalls costs bounded memory, counted rows and one gap an instrument; then all goes on', async (t) => {
  const root = tempRoot(t);
  const clock = realClock(t);
  let release = () => {};
  const stalled = new Promise<void>((resolve) => {
    release = resolve;
  });
  const journalFiles: JournalFiles = {
    ...diskJournal,
    async create(path) {
      const file = await diskJournal.create(path);
      return {
        ...file,
        write: async (bytes, position) => {
          await stalled;
          return file.write(bytes, position);
        },
      };
    },
  };
  const limits = { ...LIMITS, pendingBytesMax: 1024 * 1024, segmentBytesMax: 32 * 1024 * 1024 };
  const lake = await open(t, root, { clock, limits, journalFiles });
  const rows: Row[] = [];
  let pendingMax = 0;
  for (let round = 0; round < 100; round++) {
    feed(lake, clock, 1_000, rows);
    pendingMax = Math.max(pendingMax, lake.counters().pendingBytes);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const { recorded, dropped } = lake.counters();
  assert.ok(pendingMax <= limits.pendingBytesMax, `${pendingMax} bytes were pending`);
  assert.ok(dropped > 50_000 && recorded > 15_000);
  assert.equal(recorded + dropped, rows.length, 'every quote is accounted for');
  release();
  await until('the journal is written', () => lake.counters().pendingBytes === 0);
  const droppedBefore = lake.counters().dropped;
  feed(lake, clock, 100, rows);
  assert.equal(lake.counters().dropped, droppedBefore);
  await lake.close();
  const kept = await rowsOf(root, instruments);
  assert.equal(kept.length, lake.counters().recorded);
  assert.deepEqual(kept, [...rows.slice(0, recorded), ...rows.slice(-100)]);
  const gaps = ledgerOf(root);
  assert.deepEqual(
    gaps.map(({ type, reason }) => `${type} ${reason}`),
    Array(4).fill('gap dropped'),
  );
  const firsts = rows.slice(recorded, recorded + 4).map(([us]) => us);
  assert.deepEqual(gaps.map(({ fromUs }) => fromUs).sort(), firsts);
});

test('a disk that refuses is told and tried again; what fitted into memory is not lost', async (t) => {
  const root = tempRoot(t);
  const clock = realClock(t);
  let full = true;
  const refuse = () => {
    if (full) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  };
  const journalFiles: JournalFiles = {
    ...diskJournal,
    async create(path) {
      const file = await diskJournal.create(path);
      return {
        ...file,
        write: async (bytes, position) => {
          // A full disk takes a part first.
          if (full) await file.write(bytes.subarray(0, 7), position);
          refuse();
          return file.write(bytes, position);
        },
        datasync: async () => {
          refuse();
          return file.datasync();
        },
      };
    },
  };
  const lake = await open(t, root, { clock, journalFiles });
  const rows: Row[] = [];
  feed(lake, clock, 2_000, rows);
  await until('it is told', () => lake.counters().failing);
  const [problem] = lake.counters().problems;
  assert.equal(problem?.what, 'journal write: ENOSPC');
  feed(lake, clock, 2_000, rows);
  full = false;
  await until('it works again', () => !lake.counters().failing && lake.counters().pendingBytes === 0);
  await lake.close();
  assert.equal(lake.counters().dropped, 0);
  assert.deepEqual(await rowsOf(root, instruments), rows);
});

test('bytes are synced in time, and the count of late syncs stays 0 on a disk that works', async (t) => {
  const root = tempRoot(t);
  const clock = realClock(t);
  const synced: number[] = [];
  const journalFiles: JournalFiles = {
    ...diskJournal,
    async create(path) {
      const file = await diskJournal.create(path);
      return {
        ...file,
        datasync: async () => {
          synced.push(clock.nowUs());
          return file.datasync();
        },
      };
    },
  };
  const lake = await open(t, root, { clock, journalFiles });
  const rows: Row[] = [];
  feed(lake, clock, 1, rows);
  await until('it is synced', () => synced.length > 0);
  assert.ok(synced[0]! - rows[0]![0] <= 500_000, `synced after ${synced[0]! - rows[0]![0]} µs`);
  assert.equal(lake.counters().syncLateCount, 0);
  await lake.close();
});

test('closing when time is short leaves runs, which the next start encodes', async (t) => {
  const root = tempRoot(t);
  const clock = realClock(t);
  const rows: Row[] = [];
  const first = await open(t, root, { clock, limits: { ...LIMITS, closeBudgetMs: 0 } });
  feed(first, clock, 2_000, rows);
  await first.close();
  assert.deepEqual(await rowsOf(root, instruments), rows);
  assert.equal(rowsInFiles(root), 0);
  const second = await open(t, root, { clock });
  assert.equal(second.lastStampUs, rows.at(-1)![0]);
  feed(second, clock, 10, rows);
  const { segments, runs } = await second.ready;
  assert.equal(segments + runs, 1);
  assert.deepEqual(second.recovered, await second.ready);
  await second.close();
  assert.deepEqual(await rowsOf(root, instruments), rows);
});

test('a lake is opened by one process at a time; the error names the one that has it', async (t) => {
  const root = tempRoot(t);
  const lake = await open(t, root);
  await assert.rejects(open(t, root), LakeLocked);
  await lake.close();
  await (await open(t, root)).close();
  writeFileSync(join(root, '_lock'), JSON.stringify({ pid: process.ppid, started: null }));
  await assert.rejects(open(t, root), new RegExp(`held by process ${process.ppid}`));
});

test('the lock of a dead process, of a reused process id, or half-written, blocks nobody', async (t) => {
  const root = tempRoot(t);
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const stale = [
    JSON.stringify({ pid: dead, started: null }),
    JSON.stringify({ pid: process.pid, started: null }),
    '{"pid":',
    '',
  ];
  if (existsSync('/proc/self/stat')) stale.push(JSON.stringify({ pid: process.ppid, started: '1' }));
  for (const text of stale) {
    markOrigin(root, 'live');
    writeFileSync(join(root, '_lock'), text);
    const lake = await open(t, root);
    assert.equal(JSON.parse(readFileSync(join(root, '_lock'), 'utf8')).pid, process.pid);
    await lake.close();
    assert.ok(!existsSync(join(root, '_lock')));
  }
});

test('recordings and the demo never share a lake', async (t) => {
  const [live, demo, imported] = [tempRoot(t), tempRoot(t), tempRoot(t)];
  await (await open(t, live)).close();
  await (await open(t, demo, { origin: 'demo' })).close();
  await assert.rejects(open(t, live, { origin: 'demo' }), WrongOrigin);
  await assert.rejects(open(t, demo), WrongOrigin);
  await (await open(t, demo, { origin: 'demo' })).close();
  mkdirSync(join(imported, 'exchange=Alpha', 'symbol=BTC#USDT'), { recursive: true });
  await assert.rejects(open(t, imported, { origin: 'demo' }), WrongOrigin);
  await (await open(t, imported)).close();
  writeFileSync(join(live, '_origin.json'), '{}');
  await assert.rejects(open(t, live), WrongOrigin);
});

test('a history written directly is what recording it would have given', async (t) => {
  const root = tempRoot(t);
  markOrigin(root, 'demo');
  const startUs = Date.parse('2026-11-22T19:59:00Z') * 1000;
  const length = 25_000;
  const column = (of: (i: number) => number) => Float64Array.from({ length }, (_, i) => of(i));
  const columns = {
    length,
    receivedUs: column((i) => startUs + i * 10_000),
    bid: column((i) => 100 + (i % 7)),
    bidSize: column((i) => (i % 2 === 0 ? Number.NaN : i)),
    ask: column((i) => 101 + (i % 7)),
    askSize: column((i) => i),
    exchangeUs: column((i) => (i < 9_000 ? Number.NaN : startUs + i)),
  };
  assert.equal(writeHistory(root, 'Alpha', 'BTC/USDT', columns), length);
  assert.equal(writeHistory(root, 'Alpha', 'BTC/USDT', columns), 0, 'written once');
  assert.equal(filesMatching(root, /\.parquet$/).length, 2);
  const rows = await rowsOf(root, instruments);
  assert.deepEqual(
    rows,
    Array.from(columns.receivedUs, (us, i) => [
      us,
      0,
      columns.bid[i],
      columns.bidSize[i],
      columns.ask[i],
      columns.askSize[i],
      columns.exchangeUs[i],
    ]),
  );
  const lake = await open(t, root, { origin: 'demo' });
  assert.equal(lake.lastStampUs, rows.at(-1)![0], 'the order goes on after it');
  await lake.close();
});

test('a segment of which nothing was written before the kill is gone after the restart, and its stamp is not given again', async (t) => {
  const root = tempRoot(t);
  const rows: Row[] = [];
  const clock = realClock(t);
  const first = await open(t, root, { clock });
  feed(first, clock, 10, rows);
  await first.close();
  const tornUs = rows.at(-1)![0] + 1_000_000;
  writeFileSync(join(root, JOURNAL_DIR, segmentName(tornUs)), Buffer.alloc(7));
  const next = await open(t, root, { clock });
  assert.equal(next.lastStampUs, tornUs);
  await next.ready;
  await next.close();
  assert.deepEqual(filesMatching(root, /\.log/), []);
  assert.deepEqual(await rowsOf(root, instruments), rows);
});
