// What is counted of a pair is what its definition says, worked out here from the whole list of points; and stretches put
// together, however they were cut, give what one pass gives: counts and times exactly, sums to 1e-12.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PairPoints } from '../../src/series/pair-join.js';
import { PairTally } from '../../src/series/pair-tally.js';

interface Point {
  readonly us: number;
  readonly spread: number;
  readonly edge12: number;
  readonly edge21: number;
}

const THRESHOLDS = [0.3, 0.5, 0.4];
const COST = 0.35;
const START_US = 1_700_000_000_000_000;

/** Coarse, so that exact zeros, neutral and thresholds are hit; now and then a hole. */
const spread = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: -70, max: 70 }).map((step) => step / 100) },
  { weight: 3, arbitrary: fc.integer({ min: -6, max: 6 }).map((step) => step / 100) },
  { weight: 1, arbitrary: fc.constant(Number.NaN) },
);
const apartUs = fc.oneof(
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 3_000_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(1_000_000, 60_000_000) },
);
const points: fc.Arbitrary<Point[]> = fc
  .array(fc.record({ apartUs, spread, width: fc.constantFrom(0.01, 0.05, Number.NaN) }), {
    minLength: 1,
    maxLength: 200,
    size: 'max',
  })
  .map((rows) => {
    let us = START_US;
    return rows.map((row) => {
      us += row.apartUs;
      return { us, spread: row.spread, edge12: row.spread - row.width, edge21: -row.spread - row.width };
    });
  });

function columnsOf(rows: readonly Point[]): PairPoints {
  const columns = new PairPoints();
  columns.reserve(rows.length);
  for (const { us, spread: value, edge12, edge21 } of rows) {
    columns.stampUs[columns.length] = us;
    columns.spread[columns.length] = value;
    columns.edge12[columns.length] = edge12;
    columns.edge21[columns.length] = edge21;
    columns.length += 1;
  }
  return columns;
}

function tallied(rows: readonly Point[], fromUs: number, toUs: number): PairTally {
  const tally = new PairTally({ fromUs, thresholdsPercent: THRESHOLDS, costPercent: COST });
  tally.push(columnsOf(rows.filter(({ us }) => us < toUs)));
  tally.finish(toUs);
  return tally;
}

/** By definition: a list of what stood from when to when, and lists of what happened. */
function defined(rows: readonly Point[], fromUs: number, toUs: number): Record<string, unknown> {
  const before = rows.filter(({ us }) => us < fromUs).at(-1);
  const inside = rows.filter(({ us }) => us >= fromUs && us < toUs);
  const standing =
    before !== undefined && (inside[0]?.us ?? toUs) > fromUs ? [{ ...before, us: fromUs }] : [];
  const all = [...standing, ...inside];
  const stood = all
    .map((point, at) => ({ ...point, forUs: (all[at + 1]?.us ?? toUs) - point.us }))
    .filter((point) => !Number.isNaN(point.spread));
  const usWhere = (holds: (point: Point) => boolean) =>
    stood.filter(holds).reduce((us, { forUs }) => us + forUs, 0);
  const mean = (of: (point: Point) => number) => {
    const known = stood.filter((point) => !Number.isNaN(of(point)));
    const us = known.reduce((sum, { forUs }) => sum + forUs, 0);
    return known.reduce((sum, point) => sum + of(point) * point.forUs, 0) / us;
  };
  const most = (values: number[]) => values.filter((value) => !Number.isNaN(value)).sort((a, b) => b - a)[0];
  const signs = stood.map((point) => Math.sign(point.spread)).filter((sign) => sign !== 0);
  const grid: number[] = [];
  for (let us = Math.ceil(fromUs / 1e6) * 1e6; us < toUs; us += 1e6)
    grid.push(all.filter((point) => point.us <= us).at(-1)?.spread ?? Number.NaN);
  return {
    spanUs: toUs - fromUs,
    validUs: usWhere(() => true),
    rows: inside.filter((point) => !Number.isNaN(point.spread)).length,
    max: most(stood.map((point) => point.spread)) ?? Number.NaN,
    min: -(most(stood.map((point) => -point.spread)) ?? Number.NaN),
    mean: mean((point) => point.spread),
    last: stood.at(-1)?.spread ?? Number.NaN,
    ...sharesOf(stood),
    crossings: signs.filter((sign, at) => at > 0 && sign !== signs[at - 1]).length,
    thresholds: THRESHOLDS.map((limit) => ({
      upUs: usWhere((point) => point.spread > limit),
      downUs: usWhere((point) => point.spread < -limit),
      up: cyclesOf(
        all,
        (point) => point.spread > limit,
        (point) => point.spread < 0.05,
      ),
      down: cyclesOf(
        all,
        (point) => point.spread < -limit,
        (point) => point.spread > -0.05,
      ),
    })),
    halfLifeSeconds: halfLife(grid),
    directions: [
      {
        mean: mean((point) => point.edge12),
        max: most(stood.map((point) => point.edge12)) ?? Number.NaN,
        aboveCostUs: usWhere((point) => point.edge12 > COST),
        net: cyclesOf(
          all,
          (point) => point.edge12 > COST,
          (point) => point.spread < 0.05 && !Number.isNaN(point.edge21),
          (from, to) => from.edge12 + (to.edge21 - COST),
        ),
      },
      {
        mean: mean((point) => point.edge21),
        max: most(stood.map((point) => point.edge21)) ?? Number.NaN,
        aboveCostUs: usWhere((point) => point.edge21 > COST),
        net: cyclesOf(
          all,
          (point) => point.edge21 > COST,
          (point) => point.spread > -0.05 && !Number.isNaN(point.edge12),
          (from, to) => from.edge21 + (to.edge12 - COST),
        ),
      },
    ],
  };
}

/** In bins of a thousandth of a percent. */
function sharesOf(stood: readonly (Point & { readonly forUs: number })[]) {
  const bins = stood.map((point) => ({ bin: Math.floor(point.spread * 1_000 + 0.5), us: point.forUs }));
  const usUpTo = (bin: number) => bins.filter((one) => one.bin <= bin).reduce((sum, { us }) => sum + us, 0);
  const all = usUpTo(Number.POSITIVE_INFINITY);
  const quantile = (q: number) =>
    bins
      .filter(({ us }) => us > 0)
      .map(({ bin }) => bin)
      .sort((a, b) => a - b)
      .find((bin) => usUpTo(bin) >= q * all) ?? Number.NaN;
  const last = bins.at(-1)?.bin ?? Number.NaN;
  return {
    p01: quantile(0.01) / 1_000,
    p50: quantile(0.5) / 1_000,
    p99: quantile(0.99) / 1_000,
    rankOfLast: (usUpTo(last - 1) + usUpTo(last)) / 2 / all,
    /** How far apart most of it lies: for the test alone. */
    middle: (quantile(0.9) - quantile(0.1)) / 1_000,
  };
}

function cyclesOf(
  all: readonly Point[],
  isAbove: (point: Point) => boolean,
  isNeutral: (point: Point) => boolean,
  gainOf: (from: Point, to: Point) => number = () => 0,
) {
  const durationsUs: number[] = [];
  let [broken, gained, gain] = [0, 0, 0];
  let at = 0;
  for (;;) {
    const from = all.findIndex((point, n) => n >= at && isAbove(point));
    if (from < 0) break;
    const to = all.findIndex(
      (point, n) => n > from && (Number.isNaN(point.spread) || (isNeutral(point) && !isAbove(point))),
    );
    if (to < 0) break;
    if (Number.isNaN(all[to]!.spread)) broken += 1;
    else {
      const won = gainOf(all[from]!, all[to]!);
      durationsUs.push(all[to]!.us - all[from]!.us);
      gain += won;
      if (won > 0) gained += 1;
    }
    at = to + 1;
  }
  return { cycles: durationsUs.length, broken, gained, gain, durationsUs, durationsLeftOut: 0 };
}

function halfLife(grid: readonly number[]): number {
  const pairs = grid
    .slice(1)
    .map((y, at) => [grid[at]!, y] as const)
    .filter(([x, y]) => !Number.isNaN(x) && !Number.isNaN(y));
  if (pairs.length < 60) return Number.NaN;
  const meanOf = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [meanOf(pairs.map(([x]) => x)), meanOf(pairs.map(([, y]) => y))];
  const slope =
    pairs.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0) /
    pairs.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
  if (!(slope > 0)) return Number.NaN;
  return slope >= 1 ? Number.POSITIVE_INFINITY : -Math.LN2 / Math.log(slope);
}

/** Counts and times exactly; other numbers to the given part of them, or of one percent. */
function same(actual: unknown, wanted: unknown, off: number, path = ''): void {
  const isCount = /(Us|Us\/\d+|rows|cycles|broken|gained|crossings|LeftOut)$/.test(path);
  if (typeof wanted === 'number' && !isCount && Number.isFinite(wanted)) {
    const far = Math.abs(Number(actual) - wanted) / Math.max(1, Math.abs(wanted));
    assert.ok(far <= off, `${path}: ${actual} instead of ${wanted}`);
  } else if (typeof wanted === 'object' && wanted !== null) {
    for (const [name, value] of Object.entries(wanted))
      same((actual as Record<string, unknown>)[name], value, off, `${path}/${name}`);
  } else
    assert.ok(Object.is(Number(actual) + 0, Number(wanted) + 0), `${path}: ${actual} instead of ${wanted}`);
}

const share = fc.double({ min: 0, max: 1, noNaN: true });

test('what is counted of a pair is what the definitions say', () => {
  let cycles = 0;
  fc.assert(
    fc.property(points, share, (rows, begins) => {
      const [firstUs, lastUs] = [rows[0]!.us, rows.at(-1)!.us];
      const fromUs = Math.round(firstUs + (begins * (lastUs - firstUs)) / 2);
      const toUs = lastUs + 1;
      const totals = tallied(rows, fromUs, toUs).totals();
      const wanted = defined(rows, fromUs, toUs);
      // A regression through values that hardly move is noise in either.
      if (Number(wanted['middle']) < 0.01) delete wanted['halfLifeSeconds'];
      delete wanted['middle'];
      same(totals, wanted, 1e-9);
      cycles += totals.thresholds[0]!.up.cycles + totals.directions[0].net.cycles;
    }),
    { numRuns: 500 },
  );
  assert.ok(cycles > 500, `only ${cycles} cycles were seen`);
});

test('stretches put together are the whole, wherever it was cut and in whatever order they are put together', () => {
  let merged = 0;
  fc.assert(
    fc.property(
      points,
      fc.array(share, { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      (rows, cuts, onPoints) => {
        const [fromUs, toUs] = [rows[0]!.us - 5_000_000, rows.at(-1)!.us + 30_000_000];
        const whole = tallied(rows, fromUs, toUs).totals();
        // Some cuts lie at the very stamp of a point.
        const at = cuts.map((cut) =>
          onPoints
            ? rows[Math.floor(cut * (rows.length - 1))]!.us
            : Math.round(fromUs + cut * (toUs - fromUs)),
        );
        const edges = [fromUs, ...at.sort((a, b) => a - b), toUs];
        const stretches = edges.slice(1).map((edge, n) => tallied(rows, edges[n]!, edge));
        const middle = Math.floor(stretches.length / 2);
        const [left, right] = [stretches.slice(0, middle), stretches.slice(middle)];
        for (const half of [left, right]) for (const later of half.splice(1)) half[0]!.merge(later.parts);
        const all = left[0] ?? right[0]!;
        if (left[0] !== undefined) all.merge(right[0]!.parts);
        same(all.totals(), whole, 1e-12);
        merged += stretches.length;
      },
    ),
    { numRuns: 1_000 },
  );
  assert.ok(merged > 2_000);
});

test('a stretch that was not told of what stood before it breaks what was open', () => {
  const rows = [{ us: START_US, spread: 0.6, edge12: 0.5, edge21: -0.7 }];
  const tally = tallied(rows, START_US, START_US + 1e6);
  tally.merge(
    tallied([{ ...rows[0]!, us: START_US + 1.5e6, spread: 0 }], START_US + 1e6, START_US + 2e6).parts,
  );
  const { up } = tally.totals().thresholds[0]!;
  assert.deepEqual([up.cycles, up.broken], [0, 1]);
});
