// The cold events of an hour as lines of JSON, with names instead of ids: `_ledger/date=…/hour=HH.ndjson`.
// Lines ascend by stamp; a line that is there already is never written twice.

import { dirname } from 'node:path';
import { hourOfDay, type Micros } from '../core/time.js';
import {
  codeOf,
  confirmDurable,
  type FileId,
  type LakeFiles,
  makeDurableDirectory,
  publish,
  readExactly,
} from './files.js';
import { readLedgerDayHead } from './ledger-rows.js';
import { LEDGER_DAY_FILE, ledgerDayFile, ledgerFile } from './paths.js';

/** One line, less the names; `exchange` and `symbol` are added where it is about an instrument. */
export type LedgerLine = {
  readonly type: 'gap' | 'thinned' | 'status' | 'alive';
  readonly stampUs: Micros;
} & Readonly<Record<string, string | number>>;

/** A line as text, with its newline. */
export function ledgerText(
  line: LedgerLine,
  instrument: { readonly exchange: string; readonly symbol: string } | null,
): string {
  const named =
    instrument === null ? line : { ...line, exchange: instrument.exchange, symbol: instrument.symbol };
  return `${JSON.stringify(named)}\n`;
}

const COPY_BYTES = 256 * 1024;
const STAMP = /"stampUs":(\d+)/;

/**
 * Adds lines (ascending, each run's text at a time) to the ledger of the hour of `hourUs`. Lines at or before the last
 * one there, or in the day's file where it has become one, are left out, so the same input twice changes nothing. Returns the number of lines added.
 */
export function appendLedger(
  files: LakeFiles,
  root: string,
  hourUs: Micros,
  texts: Iterable<Uint8Array>,
): number {
  const path = ledgerFile(root, hourUs);
  const before = openIfThere(files, path);
  try {
    const old = before === null ? { bytes: 0, lastUs: Number.NEGATIVE_INFINITY } : lastLine(files, before);
    const lastUs = Math.max(old.lastUs, lastCompacted(files, root, hourUs));
    const fresh: Uint8Array[] = [];
    let added = 0;
    for (const text of texts) {
      const lines = linesAfter(text, lastUs);
      added += lines.length;
      if (lines.length > 0) fresh.push(Buffer.from(`${lines.join('\n')}\n`, 'utf8'));
    }
    if (added === 0) {
      if (before !== null) confirmDurable(files, dirname(path));
      return 0;
    }
    makeDurableDirectory(files, dirname(path));
    publish(files, path, (file) => {
      for (let at = 0; at < old.bytes && before !== null; at += COPY_BYTES) {
        files.append(file, readExactly(files, before, at, Math.min(COPY_BYTES, old.bytes - at)));
      }
      for (const text of fresh) files.append(file, text);
    });
    return added;
  } finally {
    if (before !== null) files.close(before);
  }
}

/** Up to where the hour's lines are in the file of its day; -Infinity where there is none. */
function lastCompacted(files: LakeFiles, root: string, hourUs: Micros): Micros {
  const path = ledgerDayFile(root, hourUs);
  if (!files.list(dirname(path)).includes(LEDGER_DAY_FILE)) return Number.NEGATIVE_INFINITY;
  return readLedgerDayHead(files, path).hours[Number(hourOfDay(hourUs))] ?? Number.NEGATIVE_INFINITY;
}

function openIfThere(files: LakeFiles, path: string): FileId | null {
  try {
    return files.openToRead(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

function linesAfter(text: Uint8Array, lastUs: Micros): string[] {
  return Buffer.from(text.buffer, text.byteOffset, text.byteLength)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '' && stampOf(line) > lastUs);
}

function stampOf(line: string): Micros {
  return Number(STAMP.exec(line)?.[1] ?? Number.NEGATIVE_INFINITY);
}

/** Length of the file, and the stamp of its last line. */
function lastLine(files: LakeFiles, file: FileId): { bytes: number; lastUs: Micros } {
  const piece = new Uint8Array(COPY_BYTES);
  let bytes = 0;
  let tail = '';
  for (let got = files.read(file, piece, 0); got > 0; got = files.read(file, piece, bytes)) {
    bytes += got;
    const text = tail + Buffer.from(piece.buffer, 0, got).toString('utf8');
    tail = text.slice(text.lastIndexOf('\n', text.length - 2) + 1);
  }
  return { bytes, lastUs: tail === '' ? Number.NEGATIVE_INFINITY : stampOf(tail) };
}
