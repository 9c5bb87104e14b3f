// Starts a history worker with what it has to know; who talks with it is not its business.

import { Worker } from 'node:worker_threads';
import { CACHE_BYTES_MAX } from './cache.js';
import type { HistoryOptions } from './contract.js';
import type { WorkerSettings } from './protocol.js';

/** Rows lie outside the heap; more room for small objects would only keep garbage. */
const YOUNG_MB_MAX = 8;

/** One of `workers`: each has its share of the cache. */
export function startWorker(options: HistoryOptions, workers: number): Worker {
  const { root, exchangeNames = [], cacheBytesMax = CACHE_BYTES_MAX, workerUrl } = options;
  const settings: WorkerSettings = { root, exchangeNames, cacheBytesMax: cacheBytesMax / workers };
  return new Worker(workerUrl ?? new URL('./worker.js', import.meta.url), {
    workerData: settings,
    name: 'history',
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB_MAX },
  });
}
