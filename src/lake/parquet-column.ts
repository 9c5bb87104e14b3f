// One column of one row group: which encoding, which codec, the pages. Data pages are of version 1: one, or where a reader of
// a short stretch would have to unpack all of a long chunk, several. The choices are measured in docs/adr/0009-own-parquet-writer.md.

import { checksum } from './journal.js';
import { Bytes } from './parquet-bytes.js';
import {
  compress,
  FAST,
  FAST_CODE_BYTES,
  isBetterSplit,
  streamsOf,
  THOROUGH,
  trialOf,
} from './parquet-codings.js';
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
import { bytesOf, isWholeRange, rangeOf, statisticsOf, writeInt64 } from './parquet-statistics.js';
import type { LakeColumn } from './schema.js';

/** `plain`: as it lies in memory, eight bytes a value, at a multiple of eight in the file. `small`: what is smallest. */
export type ChunkStyle = 'plain' | 'small';

/** A dictionary pays where a value comes this often at least, in the mean; else its page costs more than it saves. */
const REPEATS_MIN = 3;
/** Of times and of indices into a dictionary: a reader unpacks no more than the pages it wants. */
const PAGE_ROWS = 8_192;
/** So many row groups follow a choice before it is made anew. */
const CHOICE_CHUNKS = 16;
/** A codec must save this part at least: reading it costs time. */
const SAVING_MIN = 0.03;
/** Fewer bytes are not worth the call. */
const COMPRESSIBLE_BYTES_MIN = 256;
/** Where one chunk after the other is encoded; holds what the largest needed. */
export class ColumnEncoder {
  readonly #page = new Bytes();
  readonly #header = new Bytes();
  readonly #dictionary = new Dictionary();
  /** Of columns that no dictionary serves, by name. */
  readonly #choices = new Map<string, { readonly split: boolean; chunksLeft: number }>();
  #present = new Float64Array(0);
  #defined = new Uint32Array(0);
  #words = new Int32Array(0);

  /** A new file: what was found of the columns of another is forgotten, so that the same rows give the same bytes. */
  begin(): void {
    this.#choices.clear();
  }

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
      present: present.length,
      hasLevels: !column.required,
      statistics: statisticsOf(range, isTime, values.length - present.length),
    };
    if (present.length === 0 || style === 'plain') return this.#writePlain(chunk, present, isTime);
    if (!isTime) return this.#writeDoubles(chunk, present, column.name);
    if (!canDelta(range.min, range.max)) return this.#writePlain(chunk, present, isTime);
    const pages = this.#pages(chunk, (from, to) => writeDelta(page, present.subarray(from, to), to - from));
    return this.#finish(chunk, ENCODING.delta, FAST, pages);
  }

  /** As they are made by `write`, for the values of some rows after the others; one where levels tell which rows have any. */
  #pages({ rows, present, hasLevels }: Chunk, write: (from: number, to: number) => void): Page[] {
    const page = this.#page;
    if (hasLevels) {
      write(0, present);
      return [{ rows, from: 0, to: page.length }];
    }
    const pages: Page[] = [];
    for (let row = 0; row < rows; row += PAGE_ROWS) {
      const [from, to] = [page.length, Math.min(rows, row + PAGE_ROWS)];
      write(row, to);
      pages.push({ rows: to - row, from, to: page.length });
    }
    return pages;
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
    return this.#finish(chunk, ENCODING.plain, null, this.#one(chunk), null, levelBytes);
  }

  #writeDoubles(chunk: Chunk, present: Float64Array, name: string): ChunkInfo {
    const rows = present.length;
    const page = this.#page;
    let choice = this.#choices.get(name);
    if (choice === undefined || choice.chunksLeft === 0) {
      this.#choices.delete(name);
      const most = Math.min(DICTIONARY_MAX, Math.max(1, Math.floor(rows / REPEATS_MIN)));
      if (this.#dictionary.collect(present, rows, most)) return this.#writeIndices(chunk, rows);
      if (rows * 8 < COMPRESSIBLE_BYTES_MIN) return this.#writePlain(chunk, present, false);
      choice = { split: isBetterSplit(trialOf(present, rows)), chunksLeft: CHOICE_CHUNKS };
      this.#choices.set(name, choice);
    }
    choice.chunksLeft -= 1;
    page.append(choice.split ? streamsOf(present) : bytesOf(present));
    const encoding = choice.split ? ENCODING.byteStreamSplit : ENCODING.plain;
    const quality = choice.split && rows >= FAST_CODE_BYTES ? FAST : THOROUGH;
    return this.#finish(chunk, encoding, quality, this.#one(chunk));
  }

  #writeIndices(chunk: Chunk, rows: number): ChunkInfo {
    const page = this.#page;
    const entries = this.#dictionary.sort(rows);
    const exact = Math.max(1, 32 - Math.clz32(entries.length - 1));
    const width = exact <= 8 || this.#isWhole(rows, exact) ? Math.ceil(exact / 8) * 8 : exact;
    const pages = this.#pages(chunk, (from, to) => {
      page.byte(width);
      writeHybrid(page, this.#dictionary.indices.subarray(from, to), to - from, width);
    });
    return this.#finish(chunk, ENCODING.dictionary, exact <= 8 ? THOROUGH : FAST, pages, entries);
  }

  /** Whether whole bytes, which a codec can look into, come out smaller than as few bits as can be. */
  #isWhole(rows: number, exact: number): boolean {
    const trial = trialOf(this.#dictionary.indices, rows);
    const whole = new Bytes();
    writeHybrid(whole, trial, trial.length, Math.ceil(exact / 8) * 8);
    return compress(whole.written, FAST).length < (trial.length * exact) / 8;
  }

  #one({ rows }: Chunk): Page[] {
    return [{ rows, from: 0, to: this.#page.length }];
  }

  /** The pages, compressed where a quality is given and where that pays. */
  #finish(
    { out, base, rows, statistics }: Chunk,
    encoding: EncodingId,
    quality: number | null,
    pages: readonly Page[],
    entries: Float64Array | null = null,
    levelBytes = 0,
  ): ChunkInfo {
    const raw = pages.map(({ from, to }) => this.#page.written.subarray(from, to));
    const rawEntries = entries === null ? null : bytesOf(entries);
    const rawBytes = this.#page.length + (rawEntries?.length ?? 0);
    let [data, dictionary] = [raw, rawEntries];
    let codec: CodecId = CODEC.none;
    if (quality !== null && rawBytes >= COMPRESSIBLE_BYTES_MIN) {
      const small = raw.map((bytes) => compress(bytes, quality));
      const smallEntries = rawEntries && compress(rawEntries, THOROUGH);
      const bytes = small.reduce((sum, { length }) => sum + length, smallEntries?.length ?? 0);
      if (bytes <= rawBytes * (1 - SAVING_MIN))
        [data, dictionary, codec] = [small, smallEntries, CODEC.brotli];
    }
    const header = this.#header;
    let [headerBytes, dataBytes] = [0, dictionary?.length ?? 0];
    let dictionaryAt: number | null = null;
    if (rawEntries !== null && dictionary !== null) {
      header.clear();
      writeDictionaryPageHeader(header, sizesOf(rawEntries, dictionary), rawEntries.length / 8);
      dictionaryAt = base + out.length;
      out.append(header.written);
      out.append(dictionary);
      headerBytes += header.length;
    }
    let dataAt: number | null = null;
    for (const [at, page] of pages.entries()) {
      header.clear();
      writeDataPageHeader(header, sizesOf(raw[at]!, data[at]!), page.rows, encoding);
      // Readers go by offsets, so a gap before a chunk is free; values then lie as a typed array wants them.
      if (encoding === ENCODING.plain && codec === CODEC.none)
        out.zeros(-(base + out.length + header.length + levelBytes) & 7);
      dataAt ??= base + out.length;
      out.append(header.written);
      out.append(data[at]!);
      headerBytes += header.length;
      dataBytes += data[at]!.length;
    }
    return {
      encoding,
      codec,
      values: rows,
      uncompressedBytes: headerBytes + rawBytes,
      compressedBytes: headerBytes + dataBytes,
      dictionaryAt,
      dataAt: dataAt ?? base + out.length,
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
  readonly present: number;
  readonly hasLevels: boolean;
  readonly statistics: ChunkStatistics;
}

/** Of so many rows, in the bytes [from, to). */
interface Page {
  readonly rows: number;
  readonly from: number;
  readonly to: number;
}

function sizesOf(raw: Uint8Array, written: Uint8Array) {
  return { uncompressedBytes: raw.length, compressedBytes: written.length, crc: checksum(written) };
}
