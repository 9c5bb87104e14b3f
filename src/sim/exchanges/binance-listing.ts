// Binance spot, simulated: the market data REST. Source: rest-api.md of binance-spot-api-docs.

import { type Micros, US_PER_MS } from '../../core/time.js';
import type { RestReply, SimBook } from '../exchange.js';
import { decimalText, lastPrice, quoteTexts } from '../wire.js';

/** Every price and size has eight decimals, whatever the tick. */
export const DECIMALS = 8;

export function rest(path: URL, book: SimBook, nowUs: Micros): RestReply {
  const serverTime = Math.floor(nowUs / US_PER_MS);
  switch (path.pathname) {
    case '/api/v3/exchangeInfo':
      return { status: 200, body: exchangeInfo(book, serverTime) };
    case '/api/v3/ticker/24hr':
      return {
        status: 200,
        body: book.listing.map((listed) => ticker24hr(book, listed.exchangeSymbol, nowUs)),
      };
    case '/api/v3/ticker/bookTicker':
      return { status: 200, body: bookTickers(book, nowUs) };
    case '/api/v3/time':
      return { status: 200, body: { serverTime } };
    default:
      return { status: 404, body: '<html><body><h2>404 Not found</h2></body></html>' };
  }
}

function exchangeInfo(book: SimBook, serverTime: number): unknown {
  const symbols = book.listing.map((listed) => ({
    symbol: listed.exchangeSymbol,
    status: listed.trading ? 'TRADING' : 'BREAK',
    baseAsset: listed.base,
    baseAssetPrecision: DECIMALS,
    quoteAsset: listed.quote,
    quotePrecision: DECIMALS,
    quoteAssetPrecision: DECIMALS,
    orderTypes: ['LIMIT', 'LIMIT_MAKER', 'MARKET'],
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    filters: [
      {
        filterType: 'PRICE_FILTER',
        minPrice: decimalText(listed.tickSize, DECIMALS),
        maxPrice: '1000000.00000000',
        tickSize: decimalText(listed.tickSize, DECIMALS),
      },
      {
        filterType: 'LOT_SIZE',
        minQty: decimalText(10 ** -listed.sizeDecimals, DECIMALS),
        maxQty: '9000000.00000000',
        stepSize: decimalText(10 ** -listed.sizeDecimals, DECIMALS),
      },
    ],
    permissions: [],
    permissionSets: [['SPOT']],
  }));
  const rateLimits = [
    { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6000 },
    { rateLimitType: 'RAW_REQUESTS', interval: 'MINUTE', intervalNum: 5, limit: 61000 },
  ];
  return { timezone: 'UTC', serverTime, rateLimits, exchangeFilters: [], symbols };
}

/** An empty side is told as zero. */
export function bookTickers(book: SimBook, nowUs: Micros): readonly unknown[] {
  return book.listing.map((listed) => {
    const quote = book.quoteOf(listed.exchangeSymbol, nowUs);
    const texts = quote === undefined ? null : quoteTexts(listed, quote);
    const zero = decimalText(0, DECIMALS);
    return {
      symbol: listed.exchangeSymbol,
      bidPrice: texts?.bid?.[0] ?? zero,
      bidQty: texts?.bid?.[1] ?? zero,
      askPrice: texts?.ask?.[0] ?? zero,
      askQty: texts?.ask?.[1] ?? zero,
    };
  });
}

function ticker24hr(book: SimBook, exchangeSymbol: string, nowUs: Micros): unknown {
  const listed = book.find(exchangeSymbol)!;
  const quote = book.quoteOf(exchangeSymbol, nowUs);
  const texts =
    quote === undefined ? null : quoteTexts({ ...listed, priceDecimals: 8, sizeDecimals: 8 }, quote);
  const zero = decimalText(0, DECIMALS);
  const last = lastPrice(quote);
  const closeTime = Math.floor(nowUs / US_PER_MS);
  return {
    symbol: exchangeSymbol,
    priceChange: zero,
    priceChangePercent: '0.000',
    lastPrice: decimalText(last, DECIMALS),
    bidPrice: texts?.bid?.[0] ?? zero,
    bidQty: texts?.bid?.[1] ?? zero,
    askPrice: texts?.ask?.[0] ?? zero,
    askQty: texts?.ask?.[1] ?? zero,
    volume: decimalText(last > 0 ? listed.quoteVolume24h / last : 0, DECIMALS),
    quoteVolume: decimalText(listed.quoteVolume24h, DECIMALS),
    openTime: closeTime - 86_400_000,
    closeTime,
    firstId: 1,
    lastId: 2,
    count: 2,
  };
}
