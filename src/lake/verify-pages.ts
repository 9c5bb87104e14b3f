// Checks the pages of Parquet files by the checksums in their headers. Where a page has one our writer made it, and then
// the header, too, has to be to the byte what our writer makes. Files of before it have none: nothing to check. Holds the
// chunk of one column. Never writes.

import type { ColumnMetaData, RowGroup } from 'hyparquet';
import { checksum } from './journal.js';
import { Bytes } from './parquet-bytes.js';
import {
  ENCODING,
  type EncodingId,
  type PageSizes,
  writeDataPageHeader,
  writeDictionaryPageHeader,
} from './parquet-footer.js';
import { PAGE_FIELD, readThriftStruct, type ThriftFields } from './parquet-page-header.js';
import type { StoreFile } from './store.js';

/** Of the struct within: values, encoding. */
const VALUES = 1;
const VALUE_BYTES = 8;

const ENCODING_IDS: Readonly<Record<string, EncodingId>> = {
  PLAIN: ENCODING.plain,
  DELTA_BINARY_PACKED: ENCODING.delta,
  BYTE_STREAM_SPLIT: ENCODING.byteStreamSplit,
};

/** Takes what is wrong, and where. */
export type Damaged = (what: string, where: string) => void;

/** Of one file. */
export class PageCheck {
  readonly #file: StoreFile;
  readonly #damaged: Damaged;
  readonly #header = new Bytes();
  #hasChecksums = false;
  /** The first page without one. */
  #without: string | null = null;

  constructor(file: StoreFile, damaged: Damaged) {
    this.#file = file;
    this.#damaged = damaged;
  }

  /** False where a page is not as it was written, which is told. `where` names the row group. */
  async group({ columns }: RowGroup, where: string): Promise<boolean> {
    let isWhole = true;
    for (const { meta_data: chunk } of columns) {
      if (chunk === undefined) continue;
      const place = `${where}, column ${chunk.path_in_schema.join('.')}`;
      try {
        await this.#chunk(chunk, place);
      } catch (error) {
        isWhole = false;
        this.#damaged(error instanceof Error ? error.message : String(error), place);
      }
    }
    return isWhole;
  }

  /** Once all groups are through: a checksum that went missing is told where other pages have theirs. */
  finish(): void {
    if (this.#hasChecksums && this.#without !== null)
      this.#damaged('a page has no checksum, and others have', this.#without);
  }

  /** Throws what is wrong. */
  async #chunk(chunk: ColumnMetaData, place: string): Promise<void> {
    const {
      dictionary_page_offset: dictionaryAt,
      data_page_offset: dataAt,
      total_compressed_size: size,
    } = chunk;
    const start = Number(dictionaryAt !== undefined && dictionaryAt > 0n ? dictionaryAt : dataAt);
    const end = start + Number(size);
    if (!(start >= 0 && end >= start && end <= this.#file.byteLength))
      throw new Error('its footer says that the column lies outside of the file');
    const bytes = new Uint8Array(await this.#file.slice(start, end));
    const sums = { values: 0, uncompressedBytes: 0, without: 0, dictionary: false };
    for (let at = 0; at < bytes.length; ) {
      const { fields, end: payloadAt } = headerAt(bytes, at);
      const length = fields.get(PAGE_FIELD.compressedBytes);
      if (typeof length !== 'number' || length < 0 || payloadAt + length > bytes.length)
        throw new Error('a page goes beyond its column');
      const payload = bytes.subarray(payloadAt, payloadAt + length);
      const crc = fields.get(PAGE_FIELD.crc);
      if (typeof crc === 'number') {
        if (checksum(payload) !== crc >>> 0) throw new Error('the checksum of a page is wrong');
        this.#asWritten(chunk, fields, bytes.subarray(at, payloadAt), sums);
      } else sums.without += 1;
      at = payloadAt + length;
    }
    if (sums.without > 0) this.#without ??= place;
    else {
      this.#hasChecksums = true;
      if (
        sums.values !== Number(chunk.num_values) ||
        sums.uncompressedBytes !== Number(chunk.total_uncompressed_size)
      )
        throw new Error('its pages hold more or fewer values than its footer says');
    }
  }

  /** Throws where a header says what it does not in a page of ours: no checksum covers it. */
  #asWritten(chunk: ColumnMetaData, fields: ThriftFields, header: Uint8Array, sums: Sums): void {
    const number = (id: number) => Number(fields.get(id));
    const sizes: PageSizes = {
      uncompressedBytes: number(PAGE_FIELD.uncompressedBytes),
      compressedBytes: number(PAGE_FIELD.compressedBytes),
      crc: number(PAGE_FIELD.crc) >>> 0,
    };
    const out = this.#header;
    out.clear();
    const dictionary = fields.get(PAGE_FIELD.dictionary);
    if (dictionary instanceof Map) {
      sums.dictionary = true;
      writeDictionaryPageHeader(out, sizes, sizes.uncompressedBytes / VALUE_BYTES);
    } else {
      const data = fields.get(PAGE_FIELD.data);
      const values = data instanceof Map ? Number(data.get(VALUES)) : Number.NaN;
      sums.values += values;
      if (Number.isSafeInteger(values) && values >= 0)
        writeDataPageHeader(out, sizes, values, sums.dictionary ? ENCODING.dictionary : encodingOf(chunk));
    }
    sums.uncompressedBytes += header.length + sizes.uncompressedBytes;
    if (Buffer.compare(out.written, header) !== 0) throw new Error('the header of a page is not true');
  }
}

interface Sums {
  values: number;
  uncompressedBytes: number;
  without: number;
  dictionary: boolean;
}

function headerAt(bytes: Uint8Array, at: number): ReturnType<typeof readThriftStruct> {
  try {
    return readThriftStruct(bytes, at);
  } catch (error) {
    throw new Error(`the header of a page cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

/** The one that is neither of levels nor of a dictionary. */
function encodingOf({ encodings }: ColumnMetaData): EncodingId {
  const [name = ''] = encodings.filter((encoding) => encoding !== 'RLE');
  return ENCODING_IDS[name] ?? ENCODING.plain;
}
