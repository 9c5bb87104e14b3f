// A chart that has been live for a while holds what the market was: no point twice, none missing, none that
// was taken back; however history, snapshots, deltas and answers about holes have come.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LiveChart } from '../../src/api/contract.js';
import { chartOf, POINTS_MAX, type Point, pointsOf, Series, World } from './world.js';

const acts = fc.array(
  fc.oneof(
    {
      weight: 20,
      arbitrary: fc.record({
        kind: fc.constant('point' as const),
        ms: fc.oneof(
          { weight: 20, arbitrary: fc.integer({ min: 1, max: 450 }) },
          fc.constantFrom(6_000, 15_000),
        ),
        hole: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
      }),
    },
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('delta' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('gap' as const), ms: fc.integer({ min: 0, max: 2_000 }) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constantFrom('snapshot', 'disconnect', 'ask', 'answer') }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('restart' as const), ms: fc.integer({ min: 0, max: 4_500 }) }),
    },
  ),
  { minLength: 20, maxLength: 200, size: 'max' },
);

test('history and live make one chart: no point twice, none missing, none that was taken back', () => {
  let holes = 0;
  fc.assert(
    fc.property(acts, fc.nat(60), (steps, historyAt) => {
      const world = new World();
      for (let i = 0; i < 5; i += 1) world.point(700, false);
      steps.forEach((step, at) => {
        if (at === historyAt) world.history();
        if (step.kind === 'point') world.point(step.ms * 2, step.hole);
        else if (step.kind === 'delta') world.delta();
        else if (step.kind === 'gap') world.gap(step.ms * 2);
        else if (step.kind === 'restart') world.restart(step.ms * 2);
        else if (step.kind === 'snapshot') world.snapshot();
        else if (step.kind === 'disconnect') world.disconnect();
        else if (step.kind === 'ask') world.ask();
        else world.answer();
        if (world.page.hole !== null) holes += 1;
        const { timestamps } = world.page.columns;
        for (const [row, seconds] of timestamps.entries())
          assert.ok(row === 0 || seconds > timestamps[row - 1]!, `row ${row} is not after the one before`);
      });
      world.settle();
      assert.equal(world.page.hole, null);
      const page = pointsOf(world.page.columns);
      assert.deepEqual(valuesOf(page), valuesOf(world.truth));
      for (const [hole] of world.truth.filter(([, spread]) => spread === null)) {
        const next = page.findIndex(([seconds, spread]) => seconds > hole && spread !== null);
        assert.ok(next <= 0 || page[next - 1]![1] === null, `a line is drawn over the hole at ${hole}`);
      }
    }),
    { numRuns: 400 },
  );
  assert.ok(holes > 0, 'there were holes to ask about');
});

/** Without nulls: the page breaks its line where it does not know, and may do so twice. */
function valuesOf(points: readonly Point[]): Point[] {
  return points.filter(([, spread]) => spread !== null);
}

function live(points: readonly Point[], coversFrom: number, retractedFrom?: number): LiveChart {
  const chart = { ...chartOf(points), window: 900, coversFrom };
  return retractedFrom === undefined ? chart : { ...chart, retractedFrom };
}

test('what is taken back leaves history too, and a hole stays in its place', () => {
  const series = new Series();
  series.setHistory(
    chartOf([
      [1, 0.1],
      [2, 0.2],
      [3, 0.3],
    ]),
  );
  series.apply(
    live(
      [
        [3, 0.3],
        [4, 0.4],
      ],
      3,
    ),
    true,
  );
  series.apply(
    live(
      [
        [2.5, null],
        [6, 0.6],
      ],
      3,
      2.5,
    ),
    false,
  );
  assert.deepEqual(pointsOf(series.columns), [
    [1, 0.1],
    [2, 0.2],
    [2.5, null],
    [6, 0.6],
  ]);
  assert.equal(series.hole?.toSeconds, 2.5, 'what is asked of history ends there');
});

test('points that are taken back without others in their place leave no valid spread', () => {
  const series = new Series();
  series.setHistory(
    chartOf([
      [1, 0.1],
      [2, 0.2],
    ]),
  );
  series.apply(live([[3, 0.3]], 2.9), true);
  series.apply(live([], 2.9, 1.5), false);
  assert.deepEqual(pointsOf(series.columns), [
    [1, 0.1],
    [1.5, null],
  ]);
});

test('the point at the very millisecond of the seam is there once', () => {
  for (const first of [5, 5.001]) {
    const series = new Series();
    series.setHistory(
      chartOf([
        [4, 0.4],
        [5, 0.5],
      ]),
    );
    series.apply(
      live(
        [
          [first, 0.5],
          [6, 0.6],
        ],
        5,
      ),
      true,
    );
    const stamps = first === 5 ? [4, 5, 6] : [4, 5, 5.001, 6];
    assert.deepEqual(series.columns.timestamps, stamps);
  }
});

test('a message that comes twice changes nothing', () => {
  const series = new Series();
  series.apply(
    live(
      [
        [1, 0.1],
        [2, 0.2],
      ],
      0,
    ),
    true,
  );
  series.apply(
    live(
      [
        [1, 0.1],
        [2, 0.2],
      ],
      0,
    ),
    false,
  );
  assert.deepEqual(series.columns.timestamps, [1, 2]);
});

/** History, a silence, and live points that cover what comes after 140: a hole is asked about. */
function broken(): InstanceType<typeof Series> {
  const series = new Series();
  series.setHistory(
    chartOf([
      [100, 0.1],
      [101, 0.2],
    ]),
  );
  series.apply(live([[141, 0.3]], 140), true);
  assert.deepEqual(series.hole, { fromSeconds: 101 - 15, toSeconds: 140 });
  assert.deepEqual(series.columns.spreads, [0.1, 0.2, null, 0.3]);
  return series;
}

test('the line breaks over an unknown stretch, and is whole again where history has data across it', () => {
  const series = broken();
  series.fill(
    series.hole!,
    chartOf([
      [100, 0.1],
      [101, 0.2],
      [120, 0.25],
      [139.5, 0.26],
      [145, 9],
    ]),
  );
  assert.equal(series.hole, null);
  assert.deepEqual(pointsOf(series.columns), [
    [100, 0.1],
    [101, 0.2],
    [120, 0.25],
    [139.5, 0.26],
    [141, 0.3],
  ]);
});

test('a hole that history tells of stays a hole, and so does a break that it has no data across', () => {
  const outage = broken();
  outage.fill(
    outage.hole!,
    chartOf([
      [100, 0.1],
      [101, 0.2],
      [103, null],
      [139.5, 0.26],
    ]),
  );
  assert.deepEqual(pointsOf(outage.columns), [
    [100, 0.1],
    [101, 0.2],
    [103, null],
    [139.5, 0.26],
    [141, 0.3],
  ]);
  const before = broken();
  before.fill(before.hole!, chartOf([[101, 0.2]]));
  assert.deepEqual(before.columns.spreads, [0.2, null, 0.3], 'nothing after the break');
  const after = broken();
  after.fill(after.hole!, chartOf([[139.5, 0.26]]));
  assert.deepEqual(after.columns.spreads, [null, 0.26, 0.3], 'nothing before the break');
});

test('a break that the live stream showed outlives a history that ends before it', () => {
  const series = new Series();
  series.apply(
    live(
      [
        [100, 0.1],
        [101, null],
        [105, 0.2],
      ],
      99,
    ),
    true,
  );
  // The connection was lost; what comes after 200 is new, and history is read again.
  series.apply(live([[201, 0.3]], 200), true);
  const known: Point[] = [
    [90, 0.5],
    [100, 0.1],
  ];
  series.setHistory(chartOf(known));
  assert.deepEqual(series.columns.spreads.slice(0, 3), [0.5, 0.1, null]);
  assert.equal(series.columns.timestamps[2], 101);
  series.setHistory(chartOf([...known, [105, 0.2], [150, 0.2], [199.9, 0.2]]));
  assert.ok(!series.columns.spreads.includes(null), 'history has data across it');
  series.setHistory(chartOf([...known, [101, null], [105, 0.2], [199.9, 0.2]]));
  assert.deepEqual(series.columns.spreads, [0.5, 0.1, null, 0.2, 0.2, 0.3]);
});

test('a hole that history knows nothing about stays a hole, and is not asked about again', () => {
  const series = new Series();
  series.setHistory(chartOf([[100, 0.1]]));
  series.apply(live([[150, 0.3]], 140), true);
  series.fill(series.hole!, null);
  assert.equal(series.hole, null);
  assert.deepEqual(series.columns.spreads, [0.1, null, 0.3]);
});

test('however often a chart is made thinner, no line is drawn over a hole', () => {
  const series = new Series();
  const holes: number[] = [];
  for (let batch = 0; batch < 700; batch += 1) {
    const points: Point[] = Array.from({ length: 20 }, (_, i) => {
      const at = 1_000_000 + batch * 10 + i / 2;
      const isHole = i > 0 && (batch * 20 + i) % 97 === 0;
      if (isHole) holes.push(at);
      return [at, isHole ? null : Math.sin(batch * 20 + i)];
    });
    series.apply(live(points, 1_000_000), batch === 0);
  }
  const page = pointsOf(series.columns);
  for (const hole of holes) {
    const next = page.findIndex(([seconds, spread]) => seconds > hole && spread !== null);
    assert.ok(next <= 0 || page[next - 1]![1] === null, `over the hole at ${hole}`);
  }
});

test('points are bounded: extremes, holes and the newest stay, and what is a day old goes', () => {
  const series = new Series();
  const start = 1_000_000;
  series.setHistory(chartOf(Array.from({ length: 2_000 }, (_, i) => [start + i * 43.2, 0.1])));
  const end = start + 86_400;
  let longest = 0;
  for (let batch = 0; batch < 2_000; batch += 1) {
    const points: Point[] = Array.from({ length: 20 }, (_, i) => [end + batch + i / 20, 0.2]);
    if (batch === 500) points[7] = [points[7]![0], 9.5];
    if (batch === 700) points[3] = [points[3]![0], null];
    series.apply(live(points, end), batch === 0);
    longest = Math.max(longest, series.length);
  }
  const { spreads, timestamps } = series.columns;
  assert.ok(longest <= POINTS_MAX, `${longest} points`);
  assert.ok(series.length > 2_000);
  assert.equal(Math.max(...spreads.map((spread) => spread ?? 0)), 9.5);
  assert.ok(spreads.includes(null));
  assert.equal(timestamps.at(-1), end + 1_999 + 19 / 20);
  assert.ok(timestamps[0]! >= end + 2_000 - 86_400 - 1_000);
});
