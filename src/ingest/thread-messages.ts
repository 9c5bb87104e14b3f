// What the thread of the hub and a thread that ingests say to one another beside the ring. Types only.

import type { LogFields } from '../core/log.js';
import type { RingMemory } from '../core/ring.js';
import type { Micros } from '../core/time.js';
import type { ExchangeHealth, InstrumentHealth } from './feed-health.js';
import type { Selection, SelectionRule } from './selection.js';

/** One exchange, as it is fed: everything that can be posted to another thread. */
export interface FeedPlan {
  readonly name: string;
  readonly restUrl: string;
  readonly wsUrl: string;
  readonly wantsTrades: boolean;
  readonly rule: SelectionRule;
  readonly lagMsMax: number;
}

/** Where raw frames are kept. */
export interface CapturePlan {
  readonly directory: string;
  readonly bytesMax: number;
  readonly startedUs: Micros;
}

export interface IngestThreadData {
  readonly feeds: readonly FeedPlan[];
  readonly memory: RingMemory;
  /** Of the clock that is to be followed; its owner knows the type. */
  readonly clockFace: unknown;
  /** An Int32 for each of the feeds: the number of its last connection, which outlives the thread. */
  readonly connections: SharedArrayBuffer;
  /** An Int32: how many states and lines of the log were heard. */
  readonly heard: SharedArrayBuffer;
  readonly capture?: CapturePlan;
}

export type ToIngestThread =
  | { readonly type: 'start' | 'stop'; readonly name: string }
  /** Its instruments are asked for: they come with the next states, for a while. */
  | { readonly type: 'instruments'; readonly name: string };

export interface FeedState {
  readonly name: string;
  readonly health: ExchangeHealth;
  /** Where the listing is another than before. */
  readonly selected?: Selection['selected'];
  /** With that, and while somebody asks. */
  readonly instruments?: readonly InstrumentHealth[];
}

export type FromIngestThread =
  /** Something lies in the ring, and its reader slept. */
  | { readonly type: 'wake' }
  | { readonly type: 'states'; readonly states: readonly FeedState[] }
  | {
      readonly type: 'log';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly message: string;
      readonly fields?: LogFields;
    }
  /** Every feed has stopped, and all that it brought lies in the ring. */
  | { readonly type: 'ended' };
