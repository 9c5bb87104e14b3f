// The short form of `npm run storm`: fresh seeds for some 80 seconds. A seed that broke is run again alone with
// `npm run storm -- --from SEED --seeds 1`.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runStorm } from './storm.js';

const SECONDS = 80;

test('storms of faults on three exchanges at once: nothing false, nothing untold, all healed, nothing left', async (t) => {
  const from = Math.floor(Math.random() * 2 ** 31);
  const endMs = performance.now() + SECONDS * 1_000;
  let storms = 0;
  for (let seed = from; performance.now() < endMs; seed++, storms++) {
    const { broken, struck, loopDelayMsMax } = await runStorm(seed);
    assert.deepEqual(
      broken,
      [],
      `seed ${seed} (loop ${loopDelayMsMax.toFixed(0)} ms late at most) under ${Object.keys(struck).join(', ')}`,
    );
  }
  t.diagnostic(`${storms} storms held, seeds ${from} to ${from + storms - 1}`);
  assert.ok(storms > 0);
});
