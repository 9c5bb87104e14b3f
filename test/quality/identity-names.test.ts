// Names of units as candidates, the overrides' file and the snapshot's: what is read, and what is refused in which words.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OverridesError, readOverrides } from '../../src/quality/identity-overrides.js';
import { readSnapshot } from '../../src/quality/identity-snapshot.js';
import { exponentsBetween, isWrapped, unitReadings } from '../../src/quality/units.js';

const readings = (base: string): readonly string[] =>
  unitReadings(base).map(({ coin, multiplier }) => `${multiplier} ${coin}`);

test('every way of writing a number of coins is read, and the name itself stays possible', () => {
  for (const [base, coin, multiplier] of [
    ['1000PEPE', 'PEPE', 1000],
    ['SHIB1000', 'SHIB', 1000],
    ['1MBABYDOGE', 'BABYDOGE', 1_000_000],
    ['10000SATS', 'SATS', 10_000],
    ['1000000MOG', 'MOG', 1_000_000],
    ['kPEPE', 'PEPE', 1000],
    ['1000CAT', 'CAT', 1000],
  ] as const)
    assert.deepEqual(readings(base), [`1 ${base.toUpperCase()}`, `${multiplier} ${coin}`]);
});

test('names that only look so are not cut', () => {
  for (const base of ['1INCH', '1000X', 'KAVA', 'KAS', 'C98', 'BTC', '1CAT', '100', 'X10', '2080'])
    assert.deepEqual(readings(base), [`1 ${base}`], base);
  assert.deepEqual(unitReadings(' '), []);
});

test('two names give the powers of ten that they may differ by', () => {
  assert.deepEqual(exponentsBetween('1000SATS', '10000SATS'), [-1]);
  assert.deepEqual(exponentsBetween('SHIB1000', '1000SHIB'), [0]);
  assert.deepEqual(exponentsBetween('1000PEPE', 'PEPE'), [3]);
  assert.deepEqual(exponentsBetween('1000PEPE', '1000PEPE'), [0]);
  assert.deepEqual(exponentsBetween('NEIRO', '1000NEIROCTO'), []);
});

test('a wrapped or staked coin is known by its name', () => {
  for (const [one, other] of [
    ['STETH', 'ETH'],
    ['BTC', 'WBTC'],
    ['STETH', 'CBETH'],
  ] as const)
    assert.ok(isWrapped(one, other), `${one} ${other}`);
  assert.ok(!isWrapped('ETH', 'eth') && !isWrapped('PEPE', '1000PEPE'));
});

test('overrides: what is not as it must be is named with its place', () => {
  const one = { exchange: 'Aba', symbol: 'NEIRO/USDT' };
  const other = { exchange: 'Bab', symbol: 'NEIRO/USDT' };
  const says = (value: unknown, words: RegExp): void => {
    assert.throws(
      () => readOverrides(value),
      (error) => error instanceof OverridesError && words.test(error.message),
    );
  };
  says([], /^overrides must be an object with same, different, units, not a list of 0$/);
  says({ sam: [] }, /^overrides\.sam must be one of same, different, units/);
  says({ same: {} }, /^overrides\.same must be a list of at most 10000, not an object$/);
  says({ same: [[one]] }, /^overrides\.same\.0 must be a list of at least two instruments, not a list of 1$/);
  says(
    { different: [[one, { exchange: 'Bab' }]] },
    /^overrides\.different\.0\.1\.symbol must be a symbol such as/,
  );
  says({ same: [[one, 'x']] }, /^overrides\.same\.0\.1 must be \{exchange, symbol\}.*, not "x"$/);
  says(
    { units: [{ ...one, multiplier: 999 }] },
    /^overrides\.units\.0\.multiplier must be a power of ten.*, not 999$/,
  );
  says(
    {
      units: [
        { ...one, multiplier: 1 },
        { ...one, multiplier: 10 },
      ],
    },
    /^overrides\.units\.1 must be an instrument that/,
  );
  says(
    { same: [[one, other]], different: [[one, other]] },
    /^overrides\.different\.0 must be two that are not in one/,
  );
});

test('overrides: names match in any spelling, and a multiplier alone leaves the coin to the prices', () => {
  const pepe = { exchange: 'aba', symbol: '1000pepe_usdt' };
  const overrides = readOverrides({
    _why: 'keys that begin so are left',
    same: [[pepe, { exchange: 'Bab', symbol: 'PEPE/USDT' }]],
    units: [{ ...pepe, multiplier: 1000 }],
  });
  const one = { exchange: 'Aba', symbol: '1000PEPE/USDT' };
  assert.deepEqual(overrides.ruling(one, { exchange: 'BAB', symbol: 'PEPE-USDT' }), {
    kind: 'same',
    exponent: 3,
  });
  assert.deepEqual(overrides.ruling({ exchange: 'Cac', symbol: 'PEPE/USDT' }, one), {
    kind: 'unit',
    exponent: -3,
  });
  assert.equal(
    overrides.ruling({ exchange: 'Cac', symbol: 'A/USDT' }, { exchange: 'Bab', symbol: 'A/USDT' }),
    null,
  );
  assert.equal(readOverrides(undefined).size, 0);
});

test('a snapshot that is none is refused by its field', () => {
  assert.throws(() => readSnapshot({ version: 2 }), /version must be 1, not 2/);
  assert.throws(() => readSnapshot({ version: 1, pairs: {} }), /pairs must be a list/);
  const pair = {
    exchange1: 'A',
    symbol1: 'X/U',
    exchange2: 'B',
    symbol2: 'X/U',
    verdict: 'same',
    exponent: 0,
    seconds: 9,
  };
  assert.deepEqual(readSnapshot({ version: 1, pairs: [pair] }).pairs, [pair]);
  assert.throws(
    () => readSnapshot({ version: 1, pairs: [{ ...pair, verdict: 'maybe' }] }),
    /pairs\.0\.verdict must be one of/,
  );
  assert.throws(
    () => readSnapshot({ version: 1, pairs: [{ ...pair, exponent: 0.5 }] }),
    /pairs\.0\.exponent must be/,
  );
  assert.throws(
    () => readSnapshot({ version: 1, pairs: [{ ...pair, seconds: -1 }] }),
    /pairs\.0\.seconds must be/,
  );
  assert.throws(
    () => readSnapshot({ version: 1, pairs: [{ ...pair, symbol2: '' }] }),
    /pairs\.0\.symbol2 must be/,
  );
});
