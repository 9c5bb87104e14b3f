// The main thread's end of the encoding worker. A worker that dies takes its job with it and nothing else:
// the next job starts another one.

import { Worker } from 'node:worker_threads';
import type { CareOrder, CareStep } from './care-step.js';
import type { EncodeJob, JobReport } from './encode-job.js';

export interface EncoderData {
  readonly root: string;
  /** An Int32 each: not 0 = stop at the next step. */
  readonly stopFlags: SharedArrayBuffer;
}

/** Places of the flags: everything, or only looking after the lake. */
export const STOP_ALL = 0;
export const STOP_CARE = 1;

export type WorkerTask =
  | { readonly what: 'encode'; readonly job: EncodeJob }
  | { readonly what: 'care'; readonly order: CareOrder };

type Report = JobReport | CareStep | null;

/** Heap of the worker: rows are held in buffers outside of it. */
const HEAP_MB = 96;
/** It makes few small objects: more room would only keep garbage. */
const YOUNG_MB_MAX = 2;

export class Encoder {
  readonly #data: EncoderData;
  #worker: Worker | null = null;
  #closed = false;
  #settle: { resolve: (report: Report) => void; reject: (error: Error) => void } | null = null;

  constructor(root: string) {
    this.#data = { root, stopFlags: new SharedArrayBuffer(8) };
  }

  get busy(): boolean {
    return this.#settle !== null;
  }

  /** One at a time. Rejects where the worker itself died, and once it is closed. */
  async run(job: EncodeJob): Promise<JobReport> {
    return (await this.#send({ what: 'encode', job })) as JobReport;
  }

  /**
   * The next step of looking after the lake, null where nothing is left to do. One at a time with `run`; an order
   * counts from the first step on until then. Rejects where it cannot be done.
   */
  async care(order: CareOrder): Promise<CareStep | null> {
    return (await this.#send({ what: 'care', order })) as CareStep | null;
  }

  #send(task: WorkerTask): Promise<Report> {
    if (this.#settle !== null) throw new Error('invariant broken: one job at a time');
    if (this.#closed) return Promise.reject(new Error('the encoder is closed'));
    const worker = this.#worker ?? this.#start();
    worker.ref();
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      worker.postMessage(task);
    });
  }

  /** The job under way ends at its next step. */
  stop(): void {
    Atomics.store(new Int32Array(this.#data.stopFlags), STOP_ALL, 1);
  }

  /** No further step of looking after the lake; one under way ends soon, and changes nothing half. */
  stopCare(): void {
    Atomics.store(new Int32Array(this.#data.stopFlags), STOP_CARE, 1);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(new URL('./encode-worker.js', import.meta.url), {
      workerData: this.#data,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: YOUNG_MB_MAX },
    });
    worker.on('message', (report: Report) => {
      worker.unref();
      const settle = this.#settle;
      this.#settle = null;
      settle?.resolve(report);
    });
    worker.on('error', (error) => this.#died(worker, error));
    worker.on('exit', (code) => this.#died(worker, new Error(`the encoding worker ended with code ${code}`)));
    this.#worker = worker;
    return worker;
  }

  #died(worker: Worker, cause: unknown): void {
    if (this.#worker === worker) this.#worker = null;
    const settle = this.#settle;
    this.#settle = null;
    settle?.reject(cause instanceof Error ? cause : new Error(String(cause)));
  }
}
