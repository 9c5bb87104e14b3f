// Charts out of the lake, made by worker threads: a bounded queue, one chart a worker at a time,
// cancellation. The main thread only hands messages over; a worker that dies takes its own request with it
// and is replaced.

import type { Worker } from 'node:worker_threads';
import type { LakeProblem } from '../lake/problems.js';
import { BESIDE_CHARTS } from './beside.js';
import { chartKey } from './cache.js';
import type { ChartOutcome, History, HistoryOptions, HistoryState } from './contract.js';
import { Counts } from './counts.js';
import { closedError, failure, HistoryError } from './error.js';
import { InFlight } from './in-flight.js';
import { type Answered, createJob, type Job, type JobMessage } from './job.js';
import { KeptLines } from './kept-lines.js';
import { LongReply } from './long-reply.js';
import type {
  AnswerFromWorker,
  ChartReply,
  ChartRequest,
  FromWorker,
  ToWorker,
  WorkerAnswer,
} from './protocol.js';
import type { ReadAnswers, ReadKind, ReadMessage, ReadRequests } from './read-protocol.js';
import { SideJobs } from './side-jobs.js';
import { startWorker } from './start-worker.js';
import type { MadeSummary, SummaryStep } from './summary-maker.js';
import { together } from './together.js';
import { Turns } from './turns.js';

export { NEUTRAL_PERCENT } from '../series/cycles.js';
export type { ChartOutcome, History, HistoryOptions, HistoryState } from './contract.js';
export { HistoryError, type HistoryErrorCode } from './error.js';
export type { ChartFormat } from './long-chart.js';
export type { ChartJoin, ChartReply, ChartRequest } from './protocol.js';
export type * from './read-protocol.js';

/** Charts of all rows under way at a time: each holds a chunk of either leg, its rows and some pieces, some 5 MB. */
const LONG_MAX = 4;

interface Slot {
  worker: Worker | undefined;
  job: Job | undefined;
  problems: readonly LakeProblem[];
  readonly kept: KeptLines;
  /** Being sent, by the request's number; they take turns with the job. */
  readonly long: Map<number, LongReply>;
  /** Done beside the job. */
  readonly side: SideJobs;
}

export function createHistory(options: HistoryOptions): History {
  return new HistoryService(options);
}

class HistoryService implements History {
  readonly #options: HistoryOptions;
  readonly #slots: readonly Slot[];
  readonly #queue: Job[] = [];
  readonly #inFlight = new InFlight<Answered>();
  readonly #longTurns = new Turns(LONG_MAX);
  readonly #counts = new Counts();
  #nextId = 1;
  #closed = false;

  constructor(options: HistoryOptions) {
    this.#options = options;
    this.#slots = Array.from({ length: options.workers ?? 1 }, () => ({
      worker: undefined,
      job: undefined,
      problems: [],
      kept: new KeptLines(),
      long: new Map(),
      side: new SideJobs(),
    }));
  }

  async chart(request: ChartRequest, signal?: AbortSignal): Promise<ChartReply> {
    const [reply] = await this.#some([request], signal);
    return reply!;
  }

  charts(requests: readonly ChartRequest[], signal?: AbortSignal): AsyncGenerator<ChartOutcome> {
    return together(requests, (some) => this.#some(some, signal));
  }

  /** The first of the requests, and what of the others is finished already. */
  async #some(
    [request, ...following]: readonly ChartRequest[],
    signal?: AbortSignal,
  ): Promise<readonly ChartReply[]> {
    const ask = (stop?: AbortSignal) =>
      this.#ask({ type: 'chart', id: this.#takeId(), request: request!, following }, stop);
    // One that may come in pieces has its own: pieces are for one taker.
    const { value, isOwn } =
      request!.points === Number.POSITIVE_INFINITY
        ? { value: await this.#inTurn(ask, signal), isOwn: true }
        : await this.#inFlight.share(chartKey(request!), ask, signal);
    const { answer, lines, long } = value;
    if (long !== undefined) return [{ status: 'long', pieces: long.pieces() }];
    // Behind a first line that was asked for by another may lie what that one asked for next.
    if (lines.length > 0) return isOwn ? lines : lines.slice(0, 1);
    if (answer.status === 'unknown-pair' || answer.status === 'empty') return [{ status: answer.status }];
    throw failure(answer);
  }

  /** The turn lasts until the last piece is there. */
  async #inTurn(ask: (signal?: AbortSignal) => Promise<Answered>, signal?: AbortSignal): Promise<Answered> {
    const giveBack = await this.#longTurns.take(signal);
    try {
      const answered = await ask(signal);
      if (answered.long === undefined) giveBack();
      else answered.long.whenOver(giveBack);
      return answered;
    } catch (error) {
      giveBack();
      throw error;
    }
  }

  async read<K extends ReadKind>(
    kind: K,
    request: ReadRequests[K],
    signal?: AbortSignal,
  ): Promise<ReadAnswers[K] | undefined> {
    const message = { type: 'read', id: this.#takeId(), kind, request } as ReadMessage;
    const isBeside = BESIDE_CHARTS.has(kind);
    const answer = isBeside ? await this.#beside(message) : (await this.#ask(message, signal)).answer;
    if (answer.status === 'read') return answer.value as ReadAnswers[K];
    if (answer.status === 'unknown-instrument') return undefined;
    throw failure(answer);
  }

  async summarise(step: SummaryStep): Promise<MadeSummary | null> {
    const answer = await this.#beside({ type: 'summarise', id: this.#takeId(), step });
    this.#counts.add(answer, 0);
    if (answer.status === 'summarised') return answer.made;
    throw failure(answer);
  }

  async #beside(message: Exclude<ToWorker, { readonly type: 'cancel' | 'more' }>): Promise<WorkerAnswer> {
    if (this.#closed) throw closedError();
    // The last one: where there are several, the first is the one that charts are likeliest asked of.
    const slot = this.#slots.at(-1)!;
    slot.worker ??= this.#start(slot);
    slot.worker.postMessage(message);
    return await slot.side.wait(message.id);
  }

  async warmUp(request?: ChartRequest): Promise<void> {
    const asked = this.#slots.map(async () => {
      const id = this.#takeId();
      const message: JobMessage =
        request === undefined ? { type: 'warm-up', id } : { type: 'warm-up', id, request };
      const { answer } = await this.#ask(message);
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
      ...this.#counts.all,
      joined: this.#inFlight.joined,
      cacheBytes: this.#slots.reduce((sum, slot) => sum + slot.kept.bytes, 0),
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const job of this.#queue.splice(0)) job.failed(closedError());
    for (const { long, side } of this.#slots) {
      for (const reply of long.values()) reply.lost(closedError());
      side.lost(closedError());
    }
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

  #ask(message: JobMessage, signal?: AbortSignal): Promise<Answered> {
    if (this.#closed) return Promise.reject(closedError());
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    if (this.#queue.length >= this.#options.queuedChartsMax) {
      this.#counts.refused += 1;
      return Promise.reject(new HistoryError('busy', `${this.#queue.length} charts wait already`));
    }
    return new Promise((resolve, reject) => {
      const job = createJob({ message, signal, resolve, reject, cancel: (given) => this.#cancel(given) });
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

  #answer(slot: Slot, worker: Worker, message: AnswerFromWorker): void {
    const { id, answer, problems } = message;
    slot.problems = problems;
    const lines = slot.kept.take(message);
    const { job } = slot;
    if (slot.side.take(message) || job?.message.id !== id) return;
    slot.job = undefined;
    this.#counts.add(answer, lines.length);
    if (answer.status === 'long') job.done({ answer, lines, long: this.#long(slot, worker, job) });
    else job.done({ answer, lines });
    this.#dispatch();
  }

  /** Where the request has been given up meanwhile, so is this, at once. */
  #long(slot: Slot, worker: Worker, { message: { id }, signal }: Job): LongReply {
    const post = (type: 'more' | 'cancel') => worker.postMessage({ type, id } satisfies ToWorker);
    const giveUp = () => {
      slot.long.delete(id);
      post('cancel');
    };
    const reply = new LongReply({ more: () => post('more'), giveUp, signal });
    if (!reply.ended) slot.long.set(id, reply);
    return reply;
  }

  /**
   * A worker is started when there is work for it, so one that cannot even start fails requests, not in a
   * loop.
   */
  #start(slot: Slot): Worker {
    const worker = startWorker(this.#options, this.#slots.length);
    let reason = 'it ended by itself';
    worker.on('message', (message: FromWorker) => {
      if ('piece' in message) {
        slot.long.get(message.id)?.take(message);
        if (message.piece === null) slot.long.delete(message.id);
      } else this.#answer(slot, worker, message);
    });
    worker.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', () => {
      slot.worker = undefined;
      slot.kept.clear();
      const { job } = slot;
      slot.job = undefined;
      if (this.#closed) return;
      this.#counts.workersLost += 1;
      this.#options.log.error('a history worker died', { reason });
      const error = new HistoryError('failed', `the history worker died: ${reason}`);
      for (const reply of slot.long.values()) reply.lost(error);
      slot.long.clear();
      slot.side.lost(error);
      job?.failed(error);
      this.#dispatch();
    });
    return worker;
  }
}
