// Compares what windows hold after living through a history with what a reader of the whole history computes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FeedEvent } from '../../src/core/event.js';
import { rollingBands } from '../../src/series/bands.js';
import type { LegIndex } from '../../src/series/valid.js';
import { type LegEvent, validPoints } from '../../src/series/valid-points.js';
import type { PairWindow } from '../../src/windows/window.js';
import { columns } from '../series/legs.js';
import { SECOND_US, START_US, windowStage } from './stage.js';

const EXCHANGES = ['Alpha', 'Beta', 'Gamma'];
const SYMBOL = 'BTC/USDT';
const PAIRS = [
  { symbol: SYMBOL, exchange1: 'Alpha', exchange2: 'Beta' },
  { symbol: SYMBOL, exchange1: 'Beta', exchange2: 'Alpha' },
  { symbol: SYMBOL, exchange1: 'Alpha', exchange2: 'Gamma' },
];
const STALE_US = 5 * SECOND_US;

type Row = readonly [stampUs: number, spread: number, upper: number, lower: number];

/** By the batch form of the kernels, from everything that was published. */
function batchRows(events: readonly FeedEvent[], window: PairWindow): Row[] {
  const quotesOf = (id: number) => {
    const quotes = events.filter((event) => event.type === 'quote' && event.instrumentId === id);
    return columns(
      quotes.map((event) => event.stampUs),
      quotes.map((event) => (event.type === 'quote' ? event.bid : Number.NaN)),
    );
  };
  const gaps: LegEvent[] = [];
  for (const event of events) {
    if (event.type !== 'gap' && event.type !== 'status') continue;
    if (event.type === 'status' && event.status === 'two-sided') continue;
    const ids = [window.instrument1, window.instrument2];
    const leg = ids.indexOf(event.instrumentId);
    if (leg < 0) continue;
    const fromUs = event.type === 'gap' ? event.fromUs : event.stampUs;
    gaps.push({ kind: 'gap', leg: leg as LegIndex, stampUs: event.stampUs, fromUs });
  }
  const points = validPoints({
    legs: [quotesOf(window.instrument1), quotesOf(window.instrument2)],
    events: gaps,
    limitUs: STALE_US,
    endUs: window.nowUs,
  });
  const spreads = points.spread.slice(0, points.length);
  const { upper, lower } = rollingBands(spreads);
  // No band is drawn over a hole.
  const shown = (band: Float64Array, row: number) => (Number.isNaN(spreads[row]!) ? Number.NaN : band[row]!);
  return Array.from(spreads, (spread, row) => [
    points.stampUs[row]!,
    spread,
    shown(upper, row),
    shown(lower, row),
  ]);
}

function windowRows(window: PairWindow): Row[] {
  const chart = window.chart(Number.POSITIVE_INFINITY);
  return Array.from(chart.spreads, (spread, row) => [
    chart.timestampsUs[row]!,
    spread,
    chart.upperBand[row]!,
    chart.lowerBand[row]!,
  ]);
}

interface Step {
  readonly kind: 'quote' | 'one-sided' | 'gap' | 'advance';
  readonly exchange: string;
  readonly stepUs: number;
  readonly bid: number;
  readonly backUs: number;
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: fc.oneof(
      { weight: 40, arbitrary: fc.constant('quote' as const) },
      { weight: 2, arbitrary: fc.constant('one-sided' as const) },
      { weight: 1, arbitrary: fc.constant('gap' as const) },
      { weight: 3, arbitrary: fc.constant('advance' as const) },
    ),
    exchange: fc.constantFrom(...EXCHANGES),
    stepUs: fc.oneof(
      { weight: 30, arbitrary: fc.integer({ min: 1, max: 300_000 }) },
      { weight: 1, arbitrary: fc.constantFrom(3 * SECOND_US, 6 * SECOND_US) },
    ),
    bid: fc.integer({ min: 9_900, max: 10_100 }),
    backUs: fc.oneof(fc.integer({ min: 0, max: 2 * SECOND_US }), fc.constant(20 * SECOND_US)),
  }),
  { minLength: 200, maxLength: 900, size: 'max' },
);

/** Windows of 30 s; gaps reach back no further than every window covers. */
function live(history: readonly Step[], pointsEach: number): ReturnType<typeof windowStage> {
  const stage = windowStage({
    exchanges: EXCHANGES,
    symbols: [SYMBOL],
    pairs: PAIRS,
    lengthMs: 30_000,
    pairsMax: 3,
    pointsTotalMax: 3 * (pointsEach + 200),
    staleLimitUs: STALE_US,
    record: true,
  });
  let nowUs = START_US;
  for (const { kind, exchange, stepUs, bid, backUs } of history) {
    nowUs += stepUs;
    const id = stage.id(exchange, SYMBOL);
    if (kind === 'quote') stage.quote(exchange, SYMBOL, nowUs, bid);
    else if (kind === 'one-sided') {
      const side = bid % 3;
      const none = Number.NaN;
      stage.hub.quote(id, side === 0 ? bid : none, 1, side === 1 ? bid : none, 1, none, nowUs);
    } else if (kind === 'advance') stage.watched.second(nowUs);
    else {
      const covered = Math.max(...stage.watched.windows.map((window) => window.coversFromUs));
      stage.hub.gap(id, Math.min(nowUs, Math.max(nowUs - backUs, covered)), 'disconnect', nowUs);
    }
  }
  return stage;
}

test('what a window holds after gaps, retractions and empty sides is what the whole history gives', () => {
  fc.assert(
    fc.property(steps, fc.constantFrom(56, 120, 2_000), (history, pointsEach) => {
      const { watched, events } = live(history, pointsEach);
      assert.equal(watched.windows.length, PAIRS.length);
      for (const window of watched.windows) {
        const expected = batchRows(events, window).filter(([us]) => us >= window.coversFromUs);
        assert.deepEqual(windowRows(window), expected);
        assert.ok(window.length <= pointsEach);
      }
    }),
    { numRuns: 150 },
  );
});

test('with room enough, a window covers its whole length', () => {
  fc.assert(
    fc.property(steps, (history) => {
      for (const window of live(history, 2_000).watched.windows)
        assert.equal(window.coversFromUs, Math.max(START_US, window.nowUs - 30 * SECOND_US));
    }),
    { numRuns: 20 },
  );
});

test('problem 5: a window lets go of old points while ticks flow', () => {
  const { watched, quote } = windowStage({
    exchanges: ['Alpha', 'Beta'],
    symbols: [SYMBOL],
    lengthMs: 60_000,
  });
  const window = watched.windows[0]!;
  let bytes = 0;
  // Three windows of ticks, one each 100 ms: 600 points are one window.
  for (let tick = 0; tick < 3 * 600; tick += 1) {
    quote(tick % 2 === 0 ? 'Alpha' : 'Beta', SYMBOL, START_US + tick * 100_000, 100 + (tick % 7));
    assert.ok(window.length <= 601, `${window.length} points at tick ${tick}`);
    if (tick === 900) bytes = window.bytes;
  }
  assert.equal(window.length, 601);
  assert.equal(window.bytes, bytes, 'memory stands still once a window is full');
  assert.equal(window.coversFromUs, window.nowUs - 60 * SECOND_US);
});

test('a window cut by its bound says from when on it is whole', () => {
  const { watched, quote } = windowStage({
    exchanges: ['Alpha', 'Beta'],
    symbols: [SYMBOL],
    pairsMax: 1,
    pointsTotalMax: 300,
  });
  const window = watched.windows[0]!;
  for (let tick = 0; tick < 1_000; tick += 1)
    quote(tick % 2 === 0 ? 'Alpha' : 'Beta', SYMBOL, START_US + tick * 1_000, 100 + tick);
  assert.equal(window.length, 100);
  assert.equal(window.chart(1_000).timestampsUs[0], START_US + 900_000);
  assert.equal(window.coversFromUs, START_US + 899_001);
});

test('fewer points keep the least and the greatest', () => {
  const { watched, quote } = windowStage({ exchanges: ['Alpha', 'Beta'], symbols: [SYMBOL] });
  for (let tick = 0; tick < 2_000; tick += 1) {
    const bid = tick === 700 ? 150 : tick === 1_301 ? 250 : 100;
    quote(tick % 2 === 0 ? 'Alpha' : 'Beta', SYMBOL, START_US + tick * 1_000, bid);
  }
  const chart = watched.windows[0]!.chart(100);
  assert.equal(chart.length, 100);
  assert.equal(Math.max(...chart.spreads), 50);
  assert.equal(Math.min(...chart.spreads), (100 / 250 - 1) * 100);
});

test('a silent pair ends in a hole, and its points leave, when only time goes on', () => {
  const { watched, quote } = windowStage({
    exchanges: ['Alpha', 'Beta'],
    symbols: [SYMBOL],
    lengthMs: 60_000,
    staleLimitUs: STALE_US,
  });
  const window = watched.windows[0]!;
  quote('Alpha', SYMBOL, START_US, 100);
  quote('Beta', SYMBOL, START_US + 10, 100);
  watched.second(START_US + 4 * SECOND_US);
  assert.equal(window.valid, true);
  watched.second(START_US + 10 * SECOND_US);
  assert.equal(window.valid, false);
  assert.deepEqual(windowRows(window).at(-1)!.slice(0, 1), [START_US + STALE_US]);
  watched.second(START_US + 120 * SECOND_US);
  assert.equal(window.length, 0);
});
