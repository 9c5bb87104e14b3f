// The newest stamp that an instrument's files hold: the newest day first, and in it the newest hour first.
// Believes names of our own making and statistics; decodes times only where a file has neither.

import { type Micros, US_PER_DAY } from '../core/time.js';
import { discoverDays, discoverPartitions, listPartition } from './discover.js';
import { FileUnits } from './file-units.js';
import { type KnownFiles, narrowed } from './known-files.js';
import { type FileRead, holdsDayFiles, type Partition, planFiles } from './plan.js';
import { FileVanished, type ReportProblem, tryRead } from './read-file.js';
import { isSession } from './sessions.js';
import type { ReadStore } from './store.js';

export interface NewestInput {
  readonly store: ReadStore;
  readonly known: KnownFiles;
  readonly report: ReportProblem;
  readonly readable: (path: string) => void;
}

/** Null where no file holds a row. */
export async function newestInFiles(
  input: NewestInput,
  directories: readonly string[],
): Promise<Micros | null> {
  const { store } = input;
  const search: Search = { ...input, newestUs: Number.NEGATIVE_INFINITY };
  // No folder of a day touches an empty range: what is left are the folders without a date, and dated runs.
  const undated = await discoverPartitions(store, directories, 0, 0);
  for (const partition of undated) if (!isSession(partition)) await lookInto(search, partition);
  for (const dayUs of await discoverDays(store, directories)) {
    if (search.newestUs >= dayUs + US_PER_DAY) break;
    const partitions = await discoverPartitions(store, directories, dayUs, dayUs + US_PER_DAY);
    const dated = partitions.filter((p) => Number.isFinite(p.fromUs)).sort((a, b) => b.fromUs - a.fromUs);
    for (const partition of dated) {
      if (search.newestUs < partition.toUs || holdsDayFiles(partition)) await lookInto(search, partition);
    }
    if (search.newestUs >= dayUs) break;
  }
  // The youngest run first: what was last changed before its newest row need not be looked at.
  const runs = undated.filter(isSession).sort((a, b) => b.fromUs - a.fromUs);
  for (const run of runs) await lookInto(search, run);
  return Number.isFinite(search.newestUs) ? search.newestUs : null;
}

interface Search extends NewestInput {
  newestUs: Micros;
}

async function lookInto(search: Search, partition: Partition): Promise<void> {
  const paths = await listPartition(search.store, partition);
  const reads = planFiles(partition, paths, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  for (const planned of reads) {
    const read = await narrowed(search, partition, planned);
    if (read.undated && read.toUs <= search.newestUs) continue;
    // A foreign name says when a buffer was flushed, which is not when its last row came.
    const newestUs = read.lastUs ?? (await lookAt(search, read));
    if (newestUs > search.newestUs) search.newestUs = newestUs;
  }
}

async function lookAt(search: Search, { path, undated }: FileRead): Promise<Micros> {
  const files = new FileUnits({ ...search, sizes: false });
  try {
    const opened = await tryRead(search.report, path, () => files.open(path, undated));
    return (opened?.units ?? []).reduce(
      (newestUs, { maxUs }) => Math.max(newestUs, maxUs),
      Number.NEGATIVE_INFINITY,
    );
  } catch (error) {
    // Gone meanwhile: then what took its place is as new.
    if (error instanceof FileVanished) return Number.NEGATIVE_INFINITY;
    throw error;
  }
}
