// One loop that watches a few instruments through ccxt: asks for the next change again and again, falls, comes back.
// It stands where a connection stands elsewhere; every fall of it is a Gap of each instrument that it carried.

import type { Log } from '../core/log.js';
import type { RejectReason } from '../core/reasons.js';
import type { Cancel, Clock, Micros } from '../core/time.js';
import { type Backoff, createBackoff } from './backoff.js';
import { type CcxtTop, isBook, isNetworkError, partsOf, topOf, wordsOf } from './ccxt-reading.js';
import type { CcxtExchange } from './ccxt-types.js';
import type { ConnectionCounters, ConnectionHealth, ConnectionState } from './connection-types.js';
import { noCounters } from './counters.js';
import type { InstrumentLife } from './life.js';

/** Best first: of best bid and ask alone, one symbol's ticker, one symbol's whole book. */
export const WATCH_METHODS = ['watchBidsAsks', 'watchTicker', 'watchOrderBook'] as const;
export type WatchMethod = (typeof WATCH_METHODS)[number];

/** A method that tells nothing for so long after it was begun gives way to the next. */
const FIRST_QUOTE_MS = 30_000;
/** How often a watch that lives is looked at, and when nothing from it is believed: in times of what is unusual for each. */
const LOOK_MS = 5_000;
const SILENT_TIMES = 3;
/** Between the requests for single symbols. */
const REQUEST_INTERVAL_MS = 250;

export interface WatchOwner {
  quote(life: InstrumentLife, top: CcxtTop, receivedUs: Micros): void;
  /** The instrument had a valid quote: from here on it has none. */
  gap(life: InstrumentLife, fromUs: Micros, nowUs: Micros): void;
  /** One of the symbols spoils the request: each half of them is to be watched apart. */
  split(watch: CcxtWatch): void;
}

export interface WatchOptions {
  /** `Kraken#1`: unique in the process, stands in Alive events and in /health. */
  readonly name: string;
  /**
   * A client with the markets in it. Every attempt has one of its own: ccxt takes for subscribed what an exchange has
   * refused, and shows again what it read before a fall; and a bad symbol shares its socket with no other watch.
   */
  readonly connect: () => CcxtExchange;
  /** At least one. */
  readonly methods: readonly WatchMethod[];
  /** By ccxt's symbol. */
  readonly lives: ReadonlyMap<string, InstrumentLife>;
  readonly owner: WatchOwner;
  readonly limits: { readonly reconnectDelayMsMin: number; readonly reconnectDelayMsMax: number };
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

export class CcxtWatch {
  readonly counters: ConnectionCounters = noCounters();
  /** By ccxt's symbol. */
  readonly lives: Map<string, InstrumentLife>;
  readonly #options: WatchOptions;
  readonly #backoff: Backoff;
  #timers: Cancel[] = [];
  #client: CcxtExchange | undefined;
  /** Tickers that were read: it shows those of all symbols with every change. */
  #told = new WeakSet<object>();
  #state: ConnectionState = 'waiting';
  #reason: string | undefined = 'not started';
  #lastMessageUs: Micros | null = null;
  #reconnects = 0;
  #refusal: string | undefined;
  #method = 0;
  /** What an earlier attempt still brings finds nobody listening. */
  #attempt = 0;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.lives = new Map(options.lives);
    const { reconnectDelayMsMin, reconnectDelayMsMax } = options.limits;
    this.#backoff = createBackoff(reconnectDelayMsMin, reconnectDelayMsMax, options.random);
  }

  get name(): string {
    return this.#options.name;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get reconnects(): number {
    return this.#reconnects;
  }

  /** The exchange's words, where it refuses the one symbol that is left here. */
  get refusal(): string | undefined {
    return this.#refusal;
  }

  /** When anything was last read, while it lives; else NaN. */
  get provenUs(): Micros {
    return this.#state === 'live' ? (this.#lastMessageUs ?? Number.NaN) : Number.NaN;
  }

  start(delayMs: number): void {
    this.#timers.push(this.#options.clock.after(delayMs, () => this.#begin()));
  }

  /** For good. The hole that follows is not this watch's to tell. */
  stop(): void {
    this.#release();
    this.#state = 'stopped';
    this.#reason = 'stopped';
  }

  health(): ConnectionHealth {
    const refused = this.#refusal === undefined ? [] : [...this.lives.values()];
    return {
      name: this.name,
      state: this.#state,
      ...(this.#reason === undefined ? {} : { reason: this.#reason }),
      symbols: this.lives.size,
      refused: Object.fromEntries(refused.map(({ listed }) => [listed.exchangeSymbol, this.#refusal ?? ''])),
      lastMessageUs: this.#lastMessageUs,
      reconnects: this.#reconnects,
      lagMs: null,
    };
  }

  #begin(): void {
    this.#release();
    const attempt = this.#attempt;
    const { connect, clock, methods } = this.#options;
    const client = connect();
    this.#client = client;
    this.#told = new WeakSet();
    const method = methods[this.#method]!;
    this.#state = 'open';
    this.#reason = `waiting for the first quote of ${method}`;
    const silent = () => this.#fell(attempt, `${method} told nothing within ${FIRST_QUOTE_MS} ms`, false);
    this.#timers.push(clock.after(FIRST_QUOTE_MS, () => this.#state !== 'live' && silent()));
    this.#timers.push(clock.every(LOOK_MS, () => this.#look(attempt)));
    for (const life of this.lives.values()) life.asked(clock.nowUs());
    if (method === 'watchBidsAsks') {
      const next = () => this.lives.size > 0 && client.watchBidsAsks([...this.lives.keys()]);
      void this.#listen(attempt, client, next);
      return;
    }
    let delayMs = 0;
    for (const symbol of this.lives.keys()) {
      const next = () => this.lives.has(symbol) && nextOf(client, method, symbol);
      this.#timers.push(clock.after(delayMs, () => void this.#listen(attempt, client, next)));
      delayMs += REQUEST_INTERVAL_MS;
    }
  }

  /** Until `next` gives false, the attempt is over, or something goes wrong. */
  async #listen(attempt: number, client: CcxtExchange, next: () => Promise<unknown> | false): Promise<void> {
    try {
      await client.loadHttpProxyAgent();
      for (let change = next(); change !== false; change = next()) {
        const answer = await change;
        if (attempt !== this.#attempt) return;
        this.#heard(answer);
      }
    } catch (error) {
      this.#fell(attempt, wordsOf(error), !isNetworkError(error));
    }
  }

  /** A socket may live and tell nothing: ccxt answers its pings unseen. */
  #look(attempt: number): void {
    const nowUs = this.#options.clock.nowUs();
    const isDead = (life: InstrumentLife) => nowUs > life.silentFromUs + (SILENT_TIMES - 1) * life.silenceUs;
    if (this.#state === 'live' && this.lives.size > 0 && [...this.lives.values()].every(isDead))
      this.#fell(attempt, 'nothing is told any more', false);
  }

  #heard(answer: unknown): void {
    const receivedUs = this.#options.clock.nowUs();
    this.#lastMessageUs = receivedUs;
    this.counters.frames += 1;
    for (const part of partsOf(answer)) {
      if (this.#isTold(part)) continue;
      const top = topOf(part);
      if (typeof top === 'string') this.#reject(top);
      else this.#quote(top, receivedUs);
    }
  }

  #isTold(part: unknown): boolean {
    if (part === null || typeof part !== 'object' || isBook(part)) return false;
    if (this.#told.has(part)) return true;
    this.#told.add(part);
    return false;
  }

  #quote(top: CcxtTop, receivedUs: Micros): void {
    const life = this.lives.get(top.ccxtSymbol);
    if (life === undefined) {
      this.#reject('unknown-symbol');
      return;
    }
    if (this.#state !== 'live') this.#wentLive();
    this.counters.quotes += 1;
    this.#options.owner.quote(life, top, receivedUs);
  }

  #reject(reason: RejectReason): void {
    this.counters.rejects[reason] = (this.counters.rejects[reason] ?? 0) + 1;
  }

  #wentLive(): void {
    this.#state = 'live';
    this.#reason = undefined;
    this.#refusal = undefined;
    this.#backoff.reset();
  }

  /** The one way down. `refused`: the exchange answered, and did not want this. */
  #fell(attempt: number, reason: string, refused: boolean): void {
    if (attempt !== this.#attempt) return;
    const { clock, owner, log, methods } = this.#options;
    const wasLive = this.#state === 'live';
    const nowUs = clock.nowUs();
    this.#release();
    for (const life of this.lives.values()) {
      if (life.valid) {
        this.counters.gaps += 1;
        owner.gap(life, this.#lastMessageUs ?? nowUs, nowUs);
      }
      life.interrupt();
    }
    this.#state = 'waiting';
    this.#reason = reason;
    if (wasLive) this.#reconnects += 1;
    else this.#method = (this.#method + 1) % methods.length;
    const triedAll = !wasLive && this.#method === 0;
    if (refused && triedAll && this.lives.size > 1) {
      owner.split(this);
      return;
    }
    if (refused && triedAll) this.#refusal = reason;
    const delayMs = this.#backoff.next();
    log.warn('connection down', { connection: this.name, reason, retryMs: Math.round(delayMs) });
    this.start(delayMs);
  }

  #release(): void {
    this.#attempt += 1;
    for (const cancel of this.#timers) cancel();
    this.#timers = [];
    this.#client?.close().catch(() => {
      // Nobody waits for how its sockets end.
    });
    this.#client = undefined;
  }
}

/** Of changes that came together ccxt answers with the first; it keeps the newest. */
async function nextOf(
  client: CcxtExchange,
  method: 'watchTicker' | 'watchOrderBook',
  symbol: string,
): Promise<unknown> {
  const answer = await client[method](symbol);
  return method === 'watchTicker' ? (client.tickers[symbol] ?? answer) : answer;
}
