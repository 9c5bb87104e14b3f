// The short form of `npm run soak`: one minute, one burst, one end of an hour. What a shared machine may spoil (megabytes,
// milliseconds) has wide bounds here; what it may not has none.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { soakPlot } from './plot.js';
import { runSoak } from './soak.js';
import { verdictsOf } from './verdicts.js';

const SECONDS = 60;
const SETTLED = 20;

test('a minute of eight exchanges × 300 instruments, a burst, 25 clients and the end of an hour', {
  timeout: 240_000,
  skip: process.platform !== 'linux' && 'reads /proc',
}, async (t) => {
  const result = await runSoak({
    seconds: SECONDS,
    rate: 4_000,
    bursts: '5x10s/45s',
    settledSecond: SETTLED,
  });
  const bounds = { rssMbMax: 300, growthMbMax: 80, loopDelayMsMax: 2_000, costGrowthMax: 3 };
  const verdicts = verdictsOf(result, SETTLED, bounds);
  for (const { words } of verdicts) t.diagnostic(words);
  assert.equal(result.instruments, 2_400);
  assert.deepEqual(
    verdicts.filter(({ holds }) => !holds),
    [],
  );
  const { received = 0 } = result.counters;
  assert.ok(received > SECONDS * 2_000, `${received} quotes`);
  const plot = soakPlot(result.samples, 'a soak');
  assert.match(plot, /^<svg [\s\S]*<\/svg>\n$/);
  assert.ok(!plot.includes('NaN'), 'every point has a place');
});
