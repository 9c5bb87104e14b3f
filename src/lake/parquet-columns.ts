// The quote columns of one row group as numbers: by our own decoder, as far as it knows them, the others by the library.
// Knows nothing of order or folders. Throws LakeFileError where a column cannot be right; other errors mean damage.

import { type DecodedArray, parquetRead } from 'hyparquet';
import type { QuoteColumns } from '../core/columns.js';
import type { Micros } from '../core/time.js';
import { COMPRESSORS, DECOMPRESS } from './parquet-codecs.js';
import { decodeChunk } from './parquet-decode.js';
import { type GroupInfo, LakeFileError, type QuoteFile, RAW } from './parquet-read.js';
import { type Part, Unknown, wholeOf } from './parquet-unpack.js';
import type { ColumnRole } from './quote-columns.js';
import type { StoreFile } from './store.js';

/** Half-open. */
interface TimeRange {
  readonly fromUs: Micros;
  readonly toUs: Micros;
}

/** The times of one row group alone; NaN where a row has none. */
export async function readTimes(file: StoreFile, quotes: QuoteFile, group: GroupInfo): Promise<Float64Array> {
  const read = await readColumns(file, quotes, group, ['time']);
  return read.time ?? new Float64Array(0);
}

/**
 * The rows of one row group as they are stored: unsorted, times may be NaN. Every array owns its buffer. Without `asks`
 * those are NaN. Of our own files rows outside of `range` may be left out.
 */
export async function readGroup(
  file: StoreFile,
  quotes: QuoteFile,
  group: GroupInfo,
  sizes: boolean,
  asks = true,
  range?: TimeRange,
): Promise<QuoteColumns> {
  const wanted: ColumnRole[] = asks ? ['time', 'bid', 'ask'] : ['time', 'bid'];
  if (sizes) wanted.push('bidSize', 'askSize', 'exchangeTime');
  let rows = wholeOf(group.rowCount);
  let time: Float64Array | null = null;
  if (quotes.ours && range !== undefined) {
    const cut = (times: Float64Array) => {
      rows = rowsOf(times, range);
      return times.slice(rows.from, rows.to);
    };
    time = await readFlat(file, quotes, group, 'time', wholeOf(group.rowCount), cut, range);
  }
  const others = time === null ? wanted : wanted.filter((role) => role !== 'time');
  const read = await readColumns(file, quotes, group, others, rows);
  if (time !== null) read.time = time;
  const length = rows.to - rows.from;
  const column = (role: ColumnRole) => read[role] ?? new Float64Array(length).fill(Number.NaN);
  const base = {
    length,
    receivedUs: column('time'),
    bid: column('bid'),
    ask: column('ask'),
  };
  if (!sizes) return base;
  const [bidSize, askSize, exchangeUs] = [column('bidSize'), column('askSize'), column('exchangeTime')];
  return { ...base, bidSize, askSize, exchangeUs };
}

/** Those of the range, where stamps ascend as ours do; else all. Earlier ones may be -Infinity. */
function rowsOf(times: Float64Array, { fromUs, toUs }: TimeRange): Part {
  let [from, last] = [0, Number.NEGATIVE_INFINITY];
  while (times[from] === Number.NEGATIVE_INFINITY) from += 1;
  let to = from;
  for (; to < times.length; to += 1) {
    const us = times[to]!;
    // Also false where a time is NaN.
    if (!(us > last)) return wholeOf(times.length);
    if (us >= toUs) break;
    if (us < fromUs) from = to + 1;
    last = us;
  }
  return { count: times.length, from, to };
}

/** Of these rows: by our own decoder, as far as it knows the columns; the others by the library. */
async function readColumns(
  file: StoreFile,
  quotes: QuoteFile,
  group: GroupInfo,
  roles: readonly ColumnRole[],
  rows = wholeOf(group.rowCount),
): Promise<Partial<Record<ColumnRole, Float64Array>>> {
  const present = roles.filter((role) => quotes.columns[role] !== undefined);
  const result: Partial<Record<ColumnRole, Float64Array>> = {};
  for (const role of present) {
    const values = await readFlat(file, quotes, group, role, rows, (all) => all.slice(rows.from, rows.to));
    if (values !== null) result[role] = values;
  }
  const others = present.filter((role) => result[role] === undefined);
  if (others.length === 0) return result;
  const read = await readByLibrary(file, quotes, group, others);
  for (const role of others) result[role] = read[role]!.slice(rows.from, rows.to);
  return result;
}

let room = new Float64Array(0);

/** One column after the other is decoded in there: memory that is not asked for need not be cleared or collected. */
function roomFor(rows: number): Float64Array {
  if (room.length < rows) room = new Float64Array(rows);
  return room.subarray(0, rows);
}

/**
 * What `take` makes of the values, of which those of `rows` are right; it must not keep them. Null where it is no column
 * that our decoder knows. `range`: of times that ascend, those outside of it need not be there; infinities in their place.
 */
async function readFlat(
  file: StoreFile,
  { metadata, columns }: QuoteFile,
  { index, rowCount }: GroupInfo,
  role: ColumnRole,
  rows: Part,
  take: (values: Float64Array) => Float64Array,
  range?: TimeRange,
): Promise<Float64Array | null> {
  const { name, flat } = columns[role]!;
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
  const values = roomFor(rowCount);
  const { factor, isOptional } = flat;
  const ascending = range === undefined ? null : { from: range.fromUs / factor, until: range.toUs / factor };
  try {
    decodeChunk({ meta, isOptional, decompress, ascending }, new Uint8Array(stored), rows, values);
  } catch (error) {
    if (error instanceof Unknown) return null;
    throw error;
  }
  if (factor !== 1) for (let row = 0; row < rowCount; row += 1) values[row]! *= factor;
  return take(values);
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
