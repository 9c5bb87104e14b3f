// OKX v5 spot: listing, subscriptions and frames of `wss://ws.okx.com/ws/v5/public`.
// Pure: no socket, no clock, no log; never throws on a frame. Full top of book in every message: a decoder
// holds their order, no prices.

import type { ControlKind } from '../core/reasons.js';
import type {
  ControlDetail,
  Decoder,
  DecoderListing,
  DecoderSink,
  ExchangeAdapter,
  ListedInstrument,
} from './exchange.js';
import { controlDetail, emitTop, readExchangeUs, readInstrument, readRequestId, readText } from './fields.js';
import { excerpt, frameText, isObject, type JsonObject, objectOf } from './frame.js';
import {
  arrayAt,
  listingError,
  objectAt,
  readRows,
  readTops,
  readVolumes,
  stepOrNull,
  timeMsAt,
} from './listing.js';
import { type Books, readUpdateId, TopOrder } from './order.js';
import { type Roles, rolesBelow } from './scan-learn.js';
import { scanningDecoder } from './scan-top.js';

const CHANNEL = 'bbo-tbt';

/** Levels are price, size, a retired number, orders. */
const ROLES: Roles = {
  'arg.instId': 'symbol',
  ...rolesBelow('data.0', { ts: 'ms', seqId: 'id' }),
  ...rolesBelow('data.0.bids.0', { 0: 'bid', 1: 'bidSize', 2: 'any', 3: 'any' }),
  ...rolesBelow('data.0.asks.0', { 0: 'ask', 1: 'askSize', 2: 'any', 3: 'any' }),
};

/** Documented public channels that carry no best bid and ask of one book. */
const OTHER_CHANNELS = new Set([
  ...[
    'tickers',
    'trades',
    'trades-all',
    'option-trades',
    'books',
    'books5',
    'books-l2-tbt',
    'books50-l2-tbt',
  ],
  ...['books-elp', 'sprd-bbo-tbt', 'funding-rate', 'mark-price', 'index-tickers', 'open-interest'],
  ...['instruments', 'price-limit', 'estimated-price', 'opt-summary', 'liquidation-orders', 'adl-warning'],
  ...['call-auction-details', 'economic-calendar', 'public-struc-block-trades', 'public-block-trades'],
  ...['block-tickers'],
]);

/** `candle1m`, `mark-price-candle1D`, `index-candle4H`: a channel for each length. */
const CANDLE_CHANNEL = /^(?:mark-price-|index-)?candle\d/;

export const okx: ExchangeAdapter = {
  name: 'OKX',
  aliases: ['okex'],
  market: 'spot',
  restUrl: 'https://openapi.okx.com',
  // Port 8443 was switched off on 2026-10-31.
  wsUrl: 'wss://ws.okx.com/ws/v5/public',
  takerFee: { percent: 0.1, asOf: '2026-11-22' },
  limits: {
    // No published limit of channels a connection; fewer, so that a lost one costs fewer instruments.
    symbolsPerConnection: 200,
    // A request may be 64 KB; a hundred arguments are about 5 KB.
    symbolsPerMessage: 100,
    // 480 requests an hour a connection; a connection of ours sends a handful, then pings.
    messageIntervalMs: 500,
    requestsPerHour: 480,
    // 3 connections a second an address.
    connectIntervalMs: 400,
  },
  // Silent for 30 s = closed by the server. The ping is bare text, no WebSocket ping frame.
  ping: { intervalMs: 20_000, frame: () => 'ping' },
  // An error is about one argument; the rest of its request lives.
  refusalScope: 'named',
  listingRequests: [
    { key: 'instruments', path: '/api/v5/public/instruments?instType=SPOT' },
    { key: 'tickers', path: '/api/v5/market/tickers?instType=SPOT' },
  ],
  parseListing,
  subscribeFrame: (exchangeSymbols, requestId) => requestFrame('subscribe', exchangeSymbols, requestId),
  unsubscribeFrame: (exchangeSymbols, requestId) => requestFrame('unsubscribe', exchangeSymbols, requestId),
  timeRequest: {
    path: '/api/v5/public/time',
    readMs: (body) => timeMsAt(objectAt(dataOf(body, 'time')[0], 'time.data[0]').ts, 'time.data[0].ts'),
  },
  topsRequest: { key: 'tops', path: '/api/v5/market/tickers?instType=SPOT' },
  parseTops: (body) => readTops(dataOf(body, 'tops'), 'tops.data', 'instId', 'bidPx', 'askPx'),
  createDecoder,
};

function requestFrame(op: string, exchangeSymbols: readonly string[], requestId: number): string {
  const args = exchangeSymbols.map((instId) => ({ channel: CHANNEL, instId }));
  return JSON.stringify({ id: String(requestId), op, args });
}

function parseListing(bodies: Readonly<Record<string, unknown>>): readonly ListedInstrument[] {
  const rows = dataOf(bodies['instruments'], 'instruments');
  const tickers = dataOf(bodies['tickers'], 'tickers');
  // For SPOT this field is in the quote currency (for SWAP it would be in the base).
  const volumes = readVolumes(tickers, 'tickers.data', 'instId', 'volCcy24h');
  return readRows(rows, 'instruments.data', 'instId, baseCcy, quoteCcy', (row) => {
    const exchangeSymbol = readText(row.instId);
    const base = readText(row.baseCcy);
    const quote = readText(row.quoteCcy);
    // Rows before their opening may lack everything but their type.
    if (exchangeSymbol === undefined || base === undefined || quote === undefined) return undefined;
    const statusText = readText(row.state) ?? '';
    return {
      exchangeSymbol,
      base,
      quote,
      trading: statusText === 'live',
      statusText,
      quoteVolume24h: volumes.get(exchangeSymbol) ?? null,
      tickSize: stepOrNull(row.tickSz),
      contractSize: 1,
    };
  });
}

/** `data` of a reply; its code says whether it is one. */
export function dataOf(body: unknown, key: string): readonly unknown[] {
  const reply = objectAt(body, key);
  if (reply.code !== '0') throw listingError(`${key}.code`, reply.code, `"0" (msg ${excerpt(reply.msg)})`);
  return arrayAt(reply.data, `${key}.data`);
}

function createDecoder(listing: DecoderListing): Decoder {
  const books: Books = { listing, order: new TopOrder() };
  return scanningDecoder(books, { roles: ROLES }, (frame, sink) => {
    const text = frameText(frame, sink);
    if (text === undefined) return;
    // Bare text, no JSON.
    if (text === 'pong') sink.control('pong');
    else if (text === 'ping') sink.control('request', { message: text });
    else decodeObject(objectOf(text, sink), books, sink);
  });
}

function decodeObject(frame: JsonObject | undefined, books: Books, sink: DecoderSink): void {
  if (frame === undefined) return;
  if (typeof frame.event === 'string') decodeEvent(frame, frame.event, sink);
  else if (typeof frame.op === 'string') sink.control('request', { message: frame.op });
  else if (isObject(frame.arg) && typeof frame.arg.channel === 'string')
    decodeData(frame.arg.channel, frame.arg.instId, frame.data, books, sink);
  else sink.reject('unrecognised', excerpt(frame));
}

function decodeData(channel: string, instId: unknown, data: unknown, books: Books, sink: DecoderSink): void {
  if (channel === CHANNEL) decodeTops(instId, data, books, sink);
  else if (!Array.isArray(data)) sink.reject('unrecognised', excerpt(channel));
  else if (channel === 'status') sink.control('notice', { message: excerpt(data) });
  else if (OTHER_CHANNELS.has(channel) || CANDLE_CHANNEL.test(channel)) sink.control('other-channel');
  else sink.reject('unrecognised', excerpt(channel));
}

/** Each element of `data` is one whole top of book. */
function decodeTops(instId: unknown, data: unknown, books: Books, sink: DecoderSink): void {
  if (!Array.isArray(data) || data.length === 0) {
    sink.reject('missing-field', 'data');
    return;
  }
  const id = readInstrument(books.listing, instId, sink);
  if (id === undefined) return;
  for (const top of data as readonly unknown[]) {
    if (isObject(top)) decodeTop(id, top, books, sink);
    else sink.reject('missing-field', 'data');
  }
}

function decodeTop(id: number, top: JsonObject, books: Books, sink: DecoderSink): void {
  const exchangeUs = readExchangeUs(top.ts);
  // Old recordings lack it; after maintenance it may fall.
  const updateId = readUpdateId(top.seqId);
  if (books.order.isOlder(id, updateId, exchangeUs)) {
    sink.reject('out-of-order', excerpt(top.seqId ?? top.ts));
    return;
  }
  const bid = firstLevel(top.bids);
  const ask = firstLevel(top.asks);
  emitTop(sink, id, books.listing.contractSizeOf(id), bid[0], bid[1], ask[0], ask[1], exchangeUs, updateId);
}

const NO_LEVEL: readonly unknown[] = [];

/** `[price, size, …]` of the first level; what is not a list of levels reads as a bad price. */
function firstLevel(levels: unknown): readonly unknown[] {
  if (levels === undefined || levels === null || levels === '') return NO_LEVEL;
  if (!Array.isArray(levels)) return [{ levels }];
  const level: unknown = levels[0];
  if (level === undefined) return NO_LEVEL;
  return Array.isArray(level) ? level : [{ level }];
}

function decodeEvent(frame: JsonObject, event: string, sink: DecoderSink): void {
  const detail = detailOf(frame);
  const kind = eventKind(event, frame.code, detail.requestId !== undefined);
  if (kind === undefined) sink.reject('unrecognised', excerpt(frame));
  else sink.control(kind, detail);
}

function eventKind(event: string, code: unknown, isAnswer: boolean): ControlKind | undefined {
  switch (event) {
    case 'subscribe':
      return 'subscribed';
    case 'unsubscribe':
      return 'unsubscribed';
    case 'notice':
      // 64008: a service upgrade closes the connection in about 60 s.
      return code === '64008' ? 'closing' : 'notice';
    case 'login':
    case 'channel-conn-count':
      return 'notice';
    case 'channel-conn-count-error':
      return 'error';
    case 'error':
      // 60018: no such instrument or channel. The only requests we send with an id are subscriptions.
      return code === '60018' || isAnswer ? 'subscribe-error' : 'error';
    default:
      return undefined;
  }
}

function detailOf(frame: JsonObject): ControlDetail {
  const text = readText(frame.msg);
  // An error carries no `arg`: the instrument stands in its text, `…,instId:BTC-NOPE doesn't exist. …`.
  const inText = /instId:([^\s,]+)/.exec(text ?? '')?.[1];
  const code = readText(frame.code);
  return controlDetail({
    requestId: readRequestId(frame.id),
    exchangeSymbol: (isObject(frame.arg) ? readText(frame.arg.instId) : undefined) ?? inText,
    message: text === undefined || code === undefined ? (text ?? code) : `${code} ${text}`,
  });
}

// The wire, by example.
//
// best bid and ask
//   {"arg":{"channel":"bbo-tbt","instId":"BTC-USDT"},"data":[{"asks":[["8476.98","4.15","0","13"]],
//    "bids":[["8476.97","2.56","0","12"]],"ts":"1597026383085","seqId":123456}]}
// request and answer (one an argument)
//   {"id":"1","op":"subscribe","args":[{"channel":"bbo-tbt","instId":"BTC-USDT"}]}
//   {"id":"1","event":"subscribe","arg":{"channel":"bbo-tbt","instId":"BTC-USDT"},"connId":"a4d3ae55"}
// refusal
//   {"event":"error","code":"60018","msg":"Wrong URL or channel:bbo-tbt,instId:NO-PE doesn't exist. …"}
// before a close
//   {"event":"notice","code":"64008","msg":"The connection will soon be closed for an upgrade. …"}
// pong: bare text
//   pong
