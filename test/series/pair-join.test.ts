// The join for whole histories gives the points of the stream of charts, with the quotes' executable spreads: on random
// legs with equal stamps, gaps and limits, in stretches of any length.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { QuoteColumns } from '../../src/core/columns.js';
import { PairJoin, PairPoints } from '../../src/series/pair-join.js';
import type { LegEvent } from '../../src/series/valid-points.js';
import { validQuoteStream } from '../../src/series/valid-stream.js';
import { leg, streamOf } from './legs.js';
import { legEvents, withAsks } from './pair-history.js';

type Point = readonly [us: number, spread: number, edge12: number, edge21: number];

async function expected(
  legs: readonly [QuoteColumns, QuoteColumns],
  events: readonly LegEvent[],
  endUs: number,
): Promise<Point[]> {
  const points: Point[] = [];
  const streams = [streamOf([legs[0]]), streamOf([legs[1]])] as const;
  for await (const part of validQuoteStream({ legs: streams, events, endUs }))
    for (let row = 0; row < part.length; row += 1) {
      const [bid1, ask1, bid2, ask2] = [part.bid1[row]!, part.ask1[row]!, part.bid2[row]!, part.ask2[row]!];
      points.push([part.stampUs[row]!, part.spread[row]!, (bid1 / ask2 - 1) * 100, (bid2 / ask1 - 1) * 100]);
    }
  return points;
}

test('whatever the gaps, limits and stretches, the points are those of the stream', async () => {
  let points = 0;
  await fc.assert(
    fc.asyncProperty(
      leg(120),
      leg(120),
      legEvents,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }),
      async (left, right, given, cuts) => {
        const legs = [withAsks(left, 0.02), withAsks(right, 0.03)] as const;
        const stamps = [...left.receivedUs, ...right.receivedUs];
        const [firstUs, lastUs] = stamps.length === 0 ? [0, 0] : [Math.min(...stamps), Math.max(...stamps)];
        const events = given(firstUs, lastUs);
        const endUs = lastUs + 70_000_000;
        const join = new PairJoin();
        join.tell(events);
        const out = new PairPoints();
        const at = [0, 0];
        const horizons = cuts.map((cut) => Math.round(firstUs + cut * (endUs - firstUs)));
        for (const beforeUs of [...horizons.sort((a, b) => a - b), endUs + 1]) {
          const [first, second] = legs.map((columns, side) => {
            const from = at[side]!;
            let to = from;
            while (to < columns.length && columns.receivedUs[to]! < beforeUs) to += 1;
            at[side] = to;
            return { columns, from, to };
          });
          join.run(first!, second!, beforeUs, out);
        }
        join.finish(endUs, out);
        const ours = Array.from({ length: out.length }, (_, row): Point => {
          return [out.stampUs[row]!, out.spread[row]!, out.edge12[row]!, out.edge21[row]!];
        });
        assert.deepEqual(ours, await expected(legs, events, endUs));
        points += ours.length;
      },
    ),
    { numRuns: 2_000 },
  );
  assert.ok(points > 4_000, `only ${points} points were compared`);
});
