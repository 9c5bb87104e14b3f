// Memory of chunks that nobody looks at any more, for the next ones: fresh memory costs more than the bytes that are read
// into it. Holds a few at most. Whoever gives a buffer must never look at it again.

const SPARE_MAX = 2;
/** A buffer so many times too large is left to others. */
const WASTE_MAX = 4;

export class SpareBuffers {
  readonly #spare: ArrayBuffer[] = [];

  /** One of at least so many bytes, whatever is in it; undefined where there is none. */
  take(bytes: number): ArrayBuffer | undefined {
    const at = this.#spare.findIndex(
      ({ byteLength }) => byteLength >= bytes && byteLength <= bytes * WASTE_MAX,
    );
    return at < 0 ? undefined : this.#spare.splice(at, 1)[0];
  }

  give(buffer: ArrayBufferLike): void {
    if (!(buffer instanceof ArrayBuffer)) return;
    if (this.#spare.length === SPARE_MAX) this.#spare.shift();
    this.#spare.push(buffer);
  }
}
