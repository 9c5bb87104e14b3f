import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type ChartColumns,
  downsample,
  POINTS_MIN,
  POINTS_MIN_EVERY_HOLE,
} from '../../src/series/downsample.js';

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

test('of more rows at most max(5, points) come back, whole, in order, with the first and the last', () => {
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 120 }), (source, points) => {
      const all = chart(source);
      const kept = downsample(all, points, all.timestampsUs.at(-1)! + 1);
      assert.ok(kept.length <= Math.max(POINTS_MIN, points));
      const numbers = [...kept.upperBand];
      assert.deepEqual(
        numbers,
        [...new Set(numbers)].sort((a, b) => a - b),
      );
      assert.equal(numbers[0], 0);
      assert.equal(numbers.at(-1), source.length - 1);
      numbers.forEach((row, at) => {
        assert.ok(Object.is(kept.spreads[at], all.spreads[row]));
        assert.equal(kept.timestampsUs[at], all.timestampsUs[row]);
        assert.equal(kept.lowerBand[at], all.lowerBand[row]);
      });
    }),
  );
});

test('every bucket keeps its extremes and shows a hole if it has one', () => {
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 120 }), (source, points) => {
      fc.pre(source.length > points);
      const all = chart(source);
      const toUs = all.timestampsUs.at(-1)! + 1;
      const fromUs = all.timestampsUs[0]!;
      const buckets = Math.max(1, Math.floor(points / 5));
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
      assert.ok(kept.length <= Math.max(POINTS_MIN_EVERY_HOLE, points));
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
      const finite = (values: Float64Array): number[] => [...values].filter((value) => !Number.isNaN(value));
      assert.equal(Math.max(...finite(kept.spreads)), Math.max(...finite(all.spreads)));
      assert.equal(Math.min(...finite(kept.spreads)), Math.min(...finite(all.spreads)));
    }),
    { numRuns: 300 },
  );
});
