// Faults of sockets do what they say, to all sockets of an exchange or to one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimConnection } from '../../src/sim/connection.js';
import type { HostedExchange } from '../../src/sim/hosted-exchange.js';
import { Client, eventually } from './client.js';
import { place, START_US } from './place.js';

const QUOTE = { bid: 100, bidSize: 1, ask: 101, askSize: 2 };
const PATH = '/btcusdt@bookTicker';

async function scene(t: Parameters<typeof place>[0]) {
  const world = await place(t);
  const binance = world.server.exchange('Binance');
  let bid = 100;
  const nextBid = () => {
    bid += 1;
    return bid;
  };
  return {
    ...world,
    binance,
    connect: (path = PATH) => world.connect('Binance', path),
    publish: () => binance.publish('BTCUSDT', { ...QUOTE, bid: nextBid() }, START_US),
  };
}

const last = (hosted: HostedExchange): SimConnection => [...hosted.connections].at(-1)!;
const came = (client: Client, count: number) =>
  client.until(`frame ${count}`, () => client.frames.length === count);

test('cut sockets end without a closing handshake; one alone where one is meant', async (t) => {
  const { binance, connect } = await scene(t);
  const [one, other] = [await connect(), await connect()];
  binance.fault('cut', true, last(binance));
  assert.equal((await other.gone()).code, 1006);
  assert.equal(one.closed, null);
  binance.fault('cut', true);
  assert.equal((await one.gone()).code, 1006);
  assert.equal(binance.faults.touched.get('cut'), 2);
});

test('before maintenance comes the exchange’s own notice, then the end, for who was told alone', async (t) => {
  const { server, binance, connect } = await scene(t);
  const spared = await connect();
  const old = await connect();
  binance.fault('announced-close', true, last(binance));
  await old.frame((frame) => frame['e'] === 'serverShutdown');
  const next = await connect();
  const wasTold = last(binance);
  binance.fault('announced-close', true);
  await next.frame((frame) => frame['e'] === 'serverShutdown');
  const late = await connect();
  binance.fault('announced-close', false);
  for (const client of [old, next, spared]) assert.equal((await client.gone()).code, 1001);
  assert.equal(wasTold.open, false);
  assert.equal(late.closed, null, 'who came after the notice stays');

  for (const [name, told] of [
    ['OKX', /"event":"notice","code":"64008"/],
    ['GateIoPerp', /"futures.system".*"type":"upgrade"/],
  ] as const) {
    const client = await Client.open(server.urls[name]!.wsUrl);
    server.exchange(name).fault('announced-close', true);
    await client.until('the notice', () => client.frames.length === 1);
    assert.match(client.frames[0]!, told);
    server.exchange(name).fault('announced-close', false);
    await client.gone();
  }
});

test('silent sockets answer pings and send no quotes, until the end', async (t) => {
  const { binance, connect, publish } = await scene(t);
  const [heard, silent] = [await connect(), await connect()];
  binance.fault('silent-sockets', true, last(binance));
  assert.equal(publish(), 1);
  binance.fault('silent-sockets', true);
  const late = await connect();
  assert.equal(publish(), 0);
  for (const client of [silent, late]) {
    client.ping();
    await client.until('its pong', () => client.pongs === 1);
    assert.equal(client.frames.length, 0);
  }
  binance.fault('silent-sockets', false);
  assert.equal(publish(), 3);
  await came(heard, 2);
  await came(silent, 1);
  await came(late, 1);
});

test('a half-open socket hears nothing, says nothing, tells no end, and counts for nobody there', async (t) => {
  const { binance, connect, publish, clock } = await scene(t);
  const [alive, dead] = [await connect(), await connect()];
  binance.fault('half-open', true, last(binance));
  assert.equal(publish(), 1);
  dead.ping();
  dead.send({ method: 'LIST_SUBSCRIPTIONS', id: 1 });
  alive.ping();
  await alive.until('a pong', () => alive.pongs === 1);
  // Long past every time at which the exchange itself would have closed it.
  clock.advance(300_000);
  await alive.gone();
  assert.deepEqual([dead.pongs, dead.frames.length, dead.closed], [0, 0, null]);
  binance.fault('half-open', false);
  await eventually('the closed one is gone', () => binance.connections.size === 1);
  assert.equal(binance.wanted().size, 0);
  dead.close();
  assert.equal(publish(), 0);
});

test('while half-open is on new sockets are too; what the client ends is seen', async (t) => {
  const { binance, connect, publish } = await scene(t);
  binance.fault('half-open', true);
  const dead = await connect();
  assert.equal(publish(), 0);
  dead.terminate();
  await eventually('nothing left', () => binance.connections.size === 0);
  binance.fault('half-open', false);
  const next = await connect();
  publish();
  await came(next, 1);
});

test('frames trickle in pieces, pongs and ten megabytes too, and what is left goes at once', async (t) => {
  const { binance, connect, publish, clock } = await scene(t);
  binance.fault('slow-drip', true);
  const slow = await connect();
  publish();
  slow.ping();
  clock.advance(500);
  await new Promise(setImmediate);
  assert.equal(slow.frames.length, 0, 'half a frame is none');
  clock.advance(1_500);
  await came(slow, 1);
  await eventually('the pong', () => {
    clock.advance(250);
    return slow.pongs === 1;
  });
  last(binance).sendRaw(' '.repeat(10 * 1024 * 1024));
  publish();
  binance.fault('slow-drip', false);
  publish();
  await came(slow, 4);
  assert.deepEqual(
    slow.parsed.map((frame) => Number(frame['b'])),
    [101, 102, 103],
  );
});

test('what trickles is bounded: who falls too far behind is cut', async (t) => {
  const { binance, connect } = await scene(t);
  const slow = await connect();
  binance.fault('slow-drip', true);
  for (let n = 0; n < 3; n += 1) last(binance)?.sendRaw(' '.repeat(10 * 1024 * 1024));
  assert.equal((await slow.gone()).code, 1006);
  assert.equal(binance.slowReadersCut, 1);
});

test('subscriptions made without data stay silent until made again; older ones go on', async (t) => {
  const { server, connect } = await place(t);
  const okx = server.exchange('OKX');
  const subscribe = (instId: string) => ({ op: 'subscribe', args: [{ channel: 'bbo-tbt', instId }] });
  const client = await connect('OKX');
  client.send(subscribe('BTC-USDT'));
  await came(client, 2);
  okx.fault('ack-without-data', true);
  client.send(subscribe('ETH-USDT'));
  await client.until('the acknowledgement', () => client.frames.length === 3);
  const publish = () => ['BTC-USDT', 'ETH-USDT'].map((symbol) => okx.publish(symbol, QUOTE, START_US));
  assert.deepEqual(publish(), [1, 0]);
  okx.fault('ack-without-data', false);
  assert.deepEqual(publish(), [1, 0]);
  client.send(subscribe('ETH-USDT'));
  await came(client, 7);
  assert.deepEqual(publish(), [1, 1]);
});
