import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DEFAULT_BANDS, rollingBands } from '../../src/series/bands.js';
import { BandsTrail } from '../../src/series/bands-trail.js';

const spread = fc.oneof(
  { weight: 10, arbitrary: fc.integer({ min: -30, max: 30 }).map((tick) => tick / 100) },
  { weight: 5, arbitrary: fc.double({ min: -1, max: 1, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -0) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(Number.NaN, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  },
);

test('the bands of any row are those that the rolling bands had there', () => {
  fc.assert(
    fc.property(
      fc.array(spread, { minLength: 1, maxLength: 700, size: 'max' }),
      fc.constantFrom(1, 2, 7, 200),
      (values, windowRows) => {
        const options = { ...DEFAULT_BANDS, windowRows };
        const rolling = rollingBands(Float64Array.from(values), options);
        const trail = new BandsTrail(options);
        for (const value of values) trail.push(value);
        values.forEach((_, row) => {
          trail.take(row);
          assert.ok(Object.is(trail.upper, rolling.upper[row]), `upper of row ${row}`);
          assert.ok(Object.is(trail.lower, rolling.lower[row]), `lower of row ${row}`);
        });
      },
    ),
    { numRuns: 60 },
  );
});

test('what is forgotten leaves the windows of the rows to come whole', () => {
  const values = Float64Array.from({ length: 800_000 }, (_, row) => Math.sin(row / 7) + Math.cos(row * 3));
  const rolling = rollingBands(values);
  const trail = new BandsTrail();
  values.forEach((value, row) => {
    if (trail.isFull) trail.forget();
    assert.equal(trail.rows, row);
    trail.push(value);
    if (row % 97 !== 0) return;
    trail.take(row);
    assert.ok(Object.is(trail.upper, rolling.upper[row]) && Object.is(trail.lower, rolling.lower[row]));
  });
  assert.throws(() => trail.take(0), /not in the trail/);
});
