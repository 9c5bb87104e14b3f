// A client that does what realtime.ts says must hold what the windows hold, however it came to be connected.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LiveMessage } from '../../src/api/contract.js';
import { type Delta, type DeltaLimits, DeltaStream } from '../../src/api/realtime-deltas.js';
import type { PairWindow } from '../../src/windows/window.js';
import { connectClient } from '../sockets/stage.js';
import { until } from '../support/wait.js';
import { allPairs, START_US, type WindowStage, windowStage } from '../windows/stage.js';
import { chartKey, DeltaClient, realtimeStage, windowRowsOutside } from './realtime-stage.js';

const PATH = '/ws/realtime_charts';
const EXCHANGES = ['Alpha', 'Beta', 'Gamma'];
const SYMBOLS = ['BTC/USDT', 'ETH/USDT'];
const PAIRS = allPairs({ exchanges: EXCHANGES, symbols: SYMBOLS });
const LARGE: DeltaLimits = {
  pointsPerChart: 10_000,
  frameBytesMax: 4_000_000,
  snapshotBytesMax: 16_000_000,
  heldMax: 8,
  heldBytesMax: 4_000_000,
};
/** Two or three charts a frame, so that much is put off. */
const SMALL: DeltaLimits = { ...LARGE, pointsPerChart: 20, frameBytesMax: 3_000, snapshotBytesMax: 12_000 };

interface Step {
  readonly kind: 'quote' | 'gap' | 'late' | 'step' | 'pairs' | 'connect' | 'resume';
  readonly exchange: string;
  readonly symbol: string;
  readonly stepUs: number;
  readonly bid: number;
  readonly backUs: number;
  readonly pairs: number;
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: fc.oneof(
      { weight: 60, arbitrary: fc.constant('quote' as const) },
      { weight: 3, arbitrary: fc.constant('gap' as const) },
      { weight: 3, arbitrary: fc.constant('late' as const) },
      { weight: 10, arbitrary: fc.constant('step' as const) },
      { weight: 1, arbitrary: fc.constant('pairs' as const) },
      { weight: 3, arbitrary: fc.constant('connect' as const) },
      { weight: 2, arbitrary: fc.constant('resume' as const) },
    ),
    exchange: fc.constantFrom(...EXCHANGES),
    symbol: fc.constantFrom(...SYMBOLS),
    stepUs: fc.oneof(
      { weight: 30, arbitrary: fc.integer({ min: 1, max: 800 }) },
      { weight: 1, arbitrary: fc.constantFrom(100_000, 2_000_000) },
    ),
    bid: fc.integer({ min: 9_900, max: 10_100 }),
    backUs: fc.oneof(fc.integer({ min: 0, max: 5_000 }), fc.constant(3_000_000)),
    pairs: fc.integer({ min: 0, max: PAIRS.length }),
  }),
  { minLength: 50, maxLength: 400, size: 'max' },
);

interface Outcome {
  readonly stage: WindowStage;
  readonly clients: readonly DeltaClient[];
  readonly frames: readonly Buffer[];
  readonly stream: DeltaStream;
}

function receive(client: DeltaClient, messages: readonly Delta[], frames: Buffer[]): void {
  for (const message of messages) {
    frames.push(message.bytes('camel'));
    client.apply(JSON.parse(message.bytes('camel').toString()) as LiveMessage);
  }
}

/** Clients connect all along; one is away most of the time and comes back with `since`. */
function play(history: readonly Step[], limits: DeltaLimits): Outcome {
  const stage = windowStage({
    exchanges: EXCHANGES,
    symbols: SYMBOLS,
    lengthMs: 10_000,
    staleLimitUs: 1_500_000,
  });
  const windows = (): readonly PairWindow[] => stage.watched.windows;
  const stream = new DeltaStream(1, limits);
  const frames: Buffer[] = [];
  const clients: DeltaClient[] = [];
  const wanderer = new DeltaClient();
  const connect = (client: DeltaClient) => {
    receive(client, stream.snapshot(windows(), clients.length === 0), frames);
    assert.ok(client.whole);
  };
  const resume = () => {
    const missed = stream.since(wanderer.seq);
    if (missed === null) receive(wanderer, stream.snapshot(windows(), false), frames);
    else receive(wanderer, missed, frames);
  };
  const deliver = (): boolean => {
    const delta = stream.step(windows());
    if (delta !== null) for (const client of clients) receive(client, [delta], frames);
    return delta !== null;
  };
  let nowUs = START_US;
  const late = (id: number) => {
    const isLate = stage.hub.lagging[id] === 1;
    stage.hub.status(id, isLate ? 'in-time' : 'lagging', isLate ? 1_500_000 : 300_000, nowUs);
  };
  for (const { kind, exchange, symbol, stepUs, bid, backUs, pairs } of history) {
    nowUs += stepUs;
    if (kind === 'quote') stage.quote(exchange, symbol, nowUs, bid);
    else if (kind === 'gap') stage.hub.gap(stage.id(exchange, symbol), nowUs - backUs, 'silent', nowUs);
    else if (kind === 'late') late(stage.id(exchange, symbol));
    else if (kind === 'step') deliver();
    else if (kind === 'pairs') stage.watched.setPairs(PAIRS.slice(pairs), nowUs);
    else if (kind === 'resume') resume();
    else {
      const client = new DeltaClient();
      connect(client);
      clients.push(client);
    }
  }
  while (deliver()) assert.ok(frames.length < 100_000, 'the stream comes to rest');
  resume();
  return { stage, clients: [...clients, wanderer], frames, stream };
}

test('every client holds what the windows hold, whether it stayed, came late or came back', () => {
  fc.assert(
    fc.property(steps, (history) => {
      const { stage, clients } = play(history, LARGE);
      for (const client of clients) {
        const { windows } = stage.watched;
        for (const window of windows) {
          const rows = windowRowsOutside(window);
          const held = client.charts.get(chartKey(window)) ?? [];
          // Its own clock is the newest point: it may keep for longer what has left the window.
          assert.deepEqual(held.slice(held.length - rows.length), rows);
          if (held.length > 0) assert.deepEqual(client.late.get(chartKey(window)), window.late);
          for (const [seconds] of held.slice(0, held.length - rows.length))
            assert.ok(seconds * 1e6 < window.nowUs - window.lengthUs);
        }
        const watched = new Set(windows.map(chartKey));
        for (const key of client.charts.keys()) assert.ok(watched.has(key), `${key} is watched no more`);
      }
    }),
    { numRuns: 150 },
  );
});

test('in small frames nothing is lost for good: what clients hold is of the window, to its newest point', () => {
  let putOff = 0;
  fc.assert(
    fc.property(steps, (history) => {
      const { stage, clients, frames, stream } = play(history, SMALL);
      putOff += stream.putOff;
      for (const frame of frames) assert.ok(frame.length <= SMALL.frameBytesMax, `${frame.length} bytes`);
      for (const client of clients)
        for (const window of stage.watched.windows) {
          const rows = windowRowsOutside(window);
          const held = client.charts.get(chartKey(window)) ?? [];
          if (rows.length === 0) continue;
          assert.deepEqual(held.at(-1), rows.at(-1));
          const real = new Set(rows.map((row) => JSON.stringify(row)));
          for (const row of held)
            assert.ok(
              row[0] * 1e6 < window.coversFromUs || real.has(JSON.stringify(row)),
              `${row} is not of it`,
            );
        }
    }),
    { numRuns: 400 },
  );
  assert.ok(putOff > 0, 'frames were too small at times');
});

test('the snake form says the same with other keys', () => {
  const { stage, stream } = play([], LARGE);
  for (const [at, exchange] of EXCHANGES.entries())
    stage.quote(exchange, 'BTC/USDT', START_US + at + 1, 100 + at);
  stream.step(stage.watched.windows);
  stage.quote('Alpha', 'BTC/USDT', START_US + 5_000, 100);
  stage.hub.gap(stage.id('Alpha', 'BTC/USDT'), START_US + 2, 'silent', START_US + 6_000);
  const delta = stream.step(stage.watched.windows)!;
  const camel = JSON.parse(delta.bytes('camel').toString());
  const snake = JSON.parse(delta.bytes('snake').toString());
  const [chart] = camel.charts;
  const { upperBand, lowerBand, retractedFrom, coversFrom, ...rest } = chart;
  assert.equal(retractedFrom, START_US / 1e6);
  assert.deepEqual(snake.charts[0], {
    ...rest,
    upper_band: upperBand,
    lower_band: lowerBand,
    retracted_from: retractedFrom,
    covers_from: coversFrom,
  });
});

test('a delta client that comes back goes on where it was, and gets a snapshot when it was away too long', async (t) => {
  const stage = await realtimeStage({
    exchanges: ['Alpha', 'Beta'],
    symbols: ['BTC/USDT'],
    speed: 20,
    limits: { deltasHeldMax: 5 },
  });
  t.after(() => stage.close());
  stage.tick();
  const staying = await connectClient(stage.port, `${PATH}?mode=delta`);
  const messages = (received: readonly string[]) => received.map((text) => JSON.parse(text) as LiveMessage);
  const nextDelta = async () => {
    const seen = staying.received.length;
    stage.tick();
    await until('a delta', () => staying.received.length > seen);
  };
  await until('its snapshot', () => staying.received.length > 0);
  await nextDelta();
  const seq = messages(staying.received).at(-1)!.seq;
  await nextDelta();
  await nextDelta();
  const back = await connectClient(stage.port, `${PATH}?mode=delta&since=${seq}`);
  await until('what it missed', () => back.received.length === 2);
  assert.deepEqual(back.received, staying.received.slice(-2));
  const still = await connectClient(stage.port, `${PATH}?mode=delta&since=${seq + 2}`);
  await until('an empty delta', () => still.received.length === 1);
  assert.deepEqual(JSON.parse(still.received[0]!), { type: 'delta', seq: seq + 2, charts: [], removed: [] });
  for (let i = 0; i < 6; i += 1) await nextDelta();
  const late = await connectClient(stage.port, `${PATH}?mode=delta&since=${seq}`);
  await until('a snapshot', () => late.received.length === 1);
  assert.equal(messages(late.received)[0]!.type, 'snapshot');
  assert.equal(stage.realtime.counters().resumed, 2);
});
