// BingX spot, simulated: `/openApi/spot/…` and the socket `/market`. Every frame of the server is GZIP, what
// the client sends is plain text. Source: BingX docs, and captures of other public clients (2024 to 2026).

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
import { inflatedText, zipped } from '../gzip.js';
import { RateWindow } from '../rate-window.js';
import {
  asObject,
  decimalText,
  type JsonObject,
  lastPrice,
  parseObject,
  quoteTexts,
  splitAt,
} from '../wire.js';
import { spotTickerData, TickerClock, tickerData } from './bingx-ticker.js';

const TOPICS_MAX = 200;
const SUBSCRIBES_PER_SECOND = 10;
const PING_PERIOD_US = 5_000 * US_PER_MS;
const PONG_TIMEOUT_US = 30_000 * US_PER_MS;
/** Only `bookTicker` and `ticker` carry quotes here. */
const DATA_TYPE = /^([A-Z0-9]+-[A-Z0-9]+)@(bookTicker|trade|ticker|incrDepth|depth\d+(?:@\d+ms)?)$/;

export const bingx: SimExchange = {
  name: 'BingX',
  recordingKey: 'bingx',
  givesTime: true,
  restPrefix: '',
  wsPath: '/market',
  connectLimit: null,
  connectionsMax: 60,
  exchangeSymbolOf: (base, quote) => `${base}-${quote}`.toUpperCase(),
  splitSymbol: (exchangeSymbol) => splitAt(exchangeSymbol, '-'),
  symbolOfFrame(frame) {
    const symbol = asObject(frame['data'])?.['s'] ?? String(frame['dataType'] ?? '').split('@')[0];
    return typeof symbol === 'string' && symbol !== '' ? symbol : null;
  },
  symbolOfBytes(frame) {
    const parsed = parseObject(inflatedText(frame));
    return parsed === null ? null : bingx.symbolOfFrame(parsed);
  },
  rest,
  acceptsWsPath: (pathname) => pathname === '/market',
  open: (_path, peer, book, nowUs) => new BingxConversation(SPOT, peer, book, nowUs),
};

/** In what the sockets of spot and of perpetuals differ. */
export interface BingxRules {
  readonly badTypeCode: number;
  readonly tooManyTopicsCode: number;
  /** What an answer holds besides id, code and msg. */
  answerFields(nowMs: number): JsonObject;
  readonly successText: string;
  pingText(id: string, nowMs: number): string;
  isPong(text: string, lastPingId: string): boolean;
  /** Whether a request that does not say what it wants is a subscription. */
  readonly subscribesByDefault: boolean;
  /** The push around the fields of a ticker, all texts. */
  tickerPush(dataType: string, data: JsonObject, nowMs: number): JsonObject;
  /** The push around the fields of one top. */
  push(dataType: string, top: JsonObject, updateId: number, eventMs: number): JsonObject;
}

const SPOT: BingxRules = {
  badTypeCode: 100400,
  tooManyTopicsCode: 100416,
  answerFields: (nowMs) => ({ timestamp: nowMs }),
  successText: 'SUCCESS',
  pingText: (id, nowMs) => JSON.stringify({ ping: id, time: chinaTime(nowMs) }),
  // A bare `Pong` does not do here.
  isPong: (text, lastPingId) => parseObject(text)?.['pong'] === lastPingId,
  // ccxt sends no `reqType` here, and is served; on swap it sends one.
  subscribesByDefault: true,
  tickerPush: (dataType, data, nowMs) => ({
    code: 0,
    timestamp: nowMs,
    dataType,
    data: spotTickerData(data),
  }),
  push: (dataType, top, _updateId, eventMs) => ({
    code: 0,
    data: { ...top, E: eventMs, e: 'bookTicker' },
    dataType,
    success: true,
  }),
};

/** `2023-10-02T18:51:55.089+0800` */
function chinaTime(nowMs: number): string {
  return new Date(nowMs + 8 * 3_600_000).toISOString().replace('Z', '+0800');
}

export class BingxConversation implements Conversation {
  readonly #rules: BingxRules;
  readonly #peer: Peer;
  readonly #book: SimBook;
  readonly #topics = new Set<string>();
  readonly #tickers = new TickerClock();
  readonly #subscribes = new RateWindow(SUBSCRIBES_PER_SECOND, 1_000);
  #pings = 0;
  #pingedUs: Micros;
  #provenUs: Micros;

  constructor(rules: BingxRules, peer: Peer, book: SimBook, nowUs: Micros) {
    this.#rules = rules;
    this.#peer = peer;
    this.#book = book;
    this.#pingedUs = nowUs;
    this.#provenUs = nowUs;
  }

  onText(text: string, nowUs: Micros): void {
    if (this.#rules.isPong(text, this.#pingId())) {
      this.#provenUs = nowUs;
      return;
    }
    const request = parseObject(text);
    // Neither a request nor a pong: left without an answer.
    if (request === null || 'pong' in request) return;
    const id = request['id'];
    const dataType = String(request['dataType'] ?? '');
    const exchangeSymbol = DATA_TYPE.exec(dataType)?.[1] ?? '';
    const answer = (code: number, msg: string): void => this.#answer(id, code, msg, nowUs);
    const wants = request['reqType'] ?? (this.#rules.subscribesByDefault ? 'sub' : undefined);
    const isSub = wants === 'sub';
    if (!isSub && wants !== 'unsub') answer(100400, 'reqType is invalid');
    else if (typeof id !== 'string' || id === '') answer(100400, 'id is required');
    else if (!this.#subscribes.take(nowUs)) answer(100410, 'rate limited');
    else if (this.#book.find(exchangeSymbol) === undefined) {
      answer(this.#rules.badTypeCode, 'dataType not support');
    } else if (!isSub) this.#set(dataType, exchangeSymbol, false, nowUs, id);
    else if (this.#topics.has(dataType)) answer(100205, 'repeated request');
    else if (this.#topics.size >= TOPICS_MAX) answer(this.#rules.tooManyTopicsCode, 'too many topics');
    else this.#set(dataType, exchangeSymbol, true, nowUs, id);
  }

  onControlFrame(_kind: 'ping' | 'pong', _nowUs: Micros): void {
    // WebSocket pings are answered, but are no answer to the server's own.
  }

  onTick(nowUs: Micros): void {
    if (nowUs - this.#provenUs >= PONG_TIMEOUT_US) {
      this.#peer.cut();
    } else if (nowUs - this.#pingedUs >= PING_PERIOD_US) {
      this.#pingedUs = nowUs;
      this.#pings++;
      this.#send(this.#rules.pingText(this.#pingId(), Math.floor(nowUs / US_PER_MS)));
    }
    for (const exchangeSymbol of this.#tickers.due(nowUs)) {
      const data = tickerData(this.#book, exchangeSymbol, nowUs);
      const quote = this.#book.quoteOf(exchangeSymbol, nowUs);
      if (data === null || quote === undefined) continue;
      const nowMs = Math.floor(nowUs / US_PER_MS);
      const push = this.#rules.tickerPush(`${exchangeSymbol}@ticker`, data, nowMs);
      const told = { quote, updateId: Number.NaN, eventUs: nowUs };
      this.#peer.sendQuote(exchangeSymbol, zipped(JSON.stringify(push)), told);
    }
  }

  quoteFrame(exchangeSymbol: string, quote: SimQuote, updateId: number, eventUs: Micros): Uint8Array {
    const { bid, ask } = quoteTexts(this.#book.find(exchangeSymbol)!, quote);
    const top = {
      s: exchangeSymbol,
      b: bid?.[0] ?? '',
      B: bid?.[1] ?? '',
      a: ask?.[0] ?? '',
      A: ask?.[1] ?? '',
    };
    const eventMs = Math.floor(eventUs / US_PER_MS);
    const push = this.#rules.push(`${exchangeSymbol}@bookTicker`, top, updateId, eventMs);
    return zipped(JSON.stringify(push));
  }

  #set(dataType: string, exchangeSymbol: string, wanted: boolean, nowUs: Micros, id: string): void {
    if (wanted) this.#topics.add(dataType);
    else this.#topics.delete(dataType);
    this.#answer(id, 0, this.#rules.successText, nowUs);
    if (dataType.endsWith('@ticker')) this.#tickers.set(exchangeSymbol, wanted);
    if (!dataType.endsWith('@bookTicker')) return;
    this.#peer.want(exchangeSymbol, wanted);
    if (wanted) this.#peer.sendTop(exchangeSymbol, nowUs);
  }

  #answer(id: unknown, code: number, msg: string, nowUs: Micros): void {
    const fields = this.#rules.answerFields(Math.floor(nowUs / US_PER_MS));
    this.#send(JSON.stringify({ ...(id === undefined ? {} : { id }), code, msg, ...fields }));
  }

  #pingId(): string {
    return this.#peer.token.slice(0, 24) + this.#pings.toString(16).padStart(8, '0');
  }

  #send(text: string): void {
    this.#peer.send(zipped(text));
  }
}

/** Replies are 200 whatever they say; `code` tells. */
export function bingxReply(nowUs: Micros, data: unknown): RestReply {
  return { status: 200, body: { code: 0, msg: '', timestamp: Math.floor(nowUs / US_PER_MS), data } };
}

function rest(path: URL, book: SimBook, nowUs: Micros): RestReply {
  switch (path.pathname) {
    case '/openApi/spot/v1/server/time':
      return bingxReply(nowUs, { serverTime: Math.floor(nowUs / US_PER_MS) });
    case '/openApi/spot/v1/common/symbols':
      return bingxReply(nowUs, { symbols: book.listing.map(symbolRow) });
    case '/openApi/spot/v1/ticker/24hr':
      if (!path.searchParams.has('timestamp')) {
        return { status: 200, body: { code: 100400, msg: 'timestamp is required', data: {} } };
      }
      return bingxReply(
        nowUs,
        book.listing.map((listed) => ticker(book, listed, nowUs)),
      );
    default:
      return { status: 200, body: { code: 100404, msg: 'this api is not exist', data: {} } };
  }
}

function symbolRow(listed: SimListed): unknown {
  return {
    symbol: listed.exchangeSymbol,
    minQty: 10 ** -listed.sizeDecimals,
    maxQty: 1_000_000,
    minNotional: 5,
    maxNotional: 500_000,
    status: listed.trading ? 1 : 0,
    tickSize: listed.tickSize,
    stepSize: 10 ** -listed.sizeDecimals,
    apiStateSell: listed.trading,
    apiStateBuy: listed.trading,
    timeOnline: 0,
    offTime: 0,
    maintainTime: 0,
  };
}

function ticker(book: SimBook, listed: SimListed, nowUs: Micros): unknown {
  const quote = book.quoteOf(listed.exchangeSymbol, nowUs);
  const texts = quote === undefined ? null : quoteTexts(listed, quote);
  const last = lastPrice(quote);
  const closeTime = Math.floor(nowUs / US_PER_MS);
  const volume = last > 0 ? listed.quoteVolume24h / last : 0;
  return {
    symbol: listed.exchangeSymbol,
    openPrice: last,
    highPrice: last,
    lowPrice: last,
    lastPrice: last,
    priceChange: 0,
    priceChangePercent: '0.00%',
    volume: Number(decimalText(volume, 4)),
    quoteVolume: listed.quoteVolume24h,
    openTime: closeTime - 86_400_000,
    closeTime,
    askPrice: Number(texts?.ask?.[0] ?? 0),
    askQty: Number(texts?.ask?.[1] ?? 0),
    bidPrice: Number(texts?.bid?.[0] ?? 0),
    bidQty: Number(texts?.bid?.[1] ?? 0),
  };
}
