// What is known of whole days without walking the lake: `_days/YYYY-MM-DD.<mark>`. A mark is made durable before what
// it tells of begins, and taken away after that is durable. Marks are empty files; a record is one line of JSON.
//
//   open      hour files may lie there that are in no day file: it is to be compacted once it is old enough
//   begun     its compaction was begun: it is brought to its end, however young the day is
//   removing  its removal was begun: the same
//   json      how large the day was when its compaction ended
//
// `_days/walked` says that days from before there were marks have theirs.

import { join } from 'node:path';
import { dayStartUs, isoDate, type Micros } from '../core/time.js';
import { type LakeFiles, makeDurableDirectory, publish, readExactly } from './files.js';
import { DAYS_DIR } from './paths.js';

export type DayMark = 'open' | 'begun' | 'removing';

/** What a day's files were when they were last measured: everything of it, whoever made it, trades and ledger too. */
export interface DayRecord {
  readonly files: number;
  readonly bytes: number;
}

export interface KnownDay {
  readonly dayUs: Micros;
  readonly marks: ReadonlySet<DayMark>;
  readonly hasRecord: boolean;
}

const NAME = /^(\d{4}-\d\d-\d\d)\.(open|begun|removing|json)$/;
const WALKED = 'walked';
const RECORD_BYTES_MAX = 4_096;

/** Before the first file of an hour is written: its day is to be compacted. Durable when it returns. */
export function markDay(files: LakeFiles, root: string, us: Micros): void {
  setMark(files, root, dayStartUs(us), 'open');
}

export function hasMark(files: LakeFiles, root: string, dayUs: Micros, mark: DayMark): boolean {
  return files.list(daysDir(root)).includes(`${isoDate(dayUs)}.${mark}`);
}

/** Durable when it returns, also where the mark is there already: who made it may have died before it was. */
export function setMark(files: LakeFiles, root: string, dayUs: Micros, mark: DayMark): void {
  makeDurableDirectory(files, daysDir(root));
  const name = `${isoDate(dayUs)}.${mark}`;
  if (!files.list(daysDir(root)).includes(name)) files.close(files.create(join(daysDir(root), name)));
  files.syncDirectory(daysDir(root));
}

/** Durable when it returns. */
export function dropMark(files: LakeFiles, root: string, dayUs: Micros, mark: DayMark): void {
  files.remove(join(daysDir(root), `${isoDate(dayUs)}.${mark}`));
  files.syncDirectory(daysDir(root));
}

/** Every day that there is a mark or a record of, the oldest first. */
export function knownDays(files: LakeFiles, root: string): KnownDay[] {
  const days = new Map<string, { marks: Set<DayMark>; hasRecord: boolean }>();
  for (const name of files.list(daysDir(root))) {
    const match = NAME.exec(name);
    if (match === null || Number.isNaN(Date.parse(`${match[1]}T00:00:00Z`))) continue;
    const day = days.get(match[1]!) ?? { marks: new Set(), hasRecord: false };
    if (match[2] === 'json') day.hasRecord = true;
    else day.marks.add(match[2] as DayMark);
    days.set(match[1]!, day);
  }
  return [...days]
    .map(([date, day]) => ({ dayUs: Date.parse(`${date}T00:00:00Z`) * 1_000, ...day }))
    .sort((a, b) => a.dayUs - b.dayUs);
}

/** Whether days from before there were marks have theirs. */
export function isWalked(files: LakeFiles, root: string): boolean {
  return files.list(daysDir(root)).includes(WALKED);
}

export function setWalked(files: LakeFiles, root: string): void {
  makeDurableDirectory(files, daysDir(root));
  files.close(files.create(join(daysDir(root), WALKED)));
  files.syncDirectory(daysDir(root));
}

export function writeRecord(files: LakeFiles, root: string, dayUs: Micros, record: DayRecord): void {
  publish(files, recordPath(root, dayUs), (file) =>
    files.append(file, Buffer.from(`${JSON.stringify(record)}\n`)),
  );
}

/** Null where there is none, or none that can be read. */
export function readRecord(files: LakeFiles, root: string, dayUs: Micros): DayRecord | null {
  try {
    const path = recordPath(root, dayUs);
    const length = Math.min(files.byteLength(path), RECORD_BYTES_MAX);
    const file = files.openToRead(path);
    try {
      const text = Buffer.from(readExactly(files, file, 0, length)).toString('utf8');
      const { files: count, bytes } = JSON.parse(text) as Partial<DayRecord>;
      return Number.isSafeInteger(count) && Number.isSafeInteger(bytes)
        ? { files: count!, bytes: bytes! }
        : null;
    } finally {
      files.close(file);
    }
  } catch {
    return null;
  }
}

/** Nothing is known of the day any more; its mark of being removed goes last. */
export function forgetDay(files: LakeFiles, root: string, dayUs: Micros): void {
  files.remove(recordPath(root, dayUs));
  for (const mark of ['open', 'begun'] as const)
    files.remove(join(daysDir(root), `${isoDate(dayUs)}.${mark}`));
  files.syncDirectory(daysDir(root));
  dropMark(files, root, dayUs, 'removing');
}

function recordPath(root: string, dayUs: Micros): string {
  return join(daysDir(root), `${isoDate(dayUs)}.json`);
}

function daysDir(root: string): string {
  return join(root, DAYS_DIR);
}
