// Live = replay, in short: `npm run live-replay` is the long form.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proveReplay } from './proof.js';

const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));

test(`a replay of a market with faults gives every derived output of the live one, value for value (SEED=${SEED})`, async (t) => {
  const result = await proveReplay({ seed: SEED, minutes: 4, speed: 20, quotesPerSecond: 150 });
  t.diagnostic(JSON.stringify(result));
  assert.deepEqual(result.differences, []);
  assert.ok(result.quotes > 300 && result.gaps > 3 && result.points > 300, JSON.stringify(result));
});
