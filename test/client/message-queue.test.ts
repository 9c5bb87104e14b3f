import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { MessageQueue } from '../../src/client/message-queue.js';
import { createRandom } from '../../src/sim/random.js';
import { until } from '../support/wait.js';

const SEED = (Math.random() * 2 ** 31) | 0;

test('whatever the pace of the reader, it gets all in order', async () => {
  const random = createRandom(SEED);
  const queue = new MessageQueue<number>(10_000, () => assert.fail(`seed ${SEED}: never full`));
  let [pushed, taken] = [0, 0];
  for (let turn = 0; turn < 200; turn += 1) {
    for (let n = random.below(3_000); n > 0 && pushed - taken < 10_000; n -= 1) queue.push(pushed++);
    for (let n = random.below(3_000); n > 0 && taken < pushed; n -= 1)
      assert.deepEqual(await queue.next(), { done: false, value: taken++ }, `seed ${SEED}`);
  }
});

test('a reader that is always one behind does not make it hold what was read', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const queue = new MessageQueue<object>(10, () => {});
  queue.push({});
  const refs: WeakRef<object>[] = [];
  for (let n = 0; n < 5_000; n += 1) {
    const message = { n };
    if (n % 1_000 === 0) refs.push(new WeakRef(message));
    queue.push(message);
    await queue.next();
  }
  await until('what was read can be collected', () => {
    collect();
    return refs.slice(0, 3).every((ref) => ref.deref() === undefined);
  });
});
