// An exchange that ccxt connects to: the same events to the same sink as from an exchange of our own. The only file
// that may import ccxt, which is loaded when an exchange of the configuration wants it, and never otherwise.

import { marketOf } from '../core/exchange.js';
import type { InstrumentTable } from '../core/instrument.js';
import type { Log } from '../core/log.js';
import type { Cancel, Clock, Micros } from '../core/time.js';
import { type Backoff, createBackoff } from './backoff.js';
import { CcxtError, type CcxtSettings, configOf, findCcxtClass, methodsOf } from './ccxt-class.js';
import { type CcxtFacts, healthOf, instrumentsOf } from './ccxt-health.js';
import { listingOf, wordsOf } from './ccxt-reading.js';
import type { CcxtClass, CcxtExchange, CcxtLibrary } from './ccxt-types.js';
import { CcxtWatch, type WatchMethod, type WatchOwner } from './ccxt-watch.js';
import { addCounters, noCounters } from './counters.js';
import type { ExchangeHealth, InstrumentHealth } from './feed-health.js';
import { InstrumentLife } from './life.js';
import {
  NOTHING_SELECTED,
  type Selection,
  type SelectionRule,
  selectInstruments,
  tradesStill,
} from './selection.js';
import type { IngestSink } from './sink.js';
import type { Source } from './source.js';

/** Exchanges take few symbols in one request (the least known: 10), and few connections at once. */
const SYMBOLS_PER_WATCH = 10;
const WATCH_INTERVAL_MS = 1_000;

/** The package beside this program, or the module at `path`. Throws a CcxtError that says how to install it. */
export async function loadCcxt(path?: string): Promise<CcxtLibrary> {
  try {
    const loaded = (await (path === undefined ? import('ccxt') : import(path))) as { default: CcxtLibrary };
    return loaded.default;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new CcxtError(
      'the configuration asks for exchanges via ccxt, and the package ccxt is not installed: `npm install ccxt` ' +
        'beside this program (it is optional, and loaded for such exchanges alone)',
    );
  }
}

export interface CcxtSourceOptions extends CcxtSettings {
  readonly rule: SelectionRule;
  readonly instruments: InstrumentTable;
  readonly sink: IngestSink;
  readonly limits: {
    readonly reconnectDelayMsMin: number;
    readonly reconnectDelayMsMax: number;
    readonly listingIntervalMs: number;
    readonly aliveIntervalMs: number;
  };
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

export class CcxtSource implements Source {
  readonly #options: CcxtSourceOptions;
  readonly #Client: CcxtClass;
  /** Reads listings; what watches has a client of its own. */
  readonly #client: CcxtExchange;
  readonly #methods: readonly WatchMethod[];
  readonly #backoff: Backoff;
  #watches: readonly CcxtWatch[] = [];
  readonly #past = noCounters();
  #selection: Selection = NOTHING_SELECTED;
  #failure: string | undefined;
  #listingUs: Micros = Number.NaN;
  #timers: Cancel[] = [];
  #nextListing: Cancel = () => {};
  #lastName = 0;
  #stopped = false;

  /** Throws as findCcxtClass. */
  constructor(options: CcxtSourceOptions) {
    this.#options = options;
    const { limits, random } = options;
    this.#Client = findCcxtClass(options);
    this.#client = new this.#Client(configOf(options));
    this.#methods = methodsOf(this.#client);
    this.#backoff = createBackoff(limits.reconnectDelayMsMin, limits.reconnectDelayMsMax, random);
  }

  get name(): string {
    return this.#options.name;
  }

  get selected(): Selection['selected'] {
    return this.#selection.selected;
  }

  start(): void {
    const { clock, limits } = this.#options;
    this.#timers = [clock.every(limits.aliveIntervalMs, () => this.#tellAlive())];
    void this.#readListing();
  }

  stop(): void {
    this.#stopped = true;
    this.#nextListing();
    for (const cancel of this.#timers) cancel();
    for (const watch of this.#watches) watch.stop();
    this.#client.close().catch(() => {
      // What it carried is stopped already: nobody waits for how its sockets end.
    });
  }

  health(): ExchangeHealth {
    return healthOf(this.#facts());
  }

  instruments(): readonly InstrumentHealth[] {
    return instrumentsOf(this.#facts());
  }

  #facts(): CcxtFacts {
    return {
      nowUs: this.#options.clock.nowUs(),
      stopped: this.#stopped,
      failure: this.#failure,
      listingUs: this.#listingUs,
      selection: this.#selection,
      watches: this.#watches,
      past: this.#past,
    };
  }

  // ---- The listing ----

  async #readListing(): Promise<void> {
    const { limits, clock, log } = this.#options;
    let nextMs = limits.listingIntervalMs;
    try {
      await this.#client.loadHttpProxyAgent();
      const markets = await this.#client.loadMarkets(!Number.isNaN(this.#listingUs));
      const tickers = this.#client.has['fetchTickers'] === true ? await this.#client.fetchTickers() : {};
      if (this.#stopped) return;
      this.#follow(listingOf(markets, tickers, marketOf(this.name), this.#client.precisionMode));
      this.#failure = undefined;
      this.#backoff.reset();
    } catch (error) {
      if (this.#stopped) return;
      nextMs = this.#backoff.next();
      const reason = wordsOf(error);
      this.#failure = `listing: ${reason}`;
      log.warn('listing not available', { exchange: this.name, reason, retryMs: Math.round(nextMs) });
    }
    this.#nextListing = clock.after(nextMs, () => void this.#readListing());
  }

  #follow(listing: ReturnType<typeof listingOf>): void {
    const { rule, instruments, log } = this.#options;
    const isFirst = Number.isNaN(this.#listingUs);
    this.#listingUs = this.#options.clock.nowUs();
    const lives = new Map(this.#watches.flatMap((watch) => [...watch.lives]));
    const watched = new Set([...lives.values()].map((life) => life.listed.exchangeSymbol));
    this.#selection = selectInstruments(
      listing.map(({ listed }) => listed),
      rule,
      watched,
    );
    const symbolOf = new Map(listing.map(({ ccxtSymbol, listed }) => [listed.exchangeSymbol, ccxtSymbol]));
    const fresh: [string, InstrumentLife][] = [];
    const wanted = new Set<string>();
    for (const { symbol, listed } of this.#selection.selected) {
      const ccxtSymbol = symbolOf.get(listed.exchangeSymbol) ?? '';
      wanted.add(ccxtSymbol);
      const life = lives.get(ccxtSymbol);
      if (life !== undefined) life.listed = listed;
      else {
        const { id } = instruments.intern(this.name, symbol);
        fresh.push([ccxtSymbol, new InstrumentLife(id, symbol, listed)]);
      }
    }
    const removed = this.#giveUp(wanted);
    this.#watch(fresh);
    if (!isFirst && fresh.length === 0 && removed === 0) return;
    const selected = this.#selection.selected.length;
    log.info('listing read', { exchange: this.name, listed: listing.length, selected, removed });
  }

  /** Delisted, halted, or outside the filter now. */
  #giveUp(wanted: ReadonlySet<string>): number {
    const { sink, clock } = this.#options;
    let removed = 0;
    for (const { lives } of this.#watches)
      for (const [ccxtSymbol, life] of lives) {
        if (wanted.has(ccxtSymbol)) continue;
        lives.delete(ccxtSymbol);
        removed += 1;
        const nowUs = clock.nowUs();
        const fromUs = tradesStill(this.#selection, life.listed.exchangeSymbol) ? nowUs : life.signOfLifeUs;
        if (life.valid) sink.gap(life.instrumentId, fromUs, 'unsubscribed', nowUs);
      }
    for (const watch of this.#watches) if (watch.lives.size === 0) this.#end(watch);
    return removed;
  }

  // ---- The watches ----

  #watch(lives: readonly [string, InstrumentLife][]): void {
    for (let at = 0, turn = 0; at < lives.length; at += SYMBOLS_PER_WATCH, turn += 1)
      this.#begin(lives.slice(at, at + SYMBOLS_PER_WATCH), turn * WATCH_INTERVAL_MS);
  }

  #makeClient(): CcxtExchange {
    // ccxt's own pace of sending leaves the failure of a send to nobody; watches are paced here.
    const client = new this.#Client({ ...configOf(this.#options), enableRateLimit: false });
    client.setMarketsFromExchange(this.#client);
    return client;
  }

  #begin(lives: readonly [string, InstrumentLife][], delayMs: number): void {
    const { name, limits, clock, random, log } = this.#options;
    this.#lastName += 1;
    const watch = new CcxtWatch({
      name: `${name}#${this.#lastName}`,
      connect: () => this.#makeClient(),
      methods: this.#methods,
      lives: new Map(lives),
      owner: this.#owner,
      limits,
      clock,
      random,
      log,
    });
    this.#watches = [...this.#watches, watch];
    watch.start(delayMs);
  }

  readonly #owner: WatchOwner = {
    quote: (life, { bid, bidSize, ask, askSize, exchangeUs }, receivedUs) => {
      const { sink } = this.#options;
      const { contractSize } = life.listed;
      const [bidCoins, askCoins] = [bidSize * contractSize, askSize * contractSize];
      life.quote(bid, bidCoins, ask, askCoins, receivedUs);
      const limitUs = life.newAgeLimitUs();
      if (!Number.isNaN(limitUs)) sink.status(life.instrumentId, 'age-limit', limitUs, receivedUs);
      sink.quote(life.instrumentId, bid, bidCoins, ask, askCoins, exchangeUs, receivedUs);
    },
    gap: (life, fromUs, nowUs) => this.#options.sink.gap(life.instrumentId, fromUs, 'disconnect', nowUs),
    split: (watch) => {
      this.#end(watch);
      const lives = [...watch.lives];
      const middle = lives.length >> 1;
      this.#begin(lives.slice(0, middle), WATCH_INTERVAL_MS);
      this.#begin(lives.slice(middle), 2 * WATCH_INTERVAL_MS);
    },
  };

  #end(watch: CcxtWatch): void {
    watch.stop();
    addCounters(this.#past, watch.counters);
    this.#watches = this.#watches.filter((other) => other !== watch);
  }

  /** A timer alone proves nothing: Alive carries the time of the last thing that was read. */
  #tellAlive(): void {
    const { sink, clock } = this.#options;
    for (const { name, provenUs } of this.#watches)
      if (!Number.isNaN(provenUs)) sink.alive(name, provenUs, clock.nowUs());
  }
}
