// The `asof2s` join: each row of the left leg with the last row of the right leg at or before it. Never looks
// ahead: a right row later than the left one is never used. No gap logic; that is the `valid` join.

import { assert } from '../core/assert.js';
import type { QuoteColumns } from '../core/columns.js';
import { JoinedRows } from './spread.js';

/** The oldest right row that still matches, inclusive: what the name `asof2s` says. */
export const ASOF_TOLERANCE_US = 2_000_000;

export interface AsofOptions {
  /** Microseconds, inclusive; Infinity = a right row never grows too old. */
  readonly toleranceUs: number;
  /** Unmatched left rows: left out (and counted), or kept with bid2 = NaN. Default: left out. */
  readonly keepUnmatched?: boolean;
  /** Also both legs' asks, in streams. Default: left out. */
  readonly asks?: boolean;
}

/**
 * The whole join of two sorted legs. A right row without a bid (NaN) matches like any other, as a null does
 * in polars' join_asof: the row stays and its spread is NaN. The last of several right rows with one stamp
 * wins.
 */
export function asofJoin(left: QuoteColumns, right: QuoteColumns, options: AsofOptions): JoinedRows {
  const out = new JoinedRows();
  out.reserve(left.length);
  let next = 0;
  for (let row = 0; row < left.length; row += 1) {
    const stampUs = left.receivedUs[row]!;
    while (next < right.length && right.receivedUs[next]! <= stampUs) next += 1;
    const matched = next > 0 && stampUs - right.receivedUs[next - 1]! <= options.toleranceUs;
    if (!matched && options.keepUnmatched !== true) continue;
    out.stampUs[out.length] = stampUs;
    out.bid1[out.length] = left.bid[row]!;
    out.bid2[out.length] = matched ? right.bid[next - 1]! : Number.NaN;
    out.length += 1;
  }
  return out;
}

/** What AsofJoin wants before it can go on. */
export type AsofNeed = 'left' | 'right';

/**
 * The same join, fed with chunks of any size: give it a chunk of the side it asks for, `run`, repeat. Holds
 * one chunk of each side by reference (until it asks for that side again) and the last right row by value.
 */
export class AsofJoin {
  /** Left rows without a partner so far. */
  unmatchedRows = 0;
  readonly #toleranceUs: number;
  readonly #keepUnmatched: boolean;
  #left: QuoteColumns | undefined;
  #leftRow = 0;
  #right: QuoteColumns | undefined;
  #rightRow = 0;
  #rightEnded = false;
  #leftUs = Number.NEGATIVE_INFINITY;
  #rightUs = Number.NEGATIVE_INFINITY;
  #rightBid = Number.NaN;
  #rightAsk = Number.NaN;

  constructor(options: AsofOptions) {
    this.#toleranceUs = options.toleranceUs;
    this.#keepUnmatched = options.keepUnmatched === true;
  }

  feedLeft(chunk: QuoteColumns): void {
    assert(this.#left === undefined, 'a left chunk came before the last one was joined');
    if (chunk.length === 0) return;
    assert(chunk.receivedUs[0]! >= this.#leftUs, 'left chunks must come in time order');
    this.#left = chunk;
    this.#leftRow = 0;
  }

  feedRight(chunk: QuoteColumns): void {
    assert(this.#right === undefined, 'a right chunk came before the last one was joined');
    assert(!this.#rightEnded, 'a right chunk came after the end');
    if (chunk.length === 0) return;
    assert(chunk.receivedUs[0]! >= this.#rightUs, 'right chunks must come in time order');
    this.#right = chunk;
    this.#rightRow = 0;
  }

  endRight(): void {
    this.#rightEnded = true;
  }

  /** Appends to `out` all rows that are certain by now; says which side it needs for more. */
  run(out: JoinedRows): AsofNeed {
    const left = this.#left;
    if (left === undefined) return 'left';
    out.reserve(left.length - this.#leftRow);
    // Right rows that are left to take, then none until the next chunk.
    const right = this.#right ?? NO_ROWS;
    this.#joinRows(left, right, out);
    if (this.#leftRow < left.length) return 'right';
    this.#leftUs = left.receivedUs[left.length - 1]!;
    this.#left = undefined;
    return 'left';
  }

  /** As far as both chunks reach. Everything it works on is local: ten times the speed of fields. */
  #joinRows(left: QuoteColumns, right: QuoteColumns, out: JoinedRows): void {
    const { receivedUs: lefts, bid: bids, ask: asks, length: leftRows } = left;
    const { receivedUs: rights, bid: rightBids, length: rightRows } = right;
    const { stampUs, bid1, bid2, ask1, ask2, hasAsks } = out;
    const [toleranceUs, keepUnmatched, rightEnded] = [
      this.#toleranceUs,
      this.#keepUnmatched,
      this.#rightEnded,
    ];
    let [leftRow, rightRow, length, unmatched] = [this.#leftRow, this.#rightRow, out.length, 0];
    let [rightUs, rightBid, rightAsk] = [this.#rightUs, this.#rightBid, this.#rightAsk];
    for (; leftRow < leftRows; leftRow += 1) {
      const us = lefts[leftRow]!;
      const before = rightRow;
      while (rightRow < rightRows && rights[rightRow]! <= us) rightRow += 1;
      if (rightRow > before) {
        rightUs = rights[rightRow - 1]!;
        rightBid = rightBids[rightRow - 1]!;
        if (hasAsks) rightAsk = right.ask[rightRow - 1]!;
      }
      // The next chunk could hold more rows up to this one.
      if (rightRow >= rightRows && !rightEnded) break;
      // Before the first right row the difference is infinite, which an infinite tolerance must not take.
      const matched = us - rightUs <= toleranceUs && rightUs !== Number.NEGATIVE_INFINITY;
      if (!matched) {
        unmatched += 1;
        if (!keepUnmatched) continue;
      }
      stampUs[length] = us;
      bid1[length] = bids[leftRow]!;
      bid2[length] = matched ? rightBid : Number.NaN;
      if (hasAsks) {
        ask1[length] = asks[leftRow]!;
        ask2[length] = matched ? rightAsk : Number.NaN;
      }
      length += 1;
    }
    out.length = length;
    this.unmatchedRows += unmatched;
    this.#leftRow = leftRow;
    this.#rightRow = rightRow;
    [this.#rightUs, this.#rightBid, this.#rightAsk] = [rightUs, rightBid, rightAsk];
    if (rightRow >= rightRows) this.#right = undefined;
  }
}

const NO_ROWS: QuoteColumns = {
  length: 0,
  receivedUs: new Float64Array(0),
  bid: new Float64Array(0),
  ask: new Float64Array(0),
};

/**
 * The join of two sorted streams, pulled: one joined chunk (perhaps empty) for each left chunk. The yielded
 * rows are the same object each time and hold only until the next pull; so memory is one chunk of each side
 * and one of rows. Both sources are closed when the consumer stops early. At the left side's end the rest of
 * the right side is not read.
 */
export async function* asofStream(
  left: AsyncIterable<QuoteColumns>,
  right: AsyncIterable<QuoteColumns>,
  options: AsofOptions,
): AsyncGenerator<JoinedRows, void, undefined> {
  const join = new AsofJoin(options);
  const out = new JoinedRows(options.asks);
  const rights = right[Symbol.asyncIterator]();
  try {
    for await (const chunk of left) {
      out.clear();
      join.feedLeft(chunk);
      while (join.run(out) === 'right') {
        const next = await rights.next();
        if (next.done === true) join.endRight();
        else join.feedRight(next.value);
      }
      yield out;
    }
  } finally {
    await rights.return?.();
  }
}
