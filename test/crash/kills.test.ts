// The short form of `npm run kills`: some seconds of it. A seed that broke is run again alone with
// `npm run kills -- --seed SEED`.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runKills } from './kills.js';

const SECONDS = 15;
const KILLS = 5;

test('killed at random moments, damaged at random places: all but the last second is there, once, and readable', async (t) => {
  const from = Math.floor(Math.random() * 2 ** 31);
  const endMs = performance.now() + SECONDS * 1_000;
  let seed = from;
  for (; performance.now() < endMs; seed++) {
    const { broken, rows, lost, files, damages, openMsMax } = await runKills(seed, KILLS);
    assert.deepEqual(broken, [], `seed ${seed}: ${damages.join(', ')}`);
    t.diagnostic(
      `seed ${seed}: ${rows} rows in ${files} files, ${lost} lost, opened in ${openMsMax} ms; ${damages.join(', ')}`,
    );
  }
  assert.ok(seed > from);
});
