// Every adapter against its simulated twin, over real sockets, for what a running feed does beside reading quotes:
// giving a symbol up, and looking at the best prices over REST.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InstrumentTable } from '../../src/core/instrument.js';
import { silentLog } from '../../src/core/log.js';
import { adapters } from '../../src/exchanges/index.js';
import { Hub } from '../../src/hub/hub.js';
import { ExchangeFeed } from '../../src/ingest/exchange-feed.js';
import { getTops } from '../../src/ingest/listing.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { createMarket, marketBook } from '../../src/sim/market.js';
import { startSimServer } from '../../src/sim/server.js';
import { createFastClock } from '../support/fast-clock.js';
import { FEED_LIMITS } from '../support/feed-limits.js';
import { until } from '../support/wait.js';

const SYMBOLS = 5;

for (const adapter of adapters)
  test(`${adapter.name} sees every best price over REST, and gives up a symbol that leaves the listing`, async (t) => {
    const simulated = SIM_EXCHANGES.find(({ name }) => name === adapter.name)!;
    const clock = createFastClock(30);
    const market = createMarket({ seed: 4, exchanges: [simulated], symbols: SYMBOLS });
    const book = marketBook(market, simulated);
    const gone = book.listing[2]!;
    let halted = false;
    const listing = {
      ...book,
      get listing() {
        return book.listing.map((row) => (row === gone ? { ...row, trading: !halted } : row));
      },
    };
    const server = await startSimServer({
      clock,
      seed: 4,
      exchanges: [{ exchange: simulated, book: listing }],
    });
    const hub = new Hub({ instrumentsMax: 32, lastStampUs: 0 });
    const gaps: { readonly reason: string; readonly fromUs: number; readonly instrumentId: number }[] = [];
    const lastUs = new Map<number, number>();
    hub.subscribe({
      quote: (stampUs, instrumentId) => void lastUs.set(instrumentId, stampUs),
      cold: (event) => void (event.type === 'gap' && gaps.push(event)),
    });
    const feed = new ExchangeFeed({
      adapter,
      ...server.urls[adapter.name]!,
      rule: { quotes: ['USDT'], minUsdVolume: 1, maxUsdVolume: 1e12, allow: [], deny: [] },
      instruments: new InstrumentTable(),
      sink: hub,
      limits: { ...FEED_LIMITS, listingIntervalMs: 20_000 },
      clock,
      random: () => 0.5,
      log: silentLog,
    });
    t.after(async () => {
      feed.stop();
      await server.close();
    });
    const source = { adapter, ...server.urls[adapter.name]!, limits: FEED_LIMITS, clock };
    const tops = await getTops(source, new AbortController().signal);
    for (const { exchangeSymbol } of book.listing) {
      const top = tops.get(exchangeSymbol);
      assert.ok(
        top !== undefined && top.bid > 0 && top.ask > top.bid,
        `${exchangeSymbol}: ${JSON.stringify(top)}`,
      );
    }
    feed.start();
    const hosted = server.exchange(adapter.name);
    await until('every symbol subscribed', () => hosted.wanted().size === SYMBOLS);
    await until('a quote of each', () => {
      for (const { index, exchange, base, quote } of market.instruments)
        if (exchange === adapter.name)
          hosted.publish(
            simulated.exchangeSymbolOf(base, quote),
            market.quoteOf(index, clock.nowUs()),
            clock.nowUs(),
          );
      return feed.health().states.live === SYMBOLS;
    });
    const { quotes, scanned } = feed.health().counters;
    const scans = adapter.createDecoder({ idOf: () => -1, contractSizeOf: () => 1 }).scanned !== undefined;
    // The first of them teaches its form.
    assert.ok(
      scanned >= (scans ? SYMBOLS - 1 : 0),
      `${scanned} of ${quotes} quotes were read from their bytes`,
    );
    halted = true;
    await until('it is given up', () => !hosted.wanted().has(gone.exchangeSymbol));
    await until('the others stay', () => hosted.wanted().size === SYMBOLS - 1);
    assert.deepEqual(
      gaps.map(({ reason }) => reason),
      ['unsubscribed'],
    );
    const [gap] = gaps;
    assert.ok(gap!.fromUs <= lastUs.get(gap!.instrumentId)!, 'it reaches back to the last sign of life');
    const row = feed.instruments().find(({ exchangeSymbol }) => exchangeSymbol === gone.exchangeSymbol);
    // Bybit lists what trades alone.
    assert.ok(row === undefined || row.excluded === 'not-trading', JSON.stringify(row));
    halted = false;
    await until('it is back', () => hosted.wanted().has(gone.exchangeSymbol));
    assert.deepEqual(feed.health().connections[0]?.refused, {});
    // What was on its way when the symbol was given up is no quote of anybody.
    const { 'unknown-symbol': _underway, ...rejects } = feed.health().counters.rejects;
    assert.deepEqual(rejects, {});
    // A time of zero is a time that is not given, or a reason of its own: the frame stays one that can be read.
    hosted.fault('time-zero', true);
    const { frames } = feed.health().counters;
    const { index, base, quote } = market.instruments.find(({ exchange }) => exchange === adapter.name)!;
    hosted.publish(
      simulated.exchangeSymbolOf(base, quote),
      market.quoteOf(index, clock.nowUs()),
      clock.nowUs(),
    );
    await until('its frame', () => feed.health().counters.frames > frames);
    assert.deepEqual(
      Object.keys(feed.health().counters.rejects).filter((reason) => reason === 'malformed'),
      [],
    );
  });
