// What the HTTP API answers with, as types only: the one file of the server that web/ may import.
// Never holds code, imports no more than the words, and never promises a field that an answer may leave out. What the views of one pair, of the
// lake and of the connections ask for is written in page-contract.ts.

import type { Refusal } from '../core/refusals.js';

export type * from './contract-alerts.js';
export type * from './contract-quality.js';
export type * from './contract-table.js';
export type * from './page-contract.js';

/**
 * One chart: a line of `/api/charts`. The four columns have one length; a row of nulls is where a leg stopped being
 * valid: a hole that ends with the next row.
 */
export interface ChartData {
  /** Unified: `BTC/USDT`. */
  readonly symbol: string;
  /** The left leg: spread = (bid1 / bid2 − 1) · 100. */
  readonly exchange1: string;
  readonly exchange2: string;
  /** Epoch seconds with milliseconds, ascending. */
  readonly timestamps: readonly number[];
  /** Percent, as the bands: twelve decimals at most. */
  readonly spreads: readonly (number | null)[];
  /** 0.97 quantile of the last 200 joined rows, percent. */
  readonly upperBand: readonly (number | null)[];
  /** 0.03 quantile of the last 200 joined rows, percent. */
  readonly lowerBand: readonly (number | null)[];
}

/** Every moment of an instrument is exactly one of these; docs/coverage.md says what they mean. */
export type CoverageClass = 'data' | 'quiet-but-alive' | 'gap' | 'not-collected' | 'unknown';

/** A part of the range, half-open, epoch seconds with microseconds. */
export interface CoverageSegment {
  readonly from: number;
  readonly to: number;
  readonly class: CoverageClass;
  /** Of a gap; null for every other class. */
  readonly reason: string | null;
}

/** Of the whole range, whatever became of the list of segments. */
export interface CoverageShare {
  readonly class: CoverageClass;
  readonly seconds: number;
  readonly percent: number;
}

/** The body of `/api/coverage`. */
export interface CoverageReply {
  readonly symbol: string;
  readonly exchange: string;
  readonly from: number;
  readonly to: number;
  /** One of each class. */
  readonly totals: readonly CoverageShare[];
  /** Gaps by reason; those that there are. */
  readonly gaps: readonly { readonly reason: string; readonly seconds: number; readonly percent: number }[];
  /** Neighbours, beginning at `from`. */
  readonly segments: readonly CoverageSegment[];
  /**
   * Where the range has too many segments, those of quiet-but-alive between data that are shorter than so many
   * seconds are given as data; 0 = none are.
   */
  readonly joinedBelowSeconds: number;
  /** Where there are too many all the same, the list ends here; null = at `to`. */
  readonly cutAt: number | null;
}

/** A leg of a recommended pair at this moment. */
export interface LegSummary {
  /** Milliseconds since its newest quote, at 1 Hz; null where none came yet. */
  readonly ageMs: number | null;
  /** Its quote stands. */
  readonly live: boolean;
}

/** A pair that the statistics recommend, with its numbers and what it does now. Null where there is no value. */
export interface OpportunitySummary {
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
  readonly opportunityCycles: number;
  readonly tradable: boolean;
  /** Why not: every reason that holds (docs/quality.md). */
  readonly refusals: readonly Refusal[];
  /** Basis points: the better executable spread less the taker fees of a round trip. */
  readonly edgeBps: number | null;
  /** The same less the pair's own long median in that direction. */
  readonly freshEdgeBps: number | null;
  readonly spreadPercent: number | null;
  readonly executable12Percent: number | null;
  readonly executable21Percent: number | null;
  /** Of exchange1 and exchange2. */
  readonly legs: readonly [LegSummary, LegSummary];
  /** The columns of the statistics file, by name (docs/statistics.md). */
  readonly statistics: Readonly<Record<string, number | boolean | string | null>>;
}

/** The body of `/api/opportunities`. */
export interface OpportunitiesReply {
  /** By symbol, exchange1, exchange2, where no other order was asked for. */
  readonly opportunities: readonly OpportunitySummary[];
  /** Why the list is empty or shorter than it could be, in words. */
  readonly warnings?: readonly string[];
  /** The statistics file that the list is of, a bare name; null where there is none. */
  readonly file: string | null;
  /** Pairs with more cycles than this are on the list. */
  readonly minCycles: number;
}

/** Of one clock hour, or of as much of it as a pair was watched. */
export interface LiveHourSummary {
  /** Epoch seconds, half-open. */
  readonly from: number;
  readonly to: number;
  /** Watched from the beginning of the hour on: then the recorded hour has the same numbers. */
  readonly whole: boolean;
  /** Holes that were told too late to be taken out. */
  readonly gapsLate: number;
  /** The columns of the statistics file, by name; null where no quotes met. */
  readonly statistics: Readonly<Record<string, number | boolean | string | null>> | null;
}

/** A watched pair: a row of `/api/live_statistics`. */
export interface LiveStatisticsSummary extends PairName {
  /** Of the hour that is under way, up to this moment. */
  readonly now: LiveHourSummary;
  /** Of the one before; null where it was not watched when it ended. */
  readonly last: LiveHourSummary | null;
}

/** The body of `/api/live_statistics`. */
export interface LiveStatisticsReply {
  readonly pairs: readonly LiveStatisticsSummary[];
}

/** A pair of live legs: a row of `/api/pairs`. Null where a leg has no valid quote now. */
export interface PairSummary {
  /** Unified: `BTC/USDT`. */
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
  /** (bid1 / bid2 − 1) · 100 */
  readonly spreadPercent: number | null;
  /** Sold on exchange1, bought on exchange2: (bid1 / ask2 − 1) · 100, before fees. */
  readonly executable12Percent: number | null;
  /** The other way round: (bid2 / ask1 − 1) · 100 */
  readonly executable21Percent: number | null;
  /**
   * The last spread of each `bucketSeconds`, percent, oldest first; the last one is of those under way. Null
   * where it was not asked for.
   */
  readonly sparkline: readonly (number | null)[] | null;
}

/** The body of `/api/pairs`. */
export interface PairsReply {
  /** When the values were taken: ISO 8601, UTC; null before the first time. */
  readonly timestamp: string | null;
  /** Pairs that match, of which `pairs` are those from `offset` on. */
  readonly total: number;
  readonly offset: number;
  /** Pairs that are not looked at, for want of room. */
  readonly leftOut: number;
  readonly bucketSeconds: number;
  readonly pairs: readonly PairSummary[];
}

/** One listed instrument of one exchange: a row of `/api/symbols`. */
export interface SymbolSummary {
  readonly exchange: string;
  /** Unified: `BTC/USDT`. */
  readonly symbol: string;
  readonly exchangeSymbol: string;
  readonly tickSize: number | null;
  /** In the exchange's word. */
  readonly status: string;
  /** 24 h, in the quote currency. */
  readonly quoteVolume24h: number | null;
  /** Why it is not watched; null = it is. */
  readonly excluded: string | null;
  /** `waiting`, `live`, `stale`, `refused` or `down`; null, like the rest, where it is not watched. */
  readonly state: string | null;
  /** The exchange's words, where it is refused. */
  readonly reason: string | null;
  readonly lastQuoteAgeMs: number | null;
  /** 99 of 100 times between its quotes are at most so long; null while that is not learned. */
  readonly usualIntervalMs: number | null;
  /** Times that it came back after it was stale. */
  readonly heals: number | null;
}

export interface ExchangeHealth {
  readonly state: 'starting' | 'running' | 'degraded' | 'failed' | 'stopped';
  /** Why it is not running. */
  readonly reason?: string;
  /** Instruments selected from its listing. */
  readonly instruments: number;
  /** Since the last frame of any of its connections; null before the first. */
  readonly lastMessageAgeMs: number | null;
  readonly reconnects: number;
}

export interface QueueHealth {
  readonly length: number;
  readonly lengthMax: number;
  /** `bytes`, `quotes`, `requests` or `alerts`. */
  readonly unit: string;
  readonly overflow: string;
  readonly overflowed: number;
}

/** What the page reads of `/api/health`; the reply holds more. */
export interface Health {
  readonly status: 'healthy' | 'degraded';
  /** What makes it degraded, in words; what an exchange has begins with its name. */
  readonly reasons: readonly string[];
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  readonly uptime: { readonly totalSeconds: number };
  readonly memory: { readonly rssMb: number };
  /** How long the event loop was held up: the longest of the last ten seconds, and since the start. */
  readonly loop: { readonly recentMsMax: number; readonly msMax: number };
  /** By name: how full each queue is, what happens when it is, and how often that has happened. */
  readonly queues: Readonly<Record<string, QueueHealth>>;
  /** The newest statistics: when `file` changes, the opportunities are others. */
  readonly statistics: { readonly file: string | null };
  /** By exchange name. */
  readonly exchanges: Readonly<Record<string, ExchangeHealth>>;
}

/** A pair by its names. */
export interface PairName {
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
}

/** A chart in a message of `/ws/realtime_charts?mode=delta`: points to append. */
export interface LiveChart extends ChartData {
  /** First forget the points at or after this, epoch seconds; absent = none. */
  readonly retractedFrom?: number;
  /** Then forget points older than so many seconds before the newest. */
  readonly window: number;
  /** No point after this is missing; epoch seconds. */
  readonly coversFrom: number;
  /** Exchanges of its legs whose quotes come too late to count; absent = none. */
  readonly late?: readonly string[];
}

/** The messages of `/ws/realtime_charts?mode=delta`; how to apply them is told in realtime.ts. */
export type LiveMessage =
  | {
      readonly type: 'snapshot';
      readonly seq: number;
      readonly charts: readonly LiveChart[];
      /** The rest of the snapshot follows in deltas of the same number. */
      readonly more?: true;
    }
  | {
      readonly type: 'delta';
      readonly seq: number;
      readonly charts: readonly LiveChart[];
      /** Forget these charts, before `charts` are applied. */
      readonly removed: readonly PairName[];
      readonly more?: true;
    };

/**
 * The answer to `{"action":"pin","symbol":…,"exchange1":…,"exchange2":…}` (or `unpin`) on
 * `/ws/realtime_charts`, to the client that asked alone.
 */
export type PinReply =
  /** Watched for as long as the client stays or until it lets go, and a minute longer. */
  | ({ readonly type: 'pinned' } & PairName)
  /** This client no longer holds it. */
  | ({ readonly type: 'unpinned' } & PairName)
  | {
      readonly type: 'refused';
      /** Null where that was what could not be read. */
      readonly action: 'pin' | 'unpin' | null;
      readonly reason:
        | 'bad-field'
        | 'origin'
        | 'full'
        | 'too-many'
        | 'unknown-instrument'
        | 'same-exchange'
        | 'mixed-markets';
      /** For people: what it is about, and what was expected. */
      readonly message: string;
      /** The field that is wrong; absent where none is. */
      readonly field?: string;
      /** The number that was reached; absent where no bound is the reason. */
      readonly limit?: number;
    };
