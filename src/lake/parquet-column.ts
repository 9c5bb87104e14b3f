// One column of one row group: which encoding, which codec, the pages. One data page a chunk, of version 1.
// The choices are measured in docs/adr/0009-own-parquet-writer.md.

import * as zlib from 'node:zlib';
import { checksum } from './journal.js';
import { Bytes } from './parquet-bytes.js';
import { canDelta, writeDelta } from './parquet-delta.js';
import { DICTIONARY_MAX, Dictionary } from './parquet-dictionary.js';
import {
  type ChunkInfo,
  type ChunkStatistics,
  CODEC,
  type CodecId,
  ENCODING,
  type EncodingId,
  writeDataPageHeader,
  writeDictionaryPageHeader,
} from './parquet-footer.js';
import { writeHybrid, writeRun } from './parquet-hybrid.js';
import type { LakeColumn } from './schema.js';

/** `plain`: as it lies in memory, eight bytes a value, at a multiple of eight in the file. `small`: what is smallest. */
export type ChunkStyle = 'plain' | 'small';

const TWO_32 = 4_294_967_296;
/** A dictionary pays where a value comes this often at least, in the mean; else its page costs more than it saves. */
const REPEATS_MIN = 3;
/** Rows tried before a choice between codings, from the middle of a chunk. */
const TRIAL_ROWS = 4_096;
/** A codec must save this part at least: reading it costs time. */
const SAVING_MIN = 0.03;
/** Fewer bytes are not worth the call. */
const COMPRESSIBLE_BYTES_MIN = 256;
/**
 * Brotli's qualities: the second finds repeats that the first does not; the first makes a code for every 128 KB, which
 * is the better one where streams are that long.
 */
const FAST = 1;
const FAST_CODE_BYTES = 65_536;
const THOROUGH = 2;

/** Where one chunk after the other is encoded; holds what the largest needed. */
export class ColumnEncoder {
  readonly #page = new Bytes();
  readonly #header = new Bytes();
  readonly #dictionary = new Dictionary();
  #present = new Float64Array(0);
  #defined = new Uint32Array(0);
  #words = new Int32Array(0);

  /**
   * Appends the chunk of `values` (NaN = null where the column is optional; stamps are whole microseconds) to `out`,
   * whose first byte is byte `base` of the file. Throws for a required stamp that is no whole number.
   */
  write(out: Bytes, base: number, column: LakeColumn, values: Float64Array, style: ChunkStyle): ChunkInfo {
    const present = column.required ? values : this.#withoutNulls(values, column);
    const isTime = column.type === 'timestamp-micros';
    const range = rangeOf(present);
    if (isTime && !isWholeRange(present, range)) throw new Error(`${column.name} has a row without a time`);
    const page = this.#page;
    page.clear();
    if (!column.required) this.#writeLevels(values.length, present.length);
    const chunk = {
      out,
      base,
      rows: values.length,
      statistics: statisticsOf(range, isTime, values.length - present.length),
    };
    if (present.length === 0 || style === 'plain') return this.#writePlain(chunk, present, isTime);
    if (!isTime) return this.#writeDoubles(chunk, present);
    if (!canDelta(range.min, range.max)) return this.#writePlain(chunk, present, isTime);
    writeDelta(page, present, present.length);
    return this.#finish(chunk, ENCODING.delta, CODEC.brotli);
  }

  #withoutNulls(values: Float64Array, column: LakeColumn): Float64Array {
    const rows = values.length;
    if (this.#present.length < rows) {
      this.#present = new Float64Array(rows);
      this.#defined = new Uint32Array(rows);
    }
    const [present, defined] = [this.#present, this.#defined];
    let count = 0;
    if (column.type === 'double') {
      for (let i = 0; i < rows; i++) {
        const value = values[i]!;
        present[count] = value;
        const is = Number.isNaN(value) ? 0 : 1;
        defined[i] = is;
        count += is;
      }
    } else {
      for (let i = 0; i < rows; i++) {
        // A time that no whole microsecond can say is as good as none.
        const value = Math.floor(values[i]!);
        present[count] = value;
        const is = Math.abs(value) <= Number.MAX_SAFE_INTEGER ? 1 : 0;
        defined[i] = is;
        count += is;
      }
    }
    return present.subarray(0, count);
  }

  /** Which rows have a value, at the head of the page. */
  #writeLevels(rows: number, present: number): void {
    const page = this.#page;
    page.uint32(0);
    if (present === rows || present === 0) writeRun(page, present === 0 ? 0 : 1, rows, 1);
    else writeHybrid(page, this.#defined, rows, 1);
    page.putUint32(0, page.length - 4);
  }

  #writePlain(chunk: Chunk, present: Float64Array, isTime: boolean): ChunkInfo {
    const levelBytes = this.#page.length;
    this.#page.append(bytesOf(isTime ? this.#int64(present) : present));
    return this.#finish(chunk, ENCODING.plain, CODEC.none, null, levelBytes);
  }

  #writeDoubles(chunk: Chunk, present: Float64Array): ChunkInfo {
    const rows = present.length;
    const most = Math.min(DICTIONARY_MAX, Math.max(1, Math.floor(rows / REPEATS_MIN)));
    if (this.#dictionary.collect(present, rows, most)) return this.#writeIndices(chunk, rows);
    if (rows * 8 < COMPRESSIBLE_BYTES_MIN) return this.#writePlain(chunk, present, false);
    const page = this.#page;
    const middle = Math.max(0, (rows - TRIAL_ROWS) >> 1);
    const trial = present.subarray(middle, middle + TRIAL_ROWS);
    // Streams too short to have a code of their own would be judged worse than they are: their entropy is not.
    if (entropyBytes(bytesOf(trial)) >= compress(bytesOf(trial), THOROUGH).length) {
      page.append(bytesOf(present));
      return this.#finish(chunk, ENCODING.plain, CODEC.brotli);
    }
    page.append(streamsOf(present));
    return this.#finish(chunk, ENCODING.byteStreamSplit, CODEC.brotli);
  }

  #writeIndices(chunk: Chunk, rows: number): ChunkInfo {
    const page = this.#page;
    const entries = this.#dictionary.sort(rows);
    const exact = Math.max(1, 32 - Math.clz32(entries.length - 1));
    const width = this.#isWhole(rows, exact) ? Math.ceil(exact / 8) * 8 : exact;
    page.byte(width);
    writeHybrid(page, this.#dictionary.indices, rows, width);
    return this.#finish(chunk, ENCODING.dictionary, CODEC.brotli, entries);
  }

  /** Whether whole bytes, which a codec can look into, come out smaller than as few bits as can be. */
  #isWhole(rows: number, exact: number): boolean {
    const whole = Math.ceil(exact / 8) * 8;
    const { indices } = this.#dictionary;
    const middle = Math.max(0, (rows - TRIAL_ROWS) >> 1);
    const trial = new Bytes();
    writeHybrid(
      trial,
      indices.subarray(middle, Math.min(rows, middle + TRIAL_ROWS)),
      Math.min(rows, TRIAL_ROWS),
      whole,
    );
    const wholeBytes = compress(trial.written, FAST).length;
    trial.clear();
    writeHybrid(
      trial,
      indices.subarray(middle, Math.min(rows, middle + TRIAL_ROWS)),
      Math.min(rows, TRIAL_ROWS),
      exact,
    );
    return wholeBytes < trial.length;
  }

  /** The pages, compressed where that pays. */
  #finish(
    { out, base, rows, statistics }: Chunk,
    encoding: EncodingId,
    wish: CodecId,
    entries: Float64Array | null = null,
    levelBytes = 0,
  ): ChunkInfo {
    const raw = this.#page.written;
    const rawEntries = entries === null ? null : bytesOf(entries);
    const rawBytes = raw.length + (rawEntries?.length ?? 0);
    let [data, dictionary] = [raw, rawEntries];
    let codec: CodecId = CODEC.none;
    if (wish !== CODEC.none && rawBytes >= COMPRESSIBLE_BYTES_MIN) {
      const isLongSplit = encoding === ENCODING.byteStreamSplit && rows >= FAST_CODE_BYTES;
      const quality = isLongSplit ? FAST : THOROUGH;
      const [small, smallEntries] = [compress(raw, quality), rawEntries && compress(rawEntries, THOROUGH)];
      if (small.length + (smallEntries?.length ?? 0) <= rawBytes * (1 - SAVING_MIN)) {
        [data, dictionary, codec] = [small, smallEntries, wish];
      }
    }
    const header = this.#header;
    let headerBytes = 0;
    let dictionaryAt: number | null = null;
    if (rawEntries !== null && dictionary !== null) {
      header.clear();
      writeDictionaryPageHeader(header, sizesOf(rawEntries, dictionary), rawEntries.length / 8);
      dictionaryAt = base + out.length;
      out.append(header.written);
      out.append(dictionary);
      headerBytes += header.length;
    }
    header.clear();
    writeDataPageHeader(header, sizesOf(raw, data), rows, encoding);
    headerBytes += header.length;
    // Readers go by offsets, so a gap before a chunk is free; values then lie as a typed array wants them.
    if (encoding === ENCODING.plain && codec === CODEC.none) {
      out.zeros(-(base + out.length + header.length + levelBytes) & 7);
    }
    const dataAt = base + out.length;
    out.append(header.written);
    out.append(data);
    return {
      encoding,
      codec,
      values: rows,
      uncompressedBytes: headerBytes + rawBytes,
      compressedBytes: headerBytes + data.length + (dictionary?.length ?? 0),
      dictionaryAt,
      dataAt,
      statistics,
    };
  }

  /** Through pairs of 32 bits: no bigint a value. */
  #int64(values: Float64Array): Int32Array {
    if (this.#words.length < values.length * 2) this.#words = new Int32Array(values.length * 2);
    const words = this.#words;
    for (let i = 0; i < values.length; i++) writeInt64(words, i, values[i]!);
    return words.subarray(0, values.length * 2);
  }
}

interface Chunk {
  readonly out: Bytes;
  readonly base: number;
  readonly rows: number;
  readonly statistics: ChunkStatistics;
}

interface Range {
  readonly min: number;
  readonly max: number;
}

/** NaN where one of the values is, and where there are none. */
function rangeOf(values: Float64Array): Range {
  let min = values.length === 0 ? Number.NaN : values[0]!;
  let max = min;
  for (let i = 1; i < values.length; i++) {
    const value = values[i]!;
    if (value < min) min = value;
    else if (value > max) max = value;
    else if (Number.isNaN(value)) return { min: Number.NaN, max: Number.NaN };
  }
  return { min, max };
}

function isWholeRange(values: Float64Array, { min, max }: Range): boolean {
  if (values.length === 0) return true;
  if (!(min >= Number.MIN_SAFE_INTEGER && max <= Number.MAX_SAFE_INTEGER)) return false;
  for (let i = 0; i < values.length; i++) if (values[i] !== Math.floor(values[i]!)) return false;
  return true;
}

function statisticsOf({ min, max }: Range, isTime: boolean, nulls: number): ChunkStatistics {
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

function writeInt64(words: Int32Array, at: number, value: number): void {
  words[2 * at] = value % TWO_32;
  words[2 * at + 1] = Math.floor(value / TWO_32);
}

function sizesOf(raw: Uint8Array, written: Uint8Array) {
  return { uncompressedBytes: raw.length, compressedBytes: written.length, crc: checksum(written) };
}

function bytesOf(values: Float64Array | Int32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** BYTE_STREAM_SPLIT: the first bytes of all values, then the second ones, and so on. */
function streamsOf(values: Float64Array): Uint8Array {
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

function compress(bytes: Uint8Array, quality: number): Uint8Array {
  return zlib.brotliCompressSync(bytes, {
    chunkSize: Math.max(1_024, bytes.length),
    params: {
      [zlib.constants.BROTLI_PARAM_QUALITY]: quality,
      [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
}
