import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SENT_US_MODULO, startDriver } from '../../src/sim/driver.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { Client, eventually } from './client.js';
import { place } from './place.js';

const QUOTE = { bid: 100, bidSize: 1, ask: 101, askSize: 2 };

test('each exchange has its own addresses under its own prefix', async (t) => {
  const { server } = await place(t);
  const origin = `127.0.0.1:${server.port}`;
  assert.deepEqual(Object.keys(server.urls).sort(), SIM_EXCHANGES.map(({ name }) => name).sort());
  const expected = {
    Binance: { restUrl: `http://${origin}/binance`, wsUrl: `ws://${origin}/binance/ws` },
    Bybit: { restUrl: `http://${origin}/bybit`, wsUrl: `ws://${origin}/bybit/v5/public/spot` },
    BybitPerp: { restUrl: `http://${origin}/bybitperp`, wsUrl: `ws://${origin}/bybitperp/v5/public/linear` },
    GateIo: { restUrl: `http://${origin}/gateio/api/v4`, wsUrl: `ws://${origin}/gateio/ws/v4/` },
    OKX: { restUrl: `http://${origin}/okx`, wsUrl: `ws://${origin}/okx/ws/v5/public` },
  };
  for (const [name, urls] of Object.entries(expected)) assert.deepEqual(server.urls[name], urls);
  assert.equal((await fetch(`http://${origin}/nowhere`)).status, 404);
  await assert.rejects(Client.open(`ws://${origin}/nowhere`), /404/);
});

test('a REST fault replaces every answer, with its headers, until it is lifted', async (t) => {
  const { server } = await place(t);
  const url = `${server.urls['Binance']!.restUrl}/api/v3/exchangeInfo`;
  server
    .exchange('Binance')
    .restStatus({ status: 418, headers: { 'retry-after': '7' }, body: '<html></html>' });
  const banned = await fetch(url);
  assert.deepEqual([banned.status, banned.headers.get('retry-after')], [418, '7']);
  assert.equal(await banned.text(), '<html></html>');
  server.exchange('Binance').restStatus('hang-up');
  await assert.rejects(fetch(url));
  server.exchange('Binance').restStatus(null);
  assert.equal((await fetch(url)).status, 200);
});

test('refusing connections drops handshakes and leaves what is open', async (t) => {
  const { server, connect } = await place(t);
  const open = await connect('Bybit');
  server.exchange('Bybit').refuseConnections(true);
  await assert.rejects(connect('Bybit'), /hang up|ECONNRESET/);
  server.exchange('Bybit').refuseConnections(false);
  await connect('Bybit');
  assert.equal(open.closed, null);
});

test('closing all connections delivers what was sent before, with the code asked for', async (t) => {
  const { server, connect, clock } = await place(t);
  const client = await connect('Binance', '/btcusdt@bookTicker');
  const binance = server.exchange('Binance');
  for (let count = 0; count < 500; count++) binance.publish('BTCUSDT', QUOTE, clock.nowUs());
  await binance.closeAll(1012, 'restart');
  assert.deepEqual(await client.gone(), { code: 1012, reason: 'restart' });
  assert.equal(client.frames.length, 500);
  const cut = await connect('Binance');
  await binance.closeAll(1006);
  assert.equal((await cut.gone()).code, 1006);
});

test('a silenced symbol is not sent and not counted, its neighbours are', async (t) => {
  const { server, connect, clock } = await place(t);
  await connect('Binance', '/btcusdt@bookTicker/ethusdt@bookTicker');
  const binance = server.exchange('Binance');
  const publish = (symbol: string): number => binance.publish(symbol, QUOTE, clock.nowUs());
  binance.silence('BTC/USDT', true);
  assert.deepEqual([publish('BTCUSDT'), publish('ETHUSDT')], [0, 1]);
  binance.silence('all', true);
  assert.deepEqual([publish('BTCUSDT'), publish('ETHUSDT')], [0, 0]);
  binance.silence('all', false);
  binance.silence('btc_usdt', false);
  assert.deepEqual([publish('BTCUSDT'), publish('ETHUSDT')], [1, 1]);
  assert.equal(binance.sent.total, 3);
});

for (const [how, more, expected] of [
  ['', {}, 1_000],
  [', frames of one moment in one write', { batched: true }, 1_000],
  [', with the moment as its ask size', { stamped: true }, 1_000],
  // Five times as many for two of the ten seconds.
  [', in bursts', { bursts: { times: 5, seconds: 2, everySeconds: 10 } }, 1_800],
] as const)
  test(`the driver keeps its rate over all instruments, and every frame counted arrives${how}`, async (t) => {
    const { server, connect, clock, market } = await place(t);
    const client = await connect('Binance');
    const symbols = market.instruments
      .filter((one) => one.exchange === 'Binance')
      .map((one) => one.base.toLowerCase());
    client.send({ method: 'SUBSCRIBE', params: symbols.map((base) => `${base}usdt@bookTicker`), id: 1 });
    await client.frame((frame) => frame['id'] === 1);
    const quotesPerSecond = 100 * SIM_EXCHANGES.length;
    const driver = { market, server, exchanges: SIM_EXCHANGES, clock, quotesPerSecond, ...more };
    const stop = startDriver(driver);
    for (let step = 0; step < 100; step++) clock.advance(100);
    stop();
    const binance = server.exchange('Binance');
    const { total } = binance.sent;
    // Its share, for 10 s.
    assert.ok(total > 0.88 * expected && total < 1.12 * expected, `${total} quotes`);
    assert.ok(symbols.every((base) => binance.sent.of(`${base}usdt`) > 10));
    await client.until('all quotes', () => client.frames.length === total + 1);
    const ids = new Map<unknown, number>();
    for (const frame of client.parsed.slice(1)) {
      if ('stamped' in more) {
        const sinceSentUs =
          ((clock.nowUs() % SENT_US_MODULO) - Number(frame['A']) + SENT_US_MODULO) % SENT_US_MODULO;
        assert.ok(sinceSentUs >= 0 && sinceSentUs <= 10_000_000, `sent ${sinceSentUs} µs ago`);
      }
      assert.ok((frame['u'] as number) > (ids.get(frame['s']) ?? 0), 'update ids rise');
      ids.set(frame['s'], frame['u'] as number);
    }
    await eventually('nothing more is sent', () => binance.sent.total === total);
  });
