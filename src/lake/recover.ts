// Before the first quote: what an earlier process left, as far as order needs it. Fast by design: only the newest
// segment is read here; the rest is checked and encoded behind, by the worker.

import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { dayStartUs, type Micros } from '../core/time.js';
import { listRuns, readLast } from './encode.js';
import { diskFiles, type LakeFiles, makeDurableDirectory } from './files.js';
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
import { listTradesRuns } from './trades-run.js';

export interface Leftovers {
  /** The highest stamp ever recorded; 0 where nothing was. */
  readonly lastStampUs: Micros;
  readonly segments: number;
  readonly runs: number;
}

/** Makes the internal folders, removes what was half-written, finds the newest stamp. `asked` aborted ends the search. */
export async function findLeftovers(
  root: string,
  files: LakeFiles = diskFiles,
  asked?: AbortSignal,
): Promise<Leftovers> {
  for (const name of [JOURNAL_DIR, RUNS_DIR, LEDGER_DIR, STATS_DIR, DAYS_DIR]) {
    makeDurableDirectory(files, join(root, name));
  }
  for (const directory of [root, join(root, RUNS_DIR), join(root, JOURNAL_DIR), join(root, DAYS_DIR)]) {
    for (const name of files.list(directory)) {
      if (name.startsWith(TEMP_PREFIX)) files.remove(join(directory, name));
    }
  }
  const segments = closedSegments(files, root, Number.POSITIVE_INFINITY);
  const runs = listRuns(files, root);
  const known = readLast(files, join(root, LAST_FILE)) ?? (await newestName(root, asked));
  // A segment of which no record was written bears a stamp that was given out all the same.
  const namedUs = segmentFirstUs(segments.at(-1) ?? '') ?? 0;
  const writtenUs = newestIn(files, root, segments);
  const lastStampUs = Math.max(0, known, runs.at(-1)?.lastUs ?? 0, namedUs, writtenUs);
  return { lastStampUs, segments: segments.length, runs: runs.length + listTradesRuns(files, root).length };
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
async function newestName(root: string, asked?: AbortSignal): Promise<Micros> {
  let newest = 0;
  for (const exchange of await folders(root, 'exchange=')) {
    for (const symbol of await folders(exchange, 'symbol=')) {
      asked?.throwIfAborted();
      const day = (await folders(symbol, 'date=')).at(-1);
      const hour = day === undefined ? undefined : (await folders(day, 'hour=')).at(-1);
      if (hour === undefined) continue;
      const match = /date=(\d{4}-\d\d-\d\d)[\\/]hour=(\d\d)$/.exec(hour);
      const startUs = Date.parse(`${match?.[1]}T${match?.[2]}:00:00Z`) * 1_000;
      if (Number.isNaN(startUs)) continue;
      // Only our own: stamps of foreign files need not be distinct from ours.
      for (const name of await readdir(hour)) newest = Math.max(newest, lastStampOf(name, startUs) ?? 0);
      const dayFiles = diskFiles.list(join(dirname(hour), DAY_FILES_DIR));
      for (const name of dayFiles) newest = Math.max(newest, dayStampOf(name, dayStartUs(startUs)) ?? 0);
    }
  }
  return newest;
}

async function folders(directory: string, prefix: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && entry.name.startsWith(prefix))
    .map((entry) => join(directory, entry.name))
    .sort();
}
