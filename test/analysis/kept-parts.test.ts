// Statistics that are put together of hours from earlier runs are those of one pass over everything: while the range grows and
// moves on, when quotes come late, when a file is damaged, and when what was asked for is another.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { analyzePairs } from '../../src/analysis/analyze.js';
import { formatStatisticsCsv } from '../../src/analysis/compat.js';
import { discoverPairs } from '../../src/analysis/discover.js';
import { KeptParts } from '../../src/analysis/kept-parts.js';
import { US_PER_HOUR } from '../../src/core/time.js';
import { type InstrumentLine, type LakeReader, openReader } from '../../src/lake/reader.js';
import { waitingStore } from '../../src/lake/store.js';
import { createRandom, type Random } from '../../src/sim/random.js';
import { at } from '../lake/parquet-files.js';
import { lakeOf, place, rowsOf, type TestLeg } from './lakes.js';

const FROM_US = at('2025-11-18T20:00:00Z');
const HOURS = 6;

/** Distances that come and go, with silences of minutes, one of them over a whole hour. */
function walk(random: Random, fromHour = 0, hours = HOURS): TestLeg {
  const us: number[] = [];
  const bid: number[] = [];
  let [now, distance] = [FROM_US + fromHour * US_PER_HOUR, 0];
  const endUs = now + hours * US_PER_HOUR;
  for (;;) {
    const isSilent = random.next() < 0.003;
    now += isSilent ? random.below(5_400e6) : 1 + random.below(9e6);
    if (now >= endUs) return { us, bid };
    distance = random.next() < 0.1 ? 0 : distance * 0.9 + (random.next() - 0.5) * 0.6;
    us.push(now);
    bid.push(100 * (1 + Math.round(distance * 100) / 1e4));
  }
}

interface Told {
  readonly exchange: string;
  readonly type: 'gap';
  readonly stampUs: number;
  readonly fromUs: number;
}

interface Asked {
  readonly fromHour?: number;
  readonly toHours: number;
  readonly fee?: number;
  /** As a ledger has it at that time. */
  readonly told?: readonly Told[];
}

async function run(root: string, { fromHour = 0, toHours, fee = 0.05, told = [] }: Asked, isKept: boolean) {
  const takerFeePercent = () => fee;
  const toUs = FROM_US + Math.round(toHours * US_PER_HOUR);
  const files = openReader(root);
  const readEvents: LakeReader['readEvents'] = async (instruments, range) =>
    told
      .filter(({ stampUs }) => stampUs >= range.fromUs && stampUs < range.toUs && stampUs < toUs)
      .flatMap(({ exchange, ...line }) => {
        const place = instruments.findIndex((one) => one.exchange === exchange);
        return place < 0 ? [] : [{ ...line, at: place } as InstrumentLine];
      });
  const reader = { ...files, readEvents };
  const kept = new KeptParts({ root, store: waitingStore, reader, takerFeePercent, nowUs: toUs });
  const pairs = discoverPairs(await reader.instruments());
  const range = { fromUs: FROM_US + fromHour * US_PER_HOUR, toUs };
  const { rows } = await analyzePairs({
    reader,
    pairs,
    ...range,
    takerFeePercent,
    ...(isKept ? { kept } : {}),
  });
  assert.equal(kept.problem, null);
  return { csv: formatStatisticsCsv(rows), ...kept.counts };
}

/** Counts and words exactly, sums to 1e-12. */
function sameCells(actual: string, wanted: string): void {
  const [ours, theirs] = [actual, wanted].map((csv) => csv.split('\n').map((line) => line.split(',')));
  assert.equal(ours!.length, theirs!.length);
  for (const [row, cells] of theirs!.entries())
    for (const [column, cell] of cells.entries()) {
      const own = ours![row]![column]!;
      const off = Math.abs(Number(own) - Number(cell)) / Math.max(1, Math.abs(Number(cell)));
      assert.ok(own === cell || off <= 1e-12, `${theirs![0]![column]} of row ${row}: ${own}, not ${cell}`);
    }
}

async function lake(t: TestContext, random: Random): Promise<string> {
  return await lakeOf(t, { Aaa: walk(random), Bbb: walk(random), Ccc: walk(random) });
}

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

test(`of hours put together the numbers are those of one pass (seed ${seed})`, async (t) => {
  let cycles = 0;
  for (let n = 0; n < 6; n += 1) {
    const random = createRandom(seed, n);
    const root = await lake(t, random);
    // Noticed up to three quarters of an hour later.
    const told = Array.from({ length: 12 }, (_, at): Told => {
      const fromUs = FROM_US + random.below(HOURS * US_PER_HOUR);
      return {
        exchange: ['Aaa', 'Bbb', 'Ccc'][at % 3]!,
        type: 'gap',
        fromUs,
        stampUs: fromUs + random.below(2_700e6),
      };
    }).sort((a, b) => a.stampUs - b.stampUs);
    let [fromHour, toHours] = [0, 1.5 + random.next()];
    for (; toHours <= HOURS + 0.5; toHours += 0.3 + random.next()) {
      const asked = { fromHour, toHours, told };
      const [kept, whole] = [await run(root, asked, true), await run(root, asked, false)];
      sameCells(kept.csv, whole.csv);
      cycles += rowsOf(whole.csv).reduce((sum, row) => sum + Number(row('cycles_up_030bp')), 0);
      // As a window that moves on: from any moment.
      if (toHours - fromHour > 3) fromHour += random.next() < 0.5 ? 1 : 0.25 + random.next();
    }
  }
  assert.ok(cycles > 50, `only ${cycles} cycles were seen`);
});

test('what is over is read and not made again, until quotes come late, the file is damaged or fees are others', async (t) => {
  const root = await lake(t, createRandom(7));
  const asked = { toHours: 5.5 };
  const first = await run(root, asked, true);
  assert.deepEqual([first.read, first.made], [0, 5]);
  const second = await run(root, asked, true);
  assert.deepEqual([second.read, second.made], [5, 0]);
  assert.equal(second.csv, first.csv);
  const dear = await run(root, { ...asked, fee: 0.2 }, true);
  assert.deepEqual([dear.read, dear.made], [0, 5]);
  await run(root, asked, true);

  // Of hour 22: that one, and the one after it, which may rest on it.
  place(root, 'Bbb', 'BTC/USDT', { us: [FROM_US + 2.5 * US_PER_HOUR + 1], bid: [103] });
  const late = await run(root, asked, true);
  assert.deepEqual([late.read, late.made], [2, 3]);
  sameCells(late.csv, (await run(root, asked, false)).csv);

  const folder = join(root, '_statistics', 'date=2025-11-18');
  assert.deepEqual(
    readdirSync(folder).sort(),
    ['20', '21', '22', '23'].map((hour) => `BTC_USDT.${hour}.parts`),
  );
  const file = join(folder, 'BTC_USDT.21.parts');
  const bytes = readFileSync(file);
  bytes[Math.floor(bytes.length / 2)]! ^= 1;
  writeFileSync(file, bytes);
  const damaged = await run(root, asked, true);
  assert.deepEqual([damaged.read, damaged.made], [1, 4]);
  assert.equal(damaged.csv, late.csv);
});

test('an hour of which something could not be read is not kept', async (t) => {
  const root = await lake(t, createRandom(9));
  const folder = join(root, 'exchange=Bbb', 'symbol=BTC_USDT', 'date=2025-11-18', 'hour=21');
  const [name = ''] = readdirSync(folder);
  const whole = readFileSync(join(folder, name));
  writeFileSync(join(folder, name), whole.subarray(0, 40));
  const asked = { toHours: 5.5 };
  const broken = await run(root, asked, true);
  // What was read before it was come upon may be.
  assert.ok(broken.made <= 1, `${broken.made} hours were kept`);
  writeFileSync(join(folder, name), whole);
  sameCells((await run(root, asked, true)).csv, (await run(root, asked, false)).csv);
});
