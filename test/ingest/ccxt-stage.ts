// A source through ccxt, the real package, against simulated exchanges on loopback, and everything it hands on.

import type { TestContext } from 'node:test';
import type { ColdEvent, GapEvent } from '../../src/core/event.js';
import { InstrumentTable } from '../../src/core/instrument.js';
import { silentLog } from '../../src/core/log.js';
import { Hub } from '../../src/hub/hub.js';
import { CcxtSource, loadCcxt } from '../../src/ingest/ccxt-source.js';
import { LIMITS } from '../../src/limits.js';
import type { SimBook, SimQuote } from '../../src/sim/exchange.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { createMarket, marketBook } from '../../src/sim/market.js';
import { type SimUrls, startSimServer } from '../../src/sim/server.js';
import { ccxtModule } from '../oracle/ccxt.js';
import { createFastClock } from '../support/fast-clock.js';
import { until } from '../support/wait.js';

export const SYMBOLS = 4;
const SEED = 11;

type Urls = Readonly<Record<string, SimUrls>>;
type Setting = { readonly ccxtId: string; readonly urls: object; readonly options?: object };

/** By simulated exchange: what a configuration says, and nothing that the class does not document. */
export const SETTINGS: Readonly<Record<string, (urls: Urls) => Setting>> = {
  Kucoin: kucoin('spot'),
  KucoinPerp: kucoin('swap'),
  GateIo: gate('spot'),
  GateIoPerp: gate('swap'),
  BinancePerp: ({ Binance, BinancePerp }) => ({
    ccxtId: 'binance',
    urls: {
      public: `${Binance!.restUrl}/api/v3`,
      fapiPublic: `${BinancePerp!.restUrl}/fapi/v1`,
      ws: { future: BinancePerp!.wsUrl.replace('/public', '') },
    },
    options: { fetchMarkets: { types: ['linear'] } },
  }),
  MEXC: mexc,
  MEXCPerp: mexc,
};

function kucoin(type: string) {
  return ({ Kucoin, KucoinPerp }: Urls): Setting => ({
    ccxtId: 'kucoin',
    urls: { public: Kucoin!.restUrl, futuresPublic: KucoinPerp!.restUrl },
    options: { fetchMarkets: { types: [type] } },
  });
}

function gate(type: string) {
  return ({ GateIo, GateIoPerp }: Urls): Setting => ({
    ccxtId: 'gate',
    urls: {
      public: { spot: GateIo!.restUrl, margin: GateIo!.restUrl, futures: GateIoPerp!.restUrl },
      spot: GateIo!.wsUrl,
      swap: { usdt: GateIoPerp!.wsUrl },
    },
    options: { fetchMarkets: { types: [type] } },
  });
}

function mexc({ MEXC, MEXCPerp }: Urls): Setting {
  return {
    ccxtId: 'mexc',
    urls: {
      spot: { public: MEXC!.restUrl },
      contract: { public: `${MEXCPerp!.restUrl}/api/v1/contract` },
      ws: { spot: MEXC!.wsUrl, swap: MEXCPerp!.wsUrl },
    },
  };
}

export interface Heard {
  readonly symbol: string;
  readonly quote: readonly number[];
  readonly exchangeUs: number;
}

/** `change` may put another book in the place of the market's. */
export async function stage(
  context: TestContext,
  name: string,
  change: (book: SimBook) => SimBook = (book) => book,
) {
  const ofName = (exchange: string) => exchange.replace('Perp', '') === name.replace('Perp', '');
  const simulated = SIM_EXCHANGES.filter((exchange) => ofName(exchange.name));
  const clock = createFastClock(20);
  const market = createMarket({ seed: SEED, exchanges: simulated, symbols: SYMBOLS });
  const server = await startSimServer({
    clock,
    seed: SEED,
    exchanges: simulated.map((exchange) => {
      const book = marketBook(market, exchange);
      return { exchange, book: exchange.name === name ? change(book) : book };
    }),
  });
  const instruments = new InstrumentTable();
  const hub = new Hub({ instrumentsMax: 16, lastStampUs: 0 });
  const quotes: Heard[] = [];
  const events: ColdEvent[] = [];
  hub.subscribe({
    quote: (_stampUs, id, bid, bidSize, ask, askSize, exchangeUs) =>
      quotes.push({ symbol: instruments.get(id).symbol, quote: [bid, bidSize, ask, askSize], exchangeUs }),
    cold: (event) => events.push(event),
  });
  const source = new CcxtSource({
    name,
    library: await loadCcxt(ccxtModule),
    ...SETTINGS[name]!(server.urls),
    rule: { quotes: ['USDT'], minUsdVolume: 0, maxUsdVolume: 1e12, allow: [], deny: ['TSLA/USDT'] },
    instruments,
    sink: hub,
    limits: { ...LIMITS.ingest, listingIntervalMs: 20_000 },
    clock,
    random: () => 0.5,
    log: silentLog,
  });
  context.after(async () => {
    source.stop();
    await server.close();
  });
  const hosted = server.exchange(name);
  const own = market.instruments.filter(({ exchange }) => exchange === name);
  const publish = (base: string, quote: SimQuote): void => {
    hosted.publish(hosted.exchange.exchangeSymbolOf(base, 'USDT'), quote, clock.nowUs());
  };
  return {
    clock,
    source,
    hosted,
    quotes,
    instruments: own,
    gaps: () => events.filter((event): event is GapEvent => event.type === 'gap'),
    publish,
    /** Publishes until every one of these symbols has been told again. */
    async live(symbols: readonly string[] = own.map(({ symbol }) => symbol)): Promise<void> {
      const before = quotes.length;
      await until(
        `quotes of ${symbols.join(', ')}`,
        () => {
          for (const { base, index } of own) publish(base, market.quoteOf(index, clock.nowUs()));
          const heard = new Set(quotes.slice(before).map(({ symbol }) => symbol));
          return symbols.every((symbol) => heard.has(symbol));
        },
        60_000,
      );
    },
  };
}
