// OKX v5 USDT perpetuals (SWAP), simulated: public REST for instType=SWAP; the socket is that of spot.
// Source: OKX v5 docs. Sizes are told in contracts of ctVal · ctMult base coins.

import { type Micros, US_PER_MS } from '../../core/time.js';
import type { RestReply, SimBook, SimExchange, SimListed } from '../exchange.js';
import { decimalText, lastPrice, quoteTexts, splitAt } from '../wire.js';
import { OkxConversation, okx, serverTime } from './okx.js';

const SUFFIX = '-SWAP';
/** Contracts trade in hundredths. */
const SIZE_DECIMALS = 2;

export const okxPerp: SimExchange = {
  ...(okx.closingNotice === undefined ? {} : { closingNotice: okx.closingNotice }),
  name: 'OKXPerp',
  market: 'linear',
  recordingKey: 'okx',
  givesTime: true,
  restPrefix: '',
  wsPath: okx.wsPath,
  connectLimit: okx.connectLimit,
  ...(okx.restLimit === undefined ? {} : { restLimit: okx.restLimit }),
  contractOf: (_base, sizeDecimals) => ({
    size: Number(`1e${SIZE_DECIMALS - sizeDecimals}`),
    decimals: SIZE_DECIMALS,
  }),
  exchangeSymbolOf: (base, quote) => `${base}-${quote}${SUFFIX}`.toUpperCase(),
  splitSymbol: (exchangeSymbol) =>
    exchangeSymbol.endsWith(SUFFIX) ? splitAt(exchangeSymbol.slice(0, -SUFFIX.length), '-') : null,
  symbolOfFrame: okx.symbolOfFrame,
  rest,
  acceptsWsPath: okx.acceptsWsPath,
  open: (_path, peer, book, nowUs) => new OkxConversation(peer, book, nowUs),
};

function rest(path: URL, book: SimBook, nowUs: Micros): RestReply {
  const isSwap = path.searchParams.get('instType') === 'SWAP';
  const reply = (data: readonly unknown[]): RestReply => ({
    status: 200,
    body: { code: '0', msg: '', data },
  });
  const wrongType = { code: '51000', msg: 'Parameter instType error', data: [] };
  switch (path.pathname) {
    case '/api/v5/public/time':
      return serverTime(nowUs);
    case '/api/v5/public/instruments':
      if (!isSwap) return { status: 400, body: wrongType };
      return reply([...book.listing.map((listed) => instrument(listed)), ...others(book)]);
    case '/api/v5/market/tickers':
      if (!isSwap) return { status: 400, body: wrongType };
      return reply(book.listing.map((listed) => ticker(book, listed, nowUs)));
    default:
      return { status: 404, body: { code: '404', msg: 'Not Found', data: {} } };
  }
}

/** What shares the list with the linear swaps of coins: an inverse one, a stock, one without a name yet. */
function others(book: SimBook): readonly unknown[] {
  const [first] = book.listing;
  if (first === undefined) return [];
  const inverse = {
    instId: `${first.base}-USD-SWAP`,
    uly: `${first.base}-USD`,
    instFamily: `${first.base}-USD`,
  };
  return [
    instrument(first, {
      ...inverse,
      settleCcy: first.base,
      ctVal: '100',
      ctValCcy: 'USD',
      ctType: 'inverse',
    }),
    instrument(first, {
      instId: 'TSLA-USDT-SWAP',
      uly: 'TSLA-USDT',
      instFamily: 'TSLA-USDT',
      ctValCcy: 'TSLA',
      instCategory: '3',
    }),
    { instType: 'SWAP', instId: '', state: 'preopen' },
  ];
}

function instrument(listed: SimListed, differing: Readonly<Record<string, string>> = {}): unknown {
  const step = decimalText(10 ** -listed.sizeDecimals, listed.sizeDecimals);
  const family = `${listed.base}-${listed.quote}`;
  // Below one coin the value is told in decimals, never with an exponent.
  const decimals = Math.max(0, Math.round(-Math.log10(listed.contractSize)));
  return {
    instType: 'SWAP',
    instId: listed.exchangeSymbol,
    baseCcy: '',
    quoteCcy: '',
    settleCcy: listed.quote,
    uly: family,
    instFamily: family,
    ctVal: decimalText(listed.contractSize, decimals),
    ctMult: '1',
    ctValCcy: listed.base,
    ctType: 'linear',
    tickSz: decimalText(listed.tickSize, listed.priceDecimals),
    lotSz: step,
    minSz: step,
    state: listed.trading ? 'live' : 'suspend',
    instCategory: '1',
    ruleType: 'normal',
    ...differing,
  };
}

function ticker(book: SimBook, listed: SimListed, nowUs: Micros): unknown {
  const quote = book.quoteOf(listed.exchangeSymbol, nowUs);
  const texts = quote === undefined ? null : quoteTexts(listed, quote);
  // A player's symbols have no price of their own: one, so that the volume can still be told in coins.
  const last = lastPrice(quote) || 1;
  const baseVolume = listed.quoteVolume24h / last;
  return {
    instType: 'SWAP',
    instId: listed.exchangeSymbol,
    last: decimalText(last, listed.priceDecimals),
    lastSz: '0',
    askPx: texts?.ask?.[0] ?? '',
    askSz: texts?.ask?.[1] ?? '',
    bidPx: texts?.bid?.[0] ?? '',
    bidSz: texts?.bid?.[1] ?? '',
    // Base coins here, contracts below.
    volCcy24h: decimalText(baseVolume, 4),
    vol24h: decimalText(baseVolume / listed.contractSize, 2),
    ts: String(Math.floor(nowUs / US_PER_MS)),
  };
}
