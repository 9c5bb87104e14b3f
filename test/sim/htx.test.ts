import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { htx as adapter } from '../../src/exchanges/htx.js';
import { htx } from '../../src/sim/exchanges/htx.js';
import { recordedFrames, recordedSkip } from '../exchanges/material.js';
import type { Client, Json } from './client.js';
import { understanding } from './understanding.js';

const parsed = (client: Client): readonly Json[] =>
  client.received.map(({ bytes }) => JSON.parse(gunzipSync(bytes).toString('utf8')) as Json);

test('HTX compresses every frame, and its adapter reads its quotes to the last digit', async (t) => {
  const talk = await understanding(t, adapter, htx);
  const { listed, client, market, clock } = talk;
  assert.ok(listed.every((row) => row.trading && row.quoteVolume24h! > 0 && row.tickSize! > 0));
  const exchangeUs = clock.nowUs();
  const present = market.quoteAt('ETH/USDT', 'HTX', exchangeUs);
  talk.subscribe(['ethusdt']);
  await client.until('an acknowledgement and the present top', () => client.received.length === 2);
  await talk.publish('ethusdt', { ...present, ask: Number.NaN });
  assert.deepEqual(talk.calls(), [
    ['control', 'subscribed', { requestId: '1', exchangeSymbol: 'ethusdt' }],
    ['quote', 'ethusdt', present.bid, present.bidSize, present.ask, present.askSize, exchangeUs],
    ['quote', 'ethusdt', present.bid, present.bidSize, null, null, exchangeUs],
  ]);
  assert.ok(client.received.every(({ isBinary, bytes }) => isBinary && bytes[0] === 0x1f));
});

test('HTX asks every 5 s, takes the answer to either of its last two questions, and cuts after two without', async (t) => {
  const { client, clock, connect } = await understanding(t, adapter, htx);
  const silent = await connect('HTX');
  for (let count = 1; count <= 6; count++) {
    clock.advance(5_000);
    await client.until(`ping ${count}`, () => client.received.length === count);
    // Late by one, as of a slow line.
    if (count % 2 === 0) client.send({ pong: parsed(client)[count - 2]!['ping'] });
    // A ping of ours is answered; that it was shows that what came before it was read.
    client.send({ ping: count });
    await client.until('the pong', () => client.received.length === count + 1);
    assert.deepEqual(parsed(client).at(-1), { pong: count });
    client.received.pop();
  }
  await silent.gone();
  assert.equal(silent.received.length, 2);
  assert.equal(client.closed, null);
});

test('HTX refuses with the topic, and its adapter tells which request it was and of which symbol', async (t) => {
  const { client, subscribe, calls } = await understanding(t, adapter, htx);
  subscribe(['nopeusdt']);
  await client.until('a refusal', () => client.received.length === 1);
  const message = 'bad-request invalid topic market.nopeusdt.bbo';
  assert.deepEqual(calls()[0], [
    'control',
    'subscribe-error',
    { requestId: '1', exchangeSymbol: 'nopeusdt', message },
  ]);
  client.send({ sub: 'market.BTCUSDT.bbo', id: 'a' });
  client.send({ sub: 'market.btcusdt.bbo2', id: 'b' });
  client.send({ unsub: 'market.btcusdt.bbo', id: 'c' });
  client.send({ ping: 'now' });
  client.send('no JSON');
  client.send({ sub: 'market.btcusdt.trade.detail', id: 'd' });
  await client.until('six answers', () => client.received.length === 7);
  assert.deepEqual(
    parsed(client)
      .slice(1)
      .map((answer) => [answer['id'], answer['subbed'] ?? answer['err-msg']]),
    [
      ['a', 'invalid topic market.BTCUSDT.bbo'],
      ['b', 'invalid topic market.btcusdt.bbo2'],
      ['c', 'unsub with not subbed topic market.btcusdt.bbo'],
      [undefined, 'invalid ping'],
      [undefined, 'invalid request'],
      ['d', 'market.btcusdt.trade.detail'],
    ],
  );
});

test('HTX finds the symbol of every recorded frame of data', { skip: recordedSkip }, () => {
  const frames = recordedFrames('htx').filter(({ channel }) => channel !== 'control');
  assert.ok(frames.length > 100);
  for (const { frame } of frames) {
    const data = JSON.parse(Buffer.from(frame).toString()) as Json;
    assert.ok(String(data['ch']).includes(`.${htx.symbolOfFrame(data)}.`), String(data['ch']));
  }
});
