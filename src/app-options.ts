// What the application is started with. Types only, so that its parts need not know the composition root.

import type { RealClock } from './clock.js';
import type { Config } from './config/config.js';
import type { Log } from './core/log.js';

export interface AppOptions {
  readonly config: Config;
  /** Names of the exchanges to connect to; none = serve what is on disk. */
  readonly exchanges: readonly string[];
  /** Of the lake: a demo's and a real one never mix. */
  readonly origin: 'live' | 'demo';
  readonly clock: RealClock;
  readonly random: () => number;
  readonly log: Log;
  /** Aborted while it starts: what takes long then rejects with its reason. */
  readonly asked?: AbortSignal;
  /** Where ccxt lies; absent = it is looked for beside the program, where an exchange wants it. */
  readonly ccxtModule?: string;
  /** The module of a thread that ingests; absent = the program's own. */
  readonly ingestThreadUrl?: URL;
}
