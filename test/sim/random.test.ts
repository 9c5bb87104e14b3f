import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRandom, hash32, smoothNoise } from '../../src/sim/random.js';
import { VirtualClock } from '../../src/sim/virtual-clock.js';

test('a stream is the same for the same seed and words, and another for others', () => {
  const draw = (seed: number, word: string): readonly number[] => {
    const random = createRandom(seed, word);
    return Array.from({ length: 8 }, () => random.next());
  };
  assert.deepEqual(draw(1, 'a'), draw(1, 'a'));
  assert.notDeepEqual(draw(1, 'a'), draw(1, 'b'));
  assert.notDeepEqual(draw(1, 'a'), draw(2, 'a'));
});

test('draws are even over their range, and waiting times have their mean', () => {
  const random = createRandom(4);
  const tens = new Array<number>(10).fill(0);
  let waited = 0;
  for (let count = 0; count < 20_000; count++) {
    tens[random.below(10)]!++;
    waited += random.exponential(50);
  }
  assert.ok(
    tens.every((count) => count > 1_800 && count < 2_200),
    tens.join(' '),
  );
  assert.ok(Math.abs(waited / 20_000 - 50) < 2, `${waited / 20_000}`);
});

test('noise is smooth and stays within one', () => {
  fc.assert(
    fc.property(fc.integer(), fc.double({ min: -1e9, max: 1e9, noNaN: true }), (seed, position) => {
      const hash = hash32(seed, 'noise');
      const here = smoothNoise(hash, position);
      assert.ok(here >= -1 && here <= 1);
      // The steepest a smoothstep of height 2 can be is 3 a unit.
      assert.ok(Math.abs(smoothNoise(hash, position + 1e-3) - here) <= 3.1e-3);
    }),
  );
});

test('a virtual clock runs timers in order at their own times, and cancelled ones not at all', () => {
  const clock = new VirtualClock(1_000_000);
  const ran: string[] = [];
  const note = (name: string) => () => ran.push(`${name}@${clock.nowUs()}`);
  clock.after(30, note('late'));
  clock.after(10, () => clock.after(5, note('nested')));
  const cancel = clock.every(10, note('tick'));
  clock.after(25, cancel);
  clock.after(40, note('never'));
  clock.advance(35);
  assert.deepEqual(ran, ['tick@1010000', 'nested@1015000', 'tick@1020000', 'late@1030000']);
  assert.equal(clock.nowUs(), 1_035_000);
});
