import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { symbolKey } from '../../src/core/symbol.js';
import { connectClient, handshake, type TestClient, turn } from '../sockets/stage.js';
import { until } from '../support/wait.js';
import { connectLegacyClient } from './legacy-client.js';
import { type FeedStage, startFeed, symbolInfoOf } from './stage.js';

const SYMBOLS = ['BTC/USDT', 'ETH/USDT', 'SOL/USDT'] as const;
const EXCHANGES = ['Binance', 'GateIo'] as const;

/** Quote `n` of a stretch that walks over all instruments; every bid its own. */
function publish(stage: FeedStage, n: number): void {
  const exchange = EXCHANGES[n % 2] as string;
  stage.publish(exchange, SYMBOLS[n % 3] as string, 100 + n / 8, 100.5 + n / 8);
}

async function publishAll(stage: FeedStage, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    publish(stage, n);
    if (n % 100 === 99) await turn();
  }
}

async function connected(stage: FeedStage, count: number): Promise<void> {
  await until(`${count} clients`, () => stage.feed.counters().clients === count);
}

/** Resolves when the feed has read it. */
async function ask(stage: FeedStage, client: TestClient, message: unknown): Promise<void> {
  const before = stage.feed.counters().messagesReceived;
  client.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  await until('the message was read', () => stage.feed.counters().messagesReceived === before + 1);
}

const payloads = (client: TestClient) => client.received.map((text) => JSON.parse(text).Payload);

test('the client of the earlier system reads 100,000 messages in a row without a failure', async (t) => {
  const stage = await startFeed();
  t.after(() => stage.close());
  const expected: number[] = [];
  let wrong = 0;
  let at = 0;
  const client = await connectLegacyClient(stage.port, (quote) => {
    if (quote.bid !== expected[at]) wrong += 1;
    at += 1;
  });
  t.after(() => client.close());
  await connected(stage, 1);
  for (let n = 0; n < 100_000; n++) {
    expected.push(100 + n / 8);
    publish(stage, n);
    if (n % 200 === 199) await turn();
  }
  await until('all messages are there', () => client.quotes + client.failures.length === 100_000, 60_000);
  assert.deepEqual(client.failures, []);
  assert.deepEqual(
    { wrong, others: client.others, closed: client.closed },
    { wrong: 0, others: 0, closed: false },
  );
  assert.deepEqual([...client.lastBid.keys()], ['Binance', 'GateIo']);
  assert.equal(client.last?.symbol, 'BTC_USDT');
});

test('nothing is sent unasked before the first quote, on either path', async (t) => {
  const stage = await startFeed();
  t.after(() => stage.close());
  const clients = [await connectClient(stage.port, '/'), await connectClient(stage.port, '/ws/feed')];
  await connected(stage, 2);
  stage.publish('GateIo', 'BTC/USDT', 1, 2);
  for (const client of clients) {
    await until('the quote is there', () => client.received.length > 0);
    assert.match(client.received[0] as string, /^\{"MessageType":"Spread"/);
  }
});

test('a quote with one side is not sent', async (t) => {
  const stage = await startFeed();
  t.after(() => stage.close());
  const client = await connectClient(stage.port);
  await connected(stage, 1);
  stage.publish('GateIo', 'BTC/USDT', 1, 2);
  stage.publish('GateIo', 'BTC/USDT', 1, Number.NaN);
  stage.publish('GateIo', 'BTC/USDT', Number.NaN, 2);
  stage.publish('GateIo', 'BTC/USDT', 3, 4);
  await until('both whole ones are there', () => client.received.length === 2);
  assert.deepEqual(
    payloads(client).map(({ BestBid }) => BestBid),
    [1, 3],
  );
});

test('problem 2: 1,000 quotes in are 1,000 at every client and 1,000 at every other sink', async (t) => {
  const stage = await startFeed();
  t.after(() => stage.close());
  const seen = [0, 0];
  for (const i of seen.keys()) {
    const quote = () => {
      seen[i] = (seen[i] ?? 0) + 1;
    };
    stage.hub.subscribe({ quote, cold: () => {} });
  }
  const clients = await Promise.all([1, 2, 3].map(() => connectClient(stage.port)));
  await connected(stage, 3);
  await publishAll(stage, 1_000);
  for (const client of clients) await until('1,000 messages', () => client.received.length === 1_000);
  assert.deepEqual(seen, [1_000, 1_000]);
  const bids = payloads(clients[0] as TestClient).map(({ BestBid }) => BestBid);
  assert.deepEqual(
    bids,
    bids.map((_, n) => 100 + n / 8),
  );
});

test('problem 3, problem 11: a sink and a client that stand still delay neither the hub nor the others', async (t) => {
  const stage = await startFeed({ bufferedBytesMax: 256 * 1024 });
  t.after(() => stage.close());
  // A sink whose writer never gets on: bounded, it drops, and nobody waits for it.
  const waiting: number[] = [];
  stage.hub.subscribe({
    quote: (stampUs) => void (waiting.length < 100 && waiting.push(stampUs)),
    cold: () => {},
  });
  const stalled = await connectClient(stage.port);
  const latenciesMs: number[] = [];
  const healthy = await connectLegacyClient(stage.port, ({ timestampMs }) =>
    latenciesMs.push(stage.clock.nowUs() / 1_000 - timestampMs),
  );
  t.after(() => healthy.close());
  await connected(stage, 2);
  stalled.socket.pause();
  const publishMs: number[] = [];
  await until('the stalled client is closed', async () => {
    for (let n = 0; n < 200; n++) {
      const fromUs = stage.clock.nowUs();
      publish(stage, n);
      publishMs.push((stage.clock.nowUs() - fromUs) / 1_000);
    }
    await turn();
    return stage.feed.counters().closedSlow === 1;
  });
  await until('the healthy one has everything', () => healthy.quotes === publishMs.length);
  const p99 = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length * 0.99)] as number;
  assert.ok(p99(publishMs) < 5, `99 of 100 quotes published within ${p99(publishMs)} ms`);
  assert.ok(p99(latenciesMs) < 250, `99 of 100 quotes received within ${p99(latenciesMs)} ms`);
  stalled.socket.resume();
  assert.match((await stalled.closed).reason, /^too slow: \d+ bytes wait$/);
});

test('problem 12: what waits for a bot that does not read is bounded, then freed', async (t) => {
  const bound = 128 * 1024;
  const stage = await startFeed({ bufferedBytesMax: bound, closeGraceMs: 50 });
  t.after(() => stage.close());
  const stalled = await connectClient(stage.port);
  await connected(stage, 1);
  stalled.socket.pause();
  let most = 0;
  await until('it is closed', async () => {
    for (let n = 0; n < 100; n++) {
      publish(stage, n);
      most = Math.max(most, stage.feed.counters().bufferedBytes);
    }
    await turn();
    return stage.feed.counters().closedSlow === 1;
  });
  assert.ok(most <= bound + 1_024, `${most} bytes waited`);
  await until('it is cut off', () => stage.feed.counters().bufferedBytes === 0);
  assert.equal(stage.clock.pending(), 0);
});

test('problem 13: a half-open socket is removed within two ping periods', async (t) => {
  const pingIntervalMs = 500;
  const stage = await startFeed({ pingIntervalMs });
  t.after(() => stage.close());
  const healthy = await connectLegacyClient(stage.port);
  t.after(() => healthy.close());
  const silent = connect(stage.port, '127.0.0.1', () => silent.write(handshake('/ws/feed')));
  silent.on('error', () => {});
  t.after(() => silent.destroy());
  await connected(stage, 2);
  const fromUs = stage.clock.nowUs();
  await until('it is removed', () => stage.feed.counters().closedDead === 1);
  const tookMs = (stage.clock.nowUs() - fromUs) / 1_000;
  assert.ok(tookMs <= 2 * pingIntervalMs + 250, `removed after ${tookMs} ms`);
  assert.deepEqual([stage.feed.counters().clients, healthy.closed], [1, false]);
});

test('problem 14: quotes that flow while clients come and go raise no error', async (t) => {
  const stage = await startFeed();
  t.after(() => stage.close());
  let going = true;
  const flow = (async () => {
    for (let n = 0; going; n++) {
      publish(stage, n);
      if (n % 10 === 0) await turn();
    }
  })();
  for (let round = 0; round < 100; round++) {
    const client = await connectClient(stage.port);
    client.socket.send('{"action":"subscribe"}');
    if (round % 2 === 0) client.socket.terminate();
    else client.socket.close();
  }
  await until('all gone', () => stage.feed.counters().clients === 0);
  going = false;
  await flow;
  const { accepted, closedSlow, closedDead, unsendable, bufferedBytes } = stage.feed.counters();
  assert.deepEqual([accepted, closedSlow, closedDead, unsendable, bufferedBytes], [100, 0, 0, 0, 0]);
});

test('problem 15: AllSymbolInfo is as long after 100 reconnects as at first, and comes only when asked for', async (t) => {
  const stage = await startFeed();
  t.after(() => stage.close());
  stage.symbolInfo = symbolInfoOf(300);
  const sizes = new Set<number>();
  for (let round = 0; round < 100; round++) {
    const client = await connectClient(stage.port);
    await ask(stage, client, { action: 'subscribe', allSymbolInfo: true });
    const rows = () => payloads(client).reduce((sum, payload) => sum + payload.length, 0);
    await until('the list is whole', () => rows() >= 600);
    sizes.add(client.received.reduce((sum, text) => sum + text.length, 0));
    client.socket.close();
    await client.closed;
    // As a listing read again: the same rows in a new list.
    stage.symbolInfo = [...stage.symbolInfo];
  }
  assert.equal(sizes.size, 1);
  const unasking = await connectClient(stage.port);
  await ask(stage, unasking, { action: 'subscribe' });
  stage.publish('GateIo', 'BTC/USDT', 1, 2);
  await until('the quote is there', () => unasking.received.length > 0);
  assert.match(unasking.received[0] as string, /"Spread"/);
});

test('problem 16: after 100 reconnects the listeners are what they were, and a quote comes once', async (t) => {
  const stage = await startFeed();
  t.after(() => stage.close());
  const listeners = () => stage.server.eventNames().map((name) => [name, stage.server.listenerCount(name)]);
  const before = listeners();
  for (let round = 0; round < 100; round++) {
    const client = await connectClient(stage.port);
    await ask(stage, client, { action: 'subscribe', symbols: ['BTC_USDT'] });
    client.socket.close();
    await client.closed;
  }
  await connected(stage, 0);
  assert.deepEqual(listeners(), before);
  assert.equal(stage.clock.pending(), 0);
  const client = await connectClient(stage.port);
  await connected(stage, 1);
  await publishAll(stage, 10);
  await until('ten messages', () => client.received.length >= 10);
  assert.equal(stage.feed.counters().messagesSent, 10);
});

test('problem 29: a quote is written once for all clients, and not at all when nobody wants it', async (t) => {
  const stage = await startFeed();
  t.after(() => stage.close());
  await publishAll(stage, 1_000);
  assert.equal(stage.feed.counters().serialised, 0);
  const clients = await Promise.all(Array.from({ length: 20 }, () => connectClient(stage.port)));
  await connected(stage, 20);
  await publishAll(stage, 300);
  for (const client of clients) await until('all are there', () => client.received.length === 300);
  assert.equal(stage.feed.counters().serialised, 300);
  assert.equal(stage.feed.counters().messagesSent, 6_000);
  for (const client of clients) await ask(stage, client, { action: 'subscribe', symbols: ['XRP_USDT'] });
  await publishAll(stage, 300);
  assert.equal(stage.feed.counters().serialised, 300);
  for (const { socket } of clients) socket.close();
  await connected(stage, 0);
  await publishAll(stage, 300);
  assert.equal(stage.feed.counters().serialised, 300);
});

test('a client gets what it subscribed to, in any spelling, and a later message replaces an earlier one', async (t) => {
  const stage = await startFeed();
  t.after(() => stage.close());
  const all = await connectClient(stage.port);
  const some = await connectClient(stage.port);
  await connected(stage, 2);
  const cases: readonly [object, (exchange: string, symbol: string) => boolean][] = [
    [{ symbols: ['btc-usdt'] }, (_, symbol) => symbol === 'BTCUSDT'],
    [{ Exchanges: ['GATEIO'] }, (exchange) => exchange === 'GateIo'],
    [
      { symbols: ['ETH/USDT', 'SOL_USDT'], exchanges: ['binance'] },
      (e, s) => e === 'Binance' && s !== 'BTCUSDT',
    ],
    [{ symbols: [] }, () => false],
    [{}, () => true],
  ];
  for (const [fields, wanted] of cases) {
    await ask(stage, some, { action: 'subscribe', ...fields });
    all.received.length = 0;
    some.received.length = 0;
    await publishAll(stage, 60);
    // A last message that passes every filter would tell the end; the other client's count does as well.
    await until('the other has all', () => all.received.length === 60);
    const expected = all.received.filter((text) => {
      const { Exchange, Symbol: symbol } = JSON.parse(text).Payload;
      return wanted(Exchange, symbolKey(symbol));
    });
    await until('the wanted ones are there', () => some.received.length === expected.length);
    assert.deepEqual(some.received, expected);
  }
});

test('a bad message is answered with what is wrong, and nothing else changes', async (t) => {
  const stage = await startFeed();
  t.after(() => stage.close());
  const client = await connectClient(stage.port);
  await ask(stage, client, { action: 'subscribe', symbols: ['BTC_USDT'] });
  for (const bad of ['{', '{"action":"buy"}', { action: 'subscribe', symbols: 7 }])
    await ask(stage, client, bad);
  await until('three answers', () => client.received.length === 3);
  assert.deepEqual(JSON.parse(client.received[1] as string), {
    MessageType: 'Error',
    Payload: { Message: 'action: expected "subscribe"' },
  });
  assert.equal(stage.feed.counters().badMessages, 3);
  client.received.length = 0;
  await publishAll(stage, 6);
  await until('its subscription stands', () => client.received.length === 2);
});

test('an instrument whose name fits into no message is left out and counted', async (t) => {
  const stage = await startFeed();
  t.after(() => stage.close());
  const client = await connectClient(stage.port);
  await connected(stage, 1);
  stage.publish('Binance', `${'X'.repeat(5_000)}/USDT`, 1, 2);
  stage.publish('Binance', 'BTC/USDT', 1, 2);
  await until('the next quote is there', () => client.received.length === 1);
  assert.equal(payloads(client)[0].Symbol, 'BTC_USDT');
  assert.equal(stage.feed.counters().unsendable, 1);
});

test('closing says goodbye to every client and leaves no timer', async () => {
  const stage = await startFeed();
  const client = await connectClient(stage.port);
  await connected(stage, 1);
  await stage.close();
  assert.equal((await client.closed).code, 1001);
  publish(stage, 1);
  assert.equal(stage.feed.counters().serialised, 0);
  assert.equal(stage.clock.pending(), 0);
});

test('trades come as the format says, to those who want their instrument, written once', async (t) => {
  const stage = await startFeed();
  t.after(() => stage.close());
  const [all, some] = [await connectClient(stage.port, '/'), await connectClient(stage.port, '/ws/feed')];
  await connected(stage, 2);
  await ask(stage, some, { action: 'subscribe', symbols: ['eth-usdt'] });
  stage.trade('Binance', 'BTC/USDT', 60_000.5, 0.25, 1);
  stage.publish('Binance', 'BTC/USDT', 60_000, 60_001);
  stage.trade('GateIo', 'ETH/USDT', 2_500, 1e-8, -1);
  stage.trade('GateIo', 'ETH/USDT', Number.POSITIVE_INFINITY, 1, -1);
  await until('all is there', () => all.received.length === 3 && some.received.length === 1);
  const [first, second, third] = all.received.map((text) => JSON.parse(text));
  const { Timestamp, ...payload } = first.Payload;
  assert.equal(first.MessageType, 'Trade');
  assert.deepEqual(payload, {
    ...{ Price: 60_000.5, Quantity: 0.25, Side: 'Buy' },
    ...{ Exchange: 'Binance', Symbol: 'BTC_USDT' },
  });
  assert.match(Timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  assert.equal(second.MessageType, 'Spread');
  assert.ok(Timestamp < second.Payload.Timestamp && second.Payload.Timestamp < third.Payload.Timestamp);
  assert.deepEqual(JSON.parse(some.received[0]!), third);
  assert.deepEqual([third.Payload.Side, third.Payload.Quantity], ['Sell', 1e-8]);
  const { serialised, tradesSerialised, unsendable } = stage.feed.counters();
  assert.deepEqual(
    { serialised, tradesSerialised, unsendable },
    { serialised: 1, tradesSerialised: 2, unsendable: 1 },
  );
});
