import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ChartColumns } from '../../src/series/downsample.js';
import { downsample } from '../support/downsampled.js';

const rows = fc.array(
  fc.tuple(
    fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1_000, max: 9_000 })),
    fc.oneof(
      { weight: 8, arbitrary: fc.double({ min: -2, max: 2, noNaN: true }) },
      { weight: 1, arbitrary: fc.constant(Number.NaN) },
    ),
  ),
  { minLength: 1, maxLength: 400, size: 'max' },
);

function chart(source: readonly (readonly [number, number])[]): ChartColumns {
  let us = 1_700_000_000_000_000;
  const timestampsUs = Float64Array.from(source, ([distance]) => {
    us += distance;
    return us;
  });
  const spreads = Float64Array.from(source, ([, spread]) => spread);
  // The row's own number in the bands: so a kept row can be told from another of equal stamp and spread.
  const upperBand = Float64Array.from(source, (_, row) => row);
  return { length: source.length, timestampsUs, spreads, upperBand, lowerBand: upperBand.map((row) => -row) };
}

test('fewer rows than points come back as they are', () => {
  fc.assert(
    fc.property(rows, fc.nat(50), (source, more) => {
      const all = chart(source);
      const points = source.length + more;
      assert.deepEqual(downsample(all, points, all.timestampsUs.at(-1)! + 1), all);
      assert.deepEqual(downsample(all, Number.POSITIVE_INFINITY, all.timestampsUs.at(-1)! + 1), all);
    }),
  );
});

test('of more rows exactly as many as asked for come back, whole, in order, with the last and the first', () => {
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 120 }), (source, points) => {
      const all = chart(source);
      const kept = downsample(all, points, all.timestampsUs.at(-1)! + 1);
      assert.equal(kept.length, Math.min(points, source.length));
      const numbers = [...kept.upperBand];
      assert.deepEqual(
        numbers,
        [...new Set(numbers)].sort((a, b) => a - b),
      );
      if (points > 1) assert.equal(numbers[0], 0);
      assert.equal(numbers.at(-1), source.length - 1);
      numbers.forEach((row, at) => {
        assert.ok(Object.is(kept.spreads[at], all.spreads[row]));
        assert.equal(kept.timestampsUs[at], all.timestampsUs[row]);
        assert.equal(kept.lowerBand[at], all.lowerBand[row]);
      });
    }),
  );
});

test('from four points on the least and the greatest are among them, and from five a hole', () => {
  fc.assert(
    fc.property(rows, fc.integer({ min: 4, max: 120 }), (source, points) => {
      const all = chart(source);
      const kept = downsample(all, points, all.timestampsUs.at(-1)! + 1);
      const finite = (values: Float64Array) => values.filter((value) => !Number.isNaN(value));
      for (const extreme of [Math.min, Math.max])
        assert.equal(extreme(...finite(kept.spreads)), extreme(...finite(all.spreads)));
      if (points >= 5) assert.equal(kept.spreads.some(Number.isNaN), all.spreads.some(Number.isNaN));
    }),
  );
});

test('one burst and long silence, or a row each second: there are as many points as asked for', () => {
  const burst = Array.from(
    { length: 100_000 },
    (_, i) => [i === 0 ? 0 : i === 99_999 ? 1e12 : 1, Math.sin(i / 50)] as const,
  );
  const even = Array.from({ length: 100_000 }, (_, i) => [1_000_000, Math.sin(i / 50)] as const);
  for (const source of [burst, even])
    for (const points of [1, 2, 3, 4, 5, 100, 1_000, 49_999, 99_999]) {
      const all = chart(source);
      const kept = downsample(all, points, all.timestampsUs.at(-1)! + 1);
      assert.equal(kept.length, points);
      // What fills the room comes from all over, not from one end.
      if (points < 100) continue;
      for (const quarter of [0, 1, 2, 3]) {
        const inside = kept.upperBand.filter((row) => Math.floor((row * 4) / source.length) === quarter);
        assert.ok(inside.length > points / 8, `${inside.length} of ${points} in quarter ${quarter}`);
      }
    }
});

test('every bucket keeps its extremes and shows a hole if it has one', () => {
  fc.assert(
    fc.property(rows, fc.integer({ min: 5, max: 120 }), (source, points) => {
      fc.pre(source.length > points);
      const all = chart(source);
      const toUs = all.timestampsUs.at(-1)! + 1;
      const fromUs = all.timestampsUs[0]!;
      const buckets = Math.floor(points / 5);
      const widthUs = Math.max(1, (toUs - fromUs) / buckets);
      const bucketed = (columns: ChartColumns): Map<number, number[]> => {
        const groups = new Map<number, number[]>();
        columns.spreads.forEach((spread, row) => {
          const at = Math.min(buckets - 1, Math.floor((columns.timestampsUs[row]! - fromUs) / widthUs));
          groups.set(at, [...(groups.get(at) ?? []), spread]);
        });
        return groups;
      };
      const kept = bucketed(downsample(all, points, toUs));
      for (const [bucket, spreads] of bucketed(all)) {
        const left = kept.get(bucket) ?? [];
        const finite = (values: number[]): number[] => values.filter((value) => !Number.isNaN(value));
        assert.equal(Math.max(...finite(left)), Math.max(...finite(spreads)));
        assert.equal(Math.min(...finite(left)), Math.min(...finite(spreads)));
        assert.equal(left.some(Number.isNaN), spreads.some(Number.isNaN));
        assert.ok(Object.is(left[0], spreads[0]) && Object.is(left.at(-1), spreads.at(-1)));
        // A hole in the middle is not lost because the bucket also begins with one.
        if (spreads.slice(1).some(Number.isNaN)) assert.ok(left.slice(1).some(Number.isNaN));
      }
    }),
  );
});

test('where every hole is kept, no line is drawn over one, whatever the points; the extremes stay', () => {
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 120 }), (source, points) => {
      const all = chart(source);
      const kept = downsample(all, points, all.timestampsUs.at(-1)! + 1, { everyHole: true });
      assert.ok(kept.length <= points);
      // Without a hole there is nothing to give way to.
      if (!all.spreads.some(Number.isNaN)) assert.equal(kept.length, Math.min(points, source.length));
      const numbers = [...kept.upperBand];
      assert.deepEqual(
        numbers,
        [...new Set(numbers)].sort((a, b) => a - b),
      );
      numbers.forEach((row, at) => {
        assert.ok(Object.is(kept.spreads[at], all.spreads[row]));
        const next = numbers[at + 1];
        if (next === undefined || Number.isNaN(all.spreads[row]) || Number.isNaN(all.spreads[next])) return;
        const between = all.spreads.slice(row + 1, next);
        assert.ok(!between.some(Number.isNaN), `a hole between the rows ${row} and ${next} is gone`);
      });
      assert.equal(numbers.at(-1), source.length - 1);
      if (points < 7) return;
      const finite = (values: Float64Array): number[] => [...values].filter((value) => !Number.isNaN(value));
      assert.equal(Math.max(...finite(kept.spreads)), Math.max(...finite(all.spreads)));
      assert.equal(Math.min(...finite(kept.spreads)), Math.min(...finite(all.spreads)));
    }),
    { numRuns: 300 },
  );
});
