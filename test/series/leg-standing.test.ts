// One leg by itself stands exactly when the `valid` join says so: of two such legs together come its points, whatever the
// gaps and limits; and fewer rows of a leg hide neither its extremes nor any hole between two rows that are kept.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { QuoteColumns } from '../../src/core/columns.js';
import { LEG_SLOTS, LegSampler } from '../../src/series/leg-sampler.js';
import { LegStanding } from '../../src/series/leg-standing.js';
import { spreadPercent } from '../../src/series/spread.js';
import { type LegEvent, validPoints } from '../../src/series/valid-points.js';
import { chunkLengths, chunksOf, columns, leg } from './legs.js';
import { legEvents } from './pair-history.js';

type Row = readonly [us: number, bid: number, ask: number];

/** Limits that are the very distance of some quotes. */
const DISTANCES = new Map([
  [400_000, 4 * 1_000_001],
  [2_000_000, 4 * 2_000_001],
]);

/** No two of different kinds at one stamp. */
const apart = (side: QuoteColumns, offset: number) =>
  columns(
    Array.from({ length: side.length }, (_, row) => 4 * (side.receivedUs[row]! + row) + offset),
    Array.from({ length: side.length }, (_, row) => side.bid[row]!),
  );

function standing(
  side: QuoteColumns,
  events: readonly LegEvent[],
  lengths: readonly number[],
  endUs: number,
): Row[] {
  const rows: Row[] = [];
  const made = new LegStanding(events, (...row) => rows.push(row));
  for (const chunk of chunksOf(side, lengths)) made.push(chunk);
  made.finish(endUs);
  return rows;
}

/** Spread at each stamp of either leg, holes once. */
function together(first: readonly Row[], second: readonly Row[]): [number, number][] {
  const points: [number, number][] = [];
  let [bid1, bid2, stood] = [Number.NaN, Number.NaN, false];
  const all = [...first.map((row) => ({ row, leg: 0 })), ...second.map((row) => ({ row, leg: 1 }))];
  all.sort((a, b) => a.row[0] - b.row[0] || Number(Number.isNaN(b.row[1])) - Number(Number.isNaN(a.row[1])));
  for (const { row, leg: index } of all) {
    const [us, bid] = row;
    if (index === 0) bid1 = bid;
    else bid2 = bid;
    const spread = spreadPercent(bid1, bid2);
    const stands = !Number.isNaN(spread);
    if (stands || stood) points.push([us, spread]);
    stood = stands;
  }
  return points;
}

test('two legs by themselves make the points of the join of both', () => {
  fc.assert(
    fc.property(leg(120), leg(120), legEvents, chunkLengths, (one, other, eventsOf, lengths) => {
      const legs = [apart(one, 0), apart(other, 2)] as const;
      const stamps = legs.flatMap(({ receivedUs }) => [...receivedUs]);
      fc.pre(stamps.length > 0);
      const [fromUs, toUs] = [Math.min(...stamps), Math.max(...stamps)];
      const taken = new Set<number>();
      const events = eventsOf(fromUs, toUs).map((event): LegEvent => {
        let stampUs = 4 * Math.floor(event.stampUs / 4) + 1;
        while (taken.has(stampUs)) stampUs += 4;
        taken.add(stampUs);
        // What a gap takes back begins at no quote's stamp either.
        return event.kind === 'gap'
          ? { ...event, stampUs, fromUs: Math.min(stampUs, 4 * Math.floor(event.fromUs / 4) + 3) }
          : { ...event, stampUs, limitUs: DISTANCES.get(event.limitUs) ?? event.limitUs };
      });
      events.sort((a, b) => a.stampUs - b.stampUs);
      const endUs = Math.max(toUs, ...taken) + 1;
      const expected = validPoints({ legs, events, endUs });
      const [first, second] = legs.map((side, index) =>
        standing(
          side,
          events.filter((event) => event.leg === index),
          lengths,
          endUs,
        ),
      );
      const points = together(first!, second!);
      const wanted = Array.from({ length: expected.length }, (_, row) => [
        expected.stampUs[row]!,
        expected.spread[row]!,
      ]);
      assert.deepEqual(points, wanted);
    }),
    { numRuns: 1_000 },
  );
});

const rowsOfLeg = fc.array(
  fc.record({
    afterUs: fc.integer({ min: 1, max: 1_000 }),
    bid: fc.integer({ min: 90, max: 110 }),
    wide: fc.integer({ min: 0, max: 5 }),
    isHole: fc.boolean(),
  }),
  { maxLength: 300 },
);

test('fewer rows are rows of the leg, keep its ends and extremes, and never draw a line over a hole', () => {
  fc.assert(
    fc.property(rowsOfLeg, fc.integer({ min: LEG_SLOTS, max: 90 }), (given, points) => {
      let us = 1_000;
      const rows: Row[] = [];
      for (const { afterUs, bid, wide, isHole } of given) {
        us += afterUs;
        const wasHole = rows.length === 0 || Number.isNaN(rows.at(-1)![1]);
        if (isHole && wasHole) continue;
        rows.push(isHole ? [us, Number.NaN, Number.NaN] : [us, bid, bid + wide]);
      }
      const sampler = new LegSampler(points, us + 1);
      for (const row of rows) sampler.push(...row);
      const { length, timestampsUs, bid, ask } = sampler.finish();
      assert.ok(length <= points);
      if (rows.length <= points) assert.equal(length, rows.length);
      const places = Array.from({ length }, (_, at) => {
        const place = rows.findIndex(([stampUs]) => stampUs === timestampsUs[at]);
        assert.deepEqual([timestampsUs[at], bid[at], ask[at]], rows[place]);
        return place;
      });
      for (let at = 1; at < length; at += 1) {
        assert.ok(places[at]! > places[at - 1]!);
        const between = rows.slice(places[at - 1]! + 1, places[at]!);
        if (!Number.isNaN(bid[at]!) && !Number.isNaN(bid[at - 1]!))
          assert.ok(!between.some(([, price]) => Number.isNaN(price)), 'a line over a hole');
      }
      if (rows.length === 0) return;
      assert.deepEqual([places[0], places.at(-1)], [0, rows.length - 1]);
      const values = rows.filter(([, price]) => !Number.isNaN(price));
      const some = (column: Float64Array) => [...column].filter((price) => !Number.isNaN(price));
      assert.equal(Math.min(...some(bid)), Math.min(...values.map(([, price]) => price)));
      assert.equal(Math.max(...some(ask)), Math.max(...values.map(([, , price]) => price)));
    }),
    { numRuns: 400 },
  );
});
