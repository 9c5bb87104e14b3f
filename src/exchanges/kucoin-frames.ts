// KuCoin's frames, spot and futures, of the classic sockets and of the unified ones (UTA). Pure: no socket,
// no clock, no log; never throws on a frame. Symbols of the two markets differ in spelling, so one decoder
// reads both. Full top of book in every message; held is only what tells an overtaken one.

import type { Market } from '../core/exchange.js';
import type { ControlKind } from '../core/reasons.js';
import { type Micros, US_PER_MS } from '../core/time.js';
import type { Decoder, DecoderListing, DecoderSink } from './exchange.js';
import { controlDetail, emitTop, firstLevel, readInstrument, readRequestId, readText } from './fields.js';
import { excerpt, frameObject, isObject, type JsonObject } from './frame.js';
import { readUpdateId, TopOrder, type UpdateId } from './order.js';
import { type AnsweredRequest, readAnswered } from './request-id.js';
import { type FrameForm, TIME_NS } from './scan.js';
import { type Roles, rolesBelow } from './scan-learn.js';
import { scanningDecoder } from './scan-top.js';

export const SPOT_TOPIC = '/spotMarket/level1';
export const FUTURES_TOPIC = '/contractMarket/tickerV2';
const TICKER_TOPIC = '/market/ticker';

/** Documented topics, up to their colon, that carry no best bid and ask of one book. */
const OTHER_TOPICS = new Set([
  ...['/market/match', '/market/level2', '/market/candles', '/market/snapshot', '/market/level3'],
  ...['/spotMarket/level2Depth5', '/spotMarket/level2Depth50', '/spotMarket/level3'],
  ...['/indicator/index', '/indicator/markPrice', '/margin/fundingBook', '/callauction/level2Depth50'],
  ...['/callauction/callauctionData', '/contractMarket/ticker', '/contractMarket/level2'],
  ...['/contractMarket/execution', '/contractMarket/level2Depth5', '/contractMarket/level2Depth50'],
  ...['/contractMarket/limitCandle', '/contractMarket/snapshot', '/contractMarket/level3v2'],
  ...['/contract/instrument', '/contract/announcement', '/contract/details'],
]);

/** Documented channels of the unified sockets besides `obu`; lower case, without `.SPOT` and `.FUTURES`. */
const OTHER_UNIFIED = new Set(['ticker', 'trade', 'kline', 'callauctionbook', 'markprice', 'fundingrate']);

/** The `type` of what is no data and no answer to a subscription. */
const TYPED: ReadonlyMap<string, ControlKind> = new Map([
  ['pong', 'pong'],
  ['ping', 'request'],
  ['subscribe', 'request'],
  ['unsubscribe', 'request'],
  ['openTunnel', 'request'],
  ['closeTunnel', 'request'],
]);

/** Levels are flat: price, size. */
const LEVEL1: Roles = {
  topic: 'symbol',
  ...rolesBelow('data', { 'bids.0': 'bid', 'bids.1': 'bidSize', 'asks.0': 'ask', 'asks.1': 'askSize' }),
  'data.timestamp': 'ns',
};
const TICKER_V2: Roles = {
  ...{ topic: 'about', sn: 'any', 'data.symbol': 'symbol', 'data.sequence': 'id', 'data.ts': 'ns' },
  ...rolesBelow('data', { bestBidPrice: 'bid', bestBidSize: 'bidSize' }),
  ...rolesBelow('data', { bestAskPrice: 'ask', bestAskSize: 'askSize' }),
};

/** Reads frames of both markets; those of one it reads from their bytes. */
export function createDecoder(listing: DecoderListing, market: Market): Decoder {
  const frames = new KucoinFrames(listing);
  const { level1, tickerV2 } = frames.orders;
  const [order, roles] = market === 'spot' ? [level1, LEVEL1] : [tickerV2, TICKER_V2];
  const timeUs = ({ numbers }: FrameForm) => readTimeUs(numbers[TIME_NS]);
  return scanningDecoder(
    { listing, order },
    { roles, timeUs },
    (frame, sink) => frames.decode(frame, sink),
    (instrumentId) => frames.reset(instrumentId),
  );
}

class KucoinFrames {
  readonly #listing: DecoderListing;
  // Each channel counts on its own; level1 gives no number.
  readonly orders = {
    level1: new TopOrder(),
    ticker: new TopOrder(),
    tickerV2: new TopOrder(),
    obu: new TopOrder(),
  };

  constructor(listing: DecoderListing) {
    this.#listing = listing;
  }

  decode(frame: Uint8Array, sink: DecoderSink): void {
    const object = frameObject(frame, sink);
    if (object === undefined) return;
    const isData = object.type === 'message' || object.type === undefined;
    if (typeof object.topic === 'string' && isData) this.#topic(object.topic, object, sink);
    else if (typeof object.T === 'string') this.#unified(object.T, object, sink);
    else decodeReply(object, sink);
  }

  reset(instrumentId?: number): void {
    for (const order of Object.values(this.orders)) order.reset(instrumentId);
  }

  #topic(topic: string, frame: JsonObject, sink: DecoderSink): void {
    const colon = topic.indexOf(':');
    const name = colon < 0 ? topic : topic.slice(0, colon);
    const isBest = name === SPOT_TOPIC || name === TICKER_TOPIC || name === FUTURES_TOPIC;
    if (OTHER_TOPICS.has(name) && 'data' in frame) sink.control('other-channel');
    else if (!isBest) sink.reject('unrecognised', excerpt(topic));
    else if (!isObject(frame.data)) sink.reject('missing-field', 'data');
    else if (name === FUTURES_TOPIC) this.#tickerV2(frame.data, topic.slice(colon + 1), sink);
    else {
      // With `:all` the symbol stands in the subject.
      const symbol = topic.slice(colon + 1);
      const named = symbol === 'all' ? frame.subject : symbol;
      if (name === SPOT_TOPIC) this.#level1(frame.data, named, sink);
      else this.#ticker(frame.data, named, sink);
    }
  }

  /** The symbol stands in the topic alone; a side is one flat pair of price and size. */
  #level1(data: JsonObject, symbol: unknown, sink: DecoderSink): void {
    const bid = flatLevel(data.bids);
    const ask = flatLevel(data.asks);
    const timeUs = readTimeUs(data.timestamp);
    this.#emit(this.orders.level1, symbol, Number.NaN, [bid[0], bid[1], ask[0], ask[1]], timeUs, sink);
  }

  /** Every 100 ms; recordings of 2021 may lack the time. */
  #ticker(data: JsonObject, symbol: unknown, sink: DecoderSink): void {
    const top = [data.bestBid, data.bestBidSize, data.bestAsk, data.bestAskSize] as const;
    const timeUs = readTimeUs(data.time);
    this.#emit(this.orders.ticker, symbol, readUpdateId(data.sequence), top, timeUs, sink);
  }

  #tickerV2(data: JsonObject, topicSymbol: string, sink: DecoderSink): void {
    const top = [data.bestBidPrice, data.bestBidSize, data.bestAskPrice, data.bestAskSize] as const;
    const timeUs = readTimeUs(data.ts);
    const symbol = data.symbol ?? topicSymbol;
    this.#emit(this.orders.tickerV2, symbol, readUpdateId(data.sequence), top, timeUs, sink);
  }

  /** Channel names differ in case between documents and wire. */
  #unified(type: string, frame: JsonObject, sink: DecoderSink): void {
    const channel = type.split('.', 1)[0]?.toLowerCase() ?? '';
    const { d } = frame;
    if (channel === 'obu' && readRequestId(frame.dp) === '1') {
      if (!isObject(d)) {
        sink.reject('missing-field', 'd');
        return;
      }
      const bid = firstLevel(d.b);
      const ask = firstLevel(d.a);
      const top = [bid[0], bid[1], ask[0], ask[1]] as const;
      this.#emit(this.orders.obu, d.s, readUpdateId(d.C), top, readTimeUs(d.M), sink);
    } else if ((channel === 'obu' && 'dp' in frame) || OTHER_UNIFIED.has(channel))
      sink.control('other-channel');
    else sink.reject('unrecognised', excerpt(frame));
  }

  #emit(
    order: TopOrder,
    symbol: unknown,
    updateId: UpdateId,
    [bid, bidSize, ask, askSize]: readonly [unknown, unknown, unknown, unknown],
    timeUs: Micros,
    sink: DecoderSink,
  ): void {
    const id = readInstrument(this.#listing, symbol, sink);
    if (id === undefined) return;
    if (order.isOlder(id, updateId, timeUs)) sink.reject('out-of-order', excerpt(symbol));
    else {
      const unit = this.#listing.contractSizeOf(id);
      emitTop(sink, id, unit, bid, bidSize, ask, askSize, timeUs, updateId);
    }
  }
}

const NO_LEVEL: readonly unknown[] = [];

function flatLevel(level: unknown): readonly unknown[] {
  if (level === undefined || level === null || level === '') return NO_LEVEL;
  return Array.isArray(level) ? level : [{ level }];
}

const MS_MAX = 1e14;
const US_MAX = 1e17;

/**
 * Microseconds from milliseconds, microseconds or nanoseconds, told apart by their size (documents and wire
 * disagree); NaN where there is none. Nanoseconds are past 2^53: the microsecond may be off by one.
 */
function readTimeUs(time: unknown): Micros {
  const value = typeof time === 'string' && time.length > 0 ? Number(time) : time;
  if (typeof value !== 'number' || !(value > 0)) return Number.NaN;
  const us = Math.round(value < MS_MAX ? value * US_PER_MS : value < US_MAX ? value : value / 1_000);
  return us > 0 && us <= Number.MAX_SAFE_INTEGER ? us : Number.NaN;
}

/** Everything that is no data: greetings, answers, pongs, and what a client sends. */
function decodeReply(frame: JsonObject, sink: DecoderSink): void {
  const answered = readAnswered(frame.id);
  const { requestId } = answered;
  if (typeof frame.type === 'string') decodeTyped(frame, frame.type, answered, sink);
  else if (frame.message === 'welcome') sink.control('welcome');
  else if (typeof frame.action === 'string')
    sink.control('request', controlDetail({ requestId, message: frame.action }));
  else if (typeof frame.op === 'string')
    sink.control('request', controlDetail({ requestId, message: frame.op }));
  else if ('result' in frame) decodeResult(frame, answered, sink);
  else if (typeof frame.code === 'string' && ('data' in frame || 'msg' in frame)) {
    // An answer over REST (the token), which recordings of a session hold too.
    const isGood = frame.code === '200000';
    const message = isGood ? 'answer over REST' : `${frame.code} ${excerpt(frame.msg)}`;
    sink.control(isGood ? 'notice' : 'error', { message: excerpt(message) });
  } else sink.reject('unrecognised', excerpt(frame));
}

function decodeTyped(frame: JsonObject, type: string, answered: AnsweredRequest, sink: DecoderSink): void {
  const { requestId } = answered;
  const kind = TYPED.get(type);
  if (type === 'error') decodeError(frame, answered, sink);
  // Subscribing and giving up are acknowledged alike.
  else if (type === 'ack') sink.control(answered.kind, controlDetail({ requestId }));
  else if (type === 'welcome') sink.control('welcome');
  else if (kind === undefined) sink.reject('unrecognised', excerpt(frame));
  else if (kind === 'request') sink.control(kind, controlDetail({ requestId, message: type }));
  else sink.control(kind, controlDetail({ requestId }));
}

/** 400 (no JSON, ping timeout) and 401 (token) are about the connection; 404 and 509 about a subscription. */
function decodeError(frame: JsonObject, { requestId, kind }: AnsweredRequest, sink: DecoderSink): void {
  const code = String(readRequestId(frame.code));
  const text = excerpt(frame.data);
  const isOurs = requestId !== undefined && kind === 'subscribed';
  const isRefusal = isOurs && code !== '400' && code !== '401';
  // `topic /market/level2:BSV-BTC is not found`; of a list nobody knows which one was meant.
  const exchangeSymbol = /topic \/[^:\s]+:([^,\s]+) is not/.exec(text)?.[1];
  const detail = controlDetail({ requestId, exchangeSymbol, message: `${code} ${text}` });
  sink.control(isRefusal ? 'subscribe-error' : 'error', detail);
}

function decodeResult(frame: JsonObject, { requestId, kind }: AnsweredRequest, sink: DecoderSink): void {
  const { result } = frame;
  if (result === true || result === 'true') sink.control(kind, controlDetail({ requestId }));
  else if (result === false || result === 'false') {
    const message = readText(frame.message) ?? readText(frame.reason) ?? 'refused';
    sink.control(kind === 'subscribed' ? 'subscribe-error' : 'error', controlDetail({ requestId, message }));
  } else sink.reject('unrecognised', excerpt(frame));
}

// The wire, by example.
//
// best bid and ask, spot
//   {"topic":"/spotMarket/level1:ETH-USDT","type":"message","subject":"level1","data":{
//    "asks":["3347.42","2.0778387"],"bids":["3347.41","6.0411697"],"timestamp":1712231142085}}
// the same each 100 ms; of all symbols with "topic":"/market/ticker:all","subject":"ETH-USDT"
//   {"topic":"/market/ticker:ETH-USDT","type":"message","subject":"trade.ticker","data":{
//    "sequence":"1612844051653","bestAsk":"0.00028717","bestAskSize":"14.04","bestBid":"0.00028678",…}}
// futures: sizes in lots, time in nanoseconds
//   {"topic":"/contractMarket/tickerV2:XBTUSDTM","type":"message","subject":"tickerV2","sn":…,"data":{
//    "symbol":"XBTUSDTM","sequence":…,"bestBidSize":795,"bestBidPrice":"3200.1",…,"ts":1553846081210004941}}
// unified socket, in frames with the binary opcode
//   {"T":"obu.SPOT","dp":"1","t":"snapshot","P":1768217874990007701,"d":{"C":25984468414,
//    "M":1768217874986000000,"O":25984468414,"a":[["90701.2","0.57"]],"b":[["90701.1","0.13"]],"s":"BTC-USDT"}}
// greeting, request, answer, refusals, pong
//   {"id":"NSkIrWGB1s","type":"welcome"}
//   {"id":"1","type":"subscribe","topic":"/spotMarket/level1:BTC-USDT,ETH-USDT","privateChannel":false,…}
//   {"id":"1","type":"ack"}
//   {"id":"1","type":"error","code":404,"data":"topic /market/level2:BSV-BTC is not found"}
//   {"id":"1","type":"error","code":509,"data":"exceed max subscription count limitation of 100 per time"}
//   {"id":"2","type":"pong","timestamp":1790113097236506}
