// Binance spot, simulated: raw (`/ws`) and combined (`/stream`) sockets.
// Source: binance-spot-api-docs (web-socket-streams.md, rest-api.md); what the docs leave open is said below.

import { type Micros, US_PER_MS } from '../../core/time.js';
import type { Conversation, Peer, SimBook, SimExchange, SimListed, SimQuote, SimTrade } from '../exchange.js';
import { RateWindow } from '../rate-window.js';
import { asObject, asTexts, decimalText, parseObject, splitAtKnownQuote } from '../wire.js';
import { SPOT_REST_LIMIT } from './binance-limits.js';
import { DECIMALS, rest } from './binance-listing.js';

const STREAMS_MAX = 1024;
const LIFE_US = 24 * 3_600_000 * US_PER_MS;

export const binance: SimExchange = {
  closingNotice: (nowUs) => JSON.stringify({ e: 'serverShutdown', E: Math.floor(nowUs / US_PER_MS) }),
  name: 'Binance',
  recordingKey: 'binance',
  givesTime: false,
  restPrefix: '',
  wsPath: '/ws',
  connectLimit: { count: 300, windowMs: 300_000 },
  restLimit: SPOT_REST_LIMIT,
  exchangeSymbolOf: (base, quote) => `${base}${quote}`.toUpperCase(),
  splitSymbol: splitAtKnownQuote,
  symbolOfFrame(frame) {
    const data = asObject(frame['data']) ?? frame;
    return typeof data['s'] === 'string' ? data['s'] : null;
  },
  rest,
  acceptsWsPath: (pathname) => /^\/(?:stream\/?|ws(?:\/.*)?)$/.test(pathname),
  open: (path, peer, book, nowUs) => new BinanceConversation(SPOT, path, peer, book, nowUs),
};

/** In what the sockets of spot and of USD-M differ. */
export interface BinanceRules {
  /** Pings and pongs of the client count too. */
  readonly messagesPerSecond: number;
  readonly pingPeriodMs: number;
  readonly pongTimeoutMs: number;
  /** Whether the book ticker comes on a socket of this path. */
  servesBookTicker(pathname: string): boolean;
  /** Whether `@trade` is simulated. */
  readonly servesTrades: boolean;
  quoteData(listed: SimListed, quote: SimQuote, updateId: number, eventUs: Micros): object;
}

const SPOT: BinanceRules = {
  messagesPerSecond: 5,
  pingPeriodMs: 20_000,
  pongTimeoutMs: 60_000,
  servesBookTicker: () => true,
  servesTrades: true,
  quoteData(listed, quote, updateId) {
    const side = (value: number): string => decimalText(Number.isNaN(value) ? 0 : value, DECIMALS);
    return {
      u: updateId,
      s: listed.exchangeSymbol,
      b: side(quote.bid),
      B: side(Number.isNaN(quote.bid) ? 0 : quote.bidSize),
      a: side(quote.ask),
      A: side(Number.isNaN(quote.ask) ? 0 : quote.askSize),
    };
  },
};

export class BinanceConversation implements Conversation {
  readonly #rules: BinanceRules;
  readonly #peer: Peer;
  readonly #book: SimBook;
  readonly #combined: boolean;
  readonly #servesBookTicker: boolean;
  readonly #streams = new Set<string>();
  readonly #messages: RateWindow;
  readonly #openedUs: Micros;
  #pingedUs: Micros;
  #provenUs: Micros;

  /** `path` ends in `/ws`, `/ws/<stream>/…` (bare frames) or `/stream?streams=<stream>/…` (wrapped ones). */
  constructor(rules: BinanceRules, path: URL, peer: Peer, book: SimBook, nowUs: Micros) {
    this.#rules = rules;
    this.#peer = peer;
    this.#book = book;
    const [, bare] = /\/ws(?:\/(.*))?$/.exec(path.pathname) ?? [];
    this.#combined = !/\/ws(?:\/|$)/.test(path.pathname);
    const named = this.#combined ? path.searchParams.get('streams') : bare;
    this.#servesBookTicker = rules.servesBookTicker(path.pathname);
    this.#messages = new RateWindow(rules.messagesPerSecond, 1_000);
    this.#openedUs = nowUs;
    this.#pingedUs = nowUs;
    this.#provenUs = nowUs;
    this.#subscribe((named ?? '').split('/').filter((stream) => stream !== ''));
  }

  onText(text: string, nowUs: Micros): void {
    if (!this.#allowed(nowUs)) return;
    const request = parseObject(text);
    if (request === null) {
      this.#peer.close(1008, 'Invalid request');
      return;
    }
    const id = request['id'] ?? null;
    const method = request['method'];
    if (method === 'LIST_SUBSCRIPTIONS') {
      this.#reply({ result: [...this.#streams], id });
      return;
    }
    if (method !== 'SUBSCRIBE' && method !== 'UNSUBSCRIBE') {
      const known = '`SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`';
      this.#fail(id, `Invalid request: unknown variant \`${String(method)}\`, expected one of ${known}`);
      return;
    }
    const streams = asTexts(request['params']);
    if (streams === null || streams.length === 0) {
      this.#fail(id, 'Invalid request: missing field `params`');
      return;
    }
    if (method === 'UNSUBSCRIBE') this.#unsubscribe(streams);
    else if (!this.#subscribe(streams)) {
      // The documents give the number, not the answer; this is their message for too long a request.
      this.#fail(id, 'Invalid request: too many parameters');
      return;
    }
    this.#reply({ result: null, id });
  }

  onControlFrame(kind: 'ping' | 'pong', nowUs: Micros): void {
    if (this.#allowed(nowUs) && kind === 'pong') this.#provenUs = nowUs;
  }

  onTick(nowUs: Micros): void {
    const { pingPeriodMs, pongTimeoutMs } = this.#rules;
    if (nowUs - this.#openedUs >= LIFE_US) this.#peer.close(1000, '');
    else if (nowUs - this.#provenUs >= (pingPeriodMs + pongTimeoutMs) * US_PER_MS) {
      this.#peer.close(1008, 'Pong timeout');
    } else if (nowUs - this.#pingedUs >= pingPeriodMs * US_PER_MS) {
      this.#pingedUs = nowUs;
      this.#peer.ping(String(Math.floor(nowUs / US_PER_MS)));
    }
  }

  quoteFrame(exchangeSymbol: string, quote: SimQuote, updateId: number, eventUs: Micros): string {
    const data = this.#rules.quoteData(this.#book.find(exchangeSymbol)!, quote, updateId, eventUs);
    if (!this.#combined) return JSON.stringify(data);
    return JSON.stringify({ stream: `${exchangeSymbol.toLowerCase()}@bookTicker`, data });
  }

  tradeFrame(exchangeSymbol: string, trade: SimTrade, eventUs: Micros): string {
    const engineMs = Math.floor(eventUs / US_PER_MS);
    const data = {
      ...{ e: 'trade', E: engineMs + 1, s: exchangeSymbol, t: trade.id },
      ...{ p: decimalText(trade.price, DECIMALS), q: decimalText(trade.size, DECIMALS), T: engineMs },
      // Whether the buyer was the maker.
      m: !trade.takerBought,
      M: true,
    };
    if (!this.#combined) return JSON.stringify(data);
    return JSON.stringify({ stream: `${exchangeSymbol.toLowerCase()}@trade`, data });
  }

  /** False when there would be too many. Unknown streams are taken, and never deliver. */
  #subscribe(streams: readonly string[]): boolean {
    const added = new Set(streams.filter((stream) => !this.#streams.has(stream)));
    if (this.#streams.size + added.size > STREAMS_MAX) return false;
    for (const stream of added) {
      this.#streams.add(stream);
      this.#want(stream, true);
    }
    return true;
  }

  #unsubscribe(streams: readonly string[]): void {
    for (const stream of streams) if (this.#streams.delete(stream)) this.#want(stream, false);
  }

  #want(stream: string, wanted: boolean): void {
    // Lower case only: `BTCUSDT@bookTicker` is acknowledged and stays silent.
    const [, name, channel] = /^([^A-Z@]+)@(bookTicker|trade)$/.exec(stream) ?? [];
    const exchangeSymbol = name?.toUpperCase();
    if (exchangeSymbol === undefined || this.#book.find(exchangeSymbol) === undefined) return;
    if (channel === 'bookTicker' && this.#servesBookTicker) this.#peer.want(exchangeSymbol, wanted);
    if (channel === 'trade' && this.#rules.servesTrades) this.#peer.wantTrades(exchangeSymbol, wanted);
  }

  #allowed(nowUs: Micros): boolean {
    if (this.#messages.take(nowUs)) return true;
    this.#peer.close(1008, 'Too many requests');
    return false;
  }

  #reply(body: unknown): void {
    this.#peer.send(JSON.stringify(body));
  }

  #fail(id: unknown, msg: string): void {
    this.#reply({ error: { code: 2, msg }, id });
  }
}
