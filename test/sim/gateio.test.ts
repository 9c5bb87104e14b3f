import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from './client.js';
import { place } from './place.js';

const QUOTE = { bid: 67_000.1, bidSize: 0.5, ask: NaN, askSize: NaN };
const request = (event: string, payload: unknown, id: number, time: unknown = 1_700_000_000) => ({
  time,
  id,
  channel: 'spot.book_ticker',
  event,
  payload,
});

test('Gate lists its pairs and tickers behind /api/v4', async (t) => {
  const { get, server } = await place(t);
  assert.match(server.urls['GateIo']!.restUrl, /\/gateio\/api\/v4$/);
  const pairs = (await get('GateIo', '/spot/currency_pairs')) as Record<string, unknown>[];
  const btc = pairs.find((row) => row['id'] === 'BTC_USDT')!;
  assert.deepEqual(
    [btc['base'], btc['quote'], btc['trade_status'], btc['precision']],
    ['BTC', 'USDT', 'tradable', 2],
  );
  const currencies = (await get('GateIo', '/spot/currencies')) as Record<string, unknown>[];
  assert.ok(['BTC', 'USDT'].every((name) => currencies.some((row) => row['currency'] === name)));
  const tickers = (await get('GateIo', '/spot/tickers')) as Record<string, string>[];
  assert.ok(tickers.every((row) => Number(row['highest_bid']) < Number(row['lowest_ask'])));
});

test('Gate acknowledges with status success and pushes quotes; an empty side is an empty price', async (t) => {
  const { connect, server, clock } = await place(t);
  const client = await connect('GateIo');
  client.send(request('subscribe', ['BTC_USDT', 'ETH_USDT'], 1));
  const ack = await client.frame((frame) => frame['id'] === 1);
  assert.deepEqual([ack['event'], ack['error'], ack['result']], ['subscribe', null, { status: 'success' }]);
  server.exchange('GateIo').publish('BTC_USDT', QUOTE, clock.nowUs());
  const update = await client.frame((frame) => frame['event'] === 'update');
  assert.equal(update['channel'], 'spot.book_ticker');
  assert.deepEqual(
    { ...(update['result'] as object), u: 0 },
    {
      t: clock.nowUs() / 1_000,
      u: 0,
      s: 'BTC_USDT',
      b: '67000.10',
      B: '0.50000',
      a: '',
      A: '0',
    },
  );
  client.send(request('subscribe', ['BTC_USDT'], 2));
  assert.deepEqual((await client.frame((frame) => frame['id'] === 2))['result'], { status: 'success' });
});

test('Gate fails the whole list for one bad pair and names the first', async (t) => {
  const { connect, server } = await place(t);
  const client = await connect('GateIo');
  client.send(request('subscribe', ['NOPE_USDT', 'BTC_USDT'], 1));
  const refusal = await client.frame((frame) => frame['id'] === 1);
  assert.deepEqual(refusal['error'], { code: 2, message: 'unknown currency pair: NOPE_USDT' });
  assert.deepEqual(refusal['result'], { status: 'fail' });
  assert.equal(server.exchange('GateIo').wanted().size, 0);
});

test('Gate refuses a textual time, an unknown channel and more than 100 pairs', async (t) => {
  const { connect } = await place(t);
  const client = await connect('GateIo');
  client.send(request('subscribe', ['BTC_USDT'], 1, '1700000000'));
  const schema = await client.frame((frame) => frame['channel'] === '');
  assert.deepEqual(schema['error'], { code: 1, message: 'request payload does not follow json schema' });
  client.send({ ...request('subscribe', ['BTC_USDT'], 2), channel: 'spot.nope' });
  const channel = await client.frame((frame) => frame['id'] === 2);
  assert.deepEqual(channel['error'], { code: 2, message: 'Unknown channel spot.nope' });
  client.send(request('subscribe', new Array<string>(101).fill('BTC_USDT'), 3));
  assert.notEqual((await client.frame((frame) => frame['id'] === 3))['error'], null);
});

test('Gate answers spot.ping, cuts an unsubscribed socket at 30.5 s and a quiet one at 60 s', async (t) => {
  const { connect, clock } = await place(t);
  const idle = await connect('GateIo');
  const quiet = await connect('GateIo');
  quiet.send(request('subscribe', ['BTC_USDT'], 1));
  await quiet.frame((frame) => frame['id'] === 1);
  clock.advance(20_000);
  idle.send({ time: 1_700_000_000, channel: 'spot.ping' });
  await idle.frame((frame) => frame['channel'] === 'spot.pong');
  clock.advance(30_250);
  assert.equal(idle.closed, null);
  clock.advance(500);
  assert.equal((await idle.gone()).code, 1006);
  assert.equal(quiet.closed, null);
  clock.advance(10_000);
  assert.equal((await quiet.gone()).code, 1006);
});

test('Gate has no socket at its path without the last slash', async (t) => {
  const { server } = await place(t);
  await assert.rejects(Client.open(server.urls['GateIo']!.wsUrl.replace(/\/$/, '')), /404/);
});
