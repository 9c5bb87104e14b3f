// The format of a journal segment: a header, then blocks, each with length and checksum, each full of records.
// A segment explains itself: an instrument's names stand in it before its first record. Append types, never change one.
//
//   header  magic u64 · created f64 · reserved u32 · crc32 of these 20 bytes u32
//   block   length u32 · crc32 of the payload u32 · payload
//   record  type << 24 | instrument id u32, then by type, numbers little-endian:
//     quote    stamp bid bidSize ask askSize exchangeUs   6 × f64, NaN = absent
//     names    exchange and symbol, each length u16 and UTF-8
//     gap      stamp fromUs f64 · position in GAP_REASONS u8
//     thinned  stamp fromUs toUs count f64
//     status   stamp value f64 · position in STATUS_KINDS u8
//     alive    stamp provenUs f64 · connection, length u16 and UTF-8
//     trade    stamp price size exchangeUs 4 × f64 · side i8 (1 or -1) · id, length u16 and UTF-8

import * as zlib from 'node:zlib';
import type { ColdEvent, TradeSide } from '../core/event.js';
import { GAP_REASONS, STATUS_KINDS } from '../core/reasons.js';
import type { Micros } from '../core/time.js';

/** "SPRDJNL" and the version. */
export const SEGMENT_MAGIC = 0x014c4e4a44525053n;
export const SEGMENT_HEADER_BYTES = 24;
export const BLOCK_HEADER_BYTES = 8;
/** A longer block is taken for damage. */
export const BLOCK_BYTES_MAX = 4 * 1024 * 1024;
export const INSTRUMENT_ID_MAX = 0xffffff;

export const RECORD = { quote: 1, names: 2, gap: 3, thinned: 4, status: 5, alive: 6, trade: 7 } as const;
export const HEAD_BYTES = 4;
export const QUOTE_BYTES = HEAD_BYTES + 6 * 8;
/** Longer text is cut; names never are, a folder's name is shorter. */
export const TEXT_BYTES_MAX = 1_024;
/** No record is longer. */
export const RECORD_BYTES_MAX = HEAD_BYTES + 4 + 2 * TEXT_BYTES_MAX;

/** CRC-32 (zlib's) of some bytes, going on from `before`. */
export function checksum(bytes: Uint8Array, before = 0): number {
  return zlib.crc32(bytes, before);
}

export function writeSegmentHeader(bytes: Uint8Array, view: DataView, createdUs: Micros): void {
  view.setBigUint64(0, SEGMENT_MAGIC, true);
  view.setFloat64(8, createdUs, true);
  view.setUint32(16, 0, true);
  view.setUint32(20, checksum(bytes.subarray(0, 20)), true);
}

/** Whether the first 24 bytes are a segment's header. */
export function isSegmentHeader(bytes: Uint8Array): boolean {
  if (bytes.length < SEGMENT_HEADER_BYTES) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (
    view.getBigUint64(0, true) === SEGMENT_MAGIC &&
    view.getUint32(20, true) === checksum(bytes.subarray(0, 20))
  );
}

/** Whether these bytes are how a segment begins, as far as they go. */
export function isMagic(bytes: Uint8Array): boolean {
  const magic = new Uint8Array(8);
  new DataView(magic.buffer).setBigUint64(0, SEGMENT_MAGIC, true);
  return bytes.subarray(0, magic.length).every((byte, i) => byte === magic[i]);
}

/** Puts the header before a payload that already stands at `start + 8` and ends at `end`. */
export function sealBlock(bytes: Uint8Array, view: DataView, start: number, end: number): void {
  const payload = bytes.subarray(start + BLOCK_HEADER_BYTES, end);
  view.setUint32(start, payload.length, true);
  view.setUint32(start + 4, checksum(payload), true);
}

export function writeQuote(
  view: DataView,
  at: number,
  instrumentId: number,
  stampUs: Micros,
  bid: number,
  bidSize: number,
  ask: number,
  askSize: number,
  exchangeUs: Micros,
): number {
  view.setUint32(at, (RECORD.quote << 24) | instrumentId, true);
  view.setFloat64(at + 4, stampUs, true);
  view.setFloat64(at + 12, bid, true);
  view.setFloat64(at + 20, bidSize, true);
  view.setFloat64(at + 28, ask, true);
  view.setFloat64(at + 36, askSize, true);
  view.setFloat64(at + 44, exchangeUs, true);
  return at + QUOTE_BYTES;
}

/** One trade as the journal holds it; `exchangeUs` NaN and `tradeId` empty = not given. */
export interface TradeRecord {
  readonly stampUs: Micros;
  readonly price: number;
  readonly size: number;
  readonly side: TradeSide;
  readonly exchangeUs: Micros;
  readonly tradeId: string;
}

/** Where the text of a trade begins, from the start of its record. */
const TRADE_ID_AT = HEAD_BYTES + 4 * 8 + 1;

/** Returns where the record ends; the buffer has room for RECORD_BYTES_MAX. */
export function writeTrade(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  instrumentId: number,
  trade: TradeRecord,
): number {
  view.setUint32(at, (RECORD.trade << 24) | instrumentId, true);
  view.setFloat64(at + 4, trade.stampUs, true);
  view.setFloat64(at + 12, trade.price, true);
  view.setFloat64(at + 20, trade.size, true);
  view.setFloat64(at + 28, trade.exchangeUs, true);
  view.setInt8(at + 36, trade.side);
  return writeText(bytes, view, at + TRADE_ID_AT, trade.tradeId);
}

/** The bytes of the trade record that begins at `at`. */
export function tradeBytes(view: DataView, at: number): number {
  return TRADE_ID_AT + 2 + view.getUint16(at + TRADE_ID_AT, true);
}

export function readTrade(bytes: Uint8Array, view: DataView, at: number): TradeRecord {
  const idAt = at + TRADE_ID_AT + 2;
  return {
    stampUs: view.getFloat64(at + 4, true),
    price: view.getFloat64(at + 12, true),
    size: view.getFloat64(at + 20, true),
    exchangeUs: view.getFloat64(at + 28, true),
    side: view.getInt8(at + 36) > 0 ? 1 : -1,
    tradeId: Buffer.from(bytes.subarray(idAt, at + tradeBytes(view, at))).toString('utf8'),
  };
}

/** Returns where the record ends. */
export function writeNames(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  instrumentId: number,
  exchange: string,
  symbol: string,
): number {
  view.setUint32(at, (RECORD.names << 24) | instrumentId, true);
  return writeText(bytes, view, writeText(bytes, view, at + HEAD_BYTES, exchange), symbol);
}

/** Returns where the record ends; the buffer has room for RECORD_BYTES_MAX. */
export function writeCold(bytes: Uint8Array, view: DataView, at: number, event: ColdEvent): number {
  const id = event.type === 'alive' ? 0 : event.instrumentId;
  view.setUint32(at, (RECORD[event.type] << 24) | id, true);
  view.setFloat64(at + 4, event.stampUs, true);
  switch (event.type) {
    case 'gap':
      view.setFloat64(at + 12, event.fromUs, true);
      view.setUint8(at + 20, GAP_REASONS.indexOf(event.reason));
      return at + 21;
    case 'thinned':
      view.setFloat64(at + 12, event.fromUs, true);
      view.setFloat64(at + 20, event.toUs, true);
      view.setFloat64(at + 28, event.count, true);
      return at + 36;
    case 'status':
      view.setFloat64(at + 12, event.value, true);
      view.setUint8(at + 20, STATUS_KINDS.indexOf(event.status));
      return at + 21;
    case 'alive':
      view.setFloat64(at + 12, event.provenUs, true);
      return writeText(bytes, view, at + 20, event.connection);
  }
}

function writeText(bytes: Uint8Array, view: DataView, at: number, text: string): number {
  const encoded = Buffer.from(text, 'utf8').subarray(0, TEXT_BYTES_MAX);
  view.setUint16(at, encoded.length, true);
  bytes.set(encoded, at + 2);
  return at + 2 + encoded.length;
}
