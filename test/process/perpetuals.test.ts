// The perpetuals' adapters against their simulated exchanges, over real sockets: two readings of one document
// check one another, from the listing to the sizes in base coin.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { InstrumentTable } from '../../src/core/instrument.js';
import { silentLog } from '../../src/core/log.js';
import { binancePerp } from '../../src/exchanges/binance-perp.js';
import { bybitPerp } from '../../src/exchanges/bybit-perp.js';
import type { ExchangeAdapter } from '../../src/exchanges/exchange.js';
import { gateioPerp } from '../../src/exchanges/gateio-perp.js';
import { okxPerp } from '../../src/exchanges/okx-perp.js';
import { Hub } from '../../src/hub/hub.js';
import { ExchangeFeed } from '../../src/ingest/exchange-feed.js';
import type { SimExchange } from '../../src/sim/exchange.js';
import { binancePerp as simBinancePerp } from '../../src/sim/exchanges/binance-perp.js';
import { bybitPerp as simBybitPerp } from '../../src/sim/exchanges/bybit-perp.js';
import { gateioPerp as simGateioPerp } from '../../src/sim/exchanges/gateio-perp.js';
import { okxPerp as simOkxPerp } from '../../src/sim/exchanges/okx-perp.js';
import { createMarket, marketBook } from '../../src/sim/market.js';
import { startSimServer } from '../../src/sim/server.js';
import { createFastClock } from '../support/fast-clock.js';
import { FEED_LIMITS } from '../support/feed-limits.js';
import { until } from '../support/wait.js';

const SYMBOLS = 12;
const PAIRS: readonly (readonly [ExchangeAdapter, SimExchange])[] = [
  [binancePerp, simBinancePerp],
  [bybitPerp, simBybitPerp],
  [gateioPerp, simGateioPerp],
  [okxPerp, simOkxPerp],
];

async function world(context: TestContext, adapter: ExchangeAdapter, simulated: SimExchange) {
  const clock = createFastClock(20);
  const market = createMarket({ seed: 5, exchanges: [simulated], symbols: SYMBOLS });
  const book = marketBook(market, simulated);
  const server = await startSimServer({ clock, seed: 5, exchanges: [{ exchange: simulated, book }] });
  const instruments = new InstrumentTable();
  const hub = new Hub({ instrumentsMax: 32, lastStampUs: 0 });
  const feed = new ExchangeFeed({
    adapter,
    ...server.urls[simulated.name]!,
    rule: { quotes: ['USDT'], minUsdVolume: 1, maxUsdVolume: 1e12, allow: [], deny: [] },
    instruments,
    sink: hub,
    limits: FEED_LIMITS,
    clock,
    random: () => 0.5,
    log: silentLog,
  });
  context.after(async () => {
    feed.stop();
    await server.close();
  });
  feed.start();
  const hosted = server.exchange(simulated.name);
  await until('every perpetual is subscribed', () => hosted.wanted().size === SYMBOLS);
  return { clock, market, hub, hosted, feed, instruments };
}

for (const [adapter, simulated] of PAIRS)
  test(`${adapter.name}: every quote arrives as it was sent, prices and sizes in base coin, bit for bit`, async (t) => {
    const { clock, market, hub, hosted, feed, instruments } = await world(t, adapter, simulated);
    assert.equal(feed.selected.length, SYMBOLS, 'nothing but perpetuals of coins passes');
    for (const instrument of market.instruments) {
      const { id } = instruments.intern(adapter.name, instrument.symbol);
      const exchangeSymbol = simulated.exchangeSymbolOf(instrument.base, instrument.quote);
      const eventUs = Math.floor(clock.nowUs() / 1_000) * 1_000;
      const quote = market.quoteOf(instrument.index, eventUs);
      await until(`the quote of ${instrument.symbol}`, () => {
        hosted.publish(exchangeSymbol, quote, eventUs);
        return hub.latest.exchangeUs[id] === eventUs;
      });
      const { bid, bidSize, ask, askSize } = hub.latest;
      assert.deepEqual({ bid: bid[id], bidSize: bidSize[id], ask: ask[id], askSize: askSize[id] }, quote);
    }
    assert.deepEqual(feed.health().counters.rejects, {});
    assert.equal(feed.health().state, 'running');
  });

test('contracts other than one base coin are among what is simulated', () => {
  const exchanges = PAIRS.map(([, simulated]) => simulated);
  const { instruments } = createMarket({ seed: 5, exchanges, symbols: SYMBOLS });
  const sizes = (exchange: string) =>
    new Set(instruments.filter((one) => one.exchange === exchange).map((one) => one.contractSize));
  assert.deepEqual([...sizes('BinancePerp'), ...sizes('BybitPerp')], [1, 1]);
  for (const exchange of ['GateIoPerp', 'OKXPerp']) assert.ok(sizes(exchange).size > 3, exchange);
});
