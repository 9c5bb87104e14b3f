// OKX v5 spot, simulated: public REST and the public socket `/ws/v5/public`.
// Source: OKX v5 docs, and the errors and closes other public clients captured in 2026 (exact texts below).

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
  splitAt,
} from '../wire.js';

const SILENCE_CLOSE_US = 30_000 * US_PER_MS;
const REQUESTS_PER_HOUR = 480;
const ARGS_LENGTH_MAX = 65_536;
const REST_LIMIT = {
  count: 20,
  windowMs: 2_000,
  isPerPath: true,
  reply: { status: 429, body: { code: '50011', msg: 'Too Many Requests', data: [] } },
};
/** Only the first carries quotes here. */
const CHANNELS = ['bbo-tbt', 'tickers', 'trades', 'books', 'books5'];
const VIP_CHANNELS = ['books-l2-tbt', 'books50-l2-tbt'];

export const okx: SimExchange = {
  closingNotice: () =>
    JSON.stringify({
      event: 'notice',
      code: '64008',
      msg: 'The connection will soon be closed for a service upgrade. Please reconnect.',
      connId: 'a4d3ae55',
    }),
  name: 'OKX',
  recordingKey: 'okx',
  givesTime: true,
  restPrefix: '',
  wsPath: '/ws/v5/public',
  connectLimit: { count: 3, windowMs: 1_000 },
  restLimit: REST_LIMIT,
  exchangeSymbolOf: (base, quote) => `${base}-${quote}`.toUpperCase(),
  splitSymbol: (exchangeSymbol) => splitAt(exchangeSymbol, '-'),
  symbolOfFrame(frame) {
    const instId = asObject(frame['arg'])?.['instId'];
    return typeof instId === 'string' ? instId : null;
  },
  rest,
  acceptsWsPath: (pathname) => pathname === '/ws/v5/public',
  open: (_path, peer, book, nowUs) => new OkxConversation(peer, book, nowUs),
};

export class OkxConversation implements Conversation {
  readonly #peer: Peer;
  readonly #book: SimBook;
  readonly #requests = new RateWindow(REQUESTS_PER_HOUR, 3_600_000);
  #trafficUs: Micros;

  constructor(peer: Peer, book: SimBook, nowUs: Micros) {
    this.#peer = peer;
    this.#book = book;
    this.#trafficUs = nowUs;
  }

  onText(text: string, nowUs: Micros): void {
    this.#trafficUs = nowUs;
    if (text === 'ping') {
      this.#peer.send('pong');
      return;
    }
    const request = parseObject(text);
    const op = request?.['op'];
    const args = request?.['args'];
    const known = op === 'subscribe' || op === 'unsubscribe';
    if (request === null || !known || !Array.isArray(args) || JSON.stringify(args).length > ARGS_LENGTH_MAX) {
      this.#fail(request, '60012', `Illegal request: ${text.slice(0, 200)}`);
      return;
    }
    if (!this.#requests.take(nowUs)) {
      this.#fail(request, '60014', 'Requests too frequent');
      return;
    }
    for (const arg of args) this.#oneArg(request, op, asObject(arg) ?? {}, nowUs);
  }

  onControlFrame(_kind: 'ping' | 'pong', _nowUs: Micros): void {
    // The documents ask for the text ping; WebSocket pings are answered, but are no data.
  }

  onTick(nowUs: Micros): void {
    if (nowUs - this.#trafficUs >= SILENCE_CLOSE_US) this.#peer.close(4004, 'No data received in 30s.');
  }

  quoteFrame(
    exchangeSymbol: string,
    quote: SimQuote,
    updateId: number,
    eventUs: Micros,
    nowUs: Micros,
  ): string {
    this.#trafficUs = nowUs;
    const { bid, ask } = quoteTexts(this.#book.find(exchangeSymbol)!, quote);
    return JSON.stringify({
      arg: { channel: 'bbo-tbt', instId: exchangeSymbol },
      data: [
        {
          asks: ask === null ? [] : [[...ask, '0', '3']],
          bids: bid === null ? [] : [[...bid, '0', '5']],
          ts: String(Math.floor(eventUs / US_PER_MS)),
          seqId: updateId,
        },
      ],
    });
  }

  /** One answer for every argument: a bad one fails alone, the rest lives. */
  #oneArg(request: JsonObject, op: 'subscribe' | 'unsubscribe', arg: JsonObject, nowUs: Micros): void {
    const channel = String(arg['channel'] ?? '');
    const exchangeSymbol = String(arg['instId'] ?? '');
    if (VIP_CHANNELS.includes(channel)) {
      this.#fail(request, '60011', 'Please log in');
      return;
    }
    if (!CHANNELS.includes(channel) || this.#book.find(exchangeSymbol) === undefined) {
      const advice = 'Please use the correct URL, channel and parameters referring to API document.';
      const what = `channel:${channel},instId:${exchangeSymbol}`;
      this.#fail(request, '60018', `Wrong URL or ${what} doesn't exist. ${advice}`);
      return;
    }
    const echo = { event: op, arg: { channel, instId: exchangeSymbol } };
    this.#peer.send(JSON.stringify({ ...this.#id(request), ...echo, connId: this.#peer.token.slice(0, 8) }));
    if (channel !== 'bbo-tbt') return;
    this.#peer.want(exchangeSymbol, op === 'subscribe');
    if (op === 'subscribe') this.#peer.sendTop(exchangeSymbol, nowUs);
  }

  #fail(request: JsonObject | null, code: string, msg: string): void {
    const connId = this.#peer.token.slice(0, 8);
    this.#peer.send(JSON.stringify({ ...this.#id(request), event: 'error', msg, code, connId }));
  }

  #id(request: JsonObject | null): { readonly id?: string } {
    const id = request?.['id'];
    return typeof id === 'string' ? { id } : {};
  }
}

function rest(path: URL, book: SimBook, nowUs: Micros): RestReply {
  const spot = path.searchParams.get('instType') === 'SPOT';
  const reply = (data: readonly unknown[]): RestReply => ({
    status: 200,
    body: { code: '0', msg: '', data },
  });
  const wrongType = { code: '51000', msg: 'Parameter instType error', data: [] };
  switch (path.pathname) {
    case '/api/v5/public/time':
      return serverTime(nowUs);
    case '/api/v5/public/instruments':
      return spot ? reply(book.listing.map(instrument)) : { status: 400, body: wrongType };
    case '/api/v5/market/tickers':
      if (!spot) return { status: 400, body: wrongType };
      return reply(book.listing.map((listed) => ticker(book, listed, nowUs)));
    default:
      return { status: 404, body: { code: '404', msg: 'Not Found', data: {} } };
  }
}

export function serverTime(nowUs: Micros): RestReply {
  const data = [{ ts: String(Math.floor(nowUs / US_PER_MS)) }];
  return { status: 200, body: { code: '0', msg: '', data } };
}

function instrument(listed: SimListed): unknown {
  return {
    instType: 'SPOT',
    instId: listed.exchangeSymbol,
    baseCcy: listed.base,
    quoteCcy: listed.quote,
    settleCcy: '',
    uly: '',
    instFamily: '',
    ctVal: '',
    ctMult: '',
    ctValCcy: '',
    ctType: '',
    tickSz: decimalText(listed.tickSize, listed.priceDecimals),
    lotSz: decimalText(10 ** -listed.sizeDecimals, listed.sizeDecimals),
    minSz: decimalText(10 ** -listed.sizeDecimals, listed.sizeDecimals),
    state: listed.trading ? 'live' : 'suspend',
  };
}

function ticker(book: SimBook, listed: SimListed, nowUs: Micros): unknown {
  const quote = book.quoteOf(listed.exchangeSymbol, nowUs);
  const texts = quote === undefined ? null : quoteTexts(listed, quote);
  const last = lastPrice(quote);
  return {
    instType: 'SPOT',
    instId: listed.exchangeSymbol,
    last: decimalText(last, listed.priceDecimals),
    lastSz: '0',
    askPx: texts?.ask?.[0] ?? '',
    askSz: texts?.ask?.[1] ?? '',
    bidPx: texts?.bid?.[0] ?? '',
    bidSz: texts?.bid?.[1] ?? '',
    volCcy24h: decimalText(listed.quoteVolume24h, 4),
    vol24h: decimalText(last > 0 ? listed.quoteVolume24h / last : 0, 4),
    ts: String(Math.floor(nowUs / US_PER_MS)),
  };
}
