import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRealClock } from '../src/clock.js';

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
