// Made-up histories of pairs: gaps and stale limits beside the quotes of legs.ts, and asks above its bids.

import fc from 'fast-check';
import type { QuoteColumns } from '../../src/core/columns.js';
import type { LegIndex } from '../../src/series/valid.js';
import type { LegEvent } from '../../src/series/valid-points.js';

/** As a share of a time that is given to it. */
export const legEvent = fc.record({
  at: fc.double({ min: 0, max: 1.1, noNaN: true }),
  leg: fc.constantFrom<LegIndex>(0, 1),
  backUs: fc.oneof(fc.constantFrom(0, 1, 1_000), fc.integer({ min: 0, max: 30_000_000 })),
  limitUs: fc.constantFrom(0, 400_000, 2_000_000, 60_000_000),
  isGap: fc.boolean(),
});

/** Events within a time that is given to it. */
export const legEvents: fc.Arbitrary<(fromUs: number, toUs: number) => LegEvent[]> = fc
  .array(legEvent, { maxLength: 10 })
  .map((given) => (fromUs, toUs) => {
    const events = given.map(({ at, leg, backUs, limitUs, isGap }): LegEvent => {
      const stampUs = Math.round(fromUs + at * (toUs - fromUs));
      return isGap
        ? { kind: 'gap', leg, stampUs, fromUs: stampUs - backUs }
        : { kind: 'limit', leg, stampUs, limitUs };
    });
    return events.sort((a, b) => a.stampUs - b.stampUs);
  });

export function withAsks(columns: QuoteColumns, above: number): QuoteColumns {
  return { ...columns, ask: columns.bid.map((price) => price + above) };
}
