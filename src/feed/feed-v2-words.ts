// What protocol v2 is given, what bounds it and what is counted of it.

import type { LatestQuotes, TellValidity } from '../core/event.js';
import type { Instrument } from '../core/instrument.js';
import type { Log } from '../core/log.js';
import type { Clock, Micros } from '../core/time.js';
import type { ClientsCounters } from '../sockets/clients.js';
import type { OpportunityLister } from './opportunity-stream.js';
import type { FindInstrument } from './pair-book.js';
import type { JudgeSpread, SpreadPercent } from './spread-forms.js';

export interface FeedV2Options {
  /** What quotes are stamped by: ages are told by it. */
  readonly clock: Clock;
  /** What clients live by; in a replay another one. */
  readonly clientClock: Clock;
  readonly log: Log;
  /** Of this process: another at every start. */
  readonly epoch: number;
  readonly latest: LatestQuotes;
  /** The highest stamp given: every event up to it has been told. */
  readonly lastSeq: () => Micros;
  readonly instruments: {
    readonly size: number;
    get(id: number): Instrument;
    readonly find: FindInstrument;
    all(): readonly Instrument[];
  };
  readonly opportunities: OpportunityLister;
  readonly tellValidity: TellValidity;
  readonly spreadPercent: SpreadPercent;
  readonly judge: JudgeSpread;
  /** How long a quote stands until its instrument's own limit is told. */
  readonly ageLimitUs: number;
  readonly limits: FeedV2Limits;
}

export interface FeedV2Limits {
  readonly clientsMax: number;
  /** Per client and of all together; see ClientsOptions. */
  readonly bufferedBytesMax: number;
  readonly bufferedBytesTotalMax: number;
  /** Told to clients; the upgrade router keeps it. */
  readonly messageBytesMax: number;
  /** Names in one list of a request. */
  readonly namesMax: number;
  /** Pairs of one client. */
  readonly pairsMax: number;
  /** Quotes, gaps and states held for those who come back. */
  readonly recordsHeldMax: number;
  readonly instrumentsMax: number;
  readonly heartbeatMs: number;
  readonly opportunitiesMs: number;
  /** Rows of one message. */
  readonly opportunitiesMax: number;
  /** Default 15 s. */
  readonly pingIntervalMs?: number;
  /** Default 1 s. */
  readonly closeGraceMs?: number;
}

export interface FeedV2Counters extends ClientsCounters {
  /** Requests answered with an error. */
  readonly badMessages: number;
  /** Quotes and spreads written in either form: at most once each for all who get it then. */
  readonly quoteTexts: number;
  readonly quoteRecords: number;
  readonly spreadTexts: number;
  readonly spreadRecords: number;
  /** Quotes whose place a later one took, by interval once for all its clients. */
  readonly leftOut: number;
  /** Different pairs that spreads are sent of, now. */
  readonly pairs: number;
  readonly snapshots: number;
  /** Clients that came back and got what they had missed; and those for whom it was no longer held. */
  readonly resumes: number;
  readonly resumesTooOld: number;
  /** Clients closed because they did not read what they had missed while it was held. */
  readonly tooSlowToCatchUp: number;
  readonly recordsHeld: number;
}
