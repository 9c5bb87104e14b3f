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
import type { QuoteColumns } from '../core/columns.js';
import type { Micros } from '../core/time.js';
import { COMPRESSORS, DECOMPRESS } from './parquet-codecs.js';
import { decodeChunk, Unknown } from './parquet-decode.js';
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

/** The times of one row group alone; NaN where a row has none. */
export async function readTimes(file: StoreFile, quotes: QuoteFile, group: GroupInfo): Promise<Float64Array> {
  const read = await readColumns(file, quotes, group, ['time']);
  return read.time ?? new Float64Array(0);
}

/**
 * The rows of one row group as they are stored: unsorted, times may be NaN. Every array owns its buffer. Without `asks`
 * those are NaN.
 */
export async function readGroup(
  file: StoreFile,
  quotes: QuoteFile,
  group: GroupInfo,
  sizes: boolean,
  asks = true,
): Promise<QuoteColumns> {
  const wanted: ColumnRole[] = asks ? ['time', 'bid', 'ask'] : ['time', 'bid'];
  if (sizes) wanted.push('bidSize', 'askSize', 'exchangeTime');
  const read = await readColumns(file, quotes, group, wanted);
  const column = (role: ColumnRole) => read[role] ?? new Float64Array(group.rowCount).fill(Number.NaN);
  const base = {
    length: group.rowCount,
    receivedUs: column('time'),
    bid: column('bid'),
    ask: column('ask'),
  };
  if (!sizes) return base;
  const [bidSize, askSize, exchangeUs] = [column('bidSize'), column('askSize'), column('exchangeTime')];
  return { ...base, bidSize, askSize, exchangeUs };
}

/** By our own decoder, as far as it knows the columns; the others by the library. */
async function readColumns(
  file: StoreFile,
  quotes: QuoteFile,
  group: GroupInfo,
  roles: readonly ColumnRole[],
): Promise<Partial<Record<ColumnRole, Float64Array>>> {
  const present = roles.filter((role) => quotes.columns[role] !== undefined);
  const result: Partial<Record<ColumnRole, Float64Array>> = {};
  for (const role of present) {
    const values = await readFlat(file, quotes, group, quotes.columns[role]!);
    if (values !== null) result[role] = values;
  }
  const others = present.filter((role) => result[role] === undefined);
  return others.length === 0 ? result : { ...result, ...(await readByLibrary(file, quotes, group, others)) };
}

/** Null where it is none that our decoder knows. */
async function readFlat(
  file: StoreFile,
  { metadata }: QuoteFile,
  { index, rowCount }: GroupInfo,
  { name, flat }: QuoteColumn,
): Promise<Float64Array | null> {
  const chunk = metadata.row_groups[index]?.columns.find((c) => c.meta_data?.path_in_schema[0] === name);
  const meta = chunk?.meta_data;
  if (flat === null || meta === undefined || chunk?.file_path !== undefined) return null;
  const decompress = meta.codec === 'UNCOMPRESSED' ? null : DECOMPRESS[meta.codec];
  if (decompress === undefined || Number(meta.num_values) !== rowCount) return null;
  const from = Number(meta.dictionary_page_offset || meta.data_page_offset);
  const bytes = Number(meta.total_compressed_size);
  const to = from + bytes;
  if (!(from >= 0 && bytes >= 0 && to <= file.byteLength)) return null;
  const stored = file.sliceNow?.(from, to) ?? (await file.slice(from, to));
  const values = new Float64Array(rowCount);
  try {
    decodeChunk({ meta, isOptional: flat.isOptional, decompress }, new Uint8Array(stored), rowCount, values);
  } catch (error) {
    if (error instanceof Unknown) return null;
    throw error;
  }
  if (flat.factor !== 1) for (let row = 0; row < rowCount; row += 1) values[row]! *= flat.factor;
  return values;
}

/** @internal The same by the library alone: what our decoder is held against. */
export async function readByLibrary(
  file: StoreFile,
  quotes: QuoteFile,
  group: GroupInfo,
  roles: readonly ColumnRole[],
): Promise<Partial<Record<ColumnRole, Float64Array>>> {
  const present = roles.filter((role) => quotes.columns[role] !== undefined);
  const chunks = new Map<string, { readonly data: DecodedArray; readonly at: number }[]>();
  await parquetRead({
    file,
    metadata: quotes.metadata,
    columns: present.map((role) => quotes.columns[role]!.name),
    rowStart: group.rowStart,
    rowEnd: group.rowStart + group.rowCount,
    parsers: RAW,
    compressors: COMPRESSORS,
    // Only collects: what is thrown in here would be nobody's error.
    onChunk: ({ columnName, columnData, rowStart }) => {
      const list = chunks.get(columnName) ?? [];
      list.push({ data: columnData, at: rowStart - group.rowStart });
      chunks.set(columnName, list);
    },
  });
  const result: Partial<Record<ColumnRole, Float64Array>> = {};
  for (const role of present) {
    const { name, codec } = quotes.columns[role]!;
    const values = new Float64Array(group.rowCount);
    let filled = 0;
    for (const { data, at } of chunks.get(name) ?? []) {
      const count = Math.min(data.length, group.rowCount - at);
      if (at < 0 || count < 0) throw new LakeFileError('corrupt', `column ${name} overruns its row group`);
      codec(data, count, values, at);
      filled += count;
    }
    if (filled !== group.rowCount) throw new LakeFileError('corrupt', `column ${name} is short of rows`);
    result[role] = values;
  }
  return result;
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
