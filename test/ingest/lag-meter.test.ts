import assert from 'node:assert/strict';
import { test } from 'node:test';
import { US_PER_MINUTE, US_PER_MS, US_PER_SECOND } from '../../src/core/time.js';
import { LagMeter } from '../../src/ingest/lag-meter.js';

const LIMIT_US = 150 * US_PER_MS;
const LOOK_US = 25 * US_PER_MS;
/** By which the exchange's clock is ahead of ours. */
const AHEAD_US = 3 * US_PER_SECOND;

/** One connection under a clock of its own, with quotes in every look. */
function stage() {
  const meter = new LagMeter();
  let nowUs = 1e15;
  const during = (forUs: number, ageOf: (us: number) => number, waitedUs = 0): void => {
    for (const endUs = nowUs + forUs; nowUs < endUs; nowUs += LOOK_US) {
      for (const at of [5, 15]) {
        const us = nowUs + at * US_PER_MS;
        meter.quote(us + AHEAD_US - ageOf(us), us);
      }
      meter.look(nowUs + LOOK_US, waitedUs, LIMIT_US);
    }
  };
  return { meter, during, now: () => nowUs };
}

test('what counts is the age over the least of lately, wherever the exchange has its clock', () => {
  const { meter, during } = stage();
  during(10 * US_PER_SECOND, () => 40 * US_PER_MS);
  assert.deepEqual([meter.lagUs, meter.lagging], [0, false]);
  during(US_PER_SECOND, () => 180 * US_PER_MS);
  assert.deepEqual([meter.lagUs, meter.lagging], [140 * US_PER_MS, false], 'below the limit');
  during(US_PER_SECOND, () => 200 * US_PER_MS);
  assert.deepEqual([meter.lagUs, meter.lagging], [160 * US_PER_MS, true]);
});

test('one late look does not convince, two do; and it is over after a while on time by half the limit', () => {
  const { meter, during } = stage();
  during(US_PER_SECOND, () => 0);
  during(LOOK_US, () => US_PER_SECOND);
  assert.equal(meter.lagging, false);
  during(LOOK_US, () => 0);
  during(LOOK_US, () => US_PER_SECOND);
  assert.equal(meter.lagging, false, 'not one after the other');
  during(LOOK_US, () => US_PER_SECOND);
  assert.equal(meter.lagging, true);
  during(2 * US_PER_SECOND, () => 100 * US_PER_MS);
  assert.equal(meter.lagging, true, 'below the limit is not enough');
  during(275 * US_PER_MS, () => 0);
  assert.equal(meter.lagging, true);
  during(2 * LOOK_US, () => 0);
  assert.equal(meter.lagging, false);
});

test('a clock that drifts is no lag: the offset is learned anew within ten minutes', () => {
  const { meter, during, now } = stage();
  const beganUs = now();
  // Ten milliseconds a minute.
  const drift = (us: number) => ((us - beganUs) / US_PER_MINUTE) * 10 * US_PER_MS;
  for (let minute = 0; minute < 60; minute += 1) {
    during(US_PER_MINUTE, drift);
    assert.equal(meter.lagging, false, `minute ${minute}`);
    assert.ok(meter.lagUs <= 101 * US_PER_MS, `${meter.lagUs} µs`);
  }
});

test('one old quote among young ones says nothing of the connection', () => {
  const { meter, during } = stage();
  let count = 0;
  during(US_PER_SECOND, () => {
    count += 1;
    return count % 2 === 0 ? 3_600 * US_PER_SECOND : 10 * US_PER_MS;
  });
  assert.deepEqual([meter.lagUs, meter.lagging], [0, false]);
});

test('without a time of the exchange counts how long frames lay unread, and by how much the last ping was slower', () => {
  const { meter, during, now } = stage();
  const untimed = () => Number.NaN;
  during(US_PER_SECOND, untimed, 20 * US_PER_MS);
  assert.deepEqual([meter.lagUs, meter.lagging], [20 * US_PER_MS, false]);
  for (const roundTripMs of [80, 60, 300]) {
    meter.pinged(now());
    meter.ponged(now() + roundTripMs * US_PER_MS);
  }
  during(US_PER_SECOND, untimed);
  assert.deepEqual([meter.lagUs, meter.lagging], [240 * US_PER_MS, true]);
  assert.ok(meter.wantsPing(LIMIT_US), 'the next one should come soon');
  meter.pinged(now());
  meter.ponged(now() + 70 * US_PER_MS);
  during(US_PER_SECOND, untimed);
  assert.deepEqual([meter.lagUs, meter.lagging], [10 * US_PER_MS, false]);
  meter.pinged(now());
  during(US_PER_SECOND, untimed);
  assert.ok(meter.lagUs >= 900 * US_PER_MS, 'a ping that is not answered for a second');
  assert.equal(meter.lagging, true);
});

test('where nothing comes any more nothing is under way, and a new connection begins without lag', () => {
  const { meter, during, now } = stage();
  during(US_PER_SECOND, () => 0);
  during(US_PER_SECOND, () => US_PER_SECOND);
  assert.equal(meter.lagging, true);
  const silentUs = now();
  for (let us = 0; us < 2 * US_PER_SECOND; us += LOOK_US) meter.look(silentUs + us, 0, LIMIT_US);
  assert.deepEqual([meter.lagUs, meter.lagging], [0, false]);
  during(2 * US_PER_SECOND + US_PER_SECOND, () => US_PER_SECOND);
  assert.equal(meter.lagging, true, 'the offset is remembered');
  meter.restart();
  assert.deepEqual([meter.lagUs, meter.lagging], [0, false]);
  during(US_PER_SECOND, () => US_PER_SECOND);
  assert.equal(meter.lagging, true, 'over a new connection too');
});

test('our own clock that is slewed makes nobody late', () => {
  const meter = new LagMeter();
  for (let us = 0; us < 20 * US_PER_SECOND; us += LOOK_US) {
    // A second ahead of an even clock after ten.
    const slewedUs = Math.min(us / 10, US_PER_SECOND);
    const nowUs = 1e15 + us + slewedUs;
    meter.quote(1e15 + us - 30 * US_PER_MS, nowUs);
    meter.look(nowUs, 0, LIMIT_US, 0, slewedUs);
    assert.equal(meter.lagging, false, `after ${us} µs`);
  }
});

test('a connection that takes over knows what the one before has learned of the clocks', () => {
  const before = stage();
  before.during(10 * US_PER_SECOND, () => 40 * US_PER_MS);
  const next = stage();
  next.meter.inherit(before.meter);
  // Late from its first quote on: by itself it would take that for the distance of the clocks.
  next.during(US_PER_SECOND, () => 300 * US_PER_MS);
  assert.deepEqual([next.meter.lagUs, next.meter.lagging], [260 * US_PER_MS, true]);
});
