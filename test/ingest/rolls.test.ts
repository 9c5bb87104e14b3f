// Make-before-break: every socket of every exchange is replaced while 2,000 quotes a second flow; what arrives is
// exactly what was sent, each quote and each trade once, in order. SECONDS=60 runs the long form.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRealClock } from '../../src/clock.js';
import { InstrumentTable } from '../../src/core/instrument.js';
import { silentLog } from '../../src/core/log.js';
import { adapters } from '../../src/exchanges/index.js';
import { Hub } from '../../src/hub/hub.js';
import { ExchangeFeed } from '../../src/ingest/exchange-feed.js';
import { startDriver } from '../../src/sim/driver.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { createMarket, marketBook } from '../../src/sim/market.js';
import { startSimServer } from '../../src/sim/server.js';
import { FEED_LIMITS } from '../support/feed-limits.js';
import { until } from '../support/wait.js';

const SYMBOLS = 10;
const RATE = 2_000;
const SECONDS = Number(process.env['SECONDS'] ?? 4);
const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 32));

test(`a roll of every socket under ${RATE} quotes/s loses none and doubles none (SEED=${SEED})`, async (t) => {
  const clock = createRealClock();
  const market = createMarket({ seed: SEED, exchanges: SIM_EXCHANGES, symbols: SYMBOLS });
  const hosted = SIM_EXCHANGES.map((exchange) => ({ exchange, book: marketBook(market, exchange) }));
  const server = await startSimServer({ clock, seed: SEED, exchanges: hosted });
  const instruments = new InstrumentTable();
  const hub = new Hub({ instrumentsMax: 1_024, lastStampUs: 0 });
  const sent = new Map<string, string[]>();
  const received = new Map<string, string[]>();
  const tradesSent = new Map<string, string[]>();
  const tradesReceived = new Map<string, string[]>();
  const gaps: string[] = [];
  const note = (log: Map<string, string[]>, key: string, row: string) => {
    const rows = log.get(key);
    if (rows === undefined) log.set(key, [row]);
    else rows.push(row);
  };
  hub.subscribe({
    quote: (_us, id, bid, bidSize, ask, askSize) => {
      const { exchange, symbol } = instruments.get(id);
      note(received, `${exchange} ${symbol}`, `${bid} ${bidSize} ${ask} ${askSize}`);
    },
    trade: (_us, id, price, size, side, _exchangeUs, tradeId) => {
      const { exchange, symbol } = instruments.get(id);
      note(tradesReceived, `${exchange} ${symbol}`, `${tradeId} ${price} ${size} ${side > 0}`);
    },
    cold: (event) => void (event.type === 'gap' && gaps.push(JSON.stringify(event))),
  });
  for (const { name } of SIM_EXCHANGES) watchTruth(name);

  function watchTruth(name: string): void {
    const host = server.exchange(name);
    const publish = host.publish.bind(host);
    host.publish = (exchangeSymbol, quote, eventUs) => {
      const frames = publish(exchangeSymbol, quote, eventUs);
      const { base, quote: currency } = host.book.find(exchangeSymbol)!;
      const { bid, bidSize, ask, askSize } = quote;
      if (frames > 0) note(sent, `${name} ${base}/${currency}`, `${bid} ${bidSize} ${ask} ${askSize}`);
      return frames;
    };
    const publishTrade = host.trades.publish.bind(host.trades);
    host.trades.publish = (exchangeSymbol, made, eventUs) => {
      const before = host.trades.sent;
      const trade = publishTrade(exchangeSymbol, made, eventUs);
      const { base, quote: currency } = host.book.find(exchangeSymbol)!;
      const { id, price, size, takerBought } = trade;
      if (host.trades.sent > before)
        note(tradesSent, `${name} ${base}/${currency}`, `${id} ${price} ${size} ${takerBought}`);
      return trade;
    };
  }

  const feeds = adapters.map(
    (adapter) =>
      new ExchangeFeed({
        adapter,
        wantsTrades: adapter.trades !== undefined,
        ...server.urls[adapter.name]!,
        rule: { quotes: ['USDT'], minUsdVolume: 1, maxUsdVolume: 1e12, allow: [], deny: [] },
        instruments,
        sink: hub,
        limits: FEED_LIMITS,
        clock,
        random: () => 0.5,
        log: silentLog,
      }),
  );
  t.after(async () => {
    for (const feed of feeds) feed.stop();
    await server.close();
    clock.close();
  });
  for (const feed of feeds) feed.start();
  const drive = () => startDriver({ market, server, exchanges: SIM_EXCHANGES, clock, quotesPerSecond: RATE });
  const count = (log: Map<string, string[]>) => [...log.values()].reduce((sum, rows) => sum + rows.length, 0);
  let stop = drive();
  await until('all live', () => feeds.every((feed) => feed.health().states.live === SYMBOLS), 60_000);
  stop();
  await settled();
  sent.clear();
  received.clear();
  tradesSent.clear();
  tradesReceived.clear();

  stop = drive();
  const startUs = clock.nowUs();
  let rolls = 0;
  while (clock.nowUs() - startUs < SECONDS * 1e6) {
    const before = count(sent);
    await until('quotes before the roll', () => count(sent) > before + RATE / 2, 60_000);
    for (const feed of feeds) feed.roll();
    rolls += 1;
    await until('rolled', () => feeds.every((feed) => feed.health().rolls === rolls), 60_000);
  }
  const before = count(sent);
  await until('quotes after the roll', () => count(sent) > before + RATE / 2, 60_000);
  stop();
  await settled();

  assert.deepEqual(gaps, []);
  assert.ok(count(sent) > RATE, `${count(sent)} quotes`);
  for (const [key, rows] of sent) assert.deepEqual(received.get(key), rows, key);
  assert.equal(count(received), count(sent));
  assert.equal(tradesSent.size, adapters.filter(({ trades }) => trades !== undefined).length * SYMBOLS);
  assert.deepEqual(tradesReceived, tradesSent);
  const duplicates = feeds.map((feed) => feed.health().counters.duplicates);
  assert.ok(Math.min(...duplicates) > 0, `every exchange had an overlap: ${duplicates}`);
  t.diagnostic(
    `${count(sent)} quotes, ${rolls} rolls of every socket, ${duplicates.reduce((a, b) => a + b)} heard twice`,
  );

  async function settled(): Promise<void> {
    let last = -1;
    await until('nothing is under way', async () => {
      await new Promise((resolve) => clock.after(200, () => resolve(undefined)));
      const now = hub.counters().received;
      const done = now === last;
      last = now;
      return done;
    });
  }
});
