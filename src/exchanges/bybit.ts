// Bybit v5 spot: listing, subscriptions and frames of `wss://stream.bybit.com/v5/public/spot`.
// Pure: no socket, no clock, no log; never throws on a frame. A decoder holds the best bid and ask of each
// instrument, because a level-1 book may come as deltas that name one side only.

import type {
  ControlDetail,
  Decoder,
  DecoderListing,
  DecoderSink,
  ExchangeAdapter,
  ListedInstrument,
  RestTop,
} from './exchange.js';
import {
  controlDetail,
  emitQuote,
  readExchangeUs,
  readInstrument,
  readRequestId,
  readText,
  rejectSide,
} from './fields.js';
import { excerpt, frameObject, isObject, type JsonObject } from './frame.js';
import { applyLevels, type HeldTop, topOf } from './held-top.js';
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
import { readUpdateId, TopOrder } from './order.js';
import { type Roles, rolesBelow } from './scan-learn.js';
import { scanningDecoder, type TopScannerOptions } from './scan-top.js';

const TOPIC_PREFIX = 'orderbook.1.';

/** Of snapshots, which hold both sides: a delta has another type, and may leave a side as it was. */
const ROLES: Roles = {
  ...{ topic: 'about', ts: 'ms2', cts: 'ms' },
  ...rolesBelow('data', { s: 'symbol', u: 'id', seq: 'any' }),
  ...rolesBelow('data.b.0', { 0: 'bid', 1: 'bidSize' }),
  ...rolesBelow('data.a.0', { 0: 'ask', 1: 'askSize' }),
};

/** First parts of documented topics (v5, and the retired v2) that carry no best bid and ask. */
const OTHER_TOPICS = new Set([
  ...['orderbook', 'publicTrade', 'tickers', 'kline', 'liquidation', 'allLiquidation', 'adlAlert'],
  ...['insurance', 'priceLimit', 'tickers_lt', 'kline_lt', 'lt', 'system'],
  ...['trade', 'orderBookL2_25', 'orderBook_200', 'instrument_info', 'klineV2', 'candle'],
]);

export const bybit: ExchangeAdapter = {
  name: 'Bybit',
  market: 'spot',
  restUrl: 'https://api.bybit.com',
  wsUrl: 'wss://stream.bybit.com/v5/public/spot',
  takerFee: { percent: 0.1, asOf: '2026-11-22' },
  limits: {
    // The arguments of a connection may take 21,000 characters: about 900 topics.
    symbolsPerConnection: 200,
    // Spot refuses 11 (`args size >10`).
    symbolsPerMessage: 10,
    // No documented pace; a burst of 200 requests was acknowledged within half a second.
    messageIntervalMs: 50,
    // 500 new connections in 5 minutes.
    connectIntervalMs: 1_000,
  },
  ping: {
    intervalMs: 20_000,
    frame: (requestId) => JSON.stringify({ op: 'ping', req_id: String(requestId) }),
  },
  listingRequests: [
    { key: 'instruments', path: '/v5/market/instruments-info?category=spot' },
    { key: 'tickers', path: '/v5/market/tickers?category=spot' },
  ],
  // The topic named in the refusal is dropped and the rest asked for again.
  refusalScope: 'whole',
  parseListing,
  subscribeFrame: (exchangeSymbols, requestId) => requestFrame('subscribe', exchangeSymbols, requestId),
  unsubscribeFrame: (exchangeSymbols, requestId) => requestFrame('unsubscribe', exchangeSymbols, requestId),
  timeRequest: {
    path: '/v5/market/time',
    readMs: (body) => timeMsAt(objectAt(body, 'time').time, 'time.time'),
  },
  topsRequest: { key: 'tops', path: '/v5/market/tickers?category=spot' },
  parseTops,
  createDecoder,
};

function requestFrame(op: string, exchangeSymbols: readonly string[], requestId: number): string {
  const args = exchangeSymbols.map((symbol) => TOPIC_PREFIX + symbol);
  return JSON.stringify({ op, req_id: String(requestId), args });
}

function parseTops(body: unknown): ReadonlyMap<string, RestTop> {
  const rows = arrayAt(resultOf(body, 'tops').list, 'tops.result.list');
  return readTops(rows, 'tops.result.list', 'symbol', 'bid1Price', 'ask1Price');
}

function parseListing(bodies: Readonly<Record<string, unknown>>): readonly ListedInstrument[] {
  const rows = listOf(bodies['instruments'], 'instruments');
  const volumes = readVolumes(
    listOf(bodies['tickers'], 'tickers'),
    'tickers.result.list',
    'symbol',
    'turnover24h',
  );
  return readRows(rows, 'instruments.result.list', 'symbol, baseCoin, quoteCoin', (row) => {
    const exchangeSymbol = readText(row.symbol);
    const base = readText(row.baseCoin);
    const quote = readText(row.quoteCoin);
    if (exchangeSymbol === undefined || base === undefined || quote === undefined) return undefined;
    const statusText = readText(row.status) ?? '';
    return {
      exchangeSymbol,
      base,
      quote,
      trading: statusText === 'Trading',
      statusText,
      quoteVolume24h: volumes.get(exchangeSymbol) ?? null,
      tickSize: isObject(row.priceFilter) ? stepOrNull(row.priceFilter.tickSize) : null,
      contractSize: 1,
    };
  });
}

/** `result` of a reply. Errors come with HTTP 200. */
export function resultOf(body: unknown, key: string): JsonObject {
  const reply = objectAt(body, key);
  if (reply.retCode !== 0)
    throw listingError(`${key}.retCode`, reply.retCode, `0 (retMsg ${excerpt(reply.retMsg)})`);
  return objectAt(reply.result, `${key}.result`);
}

/** `result.list` of a reply: the spot list is one page. */
function listOf(body: unknown, key: string): readonly unknown[] {
  const result = resultOf(body, key);
  const cursor = readText(result.nextPageCursor);
  if (cursor !== undefined) throw listingError(`${key}.result.nextPageCursor`, cursor, 'one page: ""');
  return arrayAt(result.list, `${key}.result.list`);
}

function createDecoder(listing: DecoderListing): Decoder {
  const held = new Map<number, HeldTop>();
  const order = new TopOrder();

  function decodeBook(frame: JsonObject, sink: DecoderSink): void {
    const { data } = frame;
    if (!isObject(data)) {
      sink.reject('missing-field', 'data');
      return;
    }
    const id = readInstrument(listing, data.s, sink);
    if (id === undefined) return;
    const isSnapshot = frame.type === 'snapshot';
    if (!isSnapshot && frame.type !== 'delta') {
      sink.reject('missing-field', 'type');
      return;
    }
    const engineUs = readExchangeUs(frame.cts);
    const exchangeUs = Number.isNaN(engineUs) ? readExchangeUs(frame.ts) : engineUs;
    const updateId = readUpdateId(data.u);
    // Their service began anew: what is held is of another time. A quiet book repeats its last snapshot.
    const isRepeat = isSnapshot && order.lastId(id) === 1;
    if (updateId === 1 && !isRepeat) restart(id, sink);
    if (order.isOlder(id, updateId, exchangeUs)) {
      sink.reject('out-of-order', excerpt(data.u));
      return;
    }
    const top = topOf(held, id);
    const unit = listing.contractSizeOf(id);
    const badBid = applyLevels(top.bid, data.b, unit, isSnapshot, true);
    const bad = badBid ?? applyLevels(top.ask, data.a, unit, isSnapshot, false);
    if (bad !== undefined) {
      // What this message would have changed is not known, so nothing held of the instrument is.
      held.delete(id);
      if (badBid !== undefined) rejectSide(sink, bad, 'bid', data.b);
      else rejectSide(sink, bad, 'ask', data.a);
      return;
    }
    const { bid, ask } = top;
    emitQuote(sink, id, bid.price, bid.size, ask.price, ask.size, exchangeUs, updateId);
  }

  function restart(id: number, sink: DecoderSink): void {
    const top = held.get(id);
    held.delete(id);
    order.reset(id);
    if (top !== undefined && (top.bid.price > 0 || top.ask.price > 0)) sink.gap(id, 'reset');
  }

  function decodeFrame(frame: Uint8Array, sink: DecoderSink): void {
    const object = frameObject(frame, sink);
    if (object === undefined) return;
    const { topic } = object;
    if (typeof topic !== 'string') decodeReply(object, sink);
    else if (topic.startsWith(TOPIC_PREFIX)) decodeBook(object, sink);
    else if (OTHER_TOPICS.has(topic.split('.', 1)[0] ?? '') && 'data' in object)
      sink.control('other-channel');
    else sink.reject('unrecognised', excerpt(topic));
  }

  return scanningDecoder({ listing, order }, snapshotsInto(held), decodeFrame, (instrumentId) => {
    if (instrumentId === undefined) held.clear();
    else held.delete(instrumentId);
  });
}

function snapshotsInto(held: Map<number, HeldTop>): TopScannerOptions {
  return {
    roles: ROLES,
    learns: (text) => text.includes('"type":"snapshot"'),
    // A service that began anew.
    isOdd: (form) => form.updateId === 1,
    given(id, bid, bidSize, ask, askSize) {
      const top = topOf(held, id);
      top.bid.price = bid;
      top.bid.size = bidSize;
      top.ask.price = ask;
      top.ask.size = askSize;
    },
  };
}

/** Everything without a topic: answers, pongs, and what a client sends. */
function decodeReply(frame: JsonObject, sink: DecoderSink): void {
  // The retired v2 names the request it answers instead of its `op`.
  const op = isObject(frame.request) ? frame.request.op : frame.op;
  const { success } = frame;
  if (typeof success === 'boolean') decodeAnswer(success, op, detailOf(frame, readText(frame.ret_msg)), sink);
  else if (op === 'pong') sink.control('pong', detailOf(frame, undefined));
  else if (typeof op === 'string') sink.control('request', detailOf(frame, op));
  else sink.reject('unrecognised', excerpt(frame));
}

/** Ping and pong are told apart by `ret_msg`: public sockets answer with `op` ping. */
function decodeAnswer(isSuccess: boolean, op: unknown, detail: ControlDetail, sink: DecoderSink): void {
  if (detail.message === 'pong' || op === 'pong') sink.control('pong', detail);
  else if (op === 'subscribe') decodeSubscribed(isSuccess, detail, sink);
  else if (op === 'unsubscribe' && isSuccess) sink.control('unsubscribed', detail);
  else sink.control(isSuccess ? 'notice' : 'error', detail);
}

function decodeSubscribed(isSuccess: boolean, detail: ControlDetail, sink: DecoderSink): void {
  const { message } = detail;
  const topic = /(?:topic:|\[)([^,\]\s]+)/.exec(message ?? '')?.[1];
  const exchangeSymbol = topic?.slice(topic.lastIndexOf('.') + 1);
  if (isSuccess) sink.control('subscribed', detail);
  else if (message?.includes('already subscribed'))
    sink.control('subscribed', controlDetail({ ...detail, exchangeSymbol }));
  else sink.control('subscribe-error', controlDetail({ ...detail, exchangeSymbol }));
}

function detailOf(frame: JsonObject, message: string | undefined): ControlDetail {
  return controlDetail({ requestId: readRequestId(frame.req_id), message });
}

// The wire, by example.
//
// snapshot
//   {"topic":"orderbook.1.BTCUSDT","ts":1672304484978,"type":"snapshot","data":{"s":"BTCUSDT",
//    "b":[["16493.50","0.006"]],"a":[["16611.00","0.029"]],"u":18521288,"seq":7961638724},
//    "cts":1672304484976}
// delta (today the documents promise snapshots only)
//   … "type":"delta","data":{"s":"BTCUSDT","b":[["16493.60","0.010"],["16493.50","0"]],"a":[],…}
// request and answer
//   {"op":"subscribe","req_id":"1","args":["orderbook.1.BTCUSDT"]}
//   {"success":true,"ret_msg":"subscribe","conn_id":"…","req_id":"1","op":"subscribe"}
// refusals: the same with "success":false and a ret_msg of
//   Invalid symbol :[orderbook.1.NOPE]
//   error:handler not found,topic:orderbook.1.NOPE
//   error:already subscribed,topic:orderbook.1.BTCUSDT
// pong
//   {"success":true,"ret_msg":"pong","conn_id":"…","req_id":"2","op":"ping"}
// listing
//   {"retCode":0,"retMsg":"OK","result":{"category":"spot","list":[{"symbol":"BTCUSDT","baseCoin":"BTC",
//    "quoteCoin":"USDT","status":"Trading","priceFilter":{"tickSize":"0.01"},…}]},"time":1672304484978}
