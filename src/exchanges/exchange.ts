// The contract of an exchange file: who it is, how its listing reads, how one subscribes, what its frames
// mean. Pure: no socket, no clock, no log, no exchange by name. Ingest knows this file and no other.

import type { TradeSide } from '../core/event.js';
import type { Market } from '../core/exchange.js';
import type { ControlKind, GapReason, RejectReason } from '../core/reasons.js';
import type { Micros } from '../core/time.js';

export interface ExchangeAdapter {
  /** The name that carries the market: `Binance` (spot), `BinancePerp` (linear). */
  readonly name: string;
  /** Other names it is known by in recordings and configuration (`gate`); any case. */
  readonly aliases?: readonly string[];
  readonly market: Market;
  /** Defaults; configuration may point both elsewhere. Without a last slash unless the exchange wants it. */
  readonly restUrl: string;
  readonly wsUrl: string;
  /** Sent with the WebSocket handshake. */
  readonly wsHeaders?: Readonly<Record<string, string>>;
  /** Taker fee of the lowest tier, percent of the notional, with the day it was read. */
  readonly takerFee: { readonly percent: number; readonly asOf: string };
  readonly limits: ExchangeLimits;
  readonly ping: PingRule;
  /** What is asked over REST before every connection (a token). Absent = `wsUrl` is opened at once. */
  readonly connectRequest?: ConnectRequest;
  /** True: the first subscription waits for the `welcome` control. Absent = false. */
  readonly awaitsWelcome?: boolean;
  /** What one bad symbol spoils: the `whole` subscribe message, or only the symbol the error names. */
  readonly refusalScope: 'whole' | 'named';
  /** True: every frame comes compressed and the decoder inflates it. Absent = false. */
  readonly compressed?: boolean;
  /** What to GET for the exchange's time, milliseconds; throws a ListingError where the body holds none. */
  readonly timeRequest: { readonly path: string; readMs(body: unknown): number };
  /** What to GET for the listing; the bodies come to `parseListing` under the same keys. */
  readonly listingRequests: readonly ListingRequest[];
  /** Throws a ListingError where the bodies are not what the exchange documents. */
  parseListing(bodies: Readonly<Record<string, unknown>>): readonly ListedInstrument[];
  /** One frame that subscribes these exchange symbols (at most `limits.symbolsPerMessage`). */
  subscribeFrame(exchangeSymbols: readonly string[], requestId: number, nowUs: Micros): string;
  /** As subscribeFrame: one frame that gives these up again. The decoder takes its acknowledgement for `unsubscribed`. */
  unsubscribeFrame(exchangeSymbols: readonly string[], requestId: number, nowUs: Micros): string;
  /** What to GET to see the best bid and ask of every symbol; the body goes to `parseTops`. */
  readonly topsRequest: ListingRequest;
  /** By the exchange's symbol. Throws a ListingError where the body is not what the exchange documents. */
  parseTops(body: unknown): ReadonlyMap<string, RestTop>;
  /** The channel of every single trade. Absent = none is known here. */
  readonly trades?: TradesChannel;
  createDecoder(listing: DecoderListing): Decoder;
}

/** Subscribed beside the best bid and ask, on the same connection, where trades are recorded too. */
export interface TradesChannel {
  /** As those of the adapter. */
  subscribeFrame(exchangeSymbols: readonly string[], requestId: number, nowUs: Micros): string;
  unsubscribeFrame(exchangeSymbols: readonly string[], requestId: number, nowUs: Micros): string;
}

/** The exchange's own documented limits; each adapter file names the source. */
export interface ExchangeLimits {
  readonly symbolsPerConnection: number;
  readonly symbolsPerMessage: number;
  /** Our pace of sending on one connection, a little under what the exchange allows. */
  readonly messageIntervalMs: number;
  /** Subscribe and unsubscribe messages an hour that one connection may send. Absent = the exchange names no such number. */
  readonly requestsPerHour?: number;
  /** Our pace of opening connections to this exchange. */
  readonly connectIntervalMs: number;
  /** The exchange ends a connection after this. Absent = it names no such time. */
  readonly connectionLifeMs?: number;
}

export interface PingRule {
  readonly intervalMs: number;
  /** The text to send; null = a WebSocket ping frame. */
  frame(requestId: number, nowUs: Micros): string | null;
}

export interface ConnectRequest {
  readonly method: 'GET' | 'POST';
  /** From `restUrl`. */
  readonly path: string;
  /**
   * Where to connect, from the parsed answer; `connectId` is another one for every connection. Throws a
   * ListingError where the answer is not what the exchange documents.
   */
  target(body: unknown, connectId: string): ConnectTarget;
}

export interface ConnectTarget {
  /** Takes the place of `wsUrl`. May hold a secret: not to be logged. */
  readonly url: string;
  /** Takes the place of `ping.intervalMs`, where the exchange names one. */
  readonly pingIntervalMs?: number;
}

export interface ListingRequest {
  readonly key: string;
  /** Path and query, from `restUrl`. */
  readonly path: string;
  /** Name of a query parameter that must hold the time of asking, in milliseconds. Absent = none. */
  readonly timeParameter?: string;
  /**
   * For a listing in pages: the path of the page after `body`, null after the last one; never throws. With it
   * `parseListing` gets the list of the pages' bodies, in order, even where there is only one.
   */
  next?(body: unknown): string | null;
}

/** Best bid and ask as REST shows them; NaN = no quote on that side. */
export interface RestTop {
  readonly bid: number;
  readonly ask: number;
}

/** One row of the exchange's listing. */
export interface ListedInstrument {
  /** The exchange's own spelling, as its frames carry it. */
  readonly exchangeSymbol: string;
  readonly base: string;
  readonly quote: string;
  /** False: halted, delisted, not yet open; `statusText` says it in the exchange's word. */
  readonly trading: boolean;
  readonly statusText: string;
  /** 24 h volume in the quote currency; null where the exchange gives none. */
  readonly quoteVolume24h: number | null;
  readonly tickSize: number | null;
  /** Base coins per unit of size in this exchange's frames; 1 where sizes are in base coin. */
  readonly contractSize: number;
}

/** A REST answer is not what the exchange documents; the message names field, value and what was expected. */
export class ListingError extends Error {
  override readonly name = 'ListingError';
}

/** A longer frame is rejected as `too-large` unread: no best bid and ask needs it. Bytes. */
export const FRAME_BYTES_MAX = 1024 * 1024;

/** A listing in more pages is none: a cursor runs in a circle. */
export const LISTING_PAGES_MAX = 20;

/** What a decoder must know of the instruments; ids are given out on the main thread. */
export interface DecoderListing {
  /** The id of an exchange symbol, or -1 where it is not selected. */
  idOf(exchangeSymbol: string): number;
  /** Base coins per unit of size. */
  contractSizeOf(instrumentId: number): number;
  /** Another number whenever `idOf` may answer otherwise; absent: it is asked each time. */
  readonly version?: number;
}

/** One a connection. Output depends only on the listing and the frames since the last reset. */
export interface Decoder {
  /** Quotes that were read from the bytes of their frames, without their JSON. Absent = it has no way to. */
  readonly scanned?: number;
  /**
   * Gives at least one call to `sink` for every frame; never throws, whatever the bytes are.
   * `receivedUs` is NaN where nobody noted it (a recording).
   */
  decode(frame: Uint8Array, receivedUs: Micros, sink: DecoderSink): void;
  /** Forgets what it holds, of one instrument or of all: after a reconnect or a gap. */
  reset(instrumentId?: number): void;
}

export interface DecoderSink {
  /** False: frames of trades stay control frames (`other-channel`), and `trade` is not called. */
  readonly wantsTrades: boolean;
  /**
   * Sizes in base coin. NaN = absent: a side without a quote, or a time the exchange does not give. `updateId` is the
   * exchange's own number of the quote, for telling doubles: NaN where it has none, or one that a number would round.
   */
  quote(
    instrumentId: number,
    bid: number,
    bidSize: number,
    ask: number,
    askSize: number,
    exchangeUs: Micros,
    updateId?: number,
  ): void;
  /** Size in base coin, both above zero. `exchangeUs` NaN = not given, `tradeId` empty = not given. */
  trade(
    instrumentId: number,
    price: number,
    size: number,
    side: TradeSide,
    exchangeUs: Micros,
    tradeId: string,
  ): void;
  gap(instrumentId: number, reason: GapReason): void;
  control(kind: ControlKind, detail?: ControlDetail): void;
  reject(reason: RejectReason, detail?: string): void;
}

export interface ControlDetail {
  /** The id of our request that this frame answers, where it says so. */
  readonly requestId?: string;
  /** The exchange symbol it is about, where it names one. */
  readonly exchangeSymbol?: string;
  /** The frame that must be sent back (ping). */
  readonly reply?: string;
  readonly message?: string;
}
