import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FeedEvent } from '../../src/core/event.js';
import { Hub } from '../../src/hub/hub.js';

function recordingHub(lastStampUs = 0) {
  const hub = new Hub({ instrumentsMax: 8, lastStampUs });
  const seen: FeedEvent[] = [];
  const cancel = hub.subscribe({
    quote: (stampUs, instrumentId, bid, bidSize, ask, askSize, exchangeUs) =>
      seen.push({ type: 'quote', stampUs, instrumentId, bid, bidSize, ask, askSize, exchangeUs }),
    cold: (event) => seen.push(event),
  });
  return { hub, seen, cancel };
}

test('every event gets its own stamp, strictly rising, whatever the clocks said', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(7), fc.integer({ min: 0, max: 50 }), fc.boolean()), { minLength: 1 }),
      (inputs) => {
        const { hub, seen } = recordingHub(20);
        for (const [id, nowUs, isQuote] of inputs) {
          if (isQuote) hub.quote(id, 1, 1, 2, 1, Number.NaN, nowUs);
          else hub.gap(id, nowUs, 'disconnect', nowUs);
        }
        const quoted = new Set(inputs.filter(([, , isQuote]) => isQuote).map(([id]) => id));
        assert.equal(
          seen.length,
          inputs.length + quoted.size,
          'one each tells that no process was there before',
        );
        let last = 20;
        for (const event of seen) {
          assert.ok(Number.isInteger(event.stampUs));
          assert.ok(event.stampUs > last, `${event.stampUs} after ${last}`);
          last = event.stampUs;
        }
        assert.equal(hub.lastStampUs, last);
      },
    ),
  );
});

test('a stamp is the time of receipt unless the order forces it up, and raises are counted', () => {
  const { hub, seen } = recordingHub();
  for (const us of [100, 100, 90, 200]) hub.quote(0, 1, 1, 2, 1, Number.NaN, us);
  assert.deepEqual(
    seen.map((event) => event.stampUs),
    [100, 101, 102, 200],
  );
  assert.equal(hub.counters().raised, 2);
});

test('a side going empty is one status, not a quote, and the return of the side is another', () => {
  const { hub, seen } = recordingHub();
  hub.quote(3, 10, 1, 11, 1, Number.NaN, 1);
  hub.quote(3, 10, 1, Number.NaN, Number.NaN, Number.NaN, 2);
  hub.quote(3, 9, 1, Number.NaN, Number.NaN, Number.NaN, 3);
  hub.quote(3, Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN, 4);
  hub.quote(3, 10, 1, 12, 1, Number.NaN, 5);
  const said = seen.map((event) => (event.type === 'status' ? event.status : event.type));
  assert.deepEqual(said, ['quote', 'bid-only', 'empty', 'two-sided', 'quote']);
  assert.deepEqual(hub.counters(), {
    received: 5,
    oneSided: 3,
    crossed: 0,
    raised: 1,
    gaps: 0,
    thinned: 0,
    trades: 0,
  });
  assert.equal(hub.latest.ask[3], 12);
});

test('a crossed book is a quote, counted, and a status when it begins and when it ends', () => {
  const { hub, seen } = recordingHub();
  hub.quote(3, 12, 1, 11, 1, Number.NaN, 1);
  hub.quote(3, 13, 1, 11, 1, Number.NaN, 2);
  hub.quote(3, 11, 1, 11, 1, Number.NaN, 3);
  hub.quote(3, 12, 1, 11, 1, Number.NaN, 4);
  hub.quote(3, 12, 1, Number.NaN, Number.NaN, Number.NaN, 5);
  const said = seen.map((event) => (event.type === 'status' ? event.status : event.type));
  // A bid at the ask is not above it.
  const ends = ['two-sided', 'quote', 'crossed', 'quote', 'bid-only'];
  assert.deepEqual(said, ['crossed', 'quote', 'quote', ...ends]);
  assert.deepEqual([hub.counters().crossed, hub.counters().oneSided], [3, 1]);
});

test('what an earlier process recorded of an instrument ends with that process, once, before its first quote', () => {
  const { hub, seen } = recordingHub(1_000);
  for (const us of [5_000, 6_000]) hub.quote(2, 10, 1, 11, 1, Number.NaN, us);
  hub.quote(4, 10, 1, Number.NaN, Number.NaN, Number.NaN, 7_000);
  const gap = { type: 'gap', fromUs: 1_001, reason: 'process-down' };
  assert.deepEqual(seen[0], { ...gap, stampUs: 5_000, instrumentId: 2 });
  assert.deepEqual(
    seen.map(({ type, stampUs }) => [type, stampUs]),
    [
      ['gap', 5_000],
      ['quote', 5_001],
      ['quote', 6_000],
      ['gap', 7_000],
      ['status', 7_001],
    ],
  );
});

test('every subscriber sees everything, and nothing after it cancelled', () => {
  const { hub, seen, cancel } = recordingHub();
  let others = 0;
  hub.subscribe({ quote: () => (others += 1), cold: () => (others += 1) });
  for (let n = 0; n < 1_000; n++) hub.quote(n % 8, 1, 1, 2, 1, Number.NaN, n + 1);
  cancel();
  hub.gap(0, 0, 'sequence', 2_000);
  assert.equal(seen.length, 1_000);
  assert.equal(others, 1_001);
});

const SECOND_US = 1_000_000;

/** A hub whose sinks note the seconds told, each with the events given before it. */
function countingHub() {
  const hub = new Hub({ instrumentsMax: 8, lastStampUs: 0 });
  const told: { us: number; events: number }[] = [];
  const stamps: number[] = [];
  hub.subscribe({
    quote: (stampUs) => stamps.push(stampUs),
    cold: ({ stampUs }) => stamps.push(stampUs),
    second: (us) => told.push({ us, events: stamps.length }),
  });
  return { hub, told, stamps };
}

test('each whole second is told once, after everything stamped before it and before everything from it on', () => {
  const { hub, told, stamps } = countingHub();
  const at = (seconds: number) => (1_000 + seconds) * SECOND_US;
  for (const seconds of [0.5, 0.9, 1, 1.2, 3.5]) hub.quote(0, 1, 1, 2, 1, Number.NaN, at(seconds));
  assert.deepEqual(told, [
    { us: at(1), events: 2 },
    { us: at(2), events: 4 },
    { us: at(3), events: 4 },
  ]);
  hub.advanceTo(at(4.3));
  hub.advanceTo(at(4.6));
  assert.deepEqual(told.slice(3), [{ us: at(4), events: 5 }]);
  // What comes late is stamped after the second that was told without it.
  hub.quote(0, 1, 1, 2, 1, Number.NaN, at(3.9));
  assert.equal(stamps.at(-1), at(4));
  assert.equal(told.length, 4);
});

test('stamps that are ahead of the clock keep no second from being told', () => {
  const { hub, told } = countingHub();
  hub.quote(0, 1, 1, 2, 1, Number.NaN, 9_000 * SECOND_US);
  hub.advanceTo(1_000 * SECOND_US);
  assert.deepEqual(told, [{ us: 9_000 * SECOND_US + 1, events: 1 }]);
});

test('a replay gives events the stamps that they were recorded with, and derives nothing', () => {
  const live = recordingHub(20);
  live.hub.quote(0, 1, 1, 2, 1, Number.NaN, 30);
  live.hub.quote(0, 1, 1, Number.NaN, 1, Number.NaN, 40);
  live.hub.quote(0, 3, 1, 2, 1, 7, 50);
  const replay = recordingHub();
  for (const event of live.seen) {
    const { stampUs } = event;
    if (event.type !== 'quote') replay.hub.recordedCold(event);
    else {
      const { instrumentId, bid, bidSize, ask, askSize, exchangeUs } = event;
      replay.hub.recordedQuote(stampUs, instrumentId, bid, bidSize, ask, askSize, exchangeUs);
    }
  }
  assert.deepEqual(replay.seen, live.seen);
  assert.deepEqual(replay.hub.latest, live.hub.latest);
  assert.throws(() => replay.hub.recordedQuote(50, 0, 1, 1, 2, 1, Number.NaN), /comes after/);
});

test('quotes that were swallowed on their way are received and thinned, and told just before the one that stands', () => {
  const { hub, seen } = recordingHub();
  hub.quote(2, 10, 1, 11, 1, Number.NaN, 5);
  hub.thinned(2, 10, 20, 4, 19);
  hub.quote(2, 12, 1, 13, 1, Number.NaN, 20);
  assert.deepEqual(seen.slice(1, 2), [
    { type: 'thinned', stampUs: 19, instrumentId: 2, fromUs: 10, toUs: 20, count: 4 },
  ]);
  assert.deepEqual(
    seen.map(({ stampUs }) => stampUs),
    [5, 19, 20],
  );
  const { received, thinned, raised } = hub.counters();
  assert.deepEqual([received, thinned, raised], [6, 4, 0]);
});
