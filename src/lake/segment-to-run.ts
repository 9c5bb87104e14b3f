// A closed segment becomes one run, sorted by instrument, and one more of its trades, where it holds any. Reads the segment twice or more rather than hold it:
// first to count, then once for every few MB of rows. The segment is removed only when the run is durable.

import { join } from 'node:path';
import type { Micros } from '../core/time.js';
import { confirmDurable, type FileId, type LakeFiles, makeDurableDirectory, publish } from './files.js';
import { checksum, isMagic, isSegmentHeader, SEGMENT_HEADER_BYTES } from './journal.js';
import { type LedgerLine, ledgerText } from './ledger.js';
import {
  DAMAGED_SUFFIX,
  JOURNAL_DIR,
  RUNS_DIR,
  runName,
  runSpan,
  segmentFirstUs,
  tradesRunName,
} from './paths.js';
import { ROW_BYTES, RUN_HEADER_BYTES, type RunEntry, runHeader, runTail } from './run.js';
import { type RecordSink, SegmentParser } from './segment.js';
import { listTradesRuns, TradesCounts, writeTradesRun } from './trades-run.js';

/** Rows held at a time; one busier instrument alone may take more, at most a segment. */
const HELD_BYTES = 8 * 1024 * 1024;
const TORN_BYTES_MAX = 1024 * 1024;
const SECTOR_BYTES = 512;
const READ_BYTES = 512 * 1024;
/** floats a row: see run.ts. */
const COLUMNS = ROW_BYTES / 8;

// Both are kept from one segment to the next and used by one reading at a time: buffers that come and go every minute go
// back to the allocator of the thread, which keeps them in ever more pieces.
const readPiece = new Uint8Array(READ_BYTES);
let heldValues = new Float64Array(0);

export interface Converted {
  /** Quotes, trades and cold events that were read. */
  readonly records: number;
  /** Bytes behind the last whole block, left out. */
  readonly bytesCut: number;
  /** Why, where something was cut that a plain end of file does not explain. */
  readonly damage: string | null;
}

/** Makes the run of `_journal/<segment>` and removes the segment. Safe to repeat after a crash at any step. */
export function convertSegment(files: LakeFiles, root: string, segment: string): Converted {
  const path = join(root, JOURNAL_DIR, segment);
  const file = files.openToRead(path);
  let converted: Converted;
  let isDamaged: boolean;
  try {
    const counts = new Counts();
    const parser = readSegment(files, file, counts);
    const bytesCut = files.byteLength(path) - parser.validBytes;
    converted = { records: parser.records, bytesCut, damage: parser.broken };
    isDamaged = isMoreThanTorn(files, file, converted);
    if (hasRun(files, root, parser.firstStampUs)) confirmDurable(files, join(root, RUNS_DIR));
    else if (parser.records > 0) {
      const { firstStampUs, lastStampUs } = parser;
      makeDurableDirectory(files, join(root, RUNS_DIR));
      if (!counts.trades.isEmpty && !hasTradesRun(files, root, firstStampUs)) {
        // Before the run of the quotes: where that is there, the segment needs no second look.
        const target = join(root, RUNS_DIR, tradesRunName(firstStampUs, lastStampUs));
        const readAgain = (sink: RecordSink) => void readSegment(files, file, sink);
        publish(files, target, (run) => writeTradesRun(files, run, counts.trades, readAgain));
      }
      const target = join(root, RUNS_DIR, runName(firstStampUs, lastStampUs));
      publish(files, target, (run) => writeRun(files, file, run, counts));
    }
  } finally {
    files.close(file);
  }
  if (isDamaged) files.rename(path, path + DAMAGED_SUFFIX);
  else files.remove(path);
  return converted;
}

/** A crash tears off at most what was not yet synced. More was damaged otherwise, and is kept to be looked at. */
export function isMoreThanTorn(
  files: LakeFiles,
  file: FileId,
  { bytesCut, damage }: Pick<Converted, 'bytesCut' | 'damage'>,
): boolean {
  return damage !== null && bytesCut > (hasStart(files, file) ? TORN_BYTES_MAX : SEGMENT_HEADER_BYTES);
}

/** Whether it begins as a segment does, or as one whose first page did not come to the disk, or not all of it. */
function hasStart(files: LakeFiles, file: FileId): boolean {
  const start = new Uint8Array(SECTOR_BYTES);
  const bytes = start.subarray(0, files.read(file, start, 0));
  if (isSegmentHeader(bytes)) return true;
  const written = bytes.findLastIndex((byte) => byte !== 0) + 1;
  return written < SEGMENT_HEADER_BYTES && isMagic(bytes.subarray(0, written));
}

/** A run whose segment is still there was whole before a crash: it is not made again. */
function hasRun(files: LakeFiles, root: string, firstUs: Micros): boolean {
  return files.list(join(root, RUNS_DIR)).some((name) => runSpan(name)?.firstUs === firstUs);
}

/** Nor is that of its trades, which may hold more than what is left of a segment that was damaged since. */
function hasTradesRun(files: LakeFiles, root: string, firstUs: Micros): boolean {
  return listTradesRuns(files, root).some((run) => run.firstUs === firstUs);
}

/** Segments of the journal that began before `beforeUs`, oldest first. */
export function closedSegments(files: LakeFiles, root: string, beforeUs: Micros): string[] {
  return files.list(join(root, JOURNAL_DIR)).filter((name) => (segmentFirstUs(name) ?? beforeUs) < beforeUs);
}

export function readSegment(files: LakeFiles, file: FileId, sink: RecordSink): SegmentParser {
  const parser = new SegmentParser(sink);
  const piece = readPiece;
  let at = 0;
  for (let got = files.read(file, piece, 0); got > 0; got = files.read(file, piece, at)) {
    parser.push(piece.subarray(0, got));
    at += got;
  }
  return parser;
}

interface Counted {
  readonly id: number;
  readonly exchange: string;
  readonly symbol: string;
  rows: number;
  firstUs: Micros;
  lastUs: Micros;
}

/** First reading: how many rows of whom, and the cold lines. */
class Counts implements RecordSink {
  readonly instruments = new Map<number, Counted>();
  readonly lines: string[] = [];
  readonly trades = new TradesCounts();

  names(id: number, exchange: string, symbol: string): void {
    if (this.instruments.has(id)) return;
    this.instruments.set(id, { id, exchange, symbol, rows: 0, firstUs: 0, lastUs: 0 });
  }

  quote(id: number, stampUs: Micros): void {
    const counted = this.#of(id);
    if (counted.rows === 0) counted.firstUs = stampUs;
    counted.rows += 1;
    counted.lastUs = stampUs;
  }

  trade(id: number, stampUs: Micros, record: Uint8Array): void {
    this.trades.trade(id, stampUs, record, this.#of(id));
  }

  cold(id: number, _stampUs: Micros, line: LedgerLine): void {
    this.lines.push(ledgerText(line, id < 0 ? null : this.#of(id)));
  }

  #of(id: number): Counted {
    const counted = this.instruments.get(id);
    if (counted === undefined) throw new Error(`instrument ${id} has no names before its first record`);
    return counted;
  }
}

interface Slot {
  readonly counted: Counted;
  readonly columns: Float64Array;
  filled: number;
}

/** A later reading: the rows of some instruments, into their columns. Its columns are good until the next is made. */
class Rows implements RecordSink {
  readonly slots = new Map<number, Slot>();

  constructor(instruments: readonly Counted[]) {
    const values = instruments.reduce((sum, { rows }) => sum + rows * COLUMNS, 0);
    if (heldValues.length < values) heldValues = new Float64Array(values);
    let at = 0;
    for (const counted of instruments) {
      const end = at + counted.rows * COLUMNS;
      this.slots.set(counted.id, { counted, columns: heldValues.subarray(at, end), filled: 0 });
      at = end;
    }
  }

  names(): void {}

  cold(): void {}

  trade(): void {}

  quote(
    id: number,
    stampUs: Micros,
    bid: number,
    bidSize: number,
    ask: number,
    askSize: number,
    exchangeUs: Micros,
  ): void {
    const slot = this.slots.get(id);
    if (slot === undefined) return;
    const { columns, filled } = slot;
    const { rows } = slot.counted;
    columns[filled] = stampUs;
    columns[rows + filled] = bid;
    columns[2 * rows + filled] = bidSize;
    columns[3 * rows + filled] = ask;
    columns[4 * rows + filled] = askSize;
    columns[5 * rows + filled] = exchangeUs;
    slot.filled += 1;
  }
}

function writeRun(files: LakeFiles, segment: FileId, run: FileId, counts: Counts): void {
  files.append(run, runHeader());
  const entries: RunEntry[] = [];
  let offset = RUN_HEADER_BYTES;
  for (const held of inPortions([...counts.instruments.values()].filter(({ rows }) => rows > 0))) {
    const rows = new Rows(held);
    readSegment(files, segment, rows);
    for (const { counted, columns } of rows.slots.values()) {
      const bytes = new Uint8Array(columns.buffer, columns.byteOffset, columns.byteLength);
      files.append(run, bytes);
      const { exchange, symbol, firstUs, lastUs } = counted;
      entries.push({ exchange, symbol, offset, rows: counted.rows, firstUs, lastUs, crc: checksum(bytes) });
      offset += bytes.length;
    }
  }
  // The rare burst of one instrument is not held for ever.
  if (heldValues.byteLength > HELD_BYTES) heldValues = new Float64Array(0);
  const text = Buffer.from(counts.lines.join(''), 'utf8');
  files.append(run, text);
  files.append(run, new Uint8Array((8 - (text.length % 8)) % 8));
  files.append(run, runTail({ entries, cold: { offset, bytes: text.length, crc: checksum(text) } }));
}

/** Instruments sorted by name, in portions of at most HELD_BYTES of rows. */
function* inPortions(instruments: readonly Counted[]): Generator<Counted[]> {
  const name = ({ exchange, symbol }: Counted) => `${exchange}|${symbol}`;
  let portion: Counted[] = [];
  let bytes = 0;
  for (const counted of [...instruments].sort((a, b) => (name(a) < name(b) ? -1 : 1))) {
    const more = counted.rows * ROW_BYTES;
    if (portion.length > 0 && bytes + more > HELD_BYTES) {
      yield portion;
      [portion, bytes] = [[], 0];
    }
    portion.push(counted);
    bytes += more;
  }
  if (portion.length > 0) yield portion;
}
