import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Watched } from '../../src/windows/watched.js';
import type { PairWindow } from '../../src/windows/window.js';
import { allPairs, START_US, symbolsNamed, windowStage } from './stage.js';

/** Stamps, each so much after the last one. */
function stamps(): (stepUs: number) => number {
  let stampUs = START_US;
  return (stepUs) => {
    stampUs += stepUs;
    return stampUs;
  };
}

const THREE = ['Alpha', 'Beta', 'Gamma'];

test('a pair is found in any spelling and case, and the other way round it is another pair', () => {
  const { watched } = windowStage({ exchanges: THREE, symbols: ['BTC/USDT'], pairs: [] });
  watched.setPairs(
    [
      { symbol: 'btc_usdt', exchange1: 'beta', exchange2: 'ALPHA' },
      { symbol: 'BTC-USDT', exchange1: 'Beta', exchange2: 'Alpha' },
    ],
    START_US,
  );
  assert.equal(watched.windows.length, 1);
  const window = watched.find('BTC#USDT', 'BETA', 'alpha');
  assert.equal(window?.symbol, 'BTC/USDT');
  assert.equal(window.exchange1, 'Beta');
  assert.equal(window.exchange2, 'Alpha');
  assert.equal(watched.find('BTC/USDT', 'Alpha', 'Beta'), undefined);
});

test('the left leg is exchange1, whichever way round the names sort', () => {
  const { watched, quote } = windowStage({ exchanges: ['Alpha', 'Beta'], symbols: ['BTC/USDT'], pairs: [] });
  watched.setPairs(
    [
      { symbol: 'BTC/USDT', exchange1: 'Alpha', exchange2: 'Beta' },
      { symbol: 'BTC/USDT', exchange1: 'Beta', exchange2: 'Alpha' },
    ],
    START_US,
  );
  quote('Alpha', 'BTC/USDT', START_US + 1, 200);
  quote('Beta', 'BTC/USDT', START_US + 2, 100);
  const spreads = watched.windows.map((window) => window.chart(10).spreads[0]);
  assert.deepEqual(spreads, [100, -50]);
});

test('pairs that stay keep their windows, new ones start empty, those that go are fed no more', () => {
  const { watched, quote } = windowStage({ exchanges: THREE, symbols: ['BTC/USDT'] });
  for (let tick = 0; tick < 9; tick += 1) quote(THREE[tick % 3]!, 'BTC/USDT', START_US + 10 + tick, 100);
  const [first, second] = watched.windows;
  const length = first!.length;
  watched.setPairs(
    [
      { symbol: 'BTC/USDT', exchange1: 'Gamma', exchange2: 'Alpha' },
      { symbol: 'BTC/USDT', exchange1: 'Alpha', exchange2: 'Beta' },
    ],
    START_US + 100,
  );
  assert.equal(watched.windows[1], first);
  assert.equal(first!.length, length);
  assert.equal(watched.windows[0]!.length, 0);
  const version = second!.version;
  quote('Alpha', 'BTC/USDT', START_US + 200, 101);
  assert.equal(first!.length, length + 1);
  assert.equal(second!.version, version);
});

test('pairs over the bound, of unknown instruments or of one exchange are refused by name', () => {
  const { watched } = windowStage({ exchanges: THREE, symbols: ['BTC/USDT'], pairs: [], pairsMax: 1 });
  const pair = (exchange1: string, exchange2: string) => ({ symbol: 'BTC/USDT', exchange1, exchange2 });
  const refused = watched.setPairs(
    [pair('Alpha', 'Nowhere'), pair('Alpha', 'alpha'), pair('Alpha', 'Beta'), pair('Beta', 'Gamma')],
    START_US,
  );
  assert.deepEqual(
    refused.map(({ exchange1, exchange2, reason }) => [exchange1, exchange2, reason]),
    [
      ['Alpha', 'Nowhere', 'unknown-instrument'],
      ['Alpha', 'alpha', 'same-exchange'],
      ['Beta', 'Gamma', 'full'],
    ],
  );
  assert.equal(watched.windows.length, 1);
  assert.equal(watched.counters().pairsRefused, 3);
});

test('a refused pair is told by its names, without what else is known of it', () => {
  const { watched } = windowStage({ exchanges: THREE, symbols: ['BTC/USDT'], pairs: [] });
  const named = { symbol: 'BTC/USDT', exchange1: 'Alpha', exchange2: 'Nowhere' };
  watched.setPairs([{ ...named, ...{ statistics: { cycles: 41 } } }], START_US);
  assert.deepEqual(watched.refused, [{ ...named, reason: 'unknown-instrument' }]);
});

test('when pairs are added, those there are give up their oldest points for them', () => {
  const symbols = symbolsNamed(40);
  const limits = { pairsMax: 40, pointsTotalMax: 40 * 500 };
  const stage = windowStage({ exchanges: ['Alpha', 'Beta'], symbols, pairs: [], ...limits });
  const pairs = allPairs({ exchanges: ['Alpha', 'Beta'], symbols });
  stage.watched.setPairs(pairs.slice(0, 1), START_US);
  for (let tick = 0; tick < 2_000; tick += 1)
    stage.quote(tick % 2 === 0 ? 'Alpha' : 'Beta', symbols[0]!, START_US + tick, 100);
  const window = stage.watched.windows[0]!;
  assert.ok(window.length > 1_000);
  const newestUs = window.newestUs;
  stage.watched.setPairs(pairs, START_US + 3_000);
  assert.equal(window.length, 300);
  assert.equal(window.newestUs, newestUs);
  assert.ok(stage.watched.bytes() <= Watched.bytesMax(limits));
});

test('problem 6: 800 pairs stay within the memory of the table', { timeout: 60_000 }, async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const exchanges = Array.from({ length: 8 }, (_, i) => `X${i}`);
  const symbols = symbolsNamed(29);
  const limits = { pairsMax: 800, pointsTotalMax: 320_000 };
  collect();
  const before = process.memoryUsage();
  const pairs = allPairs({ exchanges, symbols }).slice(0, 800);
  const { watched, quote } = windowStage({ exchanges, symbols, pairs, ...limits });
  assert.equal(watched.windows.length, 800);
  const next = stamps();
  for (let round = 0; round < 250; round += 1)
    for (const symbol of symbols)
      for (const exchange of exchanges) quote(exchange, symbol, next(50), 100 + round);
  const points = watched.counters().points;
  assert.ok(points >= 800 * 190, `${points} points: the windows are full`);
  const sixteenMb = 16 * 1024 * 1024;
  assert.ok(watched.bytes() <= Watched.bytesMax(limits));
  assert.ok(Watched.bytesMax(limits) <= sixteenMb);
  collect();
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  const after = process.memoryUsage();
  const really = after.arrayBuffers - before.arrayBuffers + (after.heapUsed - before.heapUsed);
  assert.ok(really <= sixteenMb, `${really} bytes in use`);
});

interface Storm {
  readonly calls: number;
  /** Quotes times the windows they must change, counted apart from the windows. */
  readonly expected: number;
  readonly updates: number;
}

/** 2,000 ticks of one second, spread evenly over the instruments; half of these are not watched. */
function storm(charts: number): Storm {
  const watchedSymbols = symbolsNamed(Math.ceil(charts / 3));
  const symbols = [...watchedSymbols, ...watchedSymbols.map((symbol) => `N${symbol}`)];
  const pairs = allPairs({ exchanges: THREE, symbols: watchedSymbols }).slice(0, charts);
  const { watched, quote } = windowStage({ exchanges: THREE, symbols, pairs });
  const instruments = symbols.flatMap((symbol) => THREE.map((exchange) => ({ symbol, exchange })));
  const next = stamps();
  for (const { exchange, symbol } of instruments) quote(exchange, symbol, next(10), 100);
  let calls = 0;
  let expected = 0;
  watched.onChanged(() => {
    calls += 1;
  });
  const updates = watched.counters().updates;
  for (let tick = 0; tick < 2_000; tick += 1) {
    const { exchange, symbol } = instruments[(tick * 7) % instruments.length]!;
    quote(exchange, symbol, next(500), 100 + (tick % 5));
    expected += pairs.filter(
      (pair) => pair.symbol === symbol && (pair.exchange1 === exchange || pair.exchange2 === exchange),
    ).length;
  }
  return { calls, expected, updates: watched.counters().updates - updates };
}

test('problem 7: handler calls equal relevant events, at 50 charts and 2,000 ticks a second on 3 exchanges', () => {
  const { calls, expected } = storm(50);
  assert.equal(calls, expected);
  assert.ok(calls > 1_500 && calls < 2_500, `${calls} calls`);
});

test('problem 8: an event notifies once for each window it changed, and for no other', () => {
  const { watched, quote } = windowStage({ exchanges: THREE, symbols: ['BTC/USDT', 'ETH/USDT'] });
  const next = stamps();
  for (const exchange of THREE)
    for (const symbol of ['BTC/USDT', 'ETH/USDT']) quote(exchange, symbol, next(1), 100);
  const changed: PairWindow[] = [];
  const stop = watched.onChanged((window) => changed.push(window));
  quote('Beta', 'BTC/USDT', next(1), 101);
  assert.deepEqual(changed, [
    watched.find('BTC/USDT', 'Alpha', 'Beta'),
    watched.find('BTC/USDT', 'Beta', 'Gamma'),
  ]);
  stop();
  quote('Beta', 'BTC/USDT', next(1), 102);
  assert.equal(changed.length, 2);
});

test('a quote that shows nothing notifies nobody, and neither does a gap where nothing was shown', () => {
  const { watched, quote, hub, id } = windowStage({ exchanges: ['Alpha', 'Beta'], symbols: ['BTC/USDT'] });
  let calls = 0;
  watched.onChanged(() => {
    calls += 1;
  });
  quote('Alpha', 'BTC/USDT', START_US + 1, 100);
  hub.gap(id('Alpha', 'BTC/USDT'), START_US, 'disconnect', START_US + 2);
  hub.status(id('Alpha', 'BTC/USDT'), 'two-sided', Number.NaN, START_US + 3);
  hub.alive('alpha#1', START_US, START_US + 4);
  assert.equal(calls, 0);
});

test('a late gap that takes back many points notifies once', () => {
  const { watched, quote, hub, id } = windowStage({ exchanges: ['Alpha', 'Beta'], symbols: ['BTC/USDT'] });
  for (let tick = 0; tick < 100; tick += 1)
    quote(tick % 2 === 0 ? 'Alpha' : 'Beta', 'BTC/USDT', START_US + tick * 10, 100 + tick);
  let calls = 0;
  watched.onChanged(() => {
    calls += 1;
  });
  hub.gap(id('Beta', 'BTC/USDT'), START_US + 500, 'silent', START_US + 5_000);
  assert.equal(calls, 1);
  const chart = watched.windows[0]!.chart(1_000);
  assert.equal(chart.timestampsUs.at(-1), START_US + 500);
  assert.ok(Number.isNaN(chart.spreads.at(-1)));
  assert.equal(watched.counters().retracted, 50);
});

test('problem 23: after 300,000 ticks a tick is the work that it was, and memory what it was', () => {
  const { watched, quote } = windowStage({ exchanges: THREE, symbols: ['BTC/USDT'], lengthMs: 60_000 });
  const next = stamps();
  const round = () => {
    const { updates, changes } = watched.counters();
    for (let tick = 0; tick < 10_000; tick += 1)
      quote(THREE[tick % 3]!, 'BTC/USDT', next(20_000), 100 + (tick % 7));
    const now = watched.counters();
    return [now.updates - updates, now.changes - changes, now.points, now.bytes];
  };
  // The first fills the windows.
  round();
  const early = round();
  for (let n = 0; n < 28; n += 1) round();
  assert.deepEqual(round(), early);
});

test('problem 9: the work of a tick does not grow with the charts that are open', () => {
  const few = storm(3);
  const many = storm(99);
  assert.equal(few.updates, few.expected);
  assert.equal(many.updates, many.expected);
  // Half of the instruments are watched, each by two windows: one update a tick, at 3 charts and at 99.
  assert.ok(Math.abs(many.updates - few.updates) <= 0.01 * few.updates, `${few.updates}, ${many.updates}`);
});
