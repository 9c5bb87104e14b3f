// What may be asked of history, and what it says of itself. Types only.

import type { Log } from '../core/log.js';
import type { LakeProblem } from '../lake/problems.js';
import type { ChartReply, ChartRequest } from './protocol.js';
import type { ReadAnswers, ReadKind, ReadRequests } from './read-protocol.js';
import type { MadeSummary, SummaryStep } from './summary-maker.js';

export interface HistoryOptions {
  /** The lake's root; it need not exist yet. */
  readonly root: string;
  /** How charts spell exchanges; those not among them as the lake does. Default none. */
  readonly exchangeNames?: readonly string[];
  /** Threads; default 1. */
  readonly workers?: number;
  /** Requests that may wait for a worker; past it a request is refused as `busy`. */
  readonly queuedChartsMax: number;
  /** For finished charts, all workers together; 0 = keep none. Default CACHE_BYTES_MAX. */
  readonly cacheBytesMax?: number;
  readonly log: Log;
  /** The thread's program; default the one beside this file. */
  readonly workerUrl?: URL;
}

export interface HistoryState {
  readonly queued: number;
  readonly running: number;
  readonly refused: number;
  readonly workersLost: number;
  /** Charts given since the start, computed or kept. */
  readonly answered: number;
  /** Charts given out again as they were finished before. */
  readonly cacheHits: number;
  /** Requests that had to be worked out, to whatever end. */
  readonly cacheMisses: number;
  /** Requests that joined the same one under way. */
  readonly joined: number;
  readonly cacheBytes: number;
  /** Hours and days of pairs that were summarised. */
  readonly summariesMade: number;
}

export type ChartOutcome = ChartReply | { readonly status: 'failed'; readonly error: unknown };

export interface History {
  /**
   * Rejects with the signal's reason when it aborts (the work stops within one chunk), else with a
   * HistoryError.
   */
  chart(request: ChartRequest, signal?: AbortSignal): Promise<ChartReply>;
  /**
   * The same of each request, in order; one that fails says so and the others come all the same. While some are
   * taken, the next is being made, and no more than that.
   */
  charts(requests: readonly ChartRequest[], signal?: AbortSignal): AsyncGenerator<ChartOutcome>;
  /**
   * What else is read of the lake, by its kind; undefined where the lake has no row of an instrument that is named.
   * Rejects as `chart` does.
   */
  read<K extends ReadKind>(
    kind: K,
    request: ReadRequests[K],
    signal?: AbortSignal,
  ): Promise<ReadAnswers[K] | undefined>;
  /**
   * Makes the newest summary that is missing of a pair, beside charts and after them; null where none is missing. Rejects
   * with a HistoryError.
   */
  summarise(step: SummaryStep): Promise<MadeSummary | null>;
  /** Starts the workers and compiles their code; with a request, reads that chart once. Never rejects. */
  warmUp(request?: ChartRequest): Promise<void>;
  /** What of the lake could not be read, as far as the workers have met it. */
  problems(): readonly LakeProblem[];
  state(): HistoryState;
  /** Refuses what waits, ends the workers. */
  close(): Promise<void>;
}
