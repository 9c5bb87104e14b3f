import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { kucoin, kucoinPerp } from '../../src/sim/exchanges/kucoin.js';
import { Client } from './client.js';
import { type Place, place } from './place.js';

const QUOTE = { bid: NaN, bidSize: NaN, ask: 67_000.12, askSize: 1.25 };

/** A place where only KuCoin stands, both markets. */
function kucoinPlace(t: TestContext): Promise<Place> {
  return place(t, {}, [kucoin, kucoinPerp]);
}

type Token = {
  code: string;
  data: { token: string; instanceServers: { endpoint: string; pingInterval: number }[] };
};

async function askToken({ server }: Place, exchange: string): Promise<Token> {
  const url = `${server.urls[exchange]!.restUrl}/api/v1/bullet-public`;
  return (await (await fetch(url, { method: 'POST' })).json()) as Token;
}

/** Connects as the answer says, and waits for the welcome. */
async function enter(at: Place, exchange: string): Promise<Client> {
  const { data } = await askToken(at, exchange);
  const [server] = data.instanceServers;
  const client = await Client.open(
    `${server!.endpoint}?token=${encodeURIComponent(data.token)}&connectId=c1`,
  );
  assert.deepEqual(await client.frame((frame) => frame['type'] === 'welcome'), { id: 'c1', type: 'welcome' });
  return client;
}

const subscribe = (id: string, topic: string) => ({
  id,
  type: 'subscribe',
  topic,
  privateChannel: false,
  response: true,
});

test('Kucoin lists symbols and tickers, and its perpetuals among other contracts', async (t) => {
  const { get } = await kucoinPlace(t);
  type Rows = { code: string; data: Record<string, unknown>[] };
  const symbols = (await get('Kucoin', '/api/v2/symbols')) as Rows;
  const btc = symbols.data.find((row) => row['symbol'] === 'BTC-USDT')!;
  assert.equal(symbols.code, '200000');
  assert.deepEqual([btc['baseCurrency'], btc['enableTrading'], btc['priceIncrement']], ['BTC', true, '0.01']);
  const tickers = (await get('Kucoin', '/api/v1/market/allTickers')) as {
    data: { ticker: Record<string, string>[] };
  };
  assert.ok(tickers.data.ticker.every((row) => Number(row['buy']) < Number(row['sell'])));
  const contracts = (await get('KucoinPerp', '/api/v1/contracts/active')) as Rows;
  const xbt = contracts.data.find((row) => row['symbol'] === 'XBTUSDTM')!;
  assert.deepEqual([xbt['baseCurrency'], xbt['type'], xbt['multiplier']], ['XBT', 'FFWCSX', 0.00001]);
  assert.ok(contracts.data.some((row) => row['isInverse'] === true));
  // What clients tell perpetuals by.
  const funded = contracts.data.filter((row) => typeof row['nextFundingRateTime'] === 'number');
  assert.deepEqual([...new Set(funded.map((row) => row['type']))], ['FFWCSX']);
  const currencies = (await get('Kucoin', '/api/v3/currencies')) as Rows;
  assert.ok(['BTC', 'USDT'].every((name) => currencies.data.some((row) => row['currency'] === name)));
});

test('Kucoin gives a token to POST alone, and lets in who brings it to the host that gave it', async (t) => {
  const at = await kucoinPlace(t);
  assert.equal(((await at.get('Kucoin', '/api/v1/bullet-public')) as Token).code, '405000');
  await enter(at, 'Kucoin');
  await enter(at, 'KucoinPerp');
  const { data } = await askToken(at, 'Kucoin');
  // As tardis-dev brings it: unescaped.
  const bare = await at.connect('Kucoin', `?token=${data.token}`);
  await bare.frame((frame) => frame['type'] === 'welcome');
  for (const [exchange, token] of [
    ['Kucoin', ''],
    ['Kucoin', 'made-up'],
    ['KucoinPerp', data.token],
  ] as const) {
    const client = await at.connect(exchange, `?token=${encodeURIComponent(token)}`);
    assert.equal((await client.frame((frame) => frame['type'] === 'error'))['code'], 401);
    await client.gone();
  }
  at.clock.advance(24 * 3_600_000);
  const late = await at.connect('Kucoin', `?token=${encodeURIComponent(data.token)}`);
  assert.equal((await late.frame((frame) => frame['type'] === 'error'))['data'], 'token is invalid');
});

test('Kucoin acknowledges once a message, unknown symbols too, and pushes on change with the symbol in the topic', async (t) => {
  const at = await kucoinPlace(t);
  const client = await enter(at, 'Kucoin');
  client.send(subscribe('7', '/spotMarket/level1:BTC-USDT,NO-PE'));
  assert.deepEqual(await client.frame((frame) => frame['type'] === 'ack'), { id: '7', type: 'ack' });
  assert.equal(client.frames.length, 2, 'no present top');
  const hosted = at.server.exchange('Kucoin');
  assert.deepEqual([...hosted.wanted()], ['BTC-USDT']);
  hosted.publish('BTC-USDT', QUOTE, at.clock.nowUs());
  assert.deepEqual(await client.frame((frame) => frame['type'] === 'message'), {
    topic: '/spotMarket/level1:BTC-USDT',
    type: 'message',
    subject: 'level1',
    data: { asks: ['67000.12', '1.25000'], bids: [], timestamp: at.clock.nowUs() / 1_000 },
  });
  client.send({ ...subscribe('8', '/spotMarket/level1:BTC-USDT'), type: 'unsubscribe' });
  await client.frame((frame) => frame['id'] === '8');
  assert.equal(hosted.publish('BTC-USDT', QUOTE, at.clock.nowUs()), 0);
});

test('Kucoin names the symbol in the subject of the ticker of all', async (t) => {
  const at = await kucoinPlace(t);
  const client = await enter(at, 'Kucoin');
  client.send(subscribe('1', '/market/ticker:all'));
  await client.frame((frame) => frame['type'] === 'ack');
  at.server.exchange('Kucoin').publish('ETH-USDT', QUOTE, at.clock.nowUs());
  const push = await client.frame((frame) => frame['type'] === 'message');
  assert.deepEqual([push['topic'], push['subject']], ['/market/ticker:all', 'ETH-USDT']);
  assert.equal((push['data'] as Record<string, unknown>)['bestAsk'], '67000.12');
});

test('KucoinPerp tells whole lots as numbers and the time in nanoseconds', async (t) => {
  const at = await kucoinPlace(t);
  const client = await enter(at, 'KucoinPerp');
  client.send(subscribe('1', '/contractMarket/tickerV2:XBTUSDTM'));
  await client.frame((frame) => frame['type'] === 'ack');
  at.server.exchange('KucoinPerp').publish('XBTUSDTM', QUOTE, at.clock.nowUs() + 7);
  const push = await client.frame((frame) => frame['type'] === 'message');
  const data = push['data'] as Record<string, unknown>;
  assert.deepEqual(
    [data['symbol'], data['bestAskPrice'], data['bestAskSize'], data['bestBidSize']],
    ['XBTUSDTM', '67000.12', 125_000, 0],
  );
  assert.ok(client.frames.at(-1)?.includes(`"ts":${at.clock.nowUs() + 7}000}`), client.frames.at(-1));
});

test('Kucoin refuses what is too much, what it does not know and what is no JSON, and stays open', async (t) => {
  const at = await kucoinPlace(t);
  const client = await enter(at, 'Kucoin');
  const names = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => `S${from + index}-USDT`).join(',');
  const errorOf = (id: string) => client.frame((frame) => frame['type'] === 'error' && frame['id'] === id);
  client.send(subscribe('many', `/spotMarket/level1:${names(0, 101)}`));
  assert.match(String((await errorOf('many'))['data']), /limitation of 100 per time/);
  for (const from of [0, 100, 200])
    client.send(subscribe(`b${from}`, `/spotMarket/level1:${names(from, from + 100)}`));
  client.send(subscribe('full', '/spotMarket/level1:BTC-USDT'));
  assert.match(String((await errorOf('full'))['data']), /limitation of 300 per session/);
  client.send(subscribe('topic', '/spot/nothing:BTC-USDT'));
  assert.equal((await errorOf('topic'))['code'], 404);
  client.send('{');
  await client.frame((frame) => frame['code'] === 400);
  for (let count = 0; count < 100; count++) client.send({ id: `p${count}`, type: 'ping' });
  await client.frame((frame) => frame['data'] === 'exceed max permits per second');
  assert.equal(client.closed, null);
});

test('Kucoin answers pings, and cuts a client that is silent for a minute, data or not', async (t) => {
  const at = await kucoinPlace(t);
  const client = await enter(at, 'Kucoin');
  client.send(subscribe('1', '/spotMarket/level1:BTC-USDT'));
  await client.frame((frame) => frame['type'] === 'ack');
  at.clock.advance(50_000);
  client.send({ id: '2', type: 'ping' });
  const pong = await client.frame((frame) => frame['type'] === 'pong');
  assert.deepEqual([pong['id'], pong['timestamp']], ['2', at.clock.nowUs()]);
  at.clock.advance(59_000);
  assert.equal(client.closed, null);
  at.server.exchange('Kucoin').publish('BTC-USDT', QUOTE, at.clock.nowUs());
  at.clock.advance(1_000);
  await client.gone();
  assert.ok(client.frames.at(-1)?.includes('ping timeout'), client.frames.at(-1));
});

test('Kucoin takes thirty handshakes a minute', async (t) => {
  const at = await kucoinPlace(t);
  for (let count = 0; count < 30; count++) await enter(at, 'Kucoin');
  await assert.rejects(at.connect('Kucoin'), /429/);
  at.clock.advance(60_000);
  await enter(at, 'Kucoin');
});
