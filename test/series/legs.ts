// Made-up legs that look like real ones (duplicate stamps, bursts, silences, rows without a bid), whole or in
// chunks.

import fc from 'fast-check';
import type { QuoteColumns } from '../../src/core/columns.js';

/** Distances between rows: equal stamps, bursts, usual, the very tolerance and one more, silences. */
const distanceUs = fc.oneof(
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 900 }) },
  { weight: 6, arbitrary: fc.integer({ min: 1_000, max: 400_000 }) },
  { weight: 2, arbitrary: fc.constantFrom(1_000_000, 2_000_000, 2_000_001) },
  { weight: 1, arbitrary: fc.integer({ min: 1_900_000, max: 90_000_000 }) },
);

const bid = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 9_900, max: 10_100 }).map((ticks) => ticks / 100) },
  { weight: 1, arbitrary: fc.constant(Number.NaN) },
);

/** Ascending, perhaps empty, perhaps one row. Start stamps are near each other, so that legs meet. */
export function leg(rowsMax: number): fc.Arbitrary<QuoteColumns> {
  return fc
    .tuple(
      fc.integer({ min: 0, max: 3_000_000 }),
      fc.array(fc.tuple(distanceUs, bid), { maxLength: rowsMax }),
    )
    .map(([startUs, rows]) => {
      let us = 1_700_000_000_000_000 + startUs;
      const stamps = rows.map(([distance]) => {
        us += distance;
        return us;
      });
      return columns(
        stamps,
        rows.map(([, price]) => price),
      );
    });
}

export function columns(stamps: readonly number[], bids: readonly number[]): QuoteColumns {
  const prices = Float64Array.from(bids);
  return { length: stamps.length, receivedUs: Float64Array.from(stamps), bid: prices, ask: prices };
}

/** Lengths of chunks, used in turn until the rows are gone; empty chunks occur. */
export const chunkLengths = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 8 });

export function chunksOf(whole: QuoteColumns, lengths: readonly number[]): QuoteColumns[] {
  const chunks: QuoteColumns[] = [];
  let from = 0;
  for (let turn = 0; from < whole.length; turn += 1) {
    // A round of empty chunks alone would never end.
    const asked = lengths[turn % lengths.length] ?? 1;
    const length = Math.min(whole.length - from, turn >= lengths.length ? Math.max(1, asked) : asked);
    chunks.push({
      length,
      receivedUs: whole.receivedUs.slice(from, from + length),
      bid: whole.bid.slice(from, from + length),
      ask: whole.ask.slice(from, from + length),
    });
    from += length;
  }
  return chunks;
}

export async function* streamOf<T>(chunks: readonly T[]): AsyncGenerator<T> {
  yield* chunks;
}
