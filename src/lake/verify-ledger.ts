// Checks a file of the ledger line by line: each is an event, they ascend, they are of the file's time, and a day's file
// knows what it took in. Holds a piece of the file. Never writes.

import type { Micros } from '../core/time.js';
import { codeOf, diskFiles, messageOf } from './files.js';
import type { InventoryFile } from './inventory.js';
import type { LedgerDayHead } from './ledger-rows.js';
import { LEDGER_DAY_FILE } from './paths.js';
import { stampOf } from './verify-journal.js';
import type { Report } from './verify-rules.js';

const READ_BYTES = 256 * 1024;
const NEWLINE = 10;
const HOURS = 24;

/** The stamp of its last line; null where it has none. */
export function verifyLedgerFile({ path, name, span }: InventoryFile, report: Report): Micros | null {
  let file: number;
  try {
    file = diskFiles.openToRead(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') report('damaged', name, messageOf(error));
    return null;
  }
  try {
    const lines = new Lines(name, span, report);
    let rest: Uint8Array = new Uint8Array(0);
    const piece = new Uint8Array(READ_BYTES);
    for (let at = 0, got = diskFiles.read(file, piece, 0); got > 0; got = diskFiles.read(file, piece, at)) {
      at += got;
      const bytes = Buffer.concat([rest, piece.subarray(0, got)]);
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      if (end > 0) for (const line of bytes.toString('utf8', 0, end - 1).split('\n')) lines.take(line);
      rest = bytes.subarray(end);
    }
    if (rest.length > 0) report('damaged', name, 'its last line has no end', `line ${lines.number + 1}`);
    return lines.lastUs === Number.NEGATIVE_INFINITY ? null : lines.lastUs;
  } catch (error) {
    report('damaged', name, messageOf(error));
    return null;
  } finally {
    diskFiles.close(file);
  }
}

class Lines {
  number = 0;
  lastUs = Number.NEGATIVE_INFINITY;
  readonly #name: string;
  readonly #span: InventoryFile['span'];
  readonly #report: Report;

  constructor(name: string, span: InventoryFile['span'], report: Report) {
    this.#name = name;
    this.#span = span;
    this.#report = report;
  }

  take(line: string): void {
    this.number += 1;
    const where = `line ${this.number}`;
    const damaged = (what: string) => this.#report('damaged', this.#name, what, where);
    if (this.number === 1 && this.#name.endsWith(`/${LEDGER_DAY_FILE}`)) {
      if (!isHead(line)) damaged('the head of a closed day cannot be read');
      return;
    }
    const stampUs = stampOf(line);
    if (stampUs === null) damaged('a line that cannot be read');
    else if (stampUs <= this.lastUs)
      damaged(stampUs === this.lastUs ? 'a stamp is there twice' : 'its lines are not in order');
    else if (this.#span !== null && (stampUs < this.#span.fromUs || stampUs >= this.#span.toUs))
      damaged('a line is not of the time of the file');
    if (stampUs !== null) this.lastUs = Math.max(this.lastUs, stampUs);
  }
}

function isHead(line: string): boolean {
  try {
    const { type, hours } = JSON.parse(line) as Partial<LedgerDayHead>;
    return type === 'compacted' && Array.isArray(hours) && hours.length === HOURS;
  } catch {
    return false;
  }
}
