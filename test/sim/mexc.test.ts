import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mexc as adapter } from '../../src/exchanges/mexc.js';
import { mexc } from '../../src/sim/exchanges/mexc.js';
import { recordedFrames, recordedSkip } from '../exchanges/material.js';
import { place } from './place.js';
import { understanding } from './understanding.js';

const CHANNEL = 'spot@public.aggre.bookTicker.v3.api.pb@10ms';
const subscribe = (...symbols: string[]) => ({
  method: 'SUBSCRIPTION',
  params: symbols.map((symbol) => `${CHANNEL}@${symbol}`),
});

test('MEXC answers in text and pushes protocol buffers that its adapter reads to the last digit', async (t) => {
  const { listed, subscribe, client, publish, calls, market, clock } = await understanding(t, adapter, mexc);
  assert.equal(listed.length, 14);
  assert.ok(listed.every((row) => row.trading && row.quoteVolume24h! > 0 && row.tickSize! > 0));
  subscribe(['BTCUSDT', 'ETHUSDT']);
  await client.until('an acknowledgement', () => client.received.length === 1);
  const exchangeUs = clock.nowUs();
  const quote = market.quoteAt('ETH/USDT', 'MEXC', exchangeUs);
  await publish('ETHUSDT', quote);
  await publish('BTCUSDT', { bid: 67_000.12, bidSize: 1.25, ask: Number.NaN, askSize: Number.NaN });
  assert.deepEqual(calls(), [
    ['control', 'subscribed', { requestId: '1' }],
    ['quote', 'ETHUSDT', quote.bid, quote.bidSize, quote.ask, quote.askSize, exchangeUs],
    ['quote', 'BTCUSDT', 67_000.12, 1.25, null, null, exchangeUs],
  ]);
  assert.deepEqual(
    client.received.map(({ isBinary }) => isBinary),
    [false, true, true],
  );
});

test('MEXC fails a whole request for one bad channel, with code 0, and the adapter sees it', async (t) => {
  const { subscribe, client, calls, server } = await understanding(t, adapter, mexc);
  subscribe(['BTCUSDT', 'NOPEUSDT']);
  await client.until('a refusal', () => client.received.length === 1);
  assert.match(
    client.frames[0]!,
    /"id":1,"code":0,"msg":"Not Subscribed successfully! \[spot@.*\]. {2}Reason： Blocked! "/,
  );
  assert.deepEqual(calls()[0]?.slice(0, 2), ['control', 'subscribe-error']);
  assert.equal(server.exchange('MEXC').wanted().size, 0);
  subscribe(['NOPEUSDT']);
  await client.until('another', () => client.received.length === 2);
  const [, , detail] = calls()[1]!;
  assert.equal((detail as Record<string, unknown>)['exchangeSymbol'], 'NOPEUSDT');
});

test('MEXC blocks a channel without its interval, and one in lower case', async (t) => {
  const { connect } = await place(t, {}, [mexc]);
  const client = await connect('MEXC');
  const channels = ['spot@public.aggre.bookTicker.v3.api.pb@BTCUSDT', `${CHANNEL}@btcusdt`];
  for (const channel of channels) client.send({ method: 'SUBSCRIPTION', params: [channel] });
  await client.until('two answers', () => client.frames.length === 2);
  for (const frame of client.parsed) assert.match(String(frame['msg']), /^Not Subscribed .*Blocked! $/);
});

test('MEXC takes thirty subscriptions a connection and refuses what would be more', async (t) => {
  const { connect, market, server } = await place(t, {}, [mexc]);
  const client = await connect('MEXC');
  const symbols = market.instruments.map(({ base }) => `${base}USDT`);
  const channels = [
    `${CHANNEL}@`,
    CHANNEL.replace('10ms', '100ms@'),
    'spot@public.aggre.deals.v3.api.pb@10ms@',
  ];
  const all = channels.flatMap((channel) => symbols.map((symbol) => channel + symbol)).slice(0, 31);
  client.send({ method: 'SUBSCRIPTION', params: all.slice(0, 30) });
  client.send({ method: 'SUBSCRIPTION', params: all.slice(30) });
  await client.until('two answers', () => client.frames.length === 2);
  assert.equal(client.parsed[0]!['msg'], all.slice(0, 30).join(','));
  assert.match(String(client.parsed[1]!['msg']), /^Not Subscribed/);
  assert.equal(server.exchange('MEXC').wanted().size, 14);
});

test('MEXC closes after 30 s without a subscription, pinged or not, and after 60 s without data', async (t) => {
  const { connect, clock } = await place(t, {}, [mexc]);
  const bare = await connect('MEXC');
  const quiet = await connect('MEXC');
  quiet.send(subscribe('BTCUSDT'));
  await quiet.until('an acknowledgement', () => quiet.frames.length === 1);
  clock.advance(29_000);
  bare.send({ method: 'PING' });
  quiet.send({ method: 'PING' });
  assert.equal((await bare.frame((frame) => frame['msg'] === 'PONG'))['id'], 0);
  await quiet.frame((frame) => frame['msg'] === 'PONG');
  clock.advance(1_000);
  await bare.gone();
  clock.advance(58_000);
  assert.equal(quiet.closed, null);
  clock.advance(1_000);
  await quiet.gone();
});

test('MEXC stops what is unsubscribed', async (t) => {
  const { connect, server, clock } = await place(t, {}, [mexc]);
  const client = await connect('MEXC');
  client.send(subscribe('BTCUSDT', 'ETHUSDT'));
  client.send({ ...subscribe('BTCUSDT'), method: 'UNSUBSCRIPTION' });
  await client.until('two answers', () => client.frames.length === 2);
  const quote = { bid: 1, bidSize: 1, ask: 2, askSize: 2 };
  const publish = (symbol: string) => server.exchange('MEXC').publish(symbol, quote, clock.nowUs());
  assert.deepEqual([publish('BTCUSDT'), publish('ETHUSDT')], [0, 1]);
});

test('MEXC knows the symbol of every recorded push', { skip: recordedSkip }, () => {
  for (const { frame, channel } of recordedFrames('mexc'))
    assert.equal(mexc.symbolOfBytes?.(frame), channel === 'control' ? null : 'BTCUSDT');
});
