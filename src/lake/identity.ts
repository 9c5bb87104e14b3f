// Whether an answer from the lake would still be the same: a reader's looks at folders and journal are recorded
// while it works, and compared later. Nothing that was looked at can be forgotten, and contents are never read.
//
// A folder's change time is enough where it lies before the newest one seen when the folder was listed: whatever
// changes it later gets a later time. The few others are listed again each time: file systems count in ticks, and
// two changes may share one. Files of our own names appear whole and are never written again, so their folder
// speaks for them; all others are looked at themselves.

import { createHash } from 'node:crypto';
import { type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { RecentMap } from '../core/recent-map.js';
import type { Micros } from '../core/time.js';
import { Evidence, type FolderSeen } from './evidence.js';
import type { WantedInstruments } from './ledger-read.js';
import { isLedgerName, isOurName, JOURNAL_DIR, RUNS_DIR, runSpan, segmentFirstUs } from './paths.js';
import { isQuoteFileName } from './plan.js';
import { type RecentRows, readRecent } from './recent.js';
import { type RecentEvents, readRecentEvents } from './recent-events.js';
import { recentInstruments } from './recent-names.js';
import { SegmentIndexes } from './segment-index.js';
import {
  entriesIn,
  type FileLook,
  lookOf,
  type ReadStore,
  type StoreEntry,
  type StoreFile,
  waitingStore,
} from './store.js';

/** Change times this much older than the newest seen are certain to be over, on the coarsest file systems too. */
const SETTLE_MS = 2_000;
/** Folders remembered as they were listed, some 300 bytes each: a year of days of a pair has four a day. */
const LOOKS_MAX = 4_096;
/** A longer description is kept as its digest. */
const DESCRIPTION_LENGTH_MAX = 200;

interface Look {
  readonly seen: FolderSeen;
  readonly entries: readonly StoreEntry[];
}

/** Names in the journal and the runs, each with its times. */
interface RecentNames {
  readonly segments: readonly { readonly name: string; readonly firstUs: Micros }[];
  readonly runs: readonly { readonly name: string; readonly firstUs: Micros; readonly lastUs: Micros }[];
}

/** What was found of folders within one moment: shared by answers that are compared at the same time. */
export type Glances = Map<string, Glance>;

interface Glance {
  readonly ctimeMs: number;
  look: Look | undefined;
}

interface KnownNames {
  readonly seen: FolderSeen;
  readonly names: readonly string[];
}

/** Give `store`, `recent` and `recentEvents` to a reader; what it looks at goes into the evidence recorded at that time. */
export class LakeObserver {
  readonly store: ReadStore;
  readonly recent: typeof readRecent;
  readonly recentEvents: typeof readRecentEvents;
  readonly recentInstruments: typeof recentInstruments;
  readonly #root: string;
  #evidence = new Evidence();
  readonly #segments = new SegmentIndexes();
  /** Of folders that are looked at again and again. */
  readonly #looks = new RecentMap<string, Look>(LOOKS_MAX);
  /** The newest change time ever seen: the file system's clock had come at least this far. */
  #newestMs = Number.NEGATIVE_INFINITY;
  readonly #names = new Map<string, KnownNames>();

  constructor(root: string) {
    this.#root = root;
    this.store = {
      list: async (directory) => this.#list(directory),
      open: (path) => this.#open(path),
      look: async (path) => this.#lookAt(path),
      lookNow: (path) => this.#lookAt(path),
    };
    this.recent = (root, ...asked) => this.#readRecent(root, asked[0], asked[1], asked[2], asked[3]);
    this.recentInstruments = (root) =>
      recentInstruments(root, (path, add) => this.#segments.names(waitingStore, path, add));
    this.recentEvents = (root, ...asked) => this.#readRecentEvents(root, asked[0], asked[1], asked[2]);
  }

  /** From now on what is looked at goes there; one answer at a time. */
  record(into: Evidence): void {
    this.#evidence = into;
  }

  /** False where anything differs that a reader would see, and where that cannot be told. */
  unchanged(evidence: Evidence, glances: Glances = new Map()): boolean {
    if (evidence.doubtful) return false;
    try {
      if (!this.#sameRecent(evidence)) return false;
      for (const [path, version] of evidence.files) if (versionOf(this.#stat(path)) !== version) return false;
      for (const [path, seen] of evidence.folders) if (!this.#sameFolder(path, seen, glances)) return false;
      return true;
    } catch {
      return false;
    }
  }

  /** A glance, beside which it costs nothing: what changed otherwise while it was read is noticed by `unchanged`, later. */
  mayBeKept(evidence: Evidence): boolean {
    return !evidence.doubtful && this.#sameRecent(evidence);
  }

  /** A folder that is certain not to have changed since it was last listed is not gone through again. */
  #list(directory: string): readonly StoreEntry[] {
    const known = this.#looks.get(directory);
    const isSame = known?.seen.settled === true && this.#stat(directory)?.ctimeMs === known.seen.ctimeMs;
    const look = isSame ? known : this.#look(directory);
    if (!isSame) this.#looks.set(directory, look);
    // A copy: an answer that is compared later notes there what it finds.
    if (!this.#evidence.folders.has(directory)) this.#evidence.folders.set(directory, { ...look.seen });
    return look.entries;
  }

  async #open(path: string): Promise<StoreFile> {
    const evidence = this.#evidence;
    const certain = async <T>(reading: Promise<T>): Promise<T> => {
      try {
        return await reading;
      } catch (error) {
        evidence.doubtful = true;
        throw error;
      }
    };
    const file = await certain(waitingStore.open(path));
    if (!isOurName(path) && !evidence.files.has(path)) evidence.files.set(path, versionOf(this.#stat(path)));
    const { sliceNow } = file;
    const certainNow: typeof sliceNow = (start, end, into) => {
      try {
        return sliceNow!(start, end, into);
      } catch (error) {
        evidence.doubtful = true;
        throw error;
      }
    };
    return {
      ...file,
      slice: (start, end) => certain(file.slice(start, end)),
      ...(sliceNow === undefined ? {} : { sliceNow: certainNow }),
    };
  }

  /** What a file's times rule out rests on the file as much as what is read of it. One call of the system: there are many. */
  #lookAt(path: string): FileLook | null {
    const stats = this.#stat(path);
    const { files } = this.#evidence;
    if (!files.has(path)) files.set(path, versionOf(stats));
    return stats === undefined ? null : lookOf(stats);
  }

  async #readRecent(
    root: string,
    exchange: string,
    symbol: string,
    fromUs: Micros,
    toUs: Micros,
  ): Promise<RecentRows> {
    const evidence = this.#evidence;
    evidence.addRecent(fromUs, toUs, this.#recentState(this.#recentNames(), fromUs, toUs));
    const rows = await readRecent(root, exchange, symbol, fromUs, toUs, waitingStore, this.#segments);
    if (rows.problems.length > 0) evidence.doubtful = true;
    return rows;
  }

  async #readRecentEvents(
    root: string,
    wanted: WantedInstruments,
    fromUs: Micros,
    toUs: Micros,
  ): Promise<RecentEvents> {
    const evidence = this.#evidence;
    evidence.addRecent(fromUs, toUs, this.#recentState(this.#recentNames(), fromUs, toUs));
    const events = await readRecentEvents(root, wanted, fromUs, toUs, waitingStore, this.#segments);
    if (events.problems.length > 0) evidence.doubtful = true;
    return events;
  }

  #sameFolder(path: string, seen: FolderSeen, glances: Glances): boolean {
    let glance = glances.get(path);
    if (glance === undefined) {
      glance = { ctimeMs: this.#stat(path)?.ctimeMs ?? Number.NaN, look: undefined };
      glances.set(path, glance);
    }
    const { ctimeMs } = glance;
    if (Number.isNaN(ctimeMs)) return Number.isNaN(seen.ctimeMs);
    if (seen.settled && ctimeMs === seen.ctimeMs) return true;
    glance.look ??= this.#look(path);
    const now = glance.look.seen;
    if (now.description !== seen.description) return false;
    seen.ctimeMs = now.ctimeMs;
    seen.settled = now.settled;
    return true;
  }

  /** The time is taken before the names: a change between the two shows as another time later. */
  #look(directory: string): Look {
    const newestMs = this.#newestMs;
    const stats = this.#stat(directory);
    if (stats === undefined)
      return { seen: { ctimeMs: Number.NaN, description: '', settled: true }, entries: [] };
    const entries: StoreEntry[] = [];
    const parts: string[] = [];
    for (const entry of entriesIn(directory)) {
      const { name } = entry;
      const path = join(directory, name);
      const isDirectory = entry.isSymbolicLink()
        ? this.#stat(path)?.isDirectory() === true
        : entry.isDirectory();
      entries.push({ name, isDirectory });
      if (isDirectory && !/^[._]/.test(name)) parts.push(`${name}/`);
      else if (!isDirectory && (isQuoteFileName(name) || isLedgerName(name)))
        parts.push(`${name}:${versionOf(this.#stat(path))}`);
    }
    const text = parts.join('\n');
    const description = text.length <= DESCRIPTION_LENGTH_MAX ? text : digest(text);
    const { ctimeMs } = stats;
    return { seen: { ctimeMs, description, settled: ctimeMs < newestMs - SETTLE_MS }, entries };
  }

  #sameRecent({ recent }: Evidence): boolean {
    if (recent.length === 0) return true;
    const names = this.#recentNames();
    return recent.every(({ fromUs, toUs, state }) => this.#recentState(names, fromUs, toUs) === state);
  }

  /** The journal before the runs, as its reader does. */
  #recentNames(): RecentNames {
    const segments = this.#namesIn(JOURNAL_DIR).flatMap((name) => {
      const firstUs = segmentFirstUs(name);
      return firstUs === null ? [] : [{ name, firstUs }];
    });
    const runs = this.#namesIn(RUNS_DIR).flatMap((name) => {
      const span = runSpan(name);
      return span === null ? [] : [{ name, ...span }];
    });
    return { segments, runs };
  }

  /** Whatever could hold rows of the range: whole runs by name, segments as long as they are. */
  #recentState({ segments, runs }: RecentNames, fromUs: Micros, toUs: Micros): string {
    const parts: string[] = [];
    for (const { name, firstUs, lastUs } of runs) if (lastUs >= fromUs && firstUs < toUs) parts.push(name);
    for (const [index, { name, firstUs }] of segments.entries()) {
      const nextUs = segments[index + 1]?.firstUs ?? Number.POSITIVE_INFINITY;
      if (firstUs >= toUs || nextUs <= fromUs) continue;
      parts.push(`${name}:${versionOf(this.#stat(join(this.#root, JOURNAL_DIR, name)))}`);
    }
    const state = parts.join('\n');
    return state.length <= DESCRIPTION_LENGTH_MAX ? state : digest(state);
  }

  /** Sorted; from memory while the folder is certain not to have changed. */
  #namesIn(folder: string): readonly string[] {
    const path = join(this.#root, folder);
    const known = this.#names.get(folder);
    const newestMs = this.#newestMs;
    const stats = this.#stat(path);
    if (stats === undefined) return [];
    const { ctimeMs } = stats;
    if (known?.seen.settled === true && known.seen.ctimeMs === ctimeMs) return known.names;
    const names = entriesIn(path).map(({ name }) => name);
    const seen = { ctimeMs, description: '', settled: ctimeMs < newestMs - SETTLE_MS };
    this.#names.set(folder, { seen, names });
    return names;
  }

  #stat(path: string): Stats | undefined {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats !== undefined && stats.ctimeMs > this.#newestMs) this.#newestMs = stats.ctimeMs;
    return stats;
  }
}

function versionOf(stats: Stats | undefined): string {
  return stats === undefined ? 'absent' : `${stats.size}@${stats.ctimeMs}`;
}

function digest(text: string): string {
  return createHash('sha1').update(text).digest('base64');
}
