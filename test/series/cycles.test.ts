import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CycleCounter, countCycles, countZeroCrossings, ZeroCrossings } from '../../src/series/cycles.js';

const cycles = (...deviations: number[]): number => countCycles(Float64Array.from(deviations), 0.4);

test('a cycle is armed strictly above the threshold and closed strictly below neutral', () => {
  assert.equal(cycles(0.41, 0.04), 1);
  assert.equal(cycles(0.4, 0.04), 0);
  assert.equal(cycles(0.41, 0.05), 0);
  assert.equal(cycles(0.41, 0.3, -0.2, 0.01, 0.01), 1);
});

test('the direction is not tracked, and starting outside neutral still counts', () => {
  assert.equal(cycles(0.5, -0.5, 0), 1);
  assert.equal(cycles(-0.5, 0, 0.5, 0), 2);
});

test('a row without a value neither arms nor closes', () => {
  assert.equal(cycles(0.5, Number.NaN, 0), 1);
  assert.equal(cycles(Number.NaN, 0), 0);
});

test('the counter says how many rows stood above and whether it is still armed', () => {
  const counter = new CycleCounter(0.3);
  for (const deviation of [0.5, -0.31, 0.3, 0.2]) counter.push(deviation);
  assert.deepEqual([counter.rowsAbove, counter.armed, counter.cycles], [2, true, 0]);
});

test('crossings of neighbours miss a path through exact zero, crossings through zero do not', () => {
  const deviations = [1, 0, -1, -2, Number.NaN, 3, 4, 0, 5, -1];
  assert.equal(countZeroCrossings(Float64Array.from(deviations)), 1);
  const crossings = new ZeroCrossings();
  for (const deviation of deviations) crossings.push(deviation);
  assert.equal(crossings.throughZero, 3);
});
