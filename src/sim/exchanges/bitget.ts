// Bitget spot and USDT perpetuals, simulated: REST v2, and the public sockets v2 and v3 (UTA).
// Source: Bitget's documents, and the probes of 2026 for what they leave open; where neither says how a
// limit shows, that is said below.

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
import {
  asObject,
  decimalText,
  type JsonObject,
  lastPrice,
  parseObject,
  quoteTexts,
  splitAtKnownQuote,
} from '../wire.js';

const LIFE_US = 24 * 3_600_000 * US_PER_MS;
const PING_TIMEOUT_US = 120_000 * US_PER_MS;
const MESSAGES_PER_SECOND = 10;
const REQUESTS_PER_HOUR = 240;
const REQUEST_BYTES_MAX = 4096;
const CHANNELS_MAX = 1000;
/** v3 closed on as many. */
const V3_ARGS_MAX = 24;

const V2_PATH = '/v2/ws/public';
const V3_PATH = '/v3/ws/public';
const TYPES = ['SPOT', 'USDT-FUTURES', 'COIN-FUTURES', 'USDC-FUTURES'];
/** Acknowledged; only the first carries quotes here. */
const CHANNELS = ['books1', 'ticker', 'trade', 'publicTrade', 'books', 'books5', 'books15', 'books50'];

export const bitget: SimExchange = {
  name: 'Bitget',
  recordingKey: 'bitget',
  givesTime: true,
  restPrefix: '',
  wsPath: V2_PATH,
  connectLimit: { count: 300, windowMs: 300_000 },
  connectionsMax: 100,
  exchangeSymbolOf: (base, quote) => `${base}${quote}`.toUpperCase(),
  splitSymbol: splitAtKnownQuote,
  symbolOfFrame(frame) {
    const arg = asObject(frame['arg']);
    const symbol = arg?.['instId'] ?? arg?.['symbol'];
    return typeof symbol === 'string' ? symbol : null;
  },
  rest: spotRest,
  acceptsWsPath: (pathname) => pathname === V2_PATH || pathname === V3_PATH,
  open: (path, peer, book, nowUs) => new BitgetConversation('SPOT', path, peer, book, nowUs),
};

export const bitgetPerp: SimExchange = {
  ...bitget,
  name: 'BitgetPerp',
  market: 'linear',
  recordingKey: 'bitget-futures',
  rest: perpRest,
  open: (path, peer, book, nowUs) => new BitgetConversation('USDT-FUTURES', path, peer, book, nowUs),
};

class BitgetConversation implements Conversation {
  readonly #type: string;
  readonly #isV3: boolean;
  readonly #peer: Peer;
  readonly #book: SimBook;
  readonly #messages = new RateWindow(MESSAGES_PER_SECOND, 1_000);
  readonly #requests = new RateWindow(REQUESTS_PER_HOUR, 3_600_000);
  readonly #channels = new Set<string>();
  readonly #openedUs: Micros;
  #pingedUs: Micros;

  /** `type` = the product type whose symbols this world lists. */
  constructor(type: string, path: URL, peer: Peer, book: SimBook, nowUs: Micros) {
    this.#type = type;
    this.#isV3 = path.pathname === V3_PATH;
    this.#peer = peer;
    this.#book = book;
    this.#openedUs = nowUs;
    this.#pingedUs = nowUs;
  }

  onText(text: string, nowUs: Micros): void {
    if (!this.#messages.take(nowUs)) {
      // The documents: the connection is closed.
      this.#fail(undefined, 30007, 'request over limit, connection close');
      this.#peer.close(1008, '');
      return;
    }
    if (text === 'ping') {
      this.#pingedUs = nowUs;
      this.#peer.send('pong');
      return;
    }
    const request = parseObject(text);
    const args = request?.['args'];
    const op = request?.['op'];
    if (request === null) this.#fail(undefined, 30002, 'illegal request');
    else if (op !== 'subscribe' && op !== 'unsubscribe') this.#fail(undefined, 30003, 'invalid op');
    else if (!Array.isArray(args) || text.length > REQUEST_BYTES_MAX)
      this.#fail(undefined, 30016, 'param error');
    else if (this.#isV3 && args.length > V3_ARGS_MAX) this.#peer.cut();
    else if (!this.#requests.take(nowUs)) this.#fail(undefined, 30006, 'request too many');
    else for (const arg of args) this.#oneArg(op, asObject(arg) ?? {}, nowUs);
  }

  onControlFrame(_kind: 'ping' | 'pong', _nowUs: Micros): void {
    // Bare text is asked for; WebSocket pings are answered and count for nothing.
  }

  /** Without text pings a connection is closed, even with data flowing. */
  onTick(nowUs: Micros): void {
    if (nowUs - this.#openedUs >= LIFE_US) this.#peer.close(1000, '');
    else if (nowUs - this.#pingedUs >= PING_TIMEOUT_US) this.#peer.close(1000, '');
  }

  quoteFrame(exchangeSymbol: string, quote: SimQuote, updateId: number, eventUs: Micros): string {
    const { bid, ask } = quoteTexts(this.#book.find(exchangeSymbol)!, quote);
    const asks = ask === null ? [] : [ask];
    const bids = bid === null ? [] : [bid];
    const ts = Math.floor(eventUs / US_PER_MS);
    const arg = this.#isV3
      ? { instType: this.#type.toLowerCase(), topic: 'books1', symbol: exchangeSymbol }
      : { instType: this.#type, channel: 'books1', instId: exchangeSymbol };
    const top = this.#isV3
      ? { a: asks, b: bids, pseq: 0, seq: updateId, maxDepth: '50', ts: String(ts) }
      : { asks, bids, checksum: 0, seq: updateId, ts: String(ts) };
    return JSON.stringify({ action: 'snapshot', arg, data: [top], ts });
  }

  /** One answer for every argument: a bad one fails alone, the rest lives. */
  #oneArg(op: 'subscribe' | 'unsubscribe', arg: JsonObject, nowUs: Micros): void {
    const type = String(arg['instType'] ?? '');
    const channel = String((this.#isV3 ? arg['topic'] : arg['channel']) ?? '');
    const exchangeSymbol = String((this.#isV3 ? arg['symbol'] : arg['instId']) ?? '');
    const isOwn = type === (this.#isV3 ? this.#type.toLowerCase() : this.#type);
    const isType = TYPES.includes(this.#isV3 ? type.toUpperCase() : type);
    const listed = this.#book.find(exchangeSymbol);
    if (!isType || !CHANNELS.includes(channel) || (isOwn && listed === undefined)) {
      const what = `instType:${type},channel:${channel},instId:${exchangeSymbol},precision:null`;
      this.#fail(arg, 30001, `${what} doesn't exist`, op);
      return;
    }
    const key = `${type} ${channel} ${exchangeSymbol}`;
    const isNew = !this.#channels.has(key);
    if (op === 'subscribe' && isNew && this.#channels.size >= CHANNELS_MAX) {
      // The documents give the number, not the answer.
      this.#fail(arg, 30006, 'request too many', op);
      return;
    }
    if (op === 'subscribe') this.#channels.add(key);
    else this.#channels.delete(key);
    this.#peer.send(JSON.stringify({ event: op, arg }));
    // A wrong product type is acknowledged and stays silent.
    if (!isOwn || channel !== 'books1') return;
    this.#peer.want(exchangeSymbol, op === 'subscribe');
    if (op === 'subscribe' && isNew) this.#peer.sendTop(exchangeSymbol, nowUs);
  }

  #fail(arg: JsonObject | undefined, code: number, msg: string, op?: string): void {
    this.#peer.send(JSON.stringify({ event: 'error', arg, code, msg, op }));
  }
}

function good(data: unknown, nowUs: Micros): RestReply {
  const requestTime = Math.floor(nowUs / US_PER_MS);
  return { status: 200, body: { code: '00000', msg: 'success', requestTime, data } };
}

const NOT_FOUND: RestReply = {
  status: 404,
  body: { code: '40404', msg: 'Request URL NOT FOUND', data: null },
};

function spotRest(path: URL, book: SimBook, nowUs: Micros): RestReply {
  switch (path.pathname) {
    case '/api/v2/public/time':
      return good({ serverTime: String(Math.floor(nowUs / US_PER_MS)) }, nowUs);
    case '/api/v2/spot/public/symbols':
      return good(book.listing.map(spotRow), nowUs);
    case '/api/v2/spot/public/coins':
      return good(coins(book), nowUs);
    case '/api/v2/margin/currencies':
      // Clients ask for them beside the pairs; none is traded on margin here.
      return good([], nowUs);
    case '/api/v2/spot/market/tickers':
      return good(
        book.listing.map((listed) => ticker(book, listed, nowUs)),
        nowUs,
      );
    default:
      return NOT_FOUND;
  }
}

function perpRest(path: URL, book: SimBook, nowUs: Micros): RestReply {
  const isOwn = path.searchParams.get('productType')?.toUpperCase() === 'USDT-FUTURES';
  const listing = isOwn ? book.listing : [];
  switch (path.pathname) {
    case '/api/v2/public/time':
      return good({ serverTime: String(Math.floor(nowUs / US_PER_MS)) }, nowUs);
    case '/api/v2/mix/market/contracts':
      return good(
        listing.flatMap((listed, at) => (at === 0 ? [perpRow(listed), dated(listed)] : [perpRow(listed)])),
        nowUs,
      );
    case '/api/v2/mix/market/tickers':
      return good(
        listing.map((listed) => ticker(book, listed, nowUs)),
        nowUs,
      );
    default:
      return NOT_FOUND;
  }
}

function coins(book: SimBook): readonly unknown[] {
  const names = new Set(book.listing.flatMap(({ base, quote }) => [base, quote]));
  return Array.from(names, (coin, index) => ({
    coinId: String(index + 1),
    coin,
    transfer: 'true',
    chains: [],
  }));
}

function spotRow(listed: SimListed) {
  return {
    symbol: listed.exchangeSymbol,
    baseCoin: listed.base,
    quoteCoin: listed.quote,
    minTradeAmount: '0',
    maxTradeAmount: '900000000000000000000',
    takerFeeRate: '0.001',
    makerFeeRate: '0.001',
    pricePrecision: String(listed.priceDecimals),
    quantityPrecision: String(listed.sizeDecimals),
    quotePrecision: String(listed.priceDecimals + listed.sizeDecimals),
    status: listed.trading ? 'online' : 'halt',
    minTradeUSDT: '1',
  };
}

/** The price step is priceEndStep · 10^-pricePlace; sizeMultiplier is a step of size in base coin. */
function perpRow(listed: SimListed) {
  return {
    symbol: listed.exchangeSymbol,
    baseCoin: listed.base,
    quoteCoin: listed.quote,
    makerFeeRate: '0.0002',
    takerFeeRate: '0.0006',
    supportMarginCoins: [listed.quote],
    priceEndStep: '1',
    pricePlace: String(listed.priceDecimals),
    volumePlace: String(listed.sizeDecimals),
    sizeMultiplier: decimalText(10 ** -listed.sizeDecimals, listed.sizeDecimals),
    symbolType: 'perpetual',
    deliveryTime: '',
    symbolStatus: listed.trading ? 'normal' : 'maintain',
  };
}

/** A dated contract shares the list. */
function dated(listed: SimListed) {
  return {
    ...perpRow(listed),
    symbol: `${listed.exchangeSymbol}Z26`,
    symbolType: 'delivery',
    deliveryTime: '1798185600000',
  };
}

function ticker(book: SimBook, listed: SimListed, nowUs: Micros): unknown {
  const quote = book.quoteOf(listed.exchangeSymbol, nowUs);
  const texts = quote === undefined ? null : quoteTexts(listed, quote);
  const last = lastPrice(quote);
  return {
    symbol: listed.exchangeSymbol,
    lastPr: decimalText(last, listed.priceDecimals),
    bidPr: texts?.bid?.[0] ?? '',
    bidSz: texts?.bid?.[1] ?? '',
    askPr: texts?.ask?.[0] ?? '',
    askSz: texts?.ask?.[1] ?? '',
    baseVolume: decimalText(last > 0 ? listed.quoteVolume24h / last : 0, 4),
    quoteVolume: decimalText(listed.quoteVolume24h, 4),
    usdtVolume: decimalText(listed.quoteVolume24h, 4),
    ts: String(Math.floor(nowUs / US_PER_MS)),
  };
}
