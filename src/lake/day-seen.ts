// What one read of a lake knows of day files and watermarks: which hour files a day file stands for, up to which stamp
// rows of an hour are in files, and whether compaction swapped a day between two listings of it.

import { basename, dirname, join } from 'node:path';
import { dayStartUs, type Micros, US_PER_HOUR } from '../core/time.js';
import { DAY_FILES_DIR, dayStampOf, lastStampOf } from './paths.js';
import type { FileRead, Partition } from './plan.js';
import { DaySwapped } from './read-file.js';
import type { ReadStore } from './store.js';

export class DayFiles {
  readonly #store: ReadStore;
  /** Day files as first listed, by the day's folder. */
  readonly #seen = new Map<string, { readonly dayUs: Micros; readonly names: ReadonlySet<string> }>();
  /** Days of which an hour was listed since the last check. */
  readonly #unchecked = new Set<string>();
  readonly #replaced = new Set<string>();
  /** By the start of the hour, or of the day. */
  readonly #hourMarks = new Map<Micros, Micros>();
  readonly #dayMarks = new Map<Micros, Micros>();

  constructor(store: ReadStore) {
    this.#store = store;
  }

  /** The files of a partition. The hour that day files lie in comes before the other hours of its day. */
  listed({ directory, fromUs, toUs }: Partition, paths: readonly string[]): void {
    const names = paths.map((path) => basename(path));
    for (const name of names) raise(this.#hourMarks, fromUs, lastStampOf(name, fromUs));
    if (toUs - fromUs !== US_PER_HOUR) return;
    const dayDir = dirname(directory);
    if (basename(directory) !== DAY_FILES_DIR) {
      this.#unchecked.add(dayDir);
      return;
    }
    const dayFiles = names.filter((name) => dayStampOf(name, fromUs) !== null);
    for (const name of dayFiles) raise(this.#dayMarks, fromUs, dayStampOf(name, fromUs));
    this.#seen.set(dayDir, { dayUs: fromUs, names: new Set(dayFiles) });
  }

  /**
   * Throws DaySwapped where a day has a day file that it did not have when it was listed: then hour files that it
   * stands for may have been gone already when their folders were listed.
   */
  async check(): Promise<void> {
    for (const dayDir of this.#unchecked) {
      const seen = this.#seen.get(dayDir);
      // Not listed at all: then nothing of that hour is wanted, nor are day files.
      if (seen === undefined) continue;
      for (const { name, isDirectory } of await this.#store.list(join(dayDir, DAY_FILES_DIR)))
        if (!isDirectory && dayStampOf(name, seen.dayUs) !== null && !seen.names.has(name))
          throw new DaySwapped(dayDir);
    }
    this.#unchecked.clear();
  }

  /** What an opened file says that it takes the place of. */
  replaced(path: string, names: readonly string[]): void {
    const dayDir = dirname(dirname(path));
    for (const name of names) {
      const other = join(dayDir, name);
      if (other !== path) this.#replaced.add(other);
    }
  }

  isReplaced(path: string): boolean {
    return this.#replaced.has(path);
  }

  /** Rows of the hour up to this stamp are in files. */
  watermarkUs(hourUs: Micros): Micros {
    const none = Number.NEGATIVE_INFINITY;
    return Math.max(this.#hourMarks.get(hourUs) ?? none, this.#dayMarks.get(dayStartUs(hourUs)) ?? none);
  }
}

/** Day files tell what is not to be opened; of several the newest comes first. All others stay in their order. */
export function dayFilesFirst(reads: readonly FileRead[]): readonly FileRead[] {
  const isDayFile = ({ path }: FileRead) => basename(path).startsWith('spreads-day-');
  if (!reads.some(isDayFile)) return reads;
  const first = reads.filter(isDayFile).sort((a, b) => (b.lastUs ?? 0) - (a.lastUs ?? 0));
  return [...first, ...reads.filter((read) => !isDayFile(read))];
}

function raise(marks: Map<Micros, Micros>, key: Micros, us: Micros | null): void {
  if (us !== null) marks.set(key, Math.max(marks.get(key) ?? us, us));
}
