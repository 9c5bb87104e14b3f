// The rows of one instrument as far as they are in memory: a few thousand, the oldest given up as all pairs of the symbol have
// gone over them. Read once, whoever looks at them.

import type { QuoteColumns } from '../core/columns.js';
import { firstNotBelow } from '../core/search.js';
import type { Micros } from '../core/time.js';
import { grown } from '../series/spread.js';

const ROWS = 8_192;

export class LegWindow {
  /** Those of `columns` that are still to be gone over: [from, to). */
  from = 0;
  to = 0;
  columns: QuoteColumns;
  #stamps = new Float64Array(ROWS);
  #bids = new Float64Array(ROWS);
  #asks = new Float64Array(ROWS);
  readonly #chunks: AsyncIterator<QuoteColumns>;
  #chunk: QuoteColumns | null = null;
  #chunkRow = 0;
  #ended = false;

  constructor(chunks: AsyncIterable<QuoteColumns>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.columns = this.#columns();
  }

  /** Rows up to here, inclusive, are all in the window; Infinity: all there are. */
  get knownUs(): Micros {
    return this.#ended ? Number.POSITIVE_INFINITY : this.#stamps[this.to - 1]!;
  }

  /** Takes more rows, where there are any and half the window has been gone over. Rejects where they cannot be read. */
  async fill(): Promise<void> {
    if (this.#ended || (this.to - this.from > ROWS / 2 && this.#stamps[this.from]! < this.knownUs)) return;
    this.#makeRoom();
    while (this.to < this.#stamps.length && !this.#ended) {
      if (this.#chunk === null) await this.#pull();
      else this.#copy(this.#chunk);
    }
  }

  /** The first row that is not before `us`, of those in the window. */
  rowOf(us: Micros): number {
    return firstNotBelow(this.#stamps, us, this.from, this.to);
  }

  async close(): Promise<void> {
    this.#ended = true;
    await this.#chunks.return?.();
  }

  async #pull(): Promise<void> {
    const next = await this.#chunks.next();
    this.#ended = next.done === true;
    this.#chunk = next.done === true ? null : next.value;
    this.#chunkRow = 0;
  }

  #copy(chunk: QuoteColumns): void {
    const [row, at] = [this.#chunkRow, this.to];
    const count = Math.min(chunk.length - row, this.#stamps.length - at);
    this.#stamps.set(chunk.receivedUs.subarray(row, row + count), at);
    this.#bids.set(chunk.bid.subarray(row, row + count), at);
    this.#asks.set(chunk.ask.subarray(row, row + count), at);
    this.to += count;
    this.#chunkRow += count;
    if (this.#chunkRow === chunk.length) this.#chunk = null;
    this.columns = this.#columns();
  }

  #makeRoom(): void {
    const { from, to } = this;
    for (const values of [this.#stamps, this.#bids, this.#asks]) values.copyWithin(0, from, to);
    [this.from, this.to] = [0, to - from];
    // More rows of one stamp than the window holds: a foreign lake.
    if (this.to < this.#stamps.length) return;
    const rows = 2 * this.to;
    this.#stamps = grown(this.#stamps, this.to, rows);
    this.#bids = grown(this.#bids, this.to, rows);
    this.#asks = grown(this.#asks, this.to, rows);
  }

  #columns(): QuoteColumns {
    return { length: this.to, receivedUs: this.#stamps, bid: this.#bids, ask: this.#asks };
  }
}
