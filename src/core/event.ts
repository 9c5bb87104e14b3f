// Everything that flows from ingest through the hub to the sinks, in one order: by `stampUs`.
// Quotes travel as plain numbers (QuoteListener); objects of the union exist only off the hot path.

import type { GapReason, StatusKind } from './reasons.js';
import type { Micros } from './time.js';

/** Best bid and ask of one instrument. NaN = no quote on that side, or no time given. */
export interface QuoteEvent {
  readonly type: 'quote';
  readonly stampUs: Micros;
  readonly instrumentId: number;
  readonly bid: number;
  readonly bidSize: number;
  readonly ask: number;
  readonly askSize: number;
  /** The exchange's own time; NaN where it gives none: never 0, never copied from ours. */
  readonly exchangeUs: Micros;
}

/**
 * No quote of the instrument is valid from `fromUs` (which may lie before `stampUs`) until the stamp
 * of its next quote. Sent once, when noticed; there is no closing event.
 */
export interface GapEvent {
  readonly type: 'gap';
  readonly stampUs: Micros;
  readonly instrumentId: number;
  readonly fromUs: Micros;
  readonly reason: GapReason;
}

/** Quotes were conflated in [fromUs, toUs): the latest is valid, extremes may be missing. Not a gap. */
export interface ThinnedEvent {
  readonly type: 'thinned';
  readonly stampUs: Micros;
  readonly instrumentId: number;
  readonly fromUs: Micros;
  readonly toUs: Micros;
  readonly count: number;
}

/** A state of the instrument, with one number of evidence where the state needs it (else NaN). */
export interface StatusEvent {
  readonly type: 'status';
  readonly stampUs: Micros;
  readonly instrumentId: number;
  readonly status: StatusKind;
  readonly value: number;
}

/** Proof that a connection lives: `provenUs` is when its last frame or pong was read. */
export interface AliveEvent {
  readonly type: 'alive';
  readonly stampUs: Micros;
  /** Of every connection this process ever opened; `exchange#n`. */
  readonly connection: string;
  readonly provenUs: Micros;
}

export type ColdEvent = GapEvent | ThinnedEvent | StatusEvent | AliveEvent;
export type FeedEvent = QuoteEvent | ColdEvent;

/** The hot path: one call a quote, plain numbers, no allocation. Must not throw and must not block. */
export type QuoteListener = (
  stampUs: Micros,
  instrumentId: number,
  bid: number,
  bidSize: number,
  ask: number,
  askSize: number,
  exchangeUs: Micros,
) => void;

/** Who took: 1 = the taker bought, -1 = the taker sold. */
export type TradeSide = 1 | -1;

/**
 * A trade, in the same order as the quotes. Size in base coin; `exchangeUs` NaN and `tradeId` empty where the exchange
 * gives none. Must not throw and must not block.
 */
export type TradeListener = (
  stampUs: Micros,
  instrumentId: number,
  price: number,
  size: number,
  side: TradeSide,
  exchangeUs: Micros,
  tradeId: string,
) => void;

/** Must not throw and must not block. */
export type SecondListener = (us: Micros) => void;

/** Everything else. Comes in the same order as the quotes, between them. */
export type ColdListener = (event: ColdEvent) => void;

/** What a sink gives to the hub. */
export interface Subscriber {
  /** Two-sided quotes only; a side going empty comes as a Status. */
  readonly quote: QuoteListener;
  readonly cold: ColdListener;
  /** Absent = trades are of no interest to it. */
  readonly trade?: TradeListener;
  /**
   * A whole second of the order: every event stamped before `us` has been given, none from it on. What a sink does
   * now and then it does here, so that it rests on the events alone and not on when a timer happened to run.
   */
  readonly second?: SecondListener;
}

/** The latest two-sided quote of an instrument; NaN everywhere before the first one. */
export interface LatestQuotes {
  readonly stampUs: Float64Array;
  readonly bid: Float64Array;
  readonly bidSize: Float64Array;
  readonly ask: Float64Array;
  readonly askSize: Float64Array;
  readonly exchangeUs: Float64Array;
}

export interface ValidityListener {
  /** No quote is valid from `fromUs` on. A side that goes empty ends the quote as a gap does. */
  readonly gap: (instrumentId: number, stampUs: Micros, fromUs: Micros) => void;
  /** A quote counts for `limitUs` from now on; 0 while what comes is late. */
  readonly limit: (instrumentId: number, stampUs: Micros, limitUs: number) => void;
}

/** What an event that is no quote says of the quotes of its instrument. */
export type TellValidity = (event: ColdEvent, listener: ValidityListener) => void;
