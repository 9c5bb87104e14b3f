// Gate.io v4 spot, simulated: `/api/v4/spot/…` and the spot socket `/ws/v4/`.
// Source: Gate API v4 docs, and the errors other public clients captured (exact texts below).

import { type Micros, US_PER_MS, US_PER_SECOND } from '../../core/time.js';
import type {
  Conversation,
  Peer,
  RestReply,
  SimBook,
  SimExchange,
  SimListed,
  SimQuote,
  SimTrade,
} from '../exchange.js';
import {
  asObject,
  asTexts,
  decimalText,
  type JsonObject,
  lastPrice,
  parseObject,
  quoteTexts,
  splitAt,
} from '../wire.js';

const PAYLOAD_MAX = 100;
/** Without subscription and without a ping of its own. */
const UNSUBSCRIBED_CLOSE_US = 30_500 * US_PER_MS;
/** Subscribed, but nothing to send and no such ping. */
const QUIET_CLOSE_US = 60_000 * US_PER_MS;
/** Channels whose payload is a list of pairs; here the first carries quotes, and on spot the last trades. */
const CHANNELS = ['book_ticker', 'tickers', 'trades'];

export const gateio: SimExchange = {
  name: 'GateIo',
  recordingKey: 'gate',
  givesTime: true,
  restPrefix: '/api/v4',
  wsPath: '/ws/v4/',
  connectLimit: null,
  restLimit: {
    count: 200,
    windowMs: 10_000,
    isPerPath: true,
    reply: { status: 429, body: { label: 'TOO_MANY_REQUESTS', message: 'Request Rate Limit Exceeded' } },
  },
  exchangeSymbolOf: (base, quote) => `${base}_${quote}`.toUpperCase(),
  splitSymbol: (exchangeSymbol) => splitAt(exchangeSymbol, '_'),
  symbolOfFrame(frame) {
    const result = asObject(frame['result']);
    const name = result?.['s'] ?? result?.['currency_pair'];
    // The incremental book is named after its depth: `ob.BTC_USDT.50`.
    return typeof name === 'string' ? name.replace(/^ob\.(.+)\.\d+$/, '$1') : null;
  },
  rest,
  // Without the last slash the handshake fails.
  acceptsWsPath: (pathname) => pathname === '/ws/v4/',
  open: (_path, peer, book, nowUs) => new GateConversation(SPOT, peer, book, nowUs),
};

/** In what the sockets of spot and of futures differ. */
export interface GateRules {
  /** The first part of every channel. */
  readonly family: 'spot' | 'futures';
  /** What a symbol is called in an error. */
  readonly symbolWord: string;
  /** Whether it is a contract of another settle family: acknowledged, and silent. */
  isForeign(symbol: string): boolean;
  /** A size as it stands in a frame, from its text; `isExact` = the client asked for exact ones. */
  sizeField(text: string | undefined, isExact: boolean): string | number;
}

const SPOT: GateRules = {
  family: 'spot',
  symbolWord: 'currency pair',
  isForeign: () => false,
  sizeField: (text) => text ?? '0',
};

export class GateConversation implements Conversation {
  readonly #rules: GateRules;
  readonly #peer: Peer;
  readonly #book: SimBook;
  readonly #topics = new Set<string>();
  #aliveUs: Micros;
  #requests = 0;

  constructor(rules: GateRules, peer: Peer, book: SimBook, nowUs: Micros) {
    this.#rules = rules;
    this.#peer = peer;
    this.#book = book;
    this.#aliveUs = nowUs;
  }

  onText(text: string, nowUs: Micros): void {
    const request = parseObject(text);
    // `time` must be a number without a fraction; a text is refused.
    if (request === null || !Number.isInteger(request['time']) || typeof request['channel'] !== 'string') {
      this.#answer({ channel: '', event: '' }, nowUs, 1, 'request payload does not follow json schema');
      return;
    }
    const { family } = this.#rules;
    if (request['channel'] === `${family}.ping`) {
      this.#aliveUs = nowUs;
      this.#answer({ ...request, channel: `${family}.pong`, event: '' }, nowUs, null, '');
      return;
    }
    this.#subscription(request, request['channel'], nowUs);
  }

  onControlFrame(_kind: 'ping' | 'pong', _nowUs: Micros): void {
    // WebSocket pings are answered, but do not keep an unsubscribed socket open.
  }

  onTick(nowUs: Micros): void {
    const limitUs = this.#topics.size === 0 ? UNSUBSCRIBED_CLOSE_US : QUIET_CLOSE_US;
    if (nowUs - this.#aliveUs >= limitUs) this.#peer.cut();
  }

  quoteFrame(
    exchangeSymbol: string,
    quote: SimQuote,
    updateId: number,
    eventUs: Micros,
    nowUs: Micros,
  ): string {
    this.#aliveUs = nowUs;
    const { bid, ask } = quoteTexts(this.#book.find(exchangeSymbol)!, quote);
    const eventMs = Math.floor(eventUs / US_PER_MS);
    const isExact = this.#peer.header('x-gate-size-decimal') === '1';
    return JSON.stringify({
      time: Math.floor(eventUs / US_PER_SECOND),
      time_ms: eventMs + 2,
      channel: `${this.#rules.family}.book_ticker`,
      event: 'update',
      result: {
        t: eventMs,
        u: updateId,
        s: exchangeSymbol,
        b: bid?.[0] ?? '',
        B: this.#rules.sizeField(bid?.[1], isExact),
        a: ask?.[0] ?? '',
        A: this.#rules.sizeField(ask?.[1], isExact),
      },
    });
  }

  tradeFrame(exchangeSymbol: string, trade: SimTrade, eventUs: Micros): string {
    this.#aliveUs = Math.max(this.#aliveUs, eventUs);
    const { sizeDecimals, priceDecimals } = this.#book.find(exchangeSymbol)!;
    return JSON.stringify({
      time: Math.floor(eventUs / US_PER_SECOND),
      time_ms: Math.floor(eventUs / US_PER_MS) + 2,
      channel: 'spot.trades',
      event: 'update',
      result: {
        id: trade.id,
        create_time: Math.floor(eventUs / US_PER_SECOND),
        create_time_ms: (eventUs / US_PER_MS).toFixed(4),
        side: trade.takerBought ? 'buy' : 'sell',
        currency_pair: exchangeSymbol,
        amount: decimalText(trade.size, sizeDecimals),
        price: decimalText(trade.price, priceDecimals),
      },
    });
  }

  #subscription(request: JsonObject, channel: string, nowUs: Micros): void {
    const event = request['event'];
    const pairs = asTexts(request['payload']);
    const { family, symbolWord } = this.#rules;
    if (!CHANNELS.some((name) => channel === `${family}.${name}`)) {
      this.#answer(request, nowUs, 2, `Unknown channel ${channel}`);
    } else if ((event !== 'subscribe' && event !== 'unsubscribe') || pairs === null) {
      this.#answer(request, nowUs, 1, 'request payload does not follow json schema');
    } else if (pairs.length > PAYLOAD_MAX) {
      // One client reports that more are refused; nobody kept the text.
      this.#answer(request, nowUs, 2, `payload size exceeds ${PAYLOAD_MAX}`);
    } else {
      const unknown = pairs.find(
        (pair) => this.#book.find(pair) === undefined && !this.#rules.isForeign(pair),
      );
      if (unknown !== undefined) {
        this.#answer(request, nowUs, 2, `unknown ${symbolWord}: ${unknown}`);
        return;
      }
      for (const pair of pairs) this.#set(channel, pair, event === 'subscribe');
      this.#aliveUs = nowUs;
      this.#answer(request, nowUs, null, '');
    }
  }

  #set(channel: string, pair: string, subscribed: boolean): void {
    if (subscribed) this.#topics.add(`${channel} ${pair}`);
    else this.#topics.delete(`${channel} ${pair}`);
    if (channel.endsWith('.book_ticker') && this.#book.find(pair) !== undefined)
      this.#peer.want(pair, subscribed);
    if (channel === 'spot.trades' && this.#book.find(pair) !== undefined)
      this.#peer.wantTrades(pair, subscribed);
  }

  /** `code` null = success. */
  #answer(request: JsonObject, nowUs: Micros, code: number | null, message: string): void {
    this.#requests++;
    const { channel, event, payload } = request;
    const pong = channel === `${this.#rules.family}.pong`;
    const success = pong ? null : { status: 'success' };
    const outcome =
      code === null
        ? { error: null, result: success }
        : { error: { code, message }, result: code === 2 ? { status: 'fail' } : null };
    this.#peer.send(
      JSON.stringify({
        time: Math.floor(nowUs / US_PER_SECOND),
        time_ms: Math.floor(nowUs / US_PER_MS),
        ...(request['id'] === undefined ? {} : { id: request['id'] }),
        conn_id: this.#peer.token.slice(0, 16),
        trace_id: `${this.#peer.token.slice(0, 24)}${String(this.#requests).padStart(8, '0')}`,
        channel,
        event,
        ...(payload === undefined ? {} : { payload }),
        ...outcome,
      }),
    );
  }
}

function rest(path: URL, book: SimBook, nowUs: Micros): RestReply {
  switch (path.pathname) {
    case '/api/v4/spot/time':
      return { status: 200, body: { server_time: Math.floor(nowUs / US_PER_MS) } };
    case '/api/v4/spot/currency_pairs':
      return { status: 200, body: book.listing.map(currencyPair) };
    case '/api/v4/spot/currencies':
      return { status: 200, body: currencies(book) };
    case '/api/v4/margin/currency_pairs':
      // Clients ask for them beside the pairs; none is traded on margin here.
      return { status: 200, body: [] };
    case '/api/v4/spot/tickers':
      return { status: 200, body: book.listing.map((listed) => ticker(book, listed, nowUs)) };
    default:
      return { status: 404, body: { label: 'URL_NOT_FOUND', message: 'url not found' } };
  }
}

function currencies(book: SimBook): unknown {
  const names = new Set(book.listing.flatMap(({ base, quote }) => [base, quote]));
  return Array.from(names, (currency) => ({
    currency,
    name: currency,
    delisted: false,
    withdraw_disabled: false,
    withdraw_delayed: false,
    deposit_disabled: false,
    trade_disabled: false,
    chain: currency,
    chains: [],
  }));
}

function currencyPair(listed: SimListed): unknown {
  return {
    id: listed.exchangeSymbol,
    base: listed.base,
    quote: listed.quote,
    fee: '0.2',
    min_quote_amount: '3',
    amount_precision: listed.sizeDecimals,
    precision: listed.priceDecimals,
    trade_status: listed.trading ? 'tradable' : 'untradable',
    sell_start: 0,
    buy_start: 0,
  };
}

function ticker(book: SimBook, listed: SimListed, nowUs: Micros): unknown {
  const quote = book.quoteOf(listed.exchangeSymbol, nowUs);
  const texts = quote === undefined ? null : quoteTexts(listed, quote);
  const last = lastPrice(quote);
  return {
    currency_pair: listed.exchangeSymbol,
    last: decimalText(last, listed.priceDecimals),
    lowest_ask: texts?.ask?.[0] ?? '',
    highest_bid: texts?.bid?.[0] ?? '',
    change_percentage: '0',
    base_volume: decimalText(last > 0 ? listed.quoteVolume24h / last : 0, 4),
    quote_volume: decimalText(listed.quoteVolume24h, 4),
    high_24h: decimalText(last, listed.priceDecimals),
    low_24h: decimalText(last, listed.priceDecimals),
  };
}
