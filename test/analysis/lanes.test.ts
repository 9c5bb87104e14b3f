// A thread that dies costs the symbol that it was at, and no other.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inLanes } from '../../src/analysis/analyze.js';
import { discoverPairs } from '../../src/analysis/discover.js';
import { openLanes } from '../../src/analysis/lanes.js';
import { EVERYTHING } from '../lake/parquet-files.js';

const PROGRAM = `
import { parentPort } from 'node:worker_threads';
parentPort.on('message', (pairs) => {
  if (pairs[0].symbol === 'ETH/USDT') process.exit(1);
  if (pairs[0].symbol === 'SOL/USDT') throw new Error('of its own');
  parentPort.postMessage({ outcomes: pairs.map(() => ({ status: 'skipped', reason: 'no-match' })), problems: [] });
});`;

test('a thread that ends is told and replaced', async () => {
  const instruments = ['ADA', 'ETH', 'SOL', 'XRP'].flatMap((base) =>
    ['Aaa', 'Bbb'].map((exchange) => ({ exchange, symbol: `${base}/USDT`, directories: [] })),
  );
  const pairs = discoverPairs(instruments);
  const url = new URL(`data:text/javascript,${encodeURIComponent(PROGRAM)}`);
  for (const count of [1, 3]) {
    const { lanes, close } = openLanes({ root: '', ...EVERYTHING, nowUs: 0 }, count, url);
    const { failed, skipped } = await inLanes({ pairs }, lanes);
    await close();
    assert.deepEqual(
      failed.map(({ symbol, message }) => [symbol, message]),
      [
        ['ETH/USDT', 'its thread ended'],
        ['SOL/USDT', 'of its own'],
      ],
    );
    assert.equal(skipped['no-match'], 2);
  }
});
