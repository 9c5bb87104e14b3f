// MEXC spot: listing, subscriptions and frames of `wss://wbs-api.mexc.com/ws`. Acknowledgements are JSON text,
// data is protocol buffers in binary frames. Pure: no socket, no clock, no log; never throws on a frame.
// Full top of book in every message: a decoder holds its order, no prices.

import type { Micros } from '../core/time.js';
import {
  type Decoder,
  type DecoderListing,
  type DecoderSink,
  type ExchangeAdapter,
  FRAME_BYTES_MAX,
  type ListedInstrument,
} from './exchange.js';
import {
  controlDetail,
  emitQuote,
  emitTop,
  readExchangeUs,
  readInstrument,
  readText,
  rejectSide,
  type Side,
} from './fields.js';
import { excerpt, frameObject, isObject, type JsonObject } from './frame.js';
import { applyLevels } from './held-top.js';
import { arrayAt, numberOrNull, objectAt, readRows, readTops, readVolumes, timeMsAt } from './listing.js';
import {
  type AggreBookTicker,
  type LimitDepths,
  PUSH_BODY,
  type PushData,
  readAggreBookTicker,
  readBookTickerBatch,
  readLimitDepths,
  readPushData,
} from './mexc-protobuf.js';
import { readUpdateId, TopOrder } from './order.js';
import { givingUpId, readAnswered } from './request-id.js';

/** Without the interval the channel is refused as `Blocked!`. */
const CHANNEL = 'spot@public.aggre.bookTicker.v3.api.pb@10ms';

/** The first byte of a JSON object; no field of the wrapper begins with it. */
const BRACE = 0x7b;

/** A list of channels: what an acknowledgement echoes. */
const CHANNELS = /^spot@public\.[^,\s]+(?:,\s*spot@public\.[^,\s]+)*$/;
/** `Not Subscribed successfully! [<channels>].  Reason： Blocked! ` */
const REFUSED_CHANNELS = /\[([^\]]*)\]/;

export const mexc: ExchangeAdapter = {
  name: 'MEXC',
  market: 'spot',
  restUrl: 'https://api.mexc.com',
  wsUrl: 'wss://wbs-api.mexc.com/ws',
  takerFee: { percent: 0.05, asOf: '2026-11-22' },
  limits: {
    // 30 subscriptions a connection, by the exchange's documents.
    symbolsPerConnection: 30,
    symbolsPerMessage: 30,
    // 100 messages a second are said to be allowed; a connection of ours sends one, then pings.
    messageIntervalMs: 100,
    // No documented limit.
    connectIntervalMs: 300,
    // Every socket is cut after 24 hours.
    connectionLifeMs: 24 * 3_600_000,
  },
  // Without data for a minute a connection is closed. WebSocket ping frames were once reported unanswered.
  ping: { intervalMs: 20_000, frame: () => JSON.stringify({ method: 'PING' }) },
  // One bad channel may fail all that were asked for beside it.
  refusalScope: 'whole',
  listingRequests: [
    { key: 'exchangeInfo', path: '/api/v3/exchangeInfo' },
    { key: 'tickers', path: '/api/v3/ticker/24hr' },
  ],
  parseListing,
  subscribeFrame: (exchangeSymbols, requestId) => requestFrame('SUBSCRIPTION', exchangeSymbols, requestId),
  unsubscribeFrame: (exchangeSymbols, requestId) =>
    requestFrame('UNSUBSCRIPTION', exchangeSymbols, givingUpId(requestId)),
  timeRequest: {
    path: '/api/v3/time',
    readMs: (body) => timeMsAt(objectAt(body, 'time').serverTime, 'time.serverTime'),
  },
  topsRequest: { key: 'tops', path: '/api/v3/ticker/bookTicker' },
  parseTops: (body) => readTops(arrayAt(body, 'tops'), 'tops', 'symbol', 'bidPrice', 'askPrice'),
  createDecoder,
};

function requestFrame(method: string, exchangeSymbols: readonly string[], requestId: number): string {
  const params = exchangeSymbols.map((symbol) => `${CHANNEL}@${symbol}`);
  return JSON.stringify({ method, params, id: requestId });
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
    const isOnline = statusText === '1' || statusText === 'ENABLED';
    // There is no price step but the decimals; `quotePrecision` is the field's older name.
    const decimals = numberOrNull(row.quoteAssetPrecision ?? row.quotePrecision);
    return {
      exchangeSymbol,
      base,
      quote,
      trading: isOnline && row.isSpotTradingAllowed === true,
      statusText,
      quoteVolume24h: volumes.get(exchangeSymbol) ?? null,
      tickSize: decimals === null ? null : Number(`1e-${decimals}`),
      contractSize: 1,
    };
  });
}

function createDecoder(listing: DecoderListing): Decoder {
  return new MexcDecoder(listing);
}

class MexcDecoder implements Decoder {
  readonly #listing: DecoderListing;
  // Each channel counts on its own; two of them give no number.
  readonly #orders = {
    aggre: new TopOrder(),
    ticker: new TopOrder(),
    batch: new TopOrder(),
    depths: new TopOrder(),
  };

  constructor(listing: DecoderListing) {
    this.#listing = listing;
  }

  decode(frame: Uint8Array, _receivedUs: Micros, sink: DecoderSink): void {
    if (frame.byteLength > FRAME_BYTES_MAX) sink.reject('too-large', `${frame.byteLength} bytes`);
    else if (frame.byteLength === 0) sink.reject('malformed', 'empty');
    else if (frame[0] === BRACE) decodeObject(frameObject(frame, sink), sink);
    else this.#push(readPushData(frame), sink);
  }

  reset(instrumentId?: number): void {
    for (const order of Object.values(this.#orders)) order.reset(instrumentId);
  }

  #push(push: PushData | undefined, sink: DecoderSink): void {
    if (push === undefined) {
      sink.reject('malformed', 'not a message of these protocol buffers');
      return;
    }
    const { bodyField, body, channel } = push;
    if (bodyField === PUSH_BODY.aggreBookTicker) this.#single(push, this.#orders.aggre, sink);
    else if (bodyField === PUSH_BODY.bookTicker) this.#single(push, this.#orders.ticker, sink);
    else if (bodyField === PUSH_BODY.bookTickerBatch) this.#batch(push, readBookTickerBatch(body), sink);
    else if (bodyField === PUSH_BODY.limitDepths) this.#depths(push, readLimitDepths(body), sink);
    else if (bodyField !== 0) sink.control('other-channel');
    // A wrapper without a body, or with a body that came after its documents.
    else if (channel !== '') sink.control('notice', { message: excerpt(channel) });
    else sink.reject('unrecognised', 'neither channel nor body');
  }

  #single(push: PushData, order: TopOrder, sink: DecoderSink): void {
    const ticker = readAggreBookTicker(push.body);
    if (ticker === undefined) {
      sink.reject('malformed', excerpt(push.channel));
      return;
    }
    const id = this.#instrument(push, sink);
    if (id !== undefined) this.#ticker(id, push, ticker, order, sink);
  }

  #batch(push: PushData, tickers: readonly AggreBookTicker[] | undefined, sink: DecoderSink): void {
    if (tickers === undefined) sink.reject('malformed', excerpt(push.channel));
    else if (tickers.length === 0) sink.reject('missing-field', 'tickers');
    else {
      const id = this.#instrument(push, sink);
      if (id === undefined) return;
      for (const ticker of tickers) this.#ticker(id, push, ticker, this.#orders.batch, sink);
    }
  }

  #ticker(id: number, push: PushData, ticker: AggreBookTicker, order: TopOrder, sink: DecoderSink): void {
    const exchangeUs = timeOf(push);
    const updateId = readUpdateId(ticker.version);
    if (order.isOlder(id, updateId, exchangeUs)) {
      sink.reject('out-of-order', excerpt(ticker.version));
      return;
    }
    const { bidPrice, bidQuantity, askPrice, askQuantity } = ticker;
    const unit = this.#listing.contractSizeOf(id);
    emitTop(sink, id, unit, bidPrice, bidQuantity, askPrice, askQuantity, exchangeUs, updateId);
  }

  /** No document says that the best level comes first. */
  #depths(push: PushData, depths: LimitDepths | undefined, sink: DecoderSink): void {
    if (depths === undefined) {
      sink.reject('malformed', excerpt(push.channel));
      return;
    }
    const id = this.#instrument(push, sink);
    if (id === undefined) return;
    const exchangeUs = timeOf(push);
    const updateId = readUpdateId(depths.version);
    if (this.#orders.depths.isOlder(id, updateId, exchangeUs)) {
      sink.reject('out-of-order', excerpt(depths.version));
      return;
    }
    const bid: Side = { price: Number.NaN, size: Number.NaN };
    const ask: Side = { price: Number.NaN, size: Number.NaN };
    const unit = this.#listing.contractSizeOf(id);
    const badBid = applyLevels(bid, depths.bids, unit, true, true);
    const badAsk = applyLevels(ask, depths.asks, unit, true, false);
    if (badBid !== undefined) rejectSide(sink, badBid, 'bid', depths.bids);
    else if (badAsk !== undefined) rejectSide(sink, badAsk, 'ask', depths.asks);
    else emitQuote(sink, id, bid.price, bid.size, ask.price, ask.size, exchangeUs, updateId);
  }

  #instrument({ symbol, channel, bodyField }: PushData, sink: DecoderSink): number | undefined {
    // `spot@public.limit.depth.v3.api.pb@BTCUSDT@5`: the number of levels comes last.
    const named = bodyField === PUSH_BODY.limitDepths ? channel.replace(/@\d+$/, '') : channel;
    return readInstrument(this.#listing, symbol === '' ? symbolOfChannel(named) : symbol, sink);
  }
}

function timeOf({ sendTimeMs, createTimeMs }: PushData): Micros {
  return readExchangeUs(Number.isNaN(sendTimeMs) ? createTimeMs : sendTimeMs);
}

/** `BTCUSDT` of `spot@public.….pb@10ms@BTCUSDT`. */
function symbolOfChannel(channel: string): string {
  return channel.slice(channel.lastIndexOf('@') + 1);
}

function decodeObject(frame: JsonObject | undefined, sink: DecoderSink): void {
  if (frame === undefined) return;
  if (typeof frame.method === 'string') sink.control('request', { message: frame.method });
  else if (typeof frame.code === 'number') decodeAnswer(frame, frame.code, sink);
  // The JSON channels, retired in August 2025.
  else if (typeof frame.c === 'string' && isObject(frame.d)) sink.control('other-channel');
  else sink.reject('unrecognised', excerpt(frame));
}

/** Refusals come with code 0 as well: a request was granted only where its channels are echoed. */
function decodeAnswer(frame: JsonObject, code: number, sink: DecoderSink): void {
  const text = readText(frame.msg) ?? '';
  const { requestId, kind } = readAnswered(frame.id);
  if (code === 0 && text === 'PONG') sink.control('pong');
  else if (code === 0 && CHANNELS.test(text)) {
    sink.control(kind, controlDetail({ requestId, exchangeSymbol: soleSymbol(text) }));
  } else {
    const inBrackets = REFUSED_CHANNELS.exec(text)?.[1];
    const exchangeSymbol = inBrackets === undefined ? undefined : soleSymbol(inBrackets);
    const message = code === 0 ? text : `${code} ${text}`;
    const isAnswer = inBrackets !== undefined || (requestId !== undefined && requestId !== '0');
    const isRefusal = isAnswer && kind === 'subscribed';
    const detail = controlDetail({ requestId, exchangeSymbol, message });
    sink.control(isRefusal ? 'subscribe-error' : 'error', detail);
  }
}

/** The symbol of a list of channels that holds only one. */
function soleSymbol(channels: string): string | undefined {
  const isOne = channels.includes('@') && !channels.includes(',');
  return isOne ? readText(symbolOfChannel(channels).trim()) : undefined;
}

// The wire, by example.
//
// best bid and ask, as the fields of the protocol buffers (field number: value)
//   1: "spot@public.aggre.bookTicker.v3.api.pb@10ms@BTCUSDT"  3: "BTCUSDT"  6: 1790145447239
//   315: { 1: "86503.92"  2: "14.91335308"  3: "86503.93"  4: "0.004965"  5: "81999275445"  6: 1790145447233 }
// request and answer
//   {"method":"SUBSCRIPTION","params":["spot@public.aggre.bookTicker.v3.api.pb@10ms@BTCUSDT"],"id":1}
//   {"id":1,"code":0,"msg":"spot@public.aggre.bookTicker.v3.api.pb@10ms@BTCUSDT"}
// refusal
//   {"id":1,"code":0,"msg":"Not Subscribed successfully! [spot@public.…@NOPE].  Reason： Blocked! "}
// ping and pong
//   {"method":"PING"}   {"id":0,"code":0,"msg":"PONG"}
