// Why a chart could not be given, as far as the asker has to know it.

import type { WorkerAnswer } from './protocol.js';

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

export function closedError(): HistoryError {
  return new HistoryError('closed', 'history is closed');
}

/** Of an answer that is not the one that was asked for. */
export function failure(answer: WorkerAnswer): HistoryError {
  return new HistoryError('failed', answer.status === 'failed' ? answer.message : `answer: ${answer.status}`);
}
