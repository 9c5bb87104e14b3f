import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusalsOf } from '../../src/core/refusals.js';
import { LIMITS as PROGRAM_LIMITS } from '../../src/limits.js';
import { turn } from '../sockets/stage.js';
import { until } from '../support/wait.js';
import { connectV2, LIMITS, startFeedV2, type V2Client, type V2Stage } from './v2-stage.js';

const A = 'Binance';
const B = 'GateIo';
const BTC = 'BTC/USDT';
const ETH = 'ETH/USDT';

async function stageOf(
  t: { after(run: () => unknown): void },
  options: Parameters<typeof startFeedV2>[0] = {},
): Promise<V2Stage> {
  const stage = await startFeedV2(options);
  t.after(() => stage.close());
  return stage;
}

/** Everything sent before has arrived. */
async function settled(client: V2Client): Promise<void> {
  const pong = client.next('pong');
  client.ask({ op: 'ping' });
  await pong;
}

const bids = (client: V2Client) => client.of('quote').map(({ bid }) => bid);

test('hello says who speaks, where it is and what it bears; nothing else comes unasked', async (t) => {
  const stage = await stageOf(t);
  const seq = stage.quote(A, BTC, 1, 2);
  const client = await connectV2(stage);
  stage.quote(A, BTC, 2, 3);
  await settled(client);
  const [hello] = client.of('hello');
  assert.deepEqual(
    { ...hello, sentUs: 0 },
    {
      type: 'hello',
      protocol: 2,
      epoch: stage.epoch,
      seq,
      sentUs: 0,
      heartbeatMs: LIMITS.heartbeatMs,
      limits: {
        messageBytesMax: LIMITS.messageBytesMax,
        namesMax: LIMITS.namesMax,
        pairsMax: LIMITS.pairsMax,
        bufferedBytesMax: LIMITS.bufferedBytesMax,
        recordsHeldMax: LIMITS.recordsHeldMax,
      },
    },
  );
  assert.deepEqual(
    client.messages.map(({ type }) => type),
    ['hello', 'pong'],
  );
});

test('a subscription begins with the latest quotes, flagged, and then has every one with its times', async (t) => {
  const stage = await stageOf(t);
  const first = stage.quote(A, BTC, 1, 2, 1_700_000_000_000_000);
  stage.quote(A, ETH, 3, 4);
  const client = await connectV2(stage);
  await client.subscribe({ id: 'x', streams: ['quotes'] });
  const second = stage.quote(A, BTC, 5, 4);
  await settled(client);
  assert.deepEqual(
    client.messages.map(({ type }) => type),
    ['hello', 'subscribed', 'quote', 'quote', 'ready', 'quote', 'pong'],
  );
  const [subscribed] = client.of('subscribed');
  assert.equal(subscribed?.id, 'x');
  assert.deepEqual([subscribed?.resumed, subscribed?.snapshotReason], [false, 'new']);
  const [btc, , live] = client.of('quote');
  assert.deepEqual([btc?.seq, btc?.receivedUs, btc?.exchangeUs], [first, first, 1_700_000_000_000_000]);
  assert.deepEqual(btc?.flags, ['snapshot']);
  assert.ok(btc !== undefined && btc.ageMs > 1_000, 'the age counts from the exchange’s time');
  assert.deepEqual([btc.bid, btc.bidSize, btc.ask, btc.askSize, btc.leftOut], [1, 1, 2, 2, 0]);
  assert.deepEqual([live?.seq, live?.exchangeUs, live?.flags], [second, null, ['crossed']]);
});

test('a subscription lets through its symbols, exchanges and the legs of its pairs, in any spelling', async (t) => {
  const stage = await stageOf(t);
  const wanted: [object, string[]][] = [
    [{}, ['Binance BTC', 'Binance ETH', 'GateIo BTC', 'GateIo ETH']],
    [{ symbols: ['btc_usdt'] }, ['Binance BTC', 'GateIo BTC']],
    [{ exchanges: ['gateio'] }, ['GateIo BTC', 'GateIo ETH']],
    [{ symbols: ['ETHUSDT'], exchanges: [A] }, ['Binance ETH']],
    [{ pairs: [['eth-usdt', 'BINANCE', 'gateio']] }, ['Binance ETH', 'GateIo ETH']],
    [{ exchanges: [A], pairs: [[BTC, A, B]] }, ['Binance BTC', 'Binance ETH', 'GateIo BTC']],
    [{ symbols: [] }, []],
  ];
  const clients = await Promise.all(
    wanted.map(async ([lists]) => {
      const client = await connectV2(stage);
      await client.subscribe({ streams: ['quotes'], ...lists });
      return client;
    }),
  );
  for (const exchange of [A, B]) for (const symbol of [BTC, ETH]) stage.quote(exchange, symbol, 1, 2);
  for (const [at, [lists, names]] of wanted.entries()) {
    await settled(clients[at] as V2Client);
    const got = clients[at]?.of('quote').map(({ exchange, symbol }) => `${exchange} ${symbol.slice(0, 3)}`);
    assert.deepEqual(got, names, JSON.stringify(lists));
  }
});

test('what nothing is received of is told by name, and comes when it comes', async (t) => {
  const stage = await stageOf(t);
  stage.quote(A, BTC, 1, 2);
  const client = await connectV2(stage);
  await client.subscribe({
    streams: ['spreads', 'quotes'],
    symbols: ['XRP/USDT'],
    pairs: [['BTC_USDT', A, B]],
  });
  assert.deepEqual(client.of('subscribed')[0]?.unknown, ['XRP/USDT', `BTC_USDT ${B}`]);
  assert.equal(client.of('spread')[0]?.reason, 'no-quote');
  stage.quote(B, BTC, 1, 2);
  await settled(client);
  assert.deepEqual(
    client.of('spread').map(({ bidBid, reason }) => [bidBid, reason]),
    [
      [null, 'no-quote'],
      [0, null],
    ],
  );
});

test('every mistake of a client is answered by its field, what was there, and what was expected', async (t) => {
  const stage = await stageOf(t);
  const client = await connectV2(stage);
  const streams = ['quotes'];
  const op = 'subscribe';
  const wrong: [unknown, string, string][] = [
    ['{"op":', 'message', '{"op":'],
    ['[]', 'message', '[]'],
    [{}, 'op', 'nothing'],
    [{ op: 'sub' }, 'op', '"sub"'],
    [{ op, id: {} }, 'id', '{}'],
    [{ op }, 'streams', 'nothing'],
    [{ op, streams: 'quotes' }, 'streams', '"quotes"'],
    [{ op, streams: ['quote'] }, 'streams[0]', '"quote"'],
    [{ op, streams, symbols: 'BTC' }, 'symbols', '"BTC"'],
    [{ op, streams, symbols: Array(11).fill('x') }, 'symbols', '11'],
    [{ op, streams, exchanges: ['a', 5] }, 'exchanges[1]', '5'],
    [{ op, streams, exchanges: ['x'.repeat(65)] }, 'exchanges[0]', `"${'x'.repeat(79)}…`],
    [{ op, streams, pairs: [['a', 'b']] }, 'pairs[0]', '["a","b"]'],
    [{ op, streams, pairs: [['a', 'b', 'B']] }, 'pairs[0]', '["a","b","B"]'],
    [{ op, streams, pairs: [['a', 'b', '']] }, 'pairs[0][2]', '""'],
    [{ op, streams: ['spreads'] }, 'pairs', 'nothing'],
    [{ op, streams, conflate: 123 }, 'conflate', '123'],
    [{ op, streams, format: 'xml' }, 'format', '"xml"'],
    [{ op, streams, since: 5 }, 'since.epoch', 'nothing'],
    [{ op, streams, since: { epoch: 1, seq: -1 } }, 'since.seq', '-1'],
    [{ op, streams, since: { epoch: stage.epoch, seq: 9e15 } }, 'since.seq', '9000000000000000'],
  ];
  for (const [message] of wrong) client.ask(message);
  await settled(client);
  const errors = client.of('error').map(({ field, value, expected }) => {
    assert.ok(expected.length > 0);
    return [field, value];
  });
  const shown = wrong.map(([, field, value]) => [field, value]);
  shown[11] = ['exchanges[0]', `"${'x'.repeat(65)}"`];
  assert.deepEqual(errors, shown);
  assert.equal(stage.feed.counters().badMessages, wrong.length);
  assert.equal(client.socket.readyState, client.socket.OPEN);
});

test('a request that is refused leaves the one before as it was; another takes its place; unsubscribed there is silence', async (t) => {
  const stage = await stageOf(t);
  const client = await connectV2(stage);
  await client.subscribe({ streams: ['quotes'], symbols: [BTC] });
  client.ask({ op: 'subscribe', streams: ['nothing'] });
  await client.next('error');
  stage.quote(A, BTC, 1, 2);
  await settled(client);
  assert.deepEqual(bids(client), [1]);
  await client.subscribe({ streams: ['quotes'], symbols: [ETH] });
  stage.quote(A, BTC, 3, 4);
  stage.quote(A, ETH, 5, 6);
  await settled(client);
  assert.deepEqual(bids(client), [1, 5]);
  client.ask({ op: 'unsubscribe', id: 7 });
  await until('unsubscribed', () => client.of('unsubscribed')[0]?.id === 7);
  stage.quote(A, ETH, 7, 8);
  await settled(client);
  assert.deepEqual(bids(client), [1, 5]);
});

test('gaps and states come in the one order with the quotes, and are seen on what no longer stands', async (t) => {
  const stage = await stageOf(t);
  const client = await connectV2(stage);
  await client.subscribe({ streams: ['quotes', 'gaps', 'status'] });
  const seqs = [
    stage.quote(A, BTC, 1, 2),
    stage.status(A, BTC, 'lagging', 3_000_000),
    stage.quote(A, BTC, 1, 2),
    stage.gap(A, BTC, 'disconnect'),
  ];
  await settled(client);
  const market = client.messages.filter(
    ({ type }) => type === 'quote' || type === 'gap' || type === 'status',
  );
  assert.deepEqual(
    market.map((message) => 'seq' in message && message.seq),
    seqs,
  );
  assert.deepEqual(
    client.of('quote').map(({ flags }) => flags),
    [[], ['lagging']],
  );
  assert.deepEqual([client.of('status')[0]?.status, client.of('status')[0]?.value], ['lagging', 3_000_000]);
  assert.equal(client.of('gap')[0]?.reason, 'disconnect');
  const later = await connectV2(stage);
  await later.subscribe({ streams: ['quotes'] });
  assert.deepEqual(later.of('quote')[0]?.flags, ['snapshot', 'lagging', 'gap']);
});

test('a pair’s spreads: of each quote of a leg, both executable ones, and null with its reason where a leg does not stand', async (t) => {
  const stage = await stageOf(t);
  const client = await connectV2(stage);
  await client.subscribe({ streams: ['spreads'], pairs: [[BTC, A, B]] });
  const steps: [() => number, (number | null)[], string | null, number][] = [
    [() => stage.quote(A, BTC, 100, 101), [null, null, null], 'no-quote', 2],
    [() => stage.quote(B, BTC, 80, 90), [25, 11.111, -20.792], null, 0],
    [() => stage.gap(A, BTC, 'silent'), [null, null, null], 'gap', 1],
    [() => stage.quote(A, BTC, 88, 101), [10, -2.222, -20.792], null, 0],
    [() => stage.status(B, BTC, 'lagging', 5e6), [null, null, null], 'lagging', 2],
    [() => stage.status(B, BTC, 'in-time', 60e6), [null, null, null], 'stale', 2],
    [() => stage.quote(B, BTC, 80, 90), [10, -2.222, -20.792], null, 0],
    [() => stage.status(A, BTC, 'bid-only'), [null, null, null], 'one-sided', 1],
  ];
  const seqs = steps.map(([happen]) => happen());
  // Of another pair: nobody's affair here.
  stage.quote(A, ETH, 1, 2);
  await settled(client);
  const [, ...spreads] = client.of('spread');
  const rounded = (value: number | null) => (value === null ? null : Math.round(value * 1_000) / 1_000);
  assert.deepEqual(
    spreads.map(({ seq, bidBid, executable12, executable21, reason, reasonLeg }) => [
      seq,
      [bidBid, executable12, executable21].map(rounded),
      reason,
      reasonLeg,
    ]),
    steps.map(([, values, reason, leg], at) => [seqs[at], values, reason, leg]),
  );
  assert.deepEqual(
    spreads[1]?.legs.map(({ seq }) => seq),
    [seqs[0], seqs[1]],
  );
  // What the layer of quality says of the two legs; nothing can be said while one has never spoken.
  const [left, right] = [stage.idOf(A, BTC), stage.idOf(B, BTC)];
  const judged = refusalsOf((left * 5 + right * 3 + 1) & 0x3fff);
  assert.deepEqual(spreads[0]?.refusals, ['no-live-leg']);
  for (const { refusals } of spreads.slice(1)) assert.deepEqual(refusals, judged);
  assert.ok((spreads[1]?.ageMs ?? -1) >= (spreads[1]?.legs[1].ageMs ?? Number.NaN));
});

test('a leg that only grows old takes its pair’s spread away, told once', async (t) => {
  const stage = await stageOf(t);
  const client = await connectV2(stage);
  await client.subscribe({ streams: ['spreads'], pairs: [[BTC, A, B]] });
  stage.quote(A, BTC, 100, 101);
  stage.quote(B, BTC, 100, 101);
  stage.status(A, BTC, 'age-limit', 1_000_000);
  await until('the spread is gone', () => {
    stage.hub.advanceTo(stage.clock.nowUs());
    return client.of('spread').at(-1)?.reason === 'stale';
  });
  const count = client.of('spread').length;
  stage.hub.advanceTo(stage.clock.nowUs() + 3_000_000);
  await settled(client);
  assert.equal(client.of('spread').length, count);
  assert.deepEqual(client.of('spread').at(-1)?.flags, ['stale']);
});

test('opportunities come at once and each interval, best first, no more than may be, and only what was asked for', async (t) => {
  const stage = await stageOf(t, { speed: 200 });
  stage.opportunities = [ETH, BTC, 'A/USDT', 'B/USDT'].map((symbol, n) => ({
    ...{
      symbol,
      exchange1: A,
      exchange2: B,
      opportunityCycles: 50,
      edgeBps: 10 - n,
      freshEdgeBps: 10 - n,
      spreadPercent: 1,
    },
    ...{ executable12Percent: 1, executable21Percent: null, tradable: true, refusals: [] },
    legs: [
      { ageMs: 1, live: true },
      { ageMs: null, live: false },
    ],
  }));
  const [all, one] = [await connectV2(stage), await connectV2(stage)];
  await all.subscribe({ streams: ['opportunities'] });
  await one.subscribe({ streams: ['opportunities'], pairs: [[BTC, B, A]] });
  await until('again', () => all.of('opportunities').length > 1 && one.of('opportunities').length > 1);
  assert.deepEqual(
    all.of('opportunities')[0]?.rows.map(({ symbol }) => symbol),
    [ETH, BTC, 'A/USDT'],
  );
  assert.deepEqual([all.of('opportunities')[0]?.total, one.of('opportunities')[0]?.total], [4, 1]);
  assert.deepEqual(one.of('opportunities')[1]?.rows, [stage.opportunities[1]]);
});

test('every text and every record is written once for all, and none that nobody wants', async (t) => {
  const stage = await stageOf(t);
  const written = () => {
    const { quoteTexts, quoteRecords, spreadTexts, spreadRecords } = stage.feed.counters();
    return [quoteTexts, quoteRecords, spreadTexts, spreadRecords];
  };
  stage.quote(A, BTC, 1, 2);
  assert.deepEqual([written(), stage.feed.counters().recordsHeld], [[0, 0, 0, 0], 0]);
  const clients = await Promise.all(Array.from({ length: 6 }, () => connectV2(stage)));
  for (const [n, client] of clients.entries())
    await client.subscribe({
      streams: ['quotes', 'spreads'],
      symbols: [ETH],
      pairs: [[ETH, A, B]],
      format: n % 2 === 0 ? 'json' : 'binary',
    });
  const before = written();
  stage.quote(A, BTC, 3, 4);
  assert.deepEqual(written(), before);
  stage.quote(A, ETH, 3, 4);
  assert.deepEqual(
    written(),
    before.map((count) => count + 1),
  );
});

test('the binary form says what the text says', async (t) => {
  const stage = await stageOf(t);
  const request = {
    streams: ['quotes', 'spreads', 'gaps', 'status'],
    pairs: [[BTC, A, B]],
    symbols: [BTC, ETH],
  };
  const [text, binary] = [await connectV2(stage), await connectV2(stage)];
  await text.subscribe(request);
  await binary.subscribe({ ...request, format: 'binary' });
  for (let n = 0; n < 50; n++) {
    stage.quote(
      n % 2 === 0 ? A : B,
      n % 3 === 0 ? ETH : BTC,
      100 + n / 7,
      100.5,
      n % 5 === 0 ? 1.7e15 + n : Number.NaN,
    );
    if (n % 11 === 0) stage.gap(A, BTC, 'sequence');
    if (n % 13 === 0) stage.status(B, BTC, 'lagging', n);
  }
  await Promise.all([settled(text), settled(binary)]);
  const market = ({ messages }: V2Client) =>
    messages
      .slice(messages.findIndex(({ type }) => type === 'ready'))
      .filter(({ type }) => ['quote', 'spread', 'gap', 'status'].includes(type));
  assert.ok(market(text).length > 80);
  assert.deepEqual(market(binary), market(text));
  assert.ok(!binary.texts.some((one) => /"type":"(quote|spread)"/.test(one)), 'these go as records');
});

test('an interval in which each of 2,400 instruments has moved closes nobody who reads, under the limits of the program', async (t) => {
  const { instrumentsMax } = PROGRAM_LIMITS;
  const stage = await stageOf(t, { limits: { ...PROGRAM_LIMITS.feedV2, instrumentsMax } });
  const client = await connectV2(stage);
  await client.subscribe({ streams: ['quotes'], conflate: 1_000 });
  for (let round = 0; round < 2; round += 1)
    for (let n = 0; n < 2_400; n += 1)
      stage.quote(
        `Exchange${n % 8}`,
        `1000COIN${n}/USDT`,
        0.000012345678 + n / 3,
        0.000012345679 + n / 3,
        n / 7,
      );
  await until('all have come', () => client.of('quote').length >= 2_400);
  assert.equal(new Set(client.of('quote').map(({ symbol }) => symbol)).size, 2_400);
  assert.equal(stage.feed.counters().closedSlow, 0);
});

test('conflated: the last quote of each instrument in an interval, with how many were left out, in the one order', async (t) => {
  const stage = await stageOf(t);
  const [fast, slow] = [await connectV2(stage), await connectV2(stage)];
  await fast.subscribe({ streams: ['quotes'] });
  await slow.subscribe({
    streams: ['quotes', 'spreads', 'gaps'],
    conflate: 50,
    pairs: [[BTC, A, B]],
    exchanges: [A, B],
  });
  const counts = new Map<string, number>();
  let published = 0;
  for (let round = 0; round < 20; round++) {
    for (let n = 0; n < 37; n++) {
      stage.quote(n % 3 === 0 ? A : B, n % 2 === 0 ? BTC : ETH, ++published, published + 1);
      if (n === 20) stage.gap(A, BTC, 'silent');
    }
    await turn();
    if (round % 5 === 4) await until('an interval', () => slow.of('quote').at(-1)?.bid === published);
  }
  await settled(fast);
  assert.deepEqual(
    bids(fast),
    Array.from({ length: published }, (_, n) => n + 1),
  );
  for (const { exchange, symbol, leftOut } of slow.of('quote'))
    counts.set(`${exchange}${symbol}`, (counts.get(`${exchange}${symbol}`) ?? 0) + leftOut + 1);
  assert.equal(
    [...counts.values()].reduce((sum, count) => sum + count),
    published,
  );
  assert.ok(slow.of('quote').length < published / 2);
  assert.equal(slow.of('gap').length, 20);
  const ordered = slow.messages
    .filter(({ type }) => type === 'quote' || type === 'gap')
    .map((m) => ('seq' in m ? m.seq : 0));
  assert.deepEqual(
    ordered,
    [...ordered].sort((a, b) => a - b),
  );
  for (const { leftOut, flags } of slow.of('quote')) assert.equal(flags.includes('conflated'), leftOut > 0);
  assert.equal(stage.feed.counters().leftOut, published - slow.of('quote').length);
  assert.ok(slow.of('spread').length > 1);
});

test('pages get a fifth of a second where they do not say, programs every quote', async (t) => {
  const stage = await stageOf(t);
  const page = await connectV2(stage, { origin: 'http://127.0.0.1' });
  const program = await connectV2(stage);
  for (const client of [page, program]) await client.subscribe({ streams: ['quotes'] });
  assert.deepEqual(
    [page, program].map((client) => client.of('subscribed')[0]?.conflate),
    [200, 0],
  );
});

test('who joins within an interval gets nothing of before, and nobody else loses it', async (t) => {
  const stage = await stageOf(t);
  const [early, late] = [await connectV2(stage), await connectV2(stage)];
  await early.subscribe({ streams: ['quotes'], conflate: 5_000 });
  for (let n = 1; n <= 3; n++) stage.quote(A, BTC, n, n + 1);
  await late.subscribe({ streams: ['quotes'], conflate: 5_000 });
  await settled(early);
  assert.deepEqual(
    early.of('quote').map(({ bid, leftOut }) => [bid, leftOut]),
    [[3, 2]],
  );
  stage.quote(A, BTC, 4, 5);
  const other = await connectV2(stage);
  await other.subscribe({ streams: ['quotes'], conflate: 5_000 });
  await settled(late);
  assert.deepEqual(
    late.of('quote').map(({ bid, leftOut }) => [bid, leftOut]),
    [
      [3, 0],
      [4, 0],
    ],
  );
});

test('heartbeats come whether anything happens or not, count what was sent, and never run ahead of it', async (t) => {
  const stage = await stageOf(t, { speed: 20, limits: { heartbeatMs: 400 } });
  const client = await connectV2(stage);
  await client.next('heartbeat');
  assert.equal(client.of('heartbeat')[0]?.count, 0);
  await client.subscribe({ streams: ['quotes'], conflate: 5_000 });
  const seq = stage.quote(A, BTC, 1, 2);
  const beat = await until('it has come so far', () => client.of('heartbeat').find((one) => one.seq >= seq));
  assert.equal(beat.count, 1);
  assert.ok(client.messages.findIndex(({ type }) => type === 'quote') < client.messages.indexOf(beat));
});

test('a stalled client is closed with its reason while all others get everything', async (t) => {
  const stage = await stageOf(t, { limits: { bufferedBytesMax: 128 * 1024 } });
  const [stalled, healthy] = [await connectV2(stage), await connectV2(stage)];
  await stalled.subscribe({ streams: ['quotes'] });
  await healthy.subscribe({ streams: ['quotes'] });
  stalled.socket.pause();
  let published = 0;
  await until('it was closed', async () => {
    for (let n = 0; n < 100; n++) stage.quote(A, BTC, ++published, published + 1);
    await turn();
    return stage.feed.counters().closedSlow === 1;
  });
  await until('all are there', () => healthy.of('quote').length === published);
  assert.deepEqual(
    bids(healthy),
    Array.from({ length: published }, (_, n) => n + 1),
  );
  stalled.socket.resume();
  const { code, reason } = await stalled.closed;
  // Who reads within the grace is told; who does not is cut off.
  assert.ok((code === 1013 && /too slow/.test(reason)) || code === 1006, `${code} ${reason}`);
});

test('a snapshot on its way while quotes come: nothing twice, nothing lost, nothing of another request', async (t) => {
  const stage = await stageOf(t);
  const symbols = Array.from({ length: 400 }, (_, n) => `COIN${n}/USDT`);
  let published = 0;
  const burst = (count: number) => {
    for (let n = 0; n < count; n++) {
      stage.quote(A, symbols[(published * 7) % symbols.length] as string, published + 1, published + 2);
      published += 1;
    }
  };
  burst(400);
  for (const format of ['json', 'binary']) {
    const client = await connectV2(stage);
    // The first of these is overtaken while it is being answered.
    for (const id of [1, 2]) client.ask({ op: 'subscribe', id, streams: ['quotes'], format, conflate: 0 });
    for (let n = 0; n < 30; n++) {
      burst(20);
      await turn();
    }
    await until('up to the present', () => client.of('ready').length > 0);
    await settled(client);
    const from = client.messages.findIndex((one) => one.type === 'subscribed' && one.id === 2);
    assert.ok(from > 0);
    const quotes = client.messages.slice(from).flatMap((one) => (one.type === 'quote' ? [one] : []));
    const seen = new Map<string, number[]>();
    for (const { symbol, bid } of quotes) seen.set(symbol, [...(seen.get(symbol) ?? []), bid]);
    assert.equal(seen.size, symbols.length);
    // Each instrument's bids are 400 apart.
    for (const bidsOfOne of seen.values())
      assert.deepEqual(
        bidsOfOne,
        bidsOfOne.map((_, n) => (bidsOfOne[0] as number) + n * symbols.length),
      );
    assert.equal(Math.max(...quotes.map(({ bid }) => bid)), published);
  }
});

test('who does not read what it lacks while it is held is closed with that reason, and can begin anew', async (t) => {
  const stage = await stageOf(t, { limits: { recordsHeldMax: 30_000 } });
  const client = await connectV2(stage);
  await client.subscribe({ streams: ['gaps'] });
  const seq = client.of('ready')[0]?.seq;
  const burst = () => {
    for (let n = 0; n < 30_000; n++) stage.quote(A, BTC, n, n + 1);
  };
  burst();
  client.ask({ op: 'subscribe', streams: ['quotes'], since: { epoch: stage.epoch, seq } });
  client.socket.pause();
  await until('it does not get on', () => stage.feed.counters().bufferedBytes > 0);
  burst();
  client.socket.resume();
  const { code, reason } = await client.closed;
  assert.deepEqual([code, reason], [1013, 'too slow to catch up: what it lacks is no longer held']);
  assert.equal(stage.feed.counters().tooSlowToCatchUp, 1);
  // What had left before is in order and whole.
  const got = bids(client);
  assert.deepEqual(
    got,
    got.map((_, n) => n),
  );
  const again = await connectV2(stage);
  await again.subscribe({
    streams: ['quotes'],
    since: { epoch: stage.epoch, seq: client.of('quote').at(-1)?.seq ?? seq },
  });
  assert.equal(again.of('subscribed')[0]?.snapshotReason, 'too-old');
});

test('what is held is bounded: beyond it a client that comes back begins with a snapshot that says so', async (t) => {
  const stage = await stageOf(t, { limits: { recordsHeldMax: 100 } });
  const client = await connectV2(stage);
  await client.subscribe({ streams: ['quotes'] });
  const seqs = Array.from({ length: 150 }, (_, n) => stage.quote(A, BTC, n, n + 1));
  const back = async (seq: number | undefined, epoch = stage.epoch) => {
    const other = await connectV2(stage);
    await other.subscribe({ streams: ['quotes'], since: { epoch, seq } });
    return [other.of('subscribed')[0]?.snapshotReason, bids(other).length, other.of('quote')[0]?.flags[0]];
  };
  assert.deepEqual(await back(seqs[149]), [null, 0, undefined]);
  assert.deepEqual(await back(seqs[49]), [null, 100, 'resumed']);
  assert.deepEqual(await back(seqs[48]), ['too-old', 1, 'snapshot']);
  assert.deepEqual(await back(seqs[149], 1), ['other-epoch', 1, 'snapshot']);
  assert.deepEqual(
    [stage.feed.counters().resumes, stage.feed.counters().resumesTooOld, stage.feed.counters().recordsHeld],
    [2, 1, 100],
  );
});
