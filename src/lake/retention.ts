// Removal of whole UTC days: of all instruments, whoever made the files, trades, ledger, summaries and statistics too. Files first, then the
// folders. Dated runs of older layouts and folders without a date are never touched: nothing there is of one day.

import { dirname, join } from 'node:path';
import { isoDate, type Micros } from '../core/time.js';
import { type CareStep, NO_STEP } from './care-step.js';
import { measure } from './day-folder.js';
import { forgetDay, hasMark, type KnownDay, readRecord, setMark } from './day-marks.js';
import { type LakeFiles, messageOf } from './files.js';
import { partialsDayDir } from './partial-paths.js';
import { JOURNAL_DIR, ledgerDayDir, RUNS_DIR, summariesDayDir } from './paths.js';
import { dateOfName } from './plan.js';
import { symbolFolders } from './symbol-folders.js';

/** Removes a day, an instrument a step; what is begun is finished by whoever comes later. */
export async function* removeDay(
  files: LakeFiles,
  root: string,
  dayUs: Micros,
  stop: () => boolean,
): AsyncGenerator<CareStep> {
  const day = isoDate(dayUs);
  const isResumed = hasMark(files, root, dayUs, 'removing');
  setMark(files, root, dayUs, 'removing');
  let failed = false;
  for (const { directory, parent } of symbolFolders(files, root)) {
    if (stop()) return;
    const removed = { files: 0, bytes: 0 };
    try {
      const days = files.list(directory).filter((name) => dateOfName(name) === dayUs);
      for (const name of days) removeTree(files, join(directory, name), removed);
      // Who removed it before may have died before that was durable.
      if (days.length === 0 && !isResumed) continue;
      files.syncDirectory(directory);
      // Nothing is lost where these come back.
      if (files.list(directory).length === 0 && files.removeDirectory(directory))
        files.removeDirectory(parent);
    } catch (error) {
      failed = true;
      yield { ...NO_STEP, day, problems: [`${day} cannot be removed: ${messageOf(error)}`] };
    }
    yield { ...NO_STEP, day, filesRemoved: removed.files, bytesRemoved: removed.bytes };
  }
  if (failed) return;
  const removed = { files: 0, bytes: 0 };
  for (const directory of [ledgerDayDir, summariesDayDir, partialsDayDir].map((of) => of(root, dayUs))) {
    const isThere = files.isFolder(directory);
    if (isThere) removeTree(files, directory, removed);
    if (isThere || (isResumed && files.isFolder(dirname(directory)))) files.syncDirectory(dirname(directory));
  }
  forgetDay(files, root, dayUs);
  yield { ...NO_STEP, day, daysRemoved: 1, filesRemoved: removed.files, bytesRemoved: removed.bytes };
}

/** A link is removed, never what it leads to. */
function removeTree(files: LakeFiles, path: string, removed: { files: number; bytes: number }): void {
  if (!files.isFolder(path)) {
    removed.bytes += files.byteLength(path);
    removed.files += 1;
    files.remove(path);
    return;
  }
  for (const name of files.list(path)) removeTree(files, join(path, name), removed);
  files.removeDirectory(path);
}

/** How large a day is: by its record where nothing has changed since, else by looking at all of it. */
export function bytesOfDay(
  files: LakeFiles,
  root: string,
  { dayUs, marks }: KnownDay,
  stop: () => boolean,
): number {
  const record = marks.size === 0 ? readRecord(files, root, dayUs) : null;
  // Summaries come after the record, and go with their day.
  const derived = [summariesDayDir(root, dayUs), partialsDayDir(root, dayUs)];
  const derivedBytes = derived.reduce((sum, directory) => sum + measure(files, directory).bytes, 0);
  if (record !== null) return record.bytes + derivedBytes;
  let bytes = measure(files, ledgerDayDir(root, dayUs)).bytes + derivedBytes;
  for (const { directory } of symbolFolders(files, root)) {
    if (stop()) return bytes;
    bytes += measure(files, join(directory, `date=${isoDate(dayUs)}`)).bytes;
  }
  return bytes;
}

/** What is not in files of a day yet. */
export function bytesUnderWay(files: LakeFiles, root: string): number {
  return [JOURNAL_DIR, RUNS_DIR].reduce((sum, name) => sum + measure(files, join(root, name)).bytes, 0);
}
