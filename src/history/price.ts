// Which price of each leg a spread compares. Both joins look at the column of bids alone, so another basis is the same
// join of legs whose bids have been replaced. Never changes a chunk it was given: it may lie in a file's own bytes.

import type { QuoteColumns } from '../core/columns.js';

/**
 * `bid`: bid1 / bid2, as the reference. `executable`: bid1 / ask2, what selling on exchange1 and buying on exchange2
 * gives at once; the other direction is the pair named the other way round. `mid`: the middles of bid and ask.
 */
export const PRICE_BASES = ['bid', 'executable', 'mid'] as const;
export type PriceBasis = (typeof PRICE_BASES)[number];

/** Whether asks are to be read of this leg; 0 = exchange1. */
export function needsAsks(basis: PriceBasis, leg: 0 | 1): boolean {
  return basis === 'mid' || (basis === 'executable' && leg === 1);
}

/** The chunks of a leg with the price of the basis in place of the bid. Each holds until the next pull. */
export function priced(
  chunks: AsyncIterable<QuoteColumns>,
  basis: PriceBasis,
  leg: 0 | 1,
): AsyncIterable<QuoteColumns> {
  if (basis === 'mid') return middles(chunks);
  return needsAsks(basis, leg) ? asks(chunks) : chunks;
}

async function* asks(chunks: AsyncIterable<QuoteColumns>): AsyncGenerator<QuoteColumns, void, undefined> {
  for await (const { length, receivedUs, ask } of chunks) yield { length, receivedUs, bid: ask, ask };
}

async function* middles(chunks: AsyncIterable<QuoteColumns>): AsyncGenerator<QuoteColumns, void, undefined> {
  let mid = new Float64Array(0);
  for await (const { length, receivedUs, bid, ask } of chunks) {
    if (mid.length < length) mid = new Float64Array(length);
    for (let row = 0; row < length; row += 1) mid[row] = (bid[row]! + ask[row]!) / 2;
    yield { length, receivedUs, bid: mid, ask };
  }
}
