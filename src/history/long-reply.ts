// The main thread's end of a long chart: pieces in the order in which the worker sends them, one more asked for with each
// that is taken. Holds as many as the worker sends ahead, never the chart.

import { closedError, HistoryError } from './error.js';
import type { PieceFromWorker } from './protocol.js';

export interface LongReplyOptions {
  /** Asks for one more piece. */
  readonly more: () => void;
  /** Nobody takes the rest. */
  readonly giveUp: () => void;
  readonly signal?: AbortSignal | undefined;
}

export class LongReply {
  readonly #options: LongReplyOptions;
  readonly #waiting: Buffer[] = [];
  #failure: unknown = null;
  #ended = false;
  #wake: () => void = () => {};
  #over: () => void = () => {};
  readonly #onAbort = () => this.#fail(this.#options.signal?.reason ?? closedError());

  constructor(options: LongReplyOptions) {
    this.#options = options;
    if (options.signal?.aborted === true) this.#onAbort();
    else options.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Calls once nothing comes from the worker any more. */
  whenOver(over: () => void): void {
    if (this.#ended) over();
    else this.#over = over;
  }

  take({ piece, failure }: PieceFromWorker): void {
    if (this.#ended) return;
    if (piece !== null) this.#waiting.push(Buffer.from(piece));
    else if (failure !== null) this.#end(new HistoryError('failed', failure));
    else this.#end(null);
    this.#wake();
  }

  /** The worker is gone, or the service closes. */
  lost(error: HistoryError): void {
    if (!this.#ended) this.#end(error);
    this.#wake();
  }

  /** Rejects with the signal's reason, or with a HistoryError. */
  async *pieces(): AsyncGenerator<Buffer, void, undefined> {
    try {
      for (;;) {
        if (this.#failure !== null) throw this.#failure;
        const piece = this.#waiting.shift();
        if (piece !== undefined) {
          this.#options.more();
          yield piece;
        } else if (this.#ended) return;
        else
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
      }
    } finally {
      if (!this.#ended) this.#fail(new HistoryError('closed', 'nobody takes it any more'));
    }
  }

  #fail(reason: unknown): void {
    if (this.#ended && this.#waiting.length === 0) return;
    if (!this.#ended) this.#options.giveUp();
    this.#waiting.length = 0;
    this.#end(reason);
    this.#wake();
  }

  #end(failure: unknown): void {
    this.#ended = true;
    this.#failure = failure;
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#over();
  }
}
