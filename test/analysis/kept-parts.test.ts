// Statistics that are put together of hours and quarters from earlier runs are those of one pass over everything: while the range
// grows and moves on, when quotes come late, when a file is damaged, and when what was asked for is another.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { US_PER_HOUR } from '../../src/core/time.js';
import { createRandom, type Random } from '../../src/sim/random.js';
import { at } from '../lake/parquet-files.js';
import { run as runOf, sameCells, type Told } from './kept-runs.js';
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

interface Hours {
  readonly fromHour?: number;
  readonly toHours: number;
  readonly fee?: number;
  readonly told?: readonly Told[];
}

/** By hours since the lake's beginning. */
async function run({ fromHour = 0, toHours, ...asked }: Hours, root: string, isKept?: boolean) {
  const [fromUs, toUs] = [fromHour, toHours].map((hours) => FROM_US + Math.round(hours * US_PER_HOUR));
  return await runOf(root, {
    ...asked,
    fromUs: fromUs!,
    toUs: toUs!,
    ...(isKept === undefined ? {} : { isKept }),
  });
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
      const [kept, whole] = [await run(asked, root, true), await run(asked, root)];
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
  const first = await run(asked, root, true);
  assert.deepEqual([first.read, first.made], [0, 6]);
  const second = await run(asked, root, true);
  assert.deepEqual([second.read, second.made], [6, 0]);
  assert.equal(second.csv, first.csv);
  const dear = await run({ ...asked, fee: 0.2 }, root, true);
  assert.deepEqual([dear.read, dear.made], [0, 6]);
  await run(asked, root, true);

  // In a silence of Bbb: hour 22 has it, and hour 23 begins with it. What is around them is put together as it was.
  place(root, 'Bbb', 'BTC/USDT', { us: [FROM_US + 2.5 * US_PER_HOUR + 1], bid: [103] });
  const late = await run(asked, root, true);
  assert.deepEqual([late.read, late.made], [4, 2]);
  sameCells(late.csv, (await run(asked, root)).csv);

  const folder = join(root, '_statistics', 'date=2025-11-18');
  const [ours = ''] = readdirSync(join(root, '_statistics', 'date=2025-11-19')).filter((name) =>
    /-/.test(name.slice(8)),
  );
  assert.equal(ours, 'BTC_USDT.01-00.parts', 'of the hour that is not over there are quarters');
  assert.deepEqual(
    readdirSync(folder).sort(),
    ['20', '21', '22', '23'].map((hour) => `BTC_USDT.${hour}.parts`),
  );
  const file = join(folder, 'BTC_USDT.21.parts');
  const bytes = readFileSync(file);
  bytes[Math.floor(bytes.length / 2)]! ^= 1;
  writeFileSync(file, bytes);
  const damaged = await run(asked, root, true);
  assert.deepEqual([damaged.read, damaged.made], [5, 1]);
  assert.equal(damaged.csv, late.csv);
});

test('an hour of which something could not be read is not kept', async (t) => {
  const root = await lake(t, createRandom(9));
  const folder = join(root, 'exchange=Bbb', 'symbol=BTC_USDT', 'date=2025-11-18', 'hour=21');
  const [name = ''] = readdirSync(folder);
  const whole = readFileSync(join(folder, name));
  writeFileSync(join(folder, name), whole.subarray(0, 40));
  const asked = { toHours: 5.5 };
  const broken = await run(asked, root, true);
  // What was read before it was come upon may be.
  assert.ok(broken.made <= 1, `${broken.made} hours were kept`);
  writeFileSync(join(folder, name), whole);
  sameCells((await run(asked, root, true)).csv, (await run(asked, root)).csv);
});

test('who only reads uses what is there, from whenever on, and writes nothing', async (t) => {
  const root = await lake(t, createRandom(11));
  await run({ toHours: 3.5 }, root, true);
  const folder = join(root, '_statistics', 'date=2025-11-18');
  const before = readdirSync(folder);
  // One hour is missing in the middle.
  rmSync(join(folder, 'BTC_USDT.22.parts'));
  const toUs = Number.MAX_SAFE_INTEGER;
  const asked = { fromUs: 0, toUs, nowUs: FROM_US + 24 * US_PER_HOUR };
  const read = await runOf(root, { ...asked, isKept: false });
  assert.deepEqual([read.read, read.made], [before.length - 1, 0]);
  assert.deepEqual(
    readdirSync(folder),
    before.filter((name) => name !== 'BTC_USDT.22.parts'),
  );
  sameCells(read.csv, (await runOf(root, asked)).csv);
});

test('six hours of which no more is told are put together once more, and made again of what is right', async (t) => {
  const random = createRandom(13);
  // From five in the afternoon on: six o'clock begins six hours.
  const root = await lakeOf(t, { Aaa: walk(random, -3, 10), Bbb: walk(random, -3, 10) });
  const asked = { fromHour: -3, toHours: 6.3 };
  const first = await run(asked, root, true);
  assert.deepEqual([first.read, first.made], [0, 9 + 1 + 1], 'nine hours, six of them, a quarter');
  const second = await run(asked, root, true);
  assert.deepEqual([second.read, second.made], [1 + 1 + 2 + 1, 0]);
  const whole = await run(asked, root);
  sameCells(first.csv, whole.csv);
  sameCells(second.csv, whole.csv);
  // The last quote of an hour: that one is another, and the next one, which begins with it.
  place(root, 'Aaa', 'BTC/USDT', { us: [FROM_US - 100_000], bid: [103] });
  const late = await run(asked, root, true);
  assert.deepEqual([late.read, late.made], [1 + 4 + 2 + 1, 3], 'two hours, and the six');
  sameCells(late.csv, (await run(asked, root)).csv);
  assert.equal((await run(asked, root, true)).read, 5);
});
