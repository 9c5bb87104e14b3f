// The owner's plan, test 12, in its short form; five minutes of the same are `npm run bench -- memory`.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureResident, residentMissing } from '../support/resident.js';

const RSS_MB_MAX = 200;

test('plan 12: memory stays under 200 MB at 4 exchanges, 100 symbols, 2,000 quotes/s', {
  skip: residentMissing,
}, async () => {
  const { samples, instruments, quotesPerSecond, reasons } = await measureResident({
    seconds: 20,
    symbols: 100,
    rate: 2_000,
  });
  assert.equal(instruments, 400);
  assert.deepEqual(reasons, []);
  assert.ok(quotesPerSecond > 1_000, `only ${quotesPerSecond} quotes/s were recorded`);
  const peakMb = samples.at(-1)!.peakMb;
  assert.ok(peakMb < RSS_MB_MAX, `${peakMb.toFixed(1)} MB at most, of ${RSS_MB_MAX} MB`);
});
