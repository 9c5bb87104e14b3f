import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayStartUs, hourOfDay, hourStartUs, isoDate, isoMicros, US_PER_HOUR } from '../../src/core/time.js';

const at = Date.UTC(2026, 10, 22, 20, 3, 1, 123) * 1000 + 456;

test('a moment reads the same in every edge form', () => {
  assert.equal(isoMicros(at), '2026-11-22T20:03:01.123456Z');
  assert.equal(isoDate(at), '2026-11-22');
  assert.equal(hourOfDay(at), '20');
  assert.equal(isoMicros(hourStartUs(at)), '2026-11-22T20:00:00.000000Z');
  assert.equal(isoMicros(dayStartUs(at)), '2026-11-22T00:00:00.000000Z');
});

test('hours and days before 1970 start where UTC starts them', () => {
  assert.equal(hourStartUs(-1), -US_PER_HOUR);
  assert.equal(hourOfDay(-1), '23');
  assert.equal(isoMicros(-1), '1969-12-31T23:59:59.999999Z');
});
