import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { bitget, bitgetPerp } from '../../src/sim/exchanges/bitget.js';
import { Client } from './client.js';
import { type Place, place } from './place.js';

const QUOTE = { bid: NaN, bidSize: NaN, ask: 67_000.12, askSize: 1.25 };

/** A place where only Bitget stands, both markets. */
function bitgetPlace(t: TestContext): Promise<Place> {
  return place(t, {}, [bitget, bitgetPerp]);
}

const books1 = (instId: string, instType = 'SPOT') => ({ instType, channel: 'books1', instId });
const subscribe = (...args: object[]) => ({ op: 'subscribe', args });

test('Bitget lists online spot pairs, and perpetuals among dated contracts', async (t) => {
  const { get } = await bitgetPlace(t);
  type Reply = { code: string; data: Record<string, string>[] };
  const symbols = (await get('Bitget', '/api/v2/spot/public/symbols')) as Reply;
  const btc = symbols.data.find((row) => row['symbol'] === 'BTCUSDT')!;
  assert.deepEqual([symbols.code, btc['status'], btc['pricePrecision']], ['00000', 'online', '2']);
  const tickers = (await get('Bitget', '/api/v2/spot/market/tickers')) as Reply;
  assert.ok(tickers.data.every((row) => Number(row['bidPr']) < Number(row['askPr'])));
  const coins = (await get('Bitget', '/api/v2/spot/public/coins')) as Reply;
  assert.ok(['BTC', 'USDT'].every((coin) => coins.data.some((row) => row['coin'] === coin)));
  const perps = (await get('BitgetPerp', '/api/v2/mix/market/contracts?productType=USDT-FUTURES')) as Reply;
  assert.deepEqual([...new Set(perps.data.map((row) => row['symbolType']))], ['perpetual', 'delivery']);
  const other = (await get('BitgetPerp', '/api/v2/mix/market/contracts?productType=COIN-FUTURES')) as Reply;
  assert.deepEqual(other.data, []);
});

test('Bitget answers every argument of its own: a bad one fails alone, a wrong type stays silent', async (t) => {
  const { connect, server } = await bitgetPlace(t);
  const client = await connect('Bitget');
  client.send(
    subscribe(books1('BTCUSDT'), books1('NOPEUSDT'), books1('ETHUSDT', 'USDT-FUTURES'), books1('SOLUSDT')),
  );
  await client.until('four answers and two tops', () => client.frames.length === 6);
  const refusal = client.parsed.find((frame) => frame['event'] === 'error')!;
  assert.deepEqual(refusal, {
    event: 'error',
    arg: books1('NOPEUSDT'),
    code: 30001,
    msg: "instType:SPOT,channel:books1,instId:NOPEUSDT,precision:null doesn't exist",
    op: 'subscribe',
  });
  assert.equal(client.parsed.filter((frame) => frame['event'] === 'subscribe').length, 3);
  assert.deepEqual([...server.exchange('Bitget').wanted()].sort(), ['BTCUSDT', 'SOLUSDT']);
});

test('Bitget pushes the full top with a textual time; an empty side is an empty array', async (t) => {
  const { connect, server, clock } = await bitgetPlace(t);
  const client = await connect('BitgetPerp');
  client.send(subscribe(books1('BTCUSDT', 'USDT-FUTURES')));
  await client.until('the present top', () => client.frames.length === 2);
  server.exchange('BitgetPerp').publish('BTCUSDT', QUOTE, clock.nowUs());
  await client.until('the next', () => client.frames.length === 3);
  const frame = client.parsed[2]!;
  assert.deepEqual([frame['action'], frame['arg']], ['snapshot', books1('BTCUSDT', 'USDT-FUTURES')]);
  const [top] = frame['data'] as Record<string, unknown>[];
  assert.deepEqual(
    [top!['asks'], top!['bids'], top!['ts']],
    [[['67000.12', '1.25000']], [], String(clock.nowUs() / 1_000)],
  );
  client.send({ op: 'unsubscribe', args: [books1('BTCUSDT', 'USDT-FUTURES')] });
  await client.frame((one) => one['event'] === 'unsubscribe');
  assert.equal(server.exchange('BitgetPerp').publish('BTCUSDT', QUOTE, clock.nowUs()), 0);
});

test('Bitget v3 has its own words, and cuts who names 25 symbols at once', async (t) => {
  const { server } = await bitgetPlace(t);
  const url = server.urls['Bitget']!.wsUrl.replace('/v2/', '/v3/');
  const client = await Client.open(url);
  const arg = (symbol: string) => ({ instType: 'spot', topic: 'books1', symbol });
  client.send(subscribe(arg('BTCUSDT')));
  const push = await client.frame((frame) => frame['action'] === 'snapshot');
  assert.deepEqual(push['arg'], arg('BTCUSDT'));
  const [top] = push['data'] as Record<string, string[][]>[];
  assert.ok(Number(top!['b']![0]![0]) < Number(top!['a']![0]![0]));
  client.send(subscribe(...Array.from({ length: 25 }, () => arg('ETHUSDT'))));
  assert.equal((await client.gone()).code, 1006);
});

test('Bitget refuses what is no request, too long or too often', async (t) => {
  const { connect, clock } = await bitgetPlace(t);
  const client = await connect('Bitget');
  const codeOf = (code: number) => client.frame((frame) => frame['code'] === code);
  client.send('{');
  await codeOf(30002);
  client.send({ op: 'ping' });
  await codeOf(30003);
  client.send(subscribe(books1('X'.repeat(4_096))));
  await codeOf(30016);
  for (let count = 0; count < 240; count++) {
    if (count % 9 === 0) clock.advance(1_000);
    client.send(subscribe(books1('BTCUSDT')));
    await client.until('its answer', () => client.frames.length >= count + 4);
  }
  clock.advance(1_000);
  client.send(subscribe(books1('BTCUSDT')));
  await codeOf(30006);
  for (let count = 0; count < 11; count++) client.send('ping');
  await codeOf(30007);
  await client.gone();
});

test('Bitget answers the text ping, and closes after two minutes without one, data or not', async (t) => {
  const { connect, clock, server } = await bitgetPlace(t);
  const client = await connect('Bitget');
  client.send(subscribe(books1('BTCUSDT')));
  clock.advance(100_000);
  client.send('ping');
  await client.until('a pong', () => client.frames.includes('pong'));
  clock.advance(119_000);
  server.exchange('Bitget').publish('BTCUSDT', QUOTE, clock.nowUs());
  assert.equal(client.closed, null);
  clock.advance(1_000);
  await client.gone();
});
