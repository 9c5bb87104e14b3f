// Makes a generated market move: every instrument's quotes go out at irregular times, so many a second over
// all of them, and only when the top changed. Reads time from the clock alone.

import { type Cancel, type Clock, type Micros, US_PER_SECOND } from '../core/time.js';
import { type SimExchange, type SimQuote, sameTop } from './exchange.js';
import type { HostedExchange } from './hosted-exchange.js';
import type { Market, MarketInstrument } from './market.js';
import { createRandom, type Random } from './random.js';
import type { SimServer } from './server.js';

const TICK_PERIOD_MS = 5;
/** Where it is measured how old a quote is, many at a time would measure one another. */
const STAMPED_PERIOD_MS = 1;
/** So many of the looked-at tops see a trade, where somebody has subscribed the trades of the symbol. */
const TRADE_SHARE = 0.25;
/** After a pause of the process it starts afresh instead of sending what it missed. */
const LATE_MAX_US = US_PER_SECOND;

export interface DriverOptions {
  readonly market: Market;
  readonly server: SimServer;
  readonly exchanges: readonly SimExchange[];
  readonly clock: Clock;
  /** Looked-at tops a second over all instruments; a top that did not change since is not sent. */
  readonly quotesPerSecond: number;
  /** What is due at one moment leaves in one write a connection, as exchanges do under load. Default: each frame alone. */
  readonly batched?: boolean;
  readonly bursts?: Bursts;
  /** Ask sizes tell when a quote was sent, in whole coins: microseconds modulo SENT_US_MODULO. For measuring. */
  readonly stamped?: boolean;
}

export const SENT_US_MODULO = 1e9;

/** So many times the rate, for the last so many seconds of every so many. */
export interface Bursts {
  readonly times: number;
  readonly seconds: number;
  readonly everySeconds: number;
}

interface Driven {
  readonly instrument: MarketInstrument;
  readonly exchangeSymbol: string;
  readonly hosted: HostedExchange;
  last: SimQuote | null;
}

/** Starts at once; the cancel stops it. */
export function startDriver(options: DriverOptions): Cancel {
  const { market, clock, batched, bursts, stamped = false } = options;
  const random = createRandom(market.seed, 'driver');
  // Of its own: quotes are the same whether trades are wanted or not.
  const tradeRandom = createRandom(market.seed, 'trades');
  const hostByName = new Map(options.exchanges.map((one) => [one.name, options.server.exchange(one.name)]));
  const driven: Driven[] = market.instruments.map((instrument) => {
    const hosted = hostByName.get(instrument.exchange)!;
    const exchangeSymbol = hosted.exchange.exchangeSymbolOf(instrument.base, instrument.quote);
    return { instrument, exchangeSymbol, hosted, last: null };
  });
  const meanIntervalUs = (driven.length / options.quotesPerSecond) * US_PER_SECOND;
  const startUs = clock.nowUs();
  const dueUs = Float64Array.from(driven, () => startUs + random.next() * meanIntervalUs);

  const rateOf = (us: Micros): number => {
    if (bursts === undefined) return 1;
    const intoUs = (us - startUs) % (bursts.everySeconds * US_PER_SECOND);
    return intoUs >= (bursts.everySeconds - bursts.seconds) * US_PER_SECOND ? bursts.times : 1;
  };
  const hosts = [...new Set(driven.map(({ hosted }) => hosted))];
  const tick = (): void => {
    if (batched === true) for (const hosted of hosts) hosted.hold();
    pushDue(clock.nowUs());
    if (batched === true) for (const hosted of hosts) hosted.letGo();
  };
  const pushDue = (nowUs: Micros): void => {
    const intervalUs = meanIntervalUs / rateOf(nowUs);
    for (let index = 0; index < driven.length; index++) {
      if (dueUs[index]! < nowUs - LATE_MAX_US) dueUs[index] = nowUs;
      while (dueUs[index]! <= nowUs) {
        push(market, driven[index]!, Math.floor(dueUs[index]!), tradeRandom, stamped ? clock.nowUs() : 0);
        dueUs[index] = dueUs[index]! + 1 + random.exponential(intervalUs);
      }
    }
  };
  return clock.every(stamped && batched !== true ? STAMPED_PERIOD_MS : TICK_PERIOD_MS, tick);
}

function push(market: Market, driven: Driven, eventUs: Micros, tradeRandom: Random, sentUs: Micros): void {
  const truth = market.quoteOf(driven.instrument.index, eventUs);
  const quote = sentUs === 0 ? truth : { ...truth, askSize: sentUs % SENT_US_MODULO };
  pushTrade(driven, quote, eventUs, tradeRandom);
  if (driven.last !== null && sameTop(driven.last, quote)) return;
  // A top that nobody was there to hear is still to be told.
  if (driven.hosted.publish(driven.exchangeSymbol, quote, eventUs) > 0) driven.last = quote;
}

/** Somebody takes a part of what stands at the top. */
function pushTrade(
  { instrument, hosted, exchangeSymbol }: Driven,
  quote: SimQuote,
  eventUs: Micros,
  random: Random,
) {
  if (!hosted.trades.isWanted(exchangeSymbol) || random.next() >= TRADE_SHARE) return;
  const takerBought = random.below(2) === 0;
  const [price, offered] = takerBought ? [quote.ask, quote.askSize] : [quote.bid, quote.bidSize];
  // Whole steps of size: the very double that the text of it parses to.
  const steps = 10 ** instrument.sizeDecimals;
  const taken = (Math.max(1, Math.round(offered * random.next() * steps)) / steps) * instrument.contractSize;
  hosted.trades.publish(exchangeSymbol, { price, size: taken, takerBought }, eventUs);
}
