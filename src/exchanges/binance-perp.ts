// Binance USD-M perpetuals: listing and addresses of `fstream.binance.com`; frames and requests are those of
// spot, with times. Pure: no socket, no clock, no log; never throws on a frame. Sizes are in base coin, and a
// multiplied contract (`1000PEPEUSDT`) keeps its prefix: its base is `1000PEPE`, never guessed to be PEPE.

import { binance } from './binance.js';
import type { ExchangeAdapter, ListedInstrument } from './exchange.js';
import { readText } from './fields.js';
import { isObject } from './frame.js';
import { arrayAt, objectAt, readRows, readVolumes, stepOrNull, timeMsAt } from './listing.js';

const MARGIN = 'USDT';

export const binancePerp: ExchangeAdapter = {
  name: 'BinancePerp',
  aliases: ['binance-futures', 'binance-usdm'],
  market: 'linear',
  restUrl: 'https://fapi.binance.com',
  // The unrouted `/ws` was retired on 2026-04-23. A socket serves one route, and the book ticker is of
  // `public`: asked of another, it is acknowledged and never comes.
  wsUrl: 'wss://fstream.binance.com/public/ws',
  takerFee: { percent: 0.05, asOf: '2026-11-22' },
  limits: {
    // 1024 streams a connection are allowed; fewer, so that one lost connection costs fewer instruments.
    symbolsPerConnection: 200,
    // 566 symbols in six messages of a hundred all delivered.
    symbolsPerMessage: 100,
    // 10 messages a second, pings and pongs counted.
    messageIntervalMs: 150,
    // 300 connection attempts in 5 minutes an address.
    connectIntervalMs: 1_000,
    // Every socket is cut after 24 hours.
    connectionLifeMs: 24 * 3_600_000,
  },
  // The server pings every 3 minutes and the socket library answers; ours only proves that the connection lives.
  ping: binance.ping,
  listingRequests: [
    { key: 'exchangeInfo', path: '/fapi/v1/exchangeInfo' },
    { key: 'tickers', path: '/fapi/v1/ticker/24hr' },
  ],
  refusalScope: 'whole',
  parseListing,
  subscribeFrame: binance.subscribeFrame,
  unsubscribeFrame: binance.unsubscribeFrame,
  timeRequest: {
    path: '/fapi/v1/time',
    readMs: (body) => timeMsAt(objectAt(body, 'time').serverTime, 'time.serverTime'),
  },
  topsRequest: { key: 'tops', path: '/fapi/v1/ticker/bookTicker' },
  parseTops: binance.parseTops,
  createDecoder: binance.createDecoder,
};

function parseListing(bodies: Readonly<Record<string, unknown>>): readonly ListedInstrument[] {
  const info = objectAt(bodies['exchangeInfo'], 'exchangeInfo');
  const rows = arrayAt(info.symbols, 'exchangeInfo.symbols');
  const volumes = readVolumes(arrayAt(bodies['tickers'], 'tickers'), 'tickers', 'symbol', 'quoteVolume');
  const fields = `symbol, baseAsset, contractType PERPETUAL and marginAsset ${MARGIN}`;
  return readRows(rows, 'exchangeInfo.symbols', fields, (row) => {
    // Dated contracts have other types; stocks and metals are TRADIFI_PERPETUAL.
    if (row.contractType !== 'PERPETUAL' || row.marginAsset !== MARGIN || row.quoteAsset !== MARGIN)
      return undefined;
    const exchangeSymbol = readText(row.symbol);
    const base = readText(row.baseAsset);
    if (exchangeSymbol === undefined || base === undefined) return undefined;
    // Dead rows stay listed for months, as SETTLING.
    const statusText = readText(row.status) ?? '';
    const filters = Array.isArray(row.filters) ? row.filters.filter(isObject) : [];
    return {
      exchangeSymbol,
      base,
      quote: MARGIN,
      trading: statusText === 'TRADING',
      statusText,
      quoteVolume24h: volumes.get(exchangeSymbol) ?? null,
      tickSize: stepOrNull(filters.find((filter) => filter.filterType === 'PRICE_FILTER')?.tickSize),
      contractSize: 1,
    };
  });
}

// The wire, by example.
//
// best bid and ask (`T` of the engine, `E` of the event, ms)
//   {"e":"bookTicker","u":400900217,"s":"BNBUSDT","b":"25.3519","B":"31.21","a":"25.3652","A":"40.66",
//    "T":1568014460891,"E":1568014460893}
// since 2026 also the pair, and 1 for USD-M, 2 for COIN-M
//   … "ps":"BNBUSDT","st":1}
// listing
//   {"symbols":[{"symbol":"BTCUSDT","pair":"BTCUSDT","contractType":"PERPETUAL","status":"TRADING",
//    "baseAsset":"BTC","quoteAsset":"USDT","marginAsset":"USDT",
//    "filters":[{"filterType":"PRICE_FILTER","tickSize":"0.10",…},…],…}],…}
