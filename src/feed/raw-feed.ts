// The feed for bots, in the reference's format: every two-sided quote to every client that wants it, written
// once for all of them and not at all when nobody listens. Runs on the ingest loop: it must never wait.

import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { assert } from '../core/assert.js';
import type { Subscriber, TradeSide } from '../core/event.js';
import { exchangeKey } from '../core/exchange.js';
import type { Log } from '../core/log.js';
import { symbolKey } from '../core/symbol.js';
import type { Clock, Micros } from '../core/time.js';
import { type Client, Clients, type ClientsCounters } from '../sockets/clients.js';
import {
  createSpreadText,
  createTradeText,
  MESSAGE_BYTES_MAX,
  type SpreadPieces,
  spreadPieces,
  type VolumeFilter,
} from './spread-message.js';
import { EVERYTHING, parseClientMessage, type Subscription } from './subscription.js';
import { type SymbolInfo, symbolInfoMessages } from './symbol-info.js';

export interface RawFeedOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** The names of an id; called once an instrument. */
  readonly instruments: (instrumentId: number) => { readonly exchange: string; readonly symbol: string };
  /** Called once an instrument. */
  readonly volumeFilterOf: (exchange: string) => VolumeFilter;
  /** Called when a client asks; the same array as long as nothing changed. */
  readonly symbolInfo: () => readonly SymbolInfo[];
  readonly limits: RawFeedLimits;
}

export interface RawFeedLimits {
  readonly clientsMax: number;
  /** Per client and of all together; see ClientsOptions. */
  readonly bufferedBytesMax: number;
  readonly bufferedBytesTotalMax: number;
  /** Names in one list of a subscribe message. */
  readonly subscribeNamesMax: number;
  /** Default 15 s. */
  readonly pingIntervalMs?: number;
  /** Default 1 s. */
  readonly closeGraceMs?: number;
}

export interface RawFeedCounters extends ClientsCounters {
  /** The same of trades. */
  readonly tradesSerialised: number;
  /** Quotes turned into text: at most one each, whatever the number of clients. */
  readonly serialised: number;
  /** Quotes and trades that JSON cannot say (a number that isn't finite) or whose names are too long for a message. */
  readonly unsendable: number;
  /** Messages of clients that were answered with an Error. */
  readonly badMessages: number;
}

export interface RawFeed {
  /** For the hub. */
  readonly subscriber: Subscriber;
  /** The connection is what the upgrade router hands over: with it, quotes of one turn leave in one write. */
  accept(socket: WebSocket, connection?: Duplex): void;
  counters(): RawFeedCounters;
  /** Says goodbye to every client; resolves when they have gone. */
  close(): Promise<void>;
}

export function createRawFeed(options: RawFeedOptions): RawFeed {
  return new Feed(options);
}

interface Listener {
  wants: Subscription;
  /** A list of symbols is on its way to it. */
  listing: boolean;
}

/** What is known of an instrument since its first quote; `pieces` null = cannot be sent. */
interface Known {
  readonly symbolKey: string;
  readonly exchangeKey: string;
  readonly pieces: SpreadPieces | null;
}

class Feed implements RawFeed {
  readonly subscriber: Subscriber;
  readonly #options: RawFeedOptions;
  readonly #clients: Clients<Listener>;
  readonly #known: (Known | undefined)[] = [];
  readonly #text = createSpreadText();
  readonly #tradeText = createTradeText();
  #serialised = 0;
  #tradesSerialised = 0;
  #unsendable = 0;
  #badMessages = 0;
  #infoOf: readonly SymbolInfo[] | null = null;
  #infoMessages: readonly Buffer[] = [];
  /** The instrument of the quote that is being sent. */
  #current: Known | null = null;

  constructor(options: RawFeedOptions) {
    const { clock, log, limits } = options;
    this.#options = options;
    this.#clients = new Clients<Listener>({
      clock,
      log,
      name: 'raw feed',
      ...limits,
      onMessage: (client, data) => this.#asked(client, data),
    });
    this.subscriber = {
      quote: (stampUs, instrumentId, bid, _bidSize, ask, _askSize, exchangeUs) => {
        if (this.#clients.size > 0) this.#quote(stampUs, instrumentId, bid, ask, exchangeUs);
      },
      trade: (stampUs, instrumentId, price, size, side) => {
        if (this.#clients.size > 0) this.#trade(stampUs, instrumentId, price, size, side);
      },
      // The format has no word for anything but quotes and trades.
      cold: () => {},
    };
  }

  accept(socket: WebSocket, connection?: Duplex): void {
    this.#clients.accept(socket, { wants: EVERYTHING, listing: false }, connection);
  }

  counters(): RawFeedCounters {
    return {
      ...this.#clients.counters(),
      serialised: this.#serialised,
      tradesSerialised: this.#tradesSerialised,
      unsendable: this.#unsendable,
      badMessages: this.#badMessages,
    };
  }

  close(): Promise<void> {
    return this.#clients.close();
  }

  #quote(stampUs: Micros, instrumentId: number, bid: number, ask: number, exchangeUs: Micros): void {
    const known = this.#known[instrumentId] ?? this.#learn(instrumentId);
    this.#current = known;
    if (!this.#anyWants()) return;
    const text = known.pieces === null ? null : this.#text(known.pieces, stampUs, bid, ask, exchangeUs);
    if (this.#broadcast(text)) this.#serialised += 1;
  }

  #trade(stampUs: Micros, instrumentId: number, price: number, size: number, side: TradeSide): void {
    const known = this.#known[instrumentId] ?? this.#learn(instrumentId);
    this.#current = known;
    if (!this.#anyWants()) return;
    const text = known.pieces === null ? null : this.#tradeText(known.pieces, stampUs, price, size, side);
    if (this.#broadcast(text)) this.#tradesSerialised += 1;
  }

  /** To everyone who wants the present instrument; false where there is no text. */
  #broadcast(text: string | null): boolean {
    if (text === null) {
      this.#unsendable += 1;
      return false;
    }
    const message = Buffer.from(text);
    assert(message.length < MESSAGE_BYTES_MAX, `a feed message has ${message.length} bytes`);
    this.#clients.broadcast(message, this.#wants);
    return true;
  }

  readonly #wants = (client: Client<Listener>): boolean => {
    const { symbols, exchanges } = client.state.wants;
    const known = this.#current as Known;
    return (
      (symbols === null || symbols.has(known.symbolKey)) &&
      (exchanges === null || exchanges.has(known.exchangeKey))
    );
  };

  #anyWants(): boolean {
    for (const client of this.#clients) if (this.#wants(client)) return true;
    return false;
  }

  #learn(instrumentId: number): Known {
    const { exchange, symbol } = this.#options.instruments(instrumentId);
    const pieces = spreadPieces(exchange, symbol, this.#options.volumeFilterOf(exchange));
    if (pieces === null)
      this.#options.log.warn('an instrument has names too long for the feed', { exchange, instrumentId });
    const known: Known = { symbolKey: symbolKey(symbol), exchangeKey: exchangeKey(exchange), pieces };
    // Without holes an array stays an array.
    while (this.#known.length <= instrumentId) this.#known.push(undefined);
    this.#known[instrumentId] = known;
    return known;
  }

  #asked(client: Client<Listener>, data: Buffer): void {
    const message = parseClientMessage(data, this.#options.limits.subscribeNamesMax);
    if ('problem' in message) {
      this.#badMessages += 1;
      const error = { MessageType: 'Error', Payload: { Message: message.problem } };
      this.#clients.sendTo(client, JSON.stringify(error));
      return;
    }
    client.state.wants = message.subscription;
    // One list at a time: what is on its way already is what was asked for.
    if (!message.allSymbolInfo || client.state.listing) return;
    client.state.listing = true;
    this.#clients.sendSequence(client, this.#symbolInfo(), () => {
      client.state.listing = false;
    });
  }

  #symbolInfo(): readonly Buffer[] {
    const rows = this.#options.symbolInfo();
    if (rows !== this.#infoOf) {
      this.#infoOf = rows;
      this.#infoMessages = symbolInfoMessages(rows);
    }
    return this.#infoMessages;
  }
}
