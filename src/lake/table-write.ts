// A table of times and numbers as Parquet outside of any lake, written row group by row group.

import type { ColumnSource, ParquetWriter } from 'hyparquet-writer';
import { doublesOrNull, openParquet, stampsOrNull, synchronous } from './parquet-file.js';
import { ROW_GROUP_ROWS } from './parquet-write.js';
import { FOREIGN_KEY, type LakeColumn } from './schema.js';

export class TableFileWriter {
  readonly #columns: readonly LakeColumn[];
  readonly #parquet: ParquetWriter;
  readonly #group: readonly Float64Array[];
  #rows = 0;

  /** `write` gets bytes in order, and copies what it keeps. No column of text; the first one is required. */
  constructor(columns: readonly LakeColumn[], write: (bytes: Uint8Array) => void) {
    this.#columns = columns;
    this.#group = columns.map(() => new Float64Array(ROW_GROUP_ROWS));
    // Put into a lake, its stamps may repeat.
    this.#parquet = openParquet(write, columns, { metadata: [{ key: FOREIGN_KEY, value: '1' }] });
  }

  /** The first `length` values of each column, in the order of the columns; NaN = absent. */
  add(values: readonly Float64Array[], length: number): void {
    for (let at = 0; at < length; ) {
      const take = Math.min(length - at, ROW_GROUP_ROWS - this.#rows);
      for (const [n, into] of this.#group.entries()) into.set(values[n]!.subarray(at, at + take), this.#rows);
      this.#rows += take;
      at += take;
      if (this.#rows === ROW_GROUP_ROWS) this.#writeGroup();
    }
  }

  /** Writes what is left and the footer. */
  finish(): void {
    this.#writeGroup();
    synchronous(this.#parquet.finish());
  }

  #writeGroup(): void {
    if (this.#rows === 0) return;
    const columnData = this.#columns.map(({ name, type }, n): ColumnSource => {
      const values = this.#group[n]!.subarray(0, this.#rows);
      return { name, data: type === 'double' ? doublesOrNull(values) : stampsOrNull(values) };
    });
    synchronous(this.#parquet.write({ columnData, rowGroupSize: ROW_GROUP_ROWS }));
    this.#rows = 0;
  }
}
