// A table as Parquet, row group by row group: the lake's own writer, whose bytes go wherever they are wanted.

import { TableFileWriter } from '../lake/table-write.js';
import type { TableColumn, TableWriter } from './table.js';

/**
 * The first column has a value in every row. `write` gets bytes in order, which are the writer's again when it returns. Holds one
 * row group, and some 500 bytes of each that was written.
 */
export function parquetTable(
  columns: readonly TableColumn[],
  write: (bytes: Uint8Array) => void,
): TableWriter {
  const schema = columns.map(({ name, type }, n) => ({
    name,
    type: type === 'time' ? ('timestamp-micros' as const) : ('double' as const),
    required: n === 0,
  }));
  const writer = new TableFileWriter(schema, write);
  return { add: async (values, length) => writer.add(values, length), finish: async () => writer.finish() };
}
