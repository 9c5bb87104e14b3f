// A run of trades: those of one closed segment, sorted by instrument, in the journal's own records. Made beside the
// run of the segment's quotes under the same times, so that readers of quotes never meet a trade. Written once, whole.
//
//   header  magic u64
//   data    per instrument: its records, as they stood in the segment
//   index   UTF-8, a line of JSON an instrument
//   footer  index bytes u32 · crc32 of the index u32 · magic u64

import { join } from 'node:path';
import type { Micros } from '../core/time.js';
import { type FileId, type LakeFiles, readExactly } from './files.js';
import { checksum, readTrade, type TradeRecord, tradeBytes } from './journal.js';
import { RUNS_DIR, type RunSpan, tradesRunSpan } from './paths.js';
import { RunDamaged } from './run.js';
import type { RecordSink } from './segment.js';

/** "SPRDTRD" and the version. */
const MAGIC = 0x0144525444525053n;
const HEADER_BYTES = 8;
const FOOTER_BYTES = 16;
/** Records held at a time; one busier instrument alone may take more, at most a segment. */
const HELD_BYTES = 4 * 1024 * 1024;

/** One instrument's trades within a run. */
export interface TradesEntry {
  readonly exchange: string;
  readonly symbol: string;
  readonly offset: number;
  readonly bytes: number;
  readonly firstUs: Micros;
  readonly lastUs: Micros;
  readonly crc: number;
}

export interface TradesRunName extends RunSpan {
  readonly name: string;
}

/** Every run of trades, oldest first. */
export function listTradesRuns(files: LakeFiles, root: string): TradesRunName[] {
  return files.list(join(root, RUNS_DIR)).flatMap((name) => {
    const span = tradesRunSpan(name);
    return span === null ? [] : [{ name, ...span }];
  });
}

interface Counted {
  readonly exchange: string;
  readonly symbol: string;
  bytes: number;
  firstUs: Micros;
  lastUs: Micros;
}

/** How many bytes of trades of whom a segment holds. */
export class TradesCounts {
  readonly instruments = new Map<number, Counted>();

  get isEmpty(): boolean {
    return this.instruments.size === 0;
  }

  trade(
    id: number,
    stampUs: Micros,
    record: Uint8Array,
    names: { readonly exchange: string; readonly symbol: string },
  ): void {
    let counted = this.instruments.get(id);
    if (counted === undefined) {
      counted = {
        exchange: names.exchange,
        symbol: names.symbol,
        bytes: 0,
        firstUs: stampUs,
        lastUs: stampUs,
      };
      this.instruments.set(id, counted);
    }
    counted.bytes += record.length;
    counted.lastUs = stampUs;
  }
}

/** Writes the run; `readAgain` gives the segment's records once more, and is called for every few MB of trades. */
export function writeTradesRun(
  files: LakeFiles,
  run: FileId,
  counts: TradesCounts,
  readAgain: (sink: RecordSink) => void,
): void {
  files.append(run, magicBytes());
  const entries: TradesEntry[] = [];
  let offset = HEADER_BYTES;
  for (const portion of inPortions(counts.instruments)) {
    const held = new Map(portion.map(([id, { bytes }]) => [id, { bytes: new Uint8Array(bytes), filled: 0 }]));
    readAgain({
      names() {},
      quote() {},
      cold() {},
      trade(id, _stampUs, record) {
        const records = held.get(id);
        if (records === undefined) return;
        records.bytes.set(record, records.filled);
        records.filled += record.length;
      },
    });
    for (const [id, { exchange, symbol, firstUs, lastUs }] of portion) {
      const { bytes } = held.get(id)!;
      files.append(run, bytes);
      entries.push({ exchange, symbol, offset, bytes: bytes.length, firstUs, lastUs, crc: checksum(bytes) });
      offset += bytes.length;
    }
  }
  files.append(run, tail(entries));
}

/** Instruments sorted by name, in portions of at most HELD_BYTES of records. */
function* inPortions(instruments: ReadonlyMap<number, Counted>): Generator<[number, Counted][]> {
  const name = ([, { exchange, symbol }]: [number, Counted]) => `${exchange}|${symbol}`;
  let portion: [number, Counted][] = [];
  let bytes = 0;
  for (const one of [...instruments].sort((a, b) => (name(a) < name(b) ? -1 : 1))) {
    if (portion.length > 0 && bytes + one[1].bytes > HELD_BYTES) {
      yield portion;
      [portion, bytes] = [[], 0];
    }
    portion.push(one);
    bytes += one[1].bytes;
  }
  if (portion.length > 0) yield portion;
}

function magicBytes(): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  new DataView(bytes.buffer).setBigUint64(0, MAGIC, true);
  return bytes;
}

function tail(entries: readonly TradesEntry[]): Uint8Array {
  const text = Buffer.from(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''), 'utf8');
  const bytes = new Uint8Array(text.length + FOOTER_BYTES);
  bytes.set(text);
  const view = new DataView(bytes.buffer);
  view.setUint32(text.length, text.length, true);
  view.setUint32(text.length + 4, checksum(text), true);
  view.setBigUint64(text.length + 8, MAGIC, true);
  return bytes;
}

/** An open run of trades, read synchronously. */
export class TradesRunFile {
  readonly entries: readonly TradesEntry[];
  readonly #files: LakeFiles;
  readonly #file: FileId;

  /** Throws RunDamaged where footer or index are not what was written. */
  constructor(files: LakeFiles, path: string) {
    this.#files = files;
    const byteLength = files.byteLength(path);
    this.#file = files.openToRead(path);
    try {
      this.entries = this.#readIndex(byteLength);
    } catch (error) {
      files.close(this.#file);
      throw error;
    }
  }

  close(): void {
    this.#files.close(this.#file);
  }

  /** Throws RunDamaged where the trades of the entry are not what was written. */
  verify(entry: TradesEntry): void {
    if (checksum(this.#bytes(entry)) === entry.crc) return;
    throw new RunDamaged(`trades of ${entry.exchange} ${entry.symbol} have a wrong checksum`);
  }

  /** The trades of a verified entry, oldest first. */
  *trades(entry: TradesEntry): Generator<TradeRecord> {
    const bytes = this.#bytes(entry);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < bytes.length; at += tradeBytes(view, at)) yield readTrade(bytes, view, at);
  }

  #bytes({ offset, bytes }: TradesEntry): Uint8Array {
    return readExactly(this.#files, this.#file, offset, bytes);
  }

  #readIndex(byteLength: number): readonly TradesEntry[] {
    if (byteLength < HEADER_BYTES + FOOTER_BYTES) throw new RunDamaged('too short for a run');
    const footer = readExactly(this.#files, this.#file, byteLength - FOOTER_BYTES, FOOTER_BYTES);
    const view = new DataView(footer.buffer, footer.byteOffset, footer.byteLength);
    const indexBytes = view.getUint32(0, true);
    const indexAt = byteLength - FOOTER_BYTES - indexBytes;
    if (view.getBigUint64(8, true) !== MAGIC || indexAt < HEADER_BYTES) {
      throw new RunDamaged('not a run of trades: its footer is damaged');
    }
    const index = readExactly(this.#files, this.#file, indexAt, indexBytes);
    if (checksum(index) !== view.getUint32(4, true)) throw new RunDamaged('the index has a wrong checksum');
    const lines = Buffer.from(index).toString('utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as TradesEntry);
  }
}
