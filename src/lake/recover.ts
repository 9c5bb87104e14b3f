// Before the first quote: what an earlier process left, as far as order needs it. Fast by design: only the newest
// segment is read here; the rest is checked and encoded behind, by the worker.

import { dirname, join } from 'node:path';
import { dayStartUs, type Micros } from '../core/time.js';
import { listRuns, readLast } from './encode.js';
import { codeOf, diskFiles, type LakeFiles, publish } from './files.js';
import {
  DAY_FILES_DIR,
  DAYS_DIR,
  dayStampOf,
  JOURNAL_DIR,
  LAST_FILE,
  LEDGER_DIR,
  lastStampOf,
  RUNS_DIR,
  STATS_DIR,
  segmentFirstUs,
  TEMP_PREFIX,
} from './paths.js';
import { closedSegments, readSegment } from './segment-to-run.js';
import { diskStore, type ReadStore } from './store.js';
import { listTradesRuns } from './trades-run.js';

const COPY_BYTES = 512 * 1_024;

export interface Leftovers {
  /** The highest stamp ever recorded; 0 where nothing was. */
  readonly lastStampUs: Micros;
  readonly segments: number;
  readonly runs: number;
}

/**
 * Makes the internal folders, removes what was half-written, makes durable what a killed process left to the kernel,
 * finds the newest stamp. `asked` aborted ends the search.
 */
export async function findLeftovers(
  root: string,
  files: LakeFiles = diskFiles,
  store: ReadStore = diskStore,
  asked?: AbortSignal,
): Promise<Leftovers> {
  for (const name of [JOURNAL_DIR, RUNS_DIR, LEDGER_DIR, STATS_DIR, DAYS_DIR])
    files.makeDirectory(join(root, name));
  files.syncDirectory(root);
  for (const directory of [root, join(root, RUNS_DIR), join(root, JOURNAL_DIR), join(root, DAYS_DIR)]) {
    for (const name of files.list(directory)) {
      if (name.startsWith(TEMP_PREFIX)) files.remove(join(directory, name));
    }
  }
  const segments = closedSegments(files, root, Number.POSITIVE_INFINITY);
  // Before anything is made of it: what is seen now must not be less after a power cut. Older ones were synced at their end.
  const newest = segments.at(-1);
  if (newest !== undefined) makeSeenDurable(files, join(root, JOURNAL_DIR, newest));
  files.syncDirectory(join(root, JOURNAL_DIR));
  const runs = listRuns(files, root);
  const tradesRuns = listTradesRuns(files, root);
  const known = readLast(files, join(root, LAST_FILE)) ?? (await newestName(store, root, asked));
  // A segment of which no record was written bears a stamp that was given out all the same.
  const namedUs = segmentFirstUs(segments.at(-1) ?? '') ?? 0;
  const writtenUs = newestIn(files, root, segments);
  // A run of trades stands alone where a kill came before the one of the quotes.
  const tradesUs = tradesRuns.at(-1)?.lastUs ?? 0;
  const lastStampUs = Math.max(0, known, runs.at(-1)?.lastUs ?? 0, tradesUs, namedUs, writtenUs);
  return { lastStampUs, segments: segments.length, runs: runs.length + tradesRuns.length };
}

/**
 * Written again rather than synced: where a sync had failed before the kill, the kernel shows what is not on the disk,
 * and takes it for clean. On a full disk a sync is the best there is.
 */
function makeSeenDurable(files: LakeFiles, path: string): void {
  const file = files.openToRead(path);
  try {
    const piece = new Uint8Array(COPY_BYTES);
    publish(files, path, (copy) => {
      for (let at = 0, got = 0; ; at += got) {
        got = files.read(file, piece, at);
        if (got === 0) return;
        files.append(copy, piece.subarray(0, got));
      }
    });
  } catch {
    syncLeftover(files, path);
  } finally {
    files.close(file);
  }
}

function syncLeftover(files: LakeFiles, path: string): void {
  const file = files.openToRead(path);
  try {
    files.sync(file);
  } catch (error) {
    // Some systems do not sync what is open for reading; then it is as durable as it gets.
    if (codeOf(error) !== 'EINVAL' && codeOf(error) !== 'EPERM') throw error;
  } finally {
    files.close(file);
  }
}

/** The last stamp of the newest segment that holds a record. */
function newestIn(files: LakeFiles, root: string, segments: readonly string[]): Micros {
  for (const segment of [...segments].reverse()) {
    const file = files.openToRead(join(root, JOURNAL_DIR, segment));
    try {
      const parser = readSegment(files, file, { names() {}, quote() {}, trade() {}, cold() {} });
      if (parser.records > 0) return parser.lastStampUs;
    } finally {
      files.close(file);
    }
  }
  return 0;
}

/** Of a lake without the small file that tells it: the newest of our file names, in the newest day of each instrument. */
async function newestName(store: ReadStore, root: string, asked?: AbortSignal): Promise<Micros> {
  let newest = 0;
  for (const exchange of await folders(store, root, 'exchange=')) {
    for (const symbol of await folders(store, exchange, 'symbol=')) {
      asked?.throwIfAborted();
      const day = (await folders(store, symbol, 'date=')).at(-1);
      const hour = day === undefined ? undefined : (await folders(store, day, 'hour=')).at(-1);
      if (hour === undefined) continue;
      const match = /date=(\d{4}-\d\d-\d\d)[\\/]hour=(\d\d)$/.exec(hour);
      const startUs = Date.parse(`${match?.[1]}T${match?.[2]}:00:00Z`) * 1_000;
      if (Number.isNaN(startUs)) continue;
      // Only our own: stamps of foreign files need not be distinct from ours.
      for (const { name } of await store.list(hour)) {
        newest = Math.max(newest, lastStampOf(name, startUs) ?? 0);
      }
      for (const { name } of await store.list(join(dirname(hour), DAY_FILES_DIR))) {
        newest = Math.max(newest, dayStampOf(name, dayStartUs(startUs)) ?? 0);
      }
    }
  }
  return newest;
}

async function folders(store: ReadStore, directory: string, prefix: string): Promise<string[]> {
  const entries = await store.list(directory);
  return entries
    .filter(({ name, isDirectory }) => isDirectory && name.startsWith(prefix))
    .map(({ name }) => join(directory, name));
}
