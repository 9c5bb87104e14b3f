// The encodings of flat Parquet columns, out of bytes into doubles: what quote files of ours and of the usual engines use.
// Whatever does not fit its bytes throws; what is right and not known here throws Unknown, for others to read.

/** Right, as far as it was looked at, and not known here. */
export class Unknown extends Error {}

const TWO_32 = 4_294_967_296;
const VARINT_BYTES_MAX = 10;
/** Numbers beyond it are not whole in a double. */
const EXACT_MAX = Number.MAX_SAFE_INTEGER;

/** A place in bytes that is read from. */
export class Source {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
  }

  /** Where `length` bytes begin, which are then passed. */
  take(length: number): number {
    const from = this.at;
    if (!(length >= 0) || from + length > this.bytes.length)
      throw new Error('a page is shorter than its values');
    this.at += length;
    return from;
  }

  varint(): number {
    let value = 0;
    for (let n = 0, scale = 1; n < VARINT_BYTES_MAX; n += 1, scale *= 128) {
      const byte = this.bytes[this.take(1)]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw new Error('a number without an end');
  }

  zigzag(): number {
    const value = this.varint();
    if (value > EXACT_MAX) throw new Unknown('a number beyond 2^53');
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}

/** Of so many values that come next, those that are wanted: [from, to). */
export interface Part {
  readonly count: number;
  readonly from: number;
  readonly to: number;
}

/** Doubles one after the other, each into its place from `at` on. */
export function readDoubles(source: Source, { count, from, to }: Part, into: Float64Array, at: number): void {
  const start = source.take(count * 8);
  const target = new Uint8Array(into.buffer, into.byteOffset + (at + from) * 8, (to - from) * 8);
  target.set(source.bytes.subarray(start + from * 8, start + to * 8));
}

/** Whole numbers of 64 bits. */
export function readInt64(source: Source, part: Part, into: Float64Array, at: number): void {
  readDoubles(source, part, into, at);
  const words = new Int32Array(into.buffer, into.byteOffset + at * 8, part.count * 2);
  for (let i = part.from; i < part.to; i += 1)
    into[at + i] = words[2 * i + 1]! * TWO_32 + (words[2 * i]! >>> 0);
}

/** BYTE_STREAM_SPLIT: the first bytes of all values, then the second ones, and so on. */
export function readSplitDoubles(source: Source, part: Part, into: Float64Array, at: number): void {
  const { count, from, to } = part;
  const { bytes } = source;
  const s0 = source.take(count * 8);
  const [s1, s2, s3, s4] = [s0 + count, s0 + 2 * count, s0 + 3 * count, s0 + 4 * count];
  const [s5, s6, s7] = [s0 + 5 * count, s0 + 6 * count, s0 + 7 * count];
  const words = new Int32Array(into.buffer, into.byteOffset + at * 8, count * 2);
  for (let i = from; i < to; i += 1) {
    words[2 * i] = bytes[s0 + i]! | (bytes[s1 + i]! << 8) | (bytes[s2 + i]! << 16) | (bytes[s3 + i]! << 24);
    words[2 * i + 1] =
      bytes[s4 + i]! | (bytes[s5 + i]! << 8) | (bytes[s6 + i]! << 16) | (bytes[s7 + i]! << 24);
  }
}

/** DELTA_BINARY_PACKED. Values some way after the first that is `until` or larger are Infinity instead. */
export function readDeltas(
  source: Source,
  count: number,
  into: Float64Array,
  at: number,
  until = Number.POSITIVE_INFINITY,
): void {
  const blockSize = source.varint();
  const miniblocks = source.varint();
  const total = source.varint();
  if (total !== count) throw new Error(`${total} differences of ${count}`);
  const miniblock = blockSize / miniblocks;
  if (!Number.isInteger(miniblock) || miniblock % 32 !== 0 || miniblock === 0 || blockSize > 65_536)
    throw new Error(`blocks of ${blockSize} in ${miniblocks}`);
  let value = source.zigzag();
  let largest = Math.abs(value);
  if (count > 0) into[at] = value;
  for (let done = 1; done < count; ) {
    if (value >= until) {
      into.fill(Number.POSITIVE_INFINITY, at + done, at + count);
      break;
    }
    const least = source.zigzag();
    const widthsAt = source.take(miniblocks);
    for (let m = 0; m < miniblocks && done < count; m += 1) {
      const width = source.bytes[widthsAt + m]!;
      if (width > 32) throw new Unknown(`differences of ${width} bits`);
      const take = Math.min(miniblock, count - done);
      const over = overLeast(miniblock);
      unpack(source, source.take((miniblock * width) / 8), width, take, over, 0);
      for (let i = 0; i < take; i += 1) {
        value += least + over[i]!;
        into[at + done + i] = value;
        // Two comparisons are less than a call for the size.
        if (value > largest || -value > largest) largest = Math.abs(value);
      }
      done += take;
    }
  }
  if (!(largest <= EXACT_MAX)) throw new Unknown('a number beyond 2^53');
}

let room = new Uint32Array(32);

/** For what one miniblock has over its least difference; one kind of array everywhere is what makes unpacking quick. */
function overLeast(count: number): Uint32Array {
  if (room.length < count) room = new Uint32Array(count);
  return room;
}

/** Up to so many bits a value and seven of the byte before fit into 32. */
const QUICK_BITS_MAX = 24;

/** `count` numbers of `width` bits, packed from the byte `from` on, into [at, at + count). */
function unpack(
  source: Source,
  from: number,
  width: number,
  count: number,
  into: Uint32Array,
  at: number,
): void {
  if (width === 0) {
    into.fill(0, at, at + count);
    return;
  }
  const mask = width === 32 ? -1 : (1 << width) - 1;
  if (width > QUICK_BITS_MAX) {
    for (let i = 0, bit = from * 8; i < count; i += 1, bit += width) into[at + i] = bitsAt(source, bit, mask);
    return;
  }
  const { bytes } = source;
  let [next, held, bits] = [from, 0, 0];
  for (let i = 0; i < count; i += 1) {
    for (; bits < width; bits += 8) {
      held |= bytes[next]! << bits;
      next += 1;
    }
    into[at + i] = held & mask;
    held >>>= width;
    bits -= width;
  }
}

/** The bits of a mask of up to 32 from this one on, as a number. */
function bitsAt({ bytes, view }: Source, bit: number, mask: number): number {
  const at = bit >>> 3;
  const shift = bit & 7;
  if (at + 8 <= bytes.length) {
    const low = view.getUint32(at, true);
    const word = shift === 0 ? low : (low >>> shift) | (bytes[at + 4]! << (32 - shift));
    return (word & mask) >>> 0;
  }
  let word = 0;
  for (let i = 0; i < 32; i += 1) {
    const from = bit + i;
    const byte = bytes[from >>> 3] ?? 0;
    word |= ((byte >>> (from & 7)) & 1) << i;
  }
  return (word & mask) >>> 0;
}

/** The RLE / bit-packed hybrid: numbers of `width` bits, each into its place from 0 on; those that are not wanted perhaps. */
export function readHybrid(source: Source, width: number, part: Part, into: Uint32Array): void {
  const { from: first, to: count } = part;
  if (width > 32) throw new Error(`numbers of ${width} bits`);
  if (width === 0) {
    into.fill(0, first, count);
    return;
  }
  const mask = width === 32 ? -1 : (1 << width) - 1;
  for (let done = 0; done < count; ) {
    const head = source.varint();
    if (head % 2 === 0) {
      const length = head / 2;
      if (length === 0) throw new Error('a run of nothing');
      const from = source.take((width + 7) >>> 3);
      const value = bitsAt(source, from * 8, mask);
      const end = Math.min(count, done + length);
      into.fill(value, Math.max(first, done), end);
      done = end;
      continue;
    }
    const length = ((head - 1) / 2) * 8;
    if (length === 0) throw new Error('a run of nothing');
    // The last group may be cut short where its numbers are not there.
    const take = Math.min(length, count - done);
    const from = source.take(Math.min((length * width) / 8, source.bytes.length - source.at));
    if ((source.at - from) * 8 < take * width) throw new Error('a page is shorter than its values');
    for (let i = 0, bit = from * 8; i < take; i += 1, bit += width)
      into[done + i] = bitsAt(source, bit, mask);
    done += take;
  }
}
