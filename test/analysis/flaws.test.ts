// What the reference's analyzer is known to get wrong: its number in its column, the true one in ours.

import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { analyzePairs } from '../../src/analysis/analyze.js';
import { discoverPairs } from '../../src/analysis/discover.js';
import { openReader } from '../../src/lake/reader.js';
import { EVERYTHING } from '../lake/parquet-files.js';
import { constant, lakeOf, legOf, ownCsvOf, rowsOf, SECOND_US, START_US, type TestLeg } from './lakes.js';

/** A leg whose rows come at these seconds. */
function at(rows: readonly (readonly [second: number, deviation: number])[]): TestLeg {
  return {
    us: rows.map(([second]) => START_US + Math.round(second * SECOND_US)),
    bid: rows.map(([, deviation]) => 100 * (1 + deviation / 100)),
  };
}

async function only(t: TestContext, left: TestLeg, right: TestLeg): Promise<(column: string) => string> {
  // No longer than the quotes: after them the last ones stand for a while.
  const toUs = Math.max(...left.us, ...right.us) + 1;
  const [row, ...more] = rowsOf(await ownCsvOf(await lakeOf(t, { Aaa: left, Bbb: right }), { toUs }));
  assert.ok(row !== undefined && more.length === 0);
  return row;
}

const near = (cell: string, wanted: number, off = 1e-6): void =>
  assert.ok(Math.abs(Number(cell) - wanted) <= off && cell !== '', `${cell} is not ${wanted}`);

test('1: a burst of quotes is a share of rows, not of time', async (t) => {
  const quiet = Array.from({ length: 100 }, (_, second) => [second, 0] as const);
  const burst = Array.from({ length: 900 }, (_, n) => [40 + (n + 1) / 1_000, 0.45] as const);
  const left = at([...quiet.slice(0, 41), ...burst, ...quiet.slice(41)]);
  const row = await only(t, left, at(quiet.map(([second]) => [second, 0])));
  near(row('pct_time_above_040bp'), 90);
  // From 40.001 to 41, of 99 seconds and the last row.
  near(row('time_above_040bp_pct'), (100 * 0.999) / 99, 1e-5);
});

test('2: a partner of yesterday is none', async (t) => {
  const wave = Array.from({ length: 600 }, (_, second) => [second, second % 2 === 0 ? 0.6 : 0] as const);
  const row = await only(t, at(wave), at([[-86_400, 0]]));
  assert.equal(row('opportunity_cycles_050bp'), '300');
  assert.equal(row('cycles_up_050bp'), '0');
  assert.equal(row('covered_hours'), '0.0');
  assert.equal(row('match_rate_pct'), '0.0');
  assert.equal(row('time_above_050bp_pct'), '');
});

test('3: what exchange2 does between two quotes of exchange1 is seen, whatever their names', async (t) => {
  const still = at(Array.from({ length: 30 }, (_, n) => [n * 10, 0] as const));
  const moves = at(
    Array.from({ length: 30 }, (_, n) => [[n * 10 + 3, -0.6] as const, [n * 10 + 5, 0] as const]).flat(),
  );
  const one = await only(t, still, moves);
  const other = await only(t, moves, still);
  assert.equal(one('opportunity_cycles_050bp'), '0');
  assert.equal(other('opportunity_cycles_050bp'), '30');
  assert.equal(one('cycles_up_050bp'), '30');
  assert.equal(other('cycles_down_050bp'), '30');
  near(one('cycle_median_050bp_sec'), 2);
  near(other('cycle_median_050bp_sec'), 2);
});

test('4: crossings through an exact zero are crossings', async (t) => {
  const wave = Array.from({ length: 40 }, (_, second) => [second, [0.1, 0, -0.1, 0][second % 4]!] as const);
  const row = await only(t, at(wave), at(wave.map(([second]) => [second, 0])));
  assert.equal(row('zero_crossings'), '0');
  assert.equal(row('crossings'), '19');
});

test('5: no duration is cut to a whole number, whatever stands in the first row', async (t) => {
  // The pair that comes first in the file has no cycle: the reference took the column for one of whole numbers.
  const first = Array.from({ length: 60 }, (_, second) => (second % 2 === 0 ? 0.01 : -0.01));
  const wave = Array.from({ length: 60 }, (_, second) => (second % 15 < 4 ? 0.6 : 0.01));
  const root = await lakeOf(t, { Aaa: legOf(first), Bbb: legOf(constant(60)), Ccc: legOf(wave) });
  const rows = rowsOf(await ownCsvOf(root));
  assert.equal(rows[0]!('avg_cycle_duration_050bp_sec'), '0.0');
  const last = rows.find((row) => row('exchange2') === 'Ccc' && row('exchange1') === 'Bbb')!;
  // 59 seconds, 16 rows of 60 above, four cycles.
  near(last('avg_cycle_duration_050bp_sec'), (59 * (16 / 60)) / 4);
  near(last('cycle_median_050bp_sec'), 4);
});

test('6: a spread that stands above and never comes back is stuck', async (t) => {
  const stands = Array.from({ length: 4_000 }, (_, second) => [second, second < 3_600 ? 0.2 : 0.45] as const);
  const row = await only(t, at(stands), at(stands.map(([second]) => [second, 0])));
  near(row('pct_time_above_040bp'), 10);
  assert.equal(row('opportunity_cycles_040bp'), '0');
  assert.equal(row('stuck'), 'true');
  const comes = await only(
    t,
    at(stands.map(([second, spread]) => [second, second === 3_999 ? 0 : spread])),
    at(stands.map(([second]) => [second, 0])),
  );
  assert.equal(comes('stuck'), 'false');
});

test('7: a snapshot says that the last row is above; a percentile says whether that is unusual', async (t) => {
  const share = (above: number) =>
    Array.from({ length: 1_000 }, (_, second) => [second, second >= 1_000 - above ? 0.45 : 0] as const);
  const right = at(share(0).map(([second]) => [second, 0]));
  const rare = await only(t, at(share(10)), right);
  const usual = await only(t, at(share(900)), right);
  assert.deepEqual([rare('pattern_break_040bp'), usual('pattern_break_040bp')], ['true', 'true']);
  near(rare('percentile_of_last'), 99.5, 0.1);
  near(usual('percentile_of_last'), 55, 0.1);
});

test('8: the neutral of cycles is a setting', async (t) => {
  const wave = Array.from({ length: 60 }, (_, second) => [second, second % 2 === 0 ? 0.6 : 0.08] as const);
  const root = await lakeOf(t, { Aaa: at(wave), Bbb: at(wave.map(([second]) => [second, 0])) });
  const [usual] = rowsOf(await ownCsvOf(root));
  const [wide] = rowsOf(await ownCsvOf(root, { neutralPercent: 0.1 }));
  assert.deepEqual([usual!('opportunity_cycles_050bp'), usual!('cycles_up_050bp')], ['0', '0']);
  assert.deepEqual([wide!('opportunity_cycles_050bp'), wide!('cycles_up_050bp')], ['30', '30']);
});

test('9: a file that cannot be read is told, and the pair has what the others hold', async (t) => {
  const root = await lakeOf(t, { Aaa: legOf(constant(3_700)), Bbb: legOf(constant(3_700)) });
  const hours = join(root, 'exchange=Aaa', 'symbol=BTC_USDT', 'date=2025-11-18', 'hour=23');
  const [name = ''] = readdirSync(hours);
  truncateSync(join(hours, name), 100);
  appendFileSync(join(hours, name), 'PAR1');
  const reader = openReader(root);
  const pairs = discoverPairs(await reader.instruments());
  const { rows } = await analyzePairs({ reader, pairs, ...EVERYTHING });
  assert.equal(rows[0]?.dataPoints, 1_900);
  assert.equal(reader.problems().length, 1);
  assert.match(reader.problems()[0]!.path, /hour=23/);
});

test('10: cycles that fees eat are none', async (t) => {
  const wave = Array.from({ length: 60 }, (_, second) => [second, second % 2 === 0 ? 0.6 : 0] as const);
  const root = await lakeOf(t, { Aaa: at(wave), Bbb: at(wave.map(([second]) => [second, 0])) });
  const [cheap] = rowsOf(await ownCsvOf(root, { feePercent: 0.1 }));
  const [dear] = rowsOf(await ownCsvOf(root, { feePercent: 0.14 }));
  const [dearest] = rowsOf(await ownCsvOf(root, { feePercent: 0.16 }));
  assert.deepEqual(
    [cheap, dear, dearest].map((row) => row!('opportunity_cycles_050bp')),
    ['30', '30', '30'],
  );
  // The ask lies 0.01 above the bid: 0.59 on the way in, 0.01 given up on the way out.
  assert.equal(cheap!('net_cycles'), '30');
  near(cheap!('net_gain_pct'), 30 * ((100.6 / 100.01 - 1) * 100 + (100 / 100.01 - 1) * 100 - 0.4), 1e-9);
  assert.equal(dear!('net_cycles'), '30');
  assert.deepEqual([dearest!('net_cycles'), dearest!('net_cycles_lost')], ['0', '0']);
});
