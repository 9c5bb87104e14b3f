// A run: one closed segment, sorted by instrument. Columns stand contiguous, so that one instrument is read alone.
// Written once, whole, then only read; never appended to.
//
//   header  magic u64
//   data    per instrument: receivedUs bid bidSize ask askSize exchangeUs, each rows × f64 little-endian
//   cold    lines of the ledger, UTF-8, padded to 8 bytes
//   index   UTF-8, a line of JSON for the cold lines, then one an instrument that begins with its key:
//           a reader of one instrument finds its line without parsing the others
//   footer  index bytes u32 · crc32 of the index u32 · magic u64

import { instrumentKey } from '../core/instrument.js';
import type { Micros } from '../core/time.js';
import { type FileId, type LakeFiles, readExactly } from './files.js';
import { checksum } from './journal.js';
import type { FullColumns } from './parquet-write.js';

/** "SPRDRUN" and the version. */
const RUN_MAGIC = 0x014e555244525053n;
export const RUN_HEADER_BYTES = 8;
export const RUN_FOOTER_BYTES = 16;
export const ROW_BYTES = 6 * 8;

/** One instrument's rows within a run. */
export interface RunEntry {
  readonly exchange: string;
  readonly symbol: string;
  /** Where its columns begin. */
  readonly offset: number;
  readonly rows: number;
  readonly firstUs: Micros;
  readonly lastUs: Micros;
  readonly crc: number;
}

export interface ColdSpan {
  readonly offset: number;
  readonly bytes: number;
  readonly crc: number;
}

export interface RunIndex {
  readonly cold: ColdSpan;
  readonly entries: readonly RunEntry[];
}

/** Damage inside a run. */
export class RunDamaged extends Error {}

export function runHeader(): Uint8Array {
  const bytes = new Uint8Array(RUN_HEADER_BYTES);
  new DataView(bytes.buffer).setBigUint64(0, RUN_MAGIC, true);
  return bytes;
}

/** Index and footer. */
export function runTail({ cold, entries }: RunIndex): Uint8Array {
  const lines = entries.map(({ exchange, symbol, ...e }) => {
    const key = instrumentKey(exchange, symbol);
    return JSON.stringify([key, exchange, symbol, e.offset, e.rows, e.firstUs, e.lastUs, e.crc]);
  });
  const text = Buffer.from(`${[JSON.stringify(cold), ...lines].join('\n')}\n`, 'utf8');
  const bytes = new Uint8Array(text.length + RUN_FOOTER_BYTES);
  bytes.set(text);
  const view = new DataView(bytes.buffer);
  view.setUint32(text.length, text.length, true);
  view.setUint32(text.length + 4, checksum(text), true);
  view.setBigUint64(text.length + 8, RUN_MAGIC, true);
  return bytes;
}

/** How long the index before this footer is; throws RunDamaged where it is none. */
export function indexBytes(footer: Uint8Array): number {
  const view = new DataView(footer.buffer, footer.byteOffset, footer.byteLength);
  if (footer.length !== RUN_FOOTER_BYTES || view.getBigUint64(8, true) !== RUN_MAGIC) {
    throw new RunDamaged('not a run: its footer is damaged');
  }
  return view.getUint32(0, true);
}

/** Throws RunDamaged where the index is not what its footer says. */
export function checkIndex(index: Uint8Array, footer: Uint8Array): void {
  const view = new DataView(footer.buffer, footer.byteOffset, footer.byteLength);
  if (checksum(index) !== view.getUint32(4, true)) throw new RunDamaged('the index has a wrong checksum');
}

/** The whole of a checked index. */
export function parseIndex(index: Uint8Array): RunIndex {
  const [cold = '', ...lines] = Buffer.from(index).toString('utf8').trimEnd().split('\n');
  return { cold: JSON.parse(cold) as ColdSpan, entries: lines.map(parseEntry) };
}

/** The entries of one instrument, by its key. */
export function findEntries(index: Uint8Array, key: string): RunEntry[] {
  const text = Buffer.from(index.buffer, index.byteOffset, index.byteLength);
  const start = `\n[${JSON.stringify(key)},`;
  const found: RunEntry[] = [];
  for (let at = text.indexOf(start); at >= 0; at = text.indexOf(start, at + 1)) {
    found.push(parseEntry(text.subarray(at + 1, text.indexOf('\n', at + 1)).toString('utf8')));
  }
  return found;
}

function parseEntry(line: string): RunEntry {
  const [, exchange, symbol, offset, rows, firstUs, lastUs, crc] = JSON.parse(line) as EntryLine;
  return { exchange, symbol, offset, rows, firstUs, lastUs, crc };
}

type EntryLine = [string, string, string, number, number, number, number, number];

/** The columns of one entry from its bytes, which begin at a multiple of 8 of their buffer. */
export function columnsOf(bytes: Uint8Array, rows: number): FullColumns {
  const column = (place: number) => new Float64Array(bytes.buffer, bytes.byteOffset + place * rows * 8, rows);
  return {
    length: rows,
    receivedUs: column(0),
    bid: column(1),
    bidSize: column(2),
    ask: column(3),
    askSize: column(4),
    exchangeUs: column(5),
  };
}

/** An open run, read synchronously. */
export class RunFile {
  readonly #files: LakeFiles;
  readonly #file: FileId;
  readonly #indexAt: number;
  readonly #footer: Uint8Array;

  /** Throws RunDamaged where the footer is. */
  constructor(files: LakeFiles, path: string, byteLength: number) {
    this.#files = files;
    this.#file = files.openToRead(path);
    try {
      if (byteLength < RUN_HEADER_BYTES + RUN_FOOTER_BYTES) throw new RunDamaged('too short for a run');
      this.#footer = readExactly(files, this.#file, byteLength - RUN_FOOTER_BYTES, RUN_FOOTER_BYTES);
      this.#indexAt = byteLength - RUN_FOOTER_BYTES - indexBytes(this.#footer);
      if (this.#indexAt < RUN_HEADER_BYTES) throw new RunDamaged('the index is longer than the file');
    } catch (error) {
      files.close(this.#file);
      throw error;
    }
  }

  /** Read anew each time: an hour has many runs, and their indexes together are large. Throws RunDamaged. */
  index(): RunIndex {
    const index = readExactly(this.#files, this.#file, this.#indexAt, indexBytes(this.#footer));
    checkIndex(index, this.#footer);
    return parseIndex(index);
  }

  close(): void {
    this.#files.close(this.#file);
  }

  /** Throws RunDamaged where the rows are not what was written. */
  verify(entry: RunEntry): void {
    const piece = 1024 * 1024;
    const end = entry.offset + entry.rows * ROW_BYTES;
    let crc = 0;
    for (let at = entry.offset; at < end; at += piece) {
      crc = checksum(readExactly(this.#files, this.#file, at, Math.min(piece, end - at)), crc);
    }
    if (crc !== entry.crc) {
      throw new RunDamaged(`rows of ${entry.exchange} ${entry.symbol} have a wrong checksum`);
    }
  }

  /** Rows [from, to) of an entry. */
  rows(entry: RunEntry, from: number, to: number): FullColumns {
    const column = (place: number) => {
      const start = entry.offset + (place * entry.rows + from) * 8;
      const bytes = readExactly(this.#files, this.#file, start, (to - from) * 8);
      return new Float64Array(bytes.buffer, bytes.byteOffset, to - from);
    };
    return {
      length: to - from,
      receivedUs: column(0),
      bid: column(1),
      bidSize: column(2),
      ask: column(3),
      askSize: column(4),
      exchangeUs: column(5),
    };
  }

  /** The lines for the ledger; throws RunDamaged. */
  cold(): Uint8Array {
    const { offset, bytes, crc } = this.index().cold;
    const text = readExactly(this.#files, this.#file, offset, bytes);
    if (checksum(text) !== crc) throw new RunDamaged('its events have a wrong checksum');
    return text;
  }
}
