// BingX USDT-margined perpetuals, simulated: `/openApi/swap/…` and the socket `/swap-market`; the conversation
// is that of spot, but for its codes, its bare `Ping`, and an update id and the engine's time in each push.
// Source: BingX docs, and captures of other public clients (2024 to 2026).

import type { Micros } from '../../core/time.js';
import type { RestReply, SimBook, SimExchange, SimListed } from '../exchange.js';
import { decimalText, lastPrice, quoteTexts } from '../wire.js';
import { BingxConversation, type BingxRules, bingx, bingxReply } from './bingx.js';

/** From the engine to the socket. */
const SENT_AFTER_MS = 20;

const RULES: BingxRules = {
  badTypeCode: 80015,
  tooManyTopicsCode: 80403,
  answerFields: () => ({ dataType: '', data: null }),
  successText: '',
  pingText: () => 'Ping',
  isPong: (text) => text === 'Pong',
  subscribesByDefault: false,
  tickerPush: (dataType, data) => ({ code: 0, dataType, data }),
  push: (dataType, top, updateId, eventMs) => ({
    code: 0,
    dataType,
    data: { e: 'bookTicker', u: updateId, E: eventMs + SENT_AFTER_MS, T: eventMs, ...top },
  }),
};

export const bingxPerp: SimExchange = {
  ...bingx,
  name: 'BingXPerp',
  market: 'linear',
  recordingKey: 'bingx-swap',
  wsPath: '/swap-market',
  rest,
  acceptsWsPath: (pathname) => pathname === '/swap-market',
  open: (_path, peer, book, nowUs) => new BingxConversation(RULES, peer, book, nowUs),
};

function rest(path: URL, book: SimBook, nowUs: Micros): RestReply {
  switch (path.pathname) {
    case '/openApi/swap/v2/server/time':
      return bingxReply(nowUs, { serverTime: Math.floor(nowUs / 1_000) });
    case '/openApi/swap/v2/quote/contracts':
      return bingxReply(nowUs, book.listing.map(contract));
    case '/openApi/cswap/v1/market/contracts':
      // Contracts settled in coins: there are none here.
      return bingxReply(nowUs, []);
    case '/openApi/swap/v2/quote/ticker':
      return bingxReply(
        nowUs,
        book.listing.map((listed) => ticker(book, listed, nowUs)),
      );
    default:
      return { status: 200, body: { code: 100404, msg: 'this api is not exist', data: {} } };
  }
}

function contract(listed: SimListed, index: number): unknown {
  return {
    contractId: String(100 + index),
    symbol: listed.exchangeSymbol,
    // No multiplier, whatever its name says.
    size: '0',
    quantityPrecision: listed.sizeDecimals,
    pricePrecision: listed.priceDecimals,
    feeRate: 0.0005,
    makerFeeRate: 0.0002,
    takerFeeRate: 0.0005,
    tradeMinLimit: 0,
    tradeMinQuantity: 10 ** -listed.sizeDecimals,
    tradeMinUSDT: 2,
    maxLongLeverage: 125,
    maxShortLeverage: 125,
    currency: listed.quote,
    asset: listed.base,
    status: listed.trading ? 1 : 25,
    // Texts here, booleans on spot.
    apiStateOpen: String(listed.trading),
    apiStateClose: String(listed.trading),
  };
}

function ticker(book: SimBook, listed: SimListed, nowUs: Micros): unknown {
  const quote = book.quoteOf(listed.exchangeSymbol, nowUs);
  const texts = quote === undefined ? null : quoteTexts(listed, quote);
  const last = lastPrice(quote);
  const lastText = decimalText(last, listed.priceDecimals);
  return {
    symbol: listed.exchangeSymbol,
    priceChange: '0',
    priceChangePercent: '0.00',
    lastPrice: lastText,
    lastQty: '0',
    highPrice: lastText,
    lowPrice: lastText,
    volume: decimalText(last > 0 ? listed.quoteVolume24h / last : 0, 4),
    quoteVolume: decimalText(listed.quoteVolume24h, 2),
    openPrice: lastText,
    askPrice: texts?.ask?.[0] ?? '',
    askQty: texts?.ask?.[1] ?? '',
    bidPrice: texts?.bid?.[0] ?? '',
    bidQty: texts?.bid?.[1] ?? '',
  };
}
