// Compares the join, which goes forward and takes back, with a model that knows every gap beforehand.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RollingBands, rollingBands } from '../../src/series/bands.js';
import { spreadPercent } from '../../src/series/spread.js';
import { type LegIndex, ValidJoin } from '../../src/series/valid.js';
import { type LegEvent, SpreadPoints, validPoints } from '../../src/series/valid-points.js';
import { columns } from './legs.js';

type Point = readonly [stampUs: number, spread: number];
type Quote = {
  readonly kind: 'quote';
  readonly leg: LegIndex;
  readonly stampUs: number;
  readonly bid: number;
};
type Event = Quote | LegEvent;

function pointsOf(points: SpreadPoints): Point[] {
  return Array.from({ length: points.length }, (_, row) => [points.stampUs[row]!, points.spread[row]!]);
}

function feed(join: ValidJoin, event: Event): void {
  if (event.kind === 'quote') join.quote(event.leg, event.stampUs, event.bid, event.bid + 1);
  else if (event.kind === 'gap') join.gap(event.leg, event.stampUs, event.fromUs);
  else join.limit(event.leg, event.stampUs, event.limitUs);
}

function play(events: readonly Event[], limitUs: number): Point[] {
  const points = new SpreadPoints();
  const join = new ValidJoin(points, limitUs);
  for (const event of events) feed(join, event);
  return pointsOf(points);
}

/** From each quote of a leg to its end, by the words of the definition. */
function intervals(events: readonly Event[], leg: LegIndex, firstLimitUs: number): [Quote, number][] {
  const own = events.filter((event) => event.leg === leg);
  let limitUs = firstLimitUs;
  const found: [Quote, number][] = [];
  own.forEach((event, at) => {
    if (event.kind === 'limit') limitUs = event.limitUs;
    if (event.kind !== 'quote') return;
    const later = own.slice(at + 1);
    const nextUs = later.find((other) => other.kind === 'quote')?.stampUs ?? Number.POSITIVE_INFINITY;
    let staleUs = event.stampUs + limitUs;
    for (const other of later) {
      if (other.kind !== 'limit' || other.stampUs >= Math.min(staleUs, nextUs)) continue;
      staleUs = Math.max(event.stampUs + other.limitUs, other.stampUs);
    }
    const gapUs = later.map((other) => (other.kind === 'gap' ? other.fromUs : Number.POSITIVE_INFINITY));
    found.push([event, Math.max(event.stampUs, Math.min(nextUs, staleUs, ...gapUs))]);
  });
  return found;
}

/** All points up to `endUs`, exclusive for null points: what went stale before it. */
function model(events: readonly Event[], limitUs: number, endUs: number): Point[] {
  const legs = [intervals(events, 0, limitUs), intervals(events, 1, limitUs)] as const;
  const at = (leg: LegIndex, us: number): Quote | undefined =>
    legs[leg].find(([quote, toUs]) => quote.stampUs <= us && us < toUs)?.[0];
  const moments = new Set<number>();
  for (const [quote, toUs] of [...legs[0], ...legs[1]]) moments.add(quote.stampUs).add(toUs);
  const triggers = new Set(events.filter((event) => event.kind === 'quote').map((event) => event.stampUs));
  const points: Point[] = [];
  for (const us of [...moments].filter((moment) => moment < endUs).sort((a, b) => a - b)) {
    const left = at(0, us);
    const right = at(1, us);
    const spread = left && right ? spreadPercent(left.bid, right.bid) : Number.NaN;
    if (!Number.isNaN(spread)) {
      if (triggers.has(us)) points.push([us, spread]);
    } else if (points.length > 0 && !Number.isNaN(points.at(-1)![1])) points.push([us, spread]);
  }
  return points;
}

/** Stamps strictly ascending, as the hub gives them; few distances, so that ends and stamps meet. */
const history: fc.Arbitrary<Event[]> = fc
  .array(
    fc.record({
      stepUs: fc.constantFrom(1, 2, 5, 10, 30),
      leg: fc.constantFrom<LegIndex>(0, 1),
      kind: fc.oneof(
        { weight: 8, arbitrary: fc.constant('quote' as const) },
        { weight: 2, arbitrary: fc.constant('gap' as const) },
        { weight: 1, arbitrary: fc.constant('limit' as const) },
      ),
      bid: fc.oneof(
        { weight: 9, arbitrary: fc.integer({ min: 90, max: 110 }) },
        { weight: 1, arbitrary: fc.constantFrom(0, Number.NaN) },
      ),
      backUs: fc.constantFrom(0, 1, 3, 10, 25, 60),
      limitUs: fc.constantFrom(0, 4, 10, 20, 100),
    }),
    { maxLength: 60, size: 'max' },
  )
  .map((steps) => {
    let stampUs = 1_000;
    return steps.map(({ stepUs, leg, kind, bid, backUs, limitUs }): Event => {
      stampUs += stepUs;
      if (kind === 'quote') return { kind, leg, stampUs, bid };
      if (kind === 'gap') return { kind, leg, stampUs, fromUs: stampUs - backUs };
      return { kind, leg, stampUs, limitUs };
    });
  });

const limits = fc.constantFrom(10, 20, 60, 1_000);

test('once all gaps are known, what was shown and taken back equals what a reader of everything sees', () => {
  fc.assert(
    fc.property(history, limits, (events, limitUs) => {
      const endUs = (events.at(-1)?.stampUs ?? 0) + 5_000;
      const points = new SpreadPoints();
      const join = new ValidJoin(points, limitUs);
      for (const event of events) feed(join, event);
      join.advance(endUs);
      assert.deepEqual(pointsOf(points), model(events, limitUs, endUs));
    }),
    { numRuns: 1_000 },
  );
});

test('looking at the time between events, however often, changes nothing in the end', () => {
  fc.assert(
    fc.property(
      history,
      limits,
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      (events, limitUs, steps) => {
        const points = new SpreadPoints();
        const join = new ValidJoin(points, limitUs);
        let nowUs = 1_000;
        events.forEach((event, at) => {
          nowUs = Math.min(event.stampUs, Math.max(nowUs, event.stampUs - steps[at % steps.length]!));
          join.advance(nowUs);
          feed(join, event);
          nowUs = event.stampUs;
          join.advance(nowUs);
        });
        assert.deepEqual(pointsOf(points), play(events, limitUs));
      },
    ),
  );
});

test('the batch form over columns gives what the events one by one give', () => {
  fc.assert(
    fc.property(history, limits, (events, limitUs) => {
      const leg = (index: LegIndex) => {
        const quotes = events.filter(
          (event): event is Quote => event.kind === 'quote' && event.leg === index,
        );
        return columns(
          quotes.map((quote) => quote.stampUs),
          quotes.map((quote) => quote.bid),
        );
      };
      const others = events.filter((event): event is LegEvent => event.kind !== 'quote');
      const points = validPoints({ legs: [leg(0), leg(1)], events: others, limitUs });
      assert.deepEqual(pointsOf(points), play(events, limitUs));
    }),
  );
});

test('the bands refilled at each retraction equal the bands over the points that stand in the end', () => {
  fc.assert(
    fc.property(history, limits, (events, limitUs) => {
      const points = new SpreadPoints();
      const bands = new RollingBands();
      const join = new ValidJoin(
        {
          point: (stampUs, spread) => {
            points.point(stampUs, spread);
            bands.push(spread);
          },
          retract: (fromUs) => {
            points.retract(fromUs);
            bands.refill(points.spread, points.length);
          },
        },
        limitUs,
      );
      for (const event of events) feed(join, event);
      if (points.length === 0) return;
      const whole = rollingBands(points.spread.slice(0, points.length));
      assert.ok(Object.is(bands.upper, whole.upper.at(-1)));
      assert.ok(Object.is(bands.lower, whole.lower.at(-1)));
    }),
  );
});

test('both legs trigger', () => {
  const events: Event[] = [
    { kind: 'quote', leg: 0, stampUs: 10, bid: 101 },
    { kind: 'quote', leg: 1, stampUs: 20, bid: 100 },
    { kind: 'quote', leg: 1, stampUs: 30, bid: 101 },
    { kind: 'quote', leg: 0, stampUs: 40, bid: 202 },
  ];
  assert.deepEqual(play(events, 1_000), [
    [20, spreadPercent(101, 100)],
    [30, 0],
    [40, 100],
  ]);
});

test('a quote is stale at its limit and not before; a next quote at that very moment leaves no hole', () => {
  const points = new SpreadPoints();
  const join = new ValidJoin(points, 100);
  join.quote(1, 50, 100, 101);
  join.quote(0, 60, 100, 101);
  join.quote(1, 150, 100, 101);
  join.quote(0, 161, 100, 101);
  assert.deepEqual(pointsOf(points), [
    [60, 0],
    [150, 0],
    [160, Number.NaN],
    [161, 0],
  ]);
});

test('a gap noticed late takes back every point after its beginning and puts one null point there', () => {
  const points = new SpreadPoints();
  const join = new ValidJoin(points, 1_000);
  join.quote(0, 10, 100, 101);
  join.quote(1, 20, 100, 101);
  join.quote(1, 30, 100, 101);
  join.quote(1, 40, 100, 101);
  join.gap(0, 50, 25);
  assert.deepEqual(pointsOf(points), [
    [20, 0],
    [25, Number.NaN],
  ]);
  join.quote(1, 60, 100, 101);
  assert.equal(points.length, 2);
  assert.ok(Number.isNaN(join.bid(0)) && join.bid(1) === 100);
  join.quote(0, 70, 100, 101);
  assert.deepEqual(pointsOf(points).at(-1), [70, 0]);
});

test('a shorter limit may end a quote now but not before now, a longer one revives nothing', () => {
  const points = new SpreadPoints();
  const join = new ValidJoin(points, 1_000);
  join.quote(0, 0, 100, 101);
  join.quote(1, 0, 100, 101);
  join.limit(0, 500, 100);
  join.limit(0, 600, 5_000);
  join.advance(700);
  assert.deepEqual(pointsOf(points), [
    [0, 0],
    [500, Number.NaN],
  ]);
});

test('a zero or absent bid makes no spread, and no two null points follow each other', () => {
  const quote = (leg: LegIndex, stampUs: number, bid: number): Event => ({
    kind: 'quote',
    leg,
    stampUs,
    bid,
  });
  const events = [quote(0, 1, 100), quote(1, 2, 0), quote(1, 3, 100), quote(1, 4, 0), quote(0, 5, 99)];
  assert.deepEqual(play(events, 1_000), [
    [3, 0],
    [4, Number.NaN],
  ]);
});

test('a gap reaching back over more turns than are remembered shows a null point rather than a value', () => {
  const points = new SpreadPoints();
  const join = new ValidJoin(points, 1);
  for (let turn = 0; turn < 3_000; turn += 1) {
    join.quote(0, turn * 10, 100, 101);
    join.quote(1, turn * 10, 100, 101);
  }
  join.gap(0, 30_000, 5);
  assert.deepEqual(pointsOf(points).at(-1), [5, Number.NaN]);
});

test('events out of order and gaps from the future are broken invariants', () => {
  const join = new ValidJoin(new SpreadPoints());
  join.quote(0, 10, 1, 2);
  assert.throws(() => join.quote(1, 9, 1, 2), /stamp order/);
  assert.throws(() => join.gap(0, 11, 12), /gap begins/);
});
