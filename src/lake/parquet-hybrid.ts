// The RLE / bit-packed hybrid of Parquet: definition levels and indices into a dictionary.

import type { Bytes } from './parquet-bytes.js';

/** Bits that a run must save before it is worth to break the packed numbers for it. */
const RUN_BITS_MIN = 64;

/** `count` numbers of `width` (1 … 32) bits each. */
export function writeHybrid(out: Bytes, values: Uint32Array, count: number, width: number): void {
  const worthWhile = Math.max(8, Math.ceil(RUN_BITS_MIN / width));
  let packedFrom = 0;
  let at = 0;
  while (at < count) {
    const value = values[at]!;
    let end = at + 1;
    while (end < count && values[end] === value) end += 1;
    if (end - at < worthWhile) {
      // Packed numbers come in eights: a run within such a group is looked for from the next on.
      at = nextGroup(packedFrom, end);
      continue;
    }
    const runFrom = packedFrom === at ? at : nextGroup(packedFrom, at);
    if (end - runFrom < worthWhile) {
      at = nextGroup(packedFrom, end);
      continue;
    }
    writePacked(out, values, packedFrom, runFrom, width);
    writeRun(out, value, end - runFrom, width);
    packedFrom = end;
    at = end;
  }
  writePacked(out, values, packedFrom, count, width);
}

/** `count` times the same. */
export function writeRun(out: Bytes, value: number, count: number, width: number): void {
  out.varint(count * 2);
  for (let bits = 0; bits < width; bits += 8) out.byte((value >>> bits) & 255);
}

/** Filled up with zeros to a whole group, which only the last may need. */
function writePacked(out: Bytes, values: Uint32Array, from: number, to: number, width: number): void {
  if (from === to) return;
  const groups = Math.ceil((to - from) / 8);
  out.varint(groups * 2 + 1);
  const start = out.length;
  out.pack(values, from, to - from, width);
  out.zeros(start + groups * width - out.length);
}

/** The first place at or after `at` that is whole groups of eight away from `from`. */
function nextGroup(from: number, at: number): number {
  return from + Math.ceil((at - from) / 8) * 8;
}
