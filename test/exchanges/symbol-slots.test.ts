import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SymbolSlots } from '../../src/exchanges/symbol-slots.js';

const symbols = fc.array(fc.stringMatching(/^[A-Z0-9_-]{1,31}$/), { maxLength: 60 });
const bytesOf = (symbol: string) => Buffer.from(`"${symbol}"`);

test('a symbol is the text of its bytes and the instrument of the listing, however many there are', () => {
  fc.assert(
    fc.property(symbols, fc.integer({ min: 3, max: 12 }), fc.boolean(), (given, sizeLog2Max, isVersioned) => {
      const ids = new Map([...new Set(given)].slice(3).map((symbol, id) => [symbol, id]));
      const listing = { idOf: (symbol: string) => ids.get(symbol) ?? -1, contractSizeOf: () => 1 };
      const slots = new SymbolSlots(isVersioned ? { ...listing, version: 1 } : listing, sizeLog2Max);
      for (const symbol of [...given, ...given]) {
        const bytes = bytesOf(symbol);
        assert.equal(slots.textOf(bytes, 1, bytes.length - 1), symbol);
        assert.equal(slots.idOf(bytes, 1, bytes.length - 1), ids.get(symbol) ?? -1);
      }
    }),
  );
});

test('the listing is asked once for each of its versions', () => {
  let [asked, id] = [0, 7];
  const listing = {
    version: 1,
    contractSizeOf: () => 1,
    idOf() {
      asked += 1;
      return id;
    },
  };
  const slots = new SymbolSlots(listing);
  const [bytes, other] = [bytesOf('BTCUSDT'), bytesOf('ETHUSDT')];
  for (let time = 0; time < 5; time += 1) assert.equal(slots.idOf(bytes, 1, 8), 7);
  assert.equal(asked, 1);
  id = -1;
  listing.version = 2;
  for (let time = 0; time < 5; time += 1) assert.equal(slots.idOf(bytes, 1, 8), -1);
  assert.equal(slots.idOf(other, 1, 8), -1);
  assert.equal(asked, 3);
});

test('a symbol of 32 bytes and more is left to the JSON', () => {
  const slots = new SymbolSlots({ idOf: () => 1, contractSizeOf: () => 1 });
  const bytes = bytesOf('A'.repeat(32));
  assert.equal(slots.idOf(bytes, 1, 33), -1);
  assert.equal(slots.textOf(bytes, 1, 33), undefined);
});

test('a text is kept without the frame that it came in, which may be used again', () => {
  const slots = new SymbolSlots({ idOf: () => 1, contractSizeOf: () => 1 });
  const frame = bytesOf('BTCUSDT');
  assert.equal(slots.textOf(frame, 1, 8), 'BTCUSDT');
  frame.fill('x');
  assert.equal(slots.textOf(bytesOf('BTCUSDT'), 1, 8), 'BTCUSDT');
  assert.equal(slots.textOf(frame, 1, 8), 'xxxxxxx');
});
