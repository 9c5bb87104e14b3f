import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyzePairs } from '../../src/analysis/analyze.js';
import { discoverPairs } from '../../src/analysis/discover.js';
import { createRecentCache } from '../../src/analysis/recent-cache.js';
import { openReader } from '../../src/lake/reader.js';
import { EVERYTHING, recentColumns } from '../lake/parquet-files.js';
import { constant, lakeOf, legOf } from './lakes.js';

test("an instrument's newest rows are read once for all its pairs", async (t) => {
  const rows = legOf(constant(5));
  const root = await lakeOf(t, { Aaa: rows, Bbb: rows, Ccc: rows, Ddd: rows });
  const asked: string[] = [];
  const recent = createRecentCache(async (_root, exchange) => {
    asked.push(exchange);
    const later = legOf(constant(3), 10);
    return { columns: recentColumns({ ...later, ask: later.bid }), problems: [] };
  });
  const reader = openReader(root, { recent });
  const pairs = discoverPairs(await reader.instruments());
  const { rows: found } = await analyzePairs({ reader, pairs, ...EVERYTHING });
  assert.deepEqual([found.length, found[0]?.dataPoints], [6, 8]);
  assert.deepEqual(asked.sort(), ['Aaa', 'Bbb', 'Ccc', 'Ddd']);
});

test('the cache holds no more rows than it may, those used last', async () => {
  const asked: string[] = [];
  const lengths: Readonly<Record<string, number>> = { Aaa: 4, Bbb: 4, Ccc: 4, Big: 11 };
  const recent = createRecentCache(async (_root, exchange) => {
    asked.push(exchange);
    const leg = legOf(constant(lengths[exchange] ?? 0));
    return { columns: recentColumns({ ...leg, ask: leg.bid }), problems: [] };
  }, 10);
  const ask = (exchange: string, toUs = 1) => recent('root', exchange, 'X', 0, toUs);
  for (const exchange of ['Aaa', 'Bbb', 'Aaa', 'Ccc', 'Big', 'Aaa', 'Big', 'Bbb']) await ask(exchange);
  assert.deepEqual(asked, ['Aaa', 'Bbb', 'Ccc', 'Big', 'Big', 'Bbb']);
  await ask('Bbb', 2);
  assert.equal(asked.at(-1), 'Bbb');
  assert.equal(asked.length, 7);
});
