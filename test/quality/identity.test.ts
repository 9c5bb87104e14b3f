// What the judge of identity tells, and when: one coin, two coins, another unit, breaks, restarts, and a person's word.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Identity } from '../../src/quality/identity.js';
import { readOverrides } from '../../src/quality/identity-overrides.js';
import { SAME } from '../../src/quality/identity-score.js';
import { readSnapshot } from '../../src/quality/identity-snapshot.js';
import { runIdentity } from './identity-run.js';
import { createStage, listed } from './identity-stage.js';

const TWO = [listed('Aba', 'one'), listed('Bab', 'one')];

test('one coin on two exchanges is pending at first, and same within minutes', () => {
  const stage = createStage({ listings: TWO });
  stage.run(15);
  assert.equal(stage.verdict('Aba', 'Bab'), 'pending');
  const seconds = stage.run(600, () => stage.verdict('Aba', 'Bab') !== 'pending');
  assert.equal(stage.verdict('Aba', 'Bab'), 'same');
  assert.ok(seconds < 300, `${seconds} s`);
  const evidence = stage.identity.evidence(stage.pair('Aba', 'Bab'));
  assert.equal(evidence.reason, 'moves-together');
  assert.equal(evidence.factor, 1);
  assert.ok(Math.abs(evidence.ratio - 1) < 0.001 && evidence.nearShare === 1);
  assert.ok(evidence.motionNats + evidence.levelNats >= evidence.neededNats);
});

test('a name that another coin stands for is caught within a minute of its first quotes', () => {
  const stage = createStage({
    listings: [listed('Aba', 'one'), listed('Bab', 'two')],
    relation: 'unrelated',
  });
  stage.run(60, () => stage.verdict('Aba', 'Bab') !== 'pending');
  assert.equal(stage.verdict('Aba', 'Bab'), 'other-coin');
  assert.equal(stage.identity.evidence(stage.pair('Aba', 'Bab')).reason, 'far');
  assert.ok(Number.isNaN(stage.identity.factorOf(stage.pair('Aba', 'Bab'))));
});

test('another coin at the same price, 0.95 correlated, is never called same', () => {
  const stage = createStage({
    listings: [listed('Aba', 'one'), listed('Bab', 'two')],
    relation: 'near-twin',
    nearness: 0,
    correlation: 0.95,
  });
  stage.run(3 * 3600, () => stage.verdict('Aba', 'Bab') === 'same');
  assert.notEqual(stage.verdict('Aba', 'Bab'), 'same');
});

test('a thousand coins in a unit are found from the prices, and sooner where the name says so', () => {
  const seconds = ['1000XYZ', 'XYZ'].map((base) => {
    const listings = [
      listed('Aba', 'one', { base, multiplier: 1000 }),
      listed('Bab', 'one', { base: 'XYZ' }),
    ];
    const { pairs } = runIdentity({ listings, seed: 3, isCalm: true, seconds: 3600, nowMs: () => 0 });
    assert.equal(pairs[0]!.factor, 1000);
    assert.equal(pairs[0]!.verdict, 2);
    return pairs[0]!.firstS;
  });
  assert.ok(seconds[0]! < seconds[1]!, `${seconds}`);
});

test('of three exchanges the one that the two others do not know is the foreign one', () => {
  const stage = createStage({
    listings: [listed('Aba', 'one'), listed('Bab', 'one'), listed('Cac', 'two')],
    relation: 'unrelated',
  });
  stage.run(600);
  assert.equal(stage.verdict('Aba', 'Bab'), 'same');
  assert.equal(stage.verdict('Aba', 'Cac'), 'other-coin');
  const sides = stage.identity.sides(0)!;
  assert.deepEqual(sides, { parts: [[0, 1], [2]], hasMajority: true, foreign: [{ leg: 2, pairs: [1, 2] }] });
  assert.deepEqual(stage.identity.disputed(), [sides]);
});

test('two against two have no majority, and yet are told apart', () => {
  const listings = ['Aba', 'Bab', 'Cac', 'Dad'].map((name, at) => listed(name, at < 2 ? 'one' : 'two'));
  const stage = createStage({ listings, relation: 'unrelated' });
  stage.run(600);
  assert.deepEqual([stage.verdict('Aba', 'Bab'), stage.verdict('Cac', 'Dad')], ['same', 'same']);
  assert.deepEqual(stage.identity.sides(0), {
    parts: [
      [0, 1],
      [2, 3],
    ],
    hasMajority: false,
    foreign: [],
  });
});

test('a dislocation of 7 % over three minutes leaves the pair what it is', () => {
  const stage = createStage({ listings: TWO });
  stage.run(900);
  stage.market.jolt(0, 0.07, 180);
  stage.run(400, () => stage.verdict('Aba', 'Bab') !== 'same');
  assert.equal(stage.verdict('Aba', 'Bab'), 'same');
});

test('a redenomination, or another coin under the name, is caught within a minute', () => {
  for (const factor of [1000, 3.7]) {
    const stage = createStage({ listings: TWO });
    stage.run(900);
    assert.equal(stage.verdict('Aba', 'Bab'), 'same');
    stage.market.rescale(0, factor);
    stage.run(60, () => stage.verdict('Aba', 'Bab') !== 'same');
    assert.equal(stage.verdict('Aba', 'Bab'), 'other-coin');
  }
});

test('what was decided holds over a restart, until prices contradict it', () => {
  const first = createStage({ listings: TWO });
  first.run(900);
  const kept = readSnapshot(JSON.parse(JSON.stringify(first.identity.snapshot())));
  const stage = createStage({ listings: TWO, seed: 8 });
  stage.identity.restore(kept);
  stage.run(1);
  assert.equal(stage.verdict('Aba', 'Bab'), 'same');
  const evidence = stage.identity.evidence(0);
  assert.deepEqual([evidence.reason, evidence.restoredSeconds], ['restored', 900]);
  const other = createStage({
    listings: [listed('Aba', 'one'), listed('Bab', 'two')],
    relation: 'near',
    nearness: 0.04,
  });
  other.identity.restore(kept);
  other.run(100);
  assert.equal(other.verdict('Aba', 'Bab'), 'pending');
  assert.equal(other.identity.evidence(0).restoredSeconds, 0);
});

test('pegged coins are pending for ever, but where both exchanges name one contract', () => {
  const listings = TWO.map((listing) => ({ ...listing, kind: 'pegged' as const }));
  const bare = createStage({ listings });
  bare.run(1800);
  assert.equal(bare.verdict('Aba', 'Bab'), 'pending');
  assert.equal(bare.identity.evidence(0).reason, 'pegged');
  const told = createStage({ listings }, { about: () => ({ contract: 'eth:0x1' }) });
  told.run(60);
  assert.equal(told.verdict('Aba', 'Bab'), 'same');
  assert.equal(told.identity.evidence(0).reason, 'metadata');
});

test('a wrapped coin is not its coin, however close their prices are', () => {
  const listings = [listed('Aba', 'one', { base: 'STETH' }), listed('Bab', 'one', { base: 'ETH' })];
  const { pairs } = runIdentity({ listings, seed: 3, isCalm: true, seconds: 3600, nowMs: () => 0 });
  assert.equal(pairs[0]!.verdict, 0);
});

test('a person overrules the prices', () => {
  const entry = (exchange: string) => ({ exchange, symbol: 'XYZ/USDT' });
  const different = readOverrides({ different: [[entry('aba'), entry('BAB')]] });
  const stage = createStage({ listings: TWO }, { overrides: different });
  stage.run(600);
  assert.equal(stage.verdict('Aba', 'Bab'), 'other-coin');
  assert.equal(stage.identity.evidence(0).reason, 'override');
  const same = readOverrides({ same: [[entry('Aba'), entry('Bab')]] });
  const other = createStage({ listings: [listed('Aba', 'one'), listed('Bab', 'two')] }, { overrides: same });
  other.run(120);
  assert.equal(other.identity.verdictOf(0), SAME);
  assert.deepEqual(other.identity.snapshot().pairs, []);
});

test('no cluster overrules a person', () => {
  const entry = (exchange: string) => ({ exchange, symbol: 'XYZ/USDT' });
  const overrides = readOverrides({ same: [[entry('Aba'), entry('Cac')]] });
  const listings = [listed('Aba', 'one'), listed('Bab', 'one'), listed('Cac', 'two')];
  const stage = createStage({ listings, relation: 'unrelated' }, { overrides });
  stage.run(600);
  assert.equal(stage.verdict('Aba', 'Cac'), 'same');
  assert.equal(stage.verdict('Bab', 'Cac'), 'other-coin');
  // Two of the three pairs say that all are one coin, and one that they are not: that is no agreement.
  assert.equal(stage.verdict('Aba', 'Bab'), 'pending');
  assert.equal(stage.identity.evidence(stage.pair('Aba', 'Bab')).reason, 'doubtful');
});

test('two judges of one market tell the same', () => {
  const [one, other] = [
    createStage({ listings: TWO, isCalm: false }),
    createStage({ listings: TWO, isCalm: false }),
  ];
  one.run(2000);
  other.run(2000);
  assert.deepEqual(one.identity.evidence(0), other.identity.evidence(0));
});

test('a pair takes at most 200 bytes of columns', () => {
  assert.ok(Identity.bytesMax(1, 0) <= 200, `${Identity.bytesMax(1, 0)}`);
});
