// One Parquet file of any generation: its quote columns, its row groups with their times, their rows.
// Knows nothing of folders or order. Throws LakeFileError where a file is of no use; other errors
// mean damage.

import {
  type ColumnChunk,
  type DecodedArray,
  type FileMetaData,
  type ParquetReadOptions,
  parquetMetadataAsync,
  parquetRead,
  type SchemaElement,
} from 'hyparquet';
import type { Micros } from '../core/time.js';
import { COMPRESSORS } from './parquet-codecs.js';
import { timeOf, timeUnitOf } from './parquet-values.js';
import type { LakeProblemReason } from './problems.js';
import { type ColumnRole, chooseColumns, physical, type QuoteColumn, withCodecs } from './quote-columns.js';
import { FOREIGN_KEY, REPLACES_KEY, SCHEMA_KEY } from './schema.js';
import type { StoreFile } from './store.js';

/** A file that cannot be used, with the word for it. */
export class LakeFileError extends Error {
  readonly reason: LakeProblemReason;

  constructor(reason: LakeProblemReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** What the footer of a quote file tells. */
export interface QuoteFile {
  /** Recorded by this project: stamps are strictly increasing and never repeat. */
  readonly ours: boolean;
  /** Of a day file: what it takes the place of, relative to its day's folder. Empty for all others. */
  readonly replaces: readonly string[];
  readonly groups: readonly GroupInfo[];
  readonly columns: Readonly<Partial<Record<ColumnRole, QuoteColumn>>>;
  readonly metadata: FileMetaData;
}

export interface GroupInfo {
  readonly index: number;
  readonly rowStart: number;
  readonly rowCount: number;
  /** Of the statistics; inclusive; null where the file has none that can be trusted. */
  readonly times: { readonly minUs: Micros; readonly maxUs: Micros } | null;
}

/** First bytes to fetch, from the end: the footer of an hour file fits. */
const FOOTER_BYTES = 64 * 1024;
/** A row group beyond this is taken for damage: it would not fit in memory. */
const GROUP_ROWS_MAX = 16_000_000;
const SMALLEST_FILE_BYTES = 12;

/** Leaves every value as it is stored, so that nothing is rounded or boxed on the way. */
export const RAW: NonNullable<ParquetReadOptions['parsers']> = {
  timestampFromMilliseconds: (value) => value,
  timestampFromMicroseconds: (value) => value,
  timestampFromNanoseconds: (value) => value,
  dateFromDays: (value) => value,
  stringFromBytes: (value) => value,
  jsonFromBytes: (value) => value,
};

/** How a footer is read so that nothing of it is rounded. */
export const metadataOptions = { parsers: RAW, initialFetchSize: FOOTER_BYTES, geoparquet: false } as const;

/** Every column of a row group as it is stored, by name, in the pieces in which it came; null = absent. */
export async function decodeGroup(
  file: StoreFile,
  metadata: FileMetaData,
  rowStart: number,
  rowCount: number,
): Promise<ReadonlyMap<string, readonly DecodedArray[]>> {
  const pieces = new Map<string, DecodedArray[]>();
  if (rowCount > GROUP_ROWS_MAX) throw new LakeFileError('corrupt', `a row group claims ${rowCount} rows`);
  await parquetRead({
    file,
    metadata: { ...metadata, schema: metadata.schema.map((e) => (e.num_children ? e : physical(e))) },
    rowStart,
    rowEnd: rowStart + rowCount,
    parsers: RAW,
    compressors: COMPRESSORS,
    onChunk: ({ columnName, columnData }) => {
      const list = pieces.get(columnName) ?? [];
      pieces.set(columnName, list);
      list.push(columnData);
    },
  });
  for (const [name, list] of pieces) {
    const rows = list.reduce((sum, { length }) => sum + length, 0);
    if (rows !== rowCount)
      throw new LakeFileError('corrupt', `column ${name} has ${rows} rows of ${rowCount}`);
  }
  if (pieces.size === 0 && rowCount > 0) throw new LakeFileError('corrupt', 'it has no column');
  return pieces;
}

/** Reads the footer. Null = no bid column (trades, anything else): not an error, nothing to read. */
export async function openQuoteFile(file: StoreFile): Promise<QuoteFile | null> {
  if (file.byteLength === 0) throw new LakeFileError('empty-file', 'the file has no bytes');
  if (file.byteLength < SMALLEST_FILE_BYTES)
    throw new LakeFileError('corrupt', 'too short for a Parquet file');
  const parsed = await parquetMetadataAsync(file, metadataOptions);
  const chosen = chooseColumns(parsed.schema);
  if (chosen.bid === undefined) return null;
  if (chosen.time === undefined) throw new LakeFileError('no-timestamp', 'no column is named like a time');
  const names = new Set(Object.values(chosen).map((element) => element.name));
  checkCodecs(parsed, names);
  const keys = new Set(parsed.key_value_metadata?.map(({ key }) => key));
  return {
    ours: keys.has(SCHEMA_KEY) && !keys.has(FOREIGN_KEY),
    replaces: replacesOf(parsed),
    groups: groupsOf(parsed, chosen.time),
    columns: withCodecs(chosen),
    // Bare physical types: INT64 comes as BigInt64Array, decimals and text as bytes.
    metadata: { ...parsed, schema: parsed.schema.map((e) => (names.has(e.name) ? physical(e) : e)) },
  };
}

/** What a day file of quotes or trades takes the place of, relative to its day's folder. Throws where it is damaged. */
export async function replacesIn(file: StoreFile): Promise<readonly string[]> {
  return replacesOf(await parquetMetadataAsync(file, { initialFetchSize: FOOTER_BYTES, geoparquet: false }));
}

/** The manifest of a day file; what is none is nothing. */
function replacesOf({ key_value_metadata: entries }: FileMetaData): readonly string[] {
  const text = entries?.find(({ key }) => key === REPLACES_KEY)?.value;
  if (text === undefined) return [];
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list.filter((path): path is string => typeof path === 'string') : [];
  } catch {
    return [];
  }
}

function groupsOf(metadata: FileMetaData, time: SchemaElement): GroupInfo[] {
  let rowStart = 0;
  return metadata.row_groups.map((group, index) => {
    const rowCount = Number(group.num_rows);
    const chunk = group.columns.find((column) => column.meta_data?.path_in_schema[0] === time.name);
    const isSound =
      rowCount >= 0 && rowCount <= GROUP_ROWS_MAX && chunk?.meta_data?.num_values === group.num_rows;
    if (!isSound) throw new LakeFileError('corrupt', `a row group claims ${rowCount} rows`);
    const info = { index, rowStart, rowCount, times: timesOf(chunk, time) };
    rowStart += rowCount;
    return info;
  });
}

/** Only 64-bit integers: statistics of INT96 and of text do not sort by time. */
export function timesOf(chunk: ColumnChunk, time: SchemaElement): GroupInfo['times'] {
  if (time.type !== 'INT64') return null;
  const stats = chunk.meta_data?.statistics;
  const [min, max] = [stats?.min_value ?? stats?.min, stats?.max_value ?? stats?.max];
  if (typeof min !== 'bigint' || typeof max !== 'bigint') return null;
  const unit = timeUnitOf(time);
  const [minUs, maxUs] = [timeOf(min, unit), timeOf(max, unit)];
  return minUs <= maxUs ? { minUs, maxUs } : null;
}

function checkCodecs(metadata: FileMetaData, names: ReadonlySet<string>): void {
  for (const group of metadata.row_groups) {
    for (const { meta_data: chunk } of group.columns) {
      if (chunk === undefined || !names.has(chunk.path_in_schema[0] ?? '')) continue;
      if (chunk.codec === 'UNCOMPRESSED' || chunk.codec === 'SNAPPY' || chunk.codec in COMPRESSORS) continue;
      throw new LakeFileError('unsupported', `compressed with ${chunk.codec}, which cannot be read`);
    }
  }
}
