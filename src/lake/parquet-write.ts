// One quote file, written row group by row group: bounded memory whatever the hour holds.
// Knows columns and encodings, nothing of names, folders or order. The choices are measured in docs/adr/0003-parquet.md.

import type { Encoding } from 'hyparquet';
import type { ColumnSource, ParquetWriter } from 'hyparquet-writer';
import type { QuoteColumns } from '../core/columns.js';
import type { FileId, LakeFiles } from './files.js';
import { doublesOrNull, type FileOptions, openParquet, stampsOrNull, synchronous } from './parquet-file.js';
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

/** Small enough that a range read decodes little beside the range, large enough to cost 1 % in size. */
export const ROW_GROUP_ROWS = 10_000;

/** All six columns; NaN where absent. */
export type FullColumns = Required<QuoteColumns>;

export interface QuoteFileOptions extends FileOptions {
  /** A price may be missing (NaN), which costs a reader more than twice the time. Default: none is. */
  readonly nullablePrices?: boolean;
}

/** For rows that are somebody else's. */
export const FOREIGN_ROWS: QuoteFileOptions = { metadata: [{ key: FOREIGN_KEY, value: '1' }] };

/** Room for one row group; made once and used for one file after the other. */
export class RowGroupBuffer {
  readonly receivedUs = new Float64Array(ROW_GROUP_ROWS);
  readonly bid = new Float64Array(ROW_GROUP_ROWS);
  readonly bidSize = new Float64Array(ROW_GROUP_ROWS);
  readonly ask = new Float64Array(ROW_GROUP_ROWS);
  readonly askSize = new Float64Array(ROW_GROUP_ROWS);
  readonly exchangeUs = new Float64Array(ROW_GROUP_ROWS);
  length = 0;
}

export class QuoteFileWriter {
  readonly #group: RowGroupBuffer;
  readonly #parquet: ParquetWriter;
  readonly #columns: readonly LakeColumn[];
  #rows = 0;

  /** `file` is open and empty; closing it remains the caller's. */
  constructor(files: LakeFiles, file: FileId, group: RowGroupBuffer, options: QuoteFileOptions = {}) {
    group.length = 0;
    this.#group = group;
    this.#columns = options.nullablePrices === true ? NULLABLE_QUOTE_COLUMNS : QUOTE_COLUMNS;
    this.#parquet = openParquet(files, file, this.#columns, options);
  }

  get rows(): number {
    return this.#rows;
  }

  /** Rows [from, to) of `columns`, ascending and after those before. */
  add(columns: FullColumns, from: number, to: number): void {
    const group = this.#group;
    for (let at = from; at < to; ) {
      const take = Math.min(to - at, ROW_GROUP_ROWS - group.length);
      for (const name of COLUMN_NAMES) group[name].set(columns[name].subarray(at, at + take), group.length);
      group.length += take;
      at += take;
      if (group.length === ROW_GROUP_ROWS) this.#writeGroup();
    }
    this.#rows += to - from;
  }

  /** Writes what is left and the footer. */
  finish(): void {
    this.#writeGroup();
    synchronous(this.#parquet.finish());
  }

  #writeGroup(): void {
    const group = this.#group;
    const { length } = group;
    if (length === 0) return;
    const columnData: ColumnSource[] = this.#columns.map((column) => ({
      name: column.name,
      data: dataOf(column, group, length),
      ...(ENCODING[column.name] === undefined ? {} : { encoding: ENCODING[column.name] }),
    }));
    synchronous(this.#parquet.write({ columnData, rowGroupSize: ROW_GROUP_ROWS }));
    group.length = 0;
  }
}

const COLUMN_NAMES = ['receivedUs', 'bid', 'bidSize', 'ask', 'askSize', 'exchangeUs'] as const;

/** Which of our arrays fills a column of the file. */
const SOURCE: Readonly<Record<string, (typeof COLUMN_NAMES)[number]>> = {
  [TIMESTAMP]: 'receivedUs',
  [BEST_BID]: 'bid',
  [BEST_ASK]: 'ask',
  [EXCHANGE_TIMESTAMP]: 'exchangeUs',
  [BEST_BID_SIZE]: 'bidSize',
  [BEST_ASK_SIZE]: 'askSize',
};

/**
 * Charts read every Timestamp, so it is PLAIN, which decodes fastest. The exchange's time is rarely read and packs well
 * as differences. Doubles: PLAIN, or a dictionary where that halves them (the library's own rule).
 */
const ENCODING: Readonly<Record<string, Encoding>> = {
  [TIMESTAMP]: 'PLAIN',
  [EXCHANGE_TIMESTAMP]: 'DELTA_BINARY_PACKED',
};

function dataOf(column: LakeColumn, group: RowGroupBuffer, length: number): ColumnSource['data'] {
  const values = group[SOURCE[column.name]!].subarray(0, length);
  return column.type === 'double' ? doublesOrNull(values) : stampsOrNull(values);
}
