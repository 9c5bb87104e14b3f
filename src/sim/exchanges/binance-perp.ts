// Binance USD-M perpetuals, simulated: `/fapi/v1/…` and the routed sockets `/public`, `/market`, `/private`.
// Source: Binance derivatives docs, and probes that other public clients made in 2026 (said below).

import { type Micros, US_PER_MS } from '../../core/time.js';
import type { RestReply, SimBook, SimExchange, SimListed } from '../exchange.js';
import { decimalText, lastPrice, quoteTexts } from '../wire.js';
import { BinanceConversation, type BinanceRules, binance } from './binance.js';
import { PERP_REST_LIMIT } from './binance-limits.js';
import { bookTickers } from './binance-listing.js';

const RULES: BinanceRules = {
  messagesPerSecond: 10,
  pingPeriodMs: 180_000,
  pongTimeoutMs: 600_000,
  // On another route it is acknowledged, and never comes (probed both ways in 2026-09).
  servesBookTicker: (pathname) => pathname.startsWith('/public/'),
  servesTrades: false,
  quoteData(listed, quote, updateId, eventUs) {
    const { bid, ask } = quoteTexts(listed, quote);
    const zero = decimalText(0, listed.priceDecimals);
    const engineMs = Math.floor(eventUs / US_PER_MS);
    return {
      e: 'bookTicker',
      u: 11_000_000_000_000 + updateId,
      s: listed.exchangeSymbol,
      ps: listed.exchangeSymbol,
      b: bid?.[0] ?? zero,
      B: bid?.[1] ?? '0',
      a: ask?.[0] ?? zero,
      A: ask?.[1] ?? '0',
      T: engineMs,
      E: engineMs + 3,
      st: 1,
    };
  },
};

export const binancePerp: SimExchange = {
  name: 'BinancePerp',
  market: 'linear',
  recordingKey: 'binance-futures',
  givesTime: true,
  restPrefix: '',
  wsPath: '/public/ws',
  connectLimit: binance.connectLimit,
  restLimit: PERP_REST_LIMIT,
  exchangeSymbolOf: binance.exchangeSymbolOf,
  splitSymbol: binance.splitSymbol,
  symbolOfFrame: binance.symbolOfFrame,
  rest,
  // The paths without a route were retired on 2026-04-23.
  acceptsWsPath: (pathname) => /^\/(?:public|market|private)\/(?:stream\/?|ws(?:\/.*)?)$/.test(pathname),
  open: (path, peer, book, nowUs) => new BinanceConversation(RULES, path, peer, book, nowUs),
};

function rest(path: URL, book: SimBook, nowUs: Micros): RestReply {
  const serverTime = Math.floor(nowUs / US_PER_MS);
  switch (path.pathname) {
    case '/fapi/v1/exchangeInfo':
      return { status: 200, body: exchangeInfo(book, serverTime) };
    case '/fapi/v1/ticker/24hr':
      return { status: 200, body: book.listing.map((listed) => ticker24hr(book, listed, nowUs)) };
    case '/fapi/v1/ticker/bookTicker':
      return { status: 200, body: bookTickers(book, nowUs) };
    case '/fapi/v1/time':
      return { status: 200, body: { serverTime } };
    default:
      return { status: 404, body: '<html><body><h2>404 Not found</h2></body></html>' };
  }
}

function exchangeInfo(book: SimBook, serverTime: number): unknown {
  const status = (listed: SimListed): string => (listed.trading ? 'TRADING' : 'SETTLING');
  const symbols = book.listing.map((listed) => contract(listed, { status: status(listed) }));
  const [first] = book.listing;
  // What shares the list with the perpetuals of coins: a dated contract, a stock, and one long settled.
  const others =
    first === undefined
      ? []
      : [
          contract(first, {
            symbol: `${first.exchangeSymbol}_270326`,
            contractType: 'CURRENT_QUARTER',
            deliveryDate: Date.UTC(2027, 2, 26, 8),
          }),
          contract(first, {
            symbol: 'TSLAUSDT',
            pair: 'TSLAUSDT',
            baseAsset: 'TSLA',
            contractType: 'TRADIFI_PERPETUAL',
            underlyingType: 'EQUITY',
          }),
          contract(first, { symbol: 'LUNAUSDT', pair: 'LUNAUSDT', baseAsset: 'LUNA', status: 'SETTLING' }),
        ];
  const rateLimits = [
    { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 2400 },
    { rateLimitType: 'ORDERS', interval: 'MINUTE', intervalNum: 1, limit: 1200 },
  ];
  return {
    timezone: 'UTC',
    serverTime,
    futuresType: 'U_MARGINED',
    rateLimits,
    exchangeFilters: [],
    assets: [{ asset: 'USDT', marginAvailable: true, autoAssetExchange: '-10000' }],
    symbols: [...symbols, ...others],
  };
}

function contract(listed: SimListed, differing: Readonly<Record<string, string | number>>): unknown {
  const stepSize = decimalText(10 ** -listed.sizeDecimals, listed.sizeDecimals);
  return {
    symbol: listed.exchangeSymbol,
    pair: listed.exchangeSymbol,
    contractType: 'PERPETUAL',
    deliveryDate: 4_133_404_800_000,
    onboardDate: 1_569_398_400_000,
    status: 'TRADING',
    baseAsset: listed.base,
    quoteAsset: listed.quote,
    marginAsset: listed.quote,
    pricePrecision: listed.priceDecimals,
    quantityPrecision: listed.sizeDecimals,
    baseAssetPrecision: 8,
    quotePrecision: 8,
    underlyingType: 'COIN',
    underlyingSubType: [],
    filters: [
      {
        filterType: 'PRICE_FILTER',
        minPrice: decimalText(listed.tickSize, listed.priceDecimals),
        maxPrice: '1000000',
        tickSize: decimalText(listed.tickSize, listed.priceDecimals),
      },
      { filterType: 'LOT_SIZE', stepSize, maxQty: '1000000', minQty: stepSize },
      { filterType: 'MIN_NOTIONAL', notional: '5' },
    ],
    orderTypes: ['LIMIT', 'MARKET'],
    timeInForce: ['GTC', 'IOC', 'FOK', 'GTX'],
    ...differing,
  };
}

function ticker24hr(book: SimBook, listed: SimListed, nowUs: Micros): unknown {
  const last = lastPrice(book.quoteOf(listed.exchangeSymbol, nowUs));
  const closeTime = Math.floor(nowUs / US_PER_MS);
  return {
    symbol: listed.exchangeSymbol,
    priceChange: '0',
    priceChangePercent: '0.000',
    lastPrice: decimalText(last, listed.priceDecimals),
    lastQty: '0',
    volume: decimalText(last > 0 ? listed.quoteVolume24h / last : 0, listed.sizeDecimals),
    quoteVolume: decimalText(listed.quoteVolume24h, 2),
    openTime: closeTime - 86_400_000,
    closeTime,
    firstId: 1,
    lastId: 2,
    count: 2,
  };
}
