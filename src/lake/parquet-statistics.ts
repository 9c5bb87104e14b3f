// What a footer tells of a column chunk's values: least, largest, how many are null. And the bytes of numbers.

import type { ChunkStatistics } from './parquet-footer.js';

const TWO_32 = 4_294_967_296;

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** The least and the largest; NaN where one of the values is, and where there are none. */
export function rangeOf(values: Float64Array): Range {
  let min = values.length === 0 ? Number.NaN : values[0]!;
  if (Number.isNaN(min)) return { min, max: min };
  let max = min;
  for (let i = 1; i < values.length; i++) {
    const value = values[i]!;
    if (value > max) max = value;
    else if (!(value >= min)) {
      if (Number.isNaN(value)) return { min: Number.NaN, max: Number.NaN };
      min = value;
    }
  }
  return { min, max };
}

/** Whether all are whole numbers that a double holds exactly. */
export function isWholeRange(values: Float64Array, { min, max }: Range): boolean {
  if (values.length === 0) return true;
  if (!(min >= Number.MIN_SAFE_INTEGER && max <= Number.MAX_SAFE_INTEGER)) return false;
  for (let i = 0; i < values.length; i++) if (values[i] !== Math.floor(values[i]!)) return false;
  return true;
}

export function statisticsOf({ min, max }: Range, isTime: boolean, nulls: number): ChunkStatistics {
  if (Number.isNaN(min) || Number.isNaN(max)) return { min: null, max: null, nulls };
  if (isTime) return { min: int64Of(min), max: int64Of(max), nulls };
  // The format's own rule: a zero may be either, so the smaller one is below and the larger one above.
  return { min: doubleOf(min === 0 ? -0 : min), max: doubleOf(max === 0 ? 0 : max), nulls };
}

function int64Of(value: number): Uint8Array {
  const words = new Int32Array(2);
  writeInt64(words, 0, value);
  return bytesOf(words);
}

function doubleOf(value: number): Uint8Array {
  return bytesOf(Float64Array.of(value));
}

export function writeInt64(words: Int32Array, at: number, value: number): void {
  words[2 * at] = value % TWO_32;
  words[2 * at + 1] = Math.floor(value / TWO_32);
}

/** The same memory, byte by byte. */
export function bytesOf(values: Float64Array | Int32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
