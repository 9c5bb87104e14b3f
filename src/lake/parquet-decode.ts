// A chunk of a flat column of 64-bit integers or doubles, decoded into doubles: of our own day files and of those that
// engines write, at a multiple of the library's speed. What it does not know it says so, and the library reads it; what
// does not fit its own bytes throws. Holds one page beside the chunk.

import type { ColumnMetaData } from 'hyparquet';
import { ENCODING, PAGE } from './parquet-footer.js';
import { PAGE_FIELD, readThriftStruct, type ThriftFields } from './parquet-page-header.js';
import {
  firstOfDeltas,
  type Part,
  readDeltas,
  readDoubles,
  readHybrid,
  readInt64,
  readSplitDoubles,
  Source,
  Unknown,
  wholeOf,
} from './parquet-unpack.js';

/** Gives the bytes of a page; `uncompressed` of them. */
export type Decompress = (bytes: Uint8Array, uncompressedBytes: number) => Uint8Array;

export interface FlatChunk {
  readonly meta: ColumnMetaData;
  readonly isOptional: boolean;
  /** Of its codec; null where it has none. */
  readonly decompress: Decompress | null;
  /**
   * Of values that ascend: those before the last that is no larger than `from`, and those after the first that is as large as
   * `until`, need not be there: infinities in their place.
   */
  readonly ascending: { readonly from: number; readonly until: number } | null;
}

interface Page {
  readonly fields: ThriftFields;
  readonly bytes: Uint8Array;
  /** Of the chunk, where its rows begin. */
  readonly at: number;
  readonly values: number;
}

/** What older writers call a dictionary's indices. */
const PLAIN_DICTIONARY = 2;
/** A page of values of eight bytes takes no more than this a value, and this. */
const VALUE_BYTES_MAX = 10;
const PAGE_BYTES_SLACK = 65_536;

/**
 * Values of the chunk into their places in `into`, NaN where there is none: all those of the rows that are wanted, others
 * perhaps. `bytes` begin with its first page.
 */
export function decodeChunk(chunk: FlatChunk, bytes: Uint8Array, rows: Part, into: Float64Array): void {
  new ChunkReader(chunk, bytes, rows, into).read();
}

class ChunkReader {
  readonly #chunk: FlatChunk;
  readonly #bytes: Uint8Array;
  readonly #rows: Part;
  readonly #into: Float64Array;
  readonly #readPlain: typeof readDoubles;
  #dictionary: Float64Array | null = null;
  /** What follows is later than anybody wants. */
  #isOver = false;

  constructor(chunk: FlatChunk, bytes: Uint8Array, rows: Part, into: Float64Array) {
    const { type } = chunk.meta;
    if (type !== 'INT64' && type !== 'DOUBLE') throw new Unknown(`values of type ${type}`);
    this.#chunk = chunk;
    this.#bytes = bytes;
    this.#rows = rows;
    this.#into = into;
    this.#readPlain = type === 'INT64' ? readInt64 : readDoubles;
  }

  read(): void {
    const pages: Page[] = [];
    let done = 0;
    for (let at = 0; done < this.#rows.to; ) {
      const { fields, end } = readThriftStruct(this.#bytes, at);
      const compressedBytes = numberOf(fields, PAGE_FIELD.compressedBytes);
      if (end + compressedBytes > this.#bytes.length) throw new Error('a page goes beyond its chunk');
      const bytes = this.#bytes.subarray(end, end + compressedBytes);
      at = end + compressedBytes;
      const type = numberOf(fields, PAGE_FIELD.type);
      if (type > PAGE.data2) throw new Error(`a page of type ${type}`);
      if (type === PAGE.dictionary) this.#readDictionary(fields, bytes);
      if (type !== PAGE.data && type !== PAGE.data2) continue;
      const id = type === PAGE.data ? PAGE_FIELD.data : PAGE_FIELD.data2;
      const values = numberOf(structOf(fields, id), 1);
      if (!(values >= 0 && done + values <= this.#rows.count)) throw new Error('more values than rows');
      pages.push({ fields, bytes, at: done, values });
      done += values;
    }
    const wanted = this.#wanted(pages);
    for (const page of wanted) {
      if (this.#isOver) this.#into.fill(Number.POSITIVE_INFINITY, page.at, page.at + page.values);
      else if (page.fields.has(PAGE_FIELD.data)) this.#readData(page);
      else this.#readData2(page);
    }
  }

  /** Those with rows that are wanted. */
  #wanted(pages: readonly Page[]): readonly Page[] {
    const { from, to } = this.#rows;
    const wanted = pages.filter(({ at, values }) => at < to && at + values > from);
    const { ascending, isOptional } = this.#chunk;
    const isDeltas = ({ fields }: Page) => encodingOf(fields) === ENCODING.delta;
    if (ascending === null || isOptional || wanted.length < 2 || !wanted.every(isDeltas)) return wanted;
    // The last one that begins no later: what lies before it is of no interest.
    let [low, high] = [0, wanted.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (firstOfDeltas(this.#sourceOf(wanted[middle]!)) <= ascending.from) low = middle;
      else high = middle - 1;
    }
    this.#into.fill(Number.NEGATIVE_INFINITY, 0, wanted[low]!.at);
    return wanted.slice(low);
  }

  #sourceOf({ fields, bytes, values }: Page): Source {
    return new Source(this.#raw(bytes, numberOf(fields, PAGE_FIELD.uncompressedBytes), values));
  }

  #readDictionary(fields: ThriftFields, page: Uint8Array): void {
    const entries = numberOf(structOf(fields, PAGE_FIELD.dictionary), 1);
    const raw = this.#raw(page, numberOf(fields, PAGE_FIELD.uncompressedBytes), entries);
    this.#dictionary = new Float64Array(entries);
    this.#readPlain(new Source(raw), wholeOf(entries), this.#dictionary, 0);
  }

  #readData(page: Page): void {
    const header = structOf(page.fields, PAGE_FIELD.data);
    const source = this.#sourceOf(page);
    const encoding = numberOf(header, 2);
    if (!this.#chunk.isOptional) {
      this.#readValues(source, encoding, page, null);
      return;
    }
    if (numberOf(header, 3) !== ENCODING.rle) throw new Unknown('levels of another encoding');
    const levelBytes = source.view.getUint32(source.take(4), true);
    const from = source.take(levelBytes);
    // Believed: where it is not so, the values do not fit their bytes.
    const isFull = this.#chunk.meta.statistics?.null_count === 0n;
    const levels = isFull ? null : levelsOf(source.bytes.subarray(from, from + levelBytes), page.values);
    this.#readValues(source, encoding, page, levels);
  }

  #readData2(page: Page): void {
    const { fields, bytes, values } = page;
    const header = structOf(fields, PAGE_FIELD.data2);
    const nulls = numberOf(header, 2);
    const definitionBytes = numberOf(header, 5);
    const repetitionBytes = numberOf(header, 6);
    const before = definitionBytes + repetitionBytes;
    if (repetitionBytes !== 0) throw new Unknown('levels of repetition');
    if (before > bytes.length) throw new Error('levels go beyond their page');
    const uncompressedBytes = numberOf(fields, PAGE_FIELD.uncompressedBytes) - before;
    const body = bytes.subarray(before);
    const raw = header.get(7) === false ? body : this.#raw(body, uncompressedBytes, values);
    const levels = nulls === 0 ? null : levelsOf(bytes.subarray(0, definitionBytes), values);
    this.#readValues(new Source(raw), numberOf(header, 4), page, levels);
  }

  #raw(page: Uint8Array, uncompressedBytes: number, values: number): Uint8Array {
    const { decompress } = this.#chunk;
    if (!(uncompressedBytes >= 0 && uncompressedBytes <= values * VALUE_BYTES_MAX + PAGE_BYTES_SLACK))
      throw new Error(`a page of ${uncompressedBytes} bytes for ${values} values`);
    if (decompress === null) return page;
    const raw = uncompressedBytes === 0 ? new Uint8Array(0) : decompress(page, uncompressedBytes);
    if (raw.length !== uncompressedBytes)
      throw new Error(`a page of ${raw.length} bytes, not ${uncompressedBytes}`);
    return raw;
  }

  /** `levels`: 1 where a row has a value; null = all have. */
  #readValues(source: Source, encoding: number, { at, values }: Page, levels: Uint32Array | null): void {
    const into = this.#into;
    if (levels === null) {
      const { from, to } = this.#rows;
      const first = Math.min(values, Math.max(0, from - at));
      const part = { count: values, from: first, to: Math.max(first, Math.min(values, to - at)) };
      this.#decode(source, encoding, part, at);
      return;
    }
    let present = 0;
    for (let row = 0; row < values; row += 1) present += levels[row]!;
    this.#decode(source, encoding, wholeOf(present), at);
    // They lie close together at the front: from the last one on each goes to its row.
    for (let row = values - 1, from = present - 1; row >= 0; row -= 1) {
      const isThere = levels[row] === 1;
      into[at + row] = isThere ? into[at + from]! : Number.NaN;
      if (isThere) from -= 1;
    }
  }

  #decode(source: Source, encoding: number, part: Part, at: number): void {
    const isInteger = this.#chunk.meta.type === 'INT64';
    if (part.from === part.to) return;
    if (encoding === ENCODING.plain) this.#readPlain(source, part, this.#into, at);
    else if (encoding === ENCODING.dictionary || encoding === PLAIN_DICTIONARY)
      this.#lookUp(source, part, at);
    else if (encoding === ENCODING.delta && isInteger)
      this.#isOver = !readDeltas(source, part.count, this.#into, at, this.#chunk.ascending?.until);
    else if (encoding === ENCODING.byteStreamSplit && !isInteger)
      readSplitDoubles(source, part, this.#into, at);
    else throw new Unknown(`encoding ${encoding}`);
  }

  #lookUp(source: Source, part: Part, at: number): void {
    const [dictionary, into] = [this.#dictionary, this.#into];
    if (dictionary === null) throw new Error('indices without a dictionary');
    const width = source.bytes[source.take(1)]!;
    const indices = roomFor(part.count);
    readHybrid(source, width, part, indices);
    for (let i = part.from; i < part.to; i += 1) {
      const index = indices[i]!;
      if (index >= dictionary.length) throw new Error(`entry ${index} of ${dictionary.length}`);
      into[at + i] = dictionary[index]!;
    }
  }
}

let room = new Uint32Array(0);

/** For one page at a time. */
function roomFor(count: number): Uint32Array {
  if (room.length < count) room = new Uint32Array(count);
  return room;
}

function encodingOf(fields: ThriftFields): number {
  const isFirst = fields.has(PAGE_FIELD.data);
  return numberOf(structOf(fields, isFirst ? PAGE_FIELD.data : PAGE_FIELD.data2), isFirst ? 2 : 4);
}

function levelsOf(bytes: Uint8Array, values: number): Uint32Array {
  const levels = new Uint32Array(values);
  readHybrid(new Source(bytes), 1, wholeOf(values), levels);
  return levels;
}

function numberOf(fields: ThriftFields, id: number): number {
  const value = fields.get(id);
  if (typeof value !== 'number' || value < 0) throw new Error(`field ${id} of a page is no size`);
  return value;
}

function structOf(fields: ThriftFields, id: number): ThriftFields {
  const value = fields.get(id);
  if (typeof value !== 'object') throw new Error(`field ${id} of a page is no struct`);
  return value;
}
