import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InstrumentTable } from '../../src/core/instrument.js';
import { Hub } from '../../src/hub/hub.js';
import { choosePairs } from '../../src/windows/choose.js';
import { Movers } from '../../src/windows/movers.js';
import { PairTable } from '../../src/windows/pair-table.js';
import { SECOND_US, START_US } from './stage.js';

function stage(candidatesMax = 1_000, spotPerp = false) {
  const instruments = new InstrumentTable();
  const hub = new Hub({ instrumentsMax: 100, lastStampUs: 0 });
  const pairs = new PairTable({ instruments, pairsMax: candidatesMax, spotPerp });
  const movers = new Movers(pairs);
  const quote = (exchange: string, symbol: string, stampUs: number, bid: number) =>
    hub.quote(instruments.intern(exchange, symbol).id, bid, 1, bid, 1, Number.NaN, stampUs);
  return { hub, pairs, movers, quote };
}

const nameOf = ({ symbol, exchange1, exchange2 }: { symbol: string; exchange1: string; exchange2: string }) =>
  `${symbol} ${exchange1} ${exchange2}`;

test('pairs are ranked by how far their spread has moved of late, and named as statistics name them', () => {
  const { hub, movers, quote } = stage();
  for (let sample = 0; sample < 10; sample += 1) {
    const nowUs = START_US + sample * 5 * SECOND_US;
    quote('Beta', 'CALM/USDT', nowUs, 100);
    quote('Alpha', 'CALM/USDT', nowUs + 1, 100.01);
    quote('Beta', 'WILD/USDT', nowUs + 2, 100);
    quote('Alpha', 'WILD/USDT', nowUs + 3, 100 + (sample % 2));
    movers.sample(hub.latest, nowUs + 4);
  }
  const ranked = movers.rank(20, START_US + 50 * SECOND_US);
  assert.deepEqual(ranked.map(nameOf), ['WILD/USDT Alpha Beta', 'CALM/USDT Alpha Beta']);
  assert.equal(movers.rank(1, START_US + 50 * SECOND_US).length, 1);
});

test('legs that are silent, of another market, or hardly the same asset make no pair', () => {
  const { hub, movers, quote } = stage();
  quote('Alpha', 'OLD/USDT', START_US, 100);
  const nowUs = START_US + 100 * SECOND_US;
  quote('Beta', 'OLD/USDT', nowUs, 100);
  quote('Alpha', 'MIX/USDT', nowUs + 1, 100);
  quote('BetaPerp', 'MIX/USDT', nowUs + 2, 101);
  quote('Alpha', 'NAMESAKE/USDT', nowUs + 3, 100);
  quote('Beta', 'NAMESAKE/USDT', nowUs + 4, 150);
  movers.sample(hub.latest, nowUs + 5);
  assert.deepEqual(movers.rank(20, nowUs + 5), []);
});

test('spot and perpetual make a pair where that is asked for', () => {
  const { hub, movers, quote } = stage(1_000, true);
  quote('Alpha', 'MIX/USDT', START_US, 100);
  quote('BetaPerp', 'MIX/USDT', START_US + 1, 101);
  movers.sample(hub.latest, START_US + 2);
  assert.deepEqual(movers.rank(20, START_US + 2).map(nameOf), ['MIX/USDT Alpha BetaPerp']);
});

test('what moved minutes ago no longer counts', () => {
  const { hub, movers, quote } = stage();
  const at = (seconds: number) => START_US + seconds * SECOND_US;
  for (let second = 0; second < 300; second += 5) {
    quote('Alpha', 'ONCE/USDT', at(second), second === 10 ? 105 : 100);
    quote('Beta', 'ONCE/USDT', at(second) + 1, 100);
    quote('Alpha', 'NOW/USDT', at(second) + 2, second % 10 === 0 ? 100 : 100.5);
    quote('Beta', 'NOW/USDT', at(second) + 3, 100);
    movers.sample(hub.latest, at(second) + 4);
    if (second === 60) assert.match(nameOf(movers.rank(1, at(60))[0]!), /^ONCE/);
  }
  assert.match(nameOf(movers.rank(1, at(300))[0]!), /^NOW/);
});

test('a pair that is watched gives way only to one that moves clearly more', () => {
  const { hub, movers, quote } = stage();
  const at = (seconds: number) => START_US + seconds * SECOND_US;
  const swing = (second: number, percent: number) => 100 + (second % 10 === 0 ? 0 : percent);
  const leader = (second: number) => nameOf(movers.rank(1, at(second))[0]!).split('/')[0];
  const leaders: (string | undefined)[] = [];
  for (let second = 0; second < 600; second += 5) {
    quote('Alpha', 'STAYS/USDT', at(second), swing(second, 1));
    quote('Beta', 'STAYS/USDT', at(second) + 1, 100);
    quote('Alpha', 'OTHER/USDT', at(second) + 2, swing(second, second < 300 ? 0.9 : 1.2));
    quote('Beta', 'OTHER/USDT', at(second) + 3, 100);
    quote('Alpha', 'LATE/USDT', at(second) + 4, swing(second, second < 450 ? 0 : 3));
    quote('Beta', 'LATE/USDT', at(second) + 5, 100);
    movers.sample(hub.latest, at(second) + 6);
    leaders.push(leader(second));
  }
  // Before anything has moved the names decide.
  assert.deepEqual([...new Set(leaders.slice(1))], ['STAYS', 'LATE']);
  assert.equal(leaders[90], 'STAYS');
  assert.equal(leaders[91], 'LATE');
});

test('candidates are bounded, and what found no room is counted', () => {
  const { hub, pairs, movers, quote } = stage(2);
  for (const exchange of ['Alpha', 'Beta', 'Gamma']) quote(exchange, 'BTC/USDT', START_US, 100);
  movers.sample(hub.latest, START_US + 10);
  assert.equal(pairs.size, 2);
  assert.equal(pairs.leftOut, 1);
});

test('movers are watched only while there are no statistics, and that is said', () => {
  const pair = (symbol: string) => ({ symbol, exchange1: 'Alpha', exchange2: 'Beta' });
  const without = choosePairs({ opportunities: null, movers: [pair('M')], configured: [pair('C')] });
  assert.deepEqual(without, { pairs: [pair('C'), pair('M')], note: 'no statistics yet' });
  const withNone = choosePairs({ opportunities: [], movers: [pair('M')] });
  assert.deepEqual(withNone, { pairs: [], note: null });
  const found = { ...pair('O'), opportunityCycles: 41 };
  const withSome = choosePairs({ opportunities: [found], movers: [pair('M')], pinned: [pair('P')] });
  assert.deepEqual(withSome.pairs, [pair('P'), found]);
});

test('rank is pins, configured pairs, then opportunities by their cycles, and by name where those are equal', () => {
  const pair = (symbol: string) => ({ symbol, exchange1: 'Alpha', exchange2: 'Beta' });
  const found = (symbol: string, opportunityCycles: number) => ({ ...pair(symbol), opportunityCycles });
  const opportunities = [found('A', 41), found('B', 50), found('C', 41), found('D', 900)];
  const wishes = { opportunities, movers: [], configured: [pair('Y')], pinned: [pair('Z')] };
  const order = choosePairs(wishes).pairs.map(({ symbol }) => symbol);
  assert.equal(order.join(' '), 'Z Y D B A C');
  assert.deepEqual(
    opportunities.map(({ symbol }) => symbol).join(' '),
    'A B C D',
    'nothing is sorted in place',
  );
});
