// The worth of evidence in nats: more movement and a narrower ratio say more, stillness says nothing, and no formula breaks at its ends.

import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { levelNats, motionNats, neededNats } from '../../src/quality/identity-score.js';
import { createRandom } from '../../src/sim/random.js';

test('what hardly moved says nothing, however narrow the ratio is', () => {
  for (const together of [0, -1, Number.NaN, 1e-30, 1e-20, 1e-16, 1e-13])
    assert.equal(motionNats(together, 0.001, 50), 0, `${together}`);
  assert.equal(motionNats(1, 0, 4), 0);
});

test('nats rise with the movement and fall with the range, and are numbers everywhere', () => {
  for (const blocks of [5, 6, 10, 64, 1000, 21_600]) {
    let before = 0;
    for (let power = -14; power <= 0; power += 0.25) {
      const nats = motionNats(10 ** power, 0.0004, blocks);
      assert.ok(Number.isFinite(nats) && nats >= before - 1e-9, `${blocks} ${power} ${nats}`);
      before = nats;
    }
    assert.ok(motionNats(1e-5, 0.0004, blocks) > motionNats(1e-5, 0.0008, blocks));
  }
  assert.ok(levelNats(0.001) > levelNats(0.01) && levelNats(0.03) === 0 && levelNats(0) === levelNats(1e-5));
  assert.ok(neededNats(8, 0) === 8 && neededNats(8, 900) === 9);
});

test('a walk of 0.99 correlation passes for one coin as seldom as its nats say', (context) => {
  const seed = randomInt(2 ** 31);
  context.diagnostic(`seed ${seed}`);
  const random = createRandom(seed, 'walks');
  const gauss = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const walks = 4000;
  let passed = 0;
  for (let walk = 0; walk < walks; walk += 1) {
    const share = 2 * (0.01 + 0.09 * random.next());
    let at = 0;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let block = 0; block < 32; block += 1) {
      let sum = 0;
      for (let step = 0; step < 8; step += 1) {
        at += Math.sqrt(share / 256) * gauss() * 0.01;
        sum += at;
      }
      low = Math.min(low, sum / 8);
      high = Math.max(high, sum / 8);
    }
    if (motionNats(0.0001, high - low, 32) >= 3) passed += 1;
  }
  // e^−3 = 5 %.
  assert.ok(passed / walks < 0.08, `seed ${seed}: ${passed} of ${walks}`);
});
