import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { quantileReader } from '../../src/opportunities/quantiles.js';

const folder = mkdtempSync(join(tmpdir(), 'quantiles-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const HEADER = 'symbol,exchange1,exchange2,opportunity_cycles_040bp';
const OURS = `${HEADER},spread_max_pct,spread_min_pct,spread_p01_pct,spread_p50_pct,spread_p99_pct`;

test('the newest statistics are read once; a file without our columns has none, an empty cell is none', async () => {
  const read = quantileReader(folder);
  assert.deepEqual(await read(), [], 'no file');
  assert.equal(await read(), null);
  writeFileSync(join(folder, 'summary_stats_20260101_000000.csv'), `${HEADER}\nBTC_USDT,Alpha,Beta,3\n`);
  assert.deepEqual(await read(), []);
  const rows = ['BTC_USDT,Alpha,Beta,3,5,1,2,3,4', 'ETH_USDT,Alpha,Beta,0,,1,2,,4'];
  writeFileSync(join(folder, 'summary_stats_20260101_010000.csv'), `${[OURS, ...rows].join('\n')}\n`);
  assert.deepEqual(await read(), [
    { symbol: 'BTC_USDT', exchange1: 'Alpha', exchange2: 'Beta', percent: [1, 2, 3, 4, 5] },
    { symbol: 'ETH_USDT', exchange1: 'Alpha', exchange2: 'Beta', percent: [1, 2, Number.NaN, 4, Number.NaN] },
  ]);
  assert.equal(await read(), null);
});

test('a folder that is not there has none', async () => {
  assert.deepEqual(await quantileReader(join(folder, 'absent'))(), []);
});
