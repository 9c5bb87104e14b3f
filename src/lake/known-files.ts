// What was found out of files whose names tell no time: when their rows begin and end, and for packed text where its
// blocks are. Remembered by path and version, so that no file is gone through for each read again. Bounded.

import { RecentMap } from '../core/recent-map.js';
import type { Micros } from '../core/time.js';
import type { CsvIndex } from './csv-file.js';
import type { FileRead, Partition } from './plan.js';
import { isSession, ZONE_SLACK_US } from './sessions.js';
import type { ReadStore } from './store.js';

/** A file of an older lake, as it was when its version was this. */
export interface KnownFile {
  readonly version: string;
  /** Of its rows, inclusive; fromUs > toUs where it has none. */
  readonly minUs: Micros;
  readonly maxUs: Micros;
  /** Of packed text. */
  readonly csv: CsvIndex | null;
}

/** Some 300 bytes each: as many as a year of daily runs has of twenty instruments. */
const FILES_MAX = 8_000;

export class KnownFiles {
  readonly #byPath = new RecentMap<string, KnownFile>(FILES_MAX);

  get(path: string, version: string): KnownFile | undefined {
    const known = this.#byPath.get(path);
    return known?.version === version ? known : undefined;
  }

  set(path: string, known: KnownFile): void {
    this.#byPath.set(path, known);
  }
}

/**
 * The same read with a narrower expectation, where a look at the file gives one: what an earlier reading found, or
 * that a file of a dated run holds nothing newer than its last change. Opens nothing.
 */
export async function narrowed(
  { store, known }: { readonly store: ReadStore; readonly known: KnownFiles },
  partition: Partition,
  read: FileRead,
): Promise<FileRead> {
  if (!read.undated) return read;
  const look = await store.look?.(read.path);
  if (look === undefined || look === null) return read;
  const file = known.get(read.path, look.version);
  if (file !== undefined)
    return { ...read, fromUs: file.minUs, toUs: file.maxUs + 1, ours: true, lastUs: file.maxUs };
  // A change before the run began is the time of a copy that lost it.
  const isOfRun = isSession(partition) && look.modifiedUs >= partition.fromUs;
  return isOfRun ? { ...read, toUs: look.modifiedUs + ZONE_SLACK_US } : read;
}
