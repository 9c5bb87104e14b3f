// Our columns of made-up oscillations, through real files, against arithmetic: what was drawn (dwells, amplitudes, holes, books,
// fees) gives every number, by multiplication and not by another count over the rows. Counts and microseconds are exact.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type AnalysisInput, analyzePairs } from '../../src/analysis/analyze.js';
import { formatStatisticsCsv } from '../../src/analysis/compat.js';
import { discoverPairs } from '../../src/analysis/discover.js';
import { OWN_COLUMNS } from '../../src/analysis/own-columns.js';
import { openReader } from '../../src/lake/reader.js';
import { writeHistory } from '../../src/lake/write-history.js';
import { createRandom, type Random } from '../../src/sim/random.js';
import { EVERYTHING, recentColumns, temporaryLake } from '../lake/parquet-files.js';
import { NAMES, rowsOf, SECOND_US as S, START_US } from './lakes.js';

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const [UP, DOWN, STALE_US] = [0, 1, 60 * S];
const LIMITS = [0.3, 0.5, 0.4];
const NOTHING = [0, 0, 0, Number.NaN, Number.NaN];
const second = (n: number) => START_US + n * S;
const pick = (random: Random, least: number, most: number) => least + random.below(most - least + 1);
const percent = (sold: number, bought: number) => (sold / bought - 1) * 100;
const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
const within = (leg: Leg, from: number, to: number) => leg.filter(([us]) => us >= from && us < to).length;
const halfLife = (slope: number) => ({ half_life_sec: slope >= 1 ? Infinity : Math.LN2 / -Math.log(slope) });

type Book = readonly [bid: number, ask: number];
type Leg = (readonly [us: number, book: Book])[];
type Cells = Readonly<Record<string, number | boolean>>;

/** Over a power of two: a book so many steps above it stands at exactly so many times this. */
const STEP_PERCENT = 25 / 4_096;
const book = (steps: number, width = 0): Book => [1_024 + steps / 16, 1_024 + (steps + width) / 16];

/** Quotes that say the same from `fromUs` until right before `toUs`, in bursts, each before the last one is stale. */
function stand(random: Random, leg: Leg, fromUs: number, toUs: number, said: Book): void {
  for (let us = fromUs; us < toUs - 1; us += 1 + Math.floor(59e6 * random.next() ** 3)) leg.push([us, said]);
  leg.push([toUs - 1, said]);
}

/** Of each pair, its cells by column. */
async function found(t: TestContext, of: Record<string, Record<string, Leg>>, asked: Partial<AnalysisInput>) {
  const root = await temporaryLake(t);
  for (const [symbol, legs] of Object.entries(of))
    for (const [exchange, leg] of Object.entries(legs)) {
      const [bid, ask] = [leg.map(([, [price]]) => price), leg.map(([, [, price]]) => price)];
      writeHistory(root, exchange, symbol, recentColumns({ us: leg.map(([us]) => us), bid, ask }));
    }
  const reader = openReader(root);
  const pairs = discoverPairs(await reader.instruments());
  const input = { reader, pairs, ...EVERYTHING, takerFeePercent: () => 0.1, ...asked };
  return (await analyzePairs(input)).rows.map((row) => rowsOf(formatStatisticsCsv([row]))[0]!);
}

/** NaN: an empty cell. */
function check(row: ((column: string) => string) | undefined, wanted: Cells, isAll = false): void {
  if (isAll) assert.deepEqual(Object.keys(wanted).sort(), [...OWN_COLUMNS].sort());
  for (const [column, value] of Object.entries(wanted)) {
    const [cell, number] = [row!(column), Number(value)];
    const text = value === Infinity ? 'inf' : Number.isNaN(value) ? '' : String(value);
    const off = (column === 'half_life_sec' ? 1e-9 : 1e-12) * Math.max(1, Math.abs(number));
    const isRight = cell === text || (cell !== '' && Math.abs(Number(cell) - number) <= off && off < 1);
    assert.ok(isRight, `${row!('symbol')} ${row!('exchange2')} ${column}: ${cell}, not ${value}`);
  }
}

const still: Leg = Array.from({ length: 121 }, (_, n) => [second(30 * n), book(0)]);
const checkOne = async (t: TestContext, Aaa: Leg, toUs: number, wanted: Cells) =>
  check((await found(t, { 'BTC/USDT': { Aaa, Bbb: still } }, { toUs }))[0], wanted);

/** How long two books stood beside each other in all. */
const level = ([bid1, ask1]: Book, [bid2, ask2]: Book, us: number) => ({
  ...{ spread: percent(bid1, bid2), edge12: percent(bid1, ask2), edge21: percent(bid2, ask1), us },
});
type Level = ReturnType<typeof level>;

/** All that is a share of time or an extreme, of levels that differ. */
function shares(levels: readonly Level[], last: number, cost_pct: number, limits = LIMITS): Cells {
  const usOf = (is: (at: Level) => boolean) => sum(levels.filter(is).map(({ us }) => us));
  const timeUs = usOf(() => true);
  const share = (is: (at: Level) => boolean) => (100 * usOf(is)) / timeUs;
  const mean = (of: keyof Level) => sum(levels.map((at) => at[of] * at.us)) / timeUs;
  const max = (of: keyof Level) => Math.max(...levels.map((at) => at[of]));
  const both = (of: keyof Level): Cells => ({ [`${of}_mean_pct`]: mean(of), [`${of}_max_pct`]: max(of) });
  const spreads = levels.map(({ spread }) => spread);
  const quantile = (q: number) =>
    Math.round(Math.min(...spreads.filter((spread) => share((at) => at.spread <= spread) >= q)) * 1e3) / 1e3;
  const above = (n: number) => share(({ spread }) => Math.abs(spread) > limits[n]!);
  return {
    ...{ ...both('spread'), ...both('edge12'), ...both('edge21'), covered_hours: timeUs / 36e8, cost_pct },
    edge12_above_cost_pct: share(({ edge12 }) => edge12 > cost_pct),
    edge21_above_cost_pct: share(({ edge21 }) => edge21 > cost_pct),
    ...{ spread_min_pct: Math.min(...spreads), spread_last_pct: last },
    ...{ spread_p01_pct: quantile(1), spread_p50_pct: quantile(50), spread_p99_pct: quantile(99) },
    percentile_of_last: share(({ spread }) => spread < last) + share(({ spread }) => spread === last) / 2,
    ...Object.fromEntries(NAMES.map((name, n) => [`time_above_${name}_pct`, above(n)])),
  };
}

/** Of both legs' quotes in the range, all but so many have a partner. What is cut stands at its beginning; the end is a minute after the last one. */
function counts(legs: readonly Leg[], from: number, to: number, alone: number, timeUs: number): Cells {
  const all = legs.flatMap((leg) => leg.map(([us]) => us)).filter((us) => us >= from && us < to);
  const span = Math.min(to, Math.max(...all) + STALE_US) - (from === 0 ? Math.min(...all) : from);
  const covered_pct = (100 * timeUs) / span;
  return { covered_pct, joined_rows: all.length - alone, match_rate_pct: 100 - (100 * alone) / all.length };
}

/** By threshold: cycles up and down, broken ones, median and nine tenths of their durations. */
function cycles(of: (limit: number) => readonly number[], limits = LIMITS): Cells {
  const columns = OWN_COLUMNS.filter((column) => column.startsWith('cycle'));
  return Object.fromEntries(limits.flatMap((limit) => of(limit)).map((value, at) => [columns[at]!, value]));
}

/** So many cycles of each direction that has a gain. */
function net(times: number, gains: readonly number[]): Cells {
  const [lost, net_gain_pct] = [times * gains.filter((gain) => gain <= 0).length, times * sum(gains)];
  return { net_cycles: times * gains.length - lost, net_cycles_lost: lost, net_gain_pct };
}

/** So many times up and down, then up, over others that stand still; the dwells are an arithmetic progression, out of order. */
function drawSquare(random: Random, isCut: boolean) {
  const [times, base, grow] = [2 * pick(random, 2, 3) + 1, pick(random, 120, 240), pick(random, 1, 6)];
  const [stride, extra, tailS] = [pick(random, 1, times - 1), pick(random, 0, S / 2), pick(random, 1, 120)];
  const widths = [0, 1, 2].map(() => pick(random, 0, 1) * pick(random, 0, 120));
  const books = [1, -1].map((sign) => book(sign * pick(random, 40, 250), widths[0]));
  const others = [book(0, widths[1]), book(pick(random, -6, 6), widths[2])];
  const fees = widths.map(() => pick(random, 20, 250) / 1_000);
  const [Aaa, Bbb, Ccc]: [Leg, Leg, Leg] = [[], [], []];
  // Before some, the same level stood until a silence of 1 the one that moves, 2 the others, 3 all.
  const holes: { at: number; by: number; quotedS: number; lastUs: number; toUs: number }[] = [];
  const startUs = second(pick(random, 1_200, 1_700)) + pick(random, 1, S / 2);
  let us = startUs;
  for (let n = 0; n < times; n += 1)
    for (const at of [UP, DOWN]) {
      if (n + at > 0 && random.below(3) === 0) {
        const [by, quotedS] = [pick(random, 1, 3), pick(random, 2, 90)];
        const [lastUs, toUs] = [us + quotedS * S, us + (quotedS + 60 + pick(random, 1, 400)) * S];
        holes.push({ at, by, quotedS, lastUs, toUs });
        stand(random, Aaa, us, by === 2 ? toUs : lastUs + 1, books[at]!);
        us = toUs;
      }
      // The first one's is the median. No whole seconds, and yet as many of them begin in each.
      const term = 2 * ((n * stride + at + (times - 1) / 2) % times) + at;
      const forUs = (base + grow * term) * S + (at === UP ? extra : -extra);
      // Where the range is cut, what stands at its beginning has stood before.
      const earlyUs = isCut && n + at === 0 ? pick(random, 1, 100) * S : 0;
      stand(random, Aaa, us - earlyUs, us + forUs, books[at]!);
      us += forUs;
    }
  const endUs = us + tailS * S + extra;
  stand(random, Aaa, us, endUs + (isCut ? 90 : 30) * S, books[UP]!);
  for (const [n, leg] of [Bbb, Ccc].entries()) {
    us = startUs - pick(random, 1, 900 * S);
    for (const { lastUs, toUs } of holes.filter(({ by }) => by > 1)) {
      stand(random, leg, us, lastUs + 1, others[n]!);
      us = toUs;
    }
    stand(random, leg, us, endUs + (isCut ? 90 * S : 1), others[n]!);
  }
  const [fromUs, toUs] = isCut ? [startUs, endUs] : [0, EVERYTHING.toUs];
  const ends = { startUs, fromUs, toUs, moreS: isCut ? tailS : tailS + 60 };
  return { times, base, grow, extra, books, others, fees, Aaa, Bbb, Ccc, holes, ...ends };
}

/** Beside the `n`th of the others. */
function squareCells(wave: ReturnType<typeof drawSquare>, n: number): Cells {
  const { times, base, grow, extra, books, fees, Aaa, holes, fromUs, toUs } = wave;
  const [right, leg, cost] = [wave.others[n]!, [wave.Bbb, wave.Ccc][n]!, 2 * (fees[0]! + fees[n + 1]!)];
  const stoodS = (side: number) => sum(holes.map(({ at, quotedS }) => (at === side ? quotedS + 60 : 0)));
  const inUp = times * base + grow * times * (times - 1) + stoodS(UP) + wave.moreS;
  const inDown = times * base + grow * times ** 2 + stoodS(DOWN);
  const up = level(books[UP]!, right, inUp * S + (times + 1) * extra);
  const down = level(books[DOWN]!, right, inDown * S - times * extra);
  const [holesUp = 0, holesDown = 0] = [UP, DOWN].map((side) => holes.filter(({ at }) => at === side).length);
  const ofLimit = (limit: number) => {
    const [is1, is2] = [Number(up.spread > limit), Number(down.spread < -limit)];
    if (is1 + is2 === 0) return NOTHING;
    // Of both directions every term, of one every other.
    const every = 3 - is1 - is2;
    const terms = [5, 9].map((q) => every * (Math.ceil((q * times * (is1 + is2)) / 10) - 1) + 1 - is1);
    const durations = terms.map((term) => base + grow * term + (extra / S) * (-1) ** term);
    const broken = is1 * (holesUp + (fromUs === 0 ? 1 : 0)) + is2 * holesDown;
    return [times * is1, times * is2, broken, ...durations];
  };
  // What closes one direction is the turn to the other.
  const gain = up.edge12 + down.edge21 - cost;
  const gains = [up.edge12, down.edge21].flatMap((edge) => (edge > cost ? gain : []));
  // Samples that have a next one, and those whose next one is the same: no pair goes across a hole.
  const [u, d, nextUp, nextDown] = [up.spread, down.spread, inUp - 1 - holesUp, inDown - holesDown];
  const [pairs, x, xx] = [nextUp + nextDown, nextUp * u + nextDown * d, nextUp * u * u + nextDown * d * d];
  const xy = xx - times * (u - d) ** 2;
  // Who quotes into another's silence; at one and the same moment the first exchange comes first.
  const alone = holes.map(({ by, lastUs, toUs: us }) =>
    by > 1 ? within(Aaa, lastUs + STALE_US, us + 1) : within(leg, lastUs + STALE_US, us),
  );
  return {
    ...{ ...shares([up, down], u, cost), ...cycles(ofLimit), crossings: 2 * times, stuck: false },
    ...{ ...net(times, gains), ...halfLife((pairs * xy - x * x) / (pairs * xx - x * x)) },
    ...counts([Aaa, leg], fromUs, toUs, sum(alone) + within(leg, fromUs, wave.startUs), up.us + down.us),
  };
}

for (const isCut of [false, true])
  test(`square waves ${isCut ? 'cut at both ends' : 'that end in silence'} (SEED=${seed})`, async (t) => {
    const wave = drawSquare(createRandom(seed, 'square', Number(isCut)), isCut);
    const { Aaa, Bbb, Ccc, fees, fromUs, toUs } = wave;
    const takerFeePercent = (exchange: string) => fees['ABC'.indexOf(exchange[0]!)]!;
    const rows = await found(t, { 'BTC/USDT': { Aaa, Bbb, Ccc } }, { fromUs, toUs, takerFeePercent });
    for (const n of [0, 1]) check(rows[n], squareCells(wave, n), true);
    const spread_mean_pct = percent(wave.others[0]![0], wave.others[1]![0]);
    check(rows[2], { spread_mean_pct, crossings: 0, percentile_of_last: 50, half_life_sec: Number.NaN });
  });

test(`triangle waves, stairs exactly at thresholds, neutral and cost (SEED=${seed})`, async (t) => {
  const random = createRandom(seed, 'triangle');
  const [step, neutral, toUs] = [pick(random, 4, 9), pick(random, 1, 3), second(10_700) + random.below(S)];
  const [height, costs] = [step * STEP_PERCENT, pick(random, neutral, 6)];
  const thresholds = [0, 1, 2].map(() => pick(random, neutral, 13) * height) as [number, number, number];
  const lake: Record<string, Record<string, Leg>> = {};
  const wanted = ['BTC/USDT', 'ETH/USDT'].map((symbol) => {
    const [top, dwell, times] = [pick(random, 6, 14), pick(random, 20, 40), pick(random, 2, 4)];
    const startUs = second(pick(random, 1_200, 1_700)) + pick(random, 1, S);
    const endUs = startUs + 4 * top * times * dwell * S;
    const [Aaa, Bbb]: [Leg, Leg] = [[], []];
    lake[symbol] = { Aaa, Bbb };
    for (let us = startUs, n = top; us < endUs; us += dwell * S, n += 1)
      stand(random, Aaa, us, us + dwell * S, book(step * (top - Math.abs((n % (4 * top)) - 2 * top))));
    stand(random, Aaa, endUs, toUs, book(0));
    stand(random, Bbb, startUs - pick(random, 1, 900 * S), toUs, book(0));
    const levels = Array.from({ length: 2 * top + 1 }, (_, n) => {
      const us = (n === 0 || n === 2 * top ? 1 : 2) * times * dwell * S;
      return level(book(step * (n - top)), book(0), n === top ? us + toUs - endUs : us);
    });
    const ofLimit = (limit: number) => {
      const seconds = (2 * top - limit / height - neutral) * dwell;
      return limit < top * height ? [times, times, 0, seconds, seconds] : NOTHING;
    };
    // Up, the first stair above the cost; down, the very one: whoever is cheaper by so much, the other is dearer by more.
    const gain12 = height + levels[top + neutral - 1]!.edge21;
    const gain21 = levels[top - costs]!.edge21 - (neutral - 1 + costs) * height;
    return {
      ...{ ...shares(levels, 0, costs * height, thresholds), ...cycles(ofLimit, thresholds), stuck: false },
      ...{ ...net(times, costs < top ? [gain12, gain21] : [gain21]), crossings: 2 * times - 1 },
      // A period has 4 / 3 · top · (top² + 1 / 2) of squares, and 2 · top less of products of neighbouring stairs.
      ...halfLife(1 - 3 / (2 * top ** 2 + 1) / dwell),
      ...counts([Aaa, Bbb], 0, toUs, within(Bbb, 0, startUs), toUs - startUs),
    };
  });
  const takerFeePercent = (exchange: string) => ((exchange === 'Aaa' ? 1 : 3) * costs * height) / 8;
  const rows = await found(t, lake, { toUs, neutralPercent: neutral * height, thresholds, takerFeePercent });
  for (const [n, cells] of wanted.entries()) check(rows[n], cells, true);
});

test(`a half-life is that of the decay, and needs 60 pairs of seconds (SEED=${seed})`, async (t) => {
  const random = createRandom(seed, 'decay');
  for (const factor of [pick(random, 701, 990) / 1e3, pick(random, 300, 700) / 1e3, 1.02, -0.9]) {
    const [middle, far] = [pick(random, -200, 200) / 1e3, pick(random, 100, 900) / 1e3];
    const Aaa: Leg = [];
    const quote = (us: number, spread: number) => Aaa.push([us, book((1_024 * 16 * spread) / 100)]);
    // What stands between whole seconds is not seen, nor a step across a silence; by then a fast decay has come to its end.
    for (let n = 0; n < 900; n += n % 300 === 139 ? 161 : 1) {
      quote(second(n) + pick(random, 1, S / 2), 9);
      quote(second(n) + (pick(random, 3, 4) * S) / 4, middle + far * factor ** (n % 300));
    }
    await checkOne(t, Aaa, second(61), halfLife(Number.NaN));
    const ends = [second(61) + 1, second(factor > 0 && factor <= 0.7 ? 900 : 140)];
    for (const toUs of ends) await checkOne(t, Aaa, toUs, halfLife(factor));
  }
});

for (const lateUs of [-1, 0, 1])
  test(`a hundredth, a twentieth and an hour, ${lateUs} us late (SEED=${seed})`, async (t) => {
    const random = createRandom(seed, 'bounds');
    const [low, middle, high] = [-pick(random, 10, 60), pick(random, 1, 60), pick(random, 66, 200)];
    const Aaa: Leg = [];
    stand(random, Aaa, second(0), second(36), book(low));
    stand(random, Aaa, second(36), second(3_420) + lateUs, book(middle));
    stand(random, Aaa, second(3_420) + lateUs, second(3_601), book(high));
    for (const moreUs of [-1, 0, 1]) {
      const spread_p01_pct = Math.round((moreUs > 0 ? middle : low) * STEP_PERCENT * 1e3) / 1e3;
      await checkOne(t, Aaa, second(3_600) + moreUs, { spread_p01_pct, stuck: moreUs >= 0 && lateUs <= 0 });
    }
  });

for (const first of ['neutral', 'above'])
  test(`durations are of the first 512 cycles, where it begins ${first} (SEED=${seed})`, async (t) => {
    const random = createRandom(seed, 'many');
    const [count, leastUs, growUs] = [pick(random, 514, 560), pick(random, 100, 999), pick(random, 1, 20)];
    const Aaa: Leg = first === 'above' ? [] : [[second(0), book(0)]];
    for (let n = 0; n < count; n += 1)
      Aaa.push([second(n) + 1, book(90)], [second(n) + 1 + leastUs + n * growUs, book(0)]);
    const ofAny = () => [count, 0, 0, ...[255, 460].map((n) => (leastUs + n * growUs) / S)];
    await checkOne(t, Aaa, second(count), cycles(ofAny));
  });

test('a cycle is broken where both legs fall silent, at one moment too', async (t) => {
  // Each quote comes where the one before it ends: nothing is broken there.
  const Aaa: Leg = Array.from({ length: 61 }, (_, n) => [second(60 * n), book(90)]);
  await checkOne(t, Aaa, second(3_660), { cycles_broken_050bp: 0 });
  await checkOne(t, Aaa, EVERYTHING.toUs, { cycles_broken_050bp: 1 });
});
