// Every reason for which a spread is refused, alone, on a real hub: what it takes, and that it ends.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REFUSALS } from '../../src/core/refusals.js';
import { ORIGIN_MS, type QuoteOf, qualityStage, type Side } from './stage.js';

const WIDE: Partial<Record<Side, QuoteOf>> = { left: { bid: 100.6 } };

/** Calm for two seconds, then a spread that stands for two: it would be traded. */
function opened(of: Partial<Record<Side, QuoteOf>> = WIDE) {
  const stage = qualityStage();
  stage.calm(0, 2_000);
  stage.calm(2_000, 4_000, of);
  return stage;
}

test('a spread that pays, has stood and is confirmed by both legs is refused nothing; before it opened it did not pay', () => {
  const stage = qualityStage();
  stage.calm(0, 2_000);
  assert.deepEqual(stage.refusals(2_000), ['below-costs']);
  stage.calm(2_000, 4_000, WIDE);
  assert.deepEqual(stage.refusals(4_000), []);
});

test('a leg that never spoke, and one that is silent beyond its limit', () => {
  const stage = qualityStage();
  assert.deepEqual(stage.refusals(0), ['no-live-leg']);
  stage.quote('left', 10, { bid: 100 });
  assert.deepEqual(stage.refusals(20), ['no-live-leg']);
  const silent = opened();
  silent.status('right', 4_000, 'age-limit', 2e6);
  assert.deepEqual(silent.refusals(5_900), []);
  assert.deepEqual(silent.refusals(6_000), ['stale']);
});

test('after a disconnect the first quote is not believed, the second is', () => {
  const stage = opened();
  stage.gap('right', 4_100, 'disconnect', 4_000);
  assert.deepEqual(stage.refusals(4_200), ['stale']);
  stage.quote('right', 5_000, { bid: 100 });
  assert.ok(stage.refusals(5_700).includes('unconfirmed'));
  stage.quote('left', 5_100, { bid: 100.6 });
  stage.quote('right', 5_200, { bid: 100 });
  assert.deepEqual(stage.refusals(5_700), []);
});

test('what opened while a leg was gone has not stood: it begins when the leg is back', () => {
  const stage = qualityStage();
  stage.calm(0, 2_000);
  stage.gap('right', 2_000, 'disconnect');
  // The other one moves on alone, against a price that does not count.
  for (let atMs = 2_100; atMs < 6_000; atMs += 100) stage.quote('left', atMs, { bid: 100.6 });
  stage.quote('right', 6_000, { bid: 100 });
  stage.quote('right', 6_010, { bid: 100 });
  stage.quote('left', 6_020, { bid: 100.6 });
  assert.deepEqual(stage.refusals(6_100), ['flicker']);
  stage.quote('right', 6_510, { bid: 100 });
  assert.deepEqual(stage.refusals(6_520), []);
});

test('a market that is halted, a side that is withdrawn, a side of no size', () => {
  const halted = opened();
  halted.gap('left', 4_100, 'unsubscribed');
  assert.deepEqual(halted.refusals(4_200), ['halted']);
  const withdrawn = opened();
  withdrawn.status('right', 4_100, 'bid-only');
  assert.deepEqual(withdrawn.refusals(4_200), ['one-sided']);
  withdrawn.calm(4_300, 5_000, WIDE);
  assert.deepEqual(withdrawn.refusals(5_000), []);
  assert.deepEqual(opened({ left: { bid: 100.6, bidSize: 0 } }).refusals(4_000), ['one-sided']);
});

test('quotes that come late, and a leg that was longer under way than the other', () => {
  const late = opened();
  late.status('left', 4_010, 'lagging', 400_000);
  assert.deepEqual(late.refusals(4_050), ['lagging']);
  late.status('left', 4_060, 'in-time', 6e7);
  assert.deepEqual(late.refusals(4_070), ['stale']);
  late.calm(4_100, 4_700, WIDE);
  assert.deepEqual(late.refusals(4_700), []);
  const skewed = qualityStage();
  skewed.calm(0, 2_000, { left: { bid: 100, underWayMs: 40 }, right: { bid: 100, underWayMs: 3 } });
  skewed.calm(2_000, 4_000, { left: { bid: 100.6, underWayMs: 40 }, right: { bid: 100, underWayMs: 900 } });
  assert.deepEqual(skewed.refusals(4_000), ['skewed']);
  // A clock that is an hour off is no delay.
  const off = qualityStage();
  off.calm(0, 2_000, { left: { bid: 100, underWayMs: 3_600_000 }, right: { bid: 100, underWayMs: 3 } });
  off.calm(2_000, 4_000, { left: { bid: 100.6, underWayMs: 3_600_100 }, right: { bid: 100, underWayMs: 3 } });
  assert.deepEqual(off.refusals(4_000), []);
});

test('a book that is crossed', () => {
  assert.deepEqual(opened({ left: { bid: 100.6, ask: 100.5 } }).refusals(4_000), ['crossed']);
});

test('a spread that has only just opened, and one that only one leg has made', () => {
  const stage = qualityStage();
  stage.calm(0, 2_000);
  stage.quote('left', 2_000, { bid: 100.6 });
  assert.deepEqual(stage.refusals(2_010), ['unconfirmed', 'flicker']);
  assert.deepEqual(stage.refusals(2_600), ['unconfirmed']);
  stage.quote('left', 2_650, { bid: 100.6 });
  assert.deepEqual(stage.refusals(2_700), ['unconfirmed'], 'the other leg may be a stream that is dead');
  stage.quote('right', 2_710, { bid: 100 });
  assert.deepEqual(stage.refusals(2_720), []);
});

test('a top that is only repeated confirms nothing: a market may be halted and go on telling it', () => {
  const stage = qualityStage();
  const still = { bid: 100, bidSize: 7, askSize: 7 };
  stage.calm(0, 2_000, { right: still });
  stage.calm(2_000, 4_000, { left: { bid: 100.6 }, right: still });
  assert.deepEqual(stage.refusals(4_000), ['unconfirmed']);
  stage.quote('right', 4_010, { ...still, bidSize: 8 });
  assert.deepEqual(stage.refusals(4_020), []);
});

test('a spread that was gone for a moment begins anew; one that quivers about its costs does not', () => {
  const gone = opened();
  gone.quote('left', 4_000, { bid: 100 });
  gone.quote('left', 4_010, { bid: 100.6 });
  assert.deepEqual(gone.refusals(4_020), ['unconfirmed', 'flicker']);
  const quivers = opened();
  // 100.6 pays 0.19 % more than its costs; at 100.395 it lacks 0.015 %.
  quivers.quote('left', 4_000, { bid: 100.395 });
  assert.deepEqual(quivers.refusals(4_005), ['below-costs']);
  quivers.quote('left', 4_010, { bid: 100.6 });
  assert.deepEqual(quivers.refusals(4_020), []);
});

test('a top that is worth too little, on the side that would be traded', () => {
  assert.deepEqual(opened({ left: { bid: 100.6, bidSize: 0.9 } }).refusals(4_000), ['thin']);
  assert.deepEqual(opened({ left: { bid: 100.6, askSize: 0.9 } }).refusals(4_000), []);
});

test('a spread that stands all the time is no opportunity, and what is beyond it is', () => {
  const stage = qualityStage();
  const second = (atMs: number) => stage.quality.second((ORIGIN_MS + atMs) * 1_000);
  for (let atMs = 0; atMs < 300_000; atMs += 1_000) {
    stage.quote('left', atMs + 10, { bid: 100.6 });
    stage.quote('right', atMs + 20, { bid: 100 });
    if (atMs > 0) second(atMs);
  }
  assert.deepEqual(stage.refusals(299_500), ['basis']);
  assert.ok(Math.abs(stage.quality.look(0, (ORIGIN_MS + 299_500) * 1_000).basisPercent - 0.6) < 0.002);
  stage.calm(299_600, 300_600, { left: { bid: 101.2 } });
  assert.deepEqual(stage.refusals(300_600), []);
});

test('a spread greater than any that was true, the sooner where nothing proves that it is one coin; and another coin', () => {
  assert.deepEqual(opened({ left: { bid: 112 } }).refusals(4_000), ['implausible']);
  const wide = opened({ left: { bid: 102 } });
  assert.deepEqual(wide.refusals(4_000), []);
  wide.identity = 'pending';
  assert.deepEqual(wide.refusals(4_000), ['implausible']);
  wide.identity = 'other';
  assert.deepEqual(wide.refusals(4_000), ['implausible', 'identity']);
  const near = opened();
  near.identity = 'other';
  assert.deepEqual(near.refusals(4_000), ['identity']);
});

test('every reason that holds is given', () => {
  const stage = opened({ left: { bid: 112, ask: 111, bidSize: 0.01 } });
  stage.identity = 'other';
  assert.deepEqual(stage.refusals(4_000), ['crossed', 'thin', 'implausible', 'identity']);
  assert.equal(REFUSALS.length, 14);
});
