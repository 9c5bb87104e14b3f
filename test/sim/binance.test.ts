import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from './client.js';
import { place } from './place.js';

const QUOTE = { bid: 67_000.1, bidSize: 0.5, ask: 67_000.12, askSize: 1.25 };

test('Binance lists its symbols with ticks, and a 24 h ticker for each', async (t) => {
  const { get } = await place(t);
  const info = (await get('Binance', '/api/v3/exchangeInfo')) as { symbols: Record<string, unknown>[] };
  const btc = info.symbols.find((row) => row['symbol'] === 'BTCUSDT')!;
  assert.equal(info.symbols.length, 14);
  assert.deepEqual([btc['status'], btc['baseAsset'], btc['quoteAsset']], ['TRADING', 'BTC', 'USDT']);
  assert.equal((btc['filters'] as { tickSize?: string }[])[0]!.tickSize, '0.01000000');
  const tickers = (await get('Binance', '/api/v3/ticker/24hr')) as Record<string, string>[];
  assert.equal(tickers.length, 14);
  for (const row of tickers) {
    assert.ok(
      Number(row['bidPrice']) < Number(row['askPrice']) && Number(row['quoteVolume']) > 0,
      row['symbol']!,
    );
  }
});

test('Binance sends bare quotes on /ws and wrapped ones on /stream, with rising ids and eight decimals', async (t) => {
  const { connect, server, market, clock } = await place(t);
  const bare = await connect('Binance');
  const wrapped = await Client.open(
    `${server.urls['Binance']!.wsUrl.replace(/ws$/, 'stream')}?streams=btcusdt@bookTicker/ethusdt@bookTicker`,
  );
  bare.send({ method: 'SUBSCRIBE', params: ['btcusdt@bookTicker'], id: 1 });
  assert.deepEqual(await bare.frame((frame) => frame['id'] === 1), { result: null, id: 1 });
  const binance = server.exchange('binance');
  assert.equal(binance.publish('BTCUSDT', QUOTE, clock.nowUs()), 2);
  assert.equal(
    binance.publish('BTCUSDT', market.quoteAt('btc/usdt', 'BINANCE', clock.nowUs()), clock.nowUs()),
    2,
  );
  assert.equal(binance.publish('ETHUSDT', QUOTE, clock.nowUs()), 1);
  assert.equal(binance.publish('SOLUSDT', QUOTE, clock.nowUs()), 0);
  await bare.until('two quotes', (client) => client.frames.length === 3);
  await wrapped.until('three quotes', (client) => client.frames.length === 3);
  const [, first, second] = bare.parsed as { u: number }[];
  assert.deepEqual(
    { ...first, u: 0 },
    {
      u: 0,
      s: 'BTCUSDT',
      b: '67000.10000000',
      B: '0.50000000',
      a: '67000.12000000',
      A: '1.25000000',
    },
  );
  assert.ok(second!.u > first!.u);
  assert.equal(wrapped.parsed[2]!['stream'], 'ethusdt@bookTicker');
  assert.deepEqual(wrapped.parsed[0]!['data'], first);
  assert.deepEqual([binance.sent.total, binance.sent.of('BTC/USDT'), binance.sent.of('eth_usdt')], [5, 4, 1]);
});

test('Binance acknowledges unknown and upper-case streams, lists them, and never delivers them', async (t) => {
  const { connect, server, clock } = await place(t);
  const client = await connect('Binance');
  const params = ['nopeusdt@bookTicker', 'BTCUSDT@bookTicker'];
  client.send({ method: 'SUBSCRIBE', params, id: 1 });
  client.send({ method: 'LIST_SUBSCRIPTIONS', id: 2 });
  assert.deepEqual(await client.frame((frame) => frame['id'] === 1), { result: null, id: 1 });
  assert.deepEqual(await client.frame((frame) => frame['id'] === 2), { result: params, id: 2 });
  assert.equal(server.exchange('Binance').publish('BTCUSDT', QUOTE, clock.nowUs()), 0);
});

test('Binance refuses unknown methods and more than 1024 streams, and stays open', async (t) => {
  const { connect } = await place(t);
  const client = await connect('Binance');
  client.send({ method: 'FOO', id: 20 });
  const params = Array.from({ length: 1025 }, (_, index) => `s${index}usdt@bookTicker`);
  client.send({ method: 'SUBSCRIBE', params, id: 21 });
  client.send({ method: 'SUBSCRIBE', params: params.slice(1), id: 22 });
  const unknown = (await client.frame((frame) => frame['id'] === 20))['error'] as {
    code: number;
    msg: string;
  };
  assert.equal(unknown.code, 2);
  assert.match(unknown.msg, /^Invalid request: unknown variant `FOO`, expected one of/);
  assert.ok('error' in (await client.frame((frame) => frame['id'] === 21)));
  assert.deepEqual(await client.frame((frame) => frame['id'] === 22), { result: null, id: 22 });
});

test('Binance closes on text that is not JSON, and on a sixth message in a second', async (t) => {
  const { connect } = await place(t);
  const babbler = await connect('Binance');
  babbler.send('hello');
  assert.deepEqual(await babbler.gone(), { code: 1008, reason: 'Invalid request' });
  const hasty = await connect('Binance');
  for (let id = 1; id <= 5; id++) hasty.send({ method: 'LIST_SUBSCRIPTIONS', id });
  hasty.ping();
  assert.deepEqual(await hasty.gone(), { code: 1008, reason: 'Too many requests' });
  assert.equal(hasty.frames.length, 5);
});

test('Binance pings every 20 s and closes a client that does not answer', async (t) => {
  const { connect, server, clock } = await place(t);
  const mute = await Client.open(server.urls['Binance']!.wsUrl, { autoPong: false });
  clock.advance(20_000);
  await mute.until('a ping', (client) => client.pings.length === 1);
  assert.equal(mute.pings[0], String(clock.nowUs() / 1_000));
  clock.advance(60_000);
  assert.deepEqual(await mute.gone(), { code: 1008, reason: 'Pong timeout' });
  const lively = await connect('Binance');
  for (let pings = 1; pings <= 5; pings++) {
    clock.advance(20_000);
    await lively.until('a ping', (client) => client.pings.length === pings);
    // The answer to this proves that the pong before it was read.
    lively.send({ method: 'LIST_SUBSCRIPTIONS', id: pings });
    await lively.frame((frame) => frame['id'] === pings);
  }
  assert.equal(lively.closed, null);
});
