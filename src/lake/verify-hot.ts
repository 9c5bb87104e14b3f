// Checks the index by which hour files are read without decoding: it has to tell what the footer tells of the same chunks,
// or charts and engines read different rows. Never writes.

import type { ColumnChunk, FileMetaData, RowGroup } from 'hyparquet';
import { HOT_KEY, type HotGroup, hotIndexText, openHotFile } from './hot-file.js';
import { timesOf } from './parquet-read.js';
import { BEST_ASK, BEST_BID, TIMESTAMP } from './schema.js';
import type { StoreFile } from './store.js';

const VALUE_BYTES = 8;

/** Nothing where the file has no such index. */
export async function checkHotIndex(
  file: StoreFile,
  metadata: FileMetaData,
  damaged: (what: string, where?: string) => void,
): Promise<void> {
  const text = metadata.key_value_metadata?.find(({ key }) => key === HOT_KEY)?.value;
  if (text === undefined) return;
  const told = listsOf(text);
  if (told === null) return damaged('the index of its row groups cannot be read');
  if (told.length !== metadata.row_groups.length)
    damaged(`its index has ${told.length} row groups, its footer ${metadata.row_groups.length}`);
  for (const [number, group] of metadata.row_groups.entries()) {
    if (told[number] === undefined) break;
    const promised = promisedBy(group, metadata);
    const is = promised === null ? null : JSON.stringify(listsOf(hotIndexText([promised]))?.[0]);
    if (is !== JSON.stringify(told[number]))
      damaged('the index of its row groups does not tell what its footer does', `row group ${number}`);
  }
  try {
    // As readers find it: by the last bytes of the file alone.
    const found = await openHotFile(file);
    if (found !== null && hotIndexText(found) !== text)
      damaged('readers find another index than its footer has');
  } catch (error) {
    damaged(`the index of its row groups cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

function listsOf(text: string): unknown[] | null {
  try {
    const lists: unknown = JSON.parse(text);
    return Array.isArray(lists) ? lists : null;
  } catch {
    return null;
  }
}

/** What the index has to say; null where the footer lacks what it is made of. */
function promisedBy({ columns, num_rows }: RowGroup, { schema }: FileMetaData): HotGroup | null {
  const rows = Number(num_rows);
  const chunkOf = (name: string) => columns.find(({ meta_data: chunk }) => chunk?.path_in_schema[0] === name);
  const [time, bid, ask] = [chunkOf(TIMESTAMP), chunkOf(BEST_BID), chunkOf(BEST_ASK)];
  const element = schema.find(({ name }) => name === TIMESTAMP);
  if (time === undefined || bid === undefined || ask === undefined || element === undefined) return null;
  const times = timesOf(time, element);
  if (times === null) return null;
  const [timeAt, bidAt, askAt] = [time, bid, ask].map((chunk) => valuesAt(chunk, rows));
  return { rows, ...times, timeAt: timeAt!, bidAt: bidAt!, askAt: askAt! };
}

/** The values are the last bytes of their chunk. */
function valuesAt({ meta_data: chunk }: ColumnChunk, rows: number): number {
  return Number(chunk!.data_page_offset) + Number(chunk!.total_compressed_size) - rows * VALUE_BYTES;
}
