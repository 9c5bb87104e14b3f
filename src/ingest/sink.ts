// Where ingest hands things to: the hub, by the shape of its functions (ingest does not import the hub).

import type { TradeSide } from '../core/event.js';
import type { GapReason, StatusKind } from '../core/reasons.js';
import type { Micros } from '../core/time.js';

export interface IngestSink {
  quote(
    instrumentId: number,
    bid: number,
    bidSize: number,
    ask: number,
    askSize: number,
    exchangeUs: Micros,
    receivedUs: Micros,
  ): void;
  trade(
    instrumentId: number,
    price: number,
    size: number,
    side: TradeSide,
    exchangeUs: Micros,
    receivedUs: Micros,
    tradeId: string,
  ): void;
  gap(instrumentId: number, fromUs: Micros, reason: GapReason, nowUs: Micros): void;
  status(instrumentId: number, status: StatusKind, value: number, nowUs: Micros): void;
  alive(connection: string, provenUs: Micros, nowUs: Micros): void;
}

/** Where a connection hands what it reads: to whoever owns it and knows what else carries its instruments. */
export interface ConnectionOwner {
  /** `updateId` is the exchange's own number of the quote; NaN where it gives none. */
  quote(
    instrumentId: number,
    bid: number,
    bidSize: number,
    ask: number,
    askSize: number,
    exchangeUs: Micros,
    receivedUs: Micros,
    updateId: number,
  ): void;
  trade(
    instrumentId: number,
    price: number,
    size: number,
    side: TradeSide,
    exchangeUs: Micros,
    receivedUs: Micros,
    tradeId: string,
  ): void;
  /** The instrument had a valid quote (or the exchange's numbering shows a hole): from here on it has none. */
  gap(instrumentId: number, fromUs: Micros, reason: GapReason, nowUs: Micros): void;
  alive(connection: string, provenUs: Micros, nowUs: Micros): void;
  /** The exchange was asked to stream these. */
  asked(exchangeSymbols: readonly string[], nowUs: Micros): void;
  /** The exchange announced that it will close the connection. */
  closing(message: string): void;
  /** The connection fell, and its gaps are told. Whether it should come back. */
  fallen(): boolean;
}

/** Every raw frame as it was read, before it is decoded; for `--capture`. */
export interface FrameTap {
  /** A connection opened: what follows does not continue what it sent before. */
  opened(connection: string): void;
  frame(connection: string, frame: Uint8Array, isBinary: boolean, receivedUs: Micros): void;
}
