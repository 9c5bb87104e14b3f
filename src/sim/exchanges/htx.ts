// HTX spot, simulated: `/v1/common/…`, `/market/tickers` and the socket `/ws`. Every frame of the server is GZIP, what
// the client sends is plain text. Source: HTX docs (Huobi spot v1), recordings of 2021 and 2026. What none of them shows
// is said below.

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
import {
  decimalText,
  type JsonObject,
  lastPrice,
  parseObject,
  quoteTexts,
  splitAtKnownQuote,
} from '../wire.js';

const PING_PERIOD_US = 5_000 * US_PER_MS;
/** As many questions may stand open; an answer to either of the last two closes them all. */
const OPEN_PINGS_MAX = 2;
/** Only `bbo` carries quotes here. */
const TOPIC = /^market\.([a-z0-9]+)\.(bbo|ticker|detail|trade\.detail|depth\.step[0-5]|mbp\.\d+|kline\.\w+)$/;

export const htx: SimExchange = {
  name: 'HTX',
  recordingKey: 'htx',
  givesTime: true,
  restPrefix: '',
  wsPath: '/ws',
  connectLimit: null,
  exchangeSymbolOf: (base, quote) => `${base}${quote}`.toLowerCase(),
  splitSymbol: (exchangeSymbol) => splitAtKnownQuote(exchangeSymbol.toUpperCase()),
  symbolOfFrame: ({ ch }) => /^market\.([^.]+)\../.exec(typeof ch === 'string' ? ch : '')?.[1] ?? null,
  symbolOfBytes(frame) {
    const parsed = parseObject(inflatedText(frame));
    return parsed === null ? null : htx.symbolOfFrame(parsed);
  },
  rest,
  acceptsWsPath: (pathname) => pathname === '/ws',
  open: (_path, peer, book, nowUs) => new HtxConversation(peer, book, nowUs),
};

class HtxConversation implements Conversation {
  readonly #peer: Peer;
  readonly #book: SimBook;
  readonly #topics = new Set<string>();
  /** The numbers of the questions without an answer. */
  #openPings: number[] = [];
  #pingedUs: Micros;

  constructor(peer: Peer, book: SimBook, nowUs: Micros) {
    this.#peer = peer;
    this.#book = book;
    this.#pingedUs = nowUs;
  }

  onText(text: string, nowUs: Micros): void {
    const request = parseObject(text) ?? {};
    const { sub, unsub, ping, pong } = request;
    const id = request['id'];
    if (pong !== undefined) {
      if (this.#openPings.includes(pong as number)) this.#openPings = [];
    } else if (Number.isSafeInteger(ping)) this.#send({ pong: ping });
    else if (ping !== undefined) this.#refuse(id, 'invalid ping', nowUs);
    else if (typeof sub === 'string') this.#subscribe(id, sub, nowUs);
    else if (typeof unsub === 'string') this.#unsubscribe(id, unsub, nowUs);
    // The documents show lists of topics; what answers them is shown nowhere.
    else this.#refuse(id, 'invalid request', nowUs);
  }

  onControlFrame(_kind: 'ping' | 'pong', _nowUs: Micros): void {
    // WebSocket pings are answered, but are no answer to the server's own.
  }

  onTick(nowUs: Micros): void {
    if (nowUs - this.#pingedUs < PING_PERIOD_US) return;
    if (this.#openPings.length >= OPEN_PINGS_MAX) {
      this.#peer.cut();
      return;
    }
    const ping = Math.floor(nowUs / US_PER_MS);
    this.#pingedUs = nowUs;
    this.#openPings.push(ping);
    this.#send({ ping });
  }

  /** How a side without an order is written no document and no recording shows. */
  quoteFrame(
    exchangeSymbol: string,
    quote: SimQuote,
    updateId: number,
    eventUs: Micros,
    nowUs: Micros,
  ): Uint8Array {
    const { bid, ask } = quoteTexts(this.#book.find(exchangeSymbol)!, quote);
    const number = (text: string | undefined): number | null => (text === undefined ? null : Number(text));
    const tick = {
      seqId: updateId,
      ask: number(ask?.[0]),
      askSize: number(ask?.[1]),
      bid: number(bid?.[0]),
      bidSize: number(bid?.[1]),
      quoteTime: Math.floor(eventUs / US_PER_MS),
      symbol: exchangeSymbol,
    };
    const ts = Math.floor(nowUs / US_PER_MS);
    return zipped(JSON.stringify({ ch: `market.${exchangeSymbol}.bbo`, ts, tick }));
  }

  #subscribe(id: unknown, topic: string, nowUs: Micros): void {
    const exchangeSymbol = this.#symbolOf(topic);
    if (exchangeSymbol === undefined) {
      this.#refuse(id, `invalid topic ${topic}`, nowUs);
      return;
    }
    this.#topics.add(topic);
    this.#answer(id, { subbed: topic }, nowUs);
    if (!topic.endsWith('.bbo')) return;
    this.#peer.want(exchangeSymbol, true);
    // Whether the present top comes at once, or the next change only, no document says.
    this.#peer.sendTop(exchangeSymbol, nowUs);
  }

  #unsubscribe(id: unknown, topic: string, nowUs: Micros): void {
    if (!this.#topics.delete(topic)) {
      this.#refuse(id, `unsub with not subbed topic ${topic}`, nowUs);
      return;
    }
    if (topic.endsWith('.bbo')) this.#peer.want(this.#symbolOf(topic)!, false);
    this.#answer(id, { unsubbed: topic }, nowUs);
  }

  /** Undefined for what is no topic of a listed symbol. */
  #symbolOf(topic: string): string | undefined {
    const exchangeSymbol = TOPIC.exec(topic)?.[1] ?? '';
    return this.#book.find(exchangeSymbol)?.exchangeSymbol;
  }

  #answer(id: unknown, what: JsonObject, nowUs: Micros): void {
    const ts = Math.floor(nowUs / US_PER_MS);
    this.#send({ ...(id === undefined ? {} : { id }), status: 'ok', ...what, ts });
  }

  #refuse(id: unknown, message: string, nowUs: Micros): void {
    const error = { 'err-code': 'bad-request', 'err-msg': message };
    const ts = Math.floor(nowUs / US_PER_MS);
    this.#send({ status: 'error', ts, ...(id === undefined ? {} : { id }), ...error });
  }

  #send(frame: JsonObject): void {
    this.#peer.send(zipped(JSON.stringify(frame)));
  }
}

/** Replies are 200 whatever they say; `status` tells. */
function rest(path: URL, book: SimBook, nowUs: Micros): RestReply {
  const ts = Math.floor(nowUs / US_PER_MS);
  switch (path.pathname) {
    case '/v1/common/timestamp':
      return { status: 200, body: { status: 'ok', data: ts } };
    case '/v1/common/symbols':
      return { status: 200, body: { status: 'ok', data: book.listing.map(symbolRow) } };
    case '/market/tickers': {
      const data = book.listing.map((listed) => ticker(book, listed, nowUs));
      return { status: 200, body: { status: 'ok', ts, data } };
    }
    // Asked for by clients before anything else, and not by the adapter.
    case '/v2/reference/currencies':
      return { status: 200, body: { code: 200, data: currencies(book) } };
    default: {
      const error = { 'err-code': 'invalid-parameter', 'err-msg': 'no such path' };
      return { status: 200, body: { status: 'error', ...error, data: null } };
    }
  }
}

function currencies(book: SimBook): readonly unknown[] {
  const names = new Set(book.listing.flatMap(({ base, quote }) => [base, quote]));
  return [...names].map((name) => ({
    currency: name.toLowerCase(),
    assetType: 1,
    chains: [],
    instStatus: 'normal',
  }));
}

function symbolRow(listed: SimListed): unknown {
  return {
    'base-currency': listed.base.toLowerCase(),
    'quote-currency': listed.quote.toLowerCase(),
    'price-precision': listed.priceDecimals,
    'amount-precision': listed.sizeDecimals,
    'symbol-partition': 'main',
    symbol: listed.exchangeSymbol,
    state: listed.trading ? 'online' : 'offline',
    'value-precision': 8,
    'min-order-amt': 10 ** -listed.sizeDecimals,
    'max-order-amt': 1_000_000,
    'min-order-value': 5,
    'api-trading': 'enabled',
    tags: '',
  };
}

/** `amount` in base coins, `vol` in the quote currency; zero for a side without an order, which no document says. */
function ticker(book: SimBook, listed: SimListed, nowUs: Micros): unknown {
  const quote = book.quoteOf(listed.exchangeSymbol, nowUs);
  const texts = quote === undefined ? null : quoteTexts(listed, quote);
  const last = lastPrice(quote);
  const volume = last > 0 ? listed.quoteVolume24h / last : 0;
  return {
    symbol: listed.exchangeSymbol,
    open: last,
    high: last,
    low: last,
    close: last,
    amount: Number(decimalText(volume, 4)),
    vol: listed.quoteVolume24h,
    count: 1_000,
    bid: Number(texts?.bid?.[0] ?? 0),
    bidSize: Number(texts?.bid?.[1] ?? 0),
    ask: Number(texts?.ask?.[0] ?? 0),
    askSize: Number(texts?.ask?.[1] ?? 0),
  };
}
