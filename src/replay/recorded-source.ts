// An exchange of a replay: what the lake has of it, in the words of one that is connected. Reads the hub's latest
// quotes, connects to nothing.

import type { Instrument } from '../core/instrument.js';
import { type Micros, US_PER_MS } from '../core/time.js';
import type { ExchangeHealth, InstrumentHealth } from '../ingest/feed-health.js';
import type { Source } from '../ingest/source.js';

export interface RecordedSourceOptions {
  readonly name: string;
  /** Those of this exchange. */
  readonly instruments: readonly Instrument[];
  /** Of each instrument's latest quote, index = instrument id; NaN before the first. */
  readonly latestUs: Float64Array;
  /** 1 = what came of it was late. */
  readonly lagging: Uint8Array;
  readonly nowUs: () => Micros;
}

const NOT_KNOWN = {
  tickSize: null,
  quoteVolume24h: null,
  usualIntervalMs: null,
  excluded: null,
  reason: null,
};

export class RecordedSource implements Source {
  readonly name: string;
  /** A lake holds no listing. */
  readonly selected = [];
  readonly #options: RecordedSourceOptions;

  constructor(options: RecordedSourceOptions) {
    this.name = options.name;
    this.#options = options;
  }

  start(): void {}

  stop(): void {}

  health(): ExchangeHealth {
    const { instruments, latestUs, lagging } = this.#options;
    const newest = instruments.map(({ id }) => latestUs[id]!).filter((us) => !Number.isNaN(us));
    return {
      state: newest.length === 0 ? 'starting' : 'running',
      ...(newest.length === 0 ? { reason: 'nothing of it was replayed so far' } : {}),
      instruments: instruments.length,
      states: { live: newest.length, waiting: instruments.length - newest.length },
      lagging: instruments.filter(({ id }) => lagging[id] === 1).length,
      excluded: {},
      lastMessageUs: newest.length === 0 ? null : newest.reduce((last, us) => Math.max(last, us)),
      listingUs: null,
      reconnects: 0,
      rolls: 0,
      heals: 0,
      connections: [],
      counters: {
        frames: 0,
        quotes: 0,
        scanned: 0,
        trades: 0,
        controls: 0,
        gaps: 0,
        rejects: {},
        duplicates: 0,
      },
    };
  }

  instruments(): readonly InstrumentHealth[] {
    const { instruments, latestUs, nowUs } = this.#options;
    return instruments.map(({ id, symbol }) => {
      const ageMs = Math.round((nowUs() - latestUs[id]!) / US_PER_MS);
      const isQuoted = !Number.isNaN(ageMs);
      return {
        symbol,
        exchangeSymbol: symbol,
        status: 'recorded',
        ...NOT_KNOWN,
        state: isQuoted ? 'live' : 'waiting',
        lastQuoteAgeMs: isQuoted ? ageMs : null,
        heals: 0,
      };
    });
  }
}
