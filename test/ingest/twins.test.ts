// Adapters against their simulated twins, over real sockets: two readings of one document check one another.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { GapEvent, QuoteEvent } from '../../src/core/event.js';
import { InstrumentTable } from '../../src/core/instrument.js';
import { silentLog } from '../../src/core/log.js';
import { bitget, bitgetPerp } from '../../src/exchanges/bitget.js';
import type { ExchangeAdapter } from '../../src/exchanges/exchange.js';
import { kucoin, kucoinPerp } from '../../src/exchanges/kucoin.js';
import { Hub } from '../../src/hub/hub.js';
import { ExchangeFeed } from '../../src/ingest/exchange-feed.js';
import type { SimExchange } from '../../src/sim/exchange.js';
import * as simBitget from '../../src/sim/exchanges/bitget.js';
import * as simKucoin from '../../src/sim/exchanges/kucoin.js';
import { createMarket, marketBook } from '../../src/sim/market.js';
import { startSimServer } from '../../src/sim/server.js';
import { createFastClock } from '../support/fast-clock.js';
import { FEED_LIMITS } from '../support/feed-limits.js';
import { until } from '../support/wait.js';

const SYMBOLS = 60;
const cleanups: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function setUp(adapter: ExchangeAdapter, twin: SimExchange, speed: number) {
  const clock = createFastClock(speed);
  const market = createMarket({ seed: 3, exchanges: [twin], symbols: SYMBOLS });
  const exchanges = [{ exchange: twin, book: marketBook(market, twin) }];
  const server = await startSimServer({ clock, seed: 3, exchanges });
  const hosted = server.exchange(twin.name);
  const instruments = new InstrumentTable();
  const hub = new Hub({ instrumentsMax: 256, lastStampUs: 0 });
  const quotes: Omit<QuoteEvent, 'type' | 'stampUs'>[] = [];
  const gaps: GapEvent[] = [];
  hub.subscribe({
    quote: (_stampUs, instrumentId, bid, bidSize, ask, askSize, exchangeUs) =>
      void quotes.push({ instrumentId, bid, bidSize, ask, askSize, exchangeUs }),
    cold: (event) => void (event.type === 'gap' && gaps.push(event)),
  });
  const { restUrl, wsUrl } = server.urls[twin.name]!;
  const feed = new ExchangeFeed({
    adapter,
    restUrl,
    wsUrl,
    rule: { quotes: ['usdt'], minUsdVolume: 1, maxUsdVolume: 1e12, allow: [], deny: [] },
    instruments,
    sink: hub,
    limits: FEED_LIMITS,
    clock,
    random: Math.random,
    log: silentLog,
  });
  cleanups.push(
    () => feed.stop(),
    () => server.close(),
  );
  feed.start();
  /** One quote of each instrument, and that each came as it was sent: prices, sizes, time, to the last bit. */
  const round = async () => {
    await until('all subscribed', () => hosted.wanted().size === SYMBOLS);
    await until('the tops of subscribing', () => feed.health().counters.frames > 0);
    const sent = market.instruments.map(({ index, base, quote, symbol }) => {
      const atUs = clock.nowUs();
      const top = market.quoteOf(index, atUs);
      assert.equal(hosted.publish(twin.exchangeSymbolOf(base, quote), top, atUs), 1);
      return { symbol, top, atUs };
    });
    for (const { symbol, top, atUs } of sent) {
      const { id } = instruments.find(twin.name, symbol)!;
      await until(`${symbol} as it was sent`, () =>
        quotes.some(
          (one) =>
            one.instrumentId === id &&
            one.bid === top.bid &&
            one.bidSize === top.bidSize &&
            one.ask === top.ask &&
            one.askSize === top.askSize &&
            Math.abs(one.exchangeUs - atUs) <= 1_000,
        ),
      );
    }
    await until('the feed running', () => feed.health().state === 'running');
  };
  return { clock, hosted, feed, gaps, round };
}

for (const [adapter, twin] of [
  [kucoin, simKucoin.kucoin],
  [kucoinPerp, simKucoin.kucoinPerp],
  [bitget, simBitget.bitget],
  [bitgetPerp, simBitget.bitgetPerp],
] as const) {
  test(`${adapter.name} gets from its twin what was sent, before and after a cut`, async () => {
    const { hosted, feed, gaps, round } = await setUp(adapter, twin, 20);
    await round();
    const { counters, instruments, connections } = feed.health();
    assert.equal(instruments, SYMBOLS);
    assert.deepEqual(counters.rejects, {});
    const handshakes = hosted.handshakes;
    assert.equal(handshakes, connections.length);
    await hosted.closeAll(1006);
    await until('a gap for each', () => gaps.length === SYMBOLS);
    await round();
    assert.ok(hosted.handshakes > handshakes);
    assert.equal(hosted.handshakesRefused, 0);
  });
}

for (const [adapter, twin] of [
  [kucoin, simKucoin.kucoin],
  [bitget, simBitget.bitget],
] as const)
  test(`${adapter.name} is kept by its pings while nothing is said`, async () => {
    const { clock, hosted, feed, round } = await setUp(adapter, twin, 100);
    await round();
    const { handshakes } = hosted;
    // Were REST to show other prices, the silence would be taken for what it is.
    hosted.restStatus({ status: 500 });
    const quietUs = clock.nowUs();
    // The silence for which the twins close: 60 s, 120 s.
    await until('130 seconds', () => clock.nowUs() - quietUs > 130e6);
    assert.equal(hosted.handshakes, handshakes);
    assert.equal(feed.health().state, 'running');
  });
