// Trades from the simulated exchanges over real sockets into the lake's files: not one unless asked for, and then
// each once, as it was sent.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { createRealClock } from '../../src/clock.js';
import { startDriver } from '../../src/sim/driver.js';
import type { SimTrade } from '../../src/sim/exchange.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { createMarket, marketBook } from '../../src/sim/market.js';
import { startSimServer } from '../../src/sim/server.js';
import { duckDb, duckSkip } from '../oracle/duck.js';
import { startTestApp } from '../support/app.js';
import { BOTH_WAYS } from '../support/ingest-workers.js';
import { until } from '../support/wait.js';

const NAMES = ['Binance', 'GateIo', 'OKX'];
const SYMBOLS = 3;
const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 32));

/** `exchange symbol id price size side` of every trade that was sent, in order by instrument. */
type Sent = Map<string, string[]>;

async function startWorld(t: TestContext) {
  t.diagnostic(`SEED=${SEED}`);
  const clock = createRealClock();
  const exchanges = SIM_EXCHANGES.filter(({ name }) => NAMES.includes(name));
  const market = createMarket({ seed: SEED, exchanges, symbols: SYMBOLS });
  const hosted = exchanges.map((exchange) => ({ exchange, book: marketBook(market, exchange) }));
  const server = await startSimServer({ clock, seed: SEED, exchanges: hosted });
  const sent: Sent = new Map();
  for (const name of NAMES) {
    const host = server.exchange(name);
    const publish = host.trades.publish.bind(host.trades);
    host.trades.publish = (exchangeSymbol, made, eventUs) => {
      const before = host.trades.sent;
      const trade = publish(exchangeSymbol, made, eventUs);
      if (host.trades.sent > before) note(sent, name, host.book.find(exchangeSymbol)!, trade);
      return trade;
    };
  }
  const stop = startDriver({ market, server, exchanges, clock, quotesPerSecond: 500 });
  t.after(async () => {
    stop();
    await server.close();
    clock.close();
  });
  return { server, sent, stop };
}

function note(sent: Sent, name: string, coin: { base: string; quote: string }, trade: SimTrade): void {
  const key = `${name} ${coin.base}_${coin.quote}`;
  const { id, price, size, takerBought } = trade;
  const row = `${id} ${price} ${size} ${takerBought ? 'Buy' : 'Sell'}`;
  sent.set(key, [...(sent.get(key) ?? []), row]);
}

const count = (sent: Sent) => [...sent.values()].reduce((sum, rows) => sum + rows.length, 0);

async function health(url: string) {
  return (await (await fetch(`${url}/health`)).json()) as {
    trades: Record<string, number>;
    counters: Record<string, number>;
    exchanges: Record<string, { trades: number }>;
    lake: { details: Record<string, number> };
  };
}

test('nobody asks for trades unless the configuration says so', async (t) => {
  const { server, sent } = await startWorld(t);
  const exchanges = Object.fromEntries(
    NAMES.map((name) => [name, { ...server.urls[name], minUsdVolume: 1 }]),
  );
  const app = await startTestApp(() => {}, exchanges);
  t.after(() => app.stop());
  await until('quotes come', async () => (await health(app.url)).counters['recorded']! > 500, 60_000);
  const { trades } = await health(app.url);
  assert.deepEqual(trades, { received: 0, recorded: 0, dropped: 0 });
  assert.equal(count(sent), 0);
  for (const name of NAMES)
    for (const { wantedTrades } of server.exchange(name).connections)
      assert.equal(wantedTrades.size, 0, name);
  assert.ok(!existsSync(join(app.lake, 'trades')));
});

test('trades of an exchange whose channel of them is not known are refused at the start', async () => {
  await assert.rejects(
    startTestApp(() => {}, { OKX: { trades: true } }),
    /exchanges\.OKX\.trades: expected false, was true/,
  );
});

for (const [way, workers] of BOTH_WAYS)
  test(
    `each trade of Binance and GateIo is in the lake and at every client once, as it was sent, ${way}`,
    {
      skip: duckSkip,
    },
    (t) => everyTradeOnce(t, workers),
  );

async function everyTradeOnce(t: TestContext, workers: number): Promise<void> {
  const { server, sent, stop } = await startWorld(t);
  const exchanges = Object.fromEntries(
    NAMES.map((name) => [name, { ...server.urls[name], minUsdVolume: 1, trades: name !== 'OKX' }]),
  );
  const app = await startTestApp(() => {}, exchanges, undefined, { ingest: { workers } });
  const client = new WebSocket(`${app.url.replace('http', 'ws')}/`);
  const heard: Sent = new Map();
  client.on('message', (data: Buffer) => {
    const { MessageType, Payload } = JSON.parse(data.toString('utf8'));
    if (MessageType !== 'Trade') return;
    const { Exchange, Symbol: name, Price, Quantity, Side } = Payload;
    heard.set(`${Exchange} ${name}`, [
      ...(heard.get(`${Exchange} ${name}`) ?? []),
      `${Price} ${Quantity} ${Side}`,
    ]);
  });
  t.after(async () => {
    client.terminate();
    await app.stop();
  });
  await until('trades of all', () => sent.size === 2 * SYMBOLS && count(sent) > 400, 60_000);
  stop();
  await until('all recorded', async () => (await health(app.url)).trades['recorded'] === count(sent));
  const { trades } = await health(app.url);
  assert.deepEqual(trades, { received: count(sent), recorded: count(sent), dropped: 0 });
  await until('each exchange has counted its own', async () => {
    const { exchanges: states } = await health(app.url);
    return states['Binance']!.trades + states['GateIo']!.trades === count(sent);
  });
  const metrics = await (await fetch(`${app.url}/metrics`)).text();
  assert.match(metrics, new RegExp(`spread_aggregator_trades_total\\{fate="recorded"\\} ${count(sent)}\\n`));

  await app.halt();
  const duck = await duckDb();
  t.after(() => duck.closeSync());
  const found = await duck.runAndReadAll(
    `SELECT exchange, symbol, "TradeId", "Price", "Quantity", "Side", "ExchangeTimestamp" IS NULL
     FROM read_parquet('${app.lake}/trades/**/trades-*.parquet', hive_partitioning = true) ORDER BY "Timestamp"`,
  );
  const inLake: Sent = new Map();
  for (const [exchange, symbol, id, price, size, side, isTimeless] of found.getRowsJS()) {
    assert.equal(isTimeless, false);
    const key = `${exchange} ${symbol}`;
    inLake.set(key, [...(inLake.get(key) ?? []), `${id} ${price} ${size} ${side}`]);
  }
  assert.deepEqual([...inLake.keys()].sort(), [...sent.keys()].sort());
  for (const [key, rows] of sent) {
    assert.deepEqual(inLake.get(key), rows, key);
    const told = rows.map((row) => row.slice(row.indexOf(' ') + 1));
    // The client came a little later than the first trades.
    assert.deepEqual(heard.get(key), told.slice(told.length - heard.get(key)!.length), key);
  }
}
