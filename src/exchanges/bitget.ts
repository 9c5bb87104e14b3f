// Bitget v2, spot and USDT-margined perpetuals: listings, subscriptions and frames of
// `wss://ws.bitget.com/v2/ws/public`; frames of the v3 (UTA) socket decode too, those of the retired v1 are
// no quotes. Pure: no socket, no clock, no log; never throws on a frame.
// Full top of book in every message; held is only what tells an overtaken one, and a hole where v3 numbers them.

import type { GapReason } from '../core/reasons.js';
import type { Decoder, DecoderListing, DecoderSink, ExchangeAdapter, ListedInstrument } from './exchange.js';
import { controlDetail, emitTop, firstLevel, readExchangeUs, readInstrument, readText } from './fields.js';
import { excerpt, frameText, isObject, type JsonObject, objectOf } from './frame.js';
import {
  arrayAt,
  listingError,
  numberOrNull,
  objectAt,
  readRows,
  readTops,
  readVolumes,
  timeMsAt,
} from './listing.js';
import { isId, readUpdateId, TopOrder, type UpdateId } from './order.js';
import { type Roles, rolesBelow } from './scan-learn.js';
import { scanningDecoder } from './scan-top.js';

const CHANNEL = 'books1';
const SPOT_TYPE = 'SPOT';
const PERP_TYPE = 'USDT-FUTURES';

const ROLES: Roles = {
  ...{ 'arg.instId': 'symbol', ts: 'any' },
  ...rolesBelow('data.0', { ts: 'ms', seq: 'id', checksum: 'any' }),
  ...rolesBelow('data.0.bids.0', { 0: 'bid', 1: 'bidSize' }),
  ...rolesBelow('data.0.asks.0', { 0: 'ask', 1: 'askSize' }),
};

/** The product types of v1, whose symbols and ticker fields were others. */
const RETIRED_TYPES = new Set(['sp', 'mc']);

/** Documented channels (v2) and topics (v3) that carry no best bid and ask of one book alone. */
const OTHER_CHANNELS = new Set([
  ...['ticker', 'trade', 'books', 'books5', 'books15', 'auction', 'index-price'],
  ...['publicTrade', 'books50', 'kline', 'liquidation', 'rpi-books', 'adl-notice'],
]);

/** `candle1m`, `candle1H`, `candle1Dutc`: a channel for each length. */
const CANDLE_CHANNEL = /^candle\d/;

/** What both markets have in common. */
const common = {
  restUrl: 'https://api.bitget.com',
  wsUrl: 'wss://ws.bitget.com/v2/ws/public',
  limits: {
    // 1000 channels are allowed, fewer than 50 advised.
    symbolsPerConnection: 48,
    // A request may be 4096 bytes (about 50 arguments); v3 closed on 25, and 240 requests an hour suffice.
    symbolsPerMessage: 16,
    // 10 messages a second.
    messageIntervalMs: 150,
    requestsPerHour: 240,
    // 300 connections in 5 minutes an address.
    connectIntervalMs: 1_100,
    // Every socket is cut after 24 hours.
    connectionLifeMs: 24 * 3_600_000,
  },
  // Bare text; asked for every 30 s, without any the socket is closed after 2 minutes.
  ping: { intervalMs: 20_000, frame: () => 'ping' },
  // An error is about one argument; the rest of its request lives.
  refusalScope: 'named' as const,
  timeRequest: {
    path: '/api/v2/public/time',
    readMs: (body: unknown) =>
      timeMsAt(objectAt(objectAt(body, 'time').data, 'time.data').serverTime, 'time.data.serverTime'),
  },
  parseTops: (body: unknown) => readTops(dataOf(body, 'tops'), 'tops.data', 'symbol', 'bidPr', 'askPr'),
  createDecoder,
};

export const bitget: ExchangeAdapter = {
  ...common,
  name: 'Bitget',
  market: 'spot',
  takerFee: { percent: 0.1, asOf: '2026-11-22' },
  listingRequests: [
    { key: 'symbols', path: '/api/v2/spot/public/symbols' },
    { key: 'tickers', path: '/api/v2/spot/market/tickers' },
  ],
  parseListing: parseSpot,
  subscribeFrame: (exchangeSymbols) => requestFrame('subscribe', SPOT_TYPE, exchangeSymbols),
  unsubscribeFrame: (exchangeSymbols) => requestFrame('unsubscribe', SPOT_TYPE, exchangeSymbols),
  topsRequest: { key: 'tops', path: '/api/v2/spot/market/tickers' },
};

export const bitgetPerp: ExchangeAdapter = {
  ...common,
  name: 'BitgetPerp',
  aliases: ['bitget-futures'],
  market: 'linear',
  takerFee: { percent: 0.06, asOf: '2026-11-22' },
  listingRequests: [
    { key: 'contracts', path: `/api/v2/mix/market/contracts?productType=${PERP_TYPE}` },
    { key: 'tickers', path: `/api/v2/mix/market/tickers?productType=${PERP_TYPE}` },
  ],
  parseListing: parsePerpetuals,
  subscribeFrame: (exchangeSymbols) => requestFrame('subscribe', PERP_TYPE, exchangeSymbols),
  unsubscribeFrame: (exchangeSymbols) => requestFrame('unsubscribe', PERP_TYPE, exchangeSymbols),
  topsRequest: { key: 'tops', path: `/api/v2/mix/market/tickers?productType=${PERP_TYPE}` },
};

/** Requests carry no id: answers name their argument. */
function requestFrame(op: string, instType: string, exchangeSymbols: readonly string[]): string {
  const args = exchangeSymbols.map((instId) => ({ instType, channel: CHANNEL, instId }));
  return JSON.stringify({ op, args });
}

function parseSpot(bodies: Readonly<Record<string, unknown>>): readonly ListedInstrument[] {
  const rows = dataOf(bodies['symbols'], 'symbols');
  const volumes = volumesOf(bodies['tickers']);
  return readRows(rows, 'symbols.data', 'symbol, baseCoin, quoteCoin', (row) =>
    // `halt`, `gray` and `offline` are the others.
    listedOf(row, readText(row.status), 'online', row.pricePrecision, 1, volumes),
  );
}

/** The list also holds dated contracts: left out. `sizeMultiplier` is a step: sizes are in base coin. */
function parsePerpetuals(bodies: Readonly<Record<string, unknown>>): readonly ListedInstrument[] {
  const rows = dataOf(bodies['contracts'], 'contracts');
  const volumes = volumesOf(bodies['tickers']);
  return readRows(rows, 'contracts.data', 'symbol, baseCoin, quoteCoin of a perpetual', (row) =>
    row.symbolType === 'perpetual'
      ? listedOf(row, readText(row.symbolStatus), 'normal', row.pricePlace, row.priceEndStep, volumes)
      : undefined,
  );
}

/** The price step is `step`·10^-`places`. */
function listedOf(
  row: JsonObject,
  status: string | undefined,
  tradingStatus: string,
  places: unknown,
  step: unknown,
  volumes: ReadonlyMap<string, number>,
): ListedInstrument | undefined {
  const exchangeSymbol = readText(row.symbol);
  const base = readText(row.baseCoin);
  const quote = readText(row.quoteCoin);
  if (exchangeSymbol === undefined || base === undefined || quote === undefined) return undefined;
  const decimals = numberOrNull(places);
  const ticks = numberOrNull(step);
  return {
    exchangeSymbol,
    base,
    quote,
    trading: status === tradingStatus,
    statusText: status ?? '',
    quoteVolume24h: volumes.get(exchangeSymbol) ?? null,
    tickSize: decimals === null || !ticks ? null : Number(`${ticks}e-${decimals}`),
    contractSize: 1,
  };
}

function volumesOf(body: unknown): ReadonlyMap<string, number> {
  return readVolumes(dataOf(body, 'tickers'), 'tickers.data', 'symbol', 'quoteVolume');
}

function dataOf(body: unknown, key: string): readonly unknown[] {
  const reply = objectAt(body, key);
  if (reply.code !== '00000')
    throw listingError(`${key}.code`, reply.code, `"00000" (msg ${excerpt(reply.msg)})`);
  return arrayAt(reply.data, `${key}.data`);
}

function createDecoder(listing: DecoderListing): Decoder {
  const order = new TopOrder();

  /** Each element of `data` is one whole top of book. v2 names the sides in full, v3 by a letter. */
  function decodeTops(symbol: unknown, frame: JsonObject, text: string, sink: DecoderSink): void {
    const { data } = frame;
    if (!Array.isArray(data) || data.length === 0) sink.reject('missing-field', 'data');
    else if (frame.action !== 'snapshot') sink.reject('missing-field', 'action');
    else {
      const id = readInstrument(listing, symbol, sink);
      if (id === undefined) return;
      for (const top of data as readonly unknown[]) {
        if (!isObject(top)) sink.reject('missing-field', 'data');
        else decodeTop(id, top, data.length === 1 ? text : '', sink);
      }
    }
  }

  /** `text` is the whole frame where it holds this top alone. */
  function decodeTop(id: number, top: JsonObject, text: string, sink: DecoderSink): void {
    const exchangeUs = readExchangeUs(top.ts);
    // `seq` is not always there, and may begin anew after a release.
    const updateId = exactId(top.seq, SEQ, text);
    const lastId = order.lastId(id);
    if (order.isOlder(id, updateId, exchangeUs)) {
      sink.reject('out-of-order', excerpt(top.seq ?? top.ts));
      return;
    }
    const broken = chainBreak(lastId, updateId, top.pseq, exactId(top.pseq, PSEQ, text));
    if (broken !== undefined) sink.gap(id, broken);
    const bid = firstLevel(top.bids ?? top.b);
    const ask = firstLevel(top.asks ?? top.a);
    emitTop(sink, id, listing.contractSizeOf(id), bid[0], bid[1], ask[0], ask[1], exchangeUs, updateId);
  }

  function decodeObject(frame: JsonObject, text: string, sink: DecoderSink): void {
    const { arg } = frame;
    const channel = isObject(arg) ? (readText(arg.channel) ?? readText(arg.topic)) : undefined;
    if (typeof frame.event === 'string') decodeEvent(frame, frame.event, sink);
    else if (typeof frame.op === 'string') sink.control('request', { message: excerpt(frame.op) });
    else if (!isObject(arg) || channel === undefined || !('data' in frame))
      sink.reject('unrecognised', excerpt(frame));
    else if (typeof arg.instType === 'string' && RETIRED_TYPES.has(arg.instType))
      sink.control('other-channel', { message: 'retired protocol v1' });
    else if (channel === CHANNEL) decodeTops(arg.instId ?? arg.symbol, frame, text, sink);
    else if (OTHER_CHANNELS.has(channel) || CANDLE_CHANNEL.test(channel)) sink.control('other-channel');
    else sink.reject('unrecognised', excerpt(channel));
  }

  // What names the push before has to be compared with it.
  const learns = (text: string) => !text.includes('"pseq"');
  return scanningDecoder({ listing, order }, { roles: ROLES, learns }, (frame, sink) => {
    const text = frameText(frame, sink);
    if (text === undefined) return;
    // Bare text, no JSON.
    if (text === 'pong') sink.control('pong');
    else if (text === 'ping') sink.control('request', { message: text });
    else {
      const object = objectOf(text, sink);
      if (object !== undefined) decodeObject(object, text, sink);
    }
  });
}

const SEQ = /"seq"\s*:\s*(\d+)/;
const PSEQ = /"pseq"\s*:\s*(\d+)/;

/** Numbers past 2^53 are rounded by JSON and stand whole in the frame's text: a key inside a text has its quotes escaped. */
function exactId(value: unknown, inText: RegExp, text: string): UpdateId {
  const isRounded = typeof value === 'number' && value > Number.MAX_SAFE_INTEGER;
  return readUpdateId(isRounded ? inText.exec(text)?.[1] : value);
}

/**
 * v3 names the push before: 0 after a restart of the numbering, and with each snapshot by the document's example,
 * so that only a number that falls as well is a restart. An earlier push than the last one taken is no hole.
 */
function chainBreak(
  lastId: UpdateId,
  id: UpdateId,
  pseq: unknown,
  previousId: UpdateId,
): GapReason | undefined {
  if (!isId(lastId) || !isId(id)) return undefined;
  if (isId(previousId)) return previousId > lastId && id > lastId ? 'sequence' : undefined;
  return (pseq === 0 || pseq === '0') && id < lastId ? 'reset' : undefined;
}

function decodeEvent(frame: JsonObject, event: string, sink: DecoderSink): void {
  const { arg } = frame;
  const exchangeSymbol = isObject(arg) ? (readText(arg.instId) ?? readText(arg.symbol)) : undefined;
  if (event === 'subscribe') sink.control('subscribed', controlDetail({ exchangeSymbol }));
  else if (event === 'unsubscribe') sink.control('unsubscribed', controlDetail({ exchangeSymbol }));
  else if (event === 'login') sink.control('notice', { message: event });
  else if (event === 'error') {
    // The code is a number on the wire and text in some documents.
    const message = `${excerpt(frame.code)} ${excerpt(frame.msg)}`;
    const kind = isObject(arg) ? 'subscribe-error' : 'error';
    sink.control(kind, controlDetail({ exchangeSymbol, message }));
  } else sink.reject('unrecognised', excerpt(frame));
}

// The wire, by example.
//
// best bid and ask
//   {"action":"snapshot","arg":{"instType":"SPOT","channel":"books1","instId":"BTCUSDT"},"data":[{
//    "asks":[["27000.5","8.760"]],"bids":[["27000.0","2.710"]],"checksum":0,"seq":123,
//    "ts":"1695716059516"}],"ts":1695716059516}
// the same of v3
//   {"action":"snapshot","arg":{"instType":"usdt-futures","topic":"books1","symbol":"BTCUSDT"},"data":[{
//    "a":[["99756.7","23.9774"]],"b":[["99756.6","0.0128"]],"pseq":0,"seq":1304314508780744705,
//    "ts":"1746698732562"}],"ts":1746698732563}
// request and answer (one an argument)
//   {"op":"subscribe","args":[{"instType":"SPOT","channel":"books1","instId":"BTCUSDT"}]}
//   {"event":"subscribe","arg":{"instType":"SPOT","channel":"books1","instId":"BTCUSDT"}}
// refusals
//   {"event":"error","arg":{"instType":"USDT-FUTURES","channel":"books","instId":"NOPEUSDT"},"code":30001,
//    "msg":"instType:USDT-FUTURES,channel:books,instId:NOPEUSDT,precision:null doesn't exist","op":"subscribe"}
//   {"event":"error","code":"30005","msg":"error"}
// listings
//   {"code":"00000","msg":"success","requestTime":1695808949356,"data":[{"symbol":"BTCUSDT",
//    "baseCoin":"BTC","quoteCoin":"USDT","status":"online","pricePrecision":"2",…}]}
//   … {"symbol":"BTCUSDT","symbolType":"perpetual","symbolStatus":"normal","pricePlace":"1",
//    "priceEndStep":"1","sizeMultiplier":"0.001",…}
