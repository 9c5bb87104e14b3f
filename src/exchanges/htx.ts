// HTX (once Huobi) spot: listing, subscriptions and frames of `wss://api.huobi.pro/ws`. Every frame of the server comes
// as GZIP, ours go as plain text. Pure: no socket, no clock, no log; never throws on a frame. Full top of book in every
// message: a decoder holds its order, no prices.
// No live connection was made. "Unverified" below: no recording shows it, only a document or another client, or neither.

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
  timeMsAt,
} from './listing.js';
import { type Books, readUpdateId, TopOrder } from './order.js';
import { givingUpId, readAnswered } from './request-id.js';
import { type Roles, rolesBelow } from './scan-learn.js';
import { scanningDecoder } from './scan-top.js';

/** `market.btcusdt.bbo` */
const ROLES: Roles = {
  ...{ ch: 'symbol', ts: 'ms2' },
  ...rolesBelow('tick', { bid: 'bid', bidSize: 'bidSize', ask: 'ask', askSize: 'askSize' }),
  ...rolesBelow('tick', { seqId: 'id', quoteTime: 'ms', symbol: 'any' }),
};

const TOPIC = /^market\.([^.]*)\.(.+)$/;
/** Documented channels that carry no best bid and ask of one book alone; `size_…` and `BTC_CW` are of the futures. */
const OTHER_CHANNEL =
  /^(?:kline\.\w+|depth\.(?:step\d+|percent10|size_\d+\.high_freq)|mbp\.(?:refresh\.)?\d+|trade\.detail|detail|ticker)$/;
/** The same of all symbols at once. */
const OTHER_TOPIC = 'market.tickers';
/** In the text of a refusal: `invalid topic market.abcusdt.bbo`. */
const TOPIC_REFUSED = /market\.([^.\s]+)\.bbo/;

export const htx: ExchangeAdapter = {
  name: 'HTX',
  aliases: ['Huobi'],
  market: 'spot',
  restUrl: 'https://api.huobi.pro',
  wsUrl: 'wss://api.huobi.pro/ws',
  // As ccxt 4.5.84 has it; the exchange's own table was not read (unverified).
  takerFee: { percent: 0.2, asOf: '2026-11-25' },
  limits: {
    // No number is documented, only the advice to keep it small.
    symbolsPerConnection: 100,
    // The document shows a list of topics too, but the answer to it names the first one alone (unverified).
    symbolsPerMessage: 1,
    // Documented for `req`: 100 ms between two of one connection. Whether `sub` counts is unverified.
    messageIntervalMs: 120,
    // Nothing is documented of connections an address, or of their pace.
    connectIntervalMs: 500,
  },
  // The server asks every 5 s and closes after two questions without an answer (documented); ours only proves that it
  // lives. Its own `{"ping":n}` from us would be answered, but reads like the server's in a recording.
  ping: { intervalMs: 15_000, frame: () => null },
  compressed: true,
  refusalScope: 'whole',
  listingRequests: [
    { key: 'symbols', path: '/v1/common/symbols' },
    { key: 'tickers', path: '/market/tickers' },
  ],
  parseListing,
  subscribeFrame: (exchangeSymbols, requestId) => requestFrame('sub', exchangeSymbols, requestId),
  // Acknowledged in its own word, but refused in the same.
  unsubscribeFrame: (exchangeSymbols, requestId) =>
    requestFrame('unsub', exchangeSymbols, givingUpId(requestId)),
  timeRequest: {
    path: '/v1/common/timestamp',
    readMs: (body) => timeMsAt(dataOf(body, 'time'), 'time.data'),
  },
  topsRequest: { key: 'tops', path: '/market/tickers' },
  parseTops,
  createDecoder,
};

/** One symbol a frame. */
function requestFrame(verb: 'sub' | 'unsub', exchangeSymbols: readonly string[], requestId: number): string {
  return JSON.stringify({ [verb]: `market.${exchangeSymbols[0]}.bbo`, id: String(requestId) });
}

/** `data` of a reply; its status says whether it is one. */
function dataOf(body: unknown, key: string): unknown {
  const reply = objectAt(body, key);
  if (reply.status !== 'ok')
    throw listingError(`${key}.status`, reply.status, `ok (${excerpt(reply['err-msg'])})`);
  return reply.data;
}

/** How an empty side is written here is unverified. */
function parseTops(body: unknown): ReadonlyMap<string, RestTop> {
  return readTops(arrayAt(dataOf(body, 'tops'), 'tops.data'), 'tops.data', 'symbol', 'bid', 'ask');
}

function parseListing(bodies: Readonly<Record<string, unknown>>): readonly ListedInstrument[] {
  const rows = arrayAt(dataOf(bodies['symbols'], 'symbols'), 'symbols.data');
  const tickers = arrayAt(dataOf(bodies['tickers'], 'tickers'), 'tickers.data');
  // `amount` is in base coins, `vol` in the quote currency.
  const volumes = readVolumes(tickers, 'tickers.data', 'symbol', 'vol');
  return readRows(rows, 'symbols.data', 'symbol, base-currency, quote-currency', (row) => {
    const exchangeSymbol = readText(row.symbol);
    const base = readText(row['base-currency']);
    const quote = readText(row['quote-currency']);
    if (exchangeSymbol === undefined || base === undefined || quote === undefined) return undefined;
    const statusText = readText(row.state) ?? '';
    return {
      exchangeSymbol,
      // All its names are in lower case.
      base: base.toUpperCase(),
      quote: quote.toUpperCase(),
      trading: statusText === 'online',
      statusText,
      quoteVolume24h: volumes.get(exchangeSymbol) ?? null,
      tickSize: tickOf(row['price-precision']),
      contractSize: 1,
    };
  });
}

/** The listing tells decimals, no step. */
function tickOf(decimals: unknown): number | null {
  const count = numberOrNull(decimals);
  return count !== null && Number.isInteger(count) && count <= 20 ? Number(`1e-${count}`) : null;
}

function createDecoder(listing: DecoderListing): Decoder {
  const books: Books = { listing, order: new TopOrder() };
  return scanningDecoder(books, { roles: ROLES, inflate: inflatedFrame }, (frame, sink) => {
    const text = frameText(frame, sink);
    if (text !== undefined) decodeObject(objectOf(text, sink), books, sink);
  });
}

function decodeObject(frame: JsonObject | undefined, books: Books, sink: DecoderSink): void {
  if (frame === undefined) return;
  if (typeof frame.ch === 'string') decodeData(frame.ch, frame, books, sink);
  else if ('ping' in frame) decodePing(frame.ping, sink);
  // Ours to the server's question, in a recording.
  else if ('pong' in frame) sink.control('request', { message: 'pong' });
  else if (frame.status === 'error') decodeError(frame, sink);
  else if (frame.status === 'ok') decodeAnswer(frame, sink);
  else {
    const verb = ['sub', 'unsub', 'req'].find((word) => frame[word] !== undefined);
    if (verb === undefined) sink.reject('unrecognised', excerpt(frame));
    else sink.control('request', { message: verb });
  }
}

/** The answer repeats the number: milliseconds, as a whole number. */
function decodePing(ping: unknown, sink: DecoderSink): void {
  if (Number.isSafeInteger(ping)) sink.control('ping', { reply: JSON.stringify({ pong: ping }) });
  else sink.reject('unrecognised', excerpt({ ping }));
}

function decodeData(topic: string, frame: JsonObject, books: Books, sink: DecoderSink): void {
  const [, symbol, channel = ''] = TOPIC.exec(topic) ?? [];
  if (channel === 'bbo') {
    if (isObject(frame.tick)) decodeTop(symbol, frame.tick, frame.ts, books, sink);
    else sink.reject('missing-field', 'tick');
  } else if (OTHER_CHANNEL.test(channel) || topic === OTHER_TOPIC) sink.control('other-channel');
  else sink.reject('unrecognised', excerpt(topic));
}

/**
 * Pushed on change. `quoteTime` is when the top was made, `ts` when the frame was: in a recording 8 ms before it. How an
 * empty side is written is unverified: absent, null, zero and an empty text are all taken for one. A `quoteTime` of 0 is
 * said to come (tardis-node leaves such a message out, unverified): then `ts` is its time.
 */
function decodeTop(symbol: unknown, tick: JsonObject, ts: unknown, books: Books, sink: DecoderSink): void {
  const id = readInstrument(books.listing, symbol, sink);
  if (id === undefined) return;
  const madeUs = readExchangeUs(tick.quoteTime);
  const exchangeUs = Number.isNaN(madeUs) ? readExchangeUs(ts) : madeUs;
  // Called a sequence number; that it rises is unverified, and how: no hole in it is taken for a gap.
  const updateId = readUpdateId(tick.seqId);
  if (books.order.isOlder(id, updateId, exchangeUs))
    sink.reject('out-of-order', `seqId ${excerpt(tick.seqId)} time ${exchangeUs}`);
  else {
    const unit = books.listing.contractSizeOf(id);
    emitTop(sink, id, unit, tick.bid, tick.bidSize, tick.ask, tick.askSize, exchangeUs, updateId);
  }
}

function decodeAnswer(frame: JsonObject, sink: DecoderSink): void {
  const { requestId } = readAnswered(frame.id);
  const topic = readText(frame.subbed) ?? readText(frame.unsubbed);
  const detail = controlDetail({ requestId, exchangeSymbol: TOPIC.exec(topic ?? '')?.[1] });
  if ('subbed' in frame) sink.control('subscribed', detail);
  else if ('unsubbed' in frame) sink.control('unsubscribed', detail);
  // What `req` asked for, once.
  else if ('rep' in frame) sink.control('other-channel');
  else sink.reject('unrecognised', excerpt(frame));
}

/** The form is documented; no refusal is recorded. */
function decodeError(frame: JsonObject, sink: DecoderSink): void {
  const { requestId, kind } = readAnswered(frame.id);
  const text = readText(frame['err-msg']);
  const message = `${excerpt(frame['err-code'])} ${text ?? ''}`.trim();
  const exchangeSymbol = TOPIC_REFUSED.exec(text ?? '')?.[1];
  const isRefusal = requestId !== undefined && kind === 'subscribed';
  sink.control(
    isRefusal ? 'subscribe-error' : 'error',
    controlDetail({ requestId, exchangeSymbol, message }),
  );
}

// The wire, by example, as it is after inflating.
//
// best bid and ask (documented; the one that is recorded, of 2026, was cut and lacks `seqId` and `symbol`)
//   {"ch":"market.btcusdt.bbo","ts":1630994555540,"tick":{"seqId":137005210233,"ask":52665.02,"askSize":1.502181,
//    "bid":52665.01,"bidSize":0.178567,"quoteTime":1630994555539,"symbol":"btcusdt"}}
// request and answer (recorded of other channels, with numbers as ids), giving up and answer (documented)
//   {"sub":"market.btcusdt.bbo","id":"1"}   {"id":"1","status":"ok","subbed":"market.btcusdt.bbo","ts":1489474081631}
//   {"unsub":"market.btcusdt.bbo","id":"2"}   {"id":"2","status":"ok","unsubbed":"market.btcusdt.bbo","ts":1494326028889}
// refusals (documented)
//   {"status":"error","ts":1494301904959,"id":"3","err-code":"bad-request","err-msg":"invalid topic market.abcusdt.bbo"}
//   {"status":"error","ts":1494326217428,"id":"4","err-code":"bad-request",
//    "err-msg":"unsub with not subbed topic market.btcusdt.bbo"}
// ping and the answer (recorded)
//   {"ping":1618678078643}   {"pong":1618678078643}
