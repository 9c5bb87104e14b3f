// One request on its way through the service: settled once, by its answer, by a failure, or by its signal.

import type { LongReply } from './long-reply.js';
import type { ChartReply, ToWorker, WorkerAnswer } from './protocol.js';

export type JobMessage = Exclude<ToWorker, { readonly type: 'cancel' | 'more' | 'summarise' }>;

export interface Answered {
  readonly answer: WorkerAnswer;
  readonly long?: LongReply;
  /** Those of the answer. */
  readonly lines: readonly ChartReply[];
}

export interface Job {
  readonly message: JobMessage;
  readonly signal: AbortSignal | undefined;
  settled: boolean;
  readonly done: (answered: Answered) => void;
  readonly failed: (reason: unknown) => void;
}

interface NewJob {
  readonly message: JobMessage;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (answered: Answered) => void;
  readonly reject: (reason: unknown) => void;
  /** The signal has spoken: whoever works on it may stop. */
  readonly cancel: (job: Job) => void;
}

export function createJob({ message, signal, resolve, reject, cancel }: NewJob): Job {
  const settle =
    <T>(then: (value: T) => void) =>
    (value: T): void => {
      if (job.settled) return;
      job.settled = true;
      signal?.removeEventListener('abort', onAbort);
      then(value);
    };
  const job: Job = { message, signal, settled: false, done: settle(resolve), failed: settle(reject) };
  const onAbort = (): void => {
    cancel(job);
    job.failed(signal?.reason);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  return job;
}
