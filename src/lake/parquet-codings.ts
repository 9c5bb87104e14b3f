// How doubles that no dictionary serves are laid out before a codec sees them, which of two ways is smaller, and the codec.

import * as zlib from 'node:zlib';
import { bytesOf } from './parquet-statistics.js';

/**
 * Brotli's qualities: the second finds repeats that the first does not; the first makes a code for every 128 KB, which
 * is the better one where streams are that long.
 */
export const FAST = 1;
export const FAST_CODE_BYTES = 65_536;
export const THOROUGH = 2;

/** Rows tried before a choice, from the middle of a chunk. */
const TRIAL_ROWS = 4_096;

/** The rows of `values` on which a choice is tried. */
export function trialOf<T extends Float64Array | Uint32Array>(values: T, rows: number): T {
  const from = Math.max(0, (rows - TRIAL_ROWS) >> 1);
  return values.subarray(from, Math.min(rows, from + TRIAL_ROWS)) as T;
}

/** Whether these doubles come out smaller split into streams than one after the other. */
export function isBetterSplit(trial: Float64Array): boolean {
  // Streams too short to have a code of their own would be judged worse than they are: their entropy is not.
  return entropyBytes(bytesOf(trial)) < compress(bytesOf(trial), THOROUGH).length;
}

/** BYTE_STREAM_SPLIT: the first bytes of all values, then the second ones, and so on. */
export function streamsOf(values: Float64Array): Uint8Array {
  const bytes = bytesOf(values);
  const rows = values.length;
  const streams = new Uint8Array(bytes.length);
  for (let stream = 0; stream < 8; stream++) {
    const at = stream * rows;
    for (let i = 0; i < rows; i++) streams[at + i] = bytes[i * 8 + stream]!;
  }
  return streams;
}

/** What the eight streams of these values would take if every byte cost what its place's frequencies say. */
function entropyBytes(bytes: Uint8Array): number {
  const rows = bytes.length / 8;
  let bits = 0;
  for (let stream = 0; stream < 8; stream++) {
    const counts = new Uint32Array(256);
    for (let i = stream; i < bytes.length; i += 8) counts[bytes[i]!]! += 1;
    for (const count of counts) if (count > 0) bits += count * Math.log2(rows / count);
  }
  return bits / 8;
}

/** By Brotli, which every reader of Parquet knows and Node.js has. */
export function compress(bytes: Uint8Array, quality: number): Uint8Array {
  return zlib.brotliCompressSync(bytes, {
    chunkSize: Math.max(1_024, bytes.length),
    params: {
      [zlib.constants.BROTLI_PARAM_QUALITY]: quality,
      [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
}
