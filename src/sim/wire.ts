// What frames and replies are made of, alike on every simulated exchange: JSON objects and decimal texts.
// Knows no exchange.

import type { SimListed, SimQuote } from './exchange.js';

export type JsonObject = Readonly<Record<string, unknown>>;

/** The JSON object in `text`; null where it is not JSON or not an object. */
export function parseObject(text: string): JsonObject | null {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return null;
  }
}

/** `value` as an object (not an array), else null. */
export function asObject(value: unknown): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

/** `value` as an array of texts, else null. */
export function asTexts(value: unknown): readonly string[] | null {
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : null;
}

/** A tick or step as text: `0.01`, never `1e-7`. */
export function decimalText(value: number, decimals: number): string {
  return value.toFixed(decimals);
}

/** A quote as decimal texts with the listing's decimals, sizes in its contracts; an absent side is null. */
export function quoteTexts(listed: SimListed, quote: SimQuote): QuoteTexts {
  return {
    bid: sideTexts(listed, quote.bid, quote.bidSize),
    ask: sideTexts(listed, quote.ask, quote.askSize),
  };
}

export interface QuoteTexts {
  readonly bid: SideTexts | null;
  readonly ask: SideTexts | null;
}

/** Price, size. */
export type SideTexts = readonly [string, string];

function sideTexts(listed: SimListed, price: number, size: number): SideTexts | null {
  if (Number.isNaN(price)) return null;
  const units = size / listed.contractSize;
  return [decimalText(price, listed.priceDecimals), decimalText(units, listed.sizeDecimals)];
}

/** The middle of a quote, the side that is there, or 0 where there is none: for tickers only. */
export function lastPrice(quote: SimQuote | undefined): number {
  if (quote === undefined) return 0;
  if (Number.isNaN(quote.bid)) return Number.isNaN(quote.ask) ? 0 : quote.ask;
  return quote.bid;
}

// Longer ones first where one ends another (FDUSD and USD).
const QUOTE_SUFFIXES =
  'FDUSD USDT USDC TUSD BUSD USDP DAI BTC ETH BNB EUR USD TRY BRL GBP JPY AUD RUB UAH IDRT PAX XRP TRX'.split(
    ' ',
  );

/** Cuts a symbol without a separator at a known quote currency: `BTCUSDT` → BTC, USDT. */
export function splitAtKnownQuote(exchangeSymbol: string): readonly [string, string] | null {
  for (const quote of QUOTE_SUFFIXES) {
    if (exchangeSymbol.length > quote.length && exchangeSymbol.endsWith(quote)) {
      return [exchangeSymbol.slice(0, -quote.length), quote];
    }
  }
  return null;
}

/** Cuts at the one separator: `BTC-USDT` → BTC, USDT; null where there are none or several. */
export function splitAt(exchangeSymbol: string, separator: string): readonly [string, string] | null {
  const parts = exchangeSymbol.split(separator);
  return parts.length === 2 && parts[0] && parts[1] ? [parts[0], parts[1]] : null;
}
