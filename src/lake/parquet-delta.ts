// DELTA_BINARY_PACKED: whole numbers as differences, packed by 32 in as few bits as the largest needs.
// Works on doubles, which hold every stamp exactly; what is too large for that is refused beforehand (`canDelta`).

import type { Bytes } from './parquet-bytes.js';

const BLOCK = 128;
const MINIBLOCK = 32;
const MINIBLOCKS = BLOCK / MINIBLOCK;
const TWO_32 = 4_294_967_296;
/** Such a number's zigzag form is exact, */
const SIZE_MAX = 2 ** 52 - 1;
/** and so are differences, and differences of differences, of numbers no further apart. */
const SPAN_MAX = 2 ** 51;

const steps = new Float64Array(BLOCK);
const low = new Uint32Array(MINIBLOCK);

export function canDelta(minimum: number, maximum: number): boolean {
  return minimum >= -SIZE_MAX && maximum <= SIZE_MAX && maximum - minimum <= SPAN_MAX;
}

/** `count` whole numbers of `values`, at least one. */
export function writeDelta(out: Bytes, values: Float64Array, count: number): void {
  out.varint(BLOCK);
  out.varint(MINIBLOCKS);
  out.varint(count);
  out.zigzag(values[0]!);
  for (let at = 1; at < count; at += BLOCK) writeBlock(out, values, at, Math.min(BLOCK, count - at));
}

function writeBlock(out: Bytes, values: Float64Array, at: number, count: number): void {
  let previous = values[at - 1]!;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const value = values[at + i]!;
    const step = value - previous;
    steps[i] = step;
    if (step < least) least = step;
    previous = value;
  }
  out.zigzag(least);
  const widthsAt = out.length;
  out.uint32(0);
  for (let m = 0; m * MINIBLOCK < count; m++) {
    const from = m * MINIBLOCK;
    const width = writeMiniblock(out, from, Math.min(MINIBLOCK, count - from), least);
    out.put(widthsAt + m, width);
  }
}

/** Gives the width. A short one is filled up with zeros: its bytes are those of 32 numbers. */
function writeMiniblock(out: Bytes, from: number, count: number, least: number): number {
  let largest = 0;
  for (let i = 0; i < count; i++) {
    const over = steps[from + i]! - least;
    if (over > largest) largest = over;
  }
  if (largest === 0) return 0;
  if (largest >= TWO_32) return writeWide(out, from, count, least, 64 - Math.clz32(largest / TWO_32));
  const width = 32 - Math.clz32(largest);
  for (let i = 0; i < count; i++) low[i] = steps[from + i]! - least;
  low.fill(0, count);
  out.pack(low, 0, MINIBLOCK, width);
  return width;
}

/** More than 32 bits each: bit by bit, for it hardly ever happens. */
function writeWide(out: Bytes, from: number, count: number, least: number, width: number): number {
  const start = out.length;
  out.zeros((MINIBLOCK * width) / 8);
  const bytes = out.written;
  for (let i = 0; i < count; i++) {
    let rest = steps[from + i]! - least;
    for (let bit = i * width; rest > 0; bit++) {
      if (rest % 2 === 1) bytes[start + (bit >> 3)]! |= 1 << (bit & 7);
      rest = Math.floor(rest / 2);
    }
  }
  return width;
}
