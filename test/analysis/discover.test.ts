import assert from 'node:assert/strict';
import { test } from 'node:test';
import { discoverPairs, type PairSelection } from '../../src/analysis/discover.js';

function pairs(names: readonly string[], selection?: PairSelection): string[] {
  const instruments = names.map((name) => {
    const [exchange = '', symbol = ''] = name.split(' ');
    return { exchange, symbol, directories: [] };
  });
  return discoverPairs(instruments, selection).map(
    ({ symbol, left, right }) => `${symbol} ${left.exchange} ${right.exchange}`,
  );
}

test('every two exchanges of a symbol are a pair, the lower code point first', () => {
  assert.deepEqual(
    pairs(['b X/USDT', 'OKX X/USDT', 'MEXC X/USDT', 'OKX A/USDT', 'MEXC A/USDT', 'b Y/USDT']),
    ['A/USDT MEXC OKX', 'X/USDT MEXC OKX', 'X/USDT MEXC b', 'X/USDT OKX b'],
  );
});

test('a symbol on one exchange alone, or on one of those asked for, is no pair', () => {
  assert.deepEqual(pairs(['Aaa X/USDT', 'Bbb Y/USDT']), []);
  const three = ['Aaa X/USDT', 'Bbb X/USDT', 'Ccc X/USDT', 'Ccc Y/USDT', 'Aaa Y/USDT'];
  assert.deepEqual(pairs(three, { exchanges: ['BBB', ' ccc'] }), ['X/USDT Bbb Ccc']);
  assert.deepEqual(pairs(three, { exchanges: ['nope'] }), []);
  assert.equal(pairs(three, { exchanges: [] }).length, 4);
});

test('two spellings of one symbol are one, named by the one that tells base and quote apart', () => {
  assert.deepEqual(pairs(['Aaa XYZ', 'Bbb X/YZ']), ['X/YZ Aaa Bbb']);
});

test('spot never mixes with perpetual unless it is asked for', () => {
  const four = ['Aaa X/USDT', 'Bbb X/USDT', 'AaaPerp X/USDT', 'BbbPerp X/USDT'];
  assert.deepEqual(pairs(four), ['X/USDT Aaa Bbb', 'X/USDT AaaPerp BbbPerp']);
  assert.equal(pairs(four, { spotPerp: true }).length, 6);
});
