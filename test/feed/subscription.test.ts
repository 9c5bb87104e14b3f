import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseClientMessage } from '../../src/feed/subscription.js';

const parse = (text: string) => parseClientMessage(Buffer.from(text), 3);

test('names are read in any case, symbols in any spelling', () => {
  const message = parse(
    '{"Action":"SUBSCRIBE","Symbols":["btc/usdt","ETH_USDT","sol-usdt"],"EXCHANGES":["gateIO"],"x":1}',
  );
  assert.ok('subscription' in message);
  assert.deepEqual(message.subscription.symbols, new Set(['BTCUSDT', 'ETHUSDT', 'SOLUSDT']));
  assert.deepEqual(message.subscription.exchanges, new Set(['gateio']));
  assert.equal(message.allSymbolInfo, false);
});

test('what is absent or null means all, an empty list means none', () => {
  for (const text of ['{"action":"subscribe"}', '{"action":"subscribe","symbols":null,"exchanges":null}'])
    assert.deepEqual(parse(text), { subscription: { symbols: null, exchanges: null }, allSymbolInfo: false });
  assert.deepEqual(parse('{"action":"subscribe","symbols":[]}'), {
    subscription: { symbols: new Set(), exchanges: null },
    allSymbolInfo: false,
  });
});

test('a mistake is named to the client', () => {
  const cases: readonly [string, RegExp][] = [
    ['', /JSON object/],
    ['subscribe', /JSON object/],
    ['[]', /JSON object/],
    ['null', /JSON object/],
    ['{}', /action/],
    ['{"action":"unsubscribe"}', /action/],
    ['{"action":"subscribe","symbols":"BTC_USDT"}', /^symbols: expected a list/],
    ['{"action":"subscribe","symbols":[1]}', /^symbols: expected names/],
    ['{"action":"subscribe","exchanges":["a","b","c","d"]}', /^exchanges: expected at most 3/],
    [`{"action":"subscribe","symbols":["${'x'.repeat(65)}"]}`, /^symbols: expected names of at most 64/],
    ['{"action":"subscribe","allSymbolInfo":"yes"}', /^allSymbolInfo/],
  ];
  for (const [text, expected] of cases) {
    const message = parse(text);
    assert.ok('problem' in message, text);
    assert.match(message.problem, expected);
  }
});

test('no bytes make it throw', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.json().map((text) => Buffer.from(text)),
      ),
      (bytes) => {
        const message = parseClientMessage(Buffer.from(bytes), 3);
        assert.ok('problem' in message || 'subscription' in message);
      },
    ),
  );
});
