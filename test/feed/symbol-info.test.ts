import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MESSAGE_BYTES_MAX } from '../../src/feed/spread-message.js';
import { symbolInfoMessages } from '../../src/feed/symbol-info.js';
import { symbolInfoOf } from './stage.js';

const rowsOf = (messages: readonly Buffer[]) =>
  messages.flatMap((bytes) => JSON.parse(bytes.toString()).Payload);

test('thousands of symbols go out in messages that each fit and stand alone', () => {
  const messages = symbolInfoMessages(symbolInfoOf(2_000));
  for (const bytes of messages) {
    assert.ok(bytes.length < MESSAGE_BYTES_MAX, `${bytes.length} bytes`);
    assert.equal(JSON.parse(bytes.toString()).MessageType, 'AllSymbolInfo');
  }
  const rows = rowsOf(messages);
  assert.equal(rows.length, 4_000);
  assert.deepEqual(rows[1], {
    Exchange: 'Binance',
    Name: 'COIN1_USDT',
    PriceStep: 0.1,
    QuantityStep: null,
    MinNotional: 5,
  });
  // Full messages: no more of them than it takes.
  const bytes = messages.reduce((sum, { length }) => sum + length, 0);
  assert.ok(messages.length <= Math.ceil(bytes / (MESSAGE_BYTES_MAX - 200)));
});

test('one row for each exchange and name: a symbol of two exchanges keeps both', () => {
  const rows = symbolInfoOf(3);
  const twice = rowsOf(symbolInfoMessages([...rows, ...rows]));
  assert.equal(twice.length, 6);
  assert.deepEqual(
    twice
      .filter(({ Name }) => Name === 'COIN1_USDT')
      .map(({ Exchange, MinNotional }) => [Exchange, MinNotional]),
    [
      ['Binance', 5],
      ['GateIo', 3],
    ],
  );
});

test('no symbols are one empty list, and a name beyond all measure is left out alone', () => {
  assert.deepEqual(rowsOf(symbolInfoMessages([])), []);
  assert.equal(symbolInfoMessages([]).length, 1);
  const [first, ...rest] = symbolInfoOf(2);
  assert.ok(first !== undefined);
  assert.equal(rowsOf(symbolInfoMessages([{ ...first, symbol: 'X'.repeat(5_000) }, ...rest])).length, 3);
});
