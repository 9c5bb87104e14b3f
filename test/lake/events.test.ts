// What happened to an instrument (gaps, states) is readable wherever it lies: journal, run or ledger; each once, in
// order, by any spelling; and a chart that rested on it is not the same once more has happened.

import assert from 'node:assert/strict';
import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createRealClock } from '../../src/clock.js';
import { InstrumentTable } from '../../src/core/instrument.js';
import { hourStartUs, isoDate, US_PER_HOUR } from '../../src/core/time.js';
import { Evidence } from '../../src/lake/evidence.js';
import { LakeObserver } from '../../src/lake/identity.js';
import { type LakeReader, openReader } from '../../src/lake/reader.js';
import { type LakeWriter, openLake } from '../../src/lake/writer.js';
import { LIMITS } from '../../src/limits.js';
import { until } from '../support/wait.js';
import { EVERYTHING, temporaryLake } from './parquet-files.js';

interface Stage {
  readonly root: string;
  readonly startUs: number;
  readonly lake: LakeWriter;
  readonly close: () => Promise<void>;
}

/** Two instruments; of the first a gap each minute of the last two hours, among events of the other. */
async function stage(t: TestContext, limits = LIMITS.lake): Promise<Stage> {
  const root = await temporaryLake(t);
  const instruments = new InstrumentTable();
  const clock = createRealClock();
  const lake = await openLake({ root, origin: 'live', clock, instruments, limits });
  const close = async () => {
    await lake.close();
    clock.close();
  };
  let closed: Promise<void> | undefined;
  t.after(() => (closed ??= close()));
  const ids = [instruments.intern('Aaa', 'BTC/USDT').id, instruments.intern('Bbb', 'BTC/USDT').id] as const;
  const startUs = hourStartUs(clock.nowUs()) - 2 * US_PER_HOUR;
  for (let n = 0; n < 120; n += 1) {
    const us = startUs + n * 60e6;
    lake.quote(us, ids[0], 100, 1, 101, 1, Number.NaN);
    lake.quote(us + 1, ids[1], 100, 1, 101, 1, Number.NaN);
    const gap = { type: 'gap', instrumentId: ids[0], reason: 'disconnect' } as const;
    lake.cold({ ...gap, stampUs: us + 2, fromUs: us - 5 });
    const limit = { type: 'status', instrumentId: ids[1], status: 'age-limit', value: n } as const;
    lake.cold({ ...limit, stampUs: us + 3 });
    lake.cold({ type: 'alive', stampUs: us + 4, connection: 'Aaa#1', provenUs: us });
  }
  return { root, startUs, lake, close: () => (closed ??= close()) };
}

async function events(reader: LakeReader, range = EVERYTHING) {
  const left = await reader.find('aaa', 'btc-usdt');
  const right = await reader.find('BBB', 'BTCUSDT');
  if (left === undefined || right === undefined) return [];
  return await reader.readEvents([left, right], range);
}

test('events are read from the journal and from the ledger, each once and in order', async (t) => {
  const { root, startUs, close } = await stage(t);
  const reader = openReader(root);
  await until('all events readable', async () => (await events(reader)).length === 240);
  const expected = Array.from({ length: 120 }, (_, n) => {
    const us = startUs + n * 60e6;
    return [
      { type: 'gap', stampUs: us + 2, fromUs: us - 5, reason: 'disconnect', at: 0 },
      { type: 'status', stampUs: us + 3, status: 'age-limit', value: n, at: 1 },
    ];
  }).flat();
  const plain = async () => (await events(reader)).map(({ exchange: _, symbol: __, ...line }) => line);
  assert.deepEqual(await plain(), expected);
  await close();
  assert.ok(readdirSync(join(root, '_ledger')).length > 0, 'they are in the ledger now');
  assert.deepEqual(readdirSync(join(root, '_journal')), []);
  assert.deepEqual(await plain(), expected);
  const range = { fromUs: startUs + 2, toUs: startUs + 60e6 + 3 };
  assert.deepEqual(
    (await events(reader, range)).map(({ stampUs }) => stampUs - startUs),
    [2, 3, 60e6 + 2],
  );
  assert.deepEqual(reader.problems(), []);
});

test('a damaged hour of the ledger is reported and left out alone; a lake without one has no events', async (t) => {
  const { root, startUs, close } = await stage(t);
  await close();
  const day = join(root, '_ledger', readdirSync(join(root, '_ledger')).sort()[0]!);
  const hour = readdirSync(day).sort()[0]!;
  writeFileSync(join(day, hour), 'nonsense,"exchange":"Aaa","symbol":"BTC/USDT"}\n');
  const reader = openReader(root);
  const found = await events(reader);
  assert.equal(found.length, 120);
  assert.ok(found[0]!.stampUs >= startUs + US_PER_HOUR);
  assert.deepEqual(
    reader.problems().map(({ reason }) => reason),
    ['corrupt'],
  );
  const empty = await temporaryLake(t);
  const missing = { exchange: 'Aaa', symbol: 'BTC/USDT', directories: [] };
  assert.deepEqual(await openReader(empty).readEvents([missing], EVERYTHING), []);
});

test('what an answer rested on has changed when the ledger of its time has', async (t) => {
  const { root, startUs, close } = await stage(t);
  await close();
  const observer = new LakeObserver(root);
  const { store, recent, recentEvents } = observer;
  const reader = openReader(root, { store, recent, recentEvents });
  const seen = new Evidence();
  observer.record(seen);
  await events(reader, { fromUs: startUs, toUs: startUs + US_PER_HOUR });
  observer.record(new Evidence());
  assert.ok(observer.unchanged(seen));
  const day = join(root, '_ledger', `date=${isoDate(startUs)}`);
  const [hour] = readdirSync(day).sort();
  writeFileSync(join(day, `${hour}.new`), '');
  renameSync(join(day, `${hour}.new`), join(day, hour!));
  assert.ok(!observer.unchanged(seen));
});
