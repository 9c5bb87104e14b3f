// Every bound of the system, and the memory table that adds up to the budget; asserted at start-up.
// A number that limits something belongs here and nowhere else.

import { assert } from './core/assert.js';
import { FRAME_BYTES_MAX } from './exchanges/exchange.js';

const MB = 1024 * 1024;

export const LIMITS = {
  /** Instruments the hub has room for: eight exchanges, spot and perpetual, with delisted ones. */
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
  },
  lake: {
    segmentBytesMax: 32 * MB,
    segmentMsMax: 60_000,
    /** Bytes handed to the kernel no later than this after their quote came. */
    writeIntervalMs: 50,
    /** Longest wait from the first byte not yet synced to the start of its fsync. */
    syncIntervalMs: 400,
    /** Journal bytes that may wait for the disk; past it quotes are dropped with a Gap. */
    pendingBytesMax: 8 * MB,
    /** What encoding at shutdown may take; the rest stays as runs for the next start. */
    closeBudgetMs: 3_000,
  },
  history: {
    /** Charts waiting for a worker; past it a request is answered 503. */
    queuedChartsMax: 512,
    /** NDJSON replies under way at the same time; each holds at most one chart. */
    repliesMax: 16,
    pointsMax: 1_000_000,
  },
  api: {
    requestBodyBytesMax: 64 * 1024,
    urlLengthMax: 4_096,
    connectionsMax: 1_024,
  },
  shutdownMs: 5_000,
} as const;

/** Megabytes of resident memory, by what holds them (design: 8 exchanges × 300 instruments, 10,000 quotes/s). */
export const MEMORY_TABLE_MB = {
  runtimeAndLibraries: 65,
  workers: 3 * 9,
  journalAndRunBuffers: 16,
  windowsAndTrackedPairs: 16,
  historyAnalysisAndCache: 20,
  clients: 6,
} as const;

export const MEMORY_BUDGET_MB = 150;

/** Throws when the bounds contradict one another: a mistake in this file, found at start. */
export function assertLimits(): void {
  const total = Object.values(MEMORY_TABLE_MB).reduce((sum, mb) => sum + mb, 0);
  assert(total <= MEMORY_BUDGET_MB, `memory table adds up to ${total} MB of ${MEMORY_BUDGET_MB} MB`);
  const { lake } = LIMITS;
  assert(
    lake.pendingBytesMax <= MEMORY_TABLE_MB.journalAndRunBuffers * MB,
    'journal buffers exceed their share',
  );
  assert(lake.writeIntervalMs <= 100, 'bytes must reach the kernel within 100 ms');
  assert(lake.writeIntervalMs + lake.syncIntervalMs <= 500, 'fsync must start within 500 ms');
  assert(lake.closeBudgetMs < LIMITS.shutdownMs, 'closing the lake must fit into the shutdown');
}
