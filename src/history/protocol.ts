// What the service and its worker threads say to each other, and what a chart request is.
// Types only; everything here survives a structured clone.

import type { Micros } from '../core/time.js';
import type { LakeProblem } from '../lake/problems.js';
import type { KeyCase } from './encode.js';

export interface ChartRequest {
  /** Any spelling. */
  readonly symbol: string;
  /** Any case; exchange1 is the left leg. */
  readonly exchange1: string;
  readonly exchange2: string;
  /** Half-open; see chartRange for what stands in for a missing one. */
  readonly fromUs?: Micros;
  readonly toUs?: Micros;
  /** A whole number >= 1; Infinity = all. */
  readonly points: number;
  /** Default camel. */
  readonly keyCase?: KeyCase;
}

/**
 * `line` is one NDJSON line with its newline, perhaps in memory shared with the worker's cache: never write to it.
 * `empty`: both legs exist, the range has no joined row.
 */
export type ChartReply =
  | { readonly status: 'ok'; readonly line: Buffer; readonly rows: number }
  | { readonly status: 'unknown-pair' }
  | { readonly status: 'empty' };

export interface WorkerSettings {
  readonly root: string;
  /** Of this worker's share of the cache. */
  readonly cacheBytesMax: number;
}

export type ToWorker =
  | { readonly type: 'chart'; readonly id: number; readonly request: ChartRequest }
  | { readonly type: 'warm-up'; readonly id: number; readonly request?: ChartRequest }
  | { readonly type: 'cancel'; readonly id: number };

export interface FromWorker {
  /** Of the request that this answers. */
  readonly id: number;
  readonly answer: WorkerAnswer;
  /** What the lake's reader could not read so far. */
  readonly problems: readonly LakeProblem[];
  /** Held by this worker's cache. */
  readonly cacheBytes: number;
}

export type WorkerAnswer =
  | {
      readonly status: 'ok';
      /** Shared where the worker's cache holds it too, else handed over. */
      readonly line: ArrayBuffer | SharedArrayBuffer;
      readonly rows: number;
      /** Not computed anew. */
      readonly cached: boolean;
    }
  | { readonly status: 'unknown-pair' | 'empty' | 'warm' | 'cancelled' }
  | { readonly status: 'failed'; readonly message: string };
