// The ring between a thread that ingests and the hub: whatever the pace of either end, every quote comes out or is
// counted, the last one always comes, and nothing changes places within an instrument.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { createRealClock } from '../../src/clock.js';
import { InstrumentTable } from '../../src/core/instrument.js';
import { createRingMemory, RingReader, RingWriter, SLOT_INTS } from '../../src/core/ring.js';
import { RingDrain } from '../../src/ingest/ring-drain.js';
import { RingLane } from '../../src/ingest/ring-lane.js';
import { RingSink } from '../../src/ingest/ring-sink.js';
import { createRandom } from '../../src/sim/random.js';
import { VirtualClock } from '../../src/sim/virtual-clock.js';
import { until } from '../support/wait.js';
import { checkTold, INSTRUMENTS, Sender, Taker } from './ring-stage.js';

const EVERYTHING = Number.POSITIVE_INFINITY;

test('whatever the pace of both ends, all comes out or is counted, in order', () => {
  let thinned = 0;
  let straight = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const random = createRandom(seed, 'pace');
    const clock = new VirtualClock(0);
    const memory = createRingMemory(64 * 2 ** (4 + random.below(6)));
    const instruments = new InstrumentTable();
    const sink = new RingSink({
      ...{ memory, instruments, instrumentsMax: 16, coldWaitingMax: 100_000, clock },
      wake: () => {},
    });
    const taker = new Taker();
    const lane = new RingLane(memory, taker.instruments, 16, taker);
    const sender = new Sender(instruments, sink, random);
    const hurry = random.next();
    for (let turn = 0; turn < 400; turn++) {
      for (let lot = random.below(40); lot > 0; lot--) sender.step();
      if (random.next() < 0.3) clock.advance(1);
      if (random.next() > hurry) continue;
      lane.drain(EVERYTHING, random.below(100));
      if (random.next() < 0.7) lane.letGo();
    }
    do {
      lane.drain(EVERYTHING, EVERYTHING);
      lane.letGo();
    } while (!sink.flush());
    lane.drain(EVERYTHING, EVERYTHING);
    const hint = `seed ${seed}`;
    for (let at = 0; at < INSTRUMENTS; at++) checkTold(sender.sent[at]!, taker.told[at]!, hint);
    assert.equal(taker.alives, sender.alives, hint);
    assert.equal(lane.counters().thinned, taker.thinnedCount, hint);
    const quotes = sender.sent.flat().filter(({ what }) => what === 'quote').length;
    assert.equal(taker.quotes + taker.thinnedCount, quotes, hint);
    const trades = (from: readonly { what: string }[][]) =>
      from.flat().filter(({ what }) => what === 'trade').length;
    assert.equal(trades(taker.told) + lane.counters().tradesDropped, trades(sender.sent), hint);
    assert.equal(sink.waiting, 0, hint);
    if (taker.thinnedCount > 0) thinned += 1;
    else straight += 1;
  }
  assert.ok(thinned > 5 && straight > 5, `${thinned} worlds were thinned, ${straight} were not`);
});

for (const [what, coldWaitingMax, pauseMs] of [
  ['a reader that keeps up', 4_096, 0],
  ['a reader that stands still now and then', 4_096, 15],
  ['so much that may not be lost that the writer stands still', 8, 15],
] as const)
  test(`over two threads: ${what}`, async () => {
    const seed = 7;
    const clock = createRealClock();
    const memory = createRingMemory(64 * 512);
    const taker = new Taker();
    const lane = new RingLane(memory, taker.instruments, 16, taker);
    const drain = new RingDrain({ clock, recordsPerTurn: 128 });
    drain.add(lane);
    let done: { sent: Sender['sent']; alives: number } | undefined;
    const worker = new Worker(new URL('./ring-writer-thread.js', import.meta.url), {
      workerData: { memory, seed, steps: 60_000, coldWaitingMax },
    });
    try {
      worker.on('message', (message) => {
        if (message === 'wake') drain.wake();
        else done = message;
      });
      await until('everything handed over', () => {
        const endMs = performance.now() + pauseMs;
        while (performance.now() < endMs);
        return done !== undefined && lane.counters().waiting === 0;
      });
      const hint = `seed ${seed}`;
      for (let at = 0; at < INSTRUMENTS; at++) checkTold(done!.sent[at]!, taker.told[at]!, hint);
      assert.equal(taker.alives, done!.alives);
      const { thinned, stoodStill } = lane.counters();
      if (pauseMs > 0) assert.ok(thinned > 0, 'it was made to conflate');
      if (coldWaitingMax < 100) assert.ok(stoodStill > 0, 'it was made to stand still');
    } finally {
      drain.close();
      await worker.terminate();
      clock.close();
    }
  });

test('records of several rings come in the order of their moments', () => {
  const clock = new VirtualClock(0);
  const order: number[] = [];
  const nothing = () => {};
  const target = { trade: nothing, gap: nothing, status: nothing, alive: nothing, thinned: nothing };
  const drain = new RingDrain({ clock, recordsPerTurn: 1_000 });
  const quote = (_id: number, _b: number, _bs: number, _a: number, _as: number, _x: number, us: number) =>
    void order.push(us);
  const known = new InstrumentTable();
  const sinks = ['Alpha', 'Beta', 'Gamma'].map((exchange) => {
    const memory = createRingMemory(64 * 1024);
    const instruments = new InstrumentTable();
    instruments.intern(exchange, 'A/USDT');
    drain.add(new RingLane(memory, known, 16, { ...target, quote }));
    return new RingSink({ memory, instruments, instrumentsMax: 16, coldWaitingMax: 9, clock, wake: nothing });
  });
  const random = createRandom(3, 'rings');
  for (let us = 1; us <= 600; us++) sinks[random.below(3)]!.quote(0, 1, 1, 2, 1, Number.NaN, us);
  assert.equal(drain.oldestUs, 0, 'names come first: what is behind them is not known');
  drain.wake();
  clock.advance(5);
  assert.equal(drain.oldestUs, Number.POSITIVE_INFINITY);
  assert.deepEqual(
    order,
    Array.from({ length: 600 }, (_, at) => at + 1),
  );
  for (const us of [702, 700]) sinks[us % 3]!.quote(0, 1, 1, 2, 1, Number.NaN, us);
  assert.equal(drain.oldestUs, 700, 'what time may not overtake');
  drain.close();
});

test('a sleeping reader is woken once, and nothing is missed between its last look and its sleep', () => {
  const memory = createRingMemory(64 * 8);
  const writer = new RingWriter(memory);
  const reader = new RingReader(memory);
  const write = (): boolean => {
    writer.ints[writer.claim(1) * SLOT_INTS] = 1;
    return writer.commit();
  };
  assert.equal(write(), false, 'it is awake');
  assert.equal(reader.sleep(), false, 'something lies there');
  reader.pass(1);
  assert.equal(reader.peek(), -1);
  assert.equal(reader.sleep(), true);
  assert.deepEqual([write(), write(), write()], [true, false, false]);
});

test('what was written and not read is never overwritten, records longer than the rest of the ring included', () => {
  const memory = createRingMemory(64 * 16);
  const writer = new RingWriter(memory);
  const reader = new RingReader(memory);
  const random = createRandom(11, 'slots');
  const under: { mark: number; slots: number }[] = [];
  let mark = 0;
  for (let step = 0; step < 20_000; step++) {
    const slots = 1 + random.below(6);
    if (random.next() < 0.5) {
      const at = writer.claim(slots);
      if (at < 0) continue;
      assert.ok(at + slots <= writer.size);
      mark += 1;
      for (let slot = at; slot < at + slots; slot++)
        writer.ints.fill(mark, slot * SLOT_INTS, (slot + 1) * SLOT_INTS);
      writer.commit();
      under.push({ mark, slots });
      continue;
    }
    const at = reader.peek();
    const next = under.shift();
    assert.equal(at >= 0, next !== undefined);
    if (next === undefined) continue;
    const seen = reader.ints.subarray(at * SLOT_INTS, (at + next.slots) * SLOT_INTS);
    assert.ok(
      seen.every((value) => value === next.mark),
      `step ${step}`,
    );
    reader.pass(next.slots);
    reader.letGo();
  }
});

test('a writer that is gone leaves a gap of each instrument whose quote stood, and none that lags for ever', () => {
  const memory = createRingMemory(64 * 64);
  const clock = new VirtualClock(0);
  const instruments = new InstrumentTable();
  for (const base of ['A', 'B', 'C']) instruments.intern('Alpha', `${base}/USDT`);
  const sink = new RingSink({
    memory,
    instruments,
    instrumentsMax: 16,
    coldWaitingMax: 9,
    clock,
    wake: () => {},
  });
  const told: unknown[] = [];
  const nothing = () => {};
  const known = new InstrumentTable();
  known.intern('Beta', 'A/USDT');
  const lane = new RingLane(memory, known, 16, {
    ...{ quote: nothing, trade: nothing, alive: nothing, thinned: nothing },
    status: (id, status, value, nowUs) => told.push([known.get(id).symbol, status, value, nowUs]),
    gap: (id, fromUs, reason, nowUs) => told.push([known.get(id).symbol, fromUs, reason, nowUs]),
  });
  sink.quote(0, 1, 1, 2, 1, Number.NaN, 100);
  sink.quote(1, 1, 1, 2, 1, Number.NaN, 200);
  sink.gap(1, 210, 'silent', 250);
  sink.status(0, 'age-limit', 5_000_000, 251);
  for (const id of [0, 1, 2]) sink.status(id, 'lagging', 400_000, 252);
  sink.status(2, 'in-time', 7_000_000, 253);
  sink.alive('Alpha#1', 260, 300);
  lane.drain(EVERYTHING, EVERYTHING);
  told.length = 0;
  lane.tellLost(900);
  lane.tellLost(950);
  assert.deepEqual(told, [
    ['A/USDT', 'in-time', 5_000_000, 900],
    ['B/USDT', 'in-time', 60_000_000, 900],
    ['A/USDT', 301, 'disconnect', 900],
  ]);
});
