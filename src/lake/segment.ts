// Reading a journal segment: bytes in, checked blocks out, record by record. Used by the worker, by recovery and by
// readers of the open segment. Stops for good at the first block that is not whole: what follows is not believed.

import { GAP_REASONS, STATUS_KINDS } from '../core/reasons.js';
import type { Micros } from '../core/time.js';
import {
  BLOCK_BYTES_MAX,
  BLOCK_HEADER_BYTES,
  checksum,
  HEAD_BYTES,
  isSegmentHeader,
  QUOTE_BYTES,
  RECORD,
  SEGMENT_HEADER_BYTES,
  tradeBytes,
} from './journal.js';
import type { LedgerLine } from './ledger.js';

/** Who takes the records; ids are the segment's own. */
export interface RecordSink {
  names(id: number, exchange: string, symbol: string): void;
  quote(
    id: number,
    stampUs: Micros,
    bid: number,
    bidSize: number,
    ask: number,
    askSize: number,
    exchangeUs: Micros,
  ): void;
  /** `record` as the journal holds it (see readTrade); it is good until the call returns. */
  trade(id: number, stampUs: Micros, record: Uint8Array): void;
  /** `id` of the instrument; -1 where the line is about a connection. */
  cold(id: number, stampUs: Micros, line: LedgerLine): void;
}

const FIRST_CARRY_BYTES = 64 * 1024;

/** Takes a segment's bytes in any pieces, in order. */
export class SegmentParser {
  readonly #sink: RecordSink;
  /** Bytes of a block that is not complete yet. */
  #carry = new Uint8Array(FIRST_CARRY_BYTES);
  #carried = 0;
  #hasHeader = false;
  #validBytes = 0;
  #records = 0;
  #lastStampUs = Number.NEGATIVE_INFINITY;
  #firstStampUs = Number.POSITIVE_INFINITY;
  #broken: string | null = null;
  /** Where the block being read begins in the segment. */
  #blockAt = 0;
  #recordAt = 0;

  constructor(sink: RecordSink) {
    this.#sink = sink;
  }

  /** How far the segment is whole; the rest is a torn tail or damage. */
  get validBytes(): number {
    return this.#validBytes;
  }

  /** Quotes, trades and cold events, without names. */
  get records(): number {
    return this.#records;
  }

  /** ±Infinity while there is no record. */
  get firstStampUs(): Micros {
    return this.#firstStampUs;
  }

  get lastStampUs(): Micros {
    return this.#lastStampUs;
  }

  /** Of a quote that the sink is given: where its record begins in the segment. */
  get recordAt(): number {
    return this.#recordAt;
  }

  /** Why it stopped; null while all that came was whole, a block still incomplete included. */
  get broken(): string | null {
    return this.#broken;
  }

  push(piece: Uint8Array): void {
    if (this.#broken !== null || piece.length === 0) return;
    this.#keep(piece);
    let at = 0;
    for (let used = this.#take(at); used > 0; used = this.#take(at)) at += used;
    this.#carry.copyWithin(0, at, this.#carried);
    this.#carried -= at;
    this.#validBytes += at;
  }

  /** The bytes of the header or block at `at`; 0 where it is not complete, or broken. */
  #take(at: number): number {
    const rest = this.#carried - at;
    if (!this.#hasHeader) {
      if (rest < SEGMENT_HEADER_BYTES) return 0;
      this.#hasHeader = isSegmentHeader(this.#carry.subarray(at, at + SEGMENT_HEADER_BYTES));
      if (!this.#hasHeader) this.#broken = 'not a segment: its header is damaged';
      return this.#hasHeader ? SEGMENT_HEADER_BYTES : 0;
    }
    if (rest < BLOCK_HEADER_BYTES) return 0;
    const view = new DataView(this.#carry.buffer, at);
    const length = view.getUint32(0, true);
    if (length === 0 || length > BLOCK_BYTES_MAX) {
      this.#broken = `a block claims ${length} bytes`;
      return 0;
    }
    const end = at + BLOCK_HEADER_BYTES + length;
    if (end > this.#carried) return 0;
    const payload = this.#carry.subarray(at + BLOCK_HEADER_BYTES, end);
    if (checksum(payload) !== view.getUint32(4, true)) {
      this.#broken = 'the checksum of a block is wrong';
      return 0;
    }
    this.#blockAt = this.#validBytes + at + BLOCK_HEADER_BYTES;
    this.#records += this.#readRecords(payload);
    return end - at;
  }

  /** A block whose checksum is right holds whole records: anything else is a bug of ours, and throws. */
  #readRecords(payload: Uint8Array): number {
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    let count = 0;
    let at = 0;
    while (at < payload.length) {
      const head = view.getUint32(at, true);
      const id = head & 0xffffff;
      if (head >>> 24 === RECORD.quote) {
        const stampUs = view.getFloat64(at + 4, true);
        this.#stamp(stampUs);
        this.#recordAt = this.#blockAt + at;
        this.#sink.quote(
          id,
          stampUs,
          view.getFloat64(at + 12, true),
          view.getFloat64(at + 20, true),
          view.getFloat64(at + 28, true),
          view.getFloat64(at + 36, true),
          view.getFloat64(at + 44, true),
        );
        at += QUOTE_BYTES;
        count += 1;
      } else if (head >>> 24 === RECORD.names) {
        const exchange = textAt(payload, view, at + HEAD_BYTES);
        const symbol = textAt(payload, view, exchange.end);
        this.#sink.names(id, exchange.text, symbol.text);
        at = symbol.end;
      } else if (head >>> 24 === RECORD.trade) {
        const end = at + tradeBytes(view, at);
        const stampUs = view.getFloat64(at + 4, true);
        this.#stamp(stampUs);
        this.#sink.trade(id, stampUs, payload.subarray(at, end));
        at = end;
        count += 1;
      } else {
        at = this.#readCold(payload, view, at, head >>> 24, id);
        count += 1;
      }
    }
    return count;
  }

  #readCold(payload: Uint8Array, view: DataView, at: number, type: number, id: number): number {
    const stampUs = view.getFloat64(at + 4, true);
    const value = view.getFloat64(at + 12, true);
    this.#stamp(stampUs);
    switch (type) {
      case RECORD.gap: {
        const reason = GAP_REASONS[view.getUint8(at + 20)] ?? 'unknown';
        this.#sink.cold(id, stampUs, { type: 'gap', stampUs, fromUs: value, reason });
        return at + 21;
      }
      case RECORD.thinned: {
        const toUs = view.getFloat64(at + 20, true);
        const count = view.getFloat64(at + 28, true);
        this.#sink.cold(id, stampUs, { type: 'thinned', stampUs, fromUs: value, toUs, count });
        return at + 36;
      }
      case RECORD.status: {
        const status = STATUS_KINDS[view.getUint8(at + 20)] ?? 'unknown';
        // JSON knows no NaN: a status without evidence has no value.
        const evidence = Number.isNaN(value) ? {} : { value };
        this.#sink.cold(id, stampUs, { type: 'status', stampUs, status, ...evidence });
        return at + 21;
      }
      case RECORD.alive: {
        const connection = textAt(payload, view, at + 20);
        this.#sink.cold(-1, stampUs, {
          type: 'alive',
          stampUs,
          connection: connection.text,
          provenUs: value,
        });
        return connection.end;
      }
      default:
        throw new Error(`journal record of unknown type ${type}: written by a newer version`);
    }
  }

  #stamp(stampUs: Micros): void {
    if (stampUs < this.#firstStampUs) this.#firstStampUs = stampUs;
    if (stampUs > this.#lastStampUs) this.#lastStampUs = stampUs;
  }

  #keep(piece: Uint8Array): void {
    const needed = this.#carried + piece.length;
    if (needed > this.#carry.length) {
      const bigger = new Uint8Array(Math.max(needed, this.#carry.length * 2));
      bigger.set(this.#carry.subarray(0, this.#carried));
      this.#carry = bigger;
    }
    this.#carry.set(piece, this.#carried);
    this.#carried = needed;
  }
}

function textAt(payload: Uint8Array, view: DataView, at: number): { text: string; end: number } {
  const end = at + 2 + view.getUint16(at, true);
  return {
    text: Buffer.from(payload.buffer, payload.byteOffset + at + 2, end - at - 2).toString('utf8'),
    end,
  };
}
