// The codecs that pages of Parquet files are compressed with: Node.js' own where it has them.

import * as zlib from 'node:zlib';
import { type ParquetReadOptions, snappyUncompress } from 'hyparquet';
import { decompressLz4, decompressLz4Raw, decompressZstd } from 'hyparquet-compressors';
import type { Decompress } from './parquet-decode.js';

/** Beside those that the library has itself. */
export const COMPRESSORS = compressors();

/** Every codec that is read; the library knows one itself. */
export const DECOMPRESS: Readonly<Record<string, Decompress | undefined>> = {
  ...COMPRESSORS,
  SNAPPY: (input, outputLength) => {
    const output = new Uint8Array(outputLength);
    snappyUncompress(input, output);
    return output;
  },
};

function compressors(): NonNullable<ParquetReadOptions['compressors']> {
  const found: NonNullable<ParquetReadOptions['compressors']> = {
    GZIP: (input, outputLength) => zlib.gunzipSync(input, { maxOutputLength: Math.max(1, outputLength) }),
    BROTLI: (input, outputLength) =>
      zlib.brotliDecompressSync(input, { maxOutputLength: Math.max(1, outputLength) }),
    // What polars writes unless told otherwise.
    ZSTD: (input) => decompressZstd(input),
    LZ4: decompressLz4,
    LZ4_RAW: decompressLz4Raw,
  };
  // Faster, and there from Node.js 22.15 on; the types that we compile with do not know it.
  const zstd: unknown = Reflect.get(zlib, 'zstdDecompressSync');
  if (typeof zstd === 'function')
    found.ZSTD = (input) => Reflect.apply(zstd, undefined, [input]) as Uint8Array;
  return found;
}
