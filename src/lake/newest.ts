// The newest stamp that an instrument's files hold: the newest day first, and in it the newest hour first.
// Believes names of our own making and statistics; decodes times only where a file has neither.

import { type Micros, US_PER_DAY } from '../core/time.js';
import { discoverDays, discoverPartitions, listPartition } from './discover.js';
import { openQuoteFile } from './parquet-read.js';
import { type FileRead, holdsDayFiles, type Partition, planFiles } from './plan.js';
import { FileVanished, type ReportProblem, timesByReading, tryRead, withFile } from './read-file.js';
import type { ReadStore, StoreFile } from './store.js';

/** Null where no file holds a row. */
export async function newestInFiles(
  store: ReadStore,
  directories: readonly string[],
  report: ReportProblem,
): Promise<Micros | null> {
  const search: Search = { store, report, newestUs: Number.NEGATIVE_INFINITY };
  // No folder of a day touches an empty range: what is left are the folders without a date.
  for (const partition of await discoverPartitions(store, directories, 0, 0))
    await lookInto(search, partition);
  for (const dayUs of await discoverDays(store, directories)) {
    if (search.newestUs >= dayUs + US_PER_DAY) break;
    const partitions = await discoverPartitions(store, directories, dayUs, dayUs + US_PER_DAY);
    const dated = partitions.filter((p) => Number.isFinite(p.fromUs)).sort((a, b) => b.fromUs - a.fromUs);
    for (const partition of dated) {
      if (search.newestUs < partition.toUs || holdsDayFiles(partition)) await lookInto(search, partition);
    }
    if (search.newestUs >= dayUs) break;
  }
  return Number.isFinite(search.newestUs) ? search.newestUs : null;
}

interface Search {
  readonly store: ReadStore;
  readonly report: ReportProblem;
  newestUs: Micros;
}

async function lookInto(search: Search, partition: Partition): Promise<void> {
  const paths = await listPartition(search.store, partition);
  const reads = planFiles(partition, paths, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  for (const read of reads) {
    // A foreign name says when a buffer was flushed, which is not when its last row came.
    const newestUs = read.lastUs ?? (await lookAt(search, read));
    if (newestUs > search.newestUs) search.newestUs = newestUs;
  }
}

async function lookAt({ store, report }: Search, read: FileRead): Promise<Micros> {
  let newestUs = Number.NEGATIVE_INFINITY;
  const look = async (file: StoreFile) => {
    const quotes = await openQuoteFile(file);
    for (const group of quotes?.groups ?? []) {
      const times = group.times ?? (await timesByReading(file, quotes!, group));
      if (times !== null) newestUs = Math.max(newestUs, times.maxUs);
    }
  };
  try {
    await tryRead(report, read.path, () => withFile(store, read.path, null, look));
  } catch (error) {
    // Gone meanwhile: then what took its place is as new.
    if (!(error instanceof FileVanished)) throw error;
  }
  return newestUs;
}
