// The encodings of flat Parquet columns, out of bytes into doubles: what quote files of ours and of the usual engines use.
// Whatever does not fit its bytes throws; what is right and not known here throws Unknown, for others to read.

import { ByteReader, unzigzag } from './parquet-page-header.js';

/** Right, as far as it was looked at, and not known here. */
export class Unknown extends Error {}

const TWO_32 = 4_294_967_296;
const TOO_SHORT = 'a page is shorter than its values';
/** Numbers beyond it are not whole in a double. */
const EXACT_MAX = Number.MAX_SAFE_INTEGER;

/** A place in the bytes of a page. */
export class Source extends ByteReader {
  readonly view: DataView;

  constructor(bytes: Uint8Array) {
    super(bytes, 0, TOO_SHORT);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Where `length` bytes begin, which are then passed. */
  take(length: number): number {
    const from = this.at;
    if (!(length >= 0) || from + length > this.bytes.length) throw new Error(TOO_SHORT);
    this.at += length;
    return from;
  }

  override zigzag(): number {
    const value = this.varint();
    if (value > EXACT_MAX) throw new Unknown('a number beyond 2^53');
    return unzigzag(value);
  }
}

/** Of so many values that come next, those that are wanted: [from, to). */
export interface Part {
  readonly count: number;
  readonly from: number;
  readonly to: number;
}

export function wholeOf(count: number): Part {
  return { count, from: 0, to: count };
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
  int64InPlace(into, at + part.from, at + part.to);
}

/** What lies in [from, to) as integers of 64 bits, read as two halves, becomes doubles; exact below 2^53. */
export function int64InPlace(values: Float64Array, from: number, to: number): void {
  const words = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  for (let i = from; i < to; i += 1) values[i] = words[2 * i + 1]! * TWO_32 + (words[2 * i]! >>> 0);
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

/** The first of DELTA_BINARY_PACKED values. */
export function firstOfDeltas(source: Source): number {
  // The size of blocks, how many parts each has, and how many values there are.
  for (let n = 0; n < 3; n += 1) source.varint();
  return source.zigzag();
}

/**
 * DELTA_BINARY_PACKED. Values some way after the first that is `until` or larger are Infinity instead: false then, and where
 * the last one is.
 */
export function readDeltas(
  source: Source,
  count: number,
  into: Float64Array,
  at: number,
  until = Number.POSITIVE_INFINITY,
): boolean {
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
  return value < until;
}

let room = new Uint32Array(32);

/** For what one miniblock has over its least difference; one kind of array everywhere is what makes unpacking quick. */
function overLeast(count: number): Uint32Array {
  if (room.length < count) room = new Uint32Array(count);
  return room;
}

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
  for (let i = 0, bit = from * 8; i < count; i += 1, bit += width) into[at + i] = bitsAt(source, bit, mask);
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
    if ((source.at - from) * 8 < take * width) throw new Error(TOO_SHORT);
    // Eight of them are whole bytes.
    const passed = Math.min(take, Math.max(0, first - done)) & ~7;
    unpack(source, from + (passed * width) / 8, width, take - passed, into, done + passed);
    done += take;
  }
}
