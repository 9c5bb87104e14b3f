// Charts out of the lake, made by worker threads: a bounded queue, one chart a worker at a time,
// cancellation. The main thread only hands messages over; a worker that dies takes its own request with it
// and is replaced.

import { Worker } from 'node:worker_threads';
import type { Log } from '../core/log.js';
import type { LakeProblem } from '../lake/problems.js';
import { CACHE_BYTES_MAX } from './cache.js';
import type {
  ChartReply,
  ChartRequest,
  FromWorker,
  ToWorker,
  WorkerAnswer,
  WorkerSettings,
} from './protocol.js';

export type { ChartReply, ChartRequest } from './protocol.js';

/**
 * `busy`: the queue is full, ask later. `failed`: reading failed or the worker died. `closed`: shutting down.
 */
export type HistoryErrorCode = 'busy' | 'failed' | 'closed';

export class HistoryError extends Error {
  readonly code: HistoryErrorCode;

  constructor(code: HistoryErrorCode, message: string) {
    super(message);
    this.name = 'HistoryError';
    this.code = code;
  }
}

export interface HistoryOptions {
  /** The lake's root; it need not exist yet. */
  readonly root: string;
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
  readonly cacheBytes: number;
}

export interface History {
  /**
   * Rejects with the signal's reason when it aborts (the work stops within one chunk), else with a
   * HistoryError.
   */
  chart(request: ChartRequest, signal?: AbortSignal): Promise<ChartReply>;
  /** Starts the workers and compiles their code; with a request, reads that chart once. Never rejects. */
  warmUp(request?: ChartRequest): Promise<void>;
  /** What of the lake could not be read, as far as the workers have met it. */
  problems(): readonly LakeProblem[];
  state(): HistoryState;
  /** Refuses what waits, ends the workers. */
  close(): Promise<void>;
}

type JobMessage = Exclude<ToWorker, { readonly type: 'cancel' }>;

interface Job {
  readonly message: JobMessage;
  settled: boolean;
  readonly done: (answer: WorkerAnswer) => void;
  readonly failed: (reason: unknown) => void;
}

interface Slot {
  worker: Worker | undefined;
  job: Job | undefined;
  problems: readonly LakeProblem[];
  cacheBytes: number;
}

export function createHistory(options: HistoryOptions): History {
  return new HistoryService(options);
}

class HistoryService implements History {
  readonly #options: HistoryOptions;
  readonly #slots: readonly Slot[];
  readonly #queue: Job[] = [];
  #nextId = 1;
  #refused = 0;
  #workersLost = 0;
  #answered = 0;
  #cacheHits = 0;
  #cacheMisses = 0;
  #closed = false;

  constructor(options: HistoryOptions) {
    this.#options = options;
    this.#slots = Array.from({ length: options.workers ?? 1 }, () => ({
      worker: undefined,
      job: undefined,
      problems: [],
      cacheBytes: 0,
    }));
  }

  async chart(request: ChartRequest, signal?: AbortSignal): Promise<ChartReply> {
    const answer = await this.#ask({ type: 'chart', id: this.#takeId(), request }, signal);
    if (answer.status === 'ok') return { status: 'ok', line: Buffer.from(answer.line), rows: answer.rows };
    if (answer.status === 'unknown-pair' || answer.status === 'empty') return { status: answer.status };
    throw new HistoryError(
      'failed',
      answer.status === 'failed' ? answer.message : `answer: ${answer.status}`,
    );
  }

  async warmUp(request?: ChartRequest): Promise<void> {
    const asked = this.#slots.map(async () => {
      const id = this.#takeId();
      const message: JobMessage =
        request === undefined ? { type: 'warm-up', id } : { type: 'warm-up', id, request };
      const answer = await this.#ask(message);
      if (answer.status === 'failed') throw new Error(answer.message);
    });
    for (const { status, ...rest } of await Promise.allSettled(asked)) {
      if (status === 'rejected')
        this.#options.log.warn('warming up history failed', { error: String(Object.values(rest)[0]) });
    }
  }

  problems(): readonly LakeProblem[] {
    const byPath = new Map<string, LakeProblem>();
    for (const slot of this.#slots) for (const problem of slot.problems) byPath.set(problem.path, problem);
    return [...byPath.values()];
  }

  state(): HistoryState {
    const running = this.#slots.filter((slot) => slot.job !== undefined).length;
    const { length: queued } = this.#queue;
    return {
      queued,
      running,
      refused: this.#refused,
      workersLost: this.#workersLost,
      answered: this.#answered,
      cacheHits: this.#cacheHits,
      cacheMisses: this.#cacheMisses,
      cacheBytes: this.#slots.reduce((sum, slot) => sum + slot.cacheBytes, 0),
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const job of this.#queue.splice(0)) job.failed(closedError());
    await Promise.all(
      this.#slots.map(async (slot) => {
        slot.job?.failed(closedError());
        await slot.worker?.terminate();
      }),
    );
  }

  #takeId(): number {
    const id = this.#nextId;
    this.#nextId += 1;
    return id;
  }

  #ask(message: JobMessage, signal?: AbortSignal): Promise<WorkerAnswer> {
    if (this.#closed) return Promise.reject(closedError());
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    if (this.#queue.length >= this.#options.queuedChartsMax) {
      this.#refused += 1;
      return Promise.reject(new HistoryError('busy', `${this.#queue.length} charts wait already`));
    }
    return new Promise((resolve, reject) => {
      const settle =
        <T>(then: (value: T) => void) =>
        (value: T): void => {
          if (job.settled) return;
          job.settled = true;
          signal?.removeEventListener('abort', onAbort);
          then(value);
        };
      const job: Job = { message, settled: false, done: settle(resolve), failed: settle(reject) };
      const onAbort = (): void => {
        this.#cancel(job);
        job.failed(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#queue.push(job);
      this.#dispatch();
    });
  }

  #cancel(job: Job): void {
    const waiting = this.#queue.indexOf(job);
    if (waiting >= 0) this.#queue.splice(waiting, 1);
    const slot = this.#slots.find((candidate) => candidate.job === job);
    const message: ToWorker = { type: 'cancel', id: job.message.id };
    slot?.worker?.postMessage(message);
  }

  #dispatch(): void {
    if (this.#closed) return;
    for (const slot of this.#slots) {
      if (slot.job !== undefined) continue;
      const job = this.#queue.shift();
      if (job === undefined) return;
      slot.job = job;
      slot.worker ??= this.#start(slot);
      slot.worker.postMessage(job.message);
    }
  }

  #count(answer: WorkerAnswer): void {
    const { status } = answer;
    if (status === 'ok') this.#answered += 1;
    if (status === 'ok' && answer.cached) this.#cacheHits += 1;
    else if (status === 'ok' || status === 'empty' || status === 'unknown-pair') this.#cacheMisses += 1;
  }

  /**
   * A worker is started when there is work for it, so one that cannot even start fails requests, not in a
   * loop.
   */
  #start(slot: Slot): Worker {
    const { root, cacheBytesMax = CACHE_BYTES_MAX } = this.#options;
    const settings: WorkerSettings = { root, cacheBytesMax: cacheBytesMax / this.#slots.length };
    const url = this.#options.workerUrl ?? new URL('./worker.js', import.meta.url);
    const worker = new Worker(url, { workerData: settings, name: 'history' });
    let reason = 'it ended by itself';
    worker.on('message', ({ id, answer, problems, cacheBytes }: FromWorker) => {
      slot.problems = problems;
      slot.cacheBytes = cacheBytes;
      if (slot.job?.message.id !== id) return;
      const { job } = slot;
      slot.job = undefined;
      this.#count(answer);
      job.done(answer);
      this.#dispatch();
    });
    worker.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', () => {
      slot.worker = undefined;
      slot.cacheBytes = 0;
      const { job } = slot;
      slot.job = undefined;
      if (this.#closed) return;
      this.#workersLost += 1;
      this.#options.log.error('a history worker died', { reason });
      job?.failed(new HistoryError('failed', `the history worker died: ${reason}`));
      this.#dispatch();
    });
    return worker;
  }
}

function closedError(): HistoryError {
  return new HistoryError('closed', 'history is closed');
}
