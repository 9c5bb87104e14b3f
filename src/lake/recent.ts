// The newest rows, not yet in Parquet: read from runs (by index) and from journal segments (scanned).
// Never writes, never holds more than one segment; files that vanish meanwhile are looked for again.

import { join } from 'node:path';
import type { QuoteColumns } from '../core/columns.js';
import { instrumentKey } from '../core/instrument.js';
import type { Micros } from '../core/time.js';
import { codeOf, messageOf } from './files.js';
import { checksum } from './journal.js';
import type { LedgerLine } from './ledger.js';
import { JOURNAL_DIR, RUNS_DIR, runSpan, segmentFirstUs } from './paths.js';
import { columnsOf, findEntries, ROW_BYTES, RunDamaged } from './run.js';
import { withRun } from './run-read.js';
import { type RecordSink, SegmentParser } from './segment.js';
import { diskStore, type ReadStore } from './store.js';

export interface RecentRows {
  /** All six columns, ascending by stamp, no duplicates; rows may already be in Parquet (skip by watermark). */
  readonly columns: Required<QuoteColumns>;
  /** Files that could not be read, each with a reason. */
  readonly problems: readonly string[];
}

/** Times that a listing may be out of date before what is there is taken. */
const ATTEMPTS_MAX = 5;
const READ_BYTES = 512 * 1024;

/** Rows of one instrument (any spelling of its names) with fromUs <= stamp < toUs. */
export async function readRecent(
  root: string,
  exchange: string,
  symbol: string,
  fromUs: Micros,
  toUs: Micros,
  store: ReadStore = diskStore,
  segments: SegmentReading = parsing,
): Promise<RecentRows> {
  const wanted = instrumentKey(exchange, symbol);
  const { result, problems } = await walkRecent(store, root, fromUs, toUs, () => {
    const rows = new RowList(fromUs, toUs);
    return {
      result: rows,
      run: (path) => readRun(store, path, wanted, rows),
      segment: (path) => segments.rows(store, path, wanted, rows),
    };
  });
  return { columns: result.toColumns(), problems };
}

/** The place of an instrument among those that are asked for; below 0: it is none of them. */
export interface Named {
  indexOf(exchange: string, symbol: string): number;
}

export type TakeLine = (line: LedgerLine & { readonly at: number }) => void;

/** How the journal's segments are read. */
export interface SegmentReading {
  /** Quotes of one instrument, by its key. */
  rows(store: ReadStore, path: string, wanted: string, rows: RowList): Promise<void>;
  cold(store: ReadStore, path: string, wanted: Named, take: TakeLine): Promise<void>;
}

/** All of them, from the beginning, each time. */
export const parsing: SegmentReading = { rows: readSegmentRows, cold: readSegmentCold };

/** What takes the files that can hold something of a stretch of time; made anew for each attempt. */
export interface RecentVisitor<T> {
  readonly result: T;
  run(path: string): Promise<void>;
  segment(path: string): Promise<void>;
}

/**
 * Every run and journal segment that can hold records with fromUs <= stamp < toUs. What is in both is given as a run
 * alone; what moves meanwhile may be seen twice, never missed.
 */
export async function walkRecent<T>(
  store: ReadStore,
  root: string,
  fromUs: Micros,
  toUs: Micros,
  begin: () => RecentVisitor<T>,
): Promise<{ readonly result: T; readonly problems: readonly string[] }> {
  for (let attempt = 1; ; attempt++) {
    const visitor = begin();
    const problems: string[] = [];
    // The journal first: what becomes a run meanwhile is then seen twice, never missed.
    const segments = await listNames(store, join(root, JOURNAL_DIR));
    const runs = await listNames(store, join(root, RUNS_DIR));
    const inRuns = new Set<Micros>();
    let vanished = false;
    const read = async (name: string, reading: Promise<void>) => {
      try {
        await reading;
      } catch (error) {
        if (codeOf(error) === 'ENOENT') vanished = true;
        else problems.push(`${name}: ${messageOf(error)}`);
      }
    };
    for (const name of runs) {
      const span = runSpan(name);
      if (span === null) continue;
      inRuns.add(span.firstUs);
      if (span.lastUs < fromUs || span.firstUs >= toUs) continue;
      await read(name, visitor.run(join(root, RUNS_DIR, name)));
    }
    const starts = segments.flatMap((name) => segmentFirstUs(name) ?? []);
    for (const [index, firstUs] of starts.entries()) {
      const nextUs = starts[index + 1] ?? Number.POSITIVE_INFINITY;
      if (inRuns.has(firstUs) || firstUs >= toUs || nextUs <= fromUs) continue;
      const name = segments.find((other) => segmentFirstUs(other) === firstUs)!;
      await read(name, visitor.segment(join(root, JOURNAL_DIR, name)));
    }
    if (!vanished || attempt === ATTEMPTS_MAX) return { result: visitor.result, problems };
  }
}

async function listNames(store: ReadStore, directory: string): Promise<string[]> {
  return (await store.list(directory)).map(({ name }) => name);
}

async function readRun(store: ReadStore, path: string, wanted: string, rows: RowList): Promise<void> {
  await withRun(store, path, async ({ index, read }) => {
    for (const entry of findEntries(index, wanted)) {
      if (entry.lastUs < rows.fromUs || entry.firstUs >= rows.toUs) continue;
      const bytes = await read(entry.offset, entry.rows * ROW_BYTES);
      if (checksum(bytes) !== entry.crc) throw new RunDamaged('rows have a wrong checksum');
      const columns = columnsOf(bytes, entry.rows);
      for (let i = 0; i < entry.rows; i++) {
        rows.add(
          columns.receivedUs[i]!,
          columns.bid[i]!,
          columns.bidSize[i]!,
          columns.ask[i]!,
          columns.askSize[i]!,
          columns.exchangeUs[i]!,
        );
      }
    }
  });
}

/** A segment that is being written ends in the middle of a block: what is whole is taken. */
async function readSegmentRows(store: ReadStore, path: string, wanted: string, rows: RowList): Promise<void> {
  const ids = new Set<number>();
  const sink: RecordSink = {
    names(id, exchange, symbol) {
      if (instrumentKey(exchange, symbol) === wanted) ids.add(id);
    },
    quote(id, stampUs, bid, bidSize, ask, askSize, exchangeUs) {
      if (ids.has(id)) rows.add(stampUs, bid, bidSize, ask, askSize, exchangeUs);
    },
    trade() {},
    cold() {},
  };
  await parseSegment(store, path, sink);
}

async function readSegmentCold(store: ReadStore, path: string, wanted: Named, take: TakeLine): Promise<void> {
  const places = new Map<number, number>();
  await parseSegment(store, path, {
    names: (id, exchange, symbol) => {
      const at = wanted.indexOf(exchange, symbol);
      if (at >= 0) places.set(id, at);
    },
    quote() {},
    trade() {},
    cold: (id, _stampUs, line) => {
      const at = places.get(id);
      if (at !== undefined) take({ ...line, at });
    },
  });
}

/** What is whole of a segment, which may be growing, goes to the sink: as much of it as there was when it was opened. */
export async function parseSegment(store: ReadStore, path: string, sink: RecordSink): Promise<void> {
  const parser = new SegmentParser(sink);
  const file = await store.open(path);
  try {
    for (let at = 0; at < file.byteLength; at += READ_BYTES) {
      parser.push(new Uint8Array(await file.slice(at, Math.min(at + READ_BYTES, file.byteLength))));
    }
  } finally {
    await file.close();
  }
}

const WIDTH = 6;

/** Rows of the range as they come, in one growing array. */
export class RowList {
  readonly fromUs: Micros;
  readonly toUs: Micros;
  #values = new Float64Array(WIDTH * 256);
  #length = 0;

  constructor(fromUs: Micros, toUs: Micros) {
    this.fromUs = fromUs;
    this.toUs = toUs;
  }

  get length(): number {
    return this.#length;
  }

  add(us: Micros, bid: number, bidSize: number, ask: number, askSize: number, exchangeUs: Micros): void {
    if (us < this.fromUs || us >= this.toUs) return;
    const at = this.#length * WIDTH;
    if (at === this.#values.length) {
      const bigger = new Float64Array(at * 2);
      bigger.set(this.#values);
      this.#values = bigger;
    }
    const values = this.#values;
    values[at] = us;
    values[at + 1] = bid;
    values[at + 2] = bidSize;
    values[at + 3] = ask;
    values[at + 4] = askSize;
    values[at + 5] = exchangeUs;
    this.#length += 1;
  }

  /** Those of its own range. */
  addAll(other: RowList): void {
    const [values, length] = [other.#values, other.#length];
    for (let at = 0; at < length * WIDTH; at += WIDTH)
      this.add(
        values[at]!,
        values[at + 1]!,
        values[at + 2]!,
        values[at + 3]!,
        values[at + 4]!,
        values[at + 5]!,
      );
  }

  /** As nearly always: then there is nothing to sort, and no row twice. */
  #isAscending(): boolean {
    const values = this.#values;
    for (let at = WIDTH; at < this.#length * WIDTH; at += WIDTH)
      if (!(values[at]! > values[at - WIDTH]!)) return false;
    return true;
  }

  /** Sorted; a repeated stamp is the same row. */
  toColumns(): Required<QuoteColumns> {
    const values = this.#values;
    const rows = this.#isAscending() ? null : this.#sortedRows();
    const length = rows?.length ?? this.#length;
    const column = (place: number) => {
      const into = new Float64Array(length);
      for (let n = 0; n < length; n += 1) into[n] = values[(rows === null ? n : rows[n]!) * WIDTH + place]!;
      return into;
    };
    return {
      length,
      receivedUs: column(0),
      bid: column(1),
      bidSize: column(2),
      ask: column(3),
      askSize: column(4),
      exchangeUs: column(5),
    };
  }

  #sortedRows(): Uint32Array {
    const stampOf = (row: number) => this.#values[row * WIDTH]!;
    const order = Uint32Array.from({ length: this.#length }, (_, row) => row);
    order.sort((a, b) => stampOf(a) - stampOf(b));
    return order.filter((row, i) => i === 0 || stampOf(row) !== stampOf(order[i - 1]!));
  }
}
