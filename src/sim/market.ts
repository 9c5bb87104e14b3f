// The generated market: one price walk a coin, and on every exchange a smooth wave around it whose amplitude
// and period are known, so that every pair's spread swings out, back through zero and out the other side.
// A quote is a pure function of seed and time: any moment can be asked for, in any order, with one answer.

import { assert } from '../core/assert.js';
import { instrumentKey } from '../core/instrument.js';
import { unifiedSymbol } from '../core/symbol.js';
import { type Micros, US_PER_MS, US_PER_SECOND } from '../core/time.js';
import { type Coin, coins } from './coins.js';
import { createBook, type SimBook, type SimExchange, type SimListed, type SimQuote } from './exchange.js';
import { createRandom, hash32, type Random, smoothNoise, unitAt } from './random.js';

const QUOTE = 'USDT';
/** Every third symbol swings widely; the rest are quiet. */
const WIDE_EVERY = 3;
const SPREAD_PEAK_WIDE_PERCENT = { from: 0.62, to: 0.8 };
const PERIOD_WIDE_S = { from: 40, to: 60 };
const SPREAD_PEAK_QUIET_PERCENT = { from: 0.05, to: 0.2 };
const PERIOD_QUIET_S = { from: 90, to: 300 };
/** The walk of the coin itself, common to all exchanges: [seconds between its knots, percent each way]. */
const WALK: readonly (readonly [number, number])[] = [
  [86_400, 3],
  [3_600, 0.8],
  [300, 0.15],
  [30, 0.03],
  [2, 0.004],
];
/** How far the perpetuals of a coin swing around its spot price, all together. */
const BASIS_PERCENT = { from: 0.01, to: 0.03 };
const BASIS_PERIOD_S = { from: 400, to: 900 };
/** Half of bid to ask, percent, before rounding outwards to the tick. */
const HALF_SPREAD_PERCENT = { from: 0.004, to: 0.012 };
/** Sizes jump this often: each is a new top, so that a driver's rate is what it was asked for. */
const SIZE_STEP_US = US_PER_MS;
const SIZE_NOTIONAL = 8_000;

/** What a market must know of an exchange. */
export type MarketExchange = Pick<SimExchange, 'name' | 'givesTime' | 'market' | 'contractOf'>;

export interface MarketOptions {
  readonly seed: number;
  readonly exchanges: readonly MarketExchange[];
  /** How many coins; every one is listed on every exchange, against USDT. */
  readonly symbols: number;
}

export interface MarketInstrument {
  readonly index: number;
  readonly exchange: string;
  /** Unified: `BTC/USDT`. */
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  /** Whether quotes of its exchange carry a time. */
  readonly givesTime: boolean;
  readonly priceDecimals: number;
  /** Of sizes in contracts. */
  readonly sizeDecimals: number;
  /** Base coins a contract; sizes of quotes are in base coin, and whole steps of contracts. */
  readonly contractSize: number;
  readonly quoteVolume24h: number;
}

/** How one exchange's price of one symbol moves around the common walk. */
export interface Wave {
  readonly symbol: string;
  readonly exchange: string;
  /** Signed: the wave is `amplitudePercent · sin(2π(t/periodS) + phase)`, t in seconds since the epoch. */
  readonly amplitudePercent: number;
  /** The same for all exchanges of a symbol, as is the phase. */
  readonly periodS: number;
  readonly phase: number;
  /** Whether the symbol swings widely. */
  readonly wide: boolean;
  /**
   * For perpetuals there is `basisPercent · sin(2πt/basisPeriodS)` besides, the same for all of a symbol: it
   * shows against spot alone. 0 for spot.
   */
  readonly basisPercent: number;
  readonly basisPeriodS: number;
}

export interface Market {
  readonly seed: number;
  readonly instruments: readonly MarketInstrument[];
  /** Any spelling and case; throws for what is not in the market. */
  find(symbol: string, exchange: string): MarketInstrument;
  quoteAt(symbol: string, exchange: string, atUs: Micros): SimQuote;
  /** The same by `MarketInstrument.index`: the hot path. */
  quoteOf(index: number, atUs: Micros): SimQuote;
  marketTruth(): readonly Wave[];
}

export function createMarket(options: MarketOptions): Market {
  const { seed } = options;
  const instruments: MarketInstrument[] = [];
  const sources: Source[] = [];
  const waves: Wave[] = [];
  const indexByKey = new Map<string, number>();
  for (const [coinIndex, coin] of coins(options.symbols).entries()) {
    const shares = kindShares(seed, coin.name, options.exchanges);
    const basis = basisWave(seed, coin.name);
    const base = symbolWave(seed, coin.name, coinIndex % WIDE_EVERY === 0);
    for (const [exchangeIndex, exchange] of options.exchanges.entries()) {
      const symbol = unifiedSymbol(coin.name, QUOTE);
      const amplitudePercent = base.spreadPeakPercent * shares[exchangeIndex]!;
      const { periodS, phase, wide } = base;
      const basisPercent = exchange.market === 'linear' ? basis.percent : 0;
      const own = { amplitudePercent, periodS, phase, wide, basisPercent, basisPeriodS: basis.periodS };
      waves.push({ symbol, exchange: exchange.name, ...own });
      const contract = exchange.contractOf?.(coin.name, coin.sizeDecimals);
      const { size: contractSize, decimals: sizeDecimals } = contract ?? {
        size: 1,
        decimals: coin.sizeDecimals,
      };
      sources.push(createSource(seed, coin, waves.at(-1)!, contractSize, sizeDecimals));
      indexByKey.set(instrumentKey(exchange.name, symbol), instruments.length);
      instruments.push({
        index: instruments.length,
        exchange: exchange.name,
        symbol,
        base: coin.name,
        quote: QUOTE,
        givesTime: exchange.givesTime,
        priceDecimals: coin.priceDecimals,
        sizeDecimals,
        contractSize,
        quoteVolume24h: Math.round(2_000_000_000 / (coinIndex + 1) / (exchangeIndex + 1)),
      });
    }
  }
  const find = (symbol: string, exchange: string): MarketInstrument => {
    const index = indexByKey.get(instrumentKey(exchange, symbol));
    assert(index !== undefined, `no ${symbol} on ${exchange} in this market`);
    return instruments[index]!;
  };
  return {
    seed,
    instruments,
    find,
    quoteAt: (symbol, exchange, atUs) => quoteOfSource(sources[find(symbol, exchange).index]!, atUs),
    quoteOf: (index, atUs) => quoteOfSource(sources[index]!, atUs),
    marketTruth: () => waves,
  };
}

/** What one exchange lists of a market. */
export function marketBook(market: Market, exchange: SimExchange): SimBook {
  const indexBySymbol = new Map<string, number>();
  const listing: SimListed[] = [];
  for (const instrument of market.instruments) {
    if (instrument.exchange !== exchange.name) continue;
    const exchangeSymbol = exchange.exchangeSymbolOf(instrument.base, instrument.quote);
    indexBySymbol.set(exchangeSymbol, instrument.index);
    const { base, quote, priceDecimals, sizeDecimals, contractSize, quoteVolume24h } = instrument;
    const tickSize = 10 ** -priceDecimals;
    listing.push({
      exchangeSymbol,
      base,
      quote,
      tickSize,
      priceDecimals,
      sizeDecimals,
      contractSize,
      quoteVolume24h,
      trading: true,
    });
  }
  return createBook(listing, (exchangeSymbol, atUs) => {
    const index = indexBySymbol.get(exchangeSymbol);
    return index === undefined ? undefined : market.quoteOf(index, atUs);
  });
}

/** The shares of each kind among its own: pairs are formed within spot, and within perpetuals. */
function kindShares(seed: number, coin: string, exchanges: readonly MarketExchange[]): readonly number[] {
  const perps = exchanges.filter((exchange) => exchange.market === 'linear').length;
  const ofSpot = exchangeShares(createRandom(seed, 'shares', coin), exchanges.length - perps);
  const ofPerps = exchangeShares(createRandom(seed, 'perp-shares', coin), perps);
  const next = { spot: ofSpot.values(), linear: ofPerps.values() };
  return exchanges.map((exchange) => next[exchange.market ?? 'spot'].next().value ?? 0);
}

/**
 * Each exchange's share of a symbol's spread, in an order of the symbol's own: +½, −½, +0.3, −0.3, +0.18 …
 * The first two make the symbol's peak spread; like signs make quiet pairs.
 */
function exchangeShares(random: Random, count: number): readonly number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  const shares = new Array<number>(count).fill(0);
  for (const [place, exchangeIndex] of order.entries()) {
    shares[exchangeIndex] = 0.5 * 0.6 ** Math.floor(place / 2) * (place % 2 === 0 ? 1 : -1);
  }
  return shares;
}

function basisWave(seed: number, coin: string) {
  const part = (word: string): number => unitAt(hash32(seed, word, coin), 0);
  return {
    percent: BASIS_PERCENT.from + (BASIS_PERCENT.to - BASIS_PERCENT.from) * part('basis'),
    periodS: Math.round(
      BASIS_PERIOD_S.from + (BASIS_PERIOD_S.to - BASIS_PERIOD_S.from) * part('basis-period'),
    ),
  };
}

function symbolWave(seed: number, coin: string, wide: boolean) {
  const random = createRandom(seed, 'wave', coin);
  const between = (range: { readonly from: number; readonly to: number }): number =>
    range.from + (range.to - range.from) * random.next();
  return {
    wide,
    spreadPeakPercent: between(wide ? SPREAD_PEAK_WIDE_PERCENT : SPREAD_PEAK_QUIET_PERCENT),
    periodS: Math.round(between(wide ? PERIOD_WIDE_S : PERIOD_QUIET_S)),
    phase: random.next() * 2 * Math.PI,
  };
}

/** Everything a quote is computed from, hashed once. */
interface Source {
  readonly coin: Coin;
  readonly wave: Wave;
  readonly walkHashes: readonly number[];
  readonly bidSizeHash: number;
  readonly askSizeHash: number;
  readonly halfSpread: number;
  readonly ticksPerUnit: number;
  readonly contractSize: number;
  /** Steps of size a contract. */
  readonly stepsPerUnit: number;
}

function createSource(
  seed: number,
  coin: Coin,
  wave: Wave,
  contractSize: number,
  sizeDecimals: number,
): Source {
  const { exchange } = wave;
  const { from, to } = HALF_SPREAD_PERCENT;
  const part = unitAt(hash32(seed, 'half-spread', coin.name, exchange), 0);
  return {
    coin,
    wave,
    walkHashes: WALK.map((_, octave) => hash32(seed, 'walk', coin.name, octave)),
    bidSizeHash: hash32(seed, 'bid-size', coin.name, exchange),
    askSizeHash: hash32(seed, 'ask-size', coin.name, exchange),
    halfSpread: (from + (to - from) * part) / 100,
    ticksPerUnit: 10 ** coin.priceDecimals,
    contractSize,
    stepsPerUnit: 10 ** sizeDecimals,
  };
}

function quoteOfSource(source: Source, atUs: Micros): SimQuote {
  const { coin, wave, ticksPerUnit } = source;
  const seconds = atUs / US_PER_SECOND;
  let percent = wave.amplitudePercent * Math.sin((2 * Math.PI * seconds) / wave.periodS + wave.phase);
  if (wave.basisPercent > 0)
    percent += wave.basisPercent * Math.sin((2 * Math.PI * seconds) / wave.basisPeriodS);
  for (let octave = 0; octave < WALK.length; octave++) {
    const [knotS, rangePercent] = WALK[octave]!;
    percent += rangePercent * smoothNoise(source.walkHashes[octave]!, seconds / knotS);
  }
  const mid = coin.price * (1 + percent / 100);
  const bidTicks = Math.floor(mid * (1 - source.halfSpread) * ticksPerUnit);
  const askTicks = Math.max(bidTicks + 1, Math.ceil(mid * (1 + source.halfSpread) * ticksPerUnit));
  const sizeIndex = Math.floor(atUs / SIZE_STEP_US);
  // Whole ticks over a power of ten is the very double that the price's decimal text parses to.
  return {
    bid: bidTicks / ticksPerUnit,
    bidSize: size(source, source.bidSizeHash, sizeIndex),
    ask: askTicks / ticksPerUnit,
    askSize: size(source, source.askSizeHash, sizeIndex),
  };
}

function size(source: Source, hash: number, index: number): number {
  const { coin, contractSize, stepsPerUnit } = source;
  const steps = ((SIZE_NOTIONAL / coin.price) * (0.05 + unitAt(hash, index)) * stepsPerUnit) / contractSize;
  // Contracts first, as their text parses, then times the contract: the very double that a client gets.
  return (Math.max(1, Math.round(steps)) / stepsPerUnit) * contractSize;
}
