// Where ingest hands things to: the hub, by the shape of its functions (ingest does not import the hub).

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
  gap(instrumentId: number, fromUs: Micros, reason: GapReason, nowUs: Micros): void;
  status(instrumentId: number, status: StatusKind, value: number, nowUs: Micros): void;
  alive(connection: string, provenUs: Micros, nowUs: Micros): void;
}

/** Every raw frame as it was read, before it is decoded; for `--capture`. */
export interface FrameTap {
  /** A connection opened: what follows does not continue what it sent before. */
  opened(connection: string): void;
  frame(connection: string, frame: Uint8Array, isBinary: boolean, receivedUs: Micros): void;
}
