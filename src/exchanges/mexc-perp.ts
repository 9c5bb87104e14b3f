// MEXC USDT-margined perpetuals: listing, subscriptions and frames of `wss://contract.mexc.com/edge`, JSON
// text. Pure: no socket, no clock, no log; never throws on a frame. There is no channel of the best bid and
// ask: the whole book of five levels, pushed about every 300 ms, best first, is read for its top.

import type {
  ControlDetail,
  Decoder,
  DecoderListing,
  DecoderSink,
  ExchangeAdapter,
  ListedInstrument,
} from './exchange.js';
import { controlDetail, emitTop, firstLevel, readExchangeUs, readInstrument, readText } from './fields.js';
import { excerpt, frameObject, isObject, type JsonObject } from './frame.js';
import {
  arrayAt,
  listingError,
  numberOrNull,
  objectAt,
  readRows,
  readTops,
  readVolumes,
  stepOrNull,
  timeMsAt,
} from './listing.js';
import { readUpdateId, TopOrder } from './order.js';
import { type Roles, rolesBelow } from './scan-learn.js';
import { scanningDecoder } from './scan-top.js';

const CHANNEL = 'depth.full';
/** Contracts in USDC and in coins stand in the same listing. */
const MARGIN = 'USDT';
/** 5, 10 or 20. */
const LEVELS = 5;

/** A level is price, contracts, orders; those below the best change nothing. */
const BELOW = Array.from({ length: LEVELS - 1 }, (_, n) => {
  const roles: Roles = { 0: 'any', 1: 'any', 2: 'any' };
  return { ...rolesBelow(`data.bids.${n + 1}`, roles), ...rolesBelow(`data.asks.${n + 1}`, roles) };
});
const ROLES: Roles = {
  ...{ symbol: 'symbol', ts: 'ms2', 'data.version': 'id', 'data.cts': 'ms' },
  ...rolesBelow('data.bids.0', { 0: 'bid', 1: 'bidSize', 2: 'any' }),
  ...rolesBelow('data.asks.0', { 0: 'ask', 1: 'askSize', 2: 'any' }),
  ...Object.assign({}, ...BELOW),
};

/** Documented pushes that carry no whole book; `depth` is deltas in no order, `ticker` has no sizes. */
const OTHER_PUSHES = new Set([
  ...['ticker', 'tickers', 'deal', 'depth', 'depth.step', 'kline', 'funding.rate', 'index.price'],
  ...['fair.price', 'contract', 'event.contract'],
]);

export const mexcPerp: ExchangeAdapter = {
  name: 'MEXCPerp',
  aliases: ['mexc-futures', 'mexc-perp'],
  market: 'linear',
  restUrl: 'https://contract.mexc.com',
  // The move of REST to api.mexc.com did not move the socket.
  wsUrl: 'wss://contract.mexc.com/edge',
  takerFee: { percent: 0.06, asOf: '2026-11-22' },
  limits: {
    // No documented limit; 150 worked.
    symbolsPerConnection: 100,
    // A request names one symbol.
    symbolsPerMessage: 1,
    messageIntervalMs: 100,
    connectIntervalMs: 300,
  },
  // Without this ping a connection is closed after about 60 s, even while it delivers.
  ping: { intervalMs: 15_000, frame: () => JSON.stringify({ method: 'ping' }) },
  refusalScope: 'named',
  listingRequests: [
    { key: 'contracts', path: '/api/v1/contract/detail' },
    { key: 'tickers', path: '/api/v1/contract/ticker' },
  ],
  parseListing,
  subscribeFrame: (exchangeSymbols) =>
    JSON.stringify({ method: `sub.${CHANNEL}`, param: { symbol: exchangeSymbols[0], limit: LEVELS } }),
  unsubscribeFrame: (exchangeSymbols) =>
    JSON.stringify({ method: `unsub.${CHANNEL}`, param: { symbol: exchangeSymbols[0], limit: LEVELS } }),
  timeRequest: {
    path: '/api/v1/contract/ping',
    readMs: (body) => timeMsAt(objectAt(body, 'time').data, 'time.data'),
  },
  topsRequest: { key: 'tops', path: '/api/v1/contract/ticker' },
  parseTops: (body) => readTops(dataOf(body, 'tops'), 'tops.data', 'symbol', 'bid1', 'ask1'),
  createDecoder,
};

function parseListing(bodies: Readonly<Record<string, unknown>>): readonly ListedInstrument[] {
  const rows = dataOf(bodies['contracts'], 'contracts');
  const volumes = readVolumes(dataOf(bodies['tickers'], 'tickers'), 'tickers.data', 'symbol', 'amount24');
  return readRows(rows, 'contracts.data', 'symbol, baseCoin, quoteCoin, settleCoin', (row) => {
    const exchangeSymbol = readText(row.symbol);
    const base = readText(row.baseCoin);
    const quote = readText(row.quoteCoin);
    const contractSize = stepOrNull(row.contractSize);
    if (exchangeSymbol === undefined || base === undefined || quote === undefined) return undefined;
    // Inverse contracts are settled in the base coin, and their size is in USD.
    if (row.settleCoin !== MARGIN || quote !== MARGIN || contractSize === null) return undefined;
    return {
      exchangeSymbol,
      base,
      quote,
      trading: row.state === 0,
      statusText: row.state === undefined ? '' : String(row.state),
      quoteVolume24h: volumes.get(exchangeSymbol) ?? null,
      tickSize: stepOrNull(row.priceUnit),
      contractSize,
    };
  });
}

/** `data` of a reply; one row alone (asked for by name) is no list. */
function dataOf(body: unknown, key: string): readonly unknown[] {
  const reply = objectAt(body, key);
  if (reply.success === false || numberOrNull(reply.code) !== 0)
    throw listingError(`${key}.code`, reply.code, `0 (message ${excerpt(reply.message)})`);
  return isObject(reply.data) ? [reply.data] : arrayAt(reply.data, `${key}.data`);
}

function createDecoder(listing: DecoderListing): Decoder {
  const order = new TopOrder();
  return scanningDecoder({ listing, order }, { roles: ROLES }, (frame, sink) => {
    const object = frameObject(frame, sink);
    if (object !== undefined) decodeObject(object, listing, order, sink);
  });
}

function decodeObject(frame: JsonObject, listing: DecoderListing, order: TopOrder, sink: DecoderSink): void {
  const { channel, method } = frame;
  if (channel === `push.${CHANNEL}`) decodeBook(frame, listing, order, sink);
  else if (typeof channel === 'string') decodeChannel(frame, channel, sink);
  else if (typeof method === 'string') sink.control('request', { message: method });
  else sink.reject('unrecognised', excerpt(frame));
}

function decodeChannel(frame: JsonObject, channel: string, sink: DecoderSink): void {
  if (channel === 'pong') sink.control('pong');
  else if (channel === 'rs.error') sink.control(...refusal(frame.data));
  else if (channel.startsWith('rs.')) decodeAnswer(channel, frame.data, sink);
  else if (OTHER_PUSHES.has(channel.replace(/^push\./, '')) && 'data' in frame) sink.control('other-channel');
  else sink.reject('unrecognised', excerpt(channel));
}

function decodeBook(frame: JsonObject, listing: DecoderListing, order: TopOrder, sink: DecoderSink): void {
  const book = frame.data;
  if (!isObject(book)) {
    sink.reject('missing-field', 'data');
    return;
  }
  const id = readInstrument(listing, frame.symbol, sink);
  if (id === undefined) return;
  const exchangeUs = readExchangeUs(book.cts ?? frame.ts);
  // `version` rises, also where an unchanged book comes again.
  const updateId = readUpdateId(book.version);
  if (order.isOlder(id, updateId, exchangeUs)) {
    sink.reject('out-of-order', excerpt(book.version));
    return;
  }
  const bid = firstLevel(book.bids);
  const ask = firstLevel(book.asks);
  emitTop(sink, id, listing.contractSizeOf(id), bid[0], bid[1], ask[0], ask[1], exchangeUs, updateId);
}

/** An acknowledgement names neither request nor symbol. */
function decodeAnswer(channel: string, data: unknown, sink: DecoderSink): void {
  const message = excerpt(data);
  if (data !== 'success') sink.control('subscribe-error', { message });
  else if (channel.startsWith('rs.unsub.') || channel.startsWith('rs.usub.')) sink.control('unsubscribed');
  else if (channel.startsWith('rs.sub.')) sink.control('subscribed');
  else sink.control('notice', { message: excerpt(channel) });
}

/** Only the text says which symbol: `Contract [NOPE_USDT] not exists`. */
function refusal(data: unknown): ['subscribe-error' | 'error', ControlDetail] {
  const message = typeof data === 'string' ? data : excerpt(data);
  const exchangeSymbol = /Contract \[([^\]]+)\]/i.exec(message)?.[1];
  return [
    exchangeSymbol === undefined ? 'error' : 'subscribe-error',
    controlDetail({ exchangeSymbol, message }),
  ];
}

// The wire, by example.
//
// the book, best first; levels are [price, contracts, orders]
//   {"channel":"push.depth.full","symbol":"BTC_USDT","data":{"asks":[[6859.5,3251,1]],"bids":[[6859,12,2]],
//    "version":96801927,"cts":1587442021999},"ts":1587442022003}
// request and answer
//   {"method":"sub.depth.full","param":{"symbol":"BTC_USDT","limit":5}}
//   {"channel":"rs.sub.depth.full","data":"success","ts":1587442022003}
// refusal
//   {"channel":"rs.error","data":"Contract [NOPE_USDT] not exists","ts":1587442022003}
// ping and pong
//   {"method":"ping"}   {"channel":"pong","data":1587442022003}
