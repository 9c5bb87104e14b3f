// The contract of a simulated exchange: how its listing reads over REST, how one conversation over its
// WebSocket goes, what its best-bid-and-ask frame looks like. Written from the exchange's documents, apart
// from the adapters under test: it must never import them. No sockets, no timers, no clock in here or in
// the files that keep this contract; they speak through `Peer` and are told the time.

import type { Market } from '../core/exchange.js';
import type { Micros } from '../core/time.js';

/** Best bid and ask, sizes in base coin. NaN in a side's price = nothing on that side. */
export interface SimQuote {
  readonly bid: number;
  readonly bidSize: number;
  readonly ask: number;
  readonly askSize: number;
}

/** A trade at the top, size in base coin. */
export interface SimTrade {
  readonly price: number;
  readonly size: number;
  readonly takerBought: boolean;
  /** Rises by one with every trade of its symbol. */
  readonly id: number;
}

/** Whether nothing of the top differs. */
export function sameTop(one: SimQuote, other: SimQuote): boolean {
  return (
    Object.is(one.bid, other.bid) &&
    Object.is(one.ask, other.ask) &&
    Object.is(one.bidSize, other.bidSize) &&
    Object.is(one.askSize, other.askSize)
  );
}

/** One row of a simulated listing. */
export interface SimListed {
  /** The exchange's own spelling. */
  readonly exchangeSymbol: string;
  readonly base: string;
  readonly quote: string;
  readonly tickSize: number;
  /** Decimals of prices and sizes in frames, where the exchange does not fix them itself. */
  readonly priceDecimals: number;
  readonly sizeDecimals: number;
  /** Base coins per unit of size in frames. */
  readonly contractSize: number;
  readonly quoteVolume24h: number;
  /** False = listed, but halted. */
  readonly trading: boolean;
}

/** What one exchange has to show. */
export interface SimBook {
  readonly listing: readonly SimListed[];
  find(exchangeSymbol: string): SimListed | undefined;
  /** The top at a moment; undefined where nobody knows one (a player's symbols). */
  quoteOf(exchangeSymbol: string, atUs: Micros): SimQuote | undefined;
}

export function createBook(listing: readonly SimListed[], quoteOf: SimBook['quoteOf']): SimBook {
  const bySymbol = new Map(listing.map((row) => [row.exchangeSymbol, row]));
  return { listing, find: (exchangeSymbol) => bySymbol.get(exchangeSymbol), quoteOf };
}

export interface RestReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a string is sent as it is. */
  readonly body: unknown;
}

/** What a frame with a best bid and ask told. */
export interface Told {
  readonly quote: SimQuote;
  /** NaN where the frame carries none. */
  readonly updateId: number;
  /** The exchange's time, where its frames carry one. */
  readonly eventUs: Micros;
}

/** What goes over a socket: text, or the bytes of a binary frame. */
export type SimFrame = string | Uint8Array;

/** What an exchange may do to one of its connections. */
export interface Peer {
  /** 32 hexadecimal digits, of this connection alone. */
  readonly token: string;
  /** A header of the handshake, by its name in lower case. */
  header(name: string): string | undefined;
  /** Acknowledgements, errors, pongs. */
  send(frame: SimFrame): void;
  /** The present top as a frame of its own, where the world knows one: for the answer to a subscription. */
  sendTop(exchangeSymbol: string, nowUs: Micros): void;
  /** A frame with a best bid and ask: counted, and held back while the symbol is silenced. `told` = what it says. */
  sendQuote(exchangeSymbol: string, frame: SimFrame, told: Told): void;
  /** A WebSocket ping frame. */
  ping(payload: string): void;
  close(code: number, reason: string): void;
  /** Ends the connection without a closing handshake: the client sees 1006. */
  cut(): void;
  /** The connection wants (or no longer wants) the best bid and ask of a listed symbol. */
  want(exchangeSymbol: string, wanted: boolean): void;
  /** The same of every single trade. */
  wantTrades(exchangeSymbol: string, wanted: boolean): void;
}

/** One connection's life, as the exchange sees it. */
export interface Conversation {
  onText(text: string, nowUs: Micros): void;
  /** A WebSocket ping frame of the client (already answered) or its pong. */
  onControlFrame(kind: 'ping' | 'pong', nowUs: Micros): void;
  /** Comes several times a second, for everything that happens by time. */
  onTick(nowUs: Micros): void;
  /**
   * The frame that tells `quote`; what the conversation must remember of having sent it, it remembers. The update id
   * rises per symbol, not per connection. `eventUs` is the exchange's time as it is told, `nowUs` when the frame goes.
   */
  quoteFrame(
    exchangeSymbol: string,
    quote: SimQuote,
    updateId: number,
    eventUs: Micros,
    nowUs: Micros,
  ): SimFrame;
  /** The frame that tells `trade`; absent = its trades cannot be subscribed here. */
  tradeFrame?(exchangeSymbol: string, trade: SimTrade, eventUs: Micros): SimFrame;
}

/** What sizes are told in: so many base coins, with so many decimals. */
export interface SimContract {
  readonly size: number;
  readonly decimals: number;
}

/** So much REST in a sliding window of time from one address. */
export interface SimRestLimit {
  readonly count: number;
  readonly windowMs: number;
  /** Whether each path has a budget of its own. */
  readonly isPerPath: boolean;
  /** What a request takes of it; absent = one. */
  weightOf?(pathname: string): number;
  /** The answer beyond it. */
  readonly reply: RestReply;
}

export interface SimExchange {
  /** As everywhere: carries the market. Its lower case is the first part of all its paths. */
  readonly name: string;
  /** Absent = spot. */
  readonly market?: Market;
  /** The contract of a coin whose sizes have so many decimals; absent = sizes are told in base coins. */
  contractOf?(base: string, sizeDecimals: number): SimContract;
  /** How recordings call it: the first part of their file names. */
  readonly recordingKey: string;
  /** Whether its best-bid-and-ask frames carry the exchange's own time. */
  readonly givesTime: boolean;
  /** Belongs to the REST base URL (`/api/v4`), else empty. */
  readonly restPrefix: string;
  /** The path of the WebSocket address, as the real exchange spells it. */
  readonly wsPath: string;
  /** Handshakes from one address; more are answered 429. null = none documented. */
  readonly connectLimit: { readonly count: number; readonly windowMs: number } | null;
  /** Open connections from one address; handshakes beyond are answered 429. Absent = none documented. */
  readonly connectionsMax?: number;
  readonly restLimit?: SimRestLimit;
  exchangeSymbolOf(base: string, quote: string): string;
  /** `[base, quote]`, or null where the spelling cannot be cut. */
  splitSymbol(exchangeSymbol: string): readonly [string, string] | null;
  /** The symbol a data frame is about; null where it names none. `frame` is parsed JSON. */
  symbolOfFrame(frame: Readonly<Record<string, unknown>>): string | null;
  /** The same of a binary frame; absent = its binary frames hold JSON, or there are none. */
  symbolOfBytes?(frame: Uint8Array): string | null;
  /** `path` starts after the exchange's prefix: `/api/v3/exchangeInfo?…`; its host is this server's own. */
  rest(path: URL, book: SimBook, nowUs: Micros, method: string): RestReply;
  /** Whether a WebSocket handshake at this path works; `pathname` starts after the exchange's prefix. */
  acceptsWsPath(pathname: string): boolean;
  /** What it sends before it closes connections for maintenance; absent = it closes without a word. */
  closingNotice?(nowUs: Micros): SimFrame;
  open(path: URL, peer: Peer, book: SimBook, nowUs: Micros): Conversation;
}
