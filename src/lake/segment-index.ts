// Where the records of each instrument lie in a journal segment that is still growing: what was gone through once is not
// gone through again, so that a chart of the current hour reads its own rows and not everybody's. Four bytes a quote; for
// a thread that reads the same journal again and again. Never believes more of a segment than a parser would.

import { instrumentKey } from '../core/instrument.js';
import { RecentMap } from '../core/recent-map.js';
import { HEAD_BYTES, QUOTE_BYTES } from './journal.js';
import type { LedgerLine } from './ledger.js';
import { type Named, RowList, readRecent, type SegmentReading, type TakeLine } from './recent.js';
import { SegmentParser } from './segment.js';
import type { ReadStore, StoreFile } from './store.js';

/** Open ones: the newest, and those that are becoming runs. */
const SEGMENTS_MAX = 4;
const READ_BYTES = 512 * 1_024;

export class SegmentIndexes implements SegmentReading {
  readonly #known = new RecentMap<string, SegmentIndex>(SEGMENTS_MAX);
  readonly #decoded = new DecodedQuotes();

  async rows(store: ReadStore, path: string, wanted: string, rows: RowList): Promise<void> {
    await this.#with(store, path, (index, file) => index.rows(file, wanted, rows, this.#decoded));
  }

  /** Of the instruments that have a quote in the segment. */
  async names(
    store: ReadStore,
    path: string,
    add: (exchange: string, symbol: string) => void,
  ): Promise<void> {
    await this.#with(store, path, async (index) => index.names(add));
  }

  async cold(store: ReadStore, path: string, wanted: Named, take: TakeLine): Promise<void> {
    await this.#with(store, path, async (index) => index.cold(wanted, take));
  }

  async #with(
    store: ReadStore,
    path: string,
    use: (index: SegmentIndex, file: StoreFile) => Promise<void>,
  ): Promise<void> {
    const file = await store.open(path);
    try {
      let index = this.#known.get(path);
      // One that was cut is another.
      if (index === undefined || file.byteLength < index.readBytes) {
        index = new SegmentIndex();
        this.#known.set(path, index);
      }
      await index.extend(file);
      await use(index, file);
      // What is broken may be whole the next time, as for a parser that begins anew.
      if (index.isBroken) this.#known.delete(path);
    } finally {
      await file.close();
    }
  }
}

/** `readRecent` for who reads many instruments one after the other: a segment of the journal is gone through once. */
export function indexedRecent(store: ReadStore): typeof readRecent {
  const segments = new SegmentIndexes();
  return (root, exchange, symbol, fromUs, toUs) =>
    readRecent(root, exchange, symbol, fromUs, toUs, store, segments);
}

class SegmentIndex {
  /** Gone through so far. */
  readBytes = 0;
  readonly #parser: SegmentParser;
  readonly #ids = new Map<string, number[]>();
  readonly #names = new Map<number, { readonly exchange: string; readonly symbol: string }>();
  readonly #quotes = new Map<number, Offsets>();
  readonly #cold: { readonly id: number; readonly line: LedgerLine }[] = [];

  constructor() {
    this.#parser = new SegmentParser({
      names: (id, exchange, symbol) => {
        const key = instrumentKey(exchange, symbol);
        if (this.#ids.get(key)?.push(id) === undefined) this.#ids.set(key, [id]);
        this.#names.set(id, { exchange, symbol });
      },
      quote: (id) => {
        const offsets = this.#quotes.get(id) ?? new Offsets();
        if (offsets.length === 0) this.#quotes.set(id, offsets);
        offsets.push(this.#parser.recordAt);
      },
      trade: () => undefined,
      cold: (id, _stampUs, line) => {
        if (id >= 0) this.#cold.push({ id, line });
      },
    });
  }

  get isBroken(): boolean {
    return this.#parser.broken !== null;
  }

  async extend(file: StoreFile): Promise<void> {
    while (this.readBytes < file.byteLength) {
      const from = this.readBytes;
      const end = Math.min(from + READ_BYTES, file.byteLength);
      const bytes = new Uint8Array(await file.slice(from, end));
      // Somebody else may have gone on meanwhile.
      if (this.readBytes !== from) continue;
      this.#parser.push(bytes);
      this.readBytes = end;
    }
  }

  async rows(file: StoreFile, wanted: string, rows: RowList, decoded: DecodedQuotes): Promise<void> {
    for (const id of this.#ids.get(wanted) ?? []) {
      const offsets = this.#quotes.get(id);
      if (offsets !== undefined) rows.addAll(await decoded.upTo(file, offsets));
    }
  }

  /** Instruments that have a quote. */
  names(add: (exchange: string, symbol: string) => void): void {
    for (const [id, { exchange, symbol }] of this.#names) if (this.#quotes.has(id)) add(exchange, symbol);
  }

  cold(wanted: Named, take: TakeLine): void {
    const places = new Map<number, number>();
    for (const [id, { exchange, symbol }] of this.#names) {
      const at = wanted.indexOf(exchange, symbol);
      if (at >= 0) places.set(id, at);
    }
    for (const { id, line } of this.#cold) {
      const at = places.get(id);
      if (at !== undefined) take({ ...line, at });
    }
  }
}

/** Instruments that were asked for last: a chart reads each of its legs several times, and comes again. */
const DECODED_MAX = 8;

/** Quotes of a few instruments, as far as they have been read. */
class DecodedQuotes {
  readonly #known = new RecentMap<Offsets, RowList>(DECODED_MAX);
  readonly #piece = new ArrayBuffer(READ_BYTES);

  async upTo(file: StoreFile, offsets: Offsets): Promise<RowList> {
    const known = this.#known.get(offsets) ?? new RowList(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    this.#known.set(offsets, known);
    const { values: places, length } = offsets;
    while (known.length < length) {
      const first = known.length;
      const from = places[first]!;
      const to = Math.min(from + READ_BYTES, places[length - 1]! + QUOTE_BYTES);
      const read = file.sliceNow?.(from, to, this.#piece) ?? (await file.slice(from, to));
      // Somebody else may have gone on meanwhile.
      if (known.length === first) decode(new DataView(read), from, to, offsets, known);
    }
    return known;
  }
}

/** The quotes that lie within [from, to), of which the view has the bytes. */
function decode(view: DataView, from: number, to: number, { values, length }: Offsets, known: RowList): void {
  while (known.length < length && values[known.length]! + QUOTE_BYTES <= to) {
    const at = values[known.length]! - from + HEAD_BYTES;
    const value = (n: number) => view.getFloat64(at + 8 * n, true);
    // As the journal has them: stamp, bid and its size, ask and its size, the exchange's time.
    known.add(value(0), value(1), value(2), value(3), value(4), value(5));
  }
}

class Offsets {
  values = new Uint32Array(64);
  length = 0;

  push(offset: number): void {
    if (this.length === this.values.length) {
      const larger = new Uint32Array(this.length * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length] = offset;
    this.length += 1;
  }
}
