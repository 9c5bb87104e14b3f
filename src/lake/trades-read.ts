// A file of trades of our own making, row group by row group: what compaction needs of it. Knows nothing of folders or
// order. Null where a file is not ours; an error means damage.

import { type FileMetaData, parquetMetadataAsync, parquetRead } from 'hyparquet';
import type { Micros } from '../core/time.js';
import type { TradeRecord } from './journal.js';
import { COMPRESSORS } from './parquet-codecs.js';
import { LakeFileError, RAW, timesOf } from './parquet-read.js';
import { EXCHANGE_TIMESTAMP, PRICE, QUANTITY, SCHEMA_KEY, SIDE, TIMESTAMP, TRADE_ID } from './schema.js';
import type { StoreFile } from './store.js';

/** First bytes to fetch, from the end. */
const FOOTER_BYTES = 64 * 1024;
const PARSERS = { ...RAW, stringFromBytes: (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8') };

export interface TradesGroup {
  readonly rowStart: number;
  readonly rowCount: number;
  /** Inclusive; null where the file has no statistics that can be trusted. */
  readonly times: { readonly minUs: Micros; readonly maxUs: Micros } | null;
}

export interface TradesFile {
  readonly metadata: FileMetaData;
  readonly groups: readonly TradesGroup[];
}

/** Reads the footer. */
export async function openTradesFile(file: StoreFile): Promise<TradesFile | null> {
  if (file.byteLength === 0) throw new LakeFileError('empty-file', 'the file has no bytes');
  const metadata = await parquetMetadataAsync(file, {
    parsers: PARSERS,
    initialFetchSize: FOOTER_BYTES,
    geoparquet: false,
  });
  const time = metadata.schema.find(({ name }) => name === TIMESTAMP);
  const isOurs = metadata.key_value_metadata?.some(({ key }) => key === SCHEMA_KEY) ?? false;
  if (!isOurs || time === undefined) return null;
  let rowStart = 0;
  const groups = metadata.row_groups.map((group) => {
    const rowCount = Number(group.num_rows);
    const chunk = group.columns.find(({ meta_data }) => meta_data?.path_in_schema[0] === TIMESTAMP);
    if (chunk === undefined) throw new LakeFileError('corrupt', 'a row group has no times');
    const info = { rowStart, rowCount, times: timesOf(chunk, time) };
    rowStart += rowCount;
    return info;
  });
  return { metadata, groups };
}

const COLUMNS = [TIMESTAMP, PRICE, QUANTITY, SIDE, EXCHANGE_TIMESTAMP, TRADE_ID] as const;

/** The rows of one row group, as they are stored. */
export async function readTrades(
  file: StoreFile,
  { metadata }: TradesFile,
  { rowStart, rowCount }: TradesGroup,
): Promise<TradeRecord[]> {
  const columns = new Map<string, unknown[]>(COLUMNS.map((name) => [name, new Array(rowCount)]));
  const filled = new Map<string, number>();
  await parquetRead({
    file,
    metadata,
    columns: [...COLUMNS],
    rowStart,
    rowEnd: rowStart + rowCount,
    parsers: PARSERS,
    compressors: COMPRESSORS,
    onChunk: ({ columnName, columnData, rowStart: chunkStart }) => {
      const values = columns.get(columnName);
      if (values === undefined) return;
      for (let i = 0; i < columnData.length; i++) values[chunkStart - rowStart + i] = columnData[i];
      filled.set(columnName, (filled.get(columnName) ?? 0) + columnData.length);
    },
  });
  for (const name of COLUMNS)
    if (filled.get(name) !== rowCount)
      throw new LakeFileError('corrupt', `column ${name} has not the rows of its group`);
  const at = (name: (typeof COLUMNS)[number], row: number) => columns.get(name)![row] ?? null;
  return Array.from({ length: rowCount }, (_, row) => {
    const side = at(SIDE, row);
    if (side !== 'Buy' && side !== 'Sell') throw new LakeFileError('corrupt', 'a trade has no side');
    const exchangeUs = at(EXCHANGE_TIMESTAMP, row);
    return {
      stampUs: Number(at(TIMESTAMP, row)),
      price: Number(at(PRICE, row)),
      size: Number(at(QUANTITY, row)),
      side: side === 'Buy' ? 1 : -1,
      exchangeUs: exchangeUs === null ? Number.NaN : Number(exchangeUs),
      tradeId: String(at(TRADE_ID, row) ?? ''),
    };
  });
}
