import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DEFAULT_BANDS, nearestRank, RollingBands, rollingBands } from '../../src/series/bands.js';
import { type Polars, polars } from '../oracle/oracle.js';

/** Few distinct values (so that equal ones meet), zeros of both signs, holes, values that are not finite. */
const spread = fc.oneof(
  { weight: 10, arbitrary: fc.integer({ min: -30, max: 30 }).map((tick) => tick / 100) },
  { weight: 5, arbitrary: fc.double({ min: -1, max: 1, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -0) },
  { weight: 2, arbitrary: fc.constantFrom(Number.NaN, Number.NaN, Number.POSITIVE_INFINITY) },
);
const spreads = fc.array(spread, { maxLength: 700, size: 'max' }).map((values) => Float64Array.from(values));
const windows = fc.constantFrom(1, 2, 7, 200);

/** Sorts every window anew: slow and plain. */
function naive(values: Float64Array, row: number, windowRows: number, quantile: number): number {
  const window = values.subarray(Math.max(0, row - windowRows + 1), row + 1);
  const sorted = [...window].filter(Number.isFinite).sort((a, b) => a - b);
  return sorted.length === 0 ? Number.NaN : sorted[nearestRank(sorted.length, quantile)]!;
}

test('the bands of every row are those of its window sorted anew', () => {
  fc.assert(
    fc.property(spreads, windows, (values, windowRows) => {
      const bands = rollingBands(values, { ...DEFAULT_BANDS, windowRows });
      for (let row = 0; row < values.length; row += 1) {
        const upper = naive(values, row, windowRows, 0.97);
        const lower = naive(values, row, windowRows, 0.03);
        // Plain equality but for NaN: 0 and -0 are one value.
        assert.ok(bands.upper[row] === upper || (Number.isNaN(upper) && Number.isNaN(bands.upper[row])));
        assert.ok(bands.lower[row] === lower || (Number.isNaN(lower) && Number.isNaN(bands.lower[row])));
      }
    }),
    { numRuns: 60 },
  );
});

test('a window of 200 takes the ranks that polars takes: 193 of the upper, 6 of the lower', () => {
  assert.equal(nearestRank(200, 0.97), 193);
  assert.equal(nearestRank(200, 0.03), 6);
  assert.equal(nearestRank(1, 0.97), 0);
});

test('one sample is enough, and a hole takes its place in the window without being a sample', () => {
  const values = Float64Array.from([Number.NaN, 1, Number.NaN, Number.NaN, Number.NaN, 2]);
  const { upper } = rollingBands(values, { ...DEFAULT_BANDS, windowRows: 3 });
  assert.deepEqual([...upper], [Number.NaN, 1, 1, 1, Number.NaN, 2]);
});

test('refilled after a retraction, the bands go on as if the retracted rows had never come', () => {
  fc.assert(
    fc.property(spreads, spreads, fc.nat(), windows, (values, later, cut, windowRows) => {
      const options = { ...DEFAULT_BANDS, windowRows };
      const kept = cut % (values.length + 1);
      const bands = new RollingBands(options);
      for (const value of values) bands.push(value);
      bands.refill(values, kept);
      const whole = rollingBands(Float64Array.from([...values.subarray(0, kept), ...later]), options);
      later.forEach((value, row) => {
        bands.push(value);
        assert.ok(Object.is(bands.upper, whole.upper[kept + row]));
        assert.ok(Object.is(bands.lower, whole.lower[kept + row]));
      });
    }),
    { numRuns: 40 },
  );
});

const oracle = polars();

test("the bands equal polars' rolling quantile 'nearest' over rows with nulls", { skip: oracle.skip }, () => {
  const pl = oracle.pl as Polars;
  fc.assert(
    fc.property(spreads, windows, (values, windowSize) => {
      fc.pre(values.length > 0);
      const holes = [...values].map((value) => (Number.isFinite(value) ? value : null));
      const rolling = (quantile: number) =>
        pl.col('s').rollingQuantile({ quantile, windowSize, minPeriods: 1, interpolation: 'nearest' });
      const theirs = pl
        .DataFrame({ s: pl.Series('s', holes, pl.Float64) })
        .select(rolling(0.97).alias('upper'), rolling(0.03).alias('lower'));
      const ours = rollingBands(values, { ...DEFAULT_BANDS, windowRows: windowSize });
      const text = (band: Float64Array | (number | null)[]): string =>
        [...band].map((value) => (value === null || Number.isNaN(value) ? 'null' : value + 0)).join();
      assert.equal(text(ours.upper), text(theirs.getColumn('upper').toArray()));
      assert.equal(text(ours.lower), text(theirs.getColumn('lower').toArray()));
    }),
    { numRuns: 80 },
  );
});
