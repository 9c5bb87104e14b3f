// The little of ccxt that is used, as its manual describes it. Types only: ccxt itself is loaded in ccxt-source.ts.

export interface CcxtLibrary {
  readonly version: string;
  /** The classes with streaming methods, by id. */
  readonly pro: Readonly<Record<string, CcxtClass>>;
}

export type CcxtClass = new (config: object) => CcxtExchange;

export interface CcxtExchange {
  /** By method: true where the class has it, `emulated` where another method stands in for it. */
  readonly has: Readonly<Record<string, unknown>>;
  /** In what `precision` of a market is told: 4 = the step itself, else a number of digits. */
  readonly precisionMode: number;
  /** Needed once where an address is of ws:// instead of wss://. */
  loadHttpProxyAgent(): Promise<unknown>;
  /** By unified symbol: `BTC/USDT`, and `BTC/USDT:USDT` of a perpetual. */
  loadMarkets(reload: boolean): Promise<Readonly<Record<string, CcxtMarket>>>;
  fetchTickers(): Promise<Readonly<Record<string, CcxtTicker>>>;
  /** The newest ticker of each symbol that watchTicker has watched: another object after every change. */
  readonly tickers: Readonly<Record<string, CcxtTicker>>;
  /** At the next change: the newest ticker of each of them, by symbol; another object after every change. */
  watchBidsAsks(symbols: readonly string[]): Promise<unknown>;
  watchTicker(symbol: string): Promise<unknown>;
  watchOrderBook(symbol: string): Promise<unknown>;
  /** Takes the markets over that another of the same class has loaded. */
  setMarketsFromExchange(loaded: CcxtExchange): unknown;
  close(): Promise<unknown>;
}

export interface CcxtMarket {
  /** The exchange's own spelling. */
  readonly id: string;
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly settle?: string | undefined;
  readonly spot?: boolean | undefined;
  readonly swap?: boolean | undefined;
  readonly linear?: boolean | undefined;
  readonly active?: boolean | undefined;
  /** Base coins a contract; undefined on spot. */
  readonly contractSize?: number | undefined;
  readonly precision?: { readonly price?: number | undefined } | undefined;
}

export interface CcxtTicker {
  readonly symbol?: unknown;
  readonly bid?: unknown;
  readonly bidVolume?: unknown;
  readonly ask?: unknown;
  readonly askVolume?: unknown;
  /** Of the exchange, ms. */
  readonly timestamp?: unknown;
  readonly quoteVolume?: unknown;
}

export interface CcxtBook {
  readonly symbol?: unknown;
  /** Price, size; the best first. */
  readonly bids?: readonly (readonly unknown[])[];
  readonly asks?: readonly (readonly unknown[])[];
  readonly timestamp?: unknown;
}
