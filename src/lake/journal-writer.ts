// The hot end of the lake: quotes and events into preallocated buffers, on the ingest loop. No await, no allocation
// a quote, no throw. When the disk does not follow, rows are dropped, counted, and told as one Gap an instrument.

import { join } from 'node:path';
import { assert } from '../core/assert.js';
import type { ColdEvent, TradeSide } from '../core/event.js';
import type { Instrument } from '../core/instrument.js';
import { type Clock, hourStartUs, type Micros, US_PER_HOUR, US_PER_MS } from '../core/time.js';
import { DropBook } from './drop-book.js';
import {
  BLOCK_HEADER_BYTES,
  INSTRUMENT_ID_MAX,
  QUOTE_BYTES,
  RECORD_BYTES_MAX,
  SEGMENT_HEADER_BYTES,
  sealBlock,
  writeCold,
  writeNames,
  writeQuote,
  writeSegmentHeader,
  writeTrade,
} from './journal.js';
import type { JournalBuffer, JournalDisk, JournalSegment } from './journal-disk.js';
import { exchangeComponent, isPathComponent, JOURNAL_DIR, segmentName, symbolComponent } from './paths.js';
import type { ProblemBook } from './problem-book.js';

export interface JournalLimits {
  readonly segmentBytesMax: number;
  readonly segmentMsMax: number;
  /** Filled and queued buffers together. */
  readonly pendingBytesMax: number;
}

export interface JournalWriterOptions {
  readonly root: string;
  readonly clock: Clock;
  readonly disk: JournalDisk;
  readonly limits: JournalLimits;
  readonly problems: ProblemBook;
  readonly instrumentOf: (id: number) => Instrument;
}

/** Mark of an instrument whose names cannot be written. */
const REFUSED = -1;
const BUFFER_BYTES = 256 * 1024;
/** Late rows of an hour that is over are waited for this long. */
const HOUR_GRACE_US = 5_000_000;

export class JournalWriter {
  readonly #options: JournalWriterOptions;
  readonly #buffersMax: number;
  readonly #free: JournalBuffer[] = [];
  #buffersMade = 0;
  #segment: JournalSegment | null = null;
  /** Grows with every segment; an id whose mark is another one has no names in this segment yet. */
  #generation = 0;
  #namedIn = new Int32Array(1024);
  #buffer: JournalBuffer | null = null;
  /** Where the block that is being filled begins. */
  #blockStart = 0;
  #tickUs: Micros;
  #lastStampUs: Micros;
  #recorded = 0;
  #dropped = 0;
  #tradesRecorded = 0;
  #tradesDropped = 0;
  readonly #drops = new DropBook();

  constructor(options: JournalWriterOptions, lastStampUs: Micros) {
    this.#options = options;
    this.#buffersMax = Math.max(2, Math.floor(options.limits.pendingBytesMax / BUFFER_BYTES));
    this.#tickUs = options.clock.nowUs();
    this.#lastStampUs = lastStampUs;
  }

  get lastStampUs(): Micros {
    return this.#lastStampUs;
  }

  get tradeCounters(): { recorded: number; dropped: number } {
    return { recorded: this.#tradesRecorded, dropped: this.#tradesDropped };
  }

  get counters(): { recorded: number; dropped: number; coldDropped: number; pendingBytes: number } {
    return {
      recorded: this.#recorded,
      dropped: this.#dropped,
      coldDropped: this.#drops.coldLost,
      pendingBytes: this.#options.disk.counters.queuedBytes + (this.#buffer?.at ?? 0),
    };
  }

  /** Everything that was recorded with a stamp before this is in a finished segment. */
  get finishedBeforeUs(): Micros {
    return this.#options.disk.unfinishedFromUs ?? this.#segment?.firstUs ?? this.#lastStampUs + 1;
  }

  /** A two-sided quote; stamps ascend strictly over quotes and events. */
  quote(
    stampUs: Micros,
    id: number,
    bid: number,
    bidSize: number,
    ask: number,
    askSize: number,
    exchangeUs: Micros,
  ): void {
    this.#lastStampUs = stampUs;
    const ready = this.#drops.isEmpty || this.#prepareAfterDrops();
    if (!ready || !this.#makeRoom(stampUs, id, QUOTE_BYTES)) {
      this.#dropped += 1;
      if (this.#namedIn[id] !== REFUSED) this.#drops.quote(id, stampUs, this.#options.disk.failing);
      return;
    }
    const buffer = this.#buffer!;
    buffer.at = writeQuote(buffer.view, buffer.at, id, stampUs, bid, bidSize, ask, askSize, exchangeUs);
    this.#recorded += 1;
  }

  /** A trade that finds no room is counted and no more: it is no hole in the quotes. */
  trade(
    stampUs: Micros,
    id: number,
    price: number,
    size: number,
    side: TradeSide,
    exchangeUs: Micros,
    tradeId: string,
  ): void {
    this.#lastStampUs = stampUs;
    const ready = this.#drops.isEmpty || this.#prepareAfterDrops();
    if (!ready || !this.#makeRoom(stampUs, id, RECORD_BYTES_MAX)) {
      this.#tradesDropped += 1;
      return;
    }
    const buffer = this.#buffer!;
    const trade = { stampUs, price, size, side, exchangeUs, tradeId };
    buffer.at = writeTrade(buffer.bytes, buffer.view, buffer.at, id, trade);
    this.#tradesRecorded += 1;
  }

  cold(event: ColdEvent): void {
    this.#lastStampUs = event.stampUs;
    if (!this.#drops.isEmpty && !this.#prepareAfterDrops()) this.#drops.cold(event);
    else if (!this.#writeCold(event)) this.#drops.cold(event);
  }

  /** Hands over what waits, ends a segment whose time is up. Every few tens of milliseconds. */
  tick(nowUs: Micros): void {
    this.#tickUs = nowUs;
    const { disk, limits } = this.#options;
    const segment = this.#segment;
    if (segment !== null) {
      const aged = nowUs - segment.openedUs >= limits.segmentMsMax * US_PER_MS;
      if (aged || nowUs >= segment.endUs + HOUR_GRACE_US) this.finishSegment();
      // One write at a time: what comes meanwhile gathers in one buffer instead of taking many.
      else if (disk.isIdle) this.#flush();
    }
    if (!this.#drops.isEmpty) this.#prepareAfterDrops();
    disk.tick(nowUs);
  }

  /** Hands over everything and ends the segment. */
  finishSegment(): void {
    this.#flush();
    if (this.#segment !== null) this.#options.disk.finish(this.#segment);
    this.#segment = null;
    if (this.#buffer !== null) this.release(this.#buffer);
    this.#buffer = null;
  }

  /** Tells what was dropped, if there is room for it; then ends the segment. */
  finish(): void {
    if (!this.#drops.isEmpty) this.#prepareAfterDrops();
    this.finishSegment();
  }

  release(buffer: JournalBuffer): void {
    buffer.at = 0;
    this.#free.push(buffer);
  }

  /** True also where the instrument's names are refused: there is nothing to wait for. */
  #writeCold(event: ColdEvent): boolean {
    const id = event.type === 'alive' ? -1 : event.instrumentId;
    if (!this.#makeRoom(event.stampUs, id, RECORD_BYTES_MAX)) return this.#namedIn[id] === REFUSED;
    const buffer = this.#buffer!;
    buffer.at = writeCold(buffer.bytes, buffer.view, buffer.at, event);
    return true;
  }

  /** Whether there is a buffer with room, in the right segment, with the names of the instrument before it. */
  #makeRoom(stampUs: Micros, id: number, bytes: number): boolean {
    if (this.#namedIn[id] === REFUSED) return false;
    const segment = this.#segment;
    if (segment !== null) {
      const size = segment.bytes + (this.#buffer?.at ?? 0);
      if (stampUs >= segment.endUs || size + RECORD_BYTES_MAX > this.#options.limits.segmentBytesMax) {
        this.finishSegment();
      }
    }
    if (!this.#hasRoom(stampUs, bytes)) return false;
    if (id < 0 || this.#namedIn[id] === this.#generation) return true;
    return this.#writeNames(stampUs, id) && this.#hasRoom(stampUs, bytes);
  }

  #hasRoom(stampUs: Micros, bytes: number): boolean {
    const buffer = this.#buffer;
    if (buffer !== null && buffer.at + bytes <= BUFFER_BYTES) return true;
    if (buffer !== null) this.#flush();
    return this.#takeBuffer(stampUs);
  }

  #takeBuffer(stampUs: Micros): boolean {
    let buffer = this.#free.pop();
    if (buffer === undefined) {
      if (this.#buffersMade >= this.#buffersMax) return false;
      this.#buffersMade += 1;
      const bytes = new Uint8Array(BUFFER_BYTES);
      buffer = { bytes, view: new DataView(bytes.buffer), at: 0, sinceUs: 0 };
    }
    buffer.sinceUs = this.#tickUs;
    this.#blockStart = 0;
    if (this.#segment === null) {
      this.#openSegment(stampUs);
      writeSegmentHeader(buffer.bytes, buffer.view, this.#tickUs);
      this.#blockStart = SEGMENT_HEADER_BYTES;
    }
    buffer.at = this.#blockStart + BLOCK_HEADER_BYTES;
    this.#buffer = buffer;
    return true;
  }

  #openSegment(firstUs: Micros): void {
    this.#generation += 1;
    this.#segment = {
      path: join(this.#options.root, JOURNAL_DIR, segmentName(firstUs)),
      firstUs,
      openedUs: this.#tickUs,
      endUs: hourStartUs(firstUs) + US_PER_HOUR,
      bytes: 0,
    };
  }

  /** Seals the block and queues it. */
  #flush(): void {
    const buffer = this.#buffer;
    if (buffer === null || this.#segment === null) return;
    if (buffer.at === this.#blockStart + BLOCK_HEADER_BYTES) return;
    sealBlock(buffer.bytes, buffer.view, this.#blockStart, buffer.at);
    this.#buffer = null;
    this.#options.disk.write(this.#segment, buffer);
  }

  #writeNames(stampUs: Micros, id: number): boolean {
    assert(id <= INSTRUMENT_ID_MAX, `instrument id ${id} does not fit the journal`);
    if (id >= this.#namedIn.length) {
      const bigger = new Int32Array(Math.max(id + 1, this.#namedIn.length * 2));
      bigger.set(this.#namedIn);
      this.#namedIn = bigger;
    }
    const { exchange, symbol } = this.#options.instrumentOf(id);
    if (!isPathComponent(exchangeComponent(exchange)) || !isPathComponent(symbolComponent(symbol))) {
      this.#namedIn[id] = REFUSED;
      this.#options.problems.add('names too long to be a folder', `${exchange} ${symbol}`);
      return false;
    }
    if (!this.#hasRoom(stampUs, RECORD_BYTES_MAX)) return false;
    const buffer = this.#buffer!;
    buffer.at = writeNames(buffer.bytes, buffer.view, buffer.at, id, exchange, symbol);
    this.#namedIn[id] = this.#generation;
    return true;
  }

  /** Once half of the buffers are free again: what was held back and dropped, as events in order. */
  #prepareAfterDrops(): boolean {
    if (this.#options.disk.failing) return false;
    const taken = this.#buffersMade - this.#free.length;
    if (taken > this.#buffersMax / 2) return false;
    return this.#drops.drain((event) => this.#writeCold(event));
  }
}
