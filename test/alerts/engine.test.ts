// Which rule fires for which pair and when: the engine against a reading of the whole past, over random series; and what each
// kind of rule measures, of whom, and how many at most in a second.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AlertEngine, type Fired } from '../../src/alerts/engine.js';
import { type AlertRule, readRule } from '../../src/alerts/rule.js';
import { REFUSAL_BIT } from '../../src/core/refusals.js';
import { createRandom } from '../../src/sim/random.js';
import { type HandPairs, handPairs } from './pairs.js';

const START_S = 1_700_000_000;
const SEED = Number(process.env['SEED'] ?? 20_261);
console.log(`seed ${SEED} (SEED=… for another)`);

const context = { targets: [], spelled: (name: string) => name };
const rule = (body: object, id = 'r1'): AlertRule => readRule({ name: 'any', ...body }, id, context);

function stage(tracked: HandPairs, firesPerSecondMax = 1_000, refusals: number[] = []) {
  const fired: Fired[] = [];
  const engine = new AlertEngine({
    tracked,
    // A pair that is not in the list is refused nothing.
    quality: { refusals: new Proxy(refusals, { get: (list, at) => list[Number(at)] ?? 0 }) },
    edgeBps: (one, other, cost) => (Math.max(one, other) - cost) * 100,
    costPercent: (exchange1) => (exchange1 === 'Alpha' ? 0.2 : 0.1),
    fire: (one) => fired.push(one),
    firesPerSecondMax,
  });
  const at = (second: number): Fired[] => {
    fired.length = 0;
    engine.evaluate((START_S + second) * 1e6);
    return [...fired];
  };
  return { engine, at };
}

/**
 * The seconds at which a rule fires for a series, read from the whole past each time: after the last time it must have been below
 * `rearmBelow`, and the cooldown be over; since then the value must have been above without a break for so long.
 */
function readOf(
  series: readonly { readonly second: number; readonly value: number }[],
  { above, rearmBelow, cooldownSeconds, holdSeconds }: AlertRule,
): number[] {
  const fired: number[] = [];
  for (let now = 0; now < series.length; now += 1) {
    const last = fired.at(-1);
    const mayFire = (at: number): boolean => {
      if (last === undefined) return true;
      const since = series.slice(0, at + 1).filter(({ second }) => second > last);
      return since.some(({ value }) => value < rearmBelow) && series[at]!.second - last >= cooldownSeconds;
    };
    let from = now + 1;
    while (
      from > 0 &&
      series[from - 1]!.value > above &&
      mayFire(from - 1) &&
      (from > now || series[from]!.second - series[from - 1]!.second <= 5)
    )
      from -= 1;
    if (from > now) continue;
    if (series[now]!.second - series[from]!.second >= holdSeconds) fired.push(series[now]!.second);
  }
  return fired;
}

test('hysteresis, cooldown, hold, holes and seconds that nobody saw: as the whole past reads', () => {
  const random = createRandom(SEED, 'alerts', 'engine');
  let count = 0;
  for (let round = 0; round < 600; round += 1) {
    const above = 0.5 + random.next() * 0.5;
    const one = rule({
      on: 'spread',
      above,
      rearmBelow: above * (0.3 + 0.69 * random.next()),
      cooldownSeconds: random.below(3) === 0 ? 0 : random.below(60),
      holdSeconds: random.below(2) === 0 ? 0 : random.below(12),
    });
    const tracked = handPairs(1);
    tracked.add({ symbol: 'BTC/USDT', exchange1: 'Alpha', exchange2: 'Beta' });
    const { engine, at } = stage(tracked);
    engine.setRules([one]);
    const series: { second: number; value: number }[] = [];
    const fired: number[] = [];
    const volatility = random.next() * 0.5;
    let value = random.next();
    let second = 0;
    for (let n = 0; n < 200; n += 1) {
      second += random.below(30) === 0 ? 1 + random.below(12) : 1;
      value = Math.min(1.2, Math.max(0, value + (random.next() - 0.5) * volatility));
      const shown = random.below(12) === 0 ? Number.NaN : value;
      series.push({ second, value: shown });
      tracked.set(0, { spread: random.below(2) === 0 ? shown : -shown });
      for (const { value: told, rule: of, threshold } of at(second)) {
        assert.deepEqual([told, of.id, threshold], [shown, 'r1', above]);
        fired.push(second);
      }
    }
    assert.deepEqual(fired, readOf(series, one), `round ${round} of seed ${SEED}: ${JSON.stringify(one)}`);
    count += fired.length;
  }
  assert.ok(count > 500, `${count} alerts were compared`);
});

test('a leg that does not stand neither fires, nor holds, nor rearms', () => {
  const tracked = handPairs();
  tracked.add({ symbol: 'BTC/USDT', exchange1: 'Alpha', exchange2: 'Beta' });
  const { engine, at } = stage(tracked);
  engine.setRules([rule({ on: 'spread', above: 1, cooldownSeconds: 0, holdSeconds: 2 })]);
  const seen = [2, 2, Number.NaN, 2, 2, 2, Number.NaN, 2, 2, 2, 0.5, 2, 2, 2].map((spread, second) => {
    tracked.set(0, { spread });
    return at(second).length;
  });
  assert.deepEqual(seen, [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
});

test('an edge is the better way less the costs of these two exchanges, and may be below nothing', () => {
  const tracked = handPairs();
  tracked.add({ symbol: 'BTC/USDT', exchange1: 'Alpha', exchange2: 'Beta' });
  tracked.add({ symbol: 'BTC/USDT', exchange1: 'Beta', exchange2: 'Gamma' });
  const { engine, at } = stage(tracked);
  engine.setRules([rule({ on: 'edge', above: 5 }), rule({ on: 'edge', above: -20 }, 'r2')]);
  tracked.set(0, { spread: 0, executable12: -0.4, executable21: 0.24 });
  tracked.set(1, { spread: 0, executable12: 0.16, executable21: -0.3 });
  const found = at(0).map(({ rule: { id }, pair, value }) => [id, pair, Math.round(value * 1e6) / 1e6]);
  assert.deepEqual(found, [
    ['r1', 1, 6],
    ['r2', 0, 4],
    ['r2', 1, 6],
  ]);
});

test('a percentile fires at both ends, by the statistics of its own pair, and not where there are none', () => {
  const tracked = handPairs();
  for (const exchange2 of ['Beta', 'Gamma', 'Delta'])
    tracked.add({ symbol: 'BTC/USDT', exchange1: 'Alpha', exchange2 });
  const { engine, at } = stage(tracked);
  engine.setRules([rule({ on: 'percentile', above: 98, cooldownSeconds: 0 })]);
  tracked.set(0, { spread: 5 });
  assert.deepEqual(at(0), [], 'no statistics were told yet');
  const unknown = { symbol: 'ETH/USDT', exchange1: 'Alpha', exchange2: 'Beta' };
  const left = engine.setQuantiles([
    { symbol: 'BTC/USDT', exchange1: 'Alpha', exchange2: 'Beta', percent: [-1, -0.5, 0, 0.5, 1] },
    // Named the other way round: its greatest is our least.
    { symbol: 'BTC/USDT', exchange1: 'Gamma', exchange2: 'Alpha', percent: [-1, -0.5, 0, 2, 4] },
    { ...unknown, percent: [0, 0, 0, 0, 0] },
  ]);
  assert.deepEqual(
    left.map(({ symbol }) => symbol),
    ['ETH/USDT'],
  );
  const at3 = (...spreads: number[]) => {
    spreads.forEach((spread, pair) => {
      tracked.set(pair, { spread });
    });
    return at(1).map(({ pair, value, threshold }) => [pair, Math.round(value * 100) / 100, threshold]);
  };
  assert.deepEqual(at3(0.75, -(1 - 1 / 1.04) * 100, 9), [
    [0, 99.5, 98],
    [1, 0, 2],
  ]);
  assert.deepEqual(at3(0, 0, 9), [], 'both are in the middle again');
  assert.deepEqual(at3(-0.6, 1.1, 9), [
    [0, 0.8, 2],
    [1, 100, 98],
  ]);
});

test('a rule is about the pairs it names in any spelling, those that come later too', () => {
  const tracked = handPairs();
  tracked.add({ symbol: 'BTC/USDT', exchange1: 'Alpha', exchange2: 'Beta' });
  tracked.add({ symbol: 'ETH/USDT', exchange1: 'Alpha', exchange2: 'Beta' });
  const { engine, at } = stage(tracked);
  const asked: [object, number[]][] = [
    [{}, [0, 1, 2, 3]],
    [{ symbol: 'eth_usdt' }, [1, 3]],
    [{ exchange1: 'GAMMA' }, [2, 3]],
    [{ exchange2: 'alpha' }, [0, 1, 2]],
    [{ exchange1: 'beta', exchange2: 'gamma' }, [3]],
    [{ symbol: 'BTCUSDT', exchange1: 'gamma', exchange2: 'alpha' }, [2]],
    [{ symbol: 'SOL/USDT' }, []],
    [{ enabled: false }, []],
  ];
  engine.setRules(asked.map(([body], at) => rule({ on: 'spread', above: 1, ...body }, `r${at}`)));
  tracked.add({ symbol: 'BTC/USDT', exchange1: 'Alpha', exchange2: 'Gamma' });
  tracked.add({ symbol: 'ETH/USDT', exchange1: 'Beta', exchange2: 'Gamma' });
  for (let pair = 0; pair < 4; pair += 1) tracked.set(pair, { spread: 2 });
  const fired = at(0);
  for (const [n, [body, pairs]] of asked.entries()) {
    const found = fired.filter(({ rule: { id } }) => id === `r${n}`).map(({ pair }) => pair);
    assert.deepEqual(found, pairs, JSON.stringify(body));
    if (!('enabled' in body)) assert.equal(engine.pairsOf(`r${n}`), pairs.length);
  }
});

test('a changed rule goes on where its condition is the same, and begins anew where it is not', () => {
  const tracked = handPairs();
  tracked.add({ symbol: 'BTC/USDT', exchange1: 'Alpha', exchange2: 'Beta' });
  tracked.set(0, { spread: 2 });
  const { engine, at } = stage(tracked);
  const body = { on: 'spread', above: 1, cooldownSeconds: 0 } as const;
  engine.setRules([rule(body)]);
  assert.equal(at(0).length, 1);
  engine.setRules([rule({ ...body, name: 'another', cooldownSeconds: 9, sound: false })]);
  assert.equal(at(1).length, 0);
  engine.setRules([rule({ ...body, above: 1.5 })]);
  assert.equal(at(2).length, 1);
});

test('more than may fire in a second wait for the next, none for ever', () => {
  const tracked = handPairs();
  for (let n = 0; n < 10; n += 1)
    tracked.add({ symbol: `C${n}/USDT`, exchange1: 'Alpha', exchange2: 'Beta' });
  for (let pair = 0; pair < 10; pair += 1) tracked.set(pair, { spread: 2 });
  const { engine, at } = stage(tracked, 4);
  engine.setRules([rule({ on: 'spread', above: 1, cooldownSeconds: 0 })]);
  const pairsAt = (second: number) => at(second).map(({ pair }) => pair);
  assert.deepEqual(pairsAt(0), [0, 1, 2, 3]);
  assert.equal(engine.postponed, 6);
  // The first ones come back at once, and do not take the others' turn.
  for (let pair = 0; pair < 4; pair += 1) tracked.set(pair, { spread: 0 });
  tracked.set(9, { spread: 0.9 });
  assert.deepEqual(pairsAt(1), [4, 5, 6, 7]);
  for (let pair = 0; pair < 4; pair += 1) tracked.set(pair, { spread: 2 });
  assert.deepEqual(pairsAt(2), [8, 0, 1, 2], 'the one whose condition went is not due any more');
  assert.deepEqual(pairsAt(3), [3]);
});

test('what is refused fires nothing; below its costs it is a spread all the same, and no edge', () => {
  const tracked = handPairs();
  const pairs = ['Beta', 'Gamma', 'Delta'].map((exchange2) =>
    tracked.add({ symbol: 'BTC/USDT', exchange1: 'Alpha', exchange2 }),
  );
  for (const pair of pairs) tracked.set(pair, { spread: 3, executable12: 2.9, executable21: -3 });
  const refusals = [0, REFUSAL_BIT['below-costs'], REFUSAL_BIT.unconfirmed | REFUSAL_BIT['below-costs']];
  const { engine, at } = stage(tracked, 1_000, refusals);
  engine.setRules([
    rule({ on: 'spread', above: 1, symbol: 'BTC/USDT' }),
    rule({ on: 'edge', above: 1, symbol: 'BTC/USDT' }, 'r2'),
  ]);
  const fired = at(0).map(({ rule: { id }, pair }) => `${id} ${pair}`);
  assert.deepEqual(fired, ['r1 0', 'r1 1', 'r2 0']);
  // No longer refused: it begins then.
  refusals[2] = 0;
  assert.deepEqual(
    at(1).map(({ rule: { id }, pair }) => `${id} ${pair}`),
    ['r1 2', 'r2 2'],
  );
});
