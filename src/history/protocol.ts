// What the service and its worker threads say to each other, and what a chart request is.
// Types only; everything here survives a structured clone.

import type { Micros } from '../core/time.js';
import type { LakeProblem } from '../lake/problems.js';
import type { KeyCase } from './encode.js';
import type { ChartFormat } from './long-chart.js';
import type { PriceBasis } from './price.js';
import type { ReadAnswers, ReadKind, ReadMessage } from './read-protocol.js';
import type { MadeSummary, SummaryStep } from './summary-maker.js';

/** See the series room: `asof2s` has exchange1's rows and knows no gaps, `valid` has both legs' rows and holes. */
export type ChartJoin = 'asof2s' | 'valid';

export interface ChartRequest {
  /** Any spelling. */
  readonly symbol: string;
  /** Any case; exchange1 is the left leg. */
  readonly exchange1: string;
  readonly exchange2: string;
  /** Half-open; see chartRange for what stands in for a missing one. */
  readonly fromUs?: Micros;
  readonly toUs?: Micros;
  /** Nothing stamped from here on is known, as if it were not recorded yet: where the time of the asker ends. */
  readonly knownUntilUs?: Micros;
  /** A whole number >= 1; Infinity = all. */
  readonly points: number;
  /** Default asof2s. */
  readonly join?: ChartJoin;
  /** Default bid. */
  readonly price?: PriceBasis;
  /** Default camel. */
  readonly keyCase?: KeyCase;
  /** Default ndjson. */
  readonly format?: ChartFormat;
}

/**
 * `line` is the whole chart, one NDJSON line with its newline or an Arrow stream; perhaps in memory shared with the
 * worker's cache: never write to it. `long`: the same in pieces, made as they are taken, of a chart of all rows that has
 * many; to be taken to its end, or given up by the request's signal. `empty`: both legs exist, the range has no joined row.
 */
export type ChartReply =
  | {
      readonly status: 'ok';
      readonly line: Buffer;
      readonly rows: number;
      /** How much of the range's time came out of summaries instead of rows: 0 to 1. */
      readonly summarised: number;
    }
  | { readonly status: 'long'; readonly pieces: AsyncIterable<Buffer> }
  | { readonly status: 'unknown-pair' }
  | { readonly status: 'empty' };

export interface WorkerSettings {
  readonly root: string;
  readonly exchangeNames: readonly string[];
  /** Of this worker's share of the cache. */
  readonly cacheBytesMax: number;
}

export type ToWorker =
  | {
      readonly type: 'chart';
      readonly id: number;
      readonly request: ChartRequest;
      /** Asked for next: those that are finished already come along, up to the first that is not. */
      readonly following: readonly ChartRequest[];
    }
  | ReadMessage
  | { readonly type: 'warm-up'; readonly id: number; readonly request?: ChartRequest }
  /** Beside whatever else is asked for, and after it. */
  | { readonly type: 'summarise'; readonly id: number; readonly step: SummaryStep }
  /** One more piece of the long chart may be sent. */
  | { readonly type: 'more'; readonly id: number }
  /** Also ends a long chart that is being sent. */
  | { readonly type: 'cancel'; readonly id: number };

export type FromWorker = AnswerFromWorker | PieceFromWorker;

/** Of a long chart: as many as were asked for with `more`, and PIECES_AHEAD. */
export interface PieceFromWorker {
  readonly id: number;
  /** Null after the last. */
  readonly piece: ArrayBuffer | null;
  /** With the null: why it ended before its end. */
  readonly failure: string | null;
}

export interface AnswerFromWorker {
  /** Of the request that this answers. */
  readonly id: number;
  readonly answer: WorkerAnswer;
  /** What the lake's reader could not read so far. */
  readonly problems: readonly LakeProblem[];
  /** Held by this worker's cache. */
  readonly cacheBytes: number;
  /** Names of lines that are given no more after this answer. */
  readonly dropped: readonly number[];
}

export type WorkerAnswer =
  | {
      readonly status: 'computed';
      /** Shared where the worker keeps it too, under `keptAs`; else handed over. */
      readonly line: ArrayBuffer | SharedArrayBuffer;
      readonly rows: number;
      /** As in ChartReply. */
      readonly summarised: number;
      /** The name under which it is given again; null where it is not kept. */
      readonly keptAs: number | null;
    }
  /** Lines that were sent before and are still right: of the request, then of those that follow it. */
  | { readonly status: 'kept'; readonly names: readonly number[] }
  /** Pieces follow. */
  | { readonly status: 'long' }
  | { readonly status: 'read'; readonly value: ReadAnswers[ReadKind] }
  | { readonly status: 'unknown-instrument' }
  | { readonly status: 'summarised'; readonly made: MadeSummary | null }
  | { readonly status: 'unknown-pair' | 'empty' | 'warm' | 'cancelled' }
  | { readonly status: 'failed'; readonly message: string };
