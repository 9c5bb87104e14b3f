import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InstrumentTable } from '../../src/core/instrument.js';
import { Hub } from '../../src/hub/hub.js';
import { createRandom } from '../../src/sim/random.js';
import { PairTable } from '../../src/windows/pair-table.js';
import { SPARKLINE_BUCKET_SECONDS, SPARKLINE_BUCKETS, Tracked } from '../../src/windows/tracked.js';
import { SECOND_US, START_US, windowStage } from './stage.js';

const BUCKET_US = SPARKLINE_BUCKET_SECONDS * SECOND_US;
/** The start of a bucket. */
const ORIGIN_US = Math.floor(START_US / BUCKET_US) * BUCKET_US;
const SEED = Number(process.env['SEED'] ?? 7);

function stage(pairsMax = 100, spotPerp = false) {
  const instruments = new InstrumentTable();
  const hub = new Hub({ instrumentsMax: 64, lastStampUs: 0 });
  const pairs = new PairTable({ instruments, pairsMax, spotPerp });
  const tracked = new Tracked({ pairs, latest: hub.latest, instrumentsMax: 64 });
  hub.subscribe(tracked);
  const id = (exchange: string, symbol = 'BTC/USDT') => instruments.intern(exchange, symbol).id;
  return {
    hub,
    pairs,
    tracked,
    id,
    at: (seconds: number) => ORIGIN_US + seconds * SECOND_US,
    quote: (exchange: string, seconds: number, bid: number, ask = bid + 1, symbol = 'BTC/USDT') =>
      hub.quote(id(exchange, symbol), bid, 1, ask, 1, Number.NaN, ORIGIN_US + seconds * SECOND_US),
    names: () => pairs.byName().map((pair) => Object.values(pairs.names(pair)).join(' ')),
    sparkline: (pair = 0) => Array.from(tracked.sparkline(pair)),
  };
}

test('every two exchanges of a symbol make a pair, spot with spot and perpetuals with perpetuals', () => {
  const exchanges = ['Beta', 'AlphaPerp', 'Gamma', 'Alpha', 'BetaPerp'];
  const within = stage();
  const mixed = stage(100, true);
  for (const { quote, tracked, at } of [within, mixed]) {
    for (const exchange of exchanges) quote(exchange, 1, 100);
    quote('Alpha', 1, 100, 101, 'LONE/USDT');
    tracked.sample(at(2));
  }
  assert.deepEqual(within.names(), [
    'BTC/USDT Alpha Beta',
    'BTC/USDT Alpha Gamma',
    'BTC/USDT AlphaPerp BetaPerp',
    'BTC/USDT Beta Gamma',
  ]);
  assert.equal(mixed.names().length, 10);
});

test('spread and executable spreads are those of the latest quotes, in percent', () => {
  const { tracked, quote, at } = stage();
  quote('Alpha', 1, 90, 91);
  quote('Alpha', 2, 100, 101);
  quote('Beta', 3, 98, 99);
  tracked.sample(at(4));
  assert.equal(tracked.spread[0], (100 / 98 - 1) * 100);
  assert.equal(tracked.executable12[0], (100 / 99 - 1) * 100);
  assert.equal(tracked.executable21[0], (98 / 101 - 1) * 100);
  assert.equal(tracked.counters().valid, 1);
});

test('a sparkline is the last spread of each 15 seconds, and forgets after a quarter of an hour', () => {
  const { tracked, quote, at, sparkline } = stage();
  for (let second = 0; second < 32; second += 1) {
    quote('Alpha', second, 100 + second);
    quote('Beta', second + 0.5, 100);
    tracked.sample(at(second + 0.9));
  }
  const [third, second, first] = sparkline().reverse();
  assert.deepEqual([first, second, third], [14, 29, 31].map(Math.fround));
  assert.equal(sparkline().filter((value) => !Number.isNaN(value)).length, 3);
  // The process stood still for twenty minutes: nothing of before is shown as now.
  quote('Alpha', 1_232, 110);
  quote('Beta', 1_232, 100);
  tracked.sample(at(1_233));
  assert.deepEqual(
    sparkline().map((value) => Number.isNaN(value)),
    Array.from({ length: SPARKLINE_BUCKETS }, (_, bucket) => bucket < SPARKLINE_BUCKETS - 1),
  );
});

test('a pair that had no value for a quarter of an hour is no longer live', () => {
  const { tracked, quote, at } = stage();
  quote('Alpha', 1, 100);
  quote('Beta', 1, 100);
  tracked.sample(at(2));
  assert.ok(tracked.isLive(0));
  tracked.sample(at(15 * 60 - 1));
  assert.ok(tracked.isLive(0));
  assert.ok(Number.isNaN(tracked.spread[0]));
  tracked.sample(at(15 * 60));
  assert.ok(!tracked.isLive(0));
});

test('a leg that is stale by its own age limit, gapped or one-sided gives no value until its next quote', () => {
  const { hub, tracked, quote, at, id } = stage();
  const shown = (seconds: number) => {
    tracked.sample(at(seconds));
    return [tracked.spread[0], tracked.executable12[0], tracked.executable21[0]].map((value) =>
      Number.isNaN(value),
    );
  };
  const nothing = [true, true, true];
  const everything = [false, false, false];
  quote('Alpha', 0, 100);
  quote('Beta', 0, 100);
  assert.deepEqual(shown(1), everything);
  hub.status(id('Beta'), 'age-limit', 5 * SECOND_US, at(2));
  assert.deepEqual(shown(4), everything);
  assert.deepEqual(shown(5.1), nothing, 'stale');
  hub.status(id('Beta'), 'age-limit', 50 * SECOND_US, at(6));
  assert.deepEqual(shown(7), nothing, 'a longer limit revives nothing');
  quote('Beta', 8, 100);
  assert.deepEqual(shown(9), everything);
  hub.gap(id('Alpha'), at(9), 'disconnect', at(10));
  assert.ok(Number.isNaN(tracked.spread[0]), 'at once');
  assert.deepEqual(shown(11), nothing, 'gapped');
  quote('Alpha', 12, 100);
  assert.deepEqual(shown(13), everything);
  quote('Alpha', 14, 100, Number.NaN);
  assert.deepEqual(shown(15), nothing, 'one-sided');
  quote('Alpha', 16, 100);
  assert.deepEqual(shown(17), everything);
});

test('what a gap noticed later proves wrong is taken back from the sparkline, and what was before stays', () => {
  const { hub, tracked, quote, at, id, sparkline } = stage();
  for (let second = 0; second < 60; second += 1) {
    quote('Alpha', second, 100);
    quote('Beta', second, 100);
    quote('Gamma', second, 100);
    tracked.sample(at(second + 0.9));
  }
  const known = (pair: number) => sparkline(pair).filter((value) => !Number.isNaN(value)).length;
  hub.gap(id('Beta'), at(31), 'silent', at(59.95));
  const [withBeta, without] = [0, 1];
  assert.equal(known(withBeta), 2);
  assert.equal(known(without), 4);
  assert.equal(tracked.counters().retracted, 4, 'two buckets of two pairs');
  tracked.sample(at(60.5));
  assert.equal(known(withBeta), 2);
});

test('pairs are bounded, and those without room are counted and never looked at', () => {
  const { tracked, quote, at } = stage(2);
  for (const exchange of ['Alpha', 'Beta', 'Gamma', 'Delta']) quote(exchange, 1, 100);
  tracked.sample(at(2));
  const { pairs, pairsMax, pairsLeftOut, valid } = tracked.counters();
  assert.deepEqual(
    { pairs, pairsMax, pairsLeftOut, valid },
    { pairs: 2, pairsMax: 2, pairsLeftOut: 4, valid: 2 },
  );
});

test(`it shows what the window of the pair shows, never more (SEED=${SEED})`, () => {
  const random = createRandom(SEED, 'tracked');
  const { hub, watched, instruments } = windowStage({
    exchanges: ['Alpha', 'Beta'],
    symbols: ['BTC/USDT'],
    lengthMs: 3_600_000,
  });
  const pairs = new PairTable({ instruments, pairsMax: 10, spotPerp: false });
  const tracked = new Tracked({ pairs, latest: hub.latest, instrumentsMax: 10 });
  hub.subscribe(tracked);
  const window = watched.windows[0]!;
  let nowUs = ORIGIN_US + 1;
  let [stood, compared] = [0, 0];
  for (let second = 0; second < 2_400; second += 1) {
    const endUs = nowUs + SECOND_US;
    for (let event = 0; event < 3; event += 1) {
      const atUs = Math.floor(nowUs + ((event + random.next()) * SECOND_US) / 3);
      const id = random.next() < 0.5 ? 0 : 1;
      const dice = random.next();
      if (dice < 0.5) hub.quote(id, 100 + Math.floor(random.next() * 50), 1, 200, 1, Number.NaN, atUs);
      else if (dice < 0.51) hub.gap(id, atUs - Math.floor(random.next() * 40 * SECOND_US), 'silent', atUs);
      else if (dice < 0.53) hub.quote(id, 100, 1, Number.NaN, 1, Number.NaN, atUs);
      else if (dice < 0.56)
        hub.status(id, 'age-limit', Math.floor((1 + random.next() * 9) * SECOND_US), atUs);
      else if (dice < 0.57) hub.status(id, 'lagging', 300_000, atUs);
      else if (dice < 0.59) hub.status(id, 'in-time', 5 * SECOND_US, atUs);
    }
    nowUs = endUs;
    window.advance(nowUs);
    tracked.sample(nowUs);
    assert.equal(!Number.isNaN(tracked.spread[0]), window.valid, `second ${second}`);
    const chart = window.chart(Number.POSITIVE_INFINITY);
    if (window.valid) {
      stood += 1;
      assert.equal(tracked.spread[0], chart.spreads[chart.length - 1]);
    }
    if (second % 20 > 0) continue;
    // Each value of the sparkline is one that the window still shows as of some moment of that bucket.
    const newest = Math.floor(nowUs / BUCKET_US);
    tracked.sparkline(0).forEach((value, at) => {
      if (Number.isNaN(value)) return;
      compared += 1;
      const fromUs = (newest - SPARKLINE_BUCKETS + 1 + at) * BUCKET_US;
      const shown = chart.spreads.filter((_, row) => {
        const untilUs = chart.timestampsUs[row + 1] ?? Number.POSITIVE_INFINITY;
        return chart.timestampsUs[row]! < fromUs + BUCKET_US && untilUs >= fromUs;
      });
      assert.ok(
        shown.some((spread) => Math.fround(spread) === value),
        `bucket ${at} at second ${second}`,
      );
    });
  }
  assert.ok(stood > 300 && stood < 2_300 && compared > 500, `${stood} ${compared}`);
});
