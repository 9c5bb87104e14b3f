// What is read from the bytes of a frame is what JSON and Number() make of it, to the last bit, or nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ASK, BID, BID_SIZE, TIME_MS, TIME_NS, UPDATE_ID } from '../../src/exchanges/scan.js';
import { formOf, type Roles } from '../../src/exchanges/scan-learn.js';

const ROLES: Roles = {
  ...{ s: 'symbol', b: 'bid', B: 'bidSize', 'a.0.0': 'ask', u: 'id', t: 'ms', n: 'ns', w: 'about', x: 'any' },
};

const digits = (most: number) => fc.stringMatching(new RegExp(`^\\d{0,${most}}$`));
const decimal = fc.oneof(
  fc.tuple(digits(12), fc.constantFrom('', '.'), digits(12)).map((parts) => parts.join('')),
  fc.double({ min: 1e-9, max: 1e15, noNaN: true }).map(String),
  fc.constantFrom('0', '00', '.', '.5', '5.', '1e3', '-1', '+1', '0x10', '', ' 1', '1_0', '9007199254740993'),
  fc.constantFrom('999999999', '9999999999', '123456789.123456789', '0.00000001', '00.1', '1.2.3'),
);

test('a decimal is what Number() makes of it, or is left to others', () => {
  const form = formOf('{"s":"BTC","b":"1.5","B":"2"}', ROLES, 'BTC')!;
  let read = 0;
  fc.assert(
    fc.property(decimal, decimal, (price, size) => {
      if (!form.matches(Buffer.from(JSON.stringify({ s: 'BTC', b: price, B: size })))) return;
      assert.ok(Object.is(form.numbers[BID], Number(price)), price);
      assert.ok(Object.is(form.numbers[BID_SIZE], Number(size)), size);
      read += 1;
    }),
    { numRuns: 20_000 },
  );
  assert.ok(read > 2_000, `only ${read} were read`);
});

test('a number without quotes is one of JSON, or the frame is left to others', () => {
  const form = formOf('{"u":12,"s":"BTC","t":3,"n":4,"x":5}', ROLES, 'BTC')!;
  let read = 0;
  fc.assert(
    fc.property(fc.tuple(decimal, decimal, decimal, decimal), ([u, t, n, x]) => {
      const text = `{"u":${u},"s":"BTC","t":${t},"n":${n},"x":${x}}`;
      if (!form.matches(Buffer.from(text))) return;
      const value = JSON.parse(text) as Record<string, number>;
      const [id, ms, ns] = [UPDATE_ID, TIME_MS, TIME_NS].map((place) => form.numbers[place]);
      assert.deepEqual([id, ms, ns], [value['u'], value['t'], value['n']], text);
      read += 1;
    }),
    { numRuns: 20_000 },
  );
  assert.ok(read > 50, `only ${read} were read`);
});

test('a frame has the form from its first to its last byte', () => {
  const text = '{"w":"btcusdt@book","s":"BTCUSDT","a":[["1.5","7"]],"u":12}';
  const form = formOf(text, ROLES, 'BTCUSDT')!;
  const has = (frame: string) => form.matches(Buffer.from(frame));
  assert.ok(has(text));
  assert.equal(form.numbers[ASK], 1.5);
  assert.ok(has(text.replaceAll('btc', 'ethereum').replaceAll('BTC', 'ETH')), 'of another symbol');
  assert.equal(form.symbolTo - form.symbolFrom, 'ETHUSDT'.length);
  for (const other of [
    text.slice(0, -1),
    `${text} `,
    ` ${text}`,
    text.replace('"7"', '"8"'),
    text.replace('@book', '@bool'),
    text.replace('BTCUSDT', ''),
    text.replace('BTCUSDT', 'BTC\\u0055SDT'),
    text.replace('BTCUSDT', '币安'),
    text.replace('BTCUSDT', 'BTC"USDT'),
    text.replace('btcusdt', 'btc"usdt'),
    text.replace('12', '"12"'),
    text.replace('1.5', ''),
    text.replace('1.5', '-1.5'),
  ])
    assert.ok(!has(other), other);
  for (let end = 0; end < text.length; end += 1) assert.ok(!has(text.slice(0, end)));
});

test('what is no JSON, or names no symbol where it should, has no form', () => {
  for (const text of [
    '',
    '{',
    '[1,]',
    '{"s":}',
    '{"s":"BTC"',
    '{"s":"BTC"} x',
    '{"s":"B\\u0054C"}',
    '{"s":"ETH"}',
  ])
    assert.equal(formOf(text, ROLES, 'BTC'), undefined, text);
  assert.equal(formOf('{"b":"1"}', ROLES, 'BTC'), undefined, 'there is no symbol');
  assert.notEqual(formOf(' { "s" : "BTC" , "q" : [ null , true , -1.5e3 ] } ', ROLES, 'BTC'), undefined);
});
