// The worker's end of a long chart: pieces go out only as fast as they are taken. Knows nothing of what they hold.

import type { PieceFromWorker } from './protocol.js';

/** Sent before any is asked for: what is on its way while the first ones are written out. */
export const PIECES_AHEAD = 4;

export class PieceGate {
  #free = PIECES_AHEAD;
  #opened: () => void = () => {};

  /** One more may pass. */
  more(): void {
    this.#free += 1;
    this.#opened();
  }

  /** Sends all pieces, each with its memory; resolves when the last one is sent, or sending has failed or been given up. */
  async send(
    id: number,
    pieces: AsyncGenerator<Uint8Array, void, undefined>,
    signal: AbortSignal,
    post: (message: PieceFromWorker, owned: ArrayBuffer[]) => void,
  ): Promise<void> {
    const wake = () => this.#opened();
    signal.addEventListener('abort', wake, { once: true });
    try {
      for await (const { buffer } of pieces) {
        while (this.#free === 0 && !signal.aborted)
          await new Promise<void>((resolve) => {
            this.#opened = resolve;
          });
        if (signal.aborted) return;
        this.#free -= 1;
        const piece = buffer as ArrayBuffer;
        post({ id, piece, failure: null }, [piece]);
      }
      post({ id, piece: null, failure: null }, []);
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      post({ id, piece: null, failure }, []);
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }
}
