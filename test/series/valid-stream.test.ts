// The join that knows all gaps beforehand equals the one that takes back: on random legs, gaps and limits, in chunks
// of any size.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { QuoteColumns } from '../../src/core/columns.js';
import { type LegEvent, type SpreadPoints, validPoints } from '../../src/series/valid-points.js';
import { validStream } from '../../src/series/valid-stream.js';
import { chunkLengths, chunksOf, columns, leg, streamOf } from './legs.js';
import { legEvent } from './pair-history.js';

type Point = readonly [stampUs: number, spread: number];

const pointsOf = ({ length, stampUs, spread }: SpreadPoints): Point[] =>
  Array.from({ length }, (_, row) => [stampUs[row]!, spread[row]!]);

async function streamed(
  legs: readonly [QuoteColumns, QuoteColumns],
  lengths: readonly number[],
  rest: { events: readonly LegEvent[]; limitUs: number; endUs: number },
): Promise<Point[]> {
  const [first, second] = legs.map((whole) => streamOf(chunksOf(whole, lengths)));
  const found: Point[] = [];
  for await (const points of validStream({ legs: [first!, second!], ...rest }))
    found.push(...pointsOf(points));
  return found;
}

/** Every stamp once, as the hub gives them: the rows of both legs move by their place. */
function apart(left: QuoteColumns, right: QuoteColumns): [QuoteColumns, QuoteColumns] {
  const spread = (side: QuoteColumns, offset: number): QuoteColumns =>
    columns(
      Array.from({ length: side.length }, (_, row) => side.receivedUs[row]! + 4 * row + offset),
      Array.from({ length: side.length }, (_, row) => side.bid[row]!),
    );
  return [spread(left, 0), spread(right, 1)];
}

test('whatever the gaps, limits and chunks, the points are those that remain when gaps have taken back', async () => {
  await fc.assert(
    fc.asyncProperty(
      leg(120),
      leg(120),
      fc.array(legEvent, { maxLength: 12 }),
      chunkLengths,
      fc.constantFrom(0, 2_000_000, 60_000_000),
      async (left, right, given, lengths, limitUs) => {
        const legs = apart(left, right);
        const stamps = [...legs[0].receivedUs, ...legs[1].receivedUs].sort((a, b) => a - b);
        const firstUs = stamps[0] ?? 0;
        const lastUs = stamps.at(-1) ?? 0;
        const taken = new Set(stamps);
        const events = given
          .map(({ at, leg: side, backUs, limitUs: own, isGap }): LegEvent => {
            let stampUs = Math.round(firstUs + at * (lastUs - firstUs));
            while (taken.has(stampUs)) stampUs += 1;
            taken.add(stampUs);
            if (!isGap) return { kind: 'limit', leg: side, stampUs, limitUs: own };
            return { kind: 'gap', leg: side, stampUs, fromUs: stampUs - backUs };
          })
          .sort((a, b) => a.stampUs - b.stampUs);
        const endUs = Math.max(lastUs, ...events.map(({ stampUs }) => stampUs)) + 1_000_000;
        const expected = pointsOf(validPoints({ legs, events, limitUs, endUs }));
        assert.deepEqual(await streamed(legs, lengths, { events, limitUs, endUs }), expected);
      },
    ),
    { numRuns: 400 },
  );
});

test('a gap that is noticed after the end takes away what it proves wrong before it', async () => {
  const legs = [columns([10, 30], [101, 102]), columns([20, 40], [100, 100])] as const;
  const gap: LegEvent = { kind: 'gap', leg: 0, stampUs: 900, fromUs: 25 };
  const points = await streamed(legs, [1], { events: [gap], limitUs: 1_000, endUs: 50 });
  assert.deepEqual(points, [
    [20, 1.0000000000000009],
    [25, Number.NaN],
  ]);
});

test('both streams are closed when the consumer stops early', async () => {
  let closed = 0;
  async function* endless(from: number): AsyncGenerator<QuoteColumns> {
    try {
      for (let us = from; ; us += 10) yield columns([us], [100]);
    } finally {
      closed += 1;
    }
  }
  const input = { legs: [endless(0), endless(1)] as const, events: [], endUs: 1e9 };
  let portions = 0;
  for await (const points of validStream(input)) {
    portions += 1;
    if (points.length > 0 && portions > 3) break;
  }
  assert.equal(closed, 2);
});
