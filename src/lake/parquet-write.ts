// One quote file, written row group by row group: bounded memory whatever the hour or the day holds.
// Knows columns and layouts, nothing of names, folders or order. Measured in docs/adr/0009-own-parquet-writer.md.

import type { QuoteColumns } from '../core/columns.js';
import type { FileId, LakeFiles } from './files.js';
import { HOT_KEY, type HotGroup, hotIndexText } from './hot-file.js';
import { Bytes } from './parquet-bytes.js';
import { type ChunkStyle, ColumnEncoder } from './parquet-column.js';
import type { FileOptions } from './parquet-file.js';
import { type ChunkInfo, type GroupInfo, type KeyValue, MAGIC, writeFooter } from './parquet-footer.js';
import {
  BEST_ASK,
  BEST_ASK_SIZE,
  BEST_BID,
  BEST_BID_SIZE,
  EXCHANGE_TIMESTAMP,
  FOREIGN_KEY,
  type LakeColumn,
  NULLABLE_QUOTE_COLUMNS,
  QUOTE_COLUMNS,
  TIMESTAMP,
} from './schema.js';

/** Of hour files: small enough that a range read decodes little beside the range. */
export const ROW_GROUP_ROWS = 10_000;
/** Of day files. Brotli codes 128 KB at a time: each stream of a split column then has a code of its own. */
export const COLD_GROUP_ROWS = 131_072;
/** Written bytes are handed on by so many at least. */
const APPEND_BYTES = 1024 * 1024;

/**
 * `hot` (default): times and prices as they lie in memory, nothing to decode. `cold`: as small as is quick to write.
 * Columns that are rarely read are small in both.
 */
export type QuoteLayout = NonNullable<FileOptions['layout']>;

export interface QuoteFileOptions extends FileOptions {
  /** A price may be missing (NaN), which costs a reader more than twice the time. Default: none is. */
  readonly nullablePrices?: boolean;
}

/** For rows that are somebody else's. */
export const FOREIGN_ROWS: QuoteFileOptions = { metadata: [{ key: FOREIGN_KEY, value: '1' }] };

/** All six columns; NaN where absent. */
export type FullColumns = Required<QuoteColumns>;

const COLUMN_NAMES = ['receivedUs', 'bid', 'bidSize', 'ask', 'askSize', 'exchangeUs'] as const;
type ColumnName = (typeof COLUMN_NAMES)[number];

/** Room for one row group, and where it is encoded; made once and used for one file after the other. */
export class RowGroupBuffer {
  readonly encoder = new ColumnEncoder();
  readonly out = new Bytes();
  #columns = emptyColumns(ROW_GROUP_ROWS);
  #rowsMax = ROW_GROUP_ROWS;
  length = 0;

  /** Makes room for `rows` at least; what is in it is gone. */
  reserve(rows: number): void {
    this.length = 0;
    if (rows <= this.#rowsMax) return;
    this.#columns = emptyColumns(rows);
    this.#rowsMax = rows;
  }

  column(name: ColumnName): Float64Array {
    return this.#columns[name];
  }
}

export class QuoteFileWriter {
  readonly #files: LakeFiles;
  readonly #file: FileId;
  readonly #group: RowGroupBuffer;
  readonly #layout: QuoteLayout;
  readonly #columns: readonly LakeColumn[];
  readonly #groupRows: number;
  readonly #metadata: readonly KeyValue[];
  readonly #groups: GroupInfo[] = [];
  /** What is read without decoding; null where a reader has to ask for more than the values. */
  readonly #hot: HotGroup[] | null;
  /** Bytes handed to the file already. */
  #base = 0;
  #rows = 0;

  /** `file` is open and empty; closing it remains the caller's. One writer at a time may use `group`. */
  constructor(files: LakeFiles, file: FileId, group: RowGroupBuffer, options: QuoteFileOptions = {}) {
    this.#files = files;
    this.#file = file;
    this.#layout = options.layout ?? 'hot';
    this.#groupRows = this.#layout === 'hot' ? ROW_GROUP_ROWS : COLD_GROUP_ROWS;
    this.#columns = options.nullablePrices === true ? NULLABLE_QUOTE_COLUMNS : QUOTE_COLUMNS;
    this.#metadata = options.metadata ?? [];
    const isForeign = this.#metadata.some(({ key }) => key === FOREIGN_KEY);
    this.#hot = this.#layout === 'hot' && options.nullablePrices !== true && !isForeign ? [] : null;
    this.#group = group;
    group.reserve(this.#groupRows);
    group.encoder.begin();
    group.out.clear();
    group.out.append(MAGIC);
  }

  get rows(): number {
    return this.#rows;
  }

  /** Rows [from, to) of `columns`, ascending and after those before. */
  add(columns: FullColumns, from: number, to: number): void {
    const group = this.#group;
    for (let at = from; at < to; ) {
      const take = Math.min(to - at, this.#groupRows - group.length);
      for (const name of COLUMN_NAMES) {
        group.column(name).set(columns[name].subarray(at, at + take), group.length);
      }
      group.length += take;
      at += take;
      if (group.length === this.#groupRows) this.#writeGroup();
    }
    this.#rows += to - from;
  }

  /** Writes what is left and the footer. */
  finish(): void {
    this.#writeGroup();
    const index = this.#hot === null ? [] : [{ key: HOT_KEY, value: hotIndexText(this.#hot) }];
    writeFooter(this.#group.out, this.#columns, this.#groups, [...this.#metadata, ...index]);
    this.#append();
  }

  #writeGroup(): void {
    const group = this.#group;
    const rows = group.length;
    if (rows === 0) return;
    const chunks = this.#columns.map((column) => {
      const values = group.column(SOURCE[column.name]!).subarray(0, rows);
      return group.encoder.write(group.out, this.#base, column, values, this.#styleOf(column));
    });
    this.#groups.push({ rows, chunks });
    this.#hot?.push(hotGroupOf(chunks, group.column('receivedUs'), rows));
    group.length = 0;
    if (group.out.length >= APPEND_BYTES) this.#append();
  }

  #styleOf({ name }: LakeColumn): ChunkStyle {
    return this.#layout === 'hot' && OFTEN_READ.has(name) ? 'plain' : 'small';
  }

  #append(): void {
    const { out } = this.#group;
    this.#files.append(this.#file, out.written);
    this.#base += out.length;
    out.clear();
  }
}

/** By every chart. */
const OFTEN_READ: ReadonlySet<string> = new Set([TIMESTAMP, BEST_BID, BEST_ASK]);

/** The values of an often read column are the last bytes of its chunk. */
function hotGroupOf(chunks: readonly ChunkInfo[], times: Float64Array, rows: number): HotGroup {
  const at = (name: string) => {
    const chunk = chunks[QUOTE_COLUMNS.findIndex((column) => column.name === name)]!;
    return chunk.dataAt + chunk.compressedBytes - rows * Float64Array.BYTES_PER_ELEMENT;
  };
  const [timeAt, bidAt, askAt] = [at(TIMESTAMP), at(BEST_BID), at(BEST_ASK)];
  return { rows, minUs: times[0]!, maxUs: times[rows - 1]!, timeAt, bidAt, askAt };
}

/** Which of our arrays fills a column of the file. */
const SOURCE: Readonly<Record<string, ColumnName>> = {
  [TIMESTAMP]: 'receivedUs',
  [BEST_BID]: 'bid',
  [BEST_ASK]: 'ask',
  [EXCHANGE_TIMESTAMP]: 'exchangeUs',
  [BEST_BID_SIZE]: 'bidSize',
  [BEST_ASK_SIZE]: 'askSize',
};

function emptyColumns(rows: number): Readonly<Record<ColumnName, Float64Array>> {
  const column = () => new Float64Array(rows);
  return {
    receivedUs: column(),
    bid: column(),
    bidSize: column(),
    ask: column(),
    askSize: column(),
    exchangeUs: column(),
  };
}
