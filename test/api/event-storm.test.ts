// A storm of events as the whole stream sees it: 50 charts, three exchanges a symbol, 2,000 ticks a second, watched by
// one client and by a thousand. All work is counted, and is what the relevant events ask for: not one call more.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import type { LiveMessage } from '../../src/api/contract.js';
import { REALTIME_PATH, Realtime, type RealtimeCounters } from '../../src/api/realtime.js';
import { silentLog } from '../../src/core/log.js';
import { LIMITS } from '../../src/limits.js';
import { createRandom } from '../../src/sim/random.js';
import { VirtualClock } from '../../src/sim/virtual-clock.js';
import { connectClient, handshake } from '../sockets/stage.js';
import { until } from '../support/wait.js';
import { allPairs, START_US, symbolsNamed, windowStage } from '../windows/stage.js';
import { serveRealtime } from './realtime-stage.js';

const EXCHANGES = ['Alpha', 'Beta', 'Gamma'];
/** Of 20 symbols all pairs could be watched; 50 are, so that some quotes concern two charts, some one, some none. */
const SYMBOLS = symbolsNamed(24);
const CHARTS = allPairs({ exchanges: EXCHANGES, symbols: SYMBOLS })
  .filter(({ symbol }) => Number(symbol.match(/\d+/)) < 20)
  .filter((_pair, at) => at % 6 !== 5);
const TICKS_A_PERIOD = 400;
const PERIODS = 15;
const SEED = 20_261_128;

/** Every tick of one period: which instrument, and when after its beginning. */
function ticksOf(
  period: number,
): { readonly exchange: string; readonly symbol: string; readonly us: number }[] {
  const random = createRandom(SEED, period);
  return Array.from({ length: TICKS_A_PERIOD }, (_, at) => ({
    exchange: EXCHANGES[random.below(EXCHANGES.length)]!,
    // Some symbols stand still for whole periods: their charts are none of the work.
    symbol: SYMBOLS[random.below(SYMBOLS.length - (period % 5) * 4)]!,
    us: (at + 1) * 499,
  }));
}

/** What the ticks ask for, from their list alone. */
function expected() {
  const known = new Set<string>();
  const counts = { events: 0, updates: 0, changes: 0, chartsChanged: 0, points: 0, periodsChanged: 0 };
  for (let period = 0; period < PERIODS; period += 1) {
    const changed = new Set<number>();
    for (const { exchange, symbol } of ticksOf(period)) {
      known.add(`${exchange} ${symbol}`);
      let updates = 0;
      for (const [at, pair] of CHARTS.entries()) {
        if (pair.symbol !== symbol || (pair.exchange1 !== exchange && pair.exchange2 !== exchange)) continue;
        updates += 1;
        const other = pair.exchange1 === exchange ? pair.exchange2 : pair.exchange1;
        if (!known.has(`${other} ${symbol}`)) continue;
        counts.changes += 1;
        changed.add(at);
      }
      counts.updates += updates;
      if (updates > 0) counts.events += 1;
    }
    counts.chartsChanged += changed.size;
    if (changed.size > 0) counts.periodsChanged += 1;
  }
  counts.points = counts.changes;
  return counts;
}

interface Run {
  readonly watched: { readonly events: number; readonly updates: number; readonly changes: number };
  readonly listenerCalls: number;
  readonly counters: RealtimeCounters;
  readonly chartsTold: number;
  readonly pointsTold: number;
  readonly frames: number;
}

/** `crowd` clients of the delta mode, and one of either mode that reads what it gets. */
async function storm(crowd: number): Promise<Run> {
  const stage = windowStage({ exchanges: EXCHANGES, symbols: SYMBOLS, pairs: CHARTS });
  const clock = new VirtualClock(START_US);
  let listenerCalls = 0;
  stage.watched.onChanged(() => (listenerCalls += 1));
  // So few points that a frame always has room: making room is work of its own.
  const limits = { ...LIMITS.realtime, pointsPerChart: 50, bufferedBytesTotalMax: 256 * 1024 * 1024 };
  const realtime = new Realtime({ windows: () => stage.watched.windows, clock, log: silentLog, limits });
  const { port, closeServer } = await serveRealtime(realtime);
  const full = await connectClient(port, REALTIME_PATH);
  const delta = await connectClient(port, `${REALTIME_PATH}?mode=delta`);
  for (let i = 0; i < crowd; i += 1) {
    // Takes what comes and looks at nothing; every other one agrees to deflate.
    const socket = connect(port, '127.0.0.1').resume();
    const agreeing = i % 2 === 0 ? '\r\nSec-WebSocket-Extensions: permessage-deflate' : '';
    socket.write(handshake(`${REALTIME_PATH}?mode=delta`).replace('\r\n\r\n', `${agreeing}\r\n\r\n`));
    socket.on('error', () => {});
  }
  await until('all are there', () => realtime.counters().clients === crowd + 2);
  for (let period = 0; period < PERIODS; period += 1) {
    for (const [at, { exchange, symbol, us }] of ticksOf(period).entries())
      stage.quote(exchange, symbol, clock.nowUs() + us, 100 + ((at * 13 + period) % 997) / 7);
    clock.advance(LIMITS.realtime.periodMs);
    await until('the frame is out', () => {
      const { bufferedBytes } = realtime.counters();
      return full.received.length > period + 1 && bufferedBytes === 0;
    });
  }
  const counters = realtime.counters();
  const told = () => delta.received.map((text) => JSON.parse(text) as LiveMessage);
  await until('the deltas have come', () => told().length === counters.deltas + 1);
  const charts = told().flatMap((message) => message.charts);
  const run = {
    watched: stage.watched.counters(),
    listenerCalls,
    counters,
    chartsTold: charts.length,
    pointsTold: charts.reduce((sum, { timestamps }) => sum + timestamps.length, 0),
    frames: full.received.length,
  };
  const closed = realtime.close();
  clock.advance(10_000);
  await closed;
  await closeServer();
  assert.equal(clock.pending, 0, 'no timer is left');
  return run;
}

test('problem 7: updates, calls, frames and bytes made are those of the relevant events, for 1 client and for 1,000', async () => {
  const counts = expected();
  assert.equal(CHARTS.length, 50);
  const ticks = PERIODS * TICKS_A_PERIOD;
  assert.ok(counts.events < ticks, 'some ticks concern nobody');
  assert.ok(counts.updates > counts.events, 'and some two charts');
  assert.ok(counts.chartsChanged < PERIODS * CHARTS.length, 'and some charts stand still');
  const work: unknown[] = [];
  for (const crowd of [0, 998]) {
    const { watched, listenerCalls, counters, chartsTold, pointsTold, frames } = await storm(crowd);
    const { events, updates, changes } = watched;
    assert.deepEqual(
      { events, updates, changes, listenerCalls },
      {
        events: counts.events,
        updates: counts.updates,
        changes: counts.changes,
        listenerCalls: counts.changes,
      },
      `seed ${SEED}, ${crowd} more clients`,
    );
    const { chartsSerialised, framesSerialised, deltas, snapshots, framesDeflated } = counters;
    // A full frame holds every chart; only those that changed are made anew.
    assert.equal(chartsSerialised, counts.chartsChanged);
    assert.equal(framesSerialised, counts.periodsChanged + 1);
    assert.equal(frames, PERIODS + 1);
    assert.equal(deltas, counts.periodsChanged);
    assert.deepEqual([chartsTold, pointsTold], [counts.chartsChanged, counts.points]);
    // All came before the first delta.
    assert.equal(snapshots, 1);
    // Both streams of every period; an empty frame and an empty snapshot are not worth it.
    assert.equal(framesDeflated, counts.periodsChanged * 2);
    // The first full frame, a snapshot for each client of deltas, then what was made, to all.
    const deltaClients = crowd + 1;
    assert.equal(counters.messagesSent, 1 + PERIODS + deltaClients * (1 + counts.periodsChanged));
    assert.deepEqual([counters.closedSlow, counters.closedDead, counters.clients], [0, 0, crowd + 2]);
    work.push({
      events,
      updates,
      changes,
      listenerCalls,
      chartsSerialised,
      framesSerialised,
      deltas,
      framesDeflated,
    });
  }
  assert.deepEqual(work[0], work[1]);
});
