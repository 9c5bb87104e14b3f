import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isId, readUpdateId, TopOrder } from '../../src/exchanges/order.js';

const NONE = Number.NaN;

test('a top with a smaller id than the last is older, an equal or greater one is not', () => {
  const order = new TopOrder();
  assert.deepEqual(
    [5, 7, 6, 7, 4, 8].map((id) => order.isOlder(1, id, NONE)),
    [false, false, true, false, true, false],
  );
  assert.equal(order.isOlder(2, 1, NONE), false, 'each instrument counts on its own');
});

test('a smaller id with a later time is a numbering begun anew, not an older top', () => {
  const order = new TopOrder();
  order.isOlder(1, 1_000, 10);
  assert.equal(order.isOlder(1, 1, 11), false);
  assert.equal(order.isOlder(1, 2, 11), false);
  assert.equal(order.isOlder(1, 1, 11), true);
});

test('without ids the time decides, but a clock set back by more than a second is believed', () => {
  const order = new TopOrder();
  order.isOlder(1, NONE, 10_000_000);
  assert.equal(order.isOlder(1, NONE, 9_000_000), true);
  assert.equal(order.isOlder(1, NONE, 8_999_999), false);
  assert.equal(order.isOlder(1, NONE, NONE), false);
});

test('one id or time out of this world does not silence what follows', () => {
  const order = new TopOrder();
  order.isOlder(1, 5, 10);
  order.isOlder(1, 6, 9e15);
  assert.equal(order.isOlder(1, 7, 20), false);
  order.isOlder(2, NONE, 9e15);
  assert.equal(order.isOlder(2, NONE, 20), false);
});

test('after a reset nothing is older', () => {
  const order = new TopOrder();
  for (const id of [1, 2]) order.isOlder(id, 5, 10);
  order.reset(1);
  assert.deepEqual([order.isOlder(1, 1, 1), order.isOlder(2, 1, 1)], [false, true]);
  order.reset();
  assert.equal(order.isOlder(2, 1, 1), false);
});

test('ids past 2^53 are told apart to the last digit where they are text, and are none where JSON has rounded them', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 1n, max: 2n ** 63n }),
      fc.bigInt({ min: 1n, max: 2n ** 63n }),
      (one, other) => {
        const [low, high] = one <= other ? [one, other] : [other, one];
        assert.equal(readUpdateId(String(low)) < readUpdateId(String(high)), low < high);
        const order = new TopOrder();
        order.isOlder(1, readUpdateId(String(high)), 10);
        assert.equal(order.isOlder(1, readUpdateId(String(low)), 10), low < high);
        if (high > Number.MAX_SAFE_INTEGER) assert.ok(!isId(readUpdateId(JSON.parse(String(high)))));
      },
    ),
  );
  for (const bad of ['', 'x', '-1', '1e9', '9'.repeat(21), 0, -5, null, undefined, {}, [7]])
    assert.ok(Number.isNaN(readUpdateId(bad)));
});
