// A short listen to one exchange over a connection as recording uses it: when it opened, acknowledged and quoted,
// what its frames were, which symbols stayed silent. Records nothing.

import type { Log } from '../core/log.js';
import type { RejectReason } from '../core/reasons.js';
import { type Clock, type Micros, US_PER_MS, US_PER_SECOND } from '../core/time.js';
import type { Decoder, DecoderListing, DecoderSink, ExchangeAdapter } from '../exchanges/exchange.js';
import { Connection, type ConnectionLimits } from './connection.js';
import { createPacer } from './pacer.js';
import { ShapeWatch, type UnknownShape } from './shape-watch.js';
import type { ConnectionOwner } from './sink.js';

export interface ListenOptions {
  readonly adapter: ExchangeAdapter;
  readonly restUrl: string;
  readonly wsUrl: string;
  /** In the exchange's spelling, at least one; no more than one connection may carry. */
  readonly exchangeSymbols: readonly string[];
  readonly knownShapes: readonly string[];
  /** Counted from the moment the connection is open. */
  readonly listenMs: number;
  readonly limits: ConnectionLimits;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

/** Times in milliseconds from the first attempt to connect; null = it never came. */
export interface Heard {
  readonly openMs: number | null;
  readonly ackMs: number | null;
  readonly quoteMs: number | null;
  readonly frames: number;
  readonly quotes: number;
  readonly controls: number;
  readonly rejects: Readonly<Partial<Record<RejectReason, number>>>;
  /** Of all subscribed symbols together, once they had settled. */
  readonly quotesPerSecond: number;
  readonly silent: readonly string[];
  /** The exchange's words, by symbol. */
  readonly refused: Readonly<Record<string, string>>;
  readonly unknownShapes: readonly UnknownShape[];
  /** What went wrong on the way, in words, each once. */
  readonly troubles: readonly string[];
  /** Whether it is connected at the end. */
  readonly isConnected: boolean;
}

/** A connection that is not open after this will not be waited for. */
export const OPEN_MS_MAX = 8_000;
const TROUBLES_MAX = 5;

/** Resolves after `listenMs`, or OPEN_MS_MAX where it never opens; never rejects. */
export function listen(options: ListenOptions): Promise<Heard> {
  return new Promise((resolve) => new Listener(options, resolve).start());
}

class Listener {
  readonly #options: ListenOptions;
  readonly #done: (heard: Heard) => void;
  readonly #connection: Connection;
  readonly #shapes: ShapeWatch;
  readonly #quoted = new Set<number>();
  readonly #rejects: Partial<Record<RejectReason, number>> = {};
  readonly #troubles = new Set<string>();
  #startUs: Micros = 0;
  #openMs: number | null = null;
  #ackMs: number | null = null;
  #quoteMs: number | null = null;
  #frames = 0;
  #quotes = 0;
  #controls = 0;
  /** Quotes and time when half of the listening was over. */
  #half = { quotes: 0, atUs: 0 };
  #cancelOpening = () => {};

  constructor(options: ListenOptions, done: (heard: Heard) => void) {
    this.#options = options;
    this.#done = done;
    this.#shapes = new ShapeWatch(options.knownShapes);
    const { adapter, clock } = options;
    this.#connection = new Connection({
      ...options,
      wantsTrades: false,
      name: `${adapter.name}#check`,
      adapter: { ...adapter, createDecoder: (listing) => this.#watched(adapter.createDecoder(listing)) },
      listing: listingOf(options.exchangeSymbols),
      owner: {
        ...NOWHERE,
        closing: (message) => this.#trouble(`the exchange announced that it closes: ${message}`),
      },
      pacer: createPacer(adapter.limits.connectIntervalMs, clock),
      log: this.#noting(options.log),
      tap: {
        opened: () => this.#opened(),
        frame: (_connection, frame) => {
          this.#frames += 1;
          this.#shapes.frame(frame);
        },
      },
    });
  }

  start(): void {
    const { clock } = this.#options;
    this.#startUs = clock.nowUs();
    this.#cancelOpening = clock.after(OPEN_MS_MAX, () => this.#finish());
    this.#connection.add(this.#options.exchangeSymbols);
    this.#connection.start();
  }

  #opened(): void {
    if (this.#openMs !== null) return;
    this.#openMs = this.#sinceStartMs();
    this.#cancelOpening();
    const { clock, listenMs } = this.#options;
    clock.after(listenMs / 2, () => {
      this.#half = { quotes: this.#quotes, atUs: clock.nowUs() };
    });
    clock.after(listenMs, () => this.#finish());
  }

  #finish(): void {
    const nowUs = this.#options.clock.nowUs();
    const { state, refused, reason } = this.#connection.health();
    this.#connection.stop();
    const isConnected = state === 'open' || state === 'live';
    if (!isConnected && this.#troubles.size === 0)
      this.#troubles.add(this.#openMs === null ? `no answer within ${OPEN_MS_MAX} ms` : (reason ?? 'closed'));
    const seconds = (nowUs - this.#half.atUs) / US_PER_SECOND;
    this.#done({
      openMs: this.#openMs,
      ackMs: this.#ackMs,
      quoteMs: this.#quoteMs,
      frames: this.#frames,
      quotes: this.#quotes,
      controls: this.#controls,
      rejects: this.#rejects,
      quotesPerSecond: this.#half.atUs === 0 ? 0 : (this.#quotes - this.#half.quotes) / seconds,
      silent: this.#options.exchangeSymbols.filter((_, id) => !this.#quoted.has(id)),
      refused,
      unknownShapes: this.#shapes.unknown(),
      troubles: [...this.#troubles],
      isConnected,
    });
  }

  #sinceStartMs(): number {
    return (this.#options.clock.nowUs() - this.#startUs) / US_PER_MS;
  }

  /** The exchange's own decoder; what it says goes on unchanged, and is looked at in passing. */
  #watched(decoder: Decoder): Decoder {
    return {
      decode: (frame, receivedUs, sink) => decoder.decode(frame, receivedUs, this.#passing(sink)),
      reset: (...args) => decoder.reset(...args),
    };
  }

  #passing(sink: DecoderSink): DecoderSink {
    return {
      quote: (...args) => {
        this.#quotes += 1;
        this.#quoted.add(args[0]);
        this.#quoteMs ??= this.#sinceStartMs();
        sink.quote(...args);
      },
      wantsTrades: sink.wantsTrades,
      trade: (...args) => sink.trade(...args),
      gap: (...args) => sink.gap(...args),
      control: (...args) => {
        this.#controls += 1;
        if (args[0] === 'subscribed') this.#ackMs ??= this.#sinceStartMs();
        sink.control(...args);
      },
      reject: (...args) => {
        this.#rejects[args[0]] = (this.#rejects[args[0]] ?? 0) + 1;
        sink.reject(...args);
      },
    };
  }

  /** Warnings of the connection are what the report tells as troubles. */
  #noting(log: Log): Log {
    return {
      ...log,
      warn: (message, fields = {}) => {
        log.warn(message, fields);
        const why = fields['reason'] ?? fields['message'];
        this.#trouble(why === undefined ? message : `${message}: ${why}`);
      },
    };
  }

  #trouble(words: string): void {
    if (this.#troubles.size < TROUBLES_MAX) this.#troubles.add(words);
  }
}

/** What is heard goes no further; what falls comes back. */
const NOWHERE: ConnectionOwner = {
  quote() {},
  trade() {},
  gap() {},
  alive() {},
  asked() {},
  closing() {},
  fallen: () => true,
};

/** Ids are places in the list. Sizes are of no interest here. */
function listingOf(exchangeSymbols: readonly string[]): DecoderListing {
  const ids = new Map(exchangeSymbols.map((exchangeSymbol, id) => [exchangeSymbol, id]));
  return { idOf: (exchangeSymbol) => ids.get(exchangeSymbol) ?? -1, contractSizeOf: () => 1 };
}
