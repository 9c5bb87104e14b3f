// Every bound of the system, and the memory table that adds up to the budget; asserted at start-up.
// A number that limits something belongs here and nowhere else.

import { assert } from './core/assert.js';
import { FRAME_BYTES_MAX } from './exchanges/exchange.js';
import { CACHE_BYTES_MAX } from './history/cache.js';

const MB = 1024 * 1024;

export const LIMITS = {
  /** Instruments the hub has room for: all exchanges, spot and perpetual, with delisted ones. */
  instrumentsMax: 16_384,
  ingest: {
    /** A longer frame closes the connection (and is counted): no best bid and ask needs it. */
    frameBytesMax: FRAME_BYTES_MAX,
    /** A listing of all markets is a few MB; what is longer is not a listing. */
    restBodyBytesMax: 64 * MB,
    restTimeoutMs: 20_000,
    handshakeTimeoutMs: 15_000,
    reconnectDelayMsMin: 500,
    reconnectDelayMsMax: 30_000,
    /** An hour: longer Retry-After values are taken as this. */
    retryAfterMsMax: 3_600_000,
    aliveIntervalMs: 5_000,
    /** Quotes that come later than this lag, unless the configuration says otherwise: none of them counts. */
    lagMsMax: 150,
    /** So far behind a connection because of ourselves, what waits unread is given up: back within two seconds. */
    behindMsMax: 3_000,
    /** Reading may take so much of a turn of the loop. */
    readingMsMax: 10,
    /** New, delisted and halted symbols are seen within an hour (at once where one falls silent). */
    listingIntervalMs: 3_600_000,
  },
  /** Threads that ingest, where the configuration wants any. */
  ingestThreads: {
    /** With as many cores as you like: a thread reads and decodes far more than all exchanges send. */
    workersAutoMax: 4,
    /** Records that one ring holds, 64 bytes each: 1.6 s of 10,000 quotes/s. When it is full quotes are conflated. */
    ringBytes: MB,
    /** Handed to the hub in one turn of its loop: some 3 ms. */
    recordsPerTurn: 1_024,
    /** Gaps and states that wait for a full ring; past it the thread stands still and its sockets are not read. */
    coldWaitingMax: 4_096,
    /** It says so often how its exchanges are. */
    stateMs: 250,
    /** A listing of all markets is parsed in it. */
    heapMbMax: 256,
    youngHeapMbMax: 4,
    /** What handing over may take when it is asked to end; a thread that hangs is ended then. */
    endMs: 1_500,
  },
  lake: {
    segmentBytesMax: 32 * MB,
    segmentMsMax: 60_000,
    /** Bytes handed to the kernel no later than this after their quote came. */
    writeIntervalMs: 50,
    /** Longest wait from the first byte not yet synced to the start of its fsync. */
    syncIntervalMs: 400,
    /** Bytes not synced for longer make the lake degraded. */
    unsyncedMsMax: 5_000,
    /** Journal bytes that may wait for the disk, for its sync included; past it quotes are dropped with a Gap. */
    pendingBytesMax: 8 * MB,
    /** What encoding at shutdown may take; the rest stays as runs for the next start. */
    closeBudgetMs: 3_000,
  },
  history: {
    /** Charts waiting for a worker; past it a request is answered 503. */
    queuedChartsMax: 512,
    /** NDJSON replies under way at the same time; each holds at most two charts, and finished ones of the cache. */
    repliesMax: 16,
    pointsMax: 1_000_000,
    /** Pairs, each on its price basis, of which summaries are kept up. */
    summariesMax: 500,
    /** Finished charts kept by the workers, all together. */
    cacheBytesMax: CACHE_BYTES_MAX,
  },
  api: {
    requestBodyBytesMax: 64 * 1024,
    urlLengthMax: 4_096,
    connectionsMax: 1_536,
    /** A connection over which nothing goes for so long is cut: who takes nothing keeps others from their turn. */
    stalledMsMax: 120_000,
    /** Rows of one answer of /api/pairs: 10 ms of the loop that receives quotes. */
    pairsAnsweredMax: 500,
    /** Segments of one answer of /api/coverage, some 80 bytes each. */
    coverageSegmentsMax: 5_000,
    /** Rows of one leg in an answer of /api/legs. */
    legPointsMax: 10_000,
    /** Cycles of one answer of /api/cycles, some 120 bytes each. */
    cyclesAnsweredMax: 2_000,
    /** Refused instruments that one connection of /api/connections names; all are counted. */
    refusedNamedMax: 100,
    /** Rows (symbols of an exchange) and days of an answer of /api/lake/coverage: a megabyte at most. */
    heatmapRowsMax: 300,
    heatmapDaysMax: 14,
    /** Answers of it that are given again for a while, and those that are worked out at a time. */
    heatmapsKeptMax: 4,
    heatmapsUnderWayMax: 2,
    /** What is read row by row of a pair, beside its chart: a longer range would keep charts waiting. */
    pairDaysMax: 31,
    /** Judged quote by quote, from four hours before. */
    qualityDaysMax: 2,
    /** Of one answer, some 30 bytes each. */
    spellsMax: 5_000,
  },
  windows: {
    /** Points of all windows together, 32 bytes each: shared out among the watched pairs. */
    pointsTotalMax: 320_000,
    /** Pairs of live legs looked at every second, 332 bytes each; eight exchanges × 300 symbols make 8,400. */
    trackedPairsMax: 10_000,
    /** Watched while there are no statistics. */
    moversMax: 20,
    /** Pairs that one client of the live charts may hold. */
    pinsPerClientMax: 20,
    /** A pinned pair is watched for so long after its last client let go or left. */
    pinReleaseMs: 60_000,
    /** Pairs without room or legs that /health names, by rank; all of them are counted. */
    refusedNamedMax: 100,
  },
  liveStatistics: {
    /** Watched pairs of the first ranks whose statistics are counted live. */
    pairsMax: 50,
    /** Quotes that are held for them, 24 bytes each: more are counted for good sooner. */
    rowsMax: 98_304,
    /** A gap that is noticed later does not reach into what is counted for good. */
    heldMs: 120_000,
  },
  alerts: {
    /** A rule holds four bytes for each pair that may be tracked, and a pass over them takes it some 0.1 ms a second. */
    rulesMax: 50,
    /** The newest that fired, a kilobyte each at most. */
    alertsMax: 500,
    /** Of one rule; the others come the next second. With all rules so many ids a second that those of a new process are higher. */
    firesPerSecondMax: 20,
    /** What was told later (after a stand-still) fires nothing: nobody wants an alert of then. */
    lateMsMax: 10_000,
    fileBytesMax: MB,
    /** Alerts on their way out, of all targets; past it they fail, and are counted. */
    queuedMax: 100,
    triesMax: 3,
    timeoutMs: 10_000,
    pauseMs: 1_000,
    pauseMsMax: 3_600_000,
    /** New statistics are looked for this often, while a rule wants percentiles. */
    statisticsMs: 5_000,
  },
  realtime: {
    periodMs: 200,
    frameBytesMax: 256 * 1024,
    clientsMax: 1_100,
    /** Waiting for one client; a snapshot of a hundred charts fits. Past it the client is closed. */
    bufferedBytesMax: 1 * MB,
    bufferedBytesTotalMax: 2.25 * MB,
    deltasHeldMax: 64,
  },
  replay: {
    /**
     * Quotes of one slice, some 60 bytes each; two slices are held. A row group of 10,000 rows is decoded anew for each
     * slice that it reaches into: with more instruments slices are longer, up to the greatest.
     */
    sliceRowsMin: 300_000,
    sliceRowsAnInstrument: 5_000,
    sliceRowsMax: 1_000_000,
    /** Windows and sparklines are filled from so long before the beginning, or from as long as a window is. */
    warmUpMinutesMin: 15,
    /** And from so much before that: a quote stands for up to a minute, and the bands' first rows lie before the window. */
    warmUpMinutesBefore: 2,
    /** Age limits are told again hourly: so far before that they are looked for. */
    ageLimitsMinutes: 65,
  },
  sockets: {
    /** A longer message from a client closes it: a subscribe message of 2,000 names has 40 KB. */
    messageBytesMax: 64 * 1024,
    pingIntervalMs: 15_000,
    /** Between telling a client to go and cutting it off. */
    closeGraceMs: 1_000,
  },
  feed: {
    clientsMax: 256,
    /** Waiting for one bot: 3,500 quotes; must exceed what one turn of the loop publishes. */
    bufferedBytesMax: MB,
    /** Waiting for all of them; memory held is about 1.2 times that. */
    bufferedBytesTotalMax: 1.25 * MB,
    /** Names in one list of a subscribe message. */
    subscribeNamesMax: 2_000,
  },
  feedV2: {
    clientsMax: 128,
    /** Waiting for one client: 2,900 quotes as text, 10,000 as records. All 2,400 instruments of one interval must fit. */
    bufferedBytesMax: 0.75 * MB,
    bufferedBytesTotalMax: MB,
    namesMax: 2_000,
    /** Pairs of one client. */
    pairsMax: 100,
    /** Quotes, gaps and states held for clients that come back, 52 bytes each: 1.4 s of the greatest load, 14 s of 1,000/s. */
    recordsHeldMax: 14_336,
    heartbeatMs: 5_000,
    opportunitiesMs: 5_000,
    opportunitiesMax: 200,
  },
  /** Watched pairs follow new statistics and new listings this often. */
  watchIntervalMs: 5_000,
  /** Where nothing happens at all, seconds are told this often, and looked for pairs while there are none. */
  advanceIntervalMs: 1_000,
  /** And only up to this long ago: what is stamped already may still be under way. */
  underWayMs: 1_000,
  /** What is known of the identity of coins is written so often: a megabyte. */
  identitySavedMs: 600_000,
  shutdownMs: 5_000,
} as const;

/** Megabytes of resident memory, by what holds them (design: 8 exchanges × 300 instruments, 10,000 quotes/s). */
export const MEMORY_TABLE_MB = {
  runtimeAndLibraries: 50,
  workers: 3 * 9,
  journalAndRunBuffers: 13,
  windowsAndTrackedPairs: 16,
  /** Of 10,000 pairs: refusals, episodes, four hours of their basis, a day of their shares; legs of all instruments; whether they are one coin. */
  quality: 10,
  liveStatistics: 5,
  /** States of rules and statistics of pairs 2.4, alerts that fired 0.5. */
  alerts: 3,
  historyAnalysisAndCache: 20,
  clients: 6,
} as const;

export const MEMORY_BUDGET_MB = 150;
/** What one thread that ingests takes beyond that, ring, listing and sockets included. */
export const INGEST_THREAD_MB = 20;

/** The table with so many threads that ingest: what they take comes on top of the budget of one thread. */
export function memoryTableMb(ingestThreads: number): Record<string, number> & { readonly budget: number } {
  const more = ingestThreads * INGEST_THREAD_MB;
  return { ...MEMORY_TABLE_MB, ingestThreads: more, budget: MEMORY_BUDGET_MB + more };
}

/** Of the share for history, analysis and cache: what a run of the analysis may take. */
const ANALYSIS_MB_MAX = 8;
/** The same, for the chart being made: a chunk of each leg and its own points. */
const CHART_IN_FLIGHT_MB = 2;

/** Of the share for windows and tracked pairs: legs, spreads, sparkline and movement of one pair. */
const TRACKED_PAIR_BYTES = 332;
/** And the age limit of one instrument, and when its quote last ended. */
const TRACKED_INSTRUMENT_BYTES = 16;

/** Of the share for clients: a quote held for those who come back, and whether the quote of an instrument stands. */
const HELD_RECORD_BYTES = 52;
const HELD_INSTRUMENT_BYTES = 9;

/** Throws when the bounds contradict one another: a mistake in this file, found at start. */
export function assertLimits(): void {
  const total = Object.values(MEMORY_TABLE_MB).reduce((sum, mb) => sum + mb, 0);
  assert(total <= MEMORY_BUDGET_MB, `memory table adds up to ${total} MB of ${MEMORY_BUDGET_MB} MB`);
  const { lake, windows, realtime, ingestThreads } = LIMITS;
  assert(
    ingestThreads.ringBytes <= (INGEST_THREAD_MB * MB) / 10,
    'a ring takes more than a tenth of what its thread may',
  );
  assert(
    lake.pendingBytesMax <= MEMORY_TABLE_MB.journalAndRunBuffers * MB,
    'journal buffers exceed their share',
  );
  assert(lake.writeIntervalMs <= 100, 'bytes must reach the kernel within 100 ms');
  assert(lake.writeIntervalMs + lake.syncIntervalMs <= 500, 'fsync must start within 500 ms');
  assert(
    LIMITS.history.cacheBytesMax + (ANALYSIS_MB_MAX + CHART_IN_FLIGHT_MB) * MB <=
      MEMORY_TABLE_MB.historyAnalysisAndCache * MB,
    'finished charts leave no room for analysis and the chart being made',
  );
  assert(
    LIMITS.feed.bufferedBytesMax <= LIMITS.feed.bufferedBytesTotalMax,
    'one bot has a higher bound than all',
  );
  assert(
    ingestThreads.endMs + lake.closeBudgetMs < LIMITS.shutdownMs,
    'handing over and closing the lake must fit into the shutdown',
  );
  assert(
    LIMITS.feedV2.bufferedBytesMax <= LIMITS.feedV2.bufferedBytesTotalMax,
    'one client of the feed has a higher bound than all',
  );
  const { windowsAndTrackedPairs, clients } = MEMORY_TABLE_MB;
  const { instrumentsMax } = LIMITS;
  const trackedBytes =
    windows.trackedPairsMax * TRACKED_PAIR_BYTES + instrumentsMax * TRACKED_INSTRUMENT_BYTES;
  assert(
    windows.pointsTotalMax * 32 + trackedBytes <= windowsAndTrackedPairs * MB * 0.9,
    'points and tracked pairs leave no room for the rest of their share',
  );
  const { feed, feedV2 } = LIMITS;
  const waitingBytes = (feed.bufferedBytesTotalMax + feedV2.bufferedBytesTotalMax) * 1.2;
  const heldBytes = feedV2.recordsHeldMax * HELD_RECORD_BYTES + instrumentsMax * HELD_INSTRUMENT_BYTES;
  assert(
    realtime.bufferedBytesTotalMax + waitingBytes + heldBytes <= clients * MB,
    'what waits and is held for clients exceeds its share',
  );
}
