// Our own columns on oscillations whose answers are arithmetic: pulses of known height and length, some of them cut off by a silence,
// drawn anew each time. Nothing here goes over rows to count.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom, type Random } from '../../src/sim/random.js';
import { constant, lakeOf, legOf, ownCsvOf, rowsOf, SECOND_US, START_US, type TestLeg } from './lakes.js';

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const THRESHOLDS = [0.3, 0.5, 0.4];
const NAMES = ['030bp', '050bp', '040bp'];
const FEE = 0.1;
const COST = 4 * FEE;
/** A leg's quote stands so long. */
const STALE = 60;
/** Exchange2 stands at 100 and asks a hundredth more, as exchange1 does of its price. */
const [BID2, ASK2] = [100, 100.01];

/** Percent for so many seconds, a row of exchange1 each; the next begins so much later than a second after its last row. */
interface Segment {
  readonly bid: number;
  /** Of the bid, as it is: 0.3 may come out a little below. */
  readonly percent: number;
  readonly seconds: number;
  readonly silence: number;
}

function segment(percent: number, seconds: number, silence = 0): Segment {
  const bid = BID2 * (1 + percent / 100);
  return { bid, percent: (bid / BID2 - 1) * 100, seconds, silence };
}

/** Neutral, pulse, neutral, pulse, …, neutral. A pulse of 0.415 pays its costs and gains nothing. */
function drawn(random: Random): readonly Segment[] {
  const segments: Segment[] = [];
  const neutral = () => [0, 0.01, -0.01, 0.04, -0.04][random.below(5)]!;
  const pulses = 20 + random.below(30);
  for (let n = 0; n < pulses; n += 1) {
    segments.push(segment(neutral(), 2 + random.below(50)));
    const height = [0.2, 0.3, 0.35, 0.415, 0.45, 0.5, 0.62][random.below(7)]!;
    const silence = random.next() < 0.15 ? 100 + random.below(400) : 0;
    segments.push(segment(random.next() < 0.5 ? height : -height, 1 + random.below(90), silence));
  }
  return [...segments, segment(neutral(), 30)];
}

function legsOf(segments: readonly Segment[]): { readonly left: TestLeg; readonly right: TestLeg } {
  const us: number[] = [];
  const bids: number[] = [];
  let now = START_US;
  for (const { bid, seconds, silence } of segments) {
    for (let n = 0; n < seconds; n += 1, now += SECOND_US) {
      us.push(now);
      bids.push(bid);
    }
    now += silence * SECOND_US;
  }
  // Half a second after each of them.
  return {
    left: { us, bid: bids },
    right: { us: us.map((at) => at + SECOND_US / 2), bid: us.map(() => BID2) },
  };
}

interface Stood extends Segment {
  /** With what of it lies in the range, and stands until it is stale. */
  readonly time: number;
  readonly edge12: number;
  readonly edge21: number;
}

/** `endSeconds`: of the range, after the last row. */
function stoodOf(segments: readonly Segment[], endSeconds: number): readonly Stood[] {
  return segments.map((one, at) => {
    const { bid, seconds, silence } = one;
    const wasSilent = at === 0 || segments[at - 1]!.silence > 0;
    const last = at === segments.length - 1 ? endSeconds : silence > 0 ? STALE : 1;
    return {
      ...one,
      // It begins with the second leg's first row; its last row stands until the next, or its end.
      time: seconds - 1 + last - (wasSilent ? 0.5 : 0),
      edge12: (bid / ASK2 - 1) * 100,
      edge21: (BID2 / (bid + 0.01) - 1) * 100,
    };
  });
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const rank = (values: readonly number[], q: number) =>
  [...values].sort((a, b) => a - b)[Math.ceil(q * values.length) - 1];

function ofThresholds(all: readonly Stood[]): Record<string, number | undefined> {
  const time = sum(all.map((one) => one.time));
  const entries = THRESHOLDS.flatMap((limit, n) => {
    const above = all.filter(({ percent }) => Math.abs(percent) > limit);
    const whole = above.filter(({ silence }) => silence === 0);
    const lengths = whole.map(({ seconds }, at) => seconds - (wasCut(all, whole[at]!) ? 0.5 : 0));
    return Object.entries({
      time_above: (100 * sum(above.map((one) => one.time))) / time,
      cycles_up: whole.filter(({ percent }) => percent > 0).length,
      cycles_down: whole.filter(({ percent }) => percent < 0).length,
      cycles_broken: above.length - whole.length,
      cycle_median: rank(lengths, 0.5),
      cycle_p90: rank(lengths, 0.9),
    }).map(([name, value]) => {
      const unit = name === 'time_above' ? '_pct' : /median|p90/.test(name) ? '_sec' : '';
      return [`${name}_${NAMES[n]}${unit}`, value] as const;
    });
  });
  return Object.fromEntries(entries);
}

/** What lies before it ended in a silence. */
function wasCut(all: readonly Stood[], one: Stood): boolean {
  return (all[all.indexOf(one) - 1]?.silence ?? 0) > 0;
}

function ofEdges(all: readonly Stood[]): Record<string, number> {
  const time = sum(all.map((one) => one.time));
  const found: Record<string, number> = { net_cycles: 0, net_cycles_lost: 0, net_gain_pct: 0 };
  for (const [name, own, back] of [
    ['12', 'edge12', 'edge21'],
    ['21', 'edge21', 'edge12'],
  ] as const) {
    const above = all.filter((one) => one[own] > COST);
    found[`edge${name}_mean_pct`] = sum(all.map((one) => one[own] * one.time)) / time;
    found[`edge${name}_max_pct`] = Math.max(...all.map((one) => one[own]));
    found[`edge${name}_above_cost_pct`] = (100 * sum(above.map((one) => one.time))) / time;
    for (const one of above) {
      if (one.silence > 0) continue;
      const gain = one[own] + all[all.indexOf(one) + 1]![back] - COST;
      found[gain > 0 ? 'net_cycles' : 'net_cycles_lost']! += 1;
      found['net_gain_pct']! += gain;
    }
  }
  return found;
}

/** Of all the time, by bins of a thousandth. */
function ofShares(all: readonly Stood[]): Record<string, number> {
  const bins = all.map(({ percent, time }) => ({ bin: Math.round(percent * 1_000), time }));
  const upTo = (bin: number) => sum(bins.filter((one) => one.bin <= bin).map((one) => one.time));
  const time = upTo(Number.POSITIVE_INFINITY);
  const quantile = (q: number) =>
    Math.min(...bins.filter(({ bin }) => upTo(bin) >= q * time - 1e-9).map(({ bin }) => bin)) / 1_000;
  const last = bins.at(-1)!.bin;
  return {
    spread_p01_pct: quantile(0.01),
    spread_p50_pct: quantile(0.5),
    spread_p99_pct: quantile(0.99),
    percentile_of_last: (50 * (upTo(last - 1) + upTo(last))) / time,
  };
}

test(`our columns of pulses are those that arithmetic gives (seed ${seed})`, async (t) => {
  let broken = 0;
  for (let n = 0; n < 8; n += 1) {
    const random = createRandom(seed, n);
    const segments = drawn(random);
    const { left, right } = legsOf(segments);
    const root = await lakeOf(t, { Aaa: left, Bbb: right });
    // Within what the last row stands.
    const endSeconds = 2 + random.below(50);
    const toUs = left.us.at(-1)! + endSeconds * SECOND_US;
    const [row] = rowsOf(await ownCsvOf(root, { feePercent: FEE, toUs }));
    const all = stoodOf(segments, endSeconds);
    const time = sum(all.map((one) => one.time));
    const quotes = 2 * left.us.length;
    const silences = segments.filter(({ silence }) => silence > 0).length;
    const signs = segments.map(({ percent }) => Math.sign(percent)).filter((sign) => sign !== 0);
    const wanted: Record<string, number | undefined> = {
      covered_hours: time / 3_600,
      covered_pct: (100 * time * SECOND_US) / (right.us.at(-1)! - left.us[0]! + 1),
      // The first of each stretch finds no partner.
      joined_rows: quotes - 1 - silences,
      match_rate_pct: (100 * (quotes - 1 - silences)) / quotes,
      crossings: signs.filter((sign, at) => at > 0 && sign !== signs[at - 1]).length,
      spread_mean_pct: sum(all.map((one) => one.percent * one.time)) / time,
      spread_max_pct: Math.max(...segments.map(({ percent }) => percent)),
      spread_min_pct: Math.min(...segments.map(({ percent }) => percent)),
      spread_last_pct: segments.at(-1)!.percent,
      cost_pct: COST,
      ...ofShares(all),
      ...ofThresholds(all),
      ...ofEdges(all),
    };
    for (const [name, value] of Object.entries(wanted)) {
      const cell = row!(name);
      const isSame = value === undefined ? cell === '' : Math.abs(Number(cell) - value) < 1e-9 && cell !== '';
      assert.ok(isSame, `${name} of ${n}: ${cell}, not ${value}`);
    }
    broken += wanted['cycles_broken_030bp']!;
  }
  assert.ok(broken > 0, 'some are cut off');
});

test('a distance that shrinks by the same share each second has the half-life of that share', async (t) => {
  for (const share of [0.5, 0.9, 0.99]) {
    const fall = legOf(Array.from({ length: 100 }, (_, n) => 2 * share ** n));
    const root = await lakeOf(t, { Aaa: fall, Bbb: legOf(constant(100)) });
    // Before the last value stands for longer than a second.
    const toUs = fall.us.at(-1)! + 1;
    const [row] = rowsOf(await ownCsvOf(root, { toUs }));
    const wanted = Math.LN2 / -Math.log(share);
    assert.ok(
      Math.abs(Number(row!('half_life_sec')) - wanted) < 1e-6 * wanted,
      `${row!('half_life_sec')}, not ${wanted}`,
    );
  }
});

test('a spread that stands is stuck after an hour, one that comes back is not', async (t) => {
  const hour = 3_660;
  const coming = Array.from({ length: hour }, (_, n) => (n < 60 ? 0 : 0.5));
  const root = await lakeOf(t, {
    Aaa: legOf(constant(hour, 0.5)),
    Bbb: legOf(constant(hour)),
    Ccc: legOf(coming),
  });
  const stuck = rowsOf(await ownCsvOf(root)).map((row) => [row('exchange1'), row('exchange2'), row('stuck')]);
  assert.deepEqual(stuck.sort(), [
    ['Aaa', 'Bbb', 'true'],
    // Above for a minute, then back for good.
    ['Aaa', 'Ccc', 'false'],
    ['Bbb', 'Ccc', 'true'],
  ]);
});
