// Text of a chart as bytes, in one buffer that grows: never as one string, for a chart of a million points is 80 MB of it.

import { NUMBER_BYTES_MAX } from './fixed-point.js';

/** Writes a value at a place and gives the place behind it; at most NUMBER_BYTES_MAX bytes. */
export type WriteValue = (bytes: Uint8Array, at: number, value: number) => number;

const COMMA = 44;
const PIECE_VALUES = 1_024;

export class TextOut {
  #bytes: Buffer;
  #at = 0;

  constructor(bytes: number) {
    this.#bytes = Buffer.allocUnsafeSlow(bytes);
  }

  /** Written since the last `take`. */
  get length(): number {
    return this.#at;
  }

  text(text: string): void {
    this.#reserve(Buffer.byteLength(text));
    this.#at += this.#bytes.write(text, this.#at, 'utf8');
  }

  /** The values [from, to), with a comma before each but the first of an array that begins here. */
  values(values: Float64Array, from: number, to: number, write: WriteValue, begins: boolean): void {
    for (let first = from; first < to; first += PIECE_VALUES) {
      const end = Math.min(to, first + PIECE_VALUES);
      this.#reserve((end - first) * (NUMBER_BYTES_MAX + 1));
      const bytes = this.#bytes;
      let at = this.#at;
      for (let row = first; row < end; row += 1) {
        if (!begins || row > from) bytes[at++] = COMMA;
        at = write(bytes, at, values[row]!);
      }
      this.#at = at;
    }
  }

  /** What was written, in memory of its own: a longer buffer would be handed over whole. The next text begins anew. */
  take(): Buffer {
    const whole = Buffer.allocUnsafeSlow(this.#at);
    this.#bytes.copy(whole, 0, 0, this.#at);
    this.#at = 0;
    return whole;
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 1.5));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}
