// What the feed of one exchange is given. Types only.

import type { InstrumentTable } from '../core/instrument.js';
import type { Log } from '../core/log.js';
import type { Clock } from '../core/time.js';
import type { ExchangeAdapter } from '../exchanges/exchange.js';
import type { ConnectionLimits } from './connection-types.js';
import type { LagLimits } from './lag-watch.js';
import type { ReadingTurn } from './reading-turn.js';
import type { SelectionRule } from './selection.js';
import type { FrameTap, IngestSink } from './sink.js';

export interface FeedLimits extends ConnectionLimits, LagLimits {
  /** The listing is read anew so often. */
  readonly listingIntervalMs: number;
}

export interface ExchangeFeedOptions {
  readonly adapter: ExchangeAdapter;
  /** Whether trades are taken in beside the quotes; the adapter must know their channel. Absent = false. */
  readonly wantsTrades?: boolean;
  readonly restUrl: string;
  readonly wsUrl: string;
  readonly rule: SelectionRule;
  readonly instruments: InstrumentTable;
  readonly sink: IngestSink;
  readonly limits: FeedLimits;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly tap?: FrameTap;
  /** What all connections of this thread read by turns. Absent = as they come. */
  readonly turn?: ReadingTurn;
  /** How long what is handed on waits before it is seen, µs. Absent = it does not. */
  readonly extraLagUs?: () => number;
  /** The number of the next connection, which no other of the exchange in this process has had; absent = 1, 2, 3 … */
  readonly nextConnection?: () => number;
}
