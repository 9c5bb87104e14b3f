// Why a pair could not be traded now, in every state of its legs; and the orders, in which nothing without a value comes first.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Opportunity } from '../../src/opportunities/filter.js';
import { chosen, judge, type PairNow } from '../../src/opportunities/rank.js';

const pair = (symbol: string, cycles = 41, net?: number): Opportunity => ({
  symbol,
  exchange1: 'Aaa',
  exchange2: 'Bbb',
  opportunityCycles: cycles,
  statistics: net === undefined ? {} : { net_cycles: net },
});
const leg = { ageMs: 10, stands: true };
const now = (best: number, legs: PairNow['legs'] = [leg, leg]): PairNow => ({
  spreadPercent: best,
  executablePercent: [-best, best],
  legs,
  refusals: best > 0.4 ? [] : ['below-costs'],
  freshEdgePercent: best - 0.4,
});

test('a pair is refused for every reason that is told of it, and where it is not received; with its edge where there is one', () => {
  const judged = (at: PairNow | null) => judge(pair('A/USDT'), at, 0.4);
  assert.deepEqual(judged(now(0.5)).refusals, []);
  assert.deepEqual(judged(null).refusals, ['no-live-leg']);
  const refused: PairNow = { ...now(0.5), refusals: ['unconfirmed', 'flicker'], freshEdgePercent: 0.02 };
  assert.deepEqual(judged(refused).refusals, ['unconfirmed', 'flicker']);
  assert.ok(Math.abs(judged(refused).edgeBps - 10) < 1e-9);
  assert.ok(Math.abs(judged(refused).freshEdgeBps - 2) < 1e-9);
  const half = { ...now(0.5), executablePercent: [Number.NaN, 0.45] as const };
  assert.ok(Math.abs(judged(half).edgeBps - 5) < 1e-9);
  assert.ok(Number.isNaN(judged(null).freshEdgeBps));
});

test('orders put the most first, what has no value last, and equal ones as the list has them', () => {
  const judged = [
    judge(pair('A/USDT', 50, 3), null, 0.4),
    judge(pair('B/USDT', 60), now(0.1), 0.4),
    judge(pair('C/USDT', 41, 9), now(0.9), 0.4),
    judge(pair('D/USDT', 60, 3), now(0.1), 0.4),
  ];
  const symbols = (wanted: Parameters<typeof chosen>[1]) =>
    chosen(judged, wanted)
      .map(({ opportunity }) => opportunity.symbol[0])
      .join('');
  assert.equal(symbols({}), 'ABCD');
  assert.equal(symbols({ sort: 'edge' }), 'CBDA');
  assert.equal(symbols({ sort: 'cycles' }), 'BDAC');
  assert.equal(symbols({ sort: 'net' }), 'CADB');
  assert.equal(symbols({ alive: true }), 'BCD');
  assert.equal(symbols({ tradable: true }), 'C');
  assert.equal(symbols({ minEdgeBps: -31 }), 'BCD');
  assert.equal(symbols({ symbol: 'b_usdt', exchange: 'aaa' }), 'B');
  assert.equal(symbols({ exchange: 'Ccc' }), '');
});
