// What exchanges allow, enforced as they do: topics, bytes, requests, connections, REST, and 24 hours of life.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bingx } from '../../src/sim/exchanges/bingx.js';
import { bitget } from '../../src/sim/exchanges/bitget.js';
import { bybit } from '../../src/sim/exchanges/bybit.js';
import { bybitPerp } from '../../src/sim/exchanges/bybit-perp.js';
import { gateioPerp } from '../../src/sim/exchanges/gateio-perp.js';
import { mexc } from '../../src/sim/exchanges/mexc.js';
import { okx } from '../../src/sim/exchanges/okx.js';
import { Client, type Json } from './client.js';
import { type Place, place } from './place.js';

const DAY_MS = 86_400_000;
const MEXC_CHANNEL = 'spot@public.aggre.bookTicker.v3.api.pb@10ms@BTCUSDT';

/** What keeps a connection that has a life of 24 hours, and what answers it. */
const KEPT: Readonly<Record<string, { readonly ping?: unknown; readonly subscribe?: unknown }>> = {
  Binance: {},
  BinancePerp: {},
  Bitget: { ping: 'ping' },
  BitgetPerp: { ping: 'ping' },
  Kucoin: { ping: { id: '1', type: 'ping' } },
  KucoinPerp: { ping: { id: '1', type: 'ping' } },
  MEXC: {
    subscribe: { method: 'SUBSCRIPTION', params: [MEXC_CHANNEL] },
    ping: { method: 'PING' },
  },
};

test('where a connection lives for 24 hours it is closed then, however well it is kept', async (t) => {
  const at = await place(t);
  const kept = await Promise.all(
    Object.entries(KEPT).map(async ([name, { ping, subscribe }]) => {
      const client = await enter(at, name);
      if (subscribe !== undefined) client.send(subscribe);
      return { name, client, ping };
    }),
  );
  for (const { client, ping } of kept) {
    const before = client.frames.length;
    if (ping !== undefined) client.send(ping);
    if (ping !== undefined) await client.until('a pong', () => client.frames.length > before);
  }
  const stepMs = 50_000;
  for (let ageMs = 0; ageMs + stepMs < DAY_MS; ageMs += stepMs) {
    const before = kept.map(({ client }) => client.frames.length);
    at.clock.advance(stepMs);
    for (const { client, ping } of kept) if (ping !== undefined) client.send(ping);
    await Promise.all(
      kept.map(({ name, client, ping }, index) =>
        client.until(`${name} at ${ageMs} ms`, () =>
          ping === undefined
            ? client.pings.length >= Math.floor(ageMs / 180_000)
            : client.frames.length > before[index]!,
        ),
      ),
    );
  }
  for (const { name, client } of kept) assert.equal(client.closed, null, name);
  at.clock.advance(stepMs);
  for (const { client } of kept) assert.equal((await client.gone()).code, 1000);
});

test('OKX takes requests of 64 KB, 480 an hour, and says which it does not take', async (t) => {
  const { connect, clock } = await place(t, {}, [okx]);
  const client = await connect('OKX');
  const args = (count: number) =>
    Array.from({ length: count }, () => ({ channel: 'trades', instId: 'BTC-USDT' }));
  client.send({ op: 'subscribe', id: 'long', args: args(1_600) });
  assert.equal((await client.frame((frame) => frame['event'] === 'error'))['code'], '60012');
  for (let n = 0; n <= 480; n += 1) client.send({ op: 'subscribe', id: `n${n}`, args: args(1) });
  const refused = await client.frame((frame) => frame['code'] === '60014');
  assert.equal(refused['id'], 'n480');
  client.send('ping');
  await client.until('a pong', () => client.frames.includes('pong'));
  clock.advance(20_000);
  assert.equal(client.closed, null);
});

for (const exchange of [bybit, bybitPerp])
  test(`${exchange.name} takes topics of 21,000 characters a connection`, async (t) => {
    const { connect, market } = await place(t, {}, [exchange], 250);
    const client = await connect(exchange.name);
    const channels = ['orderbook.1', 'orderbook.50', 'orderbook.200', 'publicTrade', 'tickers'];
    const topics = channels.flatMap((channel) =>
      market.instruments.map(({ base }) => `${channel}.${base}USDT`),
    );
    let length = 0;
    let refused: Json | undefined;
    for (let from = 0; refused === undefined && from < topics.length; from += 10) {
      const args = topics.slice(from, from + 10);
      client.send({ op: 'subscribe', req_id: `${from}`, args });
      const answer = await client.frame((frame) => frame['req_id'] === `${from}`);
      if (answer['success'] === true) length += args.join('').length;
      else refused = answer;
    }
    assert.match(String(refused?.['ret_msg']), /21000/);
    assert.ok(length > 20_750 && length <= 21_000, `${length}`);
  });

test('Bitget takes 1000 channels a connection', async (t) => {
  const { connect, market, clock } = await place(t, {}, [bitget], 130);
  const client = await connect('Bitget');
  const channels = ['books1', 'ticker', 'trade', 'books', 'books5', 'books15', 'books50', 'publicTrade'];
  const args = channels.flatMap((channel) =>
    market.instruments.map(({ base }) => ({ instType: 'SPOT', channel, instId: `${base}USDT` })),
  );
  const answers = () => client.parsed.filter((frame) => frame['event'] !== undefined);
  for (let from = 0; from < 1_040; from += 40) {
    client.send({ op: 'subscribe', args: args.slice(from, from + 40) });
    await client.until('its answers', () => answers().length === from + 40);
    clock.advance(200);
  }
  assert.equal(answers().filter((frame) => frame['event'] === 'subscribe').length, 1_000);
  assert.ok(
    answers()
      .slice(1_000)
      .every((frame) => frame['code'] === 30006),
  );
});

test('MEXC takes a hundred messages a second', async (t) => {
  const { connect } = await place(t, {}, [mexc]);
  const client = await connect('MEXC');
  for (let n = 0; n < 100; n += 1) client.send({ method: 'PING' });
  await client.until('all pongs', () => client.frames.length === 100);
  client.send({ method: 'PING' });
  await client.gone();
});

test('Gate futures acknowledge a contract settled in bitcoin, and never deliver it', async (t) => {
  const { connect, server } = await place(t, {}, [gateioPerp]);
  const client = await connect('GateIoPerp');
  client.send({
    time: 1,
    channel: 'futures.book_ticker',
    event: 'subscribe',
    payload: ['BTC_USD', 'ETH_USDT'],
  });
  assert.equal((await client.frame((frame) => frame['event'] === 'subscribe'))['error'], null);
  assert.deepEqual([...server.exchange('GateIoPerp').wanted()], ['ETH_USDT']);
});

test('BingX takes sixty connections at a time', async (t) => {
  const { connect } = await place(t, {}, [bingx]);
  const clients = await Promise.all(Array.from({ length: 60 }, () => connect('BingX')));
  await assert.rejects(connect('BingX'), /429/);
  clients[0]!.close();
  await clients[0]!.gone();
  await connect('BingX');
});

test('REST beyond the limit is refused in the exchange’s own way, and taken again later', async (t) => {
  const at = await place(t);
  for (const [name, path, count, status, code] of [
    ['OKX', '/api/v5/public/time', 20, 429, '50011'],
    ['Binance', '/api/v3/ticker/24hr', 75, 429, -1003],
    ['BinancePerp', '/fapi/v1/ticker/24hr', 60, 429, -1003],
    ['Bybit', '/v5/market/time', 600, 200, 10006],
    ['GateIo', '/spot/time', 200, 429, 'TOO_MANY_REQUESTS'],
    ['Kucoin', '/api/v1/timestamp', 2_000, 429, '429000'],
  ] as const) {
    const ask = () => fetch(`${at.server.urls[name]!.restUrl}${path}`);
    for (let n = 0; n < count; n += 50) {
      const answers = await Promise.all(Array.from({ length: Math.min(50, count - n) }, ask));
      for (const answer of answers) assert.equal(answer.status, 200, name);
      await Promise.all(answers.map((answer) => answer.text()));
    }
    const refused = await ask();
    const body = (await refused.json()) as Json;
    assert.deepEqual(
      [refused.status, body['code'] ?? body['retCode'] ?? body['label']],
      [status, code],
      name,
    );
    if (name === 'Binance') assert.equal(refused.headers.get('retry-after'), '60');
    at.clock.advance(60_000);
    const again = (await (await ask()).json()) as Json;
    assert.notEqual(again['code'] ?? again['retCode'], code, name);
  }
});

/** A client of it; of KuCoin by the way of its token. */
async function enter({ connect, server }: Place, name: string): Promise<Client> {
  if (!name.startsWith('Kucoin')) return connect(name);
  const url = `${server.urls[name]!.restUrl}/api/v1/bullet-public`;
  const { data } = (await (await fetch(url, { method: 'POST' })).json()) as {
    data: { token: string; instanceServers: { endpoint: string }[] };
  };
  return Client.open(`${data.instanceServers[0]!.endpoint}?token=${encodeURIComponent(data.token)}`);
}
