import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isoMicros } from '../../src/core/time.js';
import {
  createSpreadText,
  MESSAGE_BYTES_MAX,
  type SpreadPieces,
  spreadPieces,
} from '../../src/feed/spread-message.js';

const FILTER = { minVolume: 1_500_000, maxVolume: 999_999_999_999 };

function piecesOf(exchange: string, symbol: string): SpreadPieces {
  const pieces = spreadPieces(exchange, symbol, FILTER);
  assert.ok(pieces !== null);
  return pieces;
}

test('a message is written to the letter', () => {
  const stampUs = Date.UTC(2026, 10, 22, 20, 3, 1) * 1_000 + 123_456;
  const text = createSpreadText()(piecesOf('GateIo', 'BTC/USDT'), stampUs, 99.5, 100, stampUs - 20_456);
  assert.equal(
    text,
    '{"MessageType":"Spread","Payload":{"BestBid":99.5,"BestAsk":100,"SpreadPercentage":0.5,' +
      '"MinVolume":1500000,"MaxVolume":999999999999,"ServerTimestamp":"2026-11-22T20:03:01.103000Z",' +
      '"Exchange":"GateIo","Symbol":"BTC_USDT","Timestamp":"2026-11-22T20:03:01.123456Z"}}',
  );
});

test('every number of a quote comes back exactly, and times to the microsecond', () => {
  const text = createSpreadText();
  const price = fc.double({ min: Number.MIN_VALUE, noNaN: true, noDefaultInfinity: true });
  const us = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
  fc.assert(
    fc.property(price, price, us, fc.option(us, { nil: Number.NaN }), (bid, ask, stampUs, exchangeUs) => {
      const said = text(piecesOf('Bybit', 'BTC/USDT'), stampUs, bid, ask, exchangeUs);
      const percent = ((ask - bid) / ask) * 100;
      if (said === null) {
        assert.ok(!Number.isFinite(percent));
        return;
      }
      assert.ok(Buffer.byteLength(said) < MESSAGE_BYTES_MAX);
      const { ServerTimestamp, ...payload } = JSON.parse(said).Payload;
      assert.deepEqual(payload, {
        BestBid: bid,
        BestAsk: ask,
        SpreadPercentage: percent,
        MinVolume: 1_500_000,
        MaxVolume: 999_999_999_999,
        Exchange: 'Bybit',
        Symbol: 'BTC_USDT',
        Timestamp: isoMicros(stampUs),
      });
      assert.equal(ServerTimestamp, Number.isNaN(exchangeUs) ? undefined : isoMicros(exchangeUs));
    }),
    { numRuns: 1_000 },
  );
});

test('whatever an exchange calls itself or its symbols, a message stays whole and short', () => {
  const text = createSpreadText();
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 2_000 }),
      fc.string({ unit: 'binary', maxLength: 2_000 }),
      (exchange, symbol) => {
        const pieces = spreadPieces(exchange, symbol, FILTER);
        if (pieces === null) return;
        const said = text(pieces, 1, Number.MIN_VALUE, Number.MAX_VALUE, 1) ?? '';
        const bytes = Buffer.from(said);
        assert.ok(bytes.length < MESSAGE_BYTES_MAX, `${bytes.length} bytes`);
        assert.equal(JSON.parse(bytes.toString()).Payload.Symbol.length, symbol.length);
      },
    ),
  );
});

test('what JSON cannot say is not sent, and an impossible exchange time is left out', () => {
  const text = createSpreadText();
  const pieces = piecesOf('OKX', 'BTC/USDT');
  const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const number of odd) {
    assert.equal(text(pieces, 1, number, 1, Number.NaN), null);
    assert.equal(text(pieces, 1, 1, number, Number.NaN), null);
  }
  assert.equal(text(pieces, 1, 1, 0, Number.NaN), null);
  for (const exchangeUs of [Number.NaN, 0, -5, 1e20, Number.POSITIVE_INFINITY])
    assert.doesNotMatch(text(pieces, 1, 1, 2, exchangeUs) ?? '', /ServerTimestamp/);
});
