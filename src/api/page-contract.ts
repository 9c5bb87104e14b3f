// What the views of one pair, of the lake and of the connections are answered with, as types only. A part of contract.ts, which
// gives it on: nobody else imports it from here.

/** One leg in the body of `/api/legs`: its own rows, ascending; the three columns have one length. */
export interface LegPrices {
  readonly exchange: string;
  /** Epoch seconds with milliseconds, rounded down. */
  readonly timestamps: readonly number[];
  /** Null for both prices: from here on no quote stands (a gap, or too old), up to the next row. */
  readonly bid: readonly (number | null)[];
  readonly ask: readonly (number | null)[];
}

/** The body of `/api/legs`. */
export interface LegsReply {
  readonly symbol: string;
  /** Half-open, epoch seconds with microseconds. */
  readonly from: number;
  readonly to: number;
  /** Of exchange1, then of exchange2. */
  readonly legs: readonly [LegPrices, LegPrices];
}

/** From beyond the threshold back to neutral, without a hole between. */
export interface CycleSummary {
  /** Epoch seconds with microseconds: when it armed, and when it was back at neutral. */
  readonly from: number;
  readonly to: number;
  /** `up`: the spread was above the threshold, exchange1 dear; `down`: below its negative. */
  readonly direction: 'up' | 'down';
  /** The spread that was farthest from zero, percent (negative of `down`), and when it came first. */
  readonly peakPercent: number;
  readonly peakAt: number;
}

/** The body of `/api/cycles`. */
export interface CyclesReply {
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
  /** Half-open, epoch seconds with microseconds. */
  readonly from: number;
  readonly to: number;
  readonly thresholdPercent: number;
  readonly neutralPercent: number;
  /** In the order of time; one that is still open is none. */
  readonly cycles: readonly CycleSummary[];
  /** Armed, and then a hole: nobody knows how these ended. */
  readonly broken: number;
  /** Older ones were left out. */
  readonly more: boolean;
}

export interface LakeDay {
  /** `2026-11-22`, UTC. */
  readonly date: string;
  /** Of everything of the day: quotes, trades, ledger, what is derived of them. */
  readonly bytes: number;
  readonly files: number;
  /** That have a folder of the day. */
  readonly instruments: number;
  /** One file an instrument; its size is the one measured then. */
  readonly compacted: boolean;
}

/** The body of `/api/lake`. */
export interface LakeReply {
  /** As configured; of an absolute path the last name alone. */
  readonly root: string;
  /** When its folders were looked at: ISO 8601, UTC. */
  readonly at: string;
  readonly recording: boolean;
  /** What is wrong with it now, in words. */
  readonly troubles: readonly string[];
  readonly bytes: number;
  readonly files: number;
  /** Ascending; the newest 1,000 of `daysTotal`. */
  readonly days: readonly LakeDay[];
  readonly daysTotal: number;
  readonly oldest: string | null;
  readonly newest: string | null;
  /** Journal and runs: what is in no file of a day yet. */
  readonly underWay: { readonly bytes: number; readonly files: number };
  /** Damaged, or half-written when a process ended. */
  readonly broken: { readonly bytes: number; readonly files: number };
  readonly exchanges: number;
  readonly symbols: number;
  readonly instruments: number;
  /** Mean of the `growthDays` newest full days (7 at most; compacted ones, where there are some); null where there is none. */
  readonly growthBytesPerDay: number | null;
  readonly growthDays: number;
  /** Of the disk; null where the lake is not there yet. */
  readonly freeBytes: number | null;
  /** Files that could not be read; `/api/health` names them. */
  readonly skipped: number;
  /** Quotes. */
  readonly recordedSinceStart: number;
  readonly journal: {
    /** That wait for the disk. */
    readonly waitingBytes: number;
    /** Since the start, for want of room. */
    readonly droppedQuotes: number;
    /** Null where nothing is recorded. */
    readonly lastSyncMs: number | null;
    readonly unsyncedMs: number | null;
  };
  /** As configured; null = all, no bound. */
  readonly kept: {
    readonly hotDays: number;
    readonly retentionDays: number | null;
    readonly bytesMax: number | null;
  };
  /** Since the start; null where closed days are left as they are. */
  readonly care: {
    readonly running: boolean;
    readonly daysWaiting: number;
    readonly daysCompacted: number;
    readonly daysRemoved: number;
    /** The last one that changed anything; `at` is ISO 8601. */
    readonly lastCompaction: {
      readonly at: string;
      readonly days: number;
      readonly instruments: number;
      readonly filesBefore: number;
      readonly filesAfter: number;
      readonly rows: number;
      readonly bytesBefore: number;
      readonly bytesAfter: number;
    } | null;
  } | null;
}

/** A row of `/api/lake/coverage`: of an exchange, or of a symbol of the one that was asked for. A value an hour. */
export interface HourCoverage {
  readonly name: string;
  /** Of the time in which it was collected, 0 to 1, rounded down; null = it was not, or nobody kept a ledger of that day. */
  readonly covered: readonly (number | null)[];
  /** The rest of that time; 0 where `covered` is null. */
  readonly gap: readonly number[];
}

/** The body of `/api/lake/coverage`. */
export interface LakeCoverageReply {
  /** Start of the first hour, epoch seconds; the last one is under way. */
  readonly from: number;
  readonly hours: number;
  /** By name; 300 at most. */
  readonly rows: readonly HourCoverage[];
  /** Rows beyond that. */
  readonly leftOut: number;
}

/** A connection of an exchange, or what ccxt watches for it. */
export interface ConnectionSummary {
  readonly name: string;
  /** `waiting`, `connecting`, `open`, `live` or `stopped`. */
  readonly state: string;
  /** Why it is not live, in words; null while it is. */
  readonly reason: string | null;
  readonly symbols: number;
  /** Its instruments by state: `waiting`, `live`, `stale`, `refused`, `down`; those that there are. */
  readonly states: Readonly<Record<string, number>>;
  /** How late its quotes come; null = not measured. */
  readonly lagMs: number | null;
  /** Null before the first. */
  readonly lastMessageAgeMs: number | null;
  readonly reconnects: number;
  /** Times that one of its instruments came back after it was stale; 0 where ccxt connects. */
  readonly heals: number;
  /** Since it began. */
  readonly frames: number;
  readonly quotes: number;
  /** By reason; those that there are. */
  readonly rejects: Readonly<Record<string, number>>;
  /** What the exchange would not stream, with its words: the first 100 of `refusedTotal`. */
  readonly refused: readonly { readonly exchangeSymbol: string; readonly reason: string }[];
  readonly refusedTotal: number;
}

export interface ExchangeConnections {
  readonly name: string;
  /** `starting`, `running`, `degraded`, `failed` or `stopped`. */
  readonly state: string;
  readonly reason: string | null;
  readonly instruments: number;
  readonly states: Readonly<Record<string, number>>;
  /** Instruments whose quotes come too late to count. */
  readonly lagging: number;
  readonly lastMessageAgeMs: number | null;
  readonly listingAgeMs: number | null;
  /** Since the start, as all that follows; connections that are gone count too. */
  readonly reconnects: number;
  /** Connections replaced without a hole. */
  readonly rolls: number;
  readonly heals: number;
  readonly frames: number;
  readonly quotes: number;
  readonly trades: number;
  readonly controls: number;
  readonly gaps: number;
  /** Quotes that two connections brought while one took over from the other. */
  readonly duplicates: number;
  readonly rejects: Readonly<Record<string, number>>;
  readonly connections: readonly ConnectionSummary[];
}

/** The body of `/api/connections`. */
export interface ConnectionsReply {
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  readonly exchanges: readonly ExchangeConnections[];
}
