// A rule as it is read: defaults, spellings, and every mistake by the name of its field.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { percentileOf, turned } from '../../src/alerts/percentile.js';
import { type AlertRule, readRule, rearmDefault } from '../../src/alerts/rule.js';
import { createRandom } from '../../src/sim/random.js';

const SEED = Number(process.env['SEED'] ?? 20_262);
console.log(`seed ${SEED} (SEED=… for another)`);

const context = {
  targets: ['desk', 'phone'],
  spelled: (name: string) => (/^alpha$/i.test(name) ? 'Alpha' : name),
};
const read = (body: unknown) => readRule(body, 'r7', context);
const wide = { name: ' wide ', on: 'spread', above: 0.5 };

test('what is left out has its default; names are spelled as everywhere', () => {
  assert.deepEqual(
    read({ ...wide, symbol: 'btc_usdt', exchange1: 'ALPHA', exchange2: null, to: ['desk', 'desk'] }),
    {
      ...{ id: 'r7', name: 'wide', enabled: true, on: 'spread', symbol: 'BTC/USDT' },
      ...{ exchange1: 'Alpha', exchange2: null, above: 0.5, rearmBelow: 0.4 },
      ...{ cooldownSeconds: 300, holdSeconds: 0, sound: true, notify: true, to: ['desk'] },
    },
  );
  assert.equal(read({ ...wide, id: 'r1', pairs: 12 }).id, 'r7', 'a rule that was answered may come back');
  assert.deepEqual(
    (
      [
        ['spread', 1],
        ['spread', 0.4],
        ['edge', 5],
        ['edge', 100],
        ['edge', -10],
        ['percentile', 99],
      ] as const
    ).map(([on, above]) => rearmDefault(on, above)),
    [0.8, 0.32, 3, 80, -12, 89.2],
  );
});

test('what was read once is read again as it is: a file holds nothing that the next start refuses', () => {
  const random = createRandom(SEED, 'alerts', 'rule');
  const pick = <T>(...choices: readonly T[]): T => choices[random.below(choices.length)]!;
  const number = () =>
    pick(
      ...[5e-324, 1e-300, 1e-9, 0.4, 50.000000000000014, 50.1, 99.99999999999999, 999.9999999999999],
      ...[-9_999.9, -0, 0, 1e5 / 3, 999_999.999, random.next() * 100, (random.next() - 0.5) * 2e4],
    );
  let count = 0;
  for (let round = 0; round < 20_000; round += 1) {
    const body = {
      ...{
        name: pick('a', ' b ', 'x'.repeat(100)),
        on: pick('spread', 'edge', 'percentile'),
        above: number(),
      },
      rearmBelow: pick(undefined, undefined, null, number()),
      symbol: pick(null, 'btc_usdt', 'BTCUSDT', 'a/b/c', 'a/', 'a-', ' x ', `${'x'.repeat(60)}USDT`, 'ÄUSDT'),
      exchange1: pick(undefined, 'alpha', ' ALPHA ', 'y'.repeat(64)),
      exchange2: pick(undefined, 'Beta'),
      to: pick(undefined, ['desk'], ['desk', 'phone', 'desk']),
    };
    let rule: AlertRule;
    try {
      rule = read(body);
    } catch {
      continue;
    }
    count += 1;
    assert.ok(rule.rearmBelow < rule.above);
    assert.deepEqual(read(JSON.parse(JSON.stringify(rule))), rule, `round ${round} of seed ${SEED}`);
  }
  assert.ok(count > 1_000, `${count} were read`);
});

test('a mistake is named by its field, with what was expected and what was there', () => {
  const cases: [unknown, string][] = [
    ['wide', 'rule: expected a JSON object, was "wide"'],
    [[], 'rule: expected a JSON object, was []'],
    [{ ...wide, coolDown: 3 }, 'coolDown: expected one of id, pairs, name'],
    [{ ...wide, name: '' }, 'name: expected a text of 1 to 100 characters, was ""'],
    [{ ...wide, name: 'x'.repeat(101) }, 'name: expected'],
    [{ ...wide, on: 'price' }, 'on: expected one of spread, edge, percentile, was "price"'],
    [{ name: 'a', on: 'spread' }, 'above: expected a number above 0 and below 1000 (percent), was nothing'],
    [{ ...wide, above: '1' }, 'above: expected a number'],
    [{ ...wide, above: 0 }, 'above: expected a number'],
    [{ ...wide, on: 'percentile', above: 50 }, 'above: expected a number above 50 and below 100'],
    [{ ...wide, on: 'percentile', above: 100 }, 'above: expected'],
    [{ ...wide, rearmBelow: 0.5 }, 'rearmBelow: expected a number above 0 and below 0.5 (percent), was 0.5'],
    [
      { ...wide, cooldownSeconds: 86_401 },
      'cooldownSeconds: expected a whole number from 0 to 86400, was 86401',
    ],
    [{ ...wide, holdSeconds: 1.5 }, 'holdSeconds: expected a whole number from 0 to 3600, was 1.5'],
    [{ ...wide, sound: 'yes' }, 'sound: expected true or false, was "yes"'],
    [{ ...wide, enabled: 1 }, 'enabled: expected true or false, was 1'],
    [{ ...wide, symbol: '//' }, 'symbol: expected a symbol such as BTC/USDT, was "//"'],
    [{ ...wide, symbol: 5 }, 'symbol: expected a name'],
    [{ ...wide, exchange1: 'x'.repeat(65) }, 'exchange1: expected a name of at most 64 characters'],
    [
      { ...wide, exchange1: 'alpha', exchange2: 'Alpha' },
      'exchange2: expected another exchange than exchange1',
    ],
    [{ ...wide, to: 'desk' }, 'to: expected a list of at most 16 names of targets, was "desk"'],
    [
      { ...wide, to: ['nobody'] },
      'to: expected names of alerts.targets in the configuration (desk, phone), was "nobody"',
    ],
    [{ ...wide, to: [1] }, 'to: expected a list'],
  ];
  for (const [body, message] of cases)
    assert.throws(
      () => read(body),
      (error: Error) => error.message.startsWith(message),
      message,
    );
  let deep: unknown = 1;
  for (let n = 0; n < 100_000; n += 1) deep = [deep];
  assert.throws(() => read({ ...wide, sound: deep }), /sound: expected true or false, was object/);
});

test('a percentile ascends with the spread, meets the numbers it rests on, and is the other one turned', () => {
  const random = createRandom(SEED, 'alerts', 'percentile');
  const of = (numbers: readonly number[], spread: number) =>
    percentileOf(Float64Array.from(numbers), 0, spread);
  for (let round = 0; round < 2_000; round += 1) {
    const numbers = Array.from({ length: 5 }, () => Math.round((random.next() - 0.5) * 8) / 4).sort(
      (a, b) => a - b,
    );
    const spreads = Array.from({ length: 9 }, () => (random.next() - 0.5) * 4).sort((a, b) => a - b);
    const found = spreads.map((spread) => of(numbers, spread));
    assert.deepEqual(
      found,
      found.toSorted((a, b) => a - b),
      `${numbers} ${spreads}`,
    );
    const back = turned(numbers as [number, number, number, number, number]);
    for (const value of numbers) {
      const other = (1 / (1 + value / 100) - 1) * 100;
      assert.ok(Math.abs(of(numbers, value) + of(back, other) - 100) < 1e-9, `${numbers} at ${value}`);
    }
  }
  const numbers = [-2, -1, 0, 1, 3];
  assert.deepEqual(
    [-9, -2, -1, 0, 0.5, 1, 2, 3, 9].map((spread) => of(numbers, spread)),
    [0, 0, 1, 50, 74.5, 99, 99.5, 100, 100],
  );
  assert.equal(of([1, 1, 1, 1, 1], 1), 50, 'a spread that never moved is in its middle');
  assert.ok(Number.isNaN(of([0, 2, 1, 3, 4], 1)) && Number.isNaN(of([Number.NaN, 0, 1, 2, 3], 1)));
  assert.ok(Number.isNaN(of(numbers, Number.NaN)));
});
