// What the process knows of itself at one moment: made by app.ts when asked, read by /health and /metrics.
// Types only.

import type { RejectReason } from '../core/reasons.js';
import type { Micros } from '../core/time.js';

export interface Snapshot {
  readonly nowUs: Micros;
  readonly startedUs: Micros;
  /** Wall clock minus ours, while a step of the wall clock is being absorbed. */
  readonly clockOffsetMs: number;
  /** How long the event loop was held up: the longest of the last ten seconds, and since the start. */
  readonly loop: { readonly recentMsMax: number; readonly msMax: number };
  readonly exchanges: Readonly<Record<string, ExchangeSnapshot>>;
  readonly counters: QuoteCounters;
  readonly trades: TradeCounters;
  readonly queues: Readonly<Record<string, QueueSnapshot>>;
  /** The threads that ingest; none where the one thread does everything. */
  readonly ingest: readonly IngestThreadSnapshot[];
  readonly charts: ChartsSnapshot;
  readonly lake: LakeSnapshot;
  readonly statistics: { readonly file: string | null; readonly warnings: readonly string[] };
  readonly windows: WindowsSnapshot;
  readonly tracked: TrackedSnapshot;
  readonly quality: QualitySnapshot;
  readonly liveStatistics: LiveStatisticsSnapshot;
  readonly alerts: AlertsSnapshot;
  readonly streams: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Null where nothing is recorded. */
  readonly analysis: Readonly<Record<string, unknown>> | null;
  /** Null where quotes come from exchanges, or nowhere from. */
  readonly replay: ReplaySnapshot | null;
  /** Megabytes by what may hold them, and their budget. */
  readonly memoryTableMb: Readonly<Record<string, number>> & { readonly budget: number };
}

/** Why spreads of tracked pairs are refused; most for more than one reason. */
export interface QualitySnapshot {
  readonly pairs: number;
  readonly tradable: number;
  readonly refused: Readonly<Record<string, number>>;
}

/** Quotes come from a lake: what all other times of the snapshot are is the replay's time, and not now. */
export interface ReplaySnapshot {
  readonly state: 'playing' | 'ended';
  /** Half-open: what is played. */
  readonly fromUs: Micros;
  readonly toUs: Micros;
  /** How far it is. */
  readonly positionUs: Micros;
  readonly speed: number | 'max';
  readonly quotes: number;
  readonly events: number;
  readonly trades: number;
}

export interface ExchangeSnapshot {
  readonly state: 'starting' | 'running' | 'degraded' | 'failed' | 'stopped';
  readonly reason?: string;
  readonly instruments: number;
  /** Instruments watched, by their state: waiting, live, stale, refused, down. */
  readonly states: Readonly<Record<string, number>>;
  /** Of them, those whose quotes come too late to count. */
  readonly lagging: number;
  readonly excluded: Readonly<Record<string, number>>;
  readonly lastMessageUs: Micros | null;
  readonly listingUs: Micros | null;
  readonly reconnects: number;
  /** Connections replaced without a hole, and instruments that came back after they were stale. */
  readonly rolls: number;
  readonly heals: number;
  readonly duplicates: number;
  readonly frames: number;
  readonly quotes: number;
  /** Of them, those that were read from the bytes of their frames; the others went through JSON. */
  readonly scanned: number;
  readonly trades: number;
  readonly controls: number;
  readonly gaps: number;
  readonly rejects: Readonly<Partial<Record<RejectReason, number>>>;
  readonly connections: readonly ConnectionSnapshot[];
}

export interface ConnectionSnapshot {
  readonly name: string;
  readonly state: string;
  readonly reason?: string;
  readonly symbols: number;
  /** Exchange symbols that the exchange refused to stream, with its words. */
  readonly refused: Readonly<Record<string, string>>;
  readonly lastMessageUs: Micros | null;
  readonly reconnects: number;
  /** How late its quotes come; null = not measured. */
  readonly lagMs: number | null;
  /** That came over it since it began. */
  readonly frames: number;
  readonly quotes: number;
  readonly rejects: Readonly<Partial<Record<RejectReason, number>>>;
  /** Instruments that it carries, by their state: waiting, live, stale, refused, down. */
  readonly states: Readonly<Record<string, number>>;
  /** Times that one of them came back after it was stale. */
  readonly heals: number;
}

/** received = recorded + oneSided + thinned + dropped + rejected, in quotes, always (plus what waits in queues). */
export interface QuoteCounters {
  readonly received: number;
  readonly recorded: number;
  readonly oneSided: number;
  readonly thinned: number;
  readonly dropped: number;
  readonly rejected: number;
  /** Of the recorded ones: the bid above the ask. */
  readonly crossed: number;
  /** Stamps raised to keep the one order strict. */
  readonly raisedStamps: number;
  readonly gaps: number;
}

/** A thread that ingests, since the start of the process. What waits in its ring is the queue `ingest1`, 2 … */
export interface IngestThreadSnapshot {
  readonly exchanges: readonly string[];
  readonly running: boolean;
  /** Times that it died and was started again. */
  readonly deaths: number;
  /** Quotes swallowed because the thread of the hub fell behind, each told by a Thinned. */
  readonly thinned: number;
  readonly tradesDropped: number;
  /** Times that it stopped reading its sockets until its ring had room for what may not be lost. */
  readonly stoodStill: number;
  /** How long what lay there at the last look had waited since its frame came, 0 = nothing did; and the longest ever. */
  readonly dwellMs: number;
  readonly dwellMsMax: number;
}

/** received = recorded + dropped, in trades (plus what waits in the journal); all 0 where none are recorded. */
export interface TradeCounters {
  readonly received: number;
  readonly recorded: number;
  readonly dropped: number;
}

export interface QueueSnapshot {
  readonly length: number;
  readonly lengthMax: number;
  readonly unit: 'bytes' | 'quotes' | 'requests' | 'alerts';
  /** What happens when it is full. */
  readonly overflow: 'drop → Gap' | 'conflate-latest → Thinned' | 'close-client' | 'refuse' | 'drop → failed';
  /** How often that has happened. */
  readonly overflowed: number;
}

/** History charts: being made now, given since the start; what the cache of finished ones did and holds. */
export interface ChartsSnapshot {
  readonly running: number;
  readonly answered: number;
  readonly workersLost: number;
  readonly cacheHits: number;
  readonly cacheMisses: number;
  /** Requests that joined the same one under way. */
  readonly joined: number;
  readonly cacheBytes: number;
  /** Hours and days of pairs that were summarised since the start. */
  readonly summariesMade: number;
}

/** Watched pairs, and counters of theirs. */
export interface WindowsSnapshot {
  readonly [counter: string]: unknown;
  readonly pairs: number;
  /** Why pairs are watched that no statistics name; null where statistics name them. */
  readonly note: string | null;
  /** Pairs that should be watched now and are not, by reason. */
  readonly refusedReasons: Readonly<Record<string, number>>;
  /** Pairs that clients hold, and how often one could not be had, by reason. */
  readonly pins: { readonly pinned: number; readonly refused: Readonly<Record<string, number>> };
}

/** Every pair of live legs. */
export interface TrackedSnapshot {
  readonly pairs: number;
  readonly pairsMax: number;
  /** Pairs that found no room. */
  readonly pairsLeftOut: number;
  readonly valid: number;
  readonly samples: number;
  readonly retracted: number;
}

/** Statistics of the watched pairs. */
export interface LiveStatisticsSnapshot {
  readonly pairs: number;
  /** Watched, but beyond the bound. */
  readonly pairsLeftOut: number;
  /** Quotes that may still be taken back. */
  readonly rows: number;
  readonly rowsMax: number;
  readonly bytes: number;
  /** Times that quotes were counted for good sooner, for want of room. */
  readonly settledEarly: number;
  /** Gaps that came too late to be taken out. */
  readonly gapsLate: number;
}

/** Rules, and alerts since the start of the process. What waits to be sent is the queue `alerts`. */
export interface AlertsSnapshot {
  readonly rules: number;
  readonly enabled: number;
  readonly fired: number;
  /** Times that a pair had to wait a second, because its rule fired for too many at once. */
  readonly postponed: number;
  readonly sent: number;
  readonly failed: number;
  readonly queued: number;
  /** What keeps rules from being in force, or targets from being reached, in words; each makes the process degraded. */
  readonly troubles: readonly string[];
}

export interface LakeSnapshot {
  readonly root: string;
  /** False: this process reads only. */
  readonly recording: boolean;
  /** What is wrong with it now, in words; each makes the process degraded. */
  readonly troubles: readonly string[];
  /** Files and folders that could not be read, or not to their end: relative to the root, the kind, and the words. */
  readonly skippedFiles: readonly {
    readonly path: string;
    readonly reason: string;
    readonly message: string;
  }[];
  /** Compaction and retention; null where closed days are left as they are. */
  readonly care: LakeCareSnapshot | null;
  /** Syncs begun more than 500 ms after their first byte, how long the last one took, how long the oldest byte waits. */
  readonly syncs: { readonly late: number; readonly lastMs: number; readonly unsyncedMs: number } | null;
  /** Counters, past problems and what was recovered at start. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Since the start, but for what waits. */
export interface LakeCareSnapshot {
  readonly running: boolean;
  /** Closed days that are due for compaction, as last seen. */
  readonly daysWaiting: number;
  readonly daysCompacted: number;
  readonly daysRemoved: number;
  readonly bytesRemoved: number;
  /** The last compaction that changed anything; `at` is ISO 8601. */
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
}
