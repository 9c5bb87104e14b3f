// One quote file, written row group by row group: bounded memory whatever the hour holds.
// Knows columns and encodings, nothing of names, folders or order. The choices are measured in docs/adr/0003-parquet.md.

import type { Encoding, SchemaElement } from 'hyparquet';
import { ByteWriter, type ColumnSource, ParquetWriter } from 'hyparquet-writer';
import type { QuoteColumns } from '../core/columns.js';
import type { FileId, LakeFiles } from './files.js';
import {
  BEST_ASK,
  BEST_ASK_SIZE,
  BEST_BID,
  BEST_BID_SIZE,
  CREATED_BY,
  EXCHANGE_TIMESTAMP,
  type LakeColumn,
  QUOTE_COLUMNS,
  SCHEMA_KEY,
  SCHEMA_VERSION,
  TIMESTAMP,
} from './schema.js';

/** Small enough that a range read decodes little beside the range, large enough to cost 1 % in size. */
export const ROW_GROUP_ROWS = 10_000;

const TWO_32 = 4_294_967_296;

/** All six columns; NaN where absent. */
export type FullColumns = Required<QuoteColumns>;

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
  #rows = 0;

  /** `file` is open and empty; closing it remains the caller's. */
  constructor(files: LakeFiles, file: FileId, group: RowGroupBuffer) {
    group.length = 0;
    this.#group = group;
    const out = new ByteWriter();
    const flush = () => {
      files.append(file, out.getBytes());
      out.index = 0;
    };
    this.#parquet = new ParquetWriter({
      writer: Object.assign(out, { flush, finish: flush }),
      schema: SCHEMA,
      codec: 'SNAPPY',
      createdBy: CREATED_BY,
      kvMetadata: [{ key: SCHEMA_KEY, value: String(SCHEMA_VERSION) }],
    });
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
    const columnData: ColumnSource[] = QUOTE_COLUMNS.map((column) => ({
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
  const complete = column.required || values.every(column.type === 'double' ? isNumber : isTime);
  if (column.type === 'double') {
    return complete ? values : Array.from(values, (value) => (isNumber(value) ? value : null));
  }
  const stamps = int64(values);
  return complete ? stamps : Array.from(stamps, (us, i) => (isTime(values[i]!) ? us : null));
}

function isNumber(value: number): boolean {
  return !Number.isNaN(value);
}

/** An exchange's time that no whole microsecond can say is as good as none. */
function isTime(us: number): boolean {
  return Math.abs(us) <= Number.MAX_SAFE_INTEGER;
}

/** Through pairs of 32 bits: no bigint a value. What is no time gives anything. */
function int64(values: Float64Array): BigInt64Array {
  const stamps = new BigInt64Array(values.length);
  const words = new Int32Array(stamps.buffer);
  for (let i = 0; i < values.length; i++) {
    words[2 * i] = values[i]! % TWO_32;
    words[2 * i + 1] = Math.floor(values[i]! / TWO_32);
  }
  return stamps;
}

function schemaElement(column: LakeColumn): SchemaElement {
  const repetition_type = column.required ? 'REQUIRED' : 'OPTIONAL';
  if (column.type === 'double') return { name: column.name, type: 'DOUBLE', repetition_type };
  return {
    name: column.name,
    type: 'INT64',
    repetition_type,
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
  };
}

const SCHEMA: SchemaElement[] = [
  { name: 'root', num_children: QUOTE_COLUMNS.length },
  ...QUOTE_COLUMNS.map(schemaElement),
];

/** The library answers with a promise only where its writer's flush does, and ours does not. */
function synchronous(answer: unknown): void {
  if (answer instanceof Promise) throw new Error('invariant broken: the Parquet writer became asynchronous');
}
