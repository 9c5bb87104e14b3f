// BingX spot: listing, subscriptions and frames of `wss://open-api-ws.bingx.com/market`; the frames of the
// perpetuals are decoded here too. Every frame of the server comes as GZIP, ours go as plain text. Pure: no
// socket, no clock, no log; never throws on a frame. Full top of book in every message: a decoder holds its
// order, no prices.

import { US_PER_MS, US_PER_SECOND } from '../core/time.js';
import type {
  Decoder,
  DecoderListing,
  DecoderSink,
  ExchangeAdapter,
  ListedInstrument,
  RestTop,
} from './exchange.js';
import { controlDetail, emitTop, readExchangeUs, readInstrument, readText } from './fields.js';
import { excerpt, frameText, inflatedFrame, isObject, type JsonObject, objectOf } from './frame.js';
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
import { givingUpId, readAnswered } from './request-id.js';
import { TIME_MS, TIME2_MS } from './scan.js';
import { type Roles, rolesBelow } from './scan-learn.js';
import { scanningDecoder, type TopScannerOptions } from './scan-top.js';

/** Documented channels that carry no best bid and ask of one book: `depth20`, `depth5@200ms`, `kline_1m` … */
const OTHER_CHANNEL =
  /^(?:trade|ticker|incrDepth|depth\d+(?:@\d+ms)?|kline_?\w+|lastPrice|markPrice|forceOrder)$/i;

/** `E` is when it was sent, `T` (perpetuals only) when the engine made it. */
const ROLES: Roles = {
  dataType: 'about',
  ...rolesBelow('data', { s: 'symbol', b: 'bid', B: 'bidSize', a: 'ask', A: 'askSize' }),
  ...rolesBelow('data', { u: 'id', T: 'ms', E: 'ms2' }),
};

/** A quote that the engine made so long before it was sent is no quote of now: seen 22 minutes old. */
const STALE_US = 5 * US_PER_SECOND;

export const bingx: ExchangeAdapter = {
  name: 'BingX',
  market: 'spot',
  restUrl: 'https://open-api.bingx.com',
  // Symbols are spelt alike on the perpetuals' socket: only the address tells them apart.
  wsUrl: 'wss://open-api-ws.bingx.com/market',
  takerFee: { percent: 0.1, asOf: '2026-11-22' },
  limits: {
    // 200 topics a connection are allowed; fewer, so that all are asked for in a quarter of a minute.
    symbolsPerConnection: 100,
    // A request names one channel.
    symbolsPerMessage: 1,
    // 10 subscriptions a second.
    messageIntervalMs: 120,
    // 60 connections an address; nothing is documented of their pace.
    connectIntervalMs: 500,
  },
  // The server asks every 5 s and closes after 30 s without an answer; ours only proves that it lives.
  ping: { intervalMs: 15_000, frame: () => null },
  compressed: true,
  refusalScope: 'named',
  listingRequests: [
    { key: 'symbols', path: '/openApi/spot/v1/common/symbols', timeParameter: 'timestamp' },
    // Refused with 100400 where the time is missing.
    { key: 'tickers', path: '/openApi/spot/v1/ticker/24hr', timeParameter: 'timestamp' },
  ],
  parseListing,
  subscribeFrame: (exchangeSymbols, requestId) => requestFrame('sub', exchangeSymbols, requestId),
  unsubscribeFrame: (exchangeSymbols, requestId) =>
    requestFrame('unsub', exchangeSymbols, givingUpId(requestId)),
  timeRequest: {
    path: '/openApi/spot/v1/server/time',
    readMs: (body) =>
      timeMsAt(objectAt(dataOf(body, 'time'), 'time.data').serverTime, 'time.data.serverTime'),
  },
  topsRequest: { key: 'tops', path: '/openApi/spot/v1/ticker/24hr', timeParameter: 'timestamp' },
  parseTops,
  createDecoder,
};

/** One symbol a frame. */
function requestFrame(reqType: string, exchangeSymbols: readonly string[], requestId: number): string {
  return JSON.stringify({ id: String(requestId), reqType, dataType: `${exchangeSymbols[0]}@bookTicker` });
}

function parseTops(body: unknown): ReadonlyMap<string, RestTop> {
  return readTops(rowsOf(body, 'tops'), 'tops.data', 'symbol', 'bidPrice', 'askPrice');
}

function parseListing(bodies: Readonly<Record<string, unknown>>): readonly ListedInstrument[] {
  const data = objectAt(dataOf(bodies['symbols'], 'symbols'), 'symbols.data');
  const rows = arrayAt(data.symbols, 'symbols.data.symbols');
  const tickers = rowsOf(bodies['tickers'], 'tickers');
  const volumes = readVolumes(tickers, 'tickers.data', 'symbol', 'quoteVolume');
  return readRows(rows, 'symbols.data.symbols', 'symbol (BASE-QUOTE)', (row) => {
    const exchangeSymbol = readText(row.symbol);
    // There are no fields for the two coins.
    const [base, quote, more] = exchangeSymbol?.split('-') ?? [];
    if (exchangeSymbol === undefined || !base || !quote || more !== undefined) return undefined;
    return {
      exchangeSymbol,
      base,
      quote,
      trading: row.status === 1 && row.apiStateBuy !== false && row.apiStateSell !== false,
      statusText: row.status === undefined ? '' : String(row.status),
      quoteVolume24h: volumes.get(exchangeSymbol) ?? null,
      tickSize: stepOrNull(row.tickSize),
      contractSize: 1,
    };
  });
}

/** `data` of a reply; its code says whether it is one, whatever the HTTP status. */
export function dataOf(body: unknown, key: string): unknown {
  const reply = objectAt(body, key);
  if (numberOrNull(reply.code) !== 0)
    throw listingError(`${key}.code`, reply.code, `0 (msg ${excerpt(reply.msg)})`);
  return reply.data;
}

/** The rows of a reply; one that was asked for by its symbol comes without a list around it. */
export function rowsOf(body: unknown, key: string): readonly unknown[] {
  const data = dataOf(body, key);
  return isObject(data) ? [data] : arrayAt(data, `${key}.data`);
}

function createDecoder(listing: DecoderListing): Decoder {
  const order = new TopOrder();
  const options: TopScannerOptions = {
    roles: ROLES,
    inflate: inflatedFrame,
    isOdd: ({ numbers }) => (numbers[TIME2_MS]! - numbers[TIME_MS]!) * US_PER_MS > STALE_US,
  };
  return scanningDecoder({ listing, order }, options, (frame, sink) => {
    const text = frameText(frame, sink);
    if (text === undefined) return;
    // Bare text, no JSON: how the perpetuals ask.
    if (text === 'Ping') sink.control('ping', { reply: 'Pong' });
    else if (text === 'Pong') sink.control('request', { message: text });
    else decodeObject(objectOf(text, sink), listing, order, sink);
  });
}

function decodeObject(
  frame: JsonObject | undefined,
  listing: DecoderListing,
  order: TopOrder,
  sink: DecoderSink,
): void {
  if (frame === undefined) return;
  const { dataType } = frame;
  if ('ping' in frame) decodePing(frame, sink);
  else if ('pong' in frame) sink.control('request', { message: 'pong' });
  else if (typeof frame.reqType === 'string') sink.control('request', { message: frame.reqType });
  else if (frame.code !== undefined && frame.code !== 0) decodeError(frame, sink);
  else if (typeof dataType === 'string' && dataType.includes('@'))
    decodeData(dataType, frame.data, listing, order, sink);
  else if (frame.code === 0) decodeAnswer(frame, sink);
  else sink.reject('unrecognised', excerpt(frame));
}

/** The answer repeats the ping's id and time. */
function decodePing({ ping, time }: JsonObject, sink: DecoderSink): void {
  if (typeof ping !== 'string' && typeof ping !== 'number') sink.reject('unrecognised', excerpt({ ping }));
  else sink.control('ping', { reply: JSON.stringify({ pong: ping, time }) });
}

function decodeData(
  dataType: string,
  data: unknown,
  listing: DecoderListing,
  order: TopOrder,
  sink: DecoderSink,
): void {
  const at = dataType.indexOf('@');
  const channel = dataType.slice(at + 1);
  if (channel === 'bookTicker') {
    if (isObject(data)) decodeTicker(data.s ?? dataType.slice(0, at), data, listing, order, sink);
    else sink.reject('missing-field', 'data');
  } else if (OTHER_CHANNEL.test(channel)) sink.control('other-channel');
  else sink.reject('unrecognised', excerpt(dataType));
}

/** In `@bookTicker` `b` and `a` are prices, `B` and `A` sizes; in `@ticker` it is the other way round. */
function decodeTicker(
  symbol: unknown,
  ticker: JsonObject,
  listing: DecoderListing,
  order: TopOrder,
  sink: DecoderSink,
): void {
  const id = readInstrument(listing, symbol, sink);
  if (id === undefined) return;
  // `E` is when it was sent, `T` (perpetuals only) when the engine made it.
  const sentUs = readExchangeUs(ticker.E);
  const engineUs = readExchangeUs(ticker.T);
  const exchangeUs = Number.isNaN(engineUs) ? sentUs : engineUs;
  const updateId = readUpdateId(ticker.u);
  if (sentUs - engineUs > STALE_US) sink.reject('stale', `T ${excerpt(ticker.T)} E ${excerpt(ticker.E)}`);
  else if (order.isOlder(id, updateId, exchangeUs))
    sink.reject('out-of-order', `u ${excerpt(ticker.u)} time ${exchangeUs}`);
  else
    emitTop(
      sink,
      id,
      listing.contractSizeOf(id),
      ticker.b,
      ticker.B,
      ticker.a,
      ticker.A,
      exchangeUs,
      updateId,
    );
}

/** Acknowledgements are told by their request alone: not all of them name the channel. */
function decodeAnswer(frame: JsonObject, sink: DecoderSink): void {
  const { requestId, kind } = readAnswered(frame.id);
  if (requestId !== undefined) sink.control(kind, controlDetail({ requestId }));
  else sink.control('notice', controlDetail({ message: readText(frame.msg) }));
}

function decodeError(frame: JsonObject, sink: DecoderSink): void {
  if (numberOrNull(frame.code) === null) {
    sink.reject('unrecognised', excerpt(frame));
    return;
  }
  const { requestId, kind } = readAnswered(frame.id);
  const dataType = readText(frame.dataType);
  const exchangeSymbol = dataType?.includes('@') ? readText(dataType.split('@')[0]) : undefined;
  const message = `${excerpt(frame.code)} ${readText(frame.msg) ?? ''}`.trim();
  const isNamed = requestId !== undefined || exchangeSymbol !== undefined;
  const isRefusal = isNamed && kind === 'subscribed';
  sink.control(
    isRefusal ? 'subscribe-error' : 'error',
    controlDetail({ requestId, exchangeSymbol, message }),
  );
}

// The wire, by example, as it is after inflating.
//
// best bid and ask, spot
//   {"code":0,"data":{"e":"bookTicker","E":1714648924917,"s":"BTC-USDT","b":"2996.46","B":"2.5808","a":"2996.49",
//    "A":"24.88792"},"dataType":"BTC-USDT@bookTicker","success":true}
// best bid and ask, perpetuals
//   {"code":0,"dataType":"ETH-USDT@bookTicker","data":{"e":"bookTicker","u":309869207,"E":1714650946618,
//    "T":1714650946596,"s":"ETH-USDT","b":"2993.59","B":"13.24","a":"2993.67","A":"9.78"}}
// request and answers (spot, perpetuals)
//   {"id":"1","reqType":"sub","dataType":"BTC-USDT@bookTicker"}
//   {"id":"1","code":0,"msg":"SUCCESS","timestamp":1690214699854}   {"id":"1","code":0,"msg":"","dataType":"","data":null}
// refusal
//   {"id":"1","code":80015,"msg":"dataType not support","dataType":"","data":null}
// ping and the answer: spot, perpetuals
//   {"ping":"5963ba3d","time":"2023-10-02T18:51:55.089+0800"}   {"pong":"5963ba3d","time":"2023-10-02T18:51:55.089+0800"}
//   Ping   Pong
