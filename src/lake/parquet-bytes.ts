// Bytes that grow as they are written, with the little-endian and variable-length numbers of Parquet and its Thrift.
// Knows nothing of files: who takes the bytes says so with `clear`.

const FIRST_BYTES = 64 * 1024;
const TWO_31 = 2_147_483_648;

export class Bytes {
  #bytes = new Uint8Array(FIRST_BYTES);
  #view = new DataView(this.#bytes.buffer);
  length = 0;

  /** What was written; of use until the next write. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }

  /** Makes room for `more` bytes. */
  reserve(more: number): void {
    const wanted = this.length + more;
    if (wanted <= this.#bytes.length) return;
    let size = this.#bytes.length * 2;
    while (size < wanted) size *= 2;
    const larger = new Uint8Array(size);
    larger.set(this.written);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }

  byte(value: number): void {
    this.reserve(1);
    this.#bytes[this.length++] = value;
  }

  zeros(count: number): void {
    this.reserve(count);
    this.#bytes.fill(0, this.length, this.length + count);
    this.length += count;
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  uint32(value: number): void {
    this.reserve(4);
    this.#view.setUint32(this.length, value, true);
    this.length += 4;
  }

  /** A whole number of 0 … 2^53, seven bits a byte. */
  varint(value: number): void {
    this.reserve(8);
    let rest = value;
    for (; rest >= TWO_31; rest = Math.floor(rest / 128)) this.#bytes[this.length++] = (rest % 128) | 128;
    for (; rest >= 128; rest >>>= 7) this.#bytes[this.length++] = (rest & 127) | 128;
    this.#bytes[this.length++] = rest;
  }

  /** A whole number of at most 2^52 either way, the sign in the lowest bit. */
  zigzag(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** Changes four bytes written before. */
  putUint32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  /** Changes a byte written before. */
  put(at: number, value: number): void {
    this.#bytes[at] = value;
  }

  /** `count` of `values` from `from`, `width` (1 … 32) bits each, lowest first; up to a whole byte with zeros. */
  pack(values: Uint32Array, from: number, count: number, width: number): void {
    this.reserve(Math.ceil((count * width) / 8) + 4);
    const view = this.#view;
    const end = this.length + Math.ceil((count * width) / 8);
    let at = this.length;
    let word = 0;
    let filled = 0;
    for (let i = from; i < from + count; i++) {
      const value = values[i]!;
      word |= value << filled;
      filled += width;
      if (filled < 32) continue;
      view.setUint32(at, word, true);
      at += 4;
      filled -= 32;
      // A shift by 32 would be one by 0.
      word = filled === 0 ? 0 : value >>> (width - filled);
    }
    if (filled > 0) view.setUint32(at, word, true);
    this.length = end;
  }
}
