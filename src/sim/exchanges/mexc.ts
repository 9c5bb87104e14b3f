// MEXC spot, simulated: `/api/v3/…` and the spot socket `/ws`, which answers in JSON text and pushes protocol
// buffers. Source: MEXC spot v3 docs, and the refusals other public clients captured in 2026-09.

import { type Micros, US_PER_MS } from '../../core/time.js';
import type {
  Conversation,
  Peer,
  RestReply,
  SimBook,
  SimExchange,
  SimListed,
  SimQuote,
} from '../exchange.js';
import { RateWindow } from '../rate-window.js';
import { asTexts, decimalText, lastPrice, parseObject, quoteTexts, splitAtKnownQuote } from '../wire.js';
import { bookTickerFrame, symbolOfPush } from './mexc-protobuf.js';

const SUBSCRIPTIONS_MAX = 30;
const UNSUBSCRIBED_CLOSE_US = 30_000 * US_PER_MS;
const QUIET_CLOSE_US = 60_000 * US_PER_MS;
const MESSAGES_PER_SECOND = 100;
const LIFE_US = 24 * 3_600_000 * US_PER_MS;
/** Channels that are served, the aggregated ones with their interval; only the first carries quotes here. */
const BOOK_TICKER = /^spot@public\.aggre\.bookTicker\.v3\.api\.pb@(?:10|100)ms@(\w+)$/;
const OTHERS = [
  /^spot@public\.aggre\.(?:deals|depth)\.v3\.api\.pb@(?:10|100)ms@(\w+)$/,
  /^spot@public\.limit\.depth\.v3\.api\.pb@(\w+)@(?:5|10|20)$/,
  /^spot@public\.bookTicker\.batch\.v3\.api\.pb@(\w+)$/,
];

export const mexc: SimExchange = {
  name: 'MEXC',
  recordingKey: 'mexc',
  givesTime: true,
  restPrefix: '',
  wsPath: '/ws',
  connectLimit: null,
  exchangeSymbolOf: (base, quote) => `${base}${quote}`.toUpperCase(),
  splitSymbol: splitAtKnownQuote,
  symbolOfFrame: () => null,
  symbolOfBytes: symbolOfPush,
  rest,
  acceptsWsPath: (pathname) => pathname === '/ws',
  open: (_path, peer, book, nowUs) => new MexcConversation(peer, book, nowUs),
};

class MexcConversation implements Conversation {
  readonly #peer: Peer;
  readonly #book: SimBook;
  readonly #openedUs: Micros;
  readonly #channels = new Set<string>();
  /** The channel that carries a symbol's quotes. */
  readonly #quoteChannels = new Map<string, string>();
  readonly #messages = new RateWindow(MESSAGES_PER_SECOND, 1_000);
  #aliveUs: Micros;
  /** Since when there is no subscription, where there is none. */
  #bareUs: Micros;

  constructor(peer: Peer, book: SimBook, nowUs: Micros) {
    this.#peer = peer;
    this.#book = book;
    this.#openedUs = nowUs;
    this.#aliveUs = nowUs;
    this.#bareUs = nowUs;
  }

  onText(text: string, nowUs: Micros): void {
    if (!this.#messages.take(nowUs)) {
      // The number is told, by one source; not what comes of it.
      this.#peer.close(1000, '');
      return;
    }
    const request = parseObject(text);
    const id = Number.isInteger(request?.['id']) ? Number(request?.['id']) : 0;
    const method = request?.['method'];
    const channels = asTexts(request?.['params']) ?? [];
    if (method === 'PING') {
      this.#aliveUs = nowUs;
      this.#answer(0, 'PONG');
    } else if (method === 'UNSUBSCRIPTION') {
      for (const channel of channels) this.#remove(channel);
      this.#bareUs = nowUs;
      this.#answer(id, channels.join(','));
    } else if (method === 'SUBSCRIPTION' && channels.length > 0) {
      this.#subscribe(id, channels, nowUs);
    } else {
      // Nobody kept the answer to a request that is none, `ping` in lower case among them.
      this.#answer(id, 'Invalid request');
    }
  }

  onControlFrame(_kind: 'ping' | 'pong', _nowUs: Micros): void {
    // WebSocket pings count for nothing.
  }

  onTick(nowUs: Micros): void {
    const limitUs = this.#channels.size === 0 ? UNSUBSCRIBED_CLOSE_US : QUIET_CLOSE_US;
    // A ping does not keep a connection without a valid subscription.
    const sinceUs = this.#channels.size === 0 ? this.#bareUs : this.#aliveUs;
    if (nowUs - sinceUs >= limitUs || nowUs - this.#openedUs >= LIFE_US) this.#peer.close(1000, '');
  }

  quoteFrame(
    exchangeSymbol: string,
    quote: SimQuote,
    updateId: number,
    eventUs: Micros,
    nowUs: Micros,
  ): Uint8Array {
    this.#aliveUs = nowUs;
    const sendTimeMs = Math.floor(eventUs / US_PER_MS);
    return bookTickerFrame({
      channel: this.#quoteChannels.get(exchangeSymbol) ?? '',
      symbol: exchangeSymbol,
      sendTimeMs,
      ...quoteTexts(this.#book.find(exchangeSymbol)!, quote),
      version: String(80_000_000_000 + updateId),
      lastOrderCreateTimeMs: Math.max(0, sendTimeMs - 6),
    });
  }

  /** All or none: one bad channel fails those beside it, with code 0 as if all were well. */
  #subscribe(id: number, channels: readonly string[], nowUs: Micros): void {
    const added = new Set(channels.filter((channel) => !this.#channels.has(channel)));
    const isServed = (channel: string): boolean =>
      [BOOK_TICKER, ...OTHERS].some((form) => this.#book.find(form.exec(channel)?.[1] ?? '') !== undefined);
    if (!channels.every(isServed)) {
      this.#refuse(id, channels, 'Blocked!');
    } else if (this.#channels.size + added.size > SUBSCRIPTIONS_MAX) {
      // The documents give the number; nobody kept the words.
      this.#refuse(id, channels, 'Too many subscriptions!');
    } else {
      this.#aliveUs = nowUs;
      this.#answer(id, channels.join(','));
      for (const channel of added) this.#add(channel);
    }
  }

  #add(channel: string): void {
    this.#channels.add(channel);
    const exchangeSymbol = BOOK_TICKER.exec(channel)?.[1];
    if (exchangeSymbol === undefined) return;
    this.#quoteChannels.set(exchangeSymbol, channel);
    this.#peer.want(exchangeSymbol, true);
  }

  #remove(channel: string): void {
    if (!this.#channels.delete(channel)) return;
    const exchangeSymbol = BOOK_TICKER.exec(channel)?.[1];
    if (exchangeSymbol === undefined || this.#quoteChannels.get(exchangeSymbol) !== channel) return;
    this.#quoteChannels.delete(exchangeSymbol);
    this.#peer.want(exchangeSymbol, false);
  }

  #refuse(id: number, channels: readonly string[], reason: string): void {
    this.#answer(id, `Not Subscribed successfully! [${channels.join(',')}].  Reason： ${reason} `);
  }

  #answer(id: number, msg: string): void {
    this.#peer.send(JSON.stringify({ id, code: 0, msg }));
  }
}

function rest(path: URL, book: SimBook, nowUs: Micros): RestReply {
  const serverTime = Math.floor(nowUs / US_PER_MS);
  switch (path.pathname) {
    case '/api/v3/exchangeInfo':
      return { status: 200, body: exchangeInfo(book, serverTime) };
    case '/api/v3/ticker/24hr':
      return { status: 200, body: book.listing.map((listed) => ticker(book, listed, nowUs)) };
    case '/api/v3/ticker/bookTicker':
      return { status: 200, body: book.listing.map((listed) => bookTicker(book, listed, nowUs)) };
    case '/api/v3/time':
      return { status: 200, body: { serverTime } };
    case '/api/v3/ping':
      return { status: 200, body: {} };
    default:
      return { status: 404, body: { code: 404, msg: 'Not Found' } };
  }
}

function exchangeInfo(book: SimBook, serverTime: number): unknown {
  const symbols = book.listing.map((listed) => ({
    symbol: listed.exchangeSymbol,
    status: listed.trading ? '1' : '2',
    baseAsset: listed.base,
    baseAssetPrecision: listed.sizeDecimals,
    quoteAsset: listed.quote,
    quotePrecision: listed.priceDecimals,
    quoteAssetPrecision: listed.priceDecimals,
    baseCommissionPrecision: listed.sizeDecimals,
    quoteCommissionPrecision: listed.priceDecimals,
    orderTypes: ['LIMIT', 'MARKET', 'LIMIT_MAKER'],
    isSpotTradingAllowed: listed.trading,
    isMarginTradingAllowed: false,
    quoteAmountPrecision: '1',
    baseSizePrecision: decimalText(10 ** -listed.sizeDecimals, listed.sizeDecimals),
    permissions: ['SPOT'],
    filters: [],
    maxQuoteAmount: '2000000',
    makerCommission: '0.0005',
    takerCommission: '0.0005',
    fullName: listed.base,
    tradeSideType: 1,
  }));
  return { timezone: 'CST', serverTime, rateLimits: [], exchangeFilters: [], symbols };
}

function bookTicker(book: SimBook, listed: SimListed, nowUs: Micros) {
  const quote = book.quoteOf(listed.exchangeSymbol, nowUs);
  const texts = quote === undefined ? null : quoteTexts(listed, quote);
  return {
    symbol: listed.exchangeSymbol,
    bidPrice: texts?.bid?.[0] ?? '',
    bidQty: texts?.bid?.[1] ?? '',
    askPrice: texts?.ask?.[0] ?? '',
    askQty: texts?.ask?.[1] ?? '',
  };
}

function ticker(book: SimBook, listed: SimListed, nowUs: Micros): unknown {
  const last = lastPrice(book.quoteOf(listed.exchangeSymbol, nowUs));
  const closeTime = Math.floor(nowUs / US_PER_MS);
  const lastText = decimalText(last, listed.priceDecimals);
  return {
    ...bookTicker(book, listed, nowUs),
    priceChange: '0',
    priceChangePercent: '0',
    prevClosePrice: lastText,
    lastPrice: lastText,
    openPrice: lastText,
    highPrice: lastText,
    lowPrice: lastText,
    volume: decimalText(last > 0 ? listed.quoteVolume24h / last : 0, 4),
    quoteVolume: decimalText(listed.quoteVolume24h, 2),
    openTime: closeTime - 86_400_000,
    closeTime,
    count: null,
  };
}
