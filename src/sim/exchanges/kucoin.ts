// KuCoin spot and USDT perpetuals, simulated: REST with the token of the classic sockets, and those sockets.
// Source: KuCoin's documents for the classic API, and what a live probe of 2026-09 saw. The unified sockets
// (UTA) are not simulated.

import { type Micros, US_PER_MS } from '../../core/time.js';
import type { Conversation, Peer, RestReply, SimBook, SimExchange, SimQuote } from '../exchange.js';
import { RateWindow } from '../rate-window.js';
import { type JsonObject, parseObject, quoteTexts, splitAt, splitAtKnownQuote } from '../wire.js';
import { activeContracts, allTickers, currencyList, futuresTickers, symbolList } from './kucoin-listing.js';

const LIFE_US = 24 * 3_600_000 * US_PER_MS;
const SILENCE_CLOSE_US = 60_000 * US_PER_MS;
const MESSAGES_PER_10_S = 100;
const SYMBOLS_PER_MESSAGE = 100;
/** Newer pages say 400; futures have no limit. */
const SPOT_TOPICS_MAX = 300;

const LEVEL1 = '/spotMarket/level1';
const TICKER = '/market/ticker';
const TICKER_V2 = '/contractMarket/tickerV2';

/** In what the two markets differ. */
interface Rules {
  readonly key: string;
  readonly topicsMax: number;
  /** Topics with a best bid and ask. */
  readonly quoteTopics: readonly string[];
  /** Topics that are acknowledged and carry nothing here. */
  readonly otherTopics: readonly string[];
}

const SPOT: Rules = {
  key: 'kucoin',
  topicsMax: SPOT_TOPICS_MAX,
  quoteTopics: [LEVEL1, TICKER],
  otherTopics: ['/market/match', '/market/level2', '/market/candles', '/market/snapshot'],
};

const FUTURES: Rules = {
  key: 'kucoinperp',
  topicsMax: Infinity,
  quoteTopics: [TICKER_V2],
  otherTopics: ['/contractMarket/ticker', '/contractMarket/level2', '/contractMarket/execution'],
};

const CONNECT_LIMIT = { count: 30, windowMs: 60_000 };
const CONNECTIONS_MAX = 800;
/** In weights; nobody here knows those of single paths: each counts as one. */
const REST_LIMIT = {
  count: 2_000,
  windowMs: 30_000,
  isPerPath: false,
  reply: { status: 429, body: { code: '429000', msg: 'Too Many Requests' } },
};

export const kucoin: SimExchange = {
  name: 'Kucoin',
  recordingKey: 'kucoin',
  givesTime: true,
  restPrefix: '',
  wsPath: '/',
  connectLimit: CONNECT_LIMIT,
  connectionsMax: CONNECTIONS_MAX,
  restLimit: REST_LIMIT,
  exchangeSymbolOf: (base, quote) => `${base}-${quote}`.toUpperCase(),
  splitSymbol: (exchangeSymbol) => splitAt(exchangeSymbol, '-'),
  symbolOfFrame,
  rest(path, book, nowUs, method) {
    const tickers = () => ({ time: Math.floor(nowUs / US_PER_MS), ticker: allTickers(book, nowUs) });
    if (path.pathname === '/api/v2/symbols') return good(symbolList(book));
    if (path.pathname === '/api/v1/market/allTickers') return good(tickers());
    if (path.pathname === '/api/v3/currencies') return good(currencyList(book));
    return restOf(SPOT, path, nowUs, method);
  },
  acceptsWsPath: (pathname) => pathname === '/',
  open: (path, peer, book, nowUs) => new KucoinConversation(SPOT, path, peer, book, nowUs),
};

export const kucoinPerp: SimExchange = {
  name: 'KucoinPerp',
  market: 'linear',
  recordingKey: 'kucoin-futures',
  givesTime: true,
  restPrefix: '',
  wsPath: '/',
  connectLimit: CONNECT_LIMIT,
  connectionsMax: CONNECTIONS_MAX,
  restLimit: REST_LIMIT,
  // Lots are whole.
  contractOf: (_base, sizeDecimals) => ({ size: Number(`1e-${sizeDecimals}`), decimals: 0 }),
  exchangeSymbolOf: (base, quote) => `${base === 'BTC' ? 'XBT' : base}${quote}M`.toUpperCase(),
  splitSymbol(exchangeSymbol) {
    const cut = exchangeSymbol.endsWith('M') ? splitAtKnownQuote(exchangeSymbol.slice(0, -1)) : null;
    return cut === null ? null : [cut[0] === 'XBT' ? 'BTC' : cut[0], cut[1]];
  },
  symbolOfFrame,
  rest(path, book, nowUs, method) {
    if (path.pathname === '/api/v1/contracts/active') return good(activeContracts(book, nowUs));
    if (path.pathname === '/api/v1/allTickers') return good(futuresTickers(book, nowUs));
    return restOf(FUTURES, path, nowUs, method);
  },
  acceptsWsPath: (pathname) => pathname === '/',
  open: (path, peer, book, nowUs) => new KucoinConversation(FUTURES, path, peer, book, nowUs),
};

function symbolOfFrame(frame: JsonObject): string | null {
  const { topic, subject } = frame;
  if (typeof topic !== 'string' || !topic.includes(':')) return null;
  const symbol = topic.slice(topic.indexOf(':') + 1);
  if (symbol !== 'all') return symbol;
  return typeof subject === 'string' ? subject : null;
}

function good(data: unknown): RestReply {
  return { status: 200, body: { code: '200000', data } };
}

function restOf(rules: Rules, path: URL, nowUs: Micros, method: string): RestReply {
  if (path.pathname === '/api/v1/timestamp') return good(Math.floor(nowUs / US_PER_MS));
  if (path.pathname !== '/api/v1/bullet-public')
    return { status: 404, body: { code: '404000', msg: 'Url Not Found' } };
  if (method !== 'POST') return { status: 405, body: { code: '405000', msg: 'Method Not Allowed' } };
  const server = {
    endpoint: `ws://${path.host}/${rules.key}/`,
    encrypt: true,
    protocol: 'websocket',
    pingInterval: 18_000,
    pingTimeout: 10_000,
  };
  return good({ token: tokenOf(rules, nowUs), instanceServers: [server] });
}

/**
 * Says for itself which host gave it and when. Ends as real ones do: Base64 in the alphabet of addresses, padded,
 * which some clients put into the address as it is.
 */
function tokenOf(rules: Rules, nowUs: Micros): string {
  return `${rules.key}-${nowUs.toString(36)}==`;
}

/** Tokens live for 24 h, on the host that gave them. */
function isGoodToken(rules: Rules, token: string | null, nowUs: Micros): boolean {
  const match = /^(\w+)-([0-9a-z]+)==$/.exec(token ?? '');
  const ageUs = nowUs - Number.parseInt(match?.[2] ?? '', 36);
  return match?.[1] === rules.key && ageUs >= 0 && ageUs < LIFE_US;
}

class KucoinConversation implements Conversation {
  readonly #rules: Rules;
  readonly #peer: Peer;
  readonly #book: SimBook;
  readonly #messages = new RateWindow(MESSAGES_PER_10_S, 10_000);
  /** `topic:symbol`, known or not: each counts as one. */
  readonly #topics = new Set<string>();
  readonly #openedUs: Micros;
  #heardUs: Micros;

  constructor(rules: Rules, path: URL, peer: Peer, book: SimBook, nowUs: Micros) {
    this.#rules = rules;
    this.#peer = peer;
    this.#book = book;
    this.#openedUs = nowUs;
    this.#heardUs = nowUs;
    const id = path.searchParams.get('connectId') ?? peer.token.slice(0, 10);
    if (isGoodToken(rules, path.searchParams.get('token'), nowUs)) this.#send({ id, type: 'welcome' });
    else {
      this.#fail(id, 401, 'token is invalid');
      peer.close(1000, '');
    }
  }

  onText(text: string, nowUs: Micros): void {
    this.#heardUs = nowUs;
    const request = parseObject(text);
    const id = request?.['id'];
    const type = request?.['type'];
    // Without one of its own an answer carries a random id.
    if (request === null || id === undefined) this.#fail(this.#peer.token.slice(0, 8), 400, 'bad request');
    else if (!this.#messages.take(nowUs)) this.#fail(id, 509, 'exceed max permits per second');
    else if (type === 'ping') this.#send({ id: String(id), type: 'pong', timestamp: nowUs });
    else if (type === 'subscribe' || type === 'unsubscribe') this.#change(request, id, type === 'subscribe');
    else this.#fail(id, 400, 'type is not supported');
  }

  onControlFrame(_kind: 'ping' | 'pong', _nowUs: Micros): void {
    // WebSocket pings are answered, but do not keep a connection.
  }

  /** Traffic does not help: a client must speak. */
  onTick(nowUs: Micros): void {
    if (nowUs - this.#openedUs >= LIFE_US) this.#peer.close(1000, '');
    else if (nowUs - this.#heardUs >= SILENCE_CLOSE_US) {
      this.#fail(this.#peer.token.slice(0, 8), 400, 'ping timeout');
      this.#peer.close(1000, '');
    }
  }

  quoteFrame(exchangeSymbol: string, quote: SimQuote, updateId: number, eventUs: Micros): string {
    if (this.#rules === FUTURES) return this.#tickerV2(exchangeSymbol, quote, updateId, eventUs);
    const { bid, ask } = quoteTexts(this.#book.find(exchangeSymbol)!, quote);
    const timeMs = Math.floor(eventUs / US_PER_MS);
    if (this.#topics.has(`${LEVEL1}:${exchangeSymbol}`)) {
      const data = { asks: ask ?? [], bids: bid ?? [], timestamp: timeMs };
      const topic = `${LEVEL1}:${exchangeSymbol}`;
      return JSON.stringify({ topic, type: 'message', subject: 'level1', data });
    }
    const isAll = !this.#topics.has(`${TICKER}:${exchangeSymbol}`);
    return JSON.stringify({
      topic: `${TICKER}:${isAll ? 'all' : exchangeSymbol}`,
      type: 'message',
      subject: isAll ? exchangeSymbol : 'trade.ticker',
      data: {
        bestAsk: ask?.[0] ?? '',
        bestAskSize: ask?.[1] ?? '0',
        bestBid: bid?.[0] ?? '',
        bestBidSize: bid?.[1] ?? '0',
        price: bid?.[0] ?? ask?.[0] ?? '0',
        sequence: String(updateId),
        size: '0',
        time: timeMs,
      },
    });
  }

  /** Lots are numbers, the time is in nanoseconds, past what a number holds exactly. */
  #tickerV2(symbol: string, quote: SimQuote, sequence: number, eventUs: Micros): string {
    const { bid, ask } = quoteTexts(this.#book.find(symbol)!, quote);
    const frame = {
      topic: `${TICKER_V2}:${symbol}`,
      type: 'message',
      subject: 'tickerV2',
      sn: sequence,
      data: {
        symbol,
        sequence,
        bestBidSize: Number(bid?.[1] ?? 0),
        bestBidPrice: bid?.[0] ?? '',
        bestAskPrice: ask?.[0] ?? '',
        bestAskSize: Number(ask?.[1] ?? 0),
        ts: 0,
      },
    };
    // Nanoseconds are more than a number holds. (A fault may make the time 0.)
    const nanos = eventUs === 0 ? '0' : `${Math.floor(eventUs)}000`;
    return JSON.stringify(frame).replace(/"ts":0\}\}$/, `"ts":${nanos}}}`);
  }

  #change(request: JsonObject, id: unknown, isSubscribe: boolean): void {
    const [, name = '', list = ''] = /^([^:]*):?(.*)$/.exec(String(request['topic'] ?? '')) ?? [];
    const { quoteTopics, otherTopics, topicsMax } = this.#rules;
    const symbols = list.split(',').filter((symbol) => symbol !== '');
    if (!quoteTopics.includes(name) && !otherTopics.includes(name)) {
      this.#fail(id, 404, `topic ${String(request['topic'])} is not found`);
      return;
    }
    if (symbols.length > SYMBOLS_PER_MESSAGE) {
      this.#fail(id, 509, `exceed max subscription count limitation of ${SYMBOLS_PER_MESSAGE} per time`);
      return;
    }
    const added = symbols.filter((symbol) => !this.#topics.has(`${name}:${symbol}`));
    if (isSubscribe && this.#topics.size + added.length > topicsMax) {
      this.#fail(id, 509, `exceed max subscription count limitation of ${topicsMax} per session`);
      return;
    }
    // What does not exist is acknowledged and stays silent. Pushes come on change: no present top.
    for (const symbol of symbols) {
      if (isSubscribe) this.#topics.add(`${name}:${symbol}`);
      else this.#topics.delete(`${name}:${symbol}`);
    }
    if (request['response'] === true) this.#send({ id: String(id), type: 'ack' });
    const isAll = name === TICKER && symbols.includes('all');
    const touched = isAll ? this.#book.listing.map((listed) => listed.exchangeSymbol) : symbols;
    for (const symbol of touched)
      if (this.#book.find(symbol) !== undefined) this.#peer.want(symbol, this.#isWanted(symbol));
  }

  #isWanted(symbol: string): boolean {
    if (this.#topics.has(`${TICKER}:all`)) return true;
    return this.#rules.quoteTopics.some((name) => this.#topics.has(`${name}:${symbol}`));
  }

  #fail(id: unknown, code: number, data: string): void {
    this.#send({ id: String(id), type: 'error', code, data });
  }

  #send(body: object): void {
    this.#peer.send(JSON.stringify(body));
  }
}
