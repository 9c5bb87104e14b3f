// The folder of one instrument's day: which files of ours lie in it, and the taking away of those that a day file
// stands for. A day file is made durable before anything of what it replaces goes.

import { join } from 'node:path';
import { type Micros, US_PER_HOUR } from '../core/time.js';
import { codeOf, type LakeFiles } from './files.js';
import { DAY_FILES_DIR, dayStampOf, type FileKind, lastStampOf, TEMP_PREFIX } from './paths.js';

/** A file by a name of our making. */
export interface OurFile {
  /** Relative to the day's folder, with `/`. */
  readonly name: string;
  /** The stamp of its last row, by its name. */
  readonly lastUs: Micros;
  readonly isDayFile: boolean;
}

const HOUR_DIR = /^hour=(\d\d)$/;
const OUR_PATH =
  /^(hour=\d\d)\/((?:spreads|trades)-[\d.-]+\.parquet|(?:spreads|trades)-day-[\d.-]+\.parquet)$/;

/** `hour=HH` folders of a day. */
export function hourFolders(files: LakeFiles, dayDir: string): string[] {
  return files.list(dayDir).filter((name) => HOUR_DIR.test(name) && files.isFolder(join(dayDir, name)));
}

/** Files of ours in the hours of a day, the oldest last row first; of equal ones the day file first. Opens none. */
export function ourFiles(files: LakeFiles, dayDir: string, dayUs: Micros, kind: FileKind): OurFile[] {
  const found: OurFile[] = [];
  for (const folder of hourFolders(files, dayDir)) {
    const hourUs = dayUs + Number(HOUR_DIR.exec(folder)![1]) * US_PER_HOUR;
    for (const fileName of files.list(join(dayDir, folder))) {
      const name = `${folder}/${fileName}`;
      const dayStampUs = folder === DAY_FILES_DIR ? dayStampOf(fileName, dayUs, kind) : null;
      if (dayStampUs !== null) found.push({ name, lastUs: dayStampUs, isDayFile: true });
      const lastUs = lastStampOf(fileName, hourUs, kind);
      if (lastUs !== null) found.push({ name, lastUs, isDayFile: false });
    }
  }
  return found.sort((a, b) => a.lastUs - b.lastUs || Number(b.isDayFile) - Number(a.isDayFile));
}

/** Removes what a crash left half-written. */
export function removeTemps(files: LakeFiles, dayDir: string): void {
  for (const folder of hourFolders(files, dayDir))
    for (const name of files.list(join(dayDir, folder)))
      if (name.startsWith(TEMP_PREFIX)) files.remove(join(dayDir, folder, name));
}

/**
 * Removes what is named, then folders that became empty, and makes that durable. The day file that stands for it must
 * be durable already. A name that is not one of ours is passed over.
 */
export function removeReplaced(files: LakeFiles, dayDir: string, names: readonly string[]): void {
  for (const name of names) if (OUR_PATH.test(name)) files.remove(join(dayDir, name));
  for (const folder of hourFolders(files, dayDir)) {
    const path = join(dayDir, folder);
    if (files.list(path).length === 0 && files.removeDirectory(path)) continue;
    files.syncDirectory(path);
  }
  files.syncDirectory(dayDir);
}

/** Makes the names of a day's day files durable: whoever made them may have died before it could. */
export function syncDayFiles(files: LakeFiles, dayDir: string): void {
  files.syncDirectory(join(dayDir, DAY_FILES_DIR));
  files.syncDirectory(dayDir);
}

/** Bytes and number of all files below a folder, whoever made them. */
export function measure(files: LakeFiles, directory: string): { bytes: number; files: number } {
  const total = { bytes: 0, files: 0 };
  for (const name of files.list(directory)) {
    const path = join(directory, name);
    if (files.isFolder(path)) {
      const below = measure(files, path);
      total.bytes += below.bytes;
      total.files += below.files;
    } else {
      total.bytes += bytesOf(files, path);
      total.files += 1;
    }
  }
  return total;
}

/** 0 where a link leads nowhere. */
function bytesOf(files: LakeFiles, path: string): number {
  try {
    return files.byteLength(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 0;
    throw error;
  }
}
