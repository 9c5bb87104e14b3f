// What ccxt says, read: its markets as a listing, its tickers and books as tops. Pure; judges their data, and what
// it cannot use it names.

import type { Market } from '../core/exchange.js';
import type { RejectReason } from '../core/reasons.js';
import { type Micros, US_PER_MS } from '../core/time.js';
import type { ListedInstrument } from '../exchanges/exchange.js';
import type { CcxtBook, CcxtMarket, CcxtTicker } from './ccxt-types.js';

/** `precisionMode` of classes that tell the step of price itself. */
const TICK_SIZE = 4;
const DECIMAL_PLACES = 2;

export interface CcxtListed {
  /** ccxt's own symbol, by which it is watched. */
  readonly ccxtSymbol: string;
  readonly listed: ListedInstrument;
}

/** The markets of one kind: spot, or perpetuals that are margined in what they are quoted in. */
export function listingOf(
  markets: Readonly<Record<string, CcxtMarket>>,
  tickers: Readonly<Record<string, CcxtTicker>>,
  market: Market,
  precisionMode: number,
): readonly CcxtListed[] {
  return Object.values(markets)
    .filter((row) => (market === 'spot' ? row.spot === true : isLinearPerpetual(row)))
    .map((row) => {
      const volume = tickers[row.symbol]?.quoteVolume;
      // ccxt leaves `active` out where the exchange does not say.
      const trading = row.active !== false;
      const listed = {
        exchangeSymbol: row.id,
        base: row.base,
        quote: row.quote,
        trading,
        statusText: trading ? 'active' : 'inactive',
        quoteVolume24h: typeof volume === 'number' && volume >= 0 ? volume : null,
        tickSize: tickSizeOf(row, precisionMode),
        contractSize: market === 'linear' ? (row.contractSize ?? 1) : 1,
      };
      return { ccxtSymbol: row.symbol, listed };
    });
}

function isLinearPerpetual({ swap, linear, settle, quote }: CcxtMarket): boolean {
  return swap === true && linear === true && settle === quote;
}

function tickSizeOf({ precision }: CcxtMarket, precisionMode: number): number | null {
  const price = precision?.price;
  if (typeof price !== 'number') return null;
  if (precisionMode === TICK_SIZE) return price;
  return precisionMode === DECIMAL_PLACES ? Number(`1e-${price}`) : null;
}

/** One top of one symbol. NaN = absent. Sizes in what ccxt tells them in: contracts where there are such. */
export interface CcxtTop {
  readonly ccxtSymbol: string;
  readonly bid: number;
  readonly bidSize: number;
  readonly ask: number;
  readonly askSize: number;
  readonly exchangeUs: Micros;
}

/** The book of an answer of watchOrderBook, the ticker of one of watchTicker, the tickers of one of watchBidsAsks. */
export function partsOf(answer: unknown): readonly unknown[] {
  if (answer === null || typeof answer !== 'object') return [answer];
  if (isBook(answer) || typeof (answer as CcxtTicker).symbol === 'string') return [answer];
  return Object.values(answer);
}

/** The top that a part tells; else why there is none. */
export function topOf(part: unknown): CcxtTop | RejectReason {
  if (part === null || typeof part !== 'object') return 'malformed';
  return isBook(part) ? topOfBook(part) : topOfTicker(part);
}

/** A book is one object for all its life; a ticker is made anew with every change. */
export function isBook(part: object): part is CcxtBook {
  return Array.isArray((part as CcxtBook).bids);
}

function topOfBook({ symbol, bids, asks, timestamp }: CcxtBook): CcxtTop | RejectReason {
  const [bid, bidVolume] = bids?.[0] ?? [];
  const [ask, askVolume] = asks?.[0] ?? [];
  return topOfTicker({ symbol, bid, bidVolume, ask, askVolume, timestamp });
}

function topOfTicker(ticker: CcxtTicker): CcxtTop | RejectReason {
  const { symbol, timestamp } = ticker;
  if (typeof symbol !== 'string') return 'missing-field';
  const [bid, ask] = [priceOf(ticker.bid), priceOf(ticker.ask)];
  if (bid === null || ask === null) return 'bad-price';
  const [bidSize, askSize] = [sizeOf(ticker.bidVolume, bid), sizeOf(ticker.askVolume, ask)];
  if (bidSize === null || askSize === null) return 'bad-size';
  const exchangeUs = typeof timestamp === 'number' && timestamp > 0 ? timestamp * US_PER_MS : Number.NaN;
  return { ccxtSymbol: symbol, bid, bidSize, ask, askSize, exchangeUs: Math.round(exchangeUs) };
}

/** Absent and zero are no quote on that side; null = not a price. */
function priceOf(value: unknown): number | null {
  if (value === undefined || value === null || value === 0) return Number.NaN;
  return typeof value === 'number' && value > 0 && value < Infinity ? value : null;
}

function sizeOf(value: unknown, price: number): number | null {
  if (value === undefined || value === null || Number.isNaN(price)) return Number.NaN;
  return typeof value === 'number' && value >= 0 && value < Infinity ? value : null;
}

/** Whether the connection failed, and not the request: by ccxt's own tree of errors. */
export function isNetworkError(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = Object.getPrototypeOf(at))
    if (at.constructor.name === 'NetworkError') return true;
  return false;
}

/** A message of ccxt, of which the exchange's whole answer may be a part, short enough to be shown. */
export function wordsOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}
