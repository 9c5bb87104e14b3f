import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from './client.js';
import { place } from './place.js';

const QUOTE = { bid: 67_000.1, bidSize: 0.5, ask: 67_000.12, askSize: 1.25 };
const subscribe = (id: string, ...symbols: string[]) => ({
  op: 'subscribe',
  req_id: id,
  args: symbols.map((symbol) => `orderbook.1.${symbol}`),
});

test('Bybit lists spot on one page and answers a wrong category with status 200 and a code', async (t) => {
  const { get } = await place(t);
  type Reply = { retCode: number; result: { list: Record<string, unknown>[] } };
  const listing = (await get('Bybit', '/v5/market/instruments-info?category=spot')) as Reply;
  const btc = listing.result.list.find((row) => row['symbol'] === 'BTCUSDT')!;
  assert.deepEqual([btc['status'], btc['baseCoin'], btc['quoteCoin']], ['Trading', 'BTC', 'USDT']);
  assert.deepEqual(btc['priceFilter'], { tickSize: '0.01' });
  const tickers = (await get('Bybit', '/v5/market/tickers?category=spot')) as Reply;
  assert.equal(tickers.result.list.length, 14);
  assert.ok(tickers.result.list.every((row) => Number(row['turnover24h']) > 0 && row['bid1Price'] !== ''));
  assert.notEqual(((await get('Bybit', '/v5/market/tickers?category=nope')) as Reply).retCode, 0);
});

test('Bybit acknowledges by req_id, then tells the present top as a snapshot', async (t) => {
  const { connect, server, clock, market } = await place(t);
  const client = await connect('Bybit');
  client.send(subscribe('a', 'BTCUSDT'));
  const ack = await client.frame((frame) => frame['req_id'] === 'a');
  assert.deepEqual([ack['success'], ack['ret_msg'], ack['op']], [true, 'subscribe', 'subscribe']);
  server.exchange('Bybit').publish('BTCUSDT', QUOTE, clock.nowUs() + 5_000);
  await client.until('two quotes', () => client.frames.length === 3);
  const [, first, second] = client.parsed as {
    type: string;
    cts: number;
    data: { u: number; b: string[][] };
  }[];
  const present = market.quoteAt('BTC/USDT', 'Bybit', clock.nowUs());
  assert.equal(Number(first!.data.b[0]![0]), present.bid);
  assert.equal(second!.type, 'snapshot');
  assert.deepEqual(second!.data.b, [['67000.10', '0.50000']]);
  assert.equal(second!.cts, clock.nowUs() / 1_000 + 5);
  assert.ok(second!.data.u > first!.data.u);
});

test('Bybit repeats the same snapshot after three quiet seconds', async (t) => {
  const { connect, clock } = await place(t);
  const client = await connect('Bybit');
  client.send(subscribe('a', 'BTCUSDT'));
  await client.until('the first quote', () => client.frames.length === 2);
  clock.advance(3_000);
  await client.until('the repeat', () => client.frames.length === 3);
  assert.equal(client.frames[2], client.frames[1]);
});

test('Bybit fails a whole request for one bad topic or an eleventh argument, and says which', async (t) => {
  const { connect, server } = await place(t);
  const client = await connect('Bybit');
  client.send(subscribe('bad', 'BTCUSDT', 'NOPE'));
  assert.equal(
    (await client.frame((frame) => frame['req_id'] === 'bad'))['ret_msg'],
    'Invalid symbol :[orderbook.1.NOPE]',
  );
  client.send(subscribe('many', ...new Array<string>(11).fill('BTCUSDT')));
  const many = await client.frame((frame) => frame['req_id'] === 'many');
  assert.deepEqual([many['success'], many['ret_msg']], [false, 'args size >10']);
  client.send({ op: 'subscribe', req_id: 'depth', args: ['orderbook.2.BTCUSDT'] });
  const depth = await client.frame((frame) => frame['req_id'] === 'depth');
  assert.equal(depth['ret_msg'], 'error:handler not found,topic:orderbook.2.BTCUSDT');
  client.send({ op: 'dance', req_id: 'op' });
  assert.equal((await client.frame((frame) => frame['req_id'] === 'op'))['ret_msg'], 'error:invalid op');
  assert.equal(server.exchange('Bybit').wanted().size, 0);
});

test('Bybit does not answer the repeat of a live topic', async (t) => {
  const { connect } = await place(t);
  const client = await connect('Bybit');
  client.send(subscribe('a', 'BTCUSDT'));
  client.send(subscribe('b', 'BTCUSDT'));
  client.send({ op: 'unsubscribe', req_id: 'c', args: ['orderbook.1.BTCUSDT'] });
  assert.equal((await client.frame((frame) => frame['req_id'] === 'c'))['ret_msg'], 'unsubscribe');
  assert.ok(!client.parsed.some((frame) => frame['req_id'] === 'b'));
});

test('Bybit answers the ping, and cuts at 61 s who neither subscribes nor pings', async (t) => {
  const { connect, server, clock } = await place(t);
  const client = await connect('Bybit');
  clock.advance(50_000);
  client.send({ op: 'ping', req_id: 'p' });
  const pong = await client.frame((frame) => frame['req_id'] === 'p');
  assert.deepEqual([pong['success'], pong['ret_msg'], pong['op']], [true, 'pong', 'ping']);
  clock.advance(60_000);
  assert.equal(client.closed, null);
  clock.advance(1_250);
  assert.equal((await client.gone()).code, 1006);
  await eventually('the connection is forgotten', () => server.exchange('Bybit').connections.size === 0);
});
