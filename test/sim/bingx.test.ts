import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { bingx as adapter } from '../../src/exchanges/bingx.js';
import { bingxPerp as perpAdapter } from '../../src/exchanges/bingx-perp.js';
import { bingx } from '../../src/sim/exchanges/bingx.js';
import { bingxPerp } from '../../src/sim/exchanges/bingx-perp.js';
import { recordedFrames, recordedSkip } from '../exchanges/material.js';
import type { Client, Json } from './client.js';
import { place } from './place.js';
import { understanding } from './understanding.js';

const BOTH = [
  { simulated: bingx, adapter },
  { simulated: bingxPerp, adapter: perpAdapter },
];
const texts = (client: Client): readonly string[] =>
  client.received.map(({ bytes }) => gunzipSync(bytes).toString('utf8'));
const parsed = (client: Client): readonly Json[] =>
  texts(client)
    .filter((text) => text.startsWith('{'))
    .map((text) => JSON.parse(text) as Json);
const subscribe = (id: string, dataType: string, reqType = 'sub') => ({ id, reqType, dataType });

for (const { simulated, adapter } of BOTH) {
  const { name } = simulated;

  test(`${name} compresses every frame, and its adapter reads its quotes to the last digit`, async (t) => {
    const talk = await understanding(t, adapter, simulated);
    const { listed, client, market, clock } = talk;
    assert.equal(listed.length, 14);
    assert.ok(listed.every((row) => row.trading && row.quoteVolume24h! > 0 && row.tickSize! > 0));
    const exchangeUs = clock.nowUs();
    const present = market.quoteAt('ETH/USDT', name, exchangeUs);
    talk.subscribe(['ETH-USDT']);
    await client.until('an acknowledgement and the present top', () => client.received.length === 2);
    await talk.publish('ETH-USDT', { ...present, ask: Number.NaN });
    assert.deepEqual(talk.calls(), [
      ['control', 'subscribed', { requestId: '1' }],
      ['quote', 'ETH-USDT', present.bid, present.bidSize, present.ask, present.askSize, exchangeUs],
      ['quote', 'ETH-USDT', present.bid, present.bidSize, null, null, exchangeUs],
    ]);
    assert.ok(client.received.every(({ isBinary, bytes }) => isBinary && bytes[0] === 0x1f));
  });

  test(`${name} asks every 5 s, is content with its adapter's answer, and cuts after 30 s without`, async (t) => {
    const { client, clock, calls, connect } = await understanding(t, adapter, simulated);
    const silent = await connect(name);
    for (let count = 1; count <= 8; count++) {
      clock.advance(5_000);
      await client.until(`ping ${count}`, () => client.received.length === count);
      const [, kind, detail] = calls().at(-1)!;
      assert.equal(kind, 'ping');
      client.send((detail as { reply: string }).reply);
      // An answer has no answer: what comes after it shows that it was read.
      client.send(subscribe('', ''));
      await client.until('the refusal', () => client.received.length === count + 1);
      client.received.pop();
    }
    await silent.gone();
    assert.equal(client.closed, null);
    assert.ok(silent.received.length >= 5);
  });

  test(`${name} refuses by its codes, and its adapter tells which request it was`, async (t) => {
    const { client, subscribe: ask, calls, clock } = await understanding(t, adapter, simulated);
    const badType = name === 'BingX' ? 100400 : 80015;
    ask(['NOPE-USDT']);
    await client.until('a refusal', () => client.received.length === 1);
    assert.deepEqual(calls()[0], [
      'control',
      'subscribe-error',
      { requestId: '1', message: `${badType} dataType not support` },
    ]);
    clock.advance(1_000);
    client.send(subscribe('7', 'BTC-USDT@bookTicker'));
    client.send(subscribe('8', 'BTC-USDT@bookTicker'));
    client.send(subscribe('9', 'btc-usdt@bookTicker'));
    client.send({ reqType: 'sub', dataType: 'BTC-USDT@trade' });
    await client.until('four answers and a top', () => client.received.length === 6);
    const codes = parsed(client)
      .filter((frame) => frame['dataType'] !== 'BTC-USDT@bookTicker')
      .map((frame) => frame['code']);
    assert.deepEqual(codes, [badType, 0, 100205, badType, 100400]);
  });

  test(`${name} pushes the ticker once a second, B and A its prices`, async (t) => {
    const { connect, clock, market } = await place(t, {}, [simulated]);
    const client = await connect(name);
    client.send(subscribe('1', 'ETH-USDT@ticker'));
    await client.until('an acknowledgement', () => client.received.length === 1);
    const pushes = () => parsed(client).filter((frame) => frame['dataType'] === 'ETH-USDT@ticker');
    for (let count = 1; count <= 3; count++) {
      clock.advance(1_000);
      await client.until(`push ${count}`, () => pushes().length === count);
    }
    const data = pushes().at(-1)!['data'] as Json;
    const top = market.quoteAt('ETH/USDT', name, Number(data['E']) * 1_000);
    assert.deepEqual(
      ['B', 'b', 'A', 'a'].map((key) => Number(data[key])),
      [top.bid, top.bidSize, top.ask, top.askSize],
    );
    // Numbers on spot, texts on swap.
    assert.equal(typeof data['B'], name === 'BingX' ? 'number' : 'string');
    client.send(subscribe('2', 'ETH-USDT@ticker', 'unsub'));
    await client.until('the end', () => parsed(client).some((frame) => frame['id'] === '2'));
    clock.advance(3_000);
    client.send(subscribe('3', 'ETH-USDT@trade'));
    await client.until('another answer', () => parsed(client).some((frame) => frame['id'] === '3'));
    assert.equal(pushes().length, 3);
  });

  test(`${name} takes ten requests a second and 200 topics a connection`, async (t) => {
    const { connect, clock, market, server } = await place(t, {}, [simulated]);
    const client = await connect(name);
    const symbols = market.instruments.map(({ base }) => `${base}-USDT`);
    const kinds = ['trade', 'ticker', 'incrDepth', ...[5, 10, 20, 50].map((levels) => `depth${levels}`)];
    const more = [5, 10, 20, 50, 100, 7, 8, 9].map((levels) => `depth${levels}@500ms`);
    const topics = symbols.flatMap((symbol) => [...kinds, ...more].map((kind) => `${symbol}@${kind}`));
    const codes: unknown[] = [];
    for (let at = 0; at < 201; at++) {
      if (at % 10 === 0) clock.advance(1_000);
      client.send(subscribe(`${at}`, topics[at]!));
      if (at % 10 === 9) await client.until('answers', () => answered(client) > at);
      // The server asks in between.
      if (at % 10 === 9) client.send(name === 'BingX' ? lastPong(client) : 'Pong');
    }
    await client.until('the last answer', () => parsed(client).some((frame) => frame['id'] === '200'));
    for (const frame of parsed(client)) if (frame['id'] !== undefined) codes.push(frame['code']);
    assert.deepEqual([...new Set(codes.slice(0, 200))], [0]);
    assert.equal(codes[200], name === 'BingX' ? 100416 : 80403);
    clock.advance(1_000);
    for (let at = 0; at < 11; at++) client.send(subscribe(`fast${at}`, 'NOPE-USDT@trade'));
    await client.until('eleven answers', () => parsed(client).some((frame) => frame['id'] === 'fast10'));
    assert.equal(parsed(client).find((frame) => frame['id'] === 'fast10')!['code'], 100410);
    assert.equal(server.exchange(name).wanted().size, 0);
  });
}

/** Answers that came to requests with an id. */
function answered(client: Client): number {
  return parsed(client).filter((frame) => frame['id'] !== undefined).length;
}

/** The answer to the last ping of spot. */
function lastPong(client: Client): unknown {
  const ping = parsed(client).findLast((frame) => 'ping' in frame);
  return ping === undefined ? { pong: '', time: '' } : { pong: ping['ping'], time: ping['time'] };
}

test('BingX refuses the ticker list where the time is missing, with HTTP 200', async (t) => {
  const { get } = await place(t, {}, [bingx]);
  const reply = (await get('BingX', '/openApi/spot/v1/ticker/24hr')) as Json;
  assert.equal(reply['code'], 100400);
  assert.throws(() => adapter.parseListing({ symbols: { code: 0, data: { symbols: [] } }, tickers: reply }));
});

test('BingX takes a request that does not say what it wants for a subscription, on spot alone', async (t) => {
  const { connect } = await place(t, {}, [bingx, bingxPerp]);
  for (const [name, code] of [
    ['BingX', 0],
    ['BingXPerp', 100400],
  ] as const) {
    const client = await connect(name);
    client.send({ id: '1', dataType: 'BTC-USDT@trade' });
    await client.until('an answer', () => client.received.length === 1);
    assert.equal(parsed(client)[0]!['code'], code);
  }
});

test('BingX stops what is unsubscribed', async (t) => {
  const { connect, server, clock } = await place(t, {}, [bingx]);
  const client = await connect('BingX');
  client.send(subscribe('1', 'BTC-USDT@bookTicker'));
  await client.until('an acknowledgement and a top', () => client.received.length === 2);
  client.send(subscribe('2', 'BTC-USDT@bookTicker', 'unsub'));
  await client.until('another', () => client.received.length === 3);
  const quote = { bid: 1, bidSize: 1, ask: 2, askSize: 2 };
  assert.equal(server.exchange('BingX').publish('BTC-USDT', quote, clock.nowUs()), 0);
});

test('BingX knows the symbol of every recorded push, compressed or not', { skip: recordedSkip }, () => {
  for (const { frame, channel } of recordedFrames('bingx')) {
    if (channel === 'control' || channel === 'gzip-frames') continue;
    const symbol = bingx.symbolOfFrame(JSON.parse(Buffer.from(frame).toString()) as Json);
    assert.match(symbol!, /^(BTC|ETH)-USDT$/);
  }
});
