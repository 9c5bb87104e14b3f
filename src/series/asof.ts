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
    while (this.#leftRow < left.length) {
      const stampUs = left.receivedUs[this.#leftRow]!;
      if (!this.#advanceRight(stampUs)) return 'right';
      this.#emit(stampUs, left, this.#leftRow, out);
      this.#leftRow += 1;
    }
    this.#leftUs = left.receivedUs[left.length - 1]!;
    this.#left = undefined;
    return 'left';
  }

  /** Takes every right row up to `stampUs`; false where the next chunk could hold more of them. */
  #advanceRight(stampUs: number): boolean {
    const right = this.#right;
    if (right === undefined) return this.#rightEnded;
    let row = this.#rightRow;
    while (row < right.length && right.receivedUs[row]! <= stampUs) row += 1;
    if (row > this.#rightRow) {
      this.#rightUs = right.receivedUs[row - 1]!;
      this.#rightBid = right.bid[row - 1]!;
      this.#rightAsk = right.ask[row - 1]!;
      this.#rightRow = row;
    }
    if (row < right.length) return true;
    this.#right = undefined;
    return this.#rightEnded;
  }

  #emit(stampUs: number, left: QuoteColumns, row: number, out: JoinedRows): void {
    const known = this.#rightUs !== Number.NEGATIVE_INFINITY;
    const matched = known && stampUs - this.#rightUs <= this.#toleranceUs;
    if (!matched) {
      this.unmatchedRows += 1;
      if (!this.#keepUnmatched) return;
    }
    out.stampUs[out.length] = stampUs;
    out.bid1[out.length] = left.bid[row]!;
    out.bid2[out.length] = matched ? this.#rightBid : Number.NaN;
    if (out.hasAsks) {
      out.ask1[out.length] = left.ask[row]!;
      out.ask2[out.length] = matched ? this.#rightAsk : Number.NaN;
    }
    out.length += 1;
  }
}

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
