// What a card says of its newest point.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadWebModule } from '../support/web-module.js';

interface Point {
  readonly spread: number | null;
  readonly lastSpread: number | undefined;
  readonly lastSeconds: number | undefined;
  readonly late: readonly string[];
}

type NewestWords = (
  point: Point,
  following: string,
  live: boolean | null,
  nowSeconds: number,
) => { readonly value: string; readonly age: string; readonly look: string };

const { newestWords } = await loadWebModule<{ newestWords: NewestWords }>('words');
const valid = (lastSeconds: number): Point => ({ spread: 0.2, lastSpread: 0.2, lastSeconds, late: [] });
const words = (...given: Parameters<NewestWords>) => {
  const { value, age, look } = newestWords(...given);
  return `${value} | ${age} | ${look}`;
};

test('a live spread has an age, and is marked when nothing newer comes for ten seconds', () => {
  assert.equal(words(valid(1_000), 'on', true, 1_000.9), '+0.200 % | now | fresh');
  assert.equal(words(valid(1_000), 'on', true, 998), '+0.200 % | now | fresh');
  assert.equal(words(valid(1_000), 'on', true, 1_003.5), '+0.200 % | 3 s ago | fresh');
  assert.equal(words(valid(1_000), 'on', true, 1_010), '+0.200 % | 10 s ago | fresh');
  assert.equal(words(valid(1_000), 'on', true, 1_045), '+0.200 % | 45 s ago, nothing newer | old');
  assert.equal(words(valid(1_000), 'on', true, 1_130), '+0.200 % | 2 min ago, nothing newer | old');
});

test('without a valid spread now it says so, with the last one', () => {
  const point = { spread: null, lastSpread: -0.1, lastSeconds: 1_000, late: [] };
  assert.equal(words(point, 'on', true, 1_005), 'no valid spread now | last −0.100 %, 5 s ago | old');
  const never = { spread: null, lastSpread: undefined, lastSeconds: undefined, late: [] };
  assert.equal(words(never, 'never', true, 1_005), '– | no valid spread | apart');
});

test('where quotes come too late to count it says whose', () => {
  const point = { spread: null, lastSpread: 0.1, lastSeconds: 1_000, late: ['Alpha'] };
  assert.equal(
    words(point, 'on', true, 1_005),
    'no valid spread now | last +0.100 %, 5 s ago: quotes of Alpha come late | old',
  );
  const both = { ...point, late: ['Alpha', 'Beta'] };
  assert.match(words(both, 'on', true, 1_005), /quotes of Alpha and Beta come late/);
});

test('a pair that the live stream does not have, or a stream that is not connected, is said in words', () => {
  const at = 1_003;
  assert.equal(words(valid(1_000), 'quiet', true, at), '+0.200 % | 3 s ago, no live points | apart');
  assert.equal(words(valid(1_000), 'off', true, at), '+0.200 % | 3 s ago, no longer watched | apart');
  assert.equal(words(valid(1_000), 'never', true, at), '+0.200 % | 3 s ago, no live points | apart');
  assert.equal(words(valid(1_000), 'on', false, at), '+0.200 % | 3 s ago, not live | old');
  assert.equal(words(valid(1_000), 'never', null, at), '+0.200 % | 3 s ago | apart');
});
