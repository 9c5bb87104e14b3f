// Requests that a worker does beside the one chart it is at: settled by their answer, or with the worker's end.

import type { AnswerFromWorker, WorkerAnswer } from './protocol.js';

interface Waiting {
  readonly resolve: (answer: WorkerAnswer) => void;
  readonly reject: (reason: unknown) => void;
}

export class SideJobs {
  readonly #waiting = new Map<number, Waiting>();

  /** Of the request with this number. */
  wait(id: number): Promise<WorkerAnswer> {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  /** Whether the answer was one of them. */
  take({ id, answer }: AnswerFromWorker): boolean {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.resolve(answer);
    return waiting !== undefined;
  }

  lost(reason: unknown): void {
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
  }
}
