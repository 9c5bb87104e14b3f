// The listings of simulated KuCoin, as its REST answers them. Source: KuCoin's documents for
// `/api/v2/symbols`, `/api/v3/currencies`, `/api/v1/market/allTickers` and `/api/v1/contracts/active`.

import { type Micros, US_PER_MS } from '../../core/time.js';
import type { SimBook, SimListed } from '../exchange.js';
import { decimalText, lastPrice, quoteTexts } from '../wire.js';

/** A perpetual; `FFICSX` is dated. */
const PERPETUAL = 'FFWCSX';
const FUNDING_PERIOD_MS = 8 * 3_600_000;

/** Rows of `/api/v2/symbols`. */
export function symbolList(book: SimBook): readonly unknown[] {
  return book.listing.map((listed) => {
    const step = decimalText(10 ** -listed.sizeDecimals, listed.sizeDecimals);
    const tick = decimalText(listed.tickSize, listed.priceDecimals);
    return {
      symbol: listed.exchangeSymbol,
      name: listed.exchangeSymbol,
      baseCurrency: listed.base,
      quoteCurrency: listed.quote,
      feeCurrency: listed.quote,
      market: listed.quote,
      baseMinSize: step,
      quoteMinSize: '0.1',
      baseMaxSize: '10000000000',
      quoteMaxSize: '99999999',
      baseIncrement: step,
      quoteIncrement: tick,
      priceIncrement: tick,
      priceLimitRate: '0.1',
      minFunds: '0.1',
      isMarginEnabled: false,
      enableTrading: listed.trading,
      feeCategory: 1,
      makerFeeCoefficient: '1.00',
      takerFeeCoefficient: '1.00',
      st: false,
    };
  });
}

/** Rows of `/api/v3/currencies`. */
export function currencyList(book: SimBook): readonly unknown[] {
  const names = new Set(book.listing.flatMap(({ base, quote }) => [base, quote]));
  return Array.from(names, (currency) => ({
    currency,
    name: currency,
    fullName: currency,
    precision: 8,
    confirms: null,
    contractAddress: null,
    isMarginEnabled: false,
    isDebitEnabled: false,
    chains: [],
  }));
}

/** Rows of `/api/v1/market/allTickers`: `buy` is the best bid, `sell` the best ask. */
export function allTickers(book: SimBook, nowUs: Micros): readonly unknown[] {
  return book.listing.map((listed) => {
    const quote = book.quoteOf(listed.exchangeSymbol, nowUs);
    const texts = quote === undefined ? null : quoteTexts(listed, quote);
    const last = lastPrice(quote);
    return {
      symbol: listed.exchangeSymbol,
      symbolName: listed.exchangeSymbol,
      buy: texts?.bid?.[0] ?? null,
      bestBidSize: texts?.bid?.[1] ?? null,
      sell: texts?.ask?.[0] ?? null,
      bestAskSize: texts?.ask?.[1] ?? null,
      last: decimalText(last, listed.priceDecimals),
      vol: decimalText(last > 0 ? listed.quoteVolume24h / last : 0, 4),
      volValue: decimalText(listed.quoteVolume24h, 4),
    };
  });
}

/** Rows of the futures' `/api/v1/allTickers`. */
export function futuresTickers(book: SimBook, nowUs: Micros): readonly unknown[] {
  return book.listing.map((listed) => {
    const quote = book.quoteOf(listed.exchangeSymbol, nowUs);
    const texts = quote === undefined ? null : quoteTexts(listed, quote);
    return {
      symbol: listed.exchangeSymbol,
      bestBidPrice: texts?.bid?.[0] ?? null,
      bestBidSize: lots(texts?.bid?.[1]),
      bestAskPrice: texts?.ask?.[0] ?? null,
      bestAskSize: lots(texts?.ask?.[1]),
      price: decimalText(lastPrice(quote), listed.priceDecimals),
      ts: nowUs * 1_000,
    };
  });
}

function lots(size: string | undefined): number | null {
  return size === undefined ? null : Number(size);
}

/** Rows of `/api/v1/contracts/active`: the perpetuals, and an inverse and a dated one beside them. */
export function activeContracts(book: SimBook, nowUs: Micros): readonly unknown[] {
  const rows = book.listing.map((listed) => contract(book, listed, nowUs));
  const [first] = rows;
  if (first === undefined) return rows;
  const inverse = {
    quoteCurrency: 'USD',
    settleCurrency: first.baseCurrency,
    isInverse: true,
    multiplier: -1,
  };
  return [
    ...rows,
    { ...first, ...inverse, symbol: `${first.baseCurrency}USDM` },
    {
      ...first,
      symbol: `${first.baseCurrency}MZ26`,
      type: 'FFICSX',
      expireDate: 1_798_156_800_000,
      nextFundingRateTime: null,
    },
  ];
}

function contract(book: SimBook, listed: SimListed, nowUs: Micros) {
  const last = lastPrice(book.quoteOf(listed.exchangeSymbol, nowUs));
  const nowMs = Math.floor(nowUs / US_PER_MS);
  return {
    symbol: listed.exchangeSymbol,
    rootSymbol: listed.quote,
    type: PERPETUAL,
    baseCurrency: listed.base === 'BTC' ? 'XBT' : listed.base,
    quoteCurrency: listed.quote,
    settleCurrency: listed.quote,
    maxOrderQty: 1_000_000,
    lotSize: 1,
    tickSize: listed.tickSize,
    multiplier: listed.contractSize,
    takerFeeRate: 0.0006,
    isInverse: false,
    expireDate: null as number | null,
    // Milliseconds from now; dated contracts have none.
    nextFundingRateTime: (FUNDING_PERIOD_MS - (nowMs % FUNDING_PERIOD_MS)) as number | null,
    status: listed.trading ? 'Open' : 'Paused',
    turnoverOf24h: listed.quoteVolume24h,
    volumeOf24h: last > 0 ? listed.quoteVolume24h / last : 0,
    markPrice: last,
    lastTradePrice: last,
  };
}
