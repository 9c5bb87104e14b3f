// Binance spot: listing, subscriptions and frames of `wss://stream.binance.com`, by the exchange's own
// web-socket-streams.md and rest-api.md. Pure: no socket, no clock, no log; never throws on a frame.
// Full top of book in every message: a decoder holds their order, no prices.

import type {
  Decoder,
  DecoderListing,
  DecoderSink,
  ExchangeAdapter,
  ListedInstrument,
  RestTop,
} from './exchange.js';
import { controlDetail, emitTop, emitTrade, readExchangeUs, readInstrument, readText } from './fields.js';
import { excerpt, frameText, isObject, type JsonObject, parseJson } from './frame.js';
import { arrayAt, objectAt, readRows, readTops, readVolumes, stepOrNull, timeMsAt } from './listing.js';
import { type Books, readUpdateId, TopOrder } from './order.js';
import { givingUpId, readAnswered } from './request-id.js';
import { type Roles, rolesBelow } from './scan-learn.js';
import { scanningDecoder } from './scan-top.js';

const BOOK_TICKER_SUFFIX = '@bookTicker';
const TRADE_SUFFIX = '@trade';

/** Spot gives no time; of USD-M's two the engine's counts. The pair and the market beside it change nothing. */
const TICKER: Roles = {
  ...{ u: 'id', s: 'symbol', b: 'bid', B: 'bidSize', a: 'ask', A: 'askSize', T: 'ms', E: 'any' },
  ...{ ps: 'any', st: 'any' },
};
const ROLES: Roles = { stream: 'about', ...TICKER, ...rolesBelow('data', TICKER) };

/** Events of documented streams (spot and USD-M) that are not the best bid and ask of one book. */
const OTHER_EVENTS = new Set([
  ...['trade', 'aggTrade', 'blockTrade', 'kline', 'continuous_kline', 'indexPrice_kline', 'depthUpdate'],
  ...['24hrTicker', '24hrMiniTicker', '1hTicker', '4hTicker', '1dTicker', 'avgPrice', 'referencePrice'],
  ...['markPriceUpdate', 'indexPriceUpdate', 'forceOrder', 'compositeIndex', 'contractInfo'],
  ...['assetIndexUpdate', 'tradingSession'],
]);

export const binance: ExchangeAdapter = {
  name: 'Binance',
  market: 'spot',
  restUrl: 'https://api.binance.com',
  wsUrl: 'wss://stream.binance.com:9443/ws',
  takerFee: { percent: 0.1, asOf: '2026-11-22' },
  limits: {
    // 1024 streams a connection are allowed; fewer, so that one lost connection costs fewer instruments.
    symbolsPerConnection: 200,
    // Longer lists are not refused by any document; clients keep to 200.
    symbolsPerMessage: 200,
    // 5 messages a second, pings and pongs counted; past it the socket is closed with 1008.
    messageIntervalMs: 300,
    // 300 connection attempts in 5 minutes an address.
    connectIntervalMs: 1_000,
    // Every socket is cut after 24 hours.
    connectionLifeMs: 24 * 3_600_000,
  },
  // The server pings every 20 s and the socket library answers; ours only proves that the connection lives.
  ping: { intervalMs: 20_000, frame: () => null },
  listingRequests: [
    { key: 'exchangeInfo', path: '/api/v3/exchangeInfo' },
    { key: 'tickers', path: '/api/v3/ticker/24hr' },
  ],
  refusalScope: 'whole',
  parseListing,
  subscribeFrame: (exchangeSymbols, requestId) =>
    requestFrame('SUBSCRIBE', BOOK_TICKER_SUFFIX, exchangeSymbols, requestId),
  unsubscribeFrame: (exchangeSymbols, requestId) =>
    requestFrame('UNSUBSCRIBE', BOOK_TICKER_SUFFIX, exchangeSymbols, givingUpId(requestId)),
  timeRequest: {
    path: '/api/v3/time',
    readMs: (body) => timeMsAt(objectAt(body, 'time').serverTime, 'time.serverTime'),
  },
  topsRequest: { key: 'tops', path: '/api/v3/ticker/bookTicker' },
  parseTops: parseBookTickers,
  // Two streams a symbol: 400 of the 1024 that a connection may have.
  trades: {
    subscribeFrame: (exchangeSymbols, requestId) =>
      requestFrame('SUBSCRIBE', TRADE_SUFFIX, exchangeSymbols, requestId),
    unsubscribeFrame: (exchangeSymbols, requestId) =>
      requestFrame('UNSUBSCRIBE', TRADE_SUFFIX, exchangeSymbols, givingUpId(requestId)),
  },
  createDecoder,
};

function requestFrame(
  method: string,
  suffix: string,
  exchangeSymbols: readonly string[],
  requestId: number,
): string {
  return JSON.stringify({
    method,
    // Upper-case stream names are acknowledged and never deliver.
    params: exchangeSymbols.map((symbol) => symbol.toLowerCase() + suffix),
    id: requestId,
  });
}

export function parseBookTickers(body: unknown): ReadonlyMap<string, RestTop> {
  return readTops(arrayAt(body, 'tops'), 'tops', 'symbol', 'bidPrice', 'askPrice');
}

function parseListing(bodies: Readonly<Record<string, unknown>>): readonly ListedInstrument[] {
  const info = objectAt(bodies['exchangeInfo'], 'exchangeInfo');
  const rows = arrayAt(info.symbols, 'exchangeInfo.symbols');
  const volumes = readVolumes(arrayAt(bodies['tickers'], 'tickers'), 'tickers', 'symbol', 'quoteVolume');
  return readRows(rows, 'exchangeInfo.symbols', 'symbol, baseAsset, quoteAsset', (row) => {
    const exchangeSymbol = readText(row.symbol);
    const base = readText(row.baseAsset);
    const quote = readText(row.quoteAsset);
    if (exchangeSymbol === undefined || base === undefined || quote === undefined) return undefined;
    const statusText = readText(row.status) ?? '';
    const filters = Array.isArray(row.filters) ? row.filters.filter(isObject) : [];
    return {
      exchangeSymbol,
      base,
      quote,
      trading: statusText === 'TRADING' && row.isSpotTradingAllowed !== false,
      statusText,
      quoteVolume24h: volumes.get(exchangeSymbol) ?? null,
      tickSize: stepOrNull(filters.find((filter) => filter.filterType === 'PRICE_FILTER')?.tickSize),
      contractSize: 1,
    };
  });
}

function createDecoder(listing: DecoderListing): Decoder {
  const books: Books = { listing, order: new TopOrder() };
  return scanningDecoder(books, { roles: ROLES }, (frame, sink) => {
    const text = frameText(frame, sink);
    const value = text === undefined ? undefined : parseJson(text, sink);
    if (value === undefined) return;
    if (isObject(value)) decodeObject(value, books, sink);
    else if (isEventList(value)) sink.control('other-channel');
    else sink.reject('unrecognised', excerpt(value));
  });
}

function decodeObject(frame: JsonObject, books: Books, sink: DecoderSink): void {
  if (typeof frame.stream === 'string') decodeStream(frame.stream, frame.data, books, sink);
  else if (typeof frame.e === 'string') decodeEvent(frame, books, sink);
  else if (isBareTicker(frame)) decodeTicker(frame, books, sink);
  else if (typeof frame.method === 'string') sink.control('request', { message: frame.method });
  else if (isObject(frame.error)) decodeError(frame.error, frame.id, sink);
  else if (typeof frame.code === 'number' && typeof frame.msg === 'string')
    decodeError(frame, frame.id, sink);
  else if ('result' in frame && 'id' in frame) decodeResult(frame, sink);
  else if (isPartialDepth(frame)) sink.control('other-channel');
  else sink.reject('unrecognised', excerpt(frame));
}

function decodeStream(stream: string, data: unknown, books: Books, sink: DecoderSink): void {
  if (stream.endsWith(BOOK_TICKER_SUFFIX)) {
    if (isObject(data)) decodeTicker(data, books, sink);
    else sink.reject('missing-field', 'data');
  } else if (stream === '!bookTicker') {
    // The book ticker of all markets comes every 5 s: no source of a best bid and ask.
    sink.control('other-channel');
  } else if (isObject(data) && typeof data.e === 'string') decodeEvent(data, books, sink);
  else if (isObject(data) && isPartialDepth(data)) sink.control('other-channel');
  else if (isEventList(data)) sink.control('other-channel');
  else sink.reject('unrecognised', excerpt(stream));
}

function decodeEvent(event: JsonObject, books: Books, sink: DecoderSink): void {
  if (event.e === 'bookTicker') decodeTicker(event, books, sink);
  else if (event.e === 'trade' && sink.wantsTrades) decodeTrade(event, books.listing, sink);
  else if (event.e === 'serverShutdown') sink.control('closing', { message: 'serverShutdown' });
  else if (isOtherEvent(event)) sink.control('other-channel');
  else sink.reject('unrecognised', excerpt(event.e));
}

/** The bare best bid and ask of spot names no event: it is known by its keys, even where some are absent. */
function isBareTicker(frame: JsonObject): boolean {
  const isNamed = 's' in frame || 'u' in frame;
  const hasBid = 'b' in frame && (isNamed || 'B' in frame);
  return hasBid || ('a' in frame && (isNamed || 'A' in frame));
}

function decodeTicker(ticker: JsonObject, books: Books, sink: DecoderSink): void {
  const id = readInstrument(books.listing, ticker.s, sink);
  if (id === undefined) return;
  // Spot gives no time; USD-M gives the engine's `T` and the event's `E`.
  const exchangeUs = readExchangeUs(ticker.T ?? ticker.E);
  const updateId = readUpdateId(ticker.u);
  if (books.order.isOlder(id, updateId, exchangeUs)) sink.reject('out-of-order', excerpt(ticker.u));
  else
    emitTop(
      sink,
      id,
      books.listing.contractSizeOf(id),
      ticker.b,
      ticker.B,
      ticker.a,
      ticker.A,
      exchangeUs,
      updateId,
    );
}

/** `m` is whether the buyer was the maker: then the taker sold. */
function decodeTrade(trade: JsonObject, listing: DecoderListing, sink: DecoderSink): void {
  const id = readInstrument(listing, trade.s, sink);
  if (id === undefined) return;
  const side = typeof trade.m === 'boolean' ? (trade.m ? -1 : 1) : undefined;
  const exchangeUs = readExchangeUs(trade.T ?? trade.E);
  emitTrade(sink, id, listing.contractSizeOf(id), trade.p, trade.q, side, exchangeUs, trade.t);
}

/** `result: null` answers SUBSCRIBE and UNSUBSCRIBE alike. */
function decodeResult(frame: JsonObject, sink: DecoderSink): void {
  const { requestId, kind } = readAnswered(frame.id);
  if (frame.result === null) sink.control(kind, controlDetail({ requestId }));
  else sink.control('notice', controlDetail({ requestId, message: excerpt(frame.result) }));
}

/** Only whole requests are refused; an unknown stream name is acknowledged and stays silent. */
function decodeError(error: JsonObject, id: unknown, sink: DecoderSink): void {
  const { requestId, kind } = readAnswered(id);
  const message = `${excerpt(error.code)} ${excerpt(error.msg)}`;
  const isRefusal = requestId !== undefined && kind === 'subscribed';
  sink.control(isRefusal ? 'subscribe-error' : 'error', controlDetail({ requestId, message }));
}

function isOtherEvent(value: unknown): boolean {
  return isObject(value) && typeof value.e === 'string' && OTHER_EVENTS.has(value.e);
}

function isEventList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isOtherEvent);
}

function isPartialDepth(value: JsonObject): boolean {
  return 'lastUpdateId' in value && Array.isArray(value.bids) && Array.isArray(value.asks);
}

// The wire, by example.
//
// best bid and ask, bare
//   {"u":400900217,"s":"BNBUSDT","b":"25.3519","B":"31.21","a":"25.3652","A":"40.66"}
// the same, from a combined stream
//   {"stream":"bnbusdt@bookTicker","data":{"u":400900217,"s":"BNBUSDT","b":"25.3519","B":"31.21",…}}
// USD-M
//   {"e":"bookTicker","u":400900217,"s":"BNBUSDT","b":"25.3519",…,"T":1568014460891,"E":1568014460893}
// trade; `m`: the buyer was the maker
//   {"e":"trade","E":1723161255612,"s":"ETHUSDT","t":1520538926,"p":"2683.80","q":"0.0345","T":1723161255611,"m":true}
// request and answer
//   {"method":"SUBSCRIBE","params":["bnbusdt@bookTicker"],"id":1}   {"result":null,"id":1}
// refusals
//   {"error":{"code":2,"msg":"Invalid request: …"},"id":1}   {"code":2,"msg":"Invalid request: …"}
// before a planned close
//   {"e":"serverShutdown","E":1770123456789}
