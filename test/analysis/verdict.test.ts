// What is said of a pair in words follows from its numbers, and nothing is said where they rest on too little.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { analyzePairs } from '../../src/analysis/analyze.js';
import { discoverPairs } from '../../src/analysis/discover.js';
import { type Verdict, verdictOf } from '../../src/analysis/verdict.js';
import { openReader } from '../../src/lake/reader.js';
import { constant, lakeOf, legOf, SECOND_US, START_US } from './lakes.js';

async function verdict(t: TestContext, deviations: readonly number[], feePercent = 0.1): Promise<Verdict> {
  const root = await lakeOf(t, { Aaa: legOf(deviations), Bbb: legOf(constant(deviations.length)) });
  const reader = openReader(root);
  const pairs = discoverPairs(await reader.instruments());
  const range = { fromUs: START_US, toUs: START_US + deviations.length * SECOND_US };
  const { rows } = await analyzePairs({ reader, pairs, ...range, takerFeePercent: () => feePercent });
  return verdictOf(rows[0]!.own!);
}

/** Two hours, a value a second. */
const hours = (of: (second: number) => number) => Array.from({ length: 7_200 }, (_, second) => of(second));

test('a pair that comes back with a gain is good, one that fees eat is poor', async (t) => {
  const wave = hours((second) => (second % 60 < 20 ? 0.6 : 0));
  assert.deepEqual(await verdict(t, wave), {
    grade: 'good',
    words:
      'Comes back with a gain 60.0 times an hour, 18.0 bp each after all fees, half of them within 20 s.',
  });
  const dear = await verdict(t, wave, 0.2);
  assert.equal(dear.grade, 'poor');
  assert.match(
    dear.words,
    /^Comes back from 40 bp 60\.0 times an hour, and never with more than the fees of 0\.80 %/,
  );
});

test('what stands, what never moves and what is too short is said so', async (t) => {
  const stands = await verdict(
    t,
    hours((second) => (second < 6_000 ? 0.2 : 0.45)),
  );
  assert.deepEqual(stands, {
    grade: 'poor',
    words: 'Stands apart (17 % of the time) and does not come back once.',
  });
  assert.match(
    (
      await verdict(
        t,
        hours(() => 0.01),
      )
    ).words,
    /nothing to trade/,
  );
  const short = await verdict(t, constant(1_200, 0.6));
  assert.deepEqual(short, { grade: 'none', words: 'Too little to say: 0.3 h, 2399 rows.' });
});

test('a middle far from zero is a warning, whatever is gained', async (t) => {
  const basis = await verdict(
    t,
    hours((second) => (second % 60 < 50 ? 0.9 : 0)),
  );
  assert.equal(basis.grade, 'fair');
  assert.match(basis.words, /It stands around 0\.90 %: perhaps not the same coin/);
});
