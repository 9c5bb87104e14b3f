// The same seed gives the same timetable; every scenario plays, and ends what it began.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAULT_KINDS } from '../../src/sim/faults.js';
import { playScenario, type Spell, scenarioWorld } from '../../src/sim/scenario-player.js';
import { describeFault, findScenario, planScenario, SCENARIOS } from '../../src/sim/scenarios.js';
import { createFastClock } from '../support/fast-clock.js';
import { place, START_US } from './place.js';

const LENGTH_MS = 300_000;

test('the same seed and world give the same timetable, another seed another', async (t) => {
  const world = scenarioWorld((await place(t)).server);
  for (const scenario of SCENARIOS.filter(({ name }) => name !== 'calm')) {
    const plan = (seed: number) => planScenario(scenario, seed, world, LENGTH_MS);
    assert.deepEqual(plan(5), plan(5));
    assert.notDeepEqual(plan(5), plan(6));
  }
  assert.deepEqual(planScenario(findScenario('calm')!, 5, world, LENGTH_MS), []);
});

test('a storm mixes three kinds and more, and 200 of them hold every kind and storms of all at once', async (t) => {
  const world = scenarioWorld((await place(t)).server);
  const begun = new Map<string, number>();
  let reconnectStorms = 0;
  for (let seed = 0; seed < 200; seed += 1) {
    const planned = planScenario(findScenario('storm')!, seed, world, 240_000);
    assert.ok(new Set(planned.map(({ kind }) => kind)).size >= 3);
    for (const { kind } of planned) begun.set(kind, (begun.get(kind) ?? 0) + 1);
    const cuts = planned.filter(({ kind }) => kind === 'cut');
    if (new Set(cuts.map(({ exchange }) => exchange)).size === world.exchanges.length) reconnectStorms += 1;
  }
  for (const kind of FAULT_KINDS) assert.ok(begun.get(kind)! >= 20, `${kind}: ${begun.get(kind)}`);
  assert.ok(reconnectStorms >= 20, `${reconnectStorms}`);
});

test('every scenario plays: each fault is on from its begin to its end, and a stop ends what has begun', async (t) => {
  const { server, clock } = await place(t);
  for (const scenario of SCENARIOS) {
    const planned = planScenario(scenario, 3, scenarioWorld(server), LENGTH_MS);
    const spells = new Set<Spell>();
    const stop = playScenario(
      planned,
      server,
      clock,
      ({ kind, exchange, exchangeSymbol, oneSocket }, begins, spell) => {
        spells.add(spell);
        const isOn = server.exchange(exchange).faults.has(kind, exchangeSymbol);
        if (begins) assert.equal(isOn, oneSocket === undefined, kind);
      },
    );
    for (let n = 0; n < 250; n += 1) clock.advance(1_000);
    stop();
    assert.ok([...spells].every(({ beganUs, endedUs }) => endedUs !== null && endedUs >= beganUs));
    for (const { kind, exchange, exchangeSymbol } of planned)
      assert.equal(server.exchange(exchange).faults.has(kind, exchangeSymbol), false, kind);
    for (const name of Object.keys(server.urls)) assert.equal(server.exchange(name).faults.refusal(), null);
  }
});

test('overlapping faults of one kind end with the last of them', async (t) => {
  const { server, clock } = await place(t);
  const fault = { kind: 'rest-500', exchange: 'Binance', atMs: 1_000, forMs: 10_000 } as const;
  const stop = playScenario([fault, { ...fault, atMs: 5_000 }], server, clock, () => {});
  const isOn = () => server.exchange('Binance').faults.has('rest-500');
  for (const [atMs, expected] of [
    [1_000, true],
    [11_000, true],
    [14_900, true],
    [15_000, false],
  ] as const) {
    clock.advance(atMs - (clock.nowUs() - START_US) / 1_000);
    assert.equal(isOn(), expected, `${atMs}`);
  }
  stop();
});

test('a fault of one socket strikes one of those open, and says which symbols that had', async (t) => {
  const { server, clock, connect } = await place(t);
  const [first, second] = [
    await connect('Binance', '/btcusdt@bookTicker'),
    await connect('Binance', '/ethusdt@bookTicker'),
  ];
  const fault = { kind: 'cut', exchange: 'Binance', oneSocket: 0.7, atMs: 0, forMs: 1_000 } as const;
  const spells: Spell[] = [];
  playScenario([fault], server, clock, (_fault, begins, spell) => begins && spells.push(spell));
  clock.advance(1);
  await second.gone();
  assert.equal(first.closed, null);
  assert.deepEqual(spells[0]?.symbols, ['ETHUSDT']);
  assert.equal(describeFault(fault), 'one socket of Binance: ends at its begin, without a closing handshake');
});

test('a scenario plays on a clock that runs fast, over real time', async (t) => {
  const { server } = await place(t);
  const clock = createFastClock(2_000);
  const planned = planScenario(findScenario('rest-trouble')!, 1, scenarioWorld(server), 60_000);
  const ended = await new Promise<number>((resolve) => {
    let count = 0;
    playScenario(planned, server, clock, (_fault, begins) => {
      if (!begins) count += 1;
      if (count === planned.length) resolve(count);
    });
  });
  assert.equal(ended, planned.length);
});
