// A closed day of the ledger becomes one file: Alive lines of a connection that follow each other closely are folded into
// one, every other line is kept word for word. Safe to repeat after a crash at any step; holds a piece of a file at a time.

import { dirname, join } from 'node:path';
import { dayStartUs, type Micros } from '../core/time.js';
import { type FileId, type LakeFiles, publish } from './files.js';
import { FoldBook, foldedText } from './ledger-fold.js';
import {
  type LedgerDayHead,
  type LedgerRow,
  ledgerRows,
  mergedRows,
  readLedgerDayHead,
} from './ledger-rows.js';
import { LEDGER_DAY_FILE, LEDGER_HOUR_FILE, ledgerDayFile, TEMP_PREFIX } from './paths.js';

export interface LedgerDayReport {
  /** Bytes of the hour files that were taken in, and of the day's file then. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  readonly hourFiles: number;
  /** Lines read and written. */
  readonly linesBefore: number;
  readonly linesAfter: number;
}

const HOURS = 24;
const WRITE_CHARS = 256 * 1024;

/**
 * Makes one file of the hours of the ledger of the day of `dayUs`, and removes them; takes late hours into a file that is
 * there already. Null where there is nothing to do. The caller sees to it that nobody appends meanwhile, and that the
 * day is over.
 */
export function compactLedgerDay(files: LakeFiles, root: string, dayUs: Micros): LedgerDayReport | null {
  const path = ledgerDayFile(root, dayUs);
  const directory = dirname(path);
  const names = files.list(directory);
  for (const name of names) if (name.startsWith(TEMP_PREFIX)) files.remove(join(directory, name));
  const hours = names.flatMap((name) => {
    const hour = LEDGER_HOUR_FILE.exec(name)?.[1];
    return hour === undefined ? [] : [{ hour: Number(hour), path: join(directory, name) }];
  });
  if (hours.length === 0) return null;
  const head = names.includes(LEDGER_DAY_FILE) ? readLedgerDayHead(files, path) : null;
  const taken = head === null ? null : { head, path };
  const report = mergeHours(files, { path, dayUs: dayStartUs(dayUs), hours, taken });
  for (const hour of hours) files.remove(hour.path);
  files.syncDirectory(directory);
  return report;
}

interface Hour {
  readonly hour: number;
  readonly path: string;
}

interface Merge {
  readonly path: string;
  readonly dayUs: Micros;
  readonly hours: readonly Hour[];
  readonly taken: { readonly head: LedgerDayHead; readonly path: string } | null;
}

function mergeHours(files: LakeFiles, merge: Merge): LedgerDayReport {
  const { path, dayUs, hours, taken } = merge;
  const lastUs: (Micros | null)[] = Array.from({ length: HOURS }, (_, n) => taken?.head.hours[n] ?? null);
  const open: FileId[] = [];
  const opened = (at: string): FileId => {
    const file = files.openToRead(at);
    open.push(file);
    return file;
  };
  try {
    const hourIds = hours.map((hour) => ({ hour: hour.hour, file: opened(hour.path) }));
    const dayId = taken === null ? null : opened(taken.path);
    let linesBefore = 0;
    // Hours follow each other: together they are one source in order, and the day's file is the other.
    function* fresh(): Generator<LedgerRow> {
      linesBefore = 0;
      for (const { hour, file } of hourIds) {
        const knownUs = taken?.head.hours[hour] ?? Number.NEGATIVE_INFINITY;
        for (const row of ledgerRows(files, file)) {
          if (row.stampUs <= knownUs) continue;
          lastUs[hour] = row.stampUs;
          linesBefore += 1;
          yield row;
        }
      }
    }
    const rows = () => mergedRows(dayId === null ? [] : withoutHead(ledgerRows(files, dayId)), fresh());
    const book = new FoldBook();
    for (const row of rows()) book.note(row);
    const head: LedgerDayHead = { type: 'compacted', stampUs: dayUs, hours: lastUs };
    let linesAfter = 1;
    // Nothing new: it was taken in before a crash, which may have come before its name was durable.
    if (linesBefore === 0 && taken !== null) files.syncDirectory(dirname(path));
    else
      publish(files, path, (file) => {
        linesAfter += writeRows(files, file, head, rows(), book);
      });
    const bytesBefore = hours.reduce((sum, hour) => sum + files.byteLength(hour.path), 0);
    const bytesAfter = files.byteLength(path);
    return { bytesBefore, bytesAfter, hourFiles: hours.length, linesBefore, linesAfter };
  } finally {
    for (const file of open) files.close(file);
  }
}

function* withoutHead(rows: Iterable<LedgerRow>): Generator<LedgerRow> {
  let isHead = true;
  for (const row of rows) {
    if (!isHead) yield row;
    isHead = false;
  }
}

/** The number of lines. */
function writeRows(
  files: LakeFiles,
  file: FileId,
  head: LedgerDayHead,
  rows: Iterable<LedgerRow>,
  book: FoldBook,
): number {
  let text = `${JSON.stringify(head)}\n`;
  let lines = 0;
  for (const row of rows) {
    const stretch = row.alive === null ? null : book.endingAt(row);
    if (row.alive !== null && stretch === null) continue;
    text += stretch === null || stretch.count === 1 ? row.text : foldedText(stretch);
    text += '\n';
    lines += 1;
    if (text.length < WRITE_CHARS) continue;
    files.append(file, Buffer.from(text, 'utf8'));
    text = '';
  }
  if (text !== '') files.append(file, Buffer.from(text, 'utf8'));
  return lines;
}
