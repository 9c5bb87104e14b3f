// What an answer rested on: the folders that were listed for it, the files opened, the stretches of journal and
// runs scanned. Plain data, filled and compared by identity.ts; holds no rows.

import type { Micros } from '../core/time.js';

/** A folder as it was listed. */
export interface FolderSeen {
  /** When the file system says it last changed, ms; NaN where there was no such folder. */
  ctimeMs: number;
  /** What in it a reader would look at: sub-folders by name, quote files by name, size and change time. */
  readonly description: string;
  /** A later change is certain to change `ctimeMs`: then that number alone is worth comparing. */
  settled: boolean;
}

/** Journal and runs of a stretch of time; half-open. */
export interface RecentSeen {
  readonly fromUs: Micros;
  readonly toUs: Micros;
  readonly state: string;
}

/** Objects and map slots of one entry, about. */
const OVERHEAD_BYTES = 160;

export class Evidence {
  readonly folders = new Map<string, FolderSeen>();
  /** Files that might be written again in place, with size and change time. */
  readonly files = new Map<string, string>();
  readonly recent: RecentSeen[] = [];
  /** Something could not be read that may be readable the next time: the answer is good for one use. */
  doubtful = false;

  /** Takes over what another part of the same answer rested on. What both saw stays as it was seen first. */
  add(other: Evidence): void {
    for (const [path, seen] of other.folders) if (!this.folders.has(path)) this.folders.set(path, seen);
    for (const [path, version] of other.files) if (!this.files.has(path)) this.files.set(path, version);
    for (const { fromUs, toUs, state } of other.recent) this.addRecent(fromUs, toUs, state);
    this.doubtful ||= other.doubtful;
  }

  addRecent(fromUs: Micros, toUs: Micros, state: string): void {
    if (this.recent.some((seen) => seen.fromUs === fromUs && seen.toUs === toUs)) return;
    this.recent.push({ fromUs, toUs, state });
  }

  /** Memory it holds, about. */
  get bytes(): number {
    let bytes = OVERHEAD_BYTES;
    for (const [path, { description }] of this.folders)
      bytes += path.length + description.length + OVERHEAD_BYTES;
    for (const [path, version] of this.files) bytes += path.length + version.length + OVERHEAD_BYTES;
    for (const { state } of this.recent) bytes += state.length + OVERHEAD_BYTES;
    return bytes;
  }
}
