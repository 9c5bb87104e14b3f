// How a lake's rows are spread over files, runs and the journal must not show in the statistics.

import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { COMPAT_COLUMNS } from '../../src/analysis/compat.js';
import { InstrumentTable } from '../../src/core/instrument.js';
import { hourStartUs, US_PER_DAY, US_PER_HOUR, US_PER_MS } from '../../src/core/time.js';
import { hourDir, JOURNAL_DIR, RUNS_DIR } from '../../src/lake/paths.js';
import { type LakeWriter, openLake } from '../../src/lake/writer.js';
import { LIMITS } from '../../src/limits.js';
import { createRandom } from '../../src/sim/random.js';
import { VirtualClock } from '../../src/sim/virtual-clock.js';
import { at, ourBytes, place, temporaryLake } from '../lake/parquet-files.js';
import { until } from '../support/wait.js';
import { csvOf, rowsOf, type TestLeg, place as writeLeg } from './lakes.js';

const DAY_US = at('2025-11-18T00:00:00Z');
const EXCHANGES = ['Aaa', 'Bbb', 'Ccc'];

/** A day of irregular quotes around 100, about one in 20 s, other ones for each exchange; no stamp twice. */
function dayOf(place: number): TestLeg {
  const random = createRandom(7, 'layout', place);
  const us: number[] = [];
  const bid: number[] = [];
  let stamp = DAY_US + place;
  for (;;) {
    stamp += 3 * (1 + Math.floor(random.next() * 40_000_000 * (1 / 3)));
    if (stamp >= DAY_US + US_PER_DAY) return { us, bid };
    us.push(stamp);
    bid.push(Math.round(10_000 + 80 * Math.sin(us.length / 9 + place) * random.next()) / 100);
  }
}

const legs = new Map(EXCHANGES.map((exchange, place) => [exchange, dayOf(place)]));

function cut({ us, bid }: TestLeg, fromUs: number, toUs: number): TestLeg {
  const rows = us.flatMap((stamp, row) => (stamp >= fromUs && stamp < toUs ? [row] : []));
  return { us: rows.map((row) => us[row]!), bid: rows.map((row) => bid[row]!) };
}

const bytesOf = ({ us, bid }: TestLeg, rowGroupSize?: number): Uint8Array =>
  ourBytes({ us, bid, ask: bid.map((price) => price + 0.01) }, rowGroupSize);

async function hourFiles(t: TestContext): Promise<string> {
  const root = await temporaryLake(t);
  for (const [exchange, leg] of legs) writeLeg(root, exchange, 'BTC/USDT', leg);
  return root;
}

/** One file for the day. */
async function dayFiles(t: TestContext): Promise<string> {
  const root = await temporaryLake(t);
  for (const [exchange, leg] of legs) {
    await place(
      root,
      `${hourDir('', exchange, 'BTC/USDT', DAY_US)}/spreads-day-0.parquet`,
      bytesOf(leg, 500),
    );
  }
  return root;
}

/** Many small files an hour, under names of an older generation and two spellings of the symbol. */
async function manyFiles(t: TestContext): Promise<string> {
  const root = await temporaryLake(t);
  for (const [exchange, leg] of legs) {
    for (let fromUs = DAY_US, turn = 0; fromUs < DAY_US + US_PER_DAY; fromUs += US_PER_HOUR / 4, turn += 1) {
      const part = cut(leg, fromUs, fromUs + US_PER_HOUR / 4);
      if (part.us.length === 0) continue;
      const folder = hourDir('', exchange, 'BTC/USDT', fromUs);
      const spelled = turn % 2 === 0 ? folder : folder.replace('BTC_USDT', 'BTC#USDT');
      await place(
        root,
        `${spelled}/spreads-${String((turn % 4) * 15).padStart(2, '0')}-00.1234567.parquet`,
        bytesOf(part),
      );
    }
  }
  return root;
}

interface Recorded {
  readonly root: string;
  readonly writer: LakeWriter;
}

/** Files until `fromUs`; what comes after was recorded a moment ago and lies in the journal. */
async function partlyInJournal(t: TestContext, fromUs: number): Promise<Recorded> {
  const root = await temporaryLake(t);
  for (const [exchange, leg] of legs) writeLeg(root, exchange, 'BTC/USDT', cut(leg, DAY_US, fromUs));
  const clock = new VirtualClock(fromUs);
  const instruments = new InstrumentTable();
  // Twenty minutes a segment: the first ones become runs, the last one stays open.
  const limits = { ...LIMITS.lake, segmentMsMax: 1_200_000 };
  const writer = await openLake({ root, origin: 'live', clock, limits, instruments });
  const rows = [...legs].flatMap(([exchange, leg]) => {
    const { id } = instruments.intern(exchange, 'BTC/USDT');
    const { us, bid } = cut(leg, fromUs, DAY_US + US_PER_DAY);
    return us.map((stamp, row) => ({ id, stamp, bid: bid[row]! }));
  });
  const none = Number.NaN;
  for (const { id, stamp, bid } of rows.sort((a, b) => a.stamp - b.stamp)) {
    clock.advance(Math.max(0, (stamp - clock.nowUs()) / US_PER_MS));
    writer.quote(stamp, id, bid, none, bid + 0.01, none, none);
    await new Promise(setImmediate);
  }
  t.after(async () => {
    const closing = writer.close();
    await until('the lake is closed', async () => {
      clock.advance(10);
      return await Promise.race([closing.then(() => true), new Promise(setImmediate).then(() => false)]);
    });
  });
  await until('everything is written', () => {
    clock.advance(60);
    return writer.counters().pendingBytes === 0;
  });
  assert.equal(writer.counters().dropped, 0);
  return { root, writer };
}

test('one file a day or twenty-four, small ones or an older generation: the statistics are the same', async (t) => {
  const expected = await csvOf(await hourFiles(t));
  const rows = rowsOf(expected);
  assert.equal(rows.length, 3);
  assert.equal(expected.split('\n')[0], COMPAT_COLUMNS.join(','));
  for (const row of rows) {
    assert.equal(Number(row('data_points')), legs.get(row('exchange1'))?.us.length);
    assert.ok(Number(row('opportunity_cycles_030bp')) > 10);
  }
  assert.equal(await csvOf(await dayFiles(t)), expected);
  assert.equal(await csvOf(await manyFiles(t)), expected);
});

test('rows that lie in journal and runs count like those in files', async (t) => {
  const expected = await csvOf(await hourFiles(t));
  const lastHourUs = hourStartUs(DAY_US + US_PER_DAY - 1);
  const { root, writer } = await partlyInJournal(t, lastHourUs + 60_000_000);
  assert.equal(writer.counters().filesWritten, 0);
  assert.equal(await csvOf(root), expected);
});

test('a lake that has no file yet has statistics from its journal', async (t) => {
  const last = { fromUs: DAY_US + US_PER_DAY - US_PER_HOUR / 2, toUs: DAY_US + US_PER_DAY };
  const { root } = await partlyInJournal(t, last.fromUs);
  // The same journal and runs, in a lake without folders.
  const bare = await temporaryLake(t);
  for (const name of [JOURNAL_DIR, RUNS_DIR])
    await cp(join(root, name), join(bare, name), { recursive: true });
  const found = await csvOf(bare);
  assert.equal(rowsOf(found).length, 3);
  assert.equal(found, await csvOf(await hourFiles(t), last));
});
