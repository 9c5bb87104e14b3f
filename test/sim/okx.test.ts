import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from './client.js';
import { place } from './place.js';

const QUOTE = { bid: NaN, bidSize: NaN, ask: 67_000.12, askSize: 1.25 };
const subscribe = (id: string, ...instIds: string[]) => ({
  op: 'subscribe',
  id,
  args: instIds.map((instId) => ({ channel: 'bbo-tbt', instId })),
});

test('OKX lists live spot instruments and their tickers', async (t) => {
  const { get } = await place(t);
  type Reply = { code: string; data: Record<string, string>[] };
  const listing = (await get('OKX', '/api/v5/public/instruments?instType=SPOT')) as Reply;
  const btc = listing.data.find((row) => row['instId'] === 'BTC-USDT')!;
  assert.equal(listing.code, '0');
  assert.deepEqual(
    [btc['baseCcy'], btc['quoteCcy'], btc['state'], btc['tickSz']],
    ['BTC', 'USDT', 'live', '0.01'],
  );
  const tickers = (await get('OKX', '/api/v5/market/tickers?instType=SPOT')) as Reply;
  assert.ok(
    tickers.data.every((row) => Number(row['bidPx']) < Number(row['askPx']) && Number(row['volCcy24h']) > 0),
  );
});

test('OKX answers every argument of its own: a bad one fails alone', async (t) => {
  const { connect, server } = await place(t);
  const client = await connect('OKX');
  client.send(subscribe('r1', 'BTC-USDT', 'BTC-NOPE', 'ETH-USDT'));
  await client.until('three answers and two quotes', () => client.frames.length === 5);
  const acks = client.parsed.filter((frame) => frame['event'] === 'subscribe');
  assert.deepEqual(
    acks.map((ack) => [ack['id'], ack['arg']]),
    [
      ['r1', { channel: 'bbo-tbt', instId: 'BTC-USDT' }],
      ['r1', { channel: 'bbo-tbt', instId: 'ETH-USDT' }],
    ],
  );
  const refusal = client.parsed.find((frame) => frame['event'] === 'error')!;
  assert.equal(refusal['code'], '60018');
  assert.match(String(refusal['msg']), /instId:BTC-NOPE doesn't exist/);
  assert.deepEqual([...server.exchange('OKX').wanted()].sort(), ['BTC-USDT', 'ETH-USDT']);
});

test('OKX pushes the full top with a textual time; an empty side is an empty array', async (t) => {
  const { connect, server, clock } = await place(t);
  const client = await connect('OKX');
  client.send(subscribe('r1', 'BTC-USDT'));
  await client.until('the present top', () => client.frames.length === 2);
  server.exchange('OKX').publish('BTC-USDT', QUOTE, clock.nowUs());
  await client.until('the next', () => client.frames.length === 3);
  const [data] = client.parsed[2]!['data'] as { asks: string[][]; bids: string[][]; ts: string }[];
  assert.deepEqual(
    [data!.bids, data!.asks, data!.ts],
    [[], [['67000.12', '1.25000', '0', '3']], String(clock.nowUs() / 1_000)],
  );
  client.send({ op: 'unsubscribe', args: [{ channel: 'bbo-tbt', instId: 'BTC-USDT' }] });
  await client.frame((frame) => frame['event'] === 'unsubscribe');
  assert.equal(server.exchange('OKX').publish('BTC-USDT', QUOTE, clock.nowUs()), 0);
});

test('OKX refuses malformed requests and books that want a login', async (t) => {
  const { connect } = await place(t);
  const client = await connect('OKX');
  client.send('{"op":"subscribe"}');
  assert.equal((await client.frame((frame) => frame['event'] === 'error'))['code'], '60012');
  client.send({ op: 'subscribe', id: 'vip', args: [{ channel: 'books-l2-tbt', instId: 'BTC-USDT' }] });
  assert.equal((await client.frame((frame) => frame['id'] === 'vip'))['code'], '60011');
});

test('OKX answers the text ping, and closes after 30 s without traffic', async (t) => {
  const { connect, clock } = await place(t);
  const client = await connect('OKX');
  clock.advance(25_000);
  client.send('ping');
  await client.until('a pong', () => client.frames.includes('pong'));
  clock.advance(29_000);
  assert.equal(client.closed, null);
  clock.advance(1_000);
  assert.deepEqual(await client.gone(), { code: 4004, reason: 'No data received in 30s.' });
});

test('OKX takes three handshakes a second and answers the fourth with 429', async (t) => {
  const { connect, clock, server } = await place(t);
  for (let count = 0; count < 3; count++) await connect('OKX');
  await assert.rejects(Client.open(server.urls['OKX']!.wsUrl), /429/);
  clock.advance(1_000);
  await connect('OKX');
});
