// One exchange: fetch its listing (again and again until it comes), choose instruments, spread them over
// connections within the exchange's limits, and say how it is. A dead exchange never touches another.

import type { InstrumentTable } from '../core/instrument.js';
import type { Log } from '../core/log.js';
import type { RejectReason } from '../core/reasons.js';
import type { Cancel, Clock, Micros } from '../core/time.js';
import type { DecoderListing, ExchangeAdapter, ListedInstrument } from '../exchanges/exchange.js';
import { createBackoff } from './backoff.js';
import { Connection, type ConnectionHealth, type ConnectionLimits } from './connection.js';
import { fetchListing } from './listing.js';
import { createPacer, type Pacer } from './pacer.js';
import { RestError } from './rest.js';
import { type Selection, type SelectionRule, selectInstruments } from './selection.js';
import type { FrameTap, IngestSink } from './sink.js';

export interface ExchangeFeedOptions {
  readonly adapter: ExchangeAdapter;
  readonly restUrl: string;
  readonly wsUrl: string;
  readonly rule: SelectionRule;
  readonly instruments: InstrumentTable;
  readonly sink: IngestSink;
  readonly limits: ConnectionLimits;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly tap?: FrameTap;
}

/** `starting`: listing or first quotes not there yet · `running` · `degraded`: some connections down · `failed` · `stopped`. */
export type ExchangeState = 'starting' | 'running' | 'degraded' | 'failed' | 'stopped';

export interface ExchangeHealth {
  readonly state: ExchangeState;
  /** Why it is not running, in words. */
  readonly reason?: string;
  readonly instruments: number;
  readonly excluded: Selection['excluded'];
  readonly lastMessageUs: Micros | null;
  readonly reconnects: number;
  readonly connections: readonly ConnectionHealth[];
  readonly counters: ExchangeCounters;
}

export interface ExchangeCounters {
  readonly frames: number;
  readonly quotes: number;
  readonly controls: number;
  readonly gaps: number;
  readonly rejects: Readonly<Partial<Record<RejectReason, number>>>;
}

export class ExchangeFeed {
  readonly #options: ExchangeFeedOptions;
  readonly #abort = new AbortController();
  readonly #pacer: Pacer;
  #connections: Connection[] = [];
  #selection: Selection = { selected: [], excluded: {} };
  #failure: string | undefined;
  #retry: Cancel = () => {};
  #stopped = false;

  constructor(options: ExchangeFeedOptions) {
    this.#options = options;
    this.#pacer = createPacer(options.adapter.limits.connectIntervalMs, options.clock);
  }

  get name(): string {
    return this.#options.adapter.name;
  }

  /** What of the listing is watched; another array after each listing. */
  get selected(): Selection['selected'] {
    return this.#selection.selected;
  }

  /** Begins and returns at once; how far it got is in `health`. */
  start(): void {
    const { limits, random } = this.#options;
    const backoff = createBackoff(limits.reconnectDelayMsMin, limits.reconnectDelayMsMax, random);
    const attempt = async (): Promise<void> => {
      try {
        this.#connectAll(await fetchListing(this.#options, this.#abort.signal));
        this.#failure = undefined;
      } catch (error) {
        this.#retryListing(error, backoff.next(error instanceof RestError ? error.retryAfterMs : 0), attempt);
      }
    };
    void attempt();
  }

  stop(): void {
    this.#stopped = true;
    this.#retry();
    this.#abort.abort();
    for (const connection of this.#connections) connection.stop();
  }

  health(): ExchangeHealth {
    const connections = this.#connections.map((connection) => connection.health());
    const { state, reason } = this.#state(connections);
    return {
      state,
      ...(reason === undefined ? {} : { reason }),
      instruments: this.#selection.selected.length,
      excluded: this.#selection.excluded,
      lastMessageUs: connections.reduce<Micros | null>(
        (last, { lastMessageUs }) => (lastMessageUs === null ? last : Math.max(last ?? 0, lastMessageUs)),
        null,
      ),
      reconnects: connections.reduce((sum, connection) => sum + connection.reconnects, 0),
      connections,
      counters: this.#counters(),
    };
  }

  #retryListing(error: unknown, delayMs: number, attempt: () => Promise<void>): void {
    if (this.#stopped) return;
    const reason = error instanceof Error ? error.message : String(error);
    this.#failure = `listing: ${reason}`;
    this.#options.log.warn('listing not available', {
      exchange: this.name,
      reason,
      retryMs: Math.round(delayMs),
    });
    this.#retry = this.#options.clock.after(delayMs, () => void attempt());
  }

  #connectAll(listing: readonly ListedInstrument[]): void {
    if (this.#stopped) return;
    const { adapter, instruments, sink, limits, clock, random, log, tap, rule } = this.#options;
    const { restUrl, wsUrl } = this.#options;
    this.#selection = selectInstruments(listing, rule);
    const decoderListing = this.#decoderListing(instruments);
    const symbols = this.#selection.selected.map(({ listed }) => listed.exchangeSymbol);
    const size = adapter.limits.symbolsPerConnection;
    for (let at = 0; at < symbols.length; at += size) {
      const name = `${adapter.name}#${this.#connections.length + 1}`;
      const exchangeSymbols = symbols.slice(at, at + size);
      const shared = { adapter, restUrl, wsUrl, listing: decoderListing, sink, limits, clock, random, log };
      this.#connections.push(
        new Connection({
          ...shared,
          name,
          exchangeSymbols,
          pacer: this.#pacer,
          ...(tap === undefined ? {} : { tap }),
        }),
      );
    }
    log.info('listing read', {
      exchange: adapter.name,
      listed: listing.length,
      selected: symbols.length,
      connections: this.#connections.length,
    });
    for (const connection of this.#connections) connection.start();
  }

  #decoderListing(instruments: InstrumentTable): DecoderListing {
    const ids = new Map<string, number>();
    const contractSizes = new Map<number, number>();
    for (const { symbol, listed } of this.#selection.selected) {
      const { id } = instruments.intern(this.name, symbol);
      ids.set(listed.exchangeSymbol, id);
      contractSizes.set(id, listed.contractSize);
    }
    return {
      idOf: (exchangeSymbol) => ids.get(exchangeSymbol) ?? -1,
      contractSizeOf: (id) => contractSizes.get(id) ?? 1,
    };
  }

  #state(connections: readonly ConnectionHealth[]): { state: ExchangeState; reason?: string } {
    if (this.#stopped) return { state: 'stopped' };
    if (this.#failure !== undefined) return { state: 'failed', reason: this.#failure };
    if (this.#connections.length === 0)
      return this.#selection.selected.length === 0 && Object.keys(this.#selection.excluded).length > 0
        ? { state: 'failed', reason: 'no listed instrument passes the filter' }
        : { state: 'starting', reason: 'waiting for the listing' };
    const down = connections.filter(({ state }) => state !== 'live');
    if (down.length === 0) return { state: 'running' };
    const reason = `${down.length} of ${connections.length} connections not live: ${down[0]?.reason ?? ''}`;
    if (down.length < connections.length) return { state: 'degraded', reason };
    const begun = connections.some(({ reconnects, state }) => reconnects > 0 || state === 'waiting');
    return { state: begun ? 'failed' : 'starting', reason };
  }

  #counters(): ExchangeCounters {
    const total = { frames: 0, quotes: 0, controls: 0, gaps: 0 };
    const rejects: Partial<Record<RejectReason, number>> = {};
    for (const connection of this.#connections) {
      const counters = connection.counters();
      total.frames += counters.frames;
      total.quotes += counters.quotes;
      total.controls += counters.controls;
      total.gaps += counters.gaps;
      for (const [reason, count] of Object.entries(counters.rejects) as [RejectReason, number][])
        rejects[reason] = (rejects[reason] ?? 0) + count;
    }
    return { ...total, rejects };
  }
}
