import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { fastify } from 'fastify';
import type { ChartData, LiveMessage } from '../../src/api/contract.js';
import { realtimeHttpRoute } from '../../src/api/realtime.js';
import { connectClient, handshake } from '../sockets/stage.js';
import { until } from '../support/wait.js';
import { symbolsNamed } from '../windows/stage.js';
import { DeltaClient, realtimeStage } from './realtime-stage.js';

const PATH = '/ws/realtime_charts';
const TWO = ['Alpha', 'Beta'];

const chartsOf = (text: string): ChartData[] => JSON.parse(text) as ChartData[];

/** Calls `run` about every `ms` until the test ends. */
function repeat(t: { after(run: () => void): void }, ms: number, run: () => void): void {
  const timer = setInterval(run, ms);
  t.after(() => clearInterval(timer));
}

test('an array of charts comes at once, and then every 200 ms whatever happens', async (t) => {
  const stage = await realtimeStage({ exchanges: TWO, symbols: ['BTC/USDT'] });
  t.after(() => stage.close());
  stage.tick();
  const client = await connectClient(stage.port, PATH);
  await until('the first frame', () => client.received.length > 0, 150);
  const [chart, ...others] = chartsOf(client.received[0]!);
  assert.equal(others.length, 0);
  assert.deepEqual(Object.keys(chart!), [
    'symbol',
    'exchange1',
    'exchange2',
    'timestamps',
    'spreads',
    'upperBand',
    'lowerBand',
  ]);
  const arrivedMs: number[] = [];
  client.socket.on('message', () => arrivedMs.push(performance.now()));
  await until('twenty gaps', () => arrivedMs.length > 20);
  const gaps = arrivedMs.slice(1).map((ms, i) => ms - arrivedMs[i]!);
  const median = gaps.sort((a, b) => a - b)[10]!;
  assert.ok(median > 190 && median < 230, `median gap ${median} ms`);
});

test('windows without points are left out; new watched pairs appear without reconnecting', async (t) => {
  const stage = await realtimeStage({
    exchanges: TWO,
    symbols: ['BTC/USDT', 'ETH/USDT'],
    pairs: [],
    speed: 20,
  });
  t.after(() => stage.close());
  const client = await connectClient(stage.port, PATH);
  await until('frames', () => client.received.length > 2);
  assert.equal(client.received[0], '[]');
  stage.watched.setPairs(
    [{ symbol: 'ETH/USDT', exchange1: 'Beta', exchange2: 'Alpha' }],
    stage.clock.nowUs(),
  );
  stage.tick();
  await until('a chart', () => client.received.at(-1) !== '[]');
  assert.deepEqual(
    chartsOf(client.received.at(-1)!).map(({ symbol, exchange1 }) => [symbol, exchange1]),
    [['ETH/USDT', 'Beta']],
  );
});

test('snake case on request; a bad value closes with the name of the parameter; HTTP is answered 400', async (t) => {
  const stage = await realtimeStage({ exchanges: TWO, symbols: ['BTC/USDT'] });
  t.after(() => stage.close());
  stage.tick();
  const snake = await connectClient(stage.port, `${PATH}?case=snake&unknown=1`);
  await until('a frame', () => snake.received.length > 0);
  const [chart] = JSON.parse(snake.received[0]!);
  assert.deepEqual(Object.keys(chart).slice(-2), ['upper_band', 'lower_band']);
  for (const [query, name] of [
    ['case=x', 'case'],
    ['mode=x', 'mode'],
    ['mode=delta&since=x', 'since'],
  ]) {
    const refused = await connectClient(stage.port, `${PATH}?${query}`);
    const { code, reason } = await refused.closed;
    assert.equal(code, 1008);
    assert.match(reason, new RegExp(`^${name}: expected `));
  }
  const app = fastify();
  realtimeHttpRoute(app);
  const response = await app.inject({ url: PATH });
  assert.equal(response.statusCode, 400);
  assert.match(response.body, /expected a WebSocket upgrade/);
});

test('problem 10: what one client gets is bounded: points of a chart, bytes of a frame', async (t) => {
  const symbols = symbolsNamed(100);
  const stage = await realtimeStage({ exchanges: TWO, symbols, pointsTotalMax: 320_000 });
  t.after(() => stage.close());
  for (let round = 0; round < 600; round += 1) stage.tick();
  const client = await connectClient(stage.port, PATH);
  const delta = await connectClient(stage.port, `${PATH}?mode=delta`);
  await until('frames of both', () => client.received.length > 1 && delta.received.length > 1);
  const frame = client.received[1]!;
  assert.ok(Buffer.byteLength(frame) <= 256 * 1024);
  const charts = chartsOf(frame);
  // All of them, with fewer points rather than fewer charts.
  assert.deepEqual(
    charts.map(({ symbol }) => symbol),
    symbols,
  );
  const { chartsLeftOut, chartPoints } = stage.realtime.counters();
  assert.equal(chartsLeftOut, 0);
  assert.ok(chartPoints >= 25 && chartPoints < 100);
  for (const chart of charts) assert.ok(chart.timestamps.length <= chartPoints);
  // A snapshot goes on in further frames until it is whole.
  const model = new DeltaClient();
  await until('the snapshot is whole', () => {
    for (const text of delta.received.splice(0)) {
      assert.ok(Buffer.byteLength(text) <= 256 * 1024);
      model.apply(JSON.parse(text) as LiveMessage);
    }
    return model.whole && model.charts.size === 100;
  });
});

test('few charts have all their points; where many would not fit, each has fewer, before any is left out', async (t) => {
  for (const [pairs, least, most] of [
    [10, 100, 100],
    [60, 51, 99],
  ] as const) {
    const stage = await realtimeStage({ exchanges: TWO, symbols: symbolsNamed(pairs) });
    t.after(() => stage.close());
    for (let round = 0; round < 600; round += 1) stage.tick();
    const client = await connectClient(stage.port, PATH);
    await until('a frame', () => client.received.length > 0);
    const charts = chartsOf(client.received[0]!);
    assert.equal(charts.length, pairs);
    for (const { timestamps } of charts)
      assert.ok(timestamps.length >= least && timestamps.length <= most, `${timestamps.length} points`);
  }
});

for (const deflate of [false, true])
  test(`problem 11: a stalled reader is closed with a reason, and others get every frame on time, deflated: ${deflate}`, async (t) => {
    const symbols = symbolsNamed(30);
    // The kernel takes some megabytes before anything waits here: of deflated frames, so many minutes' worth.
    const limits = { bufferedBytesMax: 512 * 1024, ...(deflate && { pingIntervalMs: 5_000 }) };
    const stage = await realtimeStage({ exchanges: TWO, symbols, speed: 4, limits });
    t.after(() => stage.close());
    for (let round = 0; round < 100; round += 1) stage.tick();
    const healthy = await connectClient(stage.port, PATH, { deflate });
    const stalled = await connectClient(stage.port, PATH, { deflate });
    stalled.socket.pause();
    const arrivedMs: number[] = [];
    healthy.socket.on('message', () => arrivedMs.push(performance.now()));
    repeat(t, 20, () => stage.tick());
    await until('the stalled one is closed', () => {
      const { closedSlow, closedDead } = stage.realtime.counters();
      return closedSlow + closedDead === 1;
    });
    assert.equal(stage.realtime.counters().messagesDeflated > 0, deflate);
    assert.ok(stage.realtime.counters().bufferedBytes < 1024 * 1024);
    stalled.socket.resume();
    const { code, reason } = await stalled.closed;
    assert.equal(code, 1013);
    assert.match(reason, deflate ? /^no sign of life/ : /^too slow/);
    const gaps = arrivedMs.slice(1).map((ms, i) => ms - arrivedMs[i]!);
    const median = gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)]!;
    assert.ok(median > 40 && median < 100, `median gap ${median} ms of 50 ms`);
    assert.equal(stage.realtime.counters().clients, 1);
  });

test('problem 13: a half-open socket is found within two ping periods', async (t) => {
  const speed = 40;
  const stage = await realtimeStage({ exchanges: TWO, symbols: ['BTC/USDT'], speed });
  t.after(() => stage.close());
  const silent = connect(stage.port, '127.0.0.1', () => silent.write(handshake(PATH)));
  silent.on('error', () => {});
  t.after(() => silent.destroy());
  await until('it is accepted', () => stage.realtime.counters().clients === 1);
  const sinceUs = stage.clock.nowUs();
  await until('it is gone', () => stage.realtime.counters().closedDead === 1);
  const tookMs = (stage.clock.nowUs() - sinceUs) / 1_000;
  assert.ok(tookMs <= 2 * 15_000 + 100 * speed, `found after ${tookMs} ms`);
  await until('no timer is left', () => stage.clock.pending() === 0);
});

test('problem 14 and 16: 1,000 clients come and go without an error, and leave no timer or reader', async (t) => {
  const stage = await realtimeStage({ exchanges: TWO, symbols: ['BTC/USDT', 'ETH/USDT'], speed: 20 });
  t.after(() => stage.close());
  repeat(t, 5, () => stage.tick());
  const paths = [
    PATH,
    `${PATH}?mode=delta`,
    `${PATH}?case=snake`,
    `${PATH}?mode=delta&since=1`,
    `${PATH}?mode=x`,
  ];
  for (let round = 0; round < 50; round += 1) {
    const clients = await Promise.all(
      Array.from({ length: 20 }, (_, i) => connectClient(stage.port, paths[i % paths.length])),
    );
    for (const [i, client] of clients.entries())
      if (i % 2 === 0) client.socket.terminate();
      else client.socket.close();
    await Promise.all(clients.map((client) => client.closed));
  }
  await until('all are gone', () => stage.realtime.counters().clients === 0);
  await until('no timer is left', () => stage.clock.pending() === 0);
  const { accepted, closedSlow, closedDead, clientsDelta } = stage.realtime.counters();
  assert.deepEqual([accepted, closedSlow, closedDead, clientsDelta], [1_000, 0, 0, 0]);
  for (const window of stage.watched.windows) assert.ok(window.followers <= 1);
});

test('problem 27: charts are independent: one that stands still costs nothing and holds up none', async (t) => {
  const stage = await realtimeStage({ exchanges: TWO, symbols: ['BTC/USDT', 'ETH/USDT'], speed: 10 });
  t.after(() => stage.close());
  stage.tick();
  const full = await connectClient(stage.port, PATH);
  const delta = await connectClient(stage.port, `${PATH}?mode=delta`);
  await until('both are served', () => full.received.length > 1 && delta.received.length > 0);
  await until('all is quiet', () => {
    const before = delta.received.length;
    const frames = full.received.length;
    return until('frames', () => full.received.length > frames + 3).then(
      () => delta.received.length === before,
    );
  });
  const before = stage.realtime.counters().chartsSerialised;
  for (let tick = 0; tick < 5; tick += 1) {
    const seen = delta.received.length;
    const frames = full.received.length;
    stage.quote('Alpha', 'ETH/USDT', stage.clock.nowUs(), 100 + tick);
    await until('a delta', () => delta.received.length > seen);
    await until('a frame', () => full.received.length > frames + 1);
    const message = JSON.parse(delta.received.at(-1)!) as LiveMessage;
    assert.deepEqual(
      message.charts.map(({ symbol, timestamps }) => [symbol, timestamps.length]),
      [['ETH/USDT', 1]],
    );
    assert.equal(chartsOf(full.received.at(-1)!).length, 2);
  }
  assert.equal(stage.realtime.counters().chartsSerialised - before, 5);
});

test('problem 28: timestamps are seconds that keep their milliseconds', async (t) => {
  const stage = await realtimeStage({ exchanges: TWO, symbols: ['BTC/USDT'] });
  t.after(() => stage.close());
  const startUs = stage.clock.nowUs() - 60_000_000;
  for (let tick = 0; tick < 50; tick += 1)
    stage.quote(TWO[tick % 2]!, 'BTC/USDT', startUs + tick * 7_300, 100 + tick);
  const client = await connectClient(stage.port, PATH);
  await until('a frame', () => client.received.length > 0);
  const [chart] = chartsOf(client.received[0]!);
  assert.equal(chart!.timestamps.length, 49);
  chart!.timestamps.forEach((seconds, row) => {
    assert.equal(seconds, Math.floor((startUs + (row + 1) * 7_300) / 1_000) / 1_000);
  });
  assert.equal(new Set(chart!.timestamps).size, 49);
});

test('problem 29: made once for all clients, and not at all for none', async (t) => {
  const stage = await realtimeStage({ exchanges: TWO, symbols: symbolsNamed(5), speed: 10 });
  t.after(() => stage.close());
  for (let tick = 0; tick < 100; tick += 1) stage.tick();
  assert.equal(stage.realtime.counters().chartsSerialised, 0);
  assert.equal(stage.clock.pending(), 0);

  const clients = await Promise.all(Array.from({ length: 8 }, () => connectClient(stage.port, PATH)));
  await until('all have a frame', () => clients.every(({ received }) => received.length > 0));
  const before = stage.realtime.counters();
  assert.equal(before.chartsSerialised, 5);
  for (let round = 0; round < 6; round += 1) {
    stage.tick();
    const frames = clients.map(({ received }) => received.length);
    await until('everybody has the change', () =>
      clients.every(({ received }, i) => received.length > frames[i]! + 1),
    );
  }
  const after = stage.realtime.counters();
  assert.equal(after.chartsSerialised - before.chartsSerialised, 6 * 5);
  assert.equal(after.framesSerialised - before.framesSerialised, 6);
  assert.equal(new Set(clients.map(({ received }) => received.at(-1))).size, 1);

  for (const { socket } of clients) socket.close();
  await until('all are gone', () => stage.realtime.counters().clients === 0);
  const left = stage.realtime.counters();
  for (let tick = 0; tick < 100; tick += 1) stage.tick();
  await until('no timer is left', () => stage.clock.pending() === 0);
  assert.equal(stage.realtime.counters().chartsSerialised, left.chartsSerialised);
});
