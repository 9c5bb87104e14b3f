// The words of feed protocol v2, for both of its ends: what a client may ask, what the server says, and the binary
// form. Types and constants only; it imports nothing, so that a client may be built from it alone.

export const PROTOCOL_VERSION = 2;
export const FEED_PATH = '/ws/v2';

export const STREAMS = ['quotes', 'spreads', 'opportunities', 'gaps', 'status'] as const;
export type Stream = (typeof STREAMS)[number];

export const FORMATS = ['json', 'binary'] as const;
export type Format = (typeof FORMATS)[number];

/** Milliseconds between two quotes of one instrument that a client may ask for; 0 = every quote. */
export const CONFLATE_MS = [0, 50, 100, 200, 500, 1_000, 5_000] as const;

/** What is to be known of a value; the position in the list is its bit in the binary form: append only. */
export const FLAGS = [
  'snapshot', // the present state, sent because nothing or not everything before it is known to the client
  'resumed', // sent late, to a client that came back
  'stale', // its instrument fell silent, or the quote is older than the instrument's age limit
  'lagging', // what comes of its instrument is late: it does not count
  'crossed', // the bid is above the ask
  'one-sided', // a side of the book has gone empty since
  'gap', // a gap was noticed since: no quote of the instrument stands
  'conflated', // others were left out before it: `leftOut` says how many
] as const;
export type Flag = (typeof FLAGS)[number];

/** Why a spread has no value; the position in the list, from 1, is the number in the binary form: append only. */
export const SPREAD_REASONS = ['no-quote', 'gap', 'one-sided', 'lagging', 'stale', 'no-value'] as const;
export type SpreadReason = (typeof SPREAD_REASONS)[number];

/** Why a spread would not be traded (docs/quality.md); the position in the list is its bit in the binary form: append only. */
export const REFUSALS = [
  ...(['no-live-leg', 'lagging', 'stale', 'below-costs', 'halted', 'one-sided', 'crossed'] as const),
  ...(['skewed', 'unconfirmed', 'flicker', 'thin', 'basis', 'implausible', 'identity'] as const),
] as const;
export type Refusal = (typeof REFUSALS)[number];

/** Why a subscription begins with a snapshot. */
export const SNAPSHOT_REASONS = [
  'new', // no `since` was given
  'other-epoch', // `since` is of another process: what came between is not held
  'too-old', // `since` is older than what is held
] as const;
export type SnapshotReason = (typeof SNAPSHOT_REASONS)[number];

export const MESSAGE_TYPES = [
  'hello',
  'subscribed',
  'unsubscribed',
  'ready',
  'pong',
  'error',
  'heartbeat',
  'instrument',
  'pair',
  'quote',
  'spread',
  'opportunities',
  'gap',
  'status',
] as const;
export type MessageType = (typeof MESSAGE_TYPES)[number];

/** Where a client is: everything up to `seq` of the process `epoch` is known to it. */
export interface Since {
  readonly epoch: number;
  readonly seq: number;
}

/** symbol, exchange1, exchange2; any spelling, any case. */
export type PairNames = readonly [symbol: string, exchange1: string, exchange2: string];

export type ClientRequest =
  | SubscribeRequest
  | { readonly op: 'unsubscribe' | 'ping'; readonly id?: string | number };

export interface SubscribeRequest {
  readonly op: 'subscribe';
  /** Comes back in the answer. */
  readonly id?: string | number;
  readonly streams: readonly Stream[];
  /** Absent = all. Where only `pairs` are given, their legs. */
  readonly symbols?: readonly string[];
  readonly exchanges?: readonly string[];
  /** Needed for `spreads`. */
  readonly pairs?: readonly PairNames[];
  /** One of CONFLATE_MS. Absent: 0 for programs, 200 for pages. */
  readonly conflate?: number;
  readonly format?: Format;
  readonly since?: Since;
}

export interface Hello {
  readonly type: 'hello';
  readonly protocol: number;
  /** Of this process of the server; sequences of one epoch are all there is between them. */
  readonly epoch: number;
  readonly seq: number;
  readonly sentUs: number;
  readonly heartbeatMs: number;
  readonly limits: {
    readonly messageBytesMax: number;
    readonly namesMax: number;
    readonly pairsMax: number;
    readonly bufferedBytesMax: number;
    readonly recordsHeldMax: number;
  };
}

export interface Subscribed {
  readonly type: 'subscribed';
  readonly id: string | number | null;
  /** What follows, until `ready`, brings the client from here to the present. */
  readonly seq: number;
  readonly epoch: number;
  readonly resumed: boolean;
  /** Null where it is resumed. */
  readonly snapshotReason: SnapshotReason | null;
  readonly streams: readonly Stream[];
  readonly conflate: number;
  readonly format: Format;
  /** Names that nothing is received of, now. */
  readonly unknown: readonly string[];
}

/** From here on everything comes as it happens. */
export interface Ready {
  readonly type: 'ready';
  readonly seq: number;
}

export interface AnswerOf<Type> {
  readonly type: Type;
  readonly id: string | number | null;
  readonly seq: number;
  readonly sentUs: number;
}

export type Answer = AnswerOf<'unsubscribed'> | AnswerOf<'pong'>;

/** The subscription is as it was before. */
export interface RequestError {
  readonly type: 'error';
  readonly id: string | number | null;
  readonly field: string;
  /** What was there, as JSON, shortened. */
  readonly value: string;
  readonly expected: string;
}

/** At every interval, to every client. */
export interface Heartbeat {
  readonly type: 'heartbeat';
  /** Everything up to here that the client wants has been sent. */
  readonly seq: number;
  readonly sentUs: number;
  /** Messages with a sequence of the market (quote, spread, opportunities, gap, status) sent on this connection. */
  readonly count: number;
}

/** What every message about the market has. */
export interface Stamped {
  /** Ascends strictly over quotes, gaps and states; µs. */
  readonly seq: number;
  /** When we received it, µs since the epoch. */
  readonly receivedUs: number;
  /** The exchange's own time, µs; null where it gives none. */
  readonly exchangeUs: number | null;
  /** When it was written for sending, less `exchangeUs`, or less `receivedUs` where that is null. Two clocks: may be negative. */
  readonly ageMs: number;
  readonly flags: readonly Flag[];
}

export interface Quote extends Stamped {
  readonly type: 'quote';
  readonly exchange: string;
  readonly symbol: string;
  readonly bid: number;
  readonly bidSize: number | null;
  readonly ask: number;
  readonly askSize: number | null;
  /** Quotes of this instrument since the last one sent that were not sent. */
  readonly leftOut: number;
}

export interface Gap extends Stamped {
  readonly type: 'gap';
  readonly exchange: string;
  readonly symbol: string;
  /** No quote is valid from here until the next one; may lie before `seq`. */
  readonly fromUs: number;
  readonly reason: string;
}

export interface Status extends Stamped {
  readonly type: 'status';
  readonly exchange: string;
  readonly symbol: string;
  readonly status: string;
  readonly value: number | null;
}

/** Of the leg's quote; null where it has none yet. */
export interface SpreadLeg {
  readonly seq: number | null;
  readonly exchangeUs: number | null;
  readonly ageMs: number | null;
  readonly flags: readonly Flag[];
}

/**
 * `seq` is of the event that it was made for; the times are those of the leg that came last; `ageMs` is of the older leg,
 * null where either has no quote yet; flags of both legs.
 */
export interface Spread extends Omit<Stamped, 'receivedUs' | 'ageMs'> {
  readonly type: 'spread';
  readonly receivedUs: number | null;
  readonly ageMs: number | null;
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
  /** Percent: (bid1/bid2 − 1) · 100; null where a leg does not stand. */
  readonly bidBid: number | null;
  /** Sold on exchange1, bought on exchange2: (bid1/ask2 − 1) · 100 */
  readonly executable12: number | null;
  /** The other way round: (bid2/ask1 − 1) · 100 */
  readonly executable21: number | null;
  readonly reason: SpreadReason | null;
  /** The leg the reason is about: 1 or 2; 0 where there is none. */
  readonly reasonLeg: number;
  /** Every reason why it would not be traded; empty: it could be. */
  readonly refusals: readonly Refusal[];
  /** Of both legs. */
  readonly leftOut: number;
  readonly legs: readonly [SpreadLeg, SpreadLeg];
}

export interface OpportunityRow {
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
  readonly opportunityCycles: number;
  /** The better executable spread less the taker fees of a round trip. */
  readonly edgeBps: number | null;
  /** The same less what stands there all the time: the pair's own long median. */
  readonly freshEdgeBps: number | null;
  readonly spreadPercent: number | null;
  readonly executable12Percent: number | null;
  readonly executable21Percent: number | null;
  readonly tradable: boolean;
  readonly refusals: readonly string[];
  readonly legs: readonly { readonly ageMs: number | null; readonly live: boolean }[];
}

/** The whole list, best first, as of the last whole second; at most so many rows as the server's limit. */
export interface Opportunities extends Stamped {
  readonly type: 'opportunities';
  readonly rows: readonly OpportunityRow[];
  /** Rows there were, with those beyond the limit. */
  readonly total: number;
}

/** In the binary form: what a number stands for, once, before its first record. */
export interface InstrumentName {
  readonly type: 'instrument';
  readonly number: number;
  readonly exchange: string;
  readonly symbol: string;
}

export interface PairName {
  readonly type: 'pair';
  readonly number: number;
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
}

export type MarketMessage = Quote | Spread | Opportunities | Gap | Status;
export type ControlMessage = Hello | Subscribed | Ready | Answer | RequestError | Heartbeat;
export type ServerMessage = MarketMessage | ControlMessage | InstrumentName | PairName;

/**
 * The binary form: little-endian; a binary frame holds one record or more, one behind the other. Offsets in bytes. A time
 * or number that is not there is NaN.
 */
export const RECORD = { quote: 1, spread: 2 } as const;
export const QUOTE_RECORD = {
  ...{ type: 0, flags: 2, instrument: 4, seq: 8, exchangeUs: 16, ageMs: 24 },
  ...{ bid: 32, bidSize: 40, ask: 48, askSize: 56, leftOut: 64, bytes: 72 },
} as const;
/** `reason`: its number in the low four bits, 0 = none; the leg's in the high four. Legs: 24 bytes each from `legs`. */
export const SPREAD_RECORD = {
  ...{ type: 0, reason: 1, flags: 2, pair: 4, seq: 8, receivedUs: 16, exchangeUs: 24, ageMs: 32 },
  ...{ bidBid: 40, executable12: 48, executable21: 56, legs: 64, legFlags: 112, leftOut: 116 },
  ...{ refusals: 120, bytes: 124 },
} as const;
export const SPREAD_LEG = { seq: 0, exchangeUs: 8, ageMs: 16, bytes: 24 } as const;
