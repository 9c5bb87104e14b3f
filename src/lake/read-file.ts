// Opening one file of the lake for reading, and what becomes of it when that fails:
// a vanished file is told apart from a bad one, and a bad one is reported and left out alone.

import type { Micros } from '../core/time.js';
import { readTimes } from './parquet-columns.js';
import { type GroupInfo, LakeFileError, type QuoteFile } from './parquet-read.js';
import type { LakeProblemReason } from './problems.js';
import { errorCode, isNotFound, type ReadStore, type StoreFile } from './store.js';

/** A listed file was gone, or another, when it was to be read: the folders must be looked at again. */
export class FileVanished extends Error {
  readonly path: string;

  constructor(path: string) {
    super(`${path} vanished between listing and reading`);
    this.path = path;
  }
}

/** Compaction put a day file in the place of hour files while they were listed: the day must be listed again. */
export class DaySwapped extends Error {}

/** How hyparquet names what is Parquet, but beyond it; other words after "unsupported" come of damage. */
const UNSUPPORTED = /unsupported (?:encoding|compression codec): [A-Z]/;

/** Where a bad file is reported: path as it was opened. */
export type ReportProblem = (path: string, reason: LakeProblemReason, message: string) => void;

/** Told of each file that could be opened: whether its rows are ours, null where it holds no quotes. */
export type NoteFile = (path: string, ours: boolean | null) => void;

/** Opens, uses, closes. Throws FileVanished where the file is gone or not of the `version` asked for. */
export async function withFile<T>(
  store: ReadStore,
  path: string,
  version: string | null,
  use: (file: StoreFile) => Promise<T>,
): Promise<T> {
  let file: StoreFile;
  try {
    file = await store.open(path);
  } catch (error) {
    throw isNotFound(error) ? new FileVanished(path) : error;
  }
  try {
    if (version !== null && file.version !== version) throw new FileVanished(path);
    return await use(file);
  } finally {
    await file.close();
  }
}

/** What `read` gives; null where the file is bad, which is then reported. FileVanished passes through. */
export async function tryRead<T>(
  report: ReportProblem,
  path: string,
  read: () => Promise<T>,
): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof FileVanished) throw error;
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof LakeFileError) report(path, error.reason, message);
    else if (errorCode(error) !== undefined) report(path, 'unreadable', message);
    else if (UNSUPPORTED.test(message)) report(path, 'unsupported', message);
    else report(path, 'corrupt', message);
    return null;
  }
}

/** First and last time of a row group without statistics; null where no row has a time. */
export async function timesByReading(
  file: StoreFile,
  quotes: QuoteFile,
  group: GroupInfo,
): Promise<{ readonly minUs: Micros; readonly maxUs: Micros } | null> {
  let [minUs, maxUs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const us of await readTimes(file, quotes, group)) {
    if (us < minUs) minUs = us;
    if (us > maxUs) maxUs = us;
  }
  return minUs <= maxUs ? { minUs, maxUs } : null;
}
