// What a connection is given and what it says of itself. Types only.

import type { Log } from '../core/log.js';
import type { RejectReason } from '../core/reasons.js';
import type { Clock, Micros } from '../core/time.js';
import type { DecoderListing, ExchangeAdapter } from '../exchanges/exchange.js';
import type { LifeState } from './life.js';
import type { Pacer } from './pacer.js';
import type { ReadingTurn } from './reading-turn.js';
import type { RestLimits } from './rest.js';
import type { ConnectionOwner, FrameTap } from './sink.js';

export interface ConnectionLimits extends RestLimits {
  readonly frameBytesMax: number;
  readonly handshakeTimeoutMs: number;
  readonly reconnectDelayMsMin: number;
  readonly reconnectDelayMsMax: number;
  readonly aliveIntervalMs: number;
}

export interface ConnectionOptions {
  /** `Binance#1`: unique in the process, stands in Alive events and in /health. */
  readonly name: string;
  readonly adapter: ExchangeAdapter;
  /** Whether trades are wanted beside the quotes; the adapter must know their channel. */
  readonly wantsTrades: boolean;
  readonly restUrl: string;
  readonly wsUrl: string;
  readonly listing: DecoderListing;
  readonly owner: ConnectionOwner;
  readonly pacer: Pacer;
  readonly limits: ConnectionLimits;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly tap?: FrameTap;
  /** What all connections of a thread read by turns. Absent = as they come. */
  readonly turn?: ReadingTurn;
}

export type ConnectionState = 'waiting' | 'connecting' | 'open' | 'live' | 'stopped';

export interface ConnectionHealth {
  readonly name: string;
  readonly state: ConnectionState;
  /** Why it is not live, in words; absent while it is. */
  readonly reason?: string;
  readonly symbols: number;
  readonly refused: Readonly<Record<string, string>>;
  readonly lastMessageUs: Micros | null;
  readonly reconnects: number;
  /** How late its quotes come; null = not measured. */
  readonly lagMs: number | null;
}

/** With what came over it since it began, and how the instruments are that it carries. */
export interface CarrierHealth extends ConnectionHealth {
  readonly frames: number;
  readonly quotes: number;
  readonly rejects: ConnectionCounters['rejects'];
  /** By their state; none of one that takes over from another and is not alone yet. */
  readonly states: Readonly<Partial<Record<LifeState, number>>>;
  /** Times that one of them came back after its stream was dead. */
  readonly heals: number;
}

export interface ConnectionCounters {
  frames: number;
  quotes: number;
  /** Of them, those that were read from the bytes of their frames, without their JSON. */
  scanned: number;
  trades: number;
  controls: number;
  gaps: number;
  readonly rejects: Partial<Record<RejectReason, number>>;
}
