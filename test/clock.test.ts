import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { createFollowingClock, createRealClock } from '../src/clock.js';

function machineAt(startMs: number) {
  const state = { monotonicMs: 0, wallMs: startMs };
  const time = { monotonicMs: () => state.monotonicMs, wallMs: () => state.wallMs };
  return { state, time };
}

test('a wall clock that steps back never makes time go back, and is caught up with by slewing', () => {
  const { state, time } = machineAt(1_000_000);
  const clock = createRealClock(time);
  try {
    let last = clock.nowUs();
    assert.equal(last, 1_000_000_000);
    state.wallMs -= 3_000;
    for (let step = 0; step < 600; step++) {
      state.monotonicMs += 100;
      state.wallMs += 100;
      if (step % 10 === 0) clock.correct();
      const now = clock.nowUs();
      assert.ok(now > last, `time went from ${last} to ${now}`);
      assert.ok(now - last <= 110_001, 'slewed, not stepped');
      last = now;
    }
    assert.ok(Math.abs(clock.nowUs() - state.wallMs * 1_000) < 3_000, `${clock.nowUs()} vs ${state.wallMs}`);
  } finally {
    clock.close();
  }
});

test('a wall clock that steps forward is approached at no more than a tenth over real time', () => {
  const { state, time } = machineAt(0);
  const clock = createRealClock(time);
  try {
    state.wallMs += 60_000;
    clock.correct();
    assert.equal(clock.offsetMs(), 60_000);
    state.monotonicMs += 1_000;
    assert.equal(clock.nowUs(), 1_100_000);
  } finally {
    clock.close();
  }
});

test('a clock that follows tells the same time through every slew, and never goes back', () => {
  const { state, time } = machineAt(1_000_000);
  const clock = createRealClock(time);
  try {
    const follower = createFollowingClock(clock.face!, time);
    let last = 0;
    for (let step = 0; step < 2_000; step++) {
      state.monotonicMs += 13.7;
      state.wallMs += step % 500 === 0 ? -2_000 : 17;
      if (step % 70 === 0) clock.correct();
      const now = follower.nowUs();
      assert.equal(now, clock.nowUs(), `step ${step}`);
      assert.ok(now > last);
      last = now;
    }
  } finally {
    clock.close();
  }
});

test('a clock that follows does not go back where it learns late that the rate has fallen', () => {
  const { state, time } = machineAt(0);
  const clock = createRealClock(time);
  try {
    state.wallMs += 60_000;
    clock.correct();
    const follower = createFollowingClock(clock.face!, time);
    state.monotonicMs += 1_000;
    const behind = { ...time, monotonicMs: () => state.monotonicMs - 40 };
    const early = createFollowingClock(clock.face!, behind);
    const before = follower.nowUs();
    // It was read 40 ms ago, and is shown only now.
    state.monotonicMs -= 40;
    state.wallMs -= 120_000;
    clock.correct();
    state.monotonicMs += 40;
    assert.ok(follower.nowUs() >= before);
    assert.ok(early.nowUs() <= before);
  } finally {
    clock.close();
  }
});

test('another thread that follows tells a time between two readings here', async () => {
  const clock = createRealClock();
  const asks = new Int32Array(new SharedArrayBuffer(4));
  const told = new Float64Array(new SharedArrayBuffer(8));
  const worker = new Worker(new URL('./clock-thread.js', import.meta.url), {
    workerData: { face: clock.face, cell: asks.buffer, told: told.buffer },
  });
  try {
    await new Promise((resolve) => worker.once('online', resolve));
    for (let time = 0; time < 300; time++) {
      const before = clock.nowUs();
      Atomics.store(asks, 0, 1);
      Atomics.notify(asks, 0);
      while (Atomics.load(asks, 0) === 1);
      const after = clock.nowUs();
      // The counters of two threads can be compared to within microseconds.
      assert.ok(told[0]! >= before - 20 && told[0]! <= after + 20, `${before} ${told[0]} ${after}`);
    }
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    Atomics.store(asks, 0, 2);
    Atomics.notify(asks, 0);
    await ended;
  } finally {
    await worker.terminate();
    clock.close();
  }
});
