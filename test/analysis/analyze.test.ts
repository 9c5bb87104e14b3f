// Markets whose statistics are arithmetic, through real files; and what happens to pairs that have none.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { analyzePairs, type PairOutcome } from '../../src/analysis/analyze.js';
import { discoverPairs } from '../../src/analysis/discover.js';
import type { LakeReader } from '../../src/lake/reader.js';
import { openReader } from '../../src/lake/reader.js';
import type { readRecent } from '../../src/lake/recent.js';
import {
  EVERYTHING,
  numbers,
  parquetBytes,
  place as placeFile,
  recentColumns,
  stamps,
} from '../lake/parquet-files.js';
import {
  constant,
  csvOf,
  lakeOf,
  legOf,
  NAMES,
  place,
  rowsOf,
  SECOND_US,
  START_US,
  type TestLeg,
} from './lakes.js';

async function only(root: string): Promise<(column: string) => string> {
  const [row, ...more] = rowsOf(await csvOf(root));
  assert.ok(row !== undefined && more.length === 0);
  return row;
}

const near = (cell: string, expected: number): void => {
  const off = Math.abs(Number(cell) - expected);
  assert.ok(off <= 1e-9 * Math.max(1, Math.abs(expected)), `${cell} is not ${expected}`);
};

test('a square wave of known amplitude and period gives its cycles, crossings and shares', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 2, max: 40 }),
      fc.constantFrom(0.35, 0.45, 0.6),
      fc.constantFrom(0.02, -0.02, -0.35),
      async (halfPeriod, halves, high, low) => {
        const wave = Array.from({ length: halfPeriod * halves }, (_, row) =>
          Math.floor(row / halfPeriod) % 2 === 0 ? high : low,
        );
        const row = await only(
          await lakeOf(t, { Aaa: legOf(wave), Bbb: legOf(constant(wave.length + 1), -1) }),
        );
        const hours = (wave.length - 1) / 3_600;
        const crossings = low < 0 ? halves - 1 : 0;
        assert.equal(row('zero_crossings'), String(crossings));
        near(row('zero_crossings_per_minute'), crossings / hours / 60);
        assert.equal(row('data_points'), String(wave.length));
        near(row('duration_hours'), hours);
        const highRows = Math.ceil(halves / 2) * halfPeriod;
        near(row('deviation_asymmetry'), (highRows * high + (wave.length - highRows) * low) / wave.length);
        NAMES.forEach((name, place) => {
          const limit = [0.3, 0.5, 0.4][place]!;
          const above = (high > limit ? highRows : 0) + (Math.abs(low) > limit ? wave.length - highRows : 0);
          // A cycle ends where the low half begins, if that half is neutral.
          const cycles = high > limit && Math.abs(low) < 0.05 ? Math.floor(halves / 2) : 0;
          assert.equal(row(`opportunity_cycles_${name}`), String(cycles));
          near(row(`cycles_${name}_per_hour`), cycles / hours);
          near(row(`pct_time_above_${name}`), (100 * above) / wave.length);
          near(
            row(`avg_cycle_duration_${name}_sec`),
            cycles === 0 ? 0 : ((wave.length - 1) * (above / wave.length)) / cycles,
          );
          assert.equal(row(`pattern_break_${name}`), String(Math.abs(wave.at(-1)!) > limit));
        });
      },
    ),
    { numRuns: 25 },
  );
});

/** 0.005, 0.015 … 0.595 and back, then the same below zero: 240 rows a period, none on a threshold. */
function triangle(periods: number): number[] {
  const rise = Array.from({ length: 60 }, (_, step) => 0.005 + step * 0.01);
  const half = [...rise, ...[...rise].reverse()];
  const period = [...half, ...half.map((deviation) => -deviation)];
  return Array.from({ length: periods }, () => period).flat();
}

test('a triangle wave of an hour gives two cycles and two crossings a period, over midnight too', async (t) => {
  const wave = triangle(15);
  const row = await only(await lakeOf(t, { Aaa: legOf(wave), Bbb: legOf(constant(3_700), -1) }));
  // The last fall to zero has no row after it, so it crosses nothing; but it is neutral, so it closes a cycle.
  assert.equal(row('zero_crossings'), '29');
  near(row('max_deviation_pct'), 0.595);
  near(row('min_deviation_pct'), -0.595);
  near(row('deviation_asymmetry'), 0);
  const shares = { '030bp': 50, '050bp': 100 / 6, '040bp': 100 / 3 };
  for (const [name, share] of Object.entries(shares)) {
    assert.equal(row(`opportunity_cycles_${name}`), '30');
    near(row(`pct_time_above_${name}`), share);
    near(row(`avg_cycle_duration_${name}_sec`), (3_599 * share) / 100 / 30);
    assert.equal(row(`pattern_break_${name}`), 'false');
  }
  assert.equal(row('data_points'), '3600');
});

test('a hole of the left leg counts as time and not as rows', async (t) => {
  const wave = triangle(2);
  const first = legOf(wave);
  const second = legOf(wave, 480 + 600);
  const left: TestLeg = { us: [...first.us, ...second.us], bid: [...first.bid, ...second.bid] };
  const row = await only(await lakeOf(t, { Aaa: left, Bbb: legOf(constant(2_000), -1) }));
  assert.equal(row('data_points'), '960');
  near(row('duration_hours'), (480 + 600 + 480 - 1) / 3_600);
  assert.equal(row('opportunity_cycles_040bp'), '8');
  // The first row after the hole stands above zero, the last before it below.
  assert.equal(row('zero_crossings'), String(3 + 1 + 3));
  near(row('pct_time_above_040bp'), 100 / 3);
});

test('a hole of the right leg leaves its last quote standing, however old: there is no tolerance', async (t) => {
  const wave = triangle(15);
  const right = legOf([0], -86_400);
  const row = await only(await lakeOf(t, { Aaa: legOf(wave), Bbb: right }));
  assert.equal(row('opportunity_cycles_040bp'), '30');
  assert.equal(row('data_points'), '3600');
});

test('left rows before the first right one are data points without a value', async (t) => {
  const wave = [...constant(600, 0.9), ...triangle(5)];
  const row = await only(await lakeOf(t, { Aaa: legOf(wave), Bbb: legOf(constant(2_000), 600) }));
  assert.equal(row('data_points'), '1800');
  near(row('max_deviation_pct'), 0.595);
  assert.equal(row('opportunity_cycles_040bp'), '10');
  near(row('pct_time_above_040bp'), 100 / 3);
  near(row('duration_hours'), 1_799 / 3_600);
});

test('a right row counts from its very stamp on, and never before it', async (t) => {
  const stampsOf = (offsetsUs: readonly number[]) => offsetsUs.map((offset) => START_US + offset);
  const row = await only(
    await lakeOf(t, {
      Aaa: { us: stampsOf([0, 1_000, 2_000]), bid: [100, 100, 100] },
      Bbb: { us: stampsOf([0, 1_000, 2_001]), bid: [100, 99, 50] },
    }),
  );
  near(row('max_deviation_pct'), (100 / 99 - 1) * 100);
  near(row('min_deviation_pct'), 0);
});

test('rows without a bid or an ask are left out of both legs', async (t) => {
  const root = await lakeOf(t, { Bbb: legOf([0, 0, 0, 0]) });
  const us = [0, 1, 2, 3].map((second) => START_US + second * SECOND_US);
  const bytes = parquetBytes([
    stamps('Timestamp', us, 'MICROS'),
    numbers('BestBid', [null, 100.1, 100.2, 100.9]),
    numbers('BestAsk', [101, 101, 101, null]),
  ]);
  await placeFile(root, 'exchange=Aaa/symbol=BTC_USDT/date=2025-11-18/hour=23/spreads-a.parquet', bytes);
  const row = await only(root);
  assert.equal(row('data_points'), '2');
  near(row('duration_hours'), 1 / 3_600);
  near(row('max_deviation_pct'), 0.2);
});

test('the quotes of an instrument are read once for all its pairs, those of the journal too', async (t) => {
  const rows = legOf(constant(5));
  const root = await lakeOf(t, { Aaa: rows, Bbb: rows, Ccc: rows, Ddd: rows });
  const asked: string[] = [];
  const recent: typeof readRecent = async (_root, exchange) => {
    asked.push(exchange);
    const later = legOf(constant(3), 10);
    return { columns: recentColumns({ ...later, ask: later.bid }), problems: [] };
  };
  const reader = openReader(root, { recent });
  const pairs = discoverPairs(await reader.instruments());
  const { rows: found } = await analyzePairs({ reader, pairs, ...EVERYTHING });
  assert.deepEqual([found.length, found[0]?.dataPoints], [6, 8]);
  assert.deepEqual(asked.sort(), ['Aaa', 'Bbb', 'Ccc', 'Ddd']);
});

test('pairs without a match are skipped with the reason, and the others go on', async (t) => {
  const early = legOf(constant(10));
  const late = legOf(constant(10), 60);
  const root = await lakeOf(t, { Aaa: early, Bbb: late, Ccc: legOf(constant(10), 7_200) });
  place(root, 'Aaa', 'ETH/USDT', late);
  place(root, 'Bbb', 'ETH/USDT', early);
  const reader = openReader(root);
  const told: string[] = [];
  const { rows, skipped, failed } = await analyzePairs({
    reader,
    pairs: discoverPairs(await reader.instruments()),
    fromUs: START_US,
    toUs: START_US + 3_600 * SECOND_US,
    onPair: ({ symbol, left, right }, outcome: PairOutcome, done) => {
      const why = outcome.status === 'skipped' ? outcome.reason : outcome.status;
      told.push(`${done} ${symbol} ${left.exchange} ${right.exchange} ${why}`);
    },
  });
  assert.deepEqual(told, [
    '1 BTC/USDT Aaa Bbb no-match',
    '2 BTC/USDT Aaa Ccc no-right-rows',
    '3 BTC/USDT Bbb Ccc no-right-rows',
    '4 ETH/USDT Aaa Bbb ok',
  ]);
  assert.deepEqual(skipped, { 'no-left-rows': 0, 'no-right-rows': 2, 'no-match': 1 });
  assert.deepEqual([rows.length, failed.length], [1, 0]);
});

test('a pair that fails is named, and the others go on', async (t) => {
  const root = await lakeOf(t, {
    Aaa: legOf(constant(10)),
    Bbb: legOf(constant(10)),
    Ccc: legOf(constant(10)),
  });
  const real = openReader(root);
  const reader: Pick<LakeReader, 'readQuotes' | 'readEvents'> = {
    readEvents: real.readEvents,
    async *readQuotes(instrument, range) {
      for await (const chunk of real.readQuotes(instrument, range)) {
        if (instrument.exchange === 'Bbb') throw new Error('the disk is gone');
        yield chunk;
      }
    },
  };
  const pairs = discoverPairs(await real.instruments());
  const { rows, failed } = await analyzePairs({ reader, pairs, ...EVERYTHING });
  assert.deepEqual(
    rows.map((row) => `${row.exchange1} ${row.exchange2}`),
    ['Aaa Ccc'],
  );
  assert.deepEqual(
    failed.map((pair) => `${pair.symbol} ${pair.exchange1} ${pair.exchange2} ${pair.message}`),
    ['BTC/USDT Aaa Bbb the disk is gone', 'BTC/USDT Bbb Ccc the disk is gone'],
  );
});

test('an abort ends the work within the pair it is at', async (t) => {
  const root = await lakeOf(t, {
    Aaa: legOf(constant(10)),
    Bbb: legOf(constant(10)),
    Ccc: legOf(constant(10)),
  });
  const reader = openReader(root);
  const pairs = discoverPairs(await reader.instruments());
  const controller = new AbortController();
  let pairsDone = 0;
  const working = analyzePairs({
    reader,
    pairs,
    ...EVERYTHING,
    signal: controller.signal,
    onPair: () => {
      pairsDone += 1;
      controller.abort();
    },
  });
  await assert.rejects(working, { name: 'AbortError' });
  assert.equal(pairsDone, 1);
});
