// KuCoin, spot and USDT-margined perpetuals: listings, the token before each connection, subscriptions of the
// classic sockets. Pure: no socket, no clock, no log. The frames are in kucoin-frames.ts.
// The unified sockets need no token; their frames decode, but they are not subscribed.

import {
  type ConnectRequest,
  type ExchangeAdapter,
  type ListedInstrument,
  ListingError,
} from './exchange.js';
import { readText } from './fields.js';
import { excerpt, isObject, type JsonObject } from './frame.js';
import { createDecoder, FUTURES_TOPIC, SPOT_TOPIC } from './kucoin-frames.js';
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
import { givingUpId } from './request-id.js';

/** `FFICSX` are dated. */
const PERPETUAL_TYPE = 'FFWCSX';

/** A new token for every connection, of the same host: those of spot and futures are not exchangeable. */
const connectRequest: ConnectRequest = {
  method: 'POST',
  path: '/api/v1/bullet-public',
  target(body, connectId) {
    const answer = isObject(body) ? body : {};
    const data: JsonObject = isObject(answer.data) ? answer.data : {};
    const servers: readonly unknown[] = Array.isArray(data.instanceServers) ? data.instanceServers : [];
    const server = servers.find(isObject);
    const endpoint = readText(server?.endpoint);
    const token = readText(data.token);
    if (answer.code !== '200000' || token === undefined || endpoint === undefined)
      throw new ListingError(
        `token: code ${excerpt(answer.code)} (msg ${excerpt(answer.msg)}), expected 200000 with token and endpoint`,
      );
    if (!/^wss?:\/\/[^\s?#]+$/.test(endpoint) || !URL.canParse(endpoint))
      throw new ListingError(`token: endpoint is ${excerpt(endpoint)}, expected a WebSocket address`);
    const pingIntervalMs = numberOrNull(server?.pingInterval);
    return {
      url: `${endpoint}?token=${encodeURIComponent(token)}&connectId=${encodeURIComponent(connectId)}`,
      // Less than a second is no interval that anybody documents.
      ...(pingIntervalMs === null || pingIntervalMs < 1_000 ? {} : { pingIntervalMs }),
    };
  },
};

/** What both markets have in common. */
const common = {
  limits: {
    // Spot allows 300 (newer pages: 400), futures any number; fewer, so that a lost one costs fewer.
    symbolsPerConnection: 200,
    // One more is answered with 509.
    symbolsPerMessage: 100,
    // 100 messages in 10 s, pings included.
    messageIntervalMs: 200,
    // 30 new connections a minute.
    connectIntervalMs: 2_100,
    // Every socket is cut after 24 hours.
    connectionLifeMs: 24 * 3_600_000,
  },
  // A client that is silent for about 60 s is cut, even under traffic. The server sends no pings.
  ping: {
    intervalMs: 18_000,
    frame: (requestId: number) => JSON.stringify({ id: String(requestId), type: 'ping' }),
  },
  connectRequest,
  awaitsWelcome: true,
  // A refusal is of the whole message; unknown symbols are acknowledged and stay silent.
  refusalScope: 'whole' as const,
  timeRequest: {
    path: '/api/v1/timestamp',
    readMs: (body: unknown) => timeMsAt(dataOf(body, 'time'), 'time.data'),
  },
};

export const kucoin: ExchangeAdapter = {
  ...common,
  name: 'Kucoin',
  createDecoder: (listing) => createDecoder(listing, 'spot'),
  market: 'spot',
  restUrl: 'https://api.kucoin.com',
  wsUrl: 'wss://ws-api-spot.kucoin.com/',
  takerFee: { percent: 0.1, asOf: '2026-11-22' },
  listingRequests: [
    { key: 'symbols', path: '/api/v2/symbols' },
    { key: 'tickers', path: '/api/v1/market/allTickers' },
  ],
  parseListing: parseSpot,
  subscribeFrame: (exchangeSymbols, requestId) =>
    requestFrame('subscribe', SPOT_TOPIC, exchangeSymbols, requestId),
  unsubscribeFrame: (exchangeSymbols, requestId) =>
    requestFrame('unsubscribe', SPOT_TOPIC, exchangeSymbols, givingUpId(requestId)),
  topsRequest: { key: 'tops', path: '/api/v1/market/allTickers' },
  // `buy` is the best bid.
  parseTops: (body) => readTops(tickersOf(body, 'tops'), 'tops.data.ticker', 'symbol', 'buy', 'sell'),
};

export const kucoinPerp: ExchangeAdapter = {
  ...common,
  name: 'KucoinPerp',
  createDecoder: (listing) => createDecoder(listing, 'linear'),
  aliases: ['kucoin-futures'],
  market: 'linear',
  restUrl: 'https://api-futures.kucoin.com',
  wsUrl: 'wss://ws-api-futures.kucoin.com/',
  takerFee: { percent: 0.06, asOf: '2026-11-22' },
  listingRequests: [{ key: 'contracts', path: '/api/v1/contracts/active' }],
  parseListing: parsePerpetuals,
  subscribeFrame: (exchangeSymbols, requestId) =>
    requestFrame('subscribe', FUTURES_TOPIC, exchangeSymbols, requestId),
  unsubscribeFrame: (exchangeSymbols, requestId) =>
    requestFrame('unsubscribe', FUTURES_TOPIC, exchangeSymbols, givingUpId(requestId)),
  topsRequest: { key: 'tops', path: '/api/v1/allTickers' },
  parseTops: (body) => {
    const rows = arrayAt(dataOf(body, 'tops'), 'tops.data');
    return readTops(rows, 'tops.data', 'symbol', 'bestBidPrice', 'bestAskPrice');
  },
};

function requestFrame(
  type: string,
  topic: string,
  exchangeSymbols: readonly string[],
  requestId: number,
): string {
  return JSON.stringify({
    id: String(requestId),
    type,
    topic: `${topic}:${exchangeSymbols.join(',')}`,
    privateChannel: false,
    response: true,
  });
}

function parseSpot(bodies: Readonly<Record<string, unknown>>): readonly ListedInstrument[] {
  const rows = arrayAt(dataOf(bodies['symbols'], 'symbols'), 'symbols.data');
  const tickerRows = tickersOf(bodies['tickers'], 'tickers');
  const volumes = readVolumes(tickerRows, 'tickers.data.ticker', 'symbol', 'volValue');
  return readRows(rows, 'symbols.data', 'symbol, baseCurrency, quoteCurrency', (row) => {
    const exchangeSymbol = readText(row.symbol);
    const base = readText(row.baseCurrency);
    const quote = readText(row.quoteCurrency);
    if (exchangeSymbol === undefined || base === undefined || quote === undefined) return undefined;
    return {
      exchangeSymbol,
      base,
      quote,
      trading: row.enableTrading === true,
      statusText: `enableTrading ${excerpt(row.enableTrading)}`,
      quoteVolume24h: volumes.get(exchangeSymbol) ?? null,
      tickSize: stepOrNull(row.priceIncrement),
      contractSize: 1,
    };
  });
}

/** The list also holds dated and inverse contracts, and those margined in other coins: left out. */
function parsePerpetuals(bodies: Readonly<Record<string, unknown>>): readonly ListedInstrument[] {
  const rows = arrayAt(dataOf(bodies['contracts'], 'contracts'), 'contracts.data');
  const fields = `symbol, baseCurrency, quoteCurrency, multiplier, of type ${PERPETUAL_TYPE} settled in USDT`;
  return readRows(rows, 'contracts.data', fields, (row) => {
    const exchangeSymbol = readText(row.symbol);
    const base = readText(row.baseCurrency);
    const quote = readText(row.quoteCurrency);
    if (exchangeSymbol === undefined || base === undefined || quote === undefined) return undefined;
    if (row.type !== PERPETUAL_TYPE || row.isInverse === true || row.settleCurrency !== 'USDT')
      return undefined;
    // Base coins a lot; -1 on inverse contracts.
    const contractSize = stepOrNull(row.multiplier);
    if (contractSize === null) return undefined;
    const statusText = readText(row.status) ?? '';
    return {
      exchangeSymbol,
      base: base === 'XBT' ? 'BTC' : base,
      quote,
      trading: statusText === 'Open',
      statusText,
      quoteVolume24h: numberOrNull(row.turnoverOf24h),
      tickSize: stepOrNull(row.tickSize),
      contractSize,
    };
  });
}

function tickersOf(body: unknown, key: string): readonly unknown[] {
  const data = objectAt(dataOf(body, key), `${key}.data`);
  return arrayAt(data.ticker, `${key}.data.ticker`);
}

function dataOf(body: unknown, key: string): unknown {
  const reply = objectAt(body, key);
  if (reply.code !== '200000')
    throw listingError(`${key}.code`, reply.code, `"200000" (msg ${excerpt(reply.msg)})`);
  return reply.data;
}

// The wire, by example.
//
// token
//   {"code":"200000","data":{"token":"…","instanceServers":[{"endpoint":"wss://ws-api-spot.kucoin.com/",
//    "encrypt":true,"protocol":"websocket","pingInterval":18000,"pingTimeout":10000}]}}
// listings
//   {"code":"200000","data":[{"symbol":"BTC-USDT","baseCurrency":"BTC","quoteCurrency":"USDT",
//    "priceIncrement":"0.1","enableTrading":true,…}]}
//   {"code":"200000","data":{"time":1602832092060,"ticker":[{"symbol":"BTC-USDT","volValue":"96.5",…}]}}
//   {"code":"200000","data":[{"symbol":"XBTUSDTM","baseCurrency":"XBT","quoteCurrency":"USDT",
//    "settleCurrency":"USDT","type":"FFWCSX","status":"Open","isInverse":false,"multiplier":0.001,
//    "tickSize":0.1,"turnoverOf24h":1123456.7,…}]}
