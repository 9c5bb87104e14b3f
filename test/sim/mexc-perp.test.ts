import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mexcPerp as adapter } from '../../src/exchanges/mexc-perp.js';
import { mexcPerp } from '../../src/sim/exchanges/mexc-perp.js';
import { place } from './place.js';
import { understanding } from './understanding.js';

const subscribe = (symbol: string, limit: unknown = 5) => ({
  method: 'sub.depth.full',
  param: { symbol, limit },
});

test('MEXCPerp pushes whole books, best first, in contracts, and its adapter reads their tops', async (t) => {
  const { listed, subscribe, client, publish, calls, market, clock } = await understanding(
    t,
    adapter,
    mexcPerp,
  );
  // The inverse contract in the list is none of ours.
  assert.equal(listed.length, 14);
  assert.ok(listed.every((row) => row.quote === 'USDT') && listed.some((row) => row.contractSize !== 1));
  const present = market.quoteAt('ETH/USDT', 'MEXCPerp', clock.nowUs());
  const exchangeUs = clock.nowUs();
  subscribe(['ETH_USDT']);
  await client.until('an acknowledgement and the present book', () => client.received.length === 2);
  await publish('ETH_USDT', { ...present, bid: Number.NaN });
  assert.deepEqual(calls(), [
    ['control', 'subscribed'],
    ['quote', 'ETH_USDT', present.bid, present.bidSize, present.ask, present.askSize, exchangeUs],
    ['quote', 'ETH_USDT', null, null, present.ask, present.askSize, exchangeUs],
  ]);
  const { asks, bids } = client.parsed[1]!['data'] as { asks: number[][]; bids: number[][] };
  assert.deepEqual([asks.length, bids.length], [5, 5]);
  for (let level = 1; level < 5; level++) {
    assert.ok(asks[level]![0]! > asks[level - 1]![0]!);
    assert.ok(bids[level]![0]! < bids[level - 1]![0]!);
  }
});

test('MEXCPerp names the contract that does not exist, and keeps still about an unknown method', async (t) => {
  const { connect, server } = await place(t, {}, [mexcPerp]);
  const client = await connect('MEXCPerp');
  client.send({ method: 'sub.nothing', param: { symbol: 'BTC_USDT' } });
  client.send(subscribe('NOPE_USDT'));
  client.send(subscribe('BTC_USDT', 30));
  client.send(subscribe('btc_usdt'));
  await client.until('three answers', () => client.frames.length === 3);
  assert.deepEqual(
    client.parsed.map((frame) => [frame['channel'], frame['data']]),
    [
      ['rs.error', 'Contract [NOPE_USDT] not exists'],
      ['rs.error', 'Not support limit'],
      ['rs.sub.depth.full', 'success'],
    ],
  );
  // In lower case it is acknowledged, and silent.
  assert.equal(server.exchange('MEXCPerp').wanted().size, 0);
});

test('MEXCPerp pushes the ticker once a second, prices alone, until it is unsubscribed', async (t) => {
  const { connect, clock, market } = await place(t, {}, [mexcPerp]);
  const client = await connect('MEXCPerp');
  client.send({ method: 'sub.ticker', param: { symbol: 'ETH_USDT' } });
  await client.until('an acknowledgement', () => client.frames.length === 1);
  for (let count = 1; count <= 3; count++) {
    clock.advance(1_000);
    await client.until(`push ${count}`, () => client.frames.length === 1 + count);
  }
  const last = client.parsed.at(-1)!;
  const data = last['data'] as Record<string, unknown>;
  const atUs = Number(last['ts']) * 1_000;
  const { bid, ask } = market.quoteAt('ETH/USDT', 'MEXCPerp', atUs);
  assert.deepEqual(
    [last['channel'], last['symbol'], data['bid1'], data['ask1']],
    ['push.ticker', 'ETH_USDT', bid, ask],
  );
  client.send({ method: 'unsub.ticker', param: { symbol: 'ETH_USDT' } });
  await client.frame((frame) => frame['channel'] === 'rs.unsub.ticker');
  const before = client.frames.length;
  clock.advance(5_000);
  client.send({ method: 'ping' });
  await client.frame((frame) => frame['channel'] === 'pong');
  assert.equal(client.frames.length, before + 1);
});

test('MEXCPerp closes a minute after the last ping, even while it delivers', async (t) => {
  const { connect, clock, server } = await place(t, {}, [mexcPerp]);
  const client = await connect('MEXCPerp');
  client.send(subscribe('BTC_USDT'));
  await client.until('the present book', () => client.frames.length === 2);
  clock.advance(50_000);
  client.send({ method: 'ping' });
  await client.frame((frame) => frame['channel'] === 'pong');
  clock.advance(59_000);
  const quote = { bid: 1, bidSize: 1, ask: 2, askSize: 2 };
  assert.equal(server.exchange('MEXCPerp').publish('BTC_USDT', quote, clock.nowUs()), 1);
  clock.advance(1_000);
  await client.gone();
});
