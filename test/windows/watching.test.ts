import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../../src/core/log.js';
import { VirtualClock } from '../../src/sim/virtual-clock.js';
import type { RatedPair } from '../../src/windows/choose.js';
import { Movers } from '../../src/windows/movers.js';
import { PairTable } from '../../src/windows/pair-table.js';
import { Watching, type WatchingOptions } from '../../src/windows/watching.js';
import { START_US, windowStage } from './stage.js';

const EXCHANGES = ['Alpha', 'Beta', 'AlphaPerp'];
const SYMBOLS = ['A/USDT', 'B/USDT', 'C/USDT', 'D/USDT', 'E/USDT'];

const pair = (symbol: string) => ({ symbol: `${symbol}/USDT`, exchange1: 'Alpha', exchange2: 'Beta' });
const rated = (symbol: string, opportunityCycles: number): RatedPair => ({
  ...pair(symbol),
  opportunityCycles,
});

function stage(
  options: { pairsMax?: number; pinsPerClientMax?: number } & Partial<WatchingOptions> = {},
  found: RatedPair[] | null = [],
) {
  const clock = new VirtualClock(START_US);
  const { pairsMax = 3, pinsPerClientMax = 2 } = options;
  const { hub, watched, instruments } = windowStage({
    exchanges: EXCHANGES,
    symbols: SYMBOLS,
    pairs: [],
    pairsMax,
  });
  let opportunities = found;
  const watching = new Watching({
    watched,
    movers: new Movers(new PairTable({ instruments, pairsMax: 100, spotPerp: false })),
    latest: hub.latest,
    opportunities: async () => opportunities,
    configured: [],
    spotPerp: false,
    clock,
    log: silentLog,
    limits: {
      watchIntervalMs: 5_000,
      advanceIntervalMs: 1_000,
      moversMax: 20,
      pinsPerClientMax,
      pinReleaseMs: 60_000,
    },
    ...options,
  });
  return {
    clock,
    watched,
    watching,
    find: (next: RatedPair[] | null) => {
      opportunities = next;
    },
    shown: () => watched.windows.map(({ symbol }) => symbol.split('/')[0]).join(' '),
  };
}

test('watched are pinned, configured and recommended pairs, in this order of rank', async () => {
  const { watching, shown } = stage({ pairsMax: 10, configured: [pair('C')] }, [
    rated('A', 41),
    rated('B', 300),
  ]);
  await watching.look();
  assert.equal(shown(), 'C B A');
  assert.ok('pair' in watching.pin({}, pair('D')));
  assert.equal(shown(), 'D C B A');
});

test('configured pairs are watched without any statistics too', async () => {
  const { watching, shown } = stage({ configured: [pair('C')] }, null);
  await watching.look();
  assert.equal(shown(), 'C');
  assert.equal(watching.note, 'no statistics yet');
});

test('recommended pairs beyond the bound are refused by rank: those of most cycles stay, whatever their names', async () => {
  const { watching, watched, shown } = stage({}, [
    rated('A', 41),
    rated('B', 90),
    rated('C', 42),
    rated('D', 1_000),
    rated('E', 43),
  ]);
  await watching.look();
  assert.equal(shown(), 'D B E');
  assert.deepEqual(watched.refused, [
    { ...pair('C'), reason: 'full' },
    { ...pair('A'), reason: 'full' },
  ]);
});

test('a pin is refused by name when as many pairs are watched as may be, with the limit; what is watched may be pinned', async () => {
  const { watching, shown, find } = stage({}, [rated('A', 41), rated('B', 90), rated('C', 42)]);
  await watching.look();
  assert.deepEqual(watching.pin({}, pair('D')), {
    refused: 'full',
    message: 'D/USDT Alpha Beta: all 3 places of watched pairs are taken',
    limit: 3,
  });
  const client = {};
  const answer = watching.pin(client, { symbol: 'a-usdt', exchange1: 'ALPHA', exchange2: 'beta' });
  assert.deepEqual(answer, { pair: pair('A') });
  // What is held stays, whatever newer statistics recommend.
  find([rated('B', 41), rated('C', 42), rated('D', 43)]);
  await watching.look();
  assert.equal(shown(), 'A D C');
  assert.deepEqual(watching.counters(), {
    pinned: 1,
    refused: { full: 1, 'too-many': 0, 'unknown-instrument': 0, 'same-exchange': 0, 'mixed-markets': 0 },
  });
});

test('a pin that cannot be had is refused with its reason, and counted', () => {
  const { watching } = stage({ pairsMax: 10 });
  const client = {};
  const refusals = [
    { symbol: 'X/USDT', exchange1: 'Alpha', exchange2: 'Beta' },
    { symbol: 'A/USDT', exchange1: 'Alpha', exchange2: 'ALPHA' },
    { symbol: 'A/USDT', exchange1: 'Alpha', exchange2: 'AlphaPerp' },
  ].map((names) => watching.pin(client, names));
  assert.deepEqual(refusals, [
    {
      refused: 'unknown-instrument',
      message: 'X/USDT Alpha Beta: one of the two does not list it, or is not connected',
    },
    { refused: 'same-exchange', message: 'exchange2: expected another exchange than exchange1, was ALPHA' },
    {
      refused: 'mixed-markets',
      message: 'A/USDT Alpha AlphaPerp: spot and perpetual make no pair (pairs.spotPerp is false)',
    },
  ]);
  for (const symbol of ['A', 'B', 'A']) assert.ok('pair' in watching.pin(client, pair(symbol)));
  assert.deepEqual(watching.pin(client, pair('C')), {
    refused: 'too-many',
    message: 'C/USDT Alpha Beta: one client holds at most 2 pairs',
    limit: 2,
  });
  assert.ok('pair' in watching.pin({}, pair('C')), 'the bound is that of one client');
  assert.equal(Object.values(watching.counters().refused).join(' '), '0 1 1 1 1');
});

test('a pinned pair is released a minute after its last client let go or left, and not before', () => {
  const { watching, clock, shown } = stage();
  const [one, other] = [{}, {}];
  watching.pin(one, pair('A'));
  watching.pin(other, pair('A'));
  watching.pin(other, pair('B'));
  watching.unpin(one, pair('A'));
  clock.advance(120_000);
  assert.equal(shown(), 'A B', 'another one holds it');
  watching.leave(other);
  clock.advance(59_999);
  assert.equal(shown(), 'A B');
  watching.pin(one, { symbol: 'ausdt', exchange1: 'alpha', exchange2: 'beta' });
  clock.advance(1);
  assert.equal(shown(), 'A', 'whoever comes back in time keeps it');
  watching.unpin({}, pair('A'));
  clock.advance(120_000);
  assert.equal(shown(), 'A', 'nobody lets go for another');
  watching.leave(one);
  clock.advance(60_000);
  assert.equal(shown(), '');
  assert.equal(clock.pending, 0, 'no timer is left');
});

test('a window that is pinned keeps its points while others come and go', async () => {
  const { watching, watched, find } = stage({}, [rated('A', 41)]);
  await watching.look();
  const before = watched.windows[0];
  watching.pin({}, pair('A'));
  find([]);
  await watching.look();
  assert.equal(watched.windows[0], before);
});

test('closing leaves no timer', async () => {
  const { watching, clock } = stage();
  void watching.start();
  const client = {};
  watching.pin(client, pair('A'));
  watching.leave(client);
  assert.equal(clock.pending, 3);
  watching.close();
  assert.equal(clock.pending, 0);
});
