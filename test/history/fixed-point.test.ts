import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DECIMALS, NUMBER_BYTES_MAX, writeNumber, writeSeconds } from '../../src/history/fixed-point.js';

function written(value: number, write = writeNumber): string {
  const bytes = Buffer.alloc(NUMBER_BYTES_MAX + 8, '#');
  const end = write(bytes, 3, value);
  assert.ok(end - 3 <= NUMBER_BYTES_MAX);
  assert.equal(bytes.toString('latin1', 0, 3), '###');
  return bytes.toString('latin1', 3, end);
}

test('a number is its decimals, rounded, without zeros at the end and without an exponent', () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, '0'],
    [-0, '0'],
    [0.1 + 0.2, '0.3'],
    [-0.5, '-0.5'],
    [1e-12, '0.000000000001'],
    [4e-13, '0'],
    [-4e-13, '0'],
    [6e-13, '0.000000000001'],
    [0.9999999999996, '1'],
    [1_000, '1000'],
    [1_002.003, '1002.003'],
    [-123_456_789.25, '-123456789.25'],
    [999_999_999_999_999, '999999999999999'],
    [1e21, '1e+21'],
    [Number.NaN, 'null'],
    [Number.POSITIVE_INFINITY, 'null'],
  ];
  for (const [value, text] of cases) assert.equal(written(value), text);
});

test('any double of a spread is what toFixed makes of it, or its neighbour where that lies halfway', () => {
  const spread = fc.oneof(
    fc.double({ min: -100, max: 100, noNaN: true }),
    fc.double({ min: -1e-6, max: 1e-6, noNaN: true }),
    fc.double({ min: -1e15, max: 1e15, noNaN: true, minExcluded: true, maxExcluded: true }),
  );
  fc.assert(
    fc.property(spread, (value) => {
      const text = written(value);
      assert.match(text, /^-?(0|[1-9]\d*)(\.\d*[1-9])?$/);
      assert.ok((text.split('.')[1] ?? '').length <= DECIMALS);
      assert.ok(Math.abs(Number(text) - value) <= 5.001e-13 + Math.abs(value) * 2 ** -53, text);
    }),
    { numRuns: 2_000 },
  );
});

test('milliseconds are seconds with three decimals at most', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), (milliseconds) => {
      assert.equal(written(milliseconds, writeSeconds), String(milliseconds / 1_000));
    }),
  );
});
