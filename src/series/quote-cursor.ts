// A place in one leg's stream of quotes: for whoever goes over two of them row by row. Holds one chunk.

import type { QuoteColumns } from '../core/columns.js';
import type { Micros } from '../core/time.js';

const NO_QUOTES: QuoteColumns = {
  length: 0,
  receivedUs: new Float64Array(0),
  bid: new Float64Array(0),
  ask: new Float64Array(0),
};

export class QuoteCursor {
  chunk: QuoteColumns = NO_QUOTES;
  row = 0;
  ended = false;
  readonly #chunks: AsyncIterator<QuoteColumns>;

  constructor(chunks: AsyncIterable<QuoteColumns>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Infinity at the end of the stream. */
  get stampUs(): Micros {
    return this.row < this.chunk.length ? this.chunk.receivedUs[this.row]! : Number.POSITIVE_INFINITY;
  }

  /** More is to be read before the next stamp is known. */
  get isSpent(): boolean {
    return !this.ended && this.row === this.chunk.length;
  }

  async fill(): Promise<void> {
    while (this.isSpent) {
      const next = await this.#chunks.next();
      this.row = 0;
      this.chunk = next.done === true ? NO_QUOTES : next.value;
      this.ended = next.done === true;
    }
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
