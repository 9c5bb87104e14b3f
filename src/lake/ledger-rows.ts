// The lines of a ledger file one after the other, read synchronously in pieces, and two such rows of lines as one.

import { basename } from 'node:path';
import type { Micros } from '../core/time.js';
import type { FileId, LakeFiles } from './files.js';

export interface LedgerRow {
  readonly stampUs: Micros;
  /** Without its newline. */
  readonly text: string;
  /** Where it is the line of a connection. */
  readonly alive: AliveRow | null;
}

/** An Alive line, or several that were folded into one. */
export interface AliveRow {
  readonly connection: string;
  /** Stamp of the first; the last one's is that of the row. */
  readonly fromUs: Micros;
  readonly firstProvenUs: Micros;
  readonly provenUs: Micros;
  readonly count: number;
}

/** The first line of a day's file. */
export interface LedgerDayHead {
  readonly type: 'compacted';
  /** The day's start. */
  readonly stampUs: Micros;
  /** By hour of the day: up to this stamp the hour's lines are in the file; null where it had none. */
  readonly hours: readonly (Micros | null)[];
}

const READ_BYTES = 256 * 1024;
const NEWLINE = 10;
const STAMP = /"stampUs":(\d+)/;
/** By far the most lines: spares parsing them. */
const PLAIN_ALIVE = /"connection":"([^"\\]*)","provenUs":(\d+)}$/;

/** Whole lines only; a last line without its end is left out. Throws where a line has no stamp. */
export function* ledgerRows(files: LakeFiles, file: FileId): Generator<LedgerRow> {
  let rest: Uint8Array = new Uint8Array(0);
  const piece = new Uint8Array(READ_BYTES);
  for (let at = 0; ; ) {
    const got = files.read(file, piece, at);
    if (got === 0) return;
    at += got;
    const bytes = Buffer.concat([rest, piece.subarray(0, got)]);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    rest = bytes.subarray(end);
    if (end === 0) continue;
    for (const text of bytes.toString('utf8', 0, end - 1).split('\n')) yield rowOf(text);
  }
}

function rowOf(text: string): LedgerRow {
  const stampUs = Number(STAMP.exec(text)?.[1]);
  if (Number.isNaN(stampUs)) throw new Error(`a line of the ledger has no stamp: ${text.slice(0, 80)}`);
  return { stampUs, text, alive: text.startsWith('{"type":"alive"') ? aliveOf(text, stampUs) : null };
}

function aliveOf(text: string, stampUs: Micros): AliveRow {
  const plain = PLAIN_ALIVE.exec(text);
  if (plain !== null) {
    const provenUs = Number(plain[2]);
    return { connection: plain[1]!, fromUs: stampUs, firstProvenUs: provenUs, provenUs, count: 1 };
  }
  const line = JSON.parse(text) as Partial<AliveRow>;
  const { connection = '', provenUs = stampUs } = line;
  const { fromUs = stampUs, firstProvenUs = provenUs, count = 1 } = line;
  return { connection, fromUs, firstProvenUs, provenUs, count };
}

/** The head of a day's file. Throws where it is damaged. */
export function readLedgerDayHead(files: LakeFiles, path: string): LedgerDayHead {
  const file = files.openToRead(path);
  try {
    for (const { text } of ledgerRows(files, file)) return JSON.parse(text) as LedgerDayHead;
    throw new Error(`${basename(path)} has no line`);
  } finally {
    files.close(file);
  }
}

/** Both in order of stamps, as one in order; of equal lines one. */
export function* mergedRows(one: Iterable<LedgerRow>, other: Iterable<LedgerRow>): Generator<LedgerRow> {
  const [left, right] = [one[Symbol.iterator](), other[Symbol.iterator]()];
  let [a, b] = [left.next(), right.next()];
  while (a.done !== true || b.done !== true) {
    const takesLeft = b.done === true || (a.done !== true && a.value.stampUs <= b.value.stampUs);
    if (takesLeft && a.done !== true) {
      if (b.done !== true && a.value.text === b.value.text) b = right.next();
      yield a.value;
      a = left.next();
    } else if (b.done !== true) {
      yield b.value;
      b = right.next();
    }
  }
}
