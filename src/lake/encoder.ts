// The main thread's end of the encoding worker. A worker that dies takes its job with it and nothing else:
// the next job starts another one.

import { Worker } from 'node:worker_threads';
import type { EncodeJob, JobReport } from './encode-job.js';

export interface EncoderData {
  readonly root: string;
  /** One Int32: not 0 = stop at the next step. */
  readonly stopFlag: SharedArrayBuffer;
}

/** Heap of the worker: rows are held in buffers outside of it. */
const HEAP_MB = 96;
/** It makes few small objects: more room would only keep garbage. */
const YOUNG_MB_MAX = 2;

export class Encoder {
  readonly #data: EncoderData;
  #worker: Worker | null = null;
  #settle: { resolve: (report: JobReport) => void; reject: (error: Error) => void } | null = null;

  constructor(root: string) {
    this.#data = { root, stopFlag: new SharedArrayBuffer(4) };
  }

  get busy(): boolean {
    return this.#settle !== null;
  }

  /** One at a time. Rejects where the worker itself died. */
  run(job: EncodeJob): Promise<JobReport> {
    if (this.#settle !== null) throw new Error('invariant broken: one encoding job at a time');
    const worker = this.#worker ?? this.#start();
    worker.ref();
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      worker.postMessage(job);
    });
  }

  /** The job under way ends at its next step. */
  stop(): void {
    Atomics.store(new Int32Array(this.#data.stopFlag), 0, 1);
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(new URL('./encode-worker.js', import.meta.url), {
      workerData: this.#data,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: YOUNG_MB_MAX },
    });
    worker.on('message', (report: JobReport) => {
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
