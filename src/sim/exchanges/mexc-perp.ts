// MEXC USDT-margined perpetuals, simulated: `/api/v1/contract/…` and the socket `/edge`, JSON text. Source:
// MEXC contract docs, and what a live probe of 2026-09 kept. Sizes are told in whole contracts; there is no
// channel of the best bid and ask, so the whole book of `sub.depth.full` carries it.

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
import {
  asObject,
  decimalText,
  lastPrice,
  parseObject,
  quoteTexts,
  type SideTexts,
  splitAt,
} from '../wire.js';

const LIMITS = [5, 10, 20, 50];
/** Without a ping, even under traffic. */
const UNPINGED_CLOSE_US = 60_000 * US_PER_MS;
const TICKER_PERIOD_US = 1_000 * US_PER_MS;
/** Only `depth.full` and `ticker` carry quotes here. */
const CHANNELS = ['depth.full', 'depth', 'ticker', 'deal'];

export const mexcPerp: SimExchange = {
  name: 'MEXCPerp',
  market: 'linear',
  recordingKey: 'mexc-futures',
  givesTime: true,
  restPrefix: '',
  wsPath: '/edge',
  connectLimit: null,
  contractOf: (_base, sizeDecimals) => ({ size: Number(`1e${1 - sizeDecimals}`), decimals: 0 }),
  exchangeSymbolOf: (base, quote) => `${base}_${quote}`.toUpperCase(),
  splitSymbol: (exchangeSymbol) => splitAt(exchangeSymbol, '_'),
  symbolOfFrame: (frame) => (typeof frame['symbol'] === 'string' ? frame['symbol'] : null),
  rest,
  acceptsWsPath: (pathname) => pathname === '/edge',
  open: (_path, peer, book, nowUs) => new MexcPerpConversation(peer, book, nowUs),
};

class MexcPerpConversation implements Conversation {
  readonly #peer: Peer;
  readonly #book: SimBook;
  /** Levels of the book that each symbol was asked for. */
  readonly #levels = new Map<string, number>();
  /** When the ticker of a symbol that asked for it went out last. */
  readonly #tickersSentUs = new Map<string, Micros>();
  #pingedUs: Micros;

  constructor(peer: Peer, book: SimBook, nowUs: Micros) {
    this.#peer = peer;
    this.#book = book;
    this.#pingedUs = nowUs;
  }

  onText(text: string, nowUs: Micros): void {
    const request = parseObject(text);
    const [, verb = '', channel = ''] = /^(sub|unsub)\.(.+)$/.exec(String(request?.['method'])) ?? [];
    const param = asObject(request?.['param']);
    if (request?.['method'] === 'ping') {
      this.#pingedUs = nowUs;
      this.#answer('pong', Math.floor(nowUs / US_PER_MS), nowUs);
    } else if (CHANNELS.includes(channel) && param !== null) {
      const exchangeSymbol = String(param['symbol']);
      const limit = param['limit'] ?? 5;
      if (verb === 'unsub') this.#set(channel, exchangeSymbol, null, nowUs);
      else if (typeof limit !== 'number' || !LIMITS.includes(limit)) {
        this.#answer('rs.error', 'Not support limit', nowUs);
      } else if (this.#book.find(exchangeSymbol.toUpperCase()) === undefined) {
        this.#answer('rs.error', `Contract [${exchangeSymbol}] not exists`, nowUs);
      } else this.#set(channel, exchangeSymbol, limit, nowUs);
    }
    // A method that nobody knows gets no answer.
  }

  onControlFrame(_kind: 'ping' | 'pong', _nowUs: Micros): void {
    // WebSocket pings are answered, but do not keep the connection.
  }

  onTick(nowUs: Micros): void {
    if (nowUs - this.#pingedUs >= UNPINGED_CLOSE_US) this.#peer.close(1000, '');
    for (const [symbol, sentUs] of this.#tickersSentUs) {
      const listed = this.#book.find(symbol)!;
      const quote = this.#book.quoteOf(symbol, nowUs);
      if (nowUs - sentUs < TICKER_PERIOD_US || quote === undefined) continue;
      this.#tickersSentUs.set(symbol, nowUs);
      const ts = Math.floor(nowUs / US_PER_MS);
      const push = { symbol, data: ticker(this.#book, listed, nowUs), channel: 'push.ticker', ts };
      this.#peer.sendQuote(symbol, JSON.stringify(push), { quote, updateId: Number.NaN, eventUs: nowUs });
    }
  }

  quoteFrame(exchangeSymbol: string, quote: SimQuote, updateId: number, eventUs: Micros): string {
    const listed = this.#book.find(exchangeSymbol)!;
    const count = this.#levels.get(exchangeSymbol) ?? 5;
    const { bid, ask } = quoteTexts(listed, quote);
    const cts = Math.floor(eventUs / US_PER_MS);
    const asks = levelsText(listed, ask, count, 1);
    const bids = levelsText(listed, bid, count, -1);
    // Put together by hand: the real numbers have trailing zeros, which no writer of JSON makes.
    const data = `{"cts":${cts},"asks":${asks},"bids":${bids},"version":${5_000_000_000 + updateId}}`;
    return `{"symbol":"${exchangeSymbol}","data":${data},"channel":"push.depth.full","ts":${cts + 4}}`;
  }

  #set(channel: string, exchangeSymbol: string, limit: number | null, nowUs: Micros): void {
    this.#answer(`rs.${limit === null ? 'unsub' : 'sub'}.${channel}`, 'success', nowUs);
    // A symbol in lower case is acknowledged, and silent.
    if (this.#book.find(exchangeSymbol) === undefined) return;
    if (channel === 'ticker') {
      if (limit === null) this.#tickersSentUs.delete(exchangeSymbol);
      else this.#tickersSentUs.set(exchangeSymbol, Number.NEGATIVE_INFINITY);
    }
    if (channel !== 'depth.full') return;
    if (limit === null) this.#levels.delete(exchangeSymbol);
    else this.#levels.set(exchangeSymbol, limit);
    this.#peer.want(exchangeSymbol, limit !== null);
    if (limit !== null) this.#peer.sendTop(exchangeSymbol, nowUs);
  }

  #answer(channel: string, data: unknown, nowUs: Micros): void {
    this.#peer.send(JSON.stringify({ channel, data, ts: Math.floor(nowUs / US_PER_MS) }));
  }
}

/** `[[price,contracts,orders],…]`, the top first, the rest a tick further away each. */
function levelsText(listed: SimListed, top: SideTexts | null, count: number, away: 1 | -1): string {
  if (top === null) return '[]';
  const levels = [`[${top[0]},${top[1]},1]`];
  for (let level = 1; level < count; level++) {
    const price = Number(top[0]) + away * level * listed.tickSize;
    if (price > 0) levels.push(`[${decimalText(price, listed.priceDecimals)},${level + 1},1]`);
  }
  return `[${levels.join(',')}]`;
}

function rest(path: URL, book: SimBook, nowUs: Micros): RestReply {
  const reply = (data: unknown): RestReply => ({ status: 200, body: { success: true, code: 0, data } });
  switch (path.pathname) {
    case '/api/v1/contract/detail':
      return reply([...book.listing.map((listed) => contract(listed)), ...inverse(book)]);
    case '/api/v1/contract/ticker':
      return reply(book.listing.map((listed) => ticker(book, listed, nowUs)));
    case '/api/v1/contract/ping':
      return reply(Math.floor(nowUs / US_PER_MS));
    default:
      return { status: 404, body: { success: false, code: 404, message: 'Not Found' } };
  }
}

/** Contracts on a coin against USD, settled in the coin, share the list. */
function inverse(book: SimBook): readonly unknown[] {
  return book.listing.slice(0, 1).map((listed) => ({
    ...contract(listed),
    symbol: `${listed.base}_USD`,
    quoteCoin: 'USD',
    settleCoin: listed.base,
    contractSize: 100,
  }));
}

function contract(listed: SimListed) {
  return {
    symbol: listed.exchangeSymbol,
    displayName: `${listed.exchangeSymbol} PERPETUAL`,
    displayNameEn: `${listed.exchangeSymbol} PERPETUAL`,
    positionOpenType: 3,
    baseCoin: listed.base,
    quoteCoin: listed.quote,
    settleCoin: listed.quote,
    contractSize: listed.contractSize,
    minLeverage: 1,
    maxLeverage: 100,
    priceScale: listed.priceDecimals,
    volScale: 0,
    amountScale: 4,
    priceUnit: listed.tickSize,
    volUnit: 1,
    minVol: 1,
    maxVol: 1_000_000,
    takerFeeRate: 0.0006,
    makerFeeRate: 0.0002,
    state: listed.trading ? 0 : 4,
    isNew: false,
    isHot: false,
    isHidden: false,
    apiAllowed: true,
  };
}

/** As REST answers it and as the socket pushes it: prices alone, no sizes. */
function ticker(book: SimBook, listed: SimListed, nowUs: Micros): unknown {
  const quote = book.quoteOf(listed.exchangeSymbol, nowUs);
  const texts = quote === undefined ? null : quoteTexts(listed, quote);
  const last = lastPrice(quote);
  const contracts = last > 0 ? listed.quoteVolume24h / last / listed.contractSize : 0;
  return {
    symbol: listed.exchangeSymbol,
    lastPrice: last,
    bid1: Number(texts?.bid?.[0] ?? 0),
    ask1: Number(texts?.ask?.[0] ?? 0),
    volume24: Math.round(contracts),
    amount24: listed.quoteVolume24h,
    holdVol: 0,
    lower24Price: last,
    high24Price: last,
    riseFallRate: 0,
    riseFallValue: 0,
    indexPrice: last,
    fairPrice: last,
    fundingRate: 0.0001,
    timestamp: Math.floor(nowUs / US_PER_MS),
  };
}
