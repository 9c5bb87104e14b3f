// Bybit v5 spot, simulated: market REST and the public spot socket.
// Source: Bybit v5 docs, and the answers other public clients captured in 2026-09 (exact texts below).

import { type Micros, US_PER_MS } from '../../core/time.js';
import type {
  Conversation,
  Peer,
  RestReply,
  SimBook,
  SimExchange,
  SimListed,
  SimQuote,
  Told,
} from '../exchange.js';
import { asTexts, decimalText, lastPrice, parseObject, quoteTexts, splitAtKnownQuote } from '../wire.js';

const ARGS_LENGTH_MAX = 21_000;
/** A socket that neither subscribes nor pings. */
const IDLE_CLOSE_US = 61_000 * US_PER_MS;
/** Level 1 repeats its snapshot, with the same `u`, after this long without a change. */
const REPEAT_AFTER_US = 3_000 * US_PER_MS;
const REST_LIMIT = {
  count: 600,
  windowMs: 5_000,
  isPerPath: false,
  reply: { status: 200, body: { retCode: 10006, retMsg: 'Too many visits!', result: {} } },
};
/** Channels that can be asked for; only the first carries quotes here. */
const TOPIC = /^(orderbook\.1|orderbook\.50|orderbook\.200|orderbook\.1000|publicTrade|tickers)\.(.+)$/;

export const bybit: SimExchange = {
  name: 'Bybit',
  recordingKey: 'bybit',
  givesTime: true,
  restPrefix: '',
  wsPath: '/v5/public/spot',
  connectLimit: { count: 500, windowMs: 300_000 },
  connectionsMax: 1000,
  restLimit: REST_LIMIT,
  exchangeSymbolOf: (base, quote) => `${base}${quote}`.toUpperCase(),
  splitSymbol: splitAtKnownQuote,
  symbolOfFrame(frame) {
    const topic = frame['topic'];
    return typeof topic === 'string' ? (topic.split('.').at(-1) ?? null) : null;
  },
  rest,
  acceptsWsPath: (pathname) => pathname === '/v5/public/spot',
  open: (_path, peer, book, nowUs) => new BybitConversation(SPOT, peer, book, nowUs),
};

/** In what the sockets of spot and linear differ. */
export interface BybitRules {
  /** Arguments a request; null = none documented. */
  readonly argsMax: number | null;
  /** `ret_msg` of a subscription or its end. */
  successText(op: string): string;
  unknownSymbolText(topic: string): string;
  /** What the repeat of a live topic is refused with; null = it is not answered at all. */
  repeatText(topic: string): string | null;
}

const SPOT: BybitRules = {
  argsMax: 10,
  successText: (op) => op,
  unknownSymbolText: (topic) => `Invalid symbol :[${topic}]`,
  repeatText: () => null,
};

interface SentFrame {
  text: string;
  told: Told;
  sentUs: Micros;
}

export class BybitConversation implements Conversation {
  readonly #rules: BybitRules;
  readonly #peer: Peer;
  readonly #book: SimBook;
  readonly #connId: string;
  readonly #topics = new Set<string>();
  readonly #lastSent = new Map<string, SentFrame>();
  #argsLength = 0;
  #heardUs: Micros;

  constructor(rules: BybitRules, peer: Peer, book: SimBook, nowUs: Micros) {
    this.#rules = rules;
    this.#peer = peer;
    this.#book = book;
    this.#heardUs = nowUs;
    this.#connId = peer.token.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  onText(text: string, nowUs: Micros): void {
    const request = parseObject(text);
    const op = request?.['op'];
    if (request === null || (op !== 'ping' && op !== 'subscribe' && op !== 'unsubscribe')) {
      this.#answer(request?.['req_id'], String(op ?? ''), false, 'error:invalid op');
      return;
    }
    this.#heardUs = nowUs;
    if (op === 'ping') {
      this.#answer(request['req_id'], 'ping', true, 'pong');
      return;
    }
    const topics = asTexts(request['args']) ?? [];
    const refusal = this.#refusal(topics);
    if (refusal !== null) {
      this.#answer(request['req_id'], op, false, refusal);
    } else if (op === 'unsubscribe') {
      for (const topic of topics) this.#remove(topic);
      this.#answer(request['req_id'], op, true, this.#rules.successText(op));
    } else {
      this.#subscribe(topics, request['req_id'], nowUs);
    }
  }

  onControlFrame(_kind: 'ping' | 'pong', _nowUs: Micros): void {
    // WebSocket pings are answered, but count for nothing.
  }

  onTick(nowUs: Micros): void {
    if (this.#topics.size === 0) {
      if (nowUs - this.#heardUs >= IDLE_CLOSE_US) this.#peer.cut();
      return;
    }
    for (const [exchangeSymbol, sent] of this.#lastSent) {
      if (nowUs - sent.sentUs < REPEAT_AFTER_US) continue;
      sent.sentUs = nowUs;
      this.#peer.sendQuote(exchangeSymbol, sent.text, sent.told);
    }
  }

  quoteFrame(
    exchangeSymbol: string,
    quote: SimQuote,
    updateId: number,
    eventUs: Micros,
    nowUs: Micros,
  ): string {
    const { bid, ask } = quoteTexts(this.#book.find(exchangeSymbol)!, quote);
    const eventMs = Math.floor(eventUs / US_PER_MS);
    const text = JSON.stringify({
      topic: `orderbook.1.${exchangeSymbol}`,
      ts: eventMs + 1,
      type: 'snapshot',
      data: {
        s: exchangeSymbol,
        b: bid === null ? [] : [bid],
        a: ask === null ? [] : [ask],
        u: updateId,
        seq: 70_000_000_000 + updateId * 3,
      },
      cts: eventMs,
    });
    const told = { quote, updateId, eventUs };
    this.#lastSent.set(exchangeSymbol, { text, told, sentUs: nowUs });
    return text;
  }

  /** Why the whole request fails, in the exchange's words; null where it does not. */
  #refusal(topics: readonly string[]): string | null {
    const { argsMax } = this.#rules;
    if (argsMax !== null && topics.length > argsMax) return `args size >${argsMax}`;
    for (const topic of topics) {
      const exchangeSymbol = TOPIC.exec(topic)?.[2];
      if (exchangeSymbol === undefined) return `error:handler not found,topic:${topic}`;
      if (this.#book.find(exchangeSymbol) === undefined) return this.#rules.unknownSymbolText(topic);
    }
    // The limit is documented, its answer is not.
    if (this.#argsLength + topics.join('').length > ARGS_LENGTH_MAX) return `args length >${ARGS_LENGTH_MAX}`;
    return null;
  }

  /** The repeat of a live topic leaves the topics beside it unsubscribed. */
  #subscribe(topics: readonly string[], requestId: unknown, nowUs: Micros): void {
    const repeated = topics.find((topic) => this.#topics.has(topic));
    if (repeated === undefined) {
      for (const topic of topics) this.#topics.add(topic);
      this.#argsLength += topics.join('').length;
      this.#answer(requestId, 'subscribe', true, this.#rules.successText('subscribe'));
      for (const topic of topics) this.#start(topic, nowUs);
      return;
    }
    const text = this.#rules.repeatText(repeated);
    if (text !== null) this.#answer(requestId, 'subscribe', false, text);
  }

  #start(topic: string, nowUs: Micros): void {
    const [, channel, exchangeSymbol] = TOPIC.exec(topic) ?? [];
    if (channel !== 'orderbook.1' || exchangeSymbol === undefined) return;
    this.#peer.want(exchangeSymbol, true);
    this.#peer.sendTop(exchangeSymbol, nowUs);
  }

  #remove(topic: string): void {
    if (!this.#topics.delete(topic)) return;
    this.#argsLength -= topic.length;
    const [, channel, exchangeSymbol] = TOPIC.exec(topic) ?? [];
    if (channel !== 'orderbook.1' || exchangeSymbol === undefined) return;
    this.#lastSent.delete(exchangeSymbol);
    this.#peer.want(exchangeSymbol, false);
  }

  #answer(requestId: unknown, op: string, success: boolean, text: string): void {
    const id = typeof requestId === 'string' ? { req_id: requestId } : {};
    this.#peer.send(JSON.stringify({ success, ret_msg: text, conn_id: this.#connId, ...id, op }));
  }
}

function rest(path: URL, book: SimBook, nowUs: Micros): RestReply {
  const reply = (retCode: number, retMsg: string, result: unknown): RestReply => ({
    status: 200,
    body: { retCode, retMsg, result, retExtInfo: {}, time: Math.floor(nowUs / US_PER_MS) },
  });
  if (path.pathname === '/v5/market/time')
    return reply(0, 'OK', { timeSecond: String(Math.floor(nowUs / 1e6)) });
  const known = ['/v5/market/instruments-info', '/v5/market/tickers'].indexOf(path.pathname);
  if (known === -1) return { status: 404, body: '' };
  // Errors come with HTTP status 200.
  if (path.searchParams.get('category') !== 'spot')
    return reply(10001, 'params error: Category is invalid', {});
  const rows = book.listing.filter((listed) => listed.trading);
  const list = known === 0 ? rows.map(instrument) : rows.map((listed) => ticker(book, listed, nowUs));
  return reply(0, 'OK', { category: 'spot', list });
}

function instrument(listed: SimListed): unknown {
  return {
    symbol: listed.exchangeSymbol,
    baseCoin: listed.base,
    quoteCoin: listed.quote,
    innovation: '0',
    status: 'Trading',
    marginTrading: 'none',
    lotSizeFilter: {
      basePrecision: decimalText(10 ** -listed.sizeDecimals, listed.sizeDecimals),
      quotePrecision: '0.00000001',
      minOrderQty: decimalText(10 ** -listed.sizeDecimals, listed.sizeDecimals),
      maxOrderQty: '9000000',
      minOrderAmt: '1',
      maxOrderAmt: '4000000',
    },
    priceFilter: { tickSize: decimalText(listed.tickSize, listed.priceDecimals) },
  };
}

export function ticker(book: SimBook, listed: SimListed, nowUs: Micros): unknown {
  const quote = book.quoteOf(listed.exchangeSymbol, nowUs);
  const texts = quote === undefined ? null : quoteTexts(listed, quote);
  const last = lastPrice(quote);
  return {
    symbol: listed.exchangeSymbol,
    bid1Price: texts?.bid?.[0] ?? '',
    bid1Size: texts?.bid?.[1] ?? '',
    ask1Price: texts?.ask?.[0] ?? '',
    ask1Size: texts?.ask?.[1] ?? '',
    lastPrice: decimalText(last, listed.priceDecimals),
    turnover24h: decimalText(listed.quoteVolume24h, 4),
    volume24h: decimalText(last > 0 ? listed.quoteVolume24h / last : 0, 4),
  };
}
