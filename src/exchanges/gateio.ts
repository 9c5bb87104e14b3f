// Gate.io v4 spot: listing, subscriptions and frames of `wss://api.gateio.ws/ws/v4/`.
// Pure: no socket, no clock, no log; never throws on a frame. Full top of book in every message: a decoder
// holds their order, no prices.

import { US_PER_SECOND } from '../core/time.js';
import type { Decoder, DecoderListing, DecoderSink, ExchangeAdapter, ListedInstrument } from './exchange.js';
import {
  controlDetail,
  emitTop,
  emitTrade,
  readExchangeUs,
  readInstrument,
  readRequestId,
  readText,
} from './fields.js';
import { excerpt, frameObject, isObject, type JsonObject } from './frame.js';
import { arrayAt, numberOrNull, objectAt, readRows, readTops, readVolumes, timeMsAt } from './listing.js';
import { type Books, readUpdateId, TopOrder } from './order.js';
import { type Roles, rolesBelow } from './scan-learn.js';
import { scanningDecoder } from './scan-top.js';

const CHANNEL = 'spot.book_ticker';
const TRADES_CHANNEL = 'spot.trades';

const ROLES: Roles = {
  ...{ time: 'any', time_ms: 'any' },
  ...rolesBelow('result', { t: 'ms', u: 'id', s: 'symbol', b: 'bid', B: 'bidSize', a: 'ask', A: 'askSize' }),
};

/** Documented channels, without `spot.` or `futures.`, that carry no best bid and ask of one book. */
const OTHER_CHANNELS = new Set([
  ...['trades', 'trades_v2', 'tickers', 'candlesticks', 'order_book', 'order_book_update', 'obu'],
  ...['public_liquidates', 'contract_stats', 'cross_loan'],
]);

export const gateio: ExchangeAdapter = {
  name: 'GateIo',
  aliases: ['gate', 'gate.io', 'gate-io'],
  market: 'spot',
  restUrl: 'https://api.gateio.ws/api/v4',
  // Without the last slash a client got 404.
  wsUrl: 'wss://api.gateio.ws/ws/v4/',
  takerFee: { percent: 0.1, asOf: '2026-11-22' },
  limits: {
    // No documented limit; fewer, so that one lost connection costs fewer instruments.
    symbolsPerConnection: 200,
    // More than 100 were reported refused.
    symbolsPerMessage: 100,
    // No documented limit; bursts of hundreds were acknowledged.
    messageIntervalMs: 100,
    // At most 100 connections a host are advised.
    connectIntervalMs: 500,
  },
  // A socket without subscriptions or pings of its own is closed at 30 s, one with quiet books at 60 s.
  ping: {
    intervalMs: 15_000,
    frame: (_requestId, nowUs) => JSON.stringify({ time: wholeSeconds(nowUs), channel: 'spot.ping' }),
  },
  listingRequests: [
    { key: 'pairs', path: '/spot/currency_pairs' },
    { key: 'tickers', path: '/spot/tickers' },
  ],
  refusalScope: 'whole',
  parseListing,
  subscribeFrame: (exchangeSymbols, requestId, nowUs) =>
    requestFrame(CHANNEL, 'subscribe', exchangeSymbols, requestId, nowUs),
  unsubscribeFrame: (exchangeSymbols, requestId, nowUs) =>
    requestFrame(CHANNEL, 'unsubscribe', exchangeSymbols, requestId, nowUs),
  timeRequest: {
    path: '/spot/time',
    readMs: (body) => timeMsAt(objectAt(body, 'time').server_time, 'time.server_time'),
  },
  topsRequest: { key: 'tops', path: '/spot/tickers' },
  parseTops: (body) => readTops(arrayAt(body, 'tops'), 'tops', 'currency_pair', 'highest_bid', 'lowest_ask'),
  trades: {
    subscribeFrame: (exchangeSymbols, requestId, nowUs) =>
      requestFrame(TRADES_CHANNEL, 'subscribe', exchangeSymbols, requestId, nowUs),
    unsubscribeFrame: (exchangeSymbols, requestId, nowUs) =>
      requestFrame(TRADES_CHANNEL, 'unsubscribe', exchangeSymbols, requestId, nowUs),
  },
  createDecoder,
};

/** Spot and futures differ in the channel's name alone. */
export function requestFrame(
  channel: string,
  event: 'subscribe' | 'unsubscribe',
  exchangeSymbols: readonly string[],
  requestId: number,
  nowUs: number,
): string {
  return JSON.stringify({
    time: wholeSeconds(nowUs),
    id: requestId,
    channel,
    event,
    payload: exchangeSymbols,
  });
}

/** `time` must be a JSON integer: text is refused with `request payload does not follow json schema`. */
export function wholeSeconds(us: number): number {
  return Math.floor(us / US_PER_SECOND);
}

function parseListing(bodies: Readonly<Record<string, unknown>>): readonly ListedInstrument[] {
  const rows = arrayAt(bodies['pairs'], 'pairs');
  const tickers = arrayAt(bodies['tickers'], 'tickers');
  const volumes = readVolumes(tickers, 'tickers', 'currency_pair', 'quote_volume');
  return readRows(rows, 'pairs', 'id, base, quote', (row) => {
    const exchangeSymbol = readText(row.id);
    const base = readText(row.base);
    const quote = readText(row.quote);
    if (exchangeSymbol === undefined || base === undefined || quote === undefined) return undefined;
    const statusText = readText(row.trade_status) ?? '';
    const decimals = numberOrNull(row.precision);
    return {
      exchangeSymbol,
      base,
      quote,
      trading: statusText === 'tradable',
      statusText,
      quoteVolume24h: volumes.get(exchangeSymbol) ?? null,
      tickSize: decimals === null ? null : Number(`1e-${decimals}`),
      contractSize: 1,
    };
  });
}

function createDecoder(listing: DecoderListing): Decoder {
  const books: Books = { listing, order: new TopOrder() };
  return scanningDecoder(books, { roles: ROLES }, (frame, sink) => {
    const object = frameObject(frame, sink);
    if (object !== undefined) decodeObject(object, books, sink);
  });
}

function decodeObject(frame: JsonObject, books: Books, sink: DecoderSink): void {
  const { channel } = frame;
  if (typeof channel !== 'string') sink.reject('unrecognised', excerpt(frame));
  // A request that was no valid request at all is refused with an empty channel.
  else if (isObject(frame.error)) decodeError(frame, frame.error, sink);
  else decodeChannel(frame, channel, books, sink);
}

function decodeChannel(frame: JsonObject, channel: string, books: Books, sink: DecoderSink): void {
  const { event } = frame;
  const [family, name] = splitChannel(channel);
  const isData = (event === 'update' || event === 'all') && 'result' in frame;
  if (family === '') sink.reject('unrecognised', excerpt(channel));
  else if (name === 'pong') sink.control('pong');
  else if (name === 'ping') sink.control('request', { message: channel });
  else if (name === 'system') decodeSystem(frame.result, sink);
  else if (event === 'subscribe' || event === 'unsubscribe') decodeAnswer(frame, event, sink);
  else if (event === 'update' && name === 'book_ticker') decodeTicker(frame.result, channel, books, sink);
  else if (isData && channel === TRADES_CHANNEL && sink.wantsTrades)
    decodeTrade(frame.result, books.listing, sink);
  else if (isData && OTHER_CHANNELS.has(name)) sink.control('other-channel');
  else sink.reject('unrecognised', excerpt(frame));
}

/** `spot` and `book_ticker`; two empty texts for a channel of no documented family. */
function splitChannel(channel: string): readonly [string, string] {
  const dot = channel.indexOf('.');
  const family = channel.slice(0, Math.max(dot, 0));
  return family === 'spot' || family === 'futures' ? [family, channel.slice(dot + 1)] : ['', ''];
}

function decodeTicker(ticker: unknown, channel: string, books: Books, sink: DecoderSink): void {
  if (!isObject(ticker)) {
    sink.reject('missing-field', 'result');
    return;
  }
  const id = readInstrument(books.listing, ticker.s, sink);
  if (id === undefined) return;
  // No document says what such a frame means; those who record it drop it.
  if (ticker.t === 0 && channel.startsWith('futures.')) {
    sink.reject('missing-field', 't is 0');
    return;
  }
  const exchangeUs = readExchangeUs(ticker.t);
  // `u` rises with holes.
  const updateId = readUpdateId(ticker.u);
  if (books.order.isOlder(id, updateId, exchangeUs)) {
    sink.reject('out-of-order', excerpt(ticker.u));
    return;
  }
  // Futures send sizes in contracts: texts, or numbers where the handshake's header was not sent.
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

/** `side` is the taker's. */
function decodeTrade(trade: unknown, listing: DecoderListing, sink: DecoderSink): void {
  if (!isObject(trade)) {
    sink.reject('missing-field', 'result');
    return;
  }
  const id = readInstrument(listing, trade.currency_pair, sink);
  if (id === undefined) return;
  const side = trade.side === 'buy' ? 1 : trade.side === 'sell' ? -1 : undefined;
  const exchangeUs = readExchangeUs(trade.create_time_ms);
  emitTrade(sink, id, listing.contractSizeOf(id), trade.price, trade.amount, side, exchangeUs, trade.id);
}

function decodeAnswer(frame: JsonObject, event: 'subscribe' | 'unsubscribe', sink: DecoderSink): void {
  const isSubscribe = event === 'subscribe';
  const status = isObject(frame.result) ? frame.result.status : undefined;
  const detail = controlDetail({ requestId: readRequestId(frame.id) });
  if (status === 'success') sink.control(isSubscribe ? 'subscribed' : 'unsubscribed', detail);
  else if (status === 'fail') sink.control(isSubscribe ? 'subscribe-error' : 'error', detail);
  else if (!('result' in frame) && Array.isArray(frame.payload))
    sink.control('request', { message: `${event} ${frame.channel}` });
  else sink.reject('unrecognised', excerpt(frame));
}

/** One bad symbol fails the whole list; the message names the first (the colon is sometimes missing). */
function decodeError(frame: JsonObject, error: JsonObject, sink: DecoderSink): void {
  const text = readText(error.message) ?? '';
  const exchangeSymbol = /unknown (?:currency pair|contract):?\s*([^\s,]+)/i.exec(text)?.[1];
  const message = `${excerpt(error.code)} ${text}`;
  sink.control(
    frame.event === 'subscribe' ? 'subscribe-error' : 'error',
    controlDetail({ requestId: readRequestId(frame.id), exchangeSymbol, message }),
  );
}

function decodeSystem(result: unknown, sink: DecoderSink): void {
  const type = isObject(result) ? readText(result.type) : undefined;
  const message = type ?? 'system';
  sink.control(type === 'upgrade' ? 'closing' : 'notice', { message });
}

// The wire, by example.
//
// best bid and ask
//   {"time":1606293275,"time_ms":1606293275723,"channel":"spot.book_ticker","event":"update",
//    "result":{"t":1606293275123,"u":48733182,"s":"BTC_USDT","b":"19177.79","B":"0.0003",
//    "a":"19179.38","A":"0.09"}}
// trade; milliseconds with a fraction, as text
//   … "channel":"spot.trades","event":"update","result":{"id":309143071,"create_time":1606292218,
//    "create_time_ms":"1606292218213.4578","side":"sell","currency_pair":"GT_USDT","amount":"16.47","price":"0.4705"}}
// futures
//   … "channel":"futures.book_ticker", … "b":"19177.7","B":5383,"a":"19179.3","A":8456}}
// request and answer
//   {"time":1606293275,"id":1,"channel":"spot.book_ticker","event":"subscribe","payload":["BTC_USDT"]}
//   {"time":1606293275,"id":1,"channel":"spot.book_ticker","event":"subscribe",
//    "payload":["BTC_USDT"],"result":{"status":"success"}}
// refusal
//   … "event":"subscribe","error":{"code":2,"message":"unknown currency pair: NOPE_USDT"},
//    "result":{"status":"fail"}}
// pong
//   {"time":1606293275,"channel":"spot.pong","event":"","result":null}
