// Trades of the exchanges whose channel of them is known: what they are to a sink that wants them, and to one
// that does not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExchangeAdapter } from '../../src/exchanges/exchange.js';
import { adapters } from '../../src/exchanges/index.js';
import { fixtureBytes, fixtureFrames, recordedFrames, recordedSkip } from './material.js';
import { callsOf, TestListing } from './record.js';

const withTrades = adapters.filter(({ trades }) => trades !== undefined);

const CHANNELS: Readonly<Record<string, { readonly prefix: string; readonly channel: string }>> = {
  Binance: { prefix: 'binance', channel: 'trade' },
  GateIo: { prefix: 'gate', channel: 'spot.trades' },
};

function read(adapter: ExchangeAdapter, frame: string | Uint8Array, wantsTrades = true) {
  const listing = new TestListing('open');
  return callsOf(adapter.createDecoder(listing), listing, frame, Number.NaN, wantsTrades);
}

test('trades are known of the two exchanges of which the reference recorded them', () => {
  assert.deepEqual(
    withTrades.map(({ name }) => name),
    Object.keys(CHANNELS),
  );
});

for (const adapter of withTrades) {
  const { prefix, channel } = CHANNELS[adapter.name]!;

  test(`${adapter.name} gives for every fixture of trades what stands beside it`, () => {
    for (const fixture of fixtureFrames(`${adapter.name.toLowerCase()}-trades`))
      assert.deepEqual(read(adapter, fixtureBytes(fixture)), fixture.expect, fixture.note);
  });

  test(`${adapter.name} turns every recorded trade into one trade, and only trades`, {
    skip: recordedSkip,
  }, () => {
    const frames = recordedFrames(prefix);
    assert.ok(frames.some((line) => line.channel === channel));
    for (const line of frames) {
      const calls = read(adapter, line.frame);
      const where = `${line.file} ${Buffer.from(line.frame)} gives ${JSON.stringify(calls)}`;
      if (line.channel !== channel) {
        assert.ok(
          calls.every(([kind]) => kind !== 'trade'),
          where,
        );
        continue;
      }
      const [[kind, symbol, price, size, side, exchangeUs, tradeId] = ['none'], ...more] = calls;
      assert.equal(kind, 'trade', where);
      assert.deepEqual(more, []);
      assert.match(String(symbol), /^[A-Z0-9]+(_[A-Z]+)?$/);
      assert.ok((price as number) > 0 && (size as number) > 0 && Math.abs(side as number) === 1, where);
      assert.ok(Number.isSafeInteger(exchangeUs) && (exchangeUs as number) > 1.5e15, where);
      assert.match(String(tradeId), /^\d+$/);
    }
  });

  test(`${adapter.name} leaves trades control frames of another channel where nobody wants them`, () => {
    for (const fixture of fixtureFrames(`${adapter.name.toLowerCase()}-trades`))
      for (const call of read(adapter, fixtureBytes(fixture), false))
        assert.deepEqual(call.slice(0, 2), ['control', 'other-channel'], fixture.note);
  });

  test(`${adapter.name} asks for trades in a frame that its own decoder takes for a request`, () => {
    const { subscribeFrame, unsubscribeFrame } = adapter.trades!;
    for (const frame of [subscribeFrame(['BTC_USDT'], 7, 0), unsubscribeFrame(['BTC_USDT'], 8, 0)])
      assert.equal(read(adapter, frame)[0]?.[1], 'request', frame);
  });
}

test('trades are asked for in the words of their exchange', () => {
  const [binance, gateio] = withTrades;
  assert.equal(
    binance?.trades?.subscribeFrame(['BTCUSDT', 'ETHUSDT'], 3, 0),
    '{"method":"SUBSCRIBE","params":["btcusdt@trade","ethusdt@trade"],"id":3}',
  );
  assert.equal(
    gateio?.trades?.unsubscribeFrame(['BTC_USDT'], 4, 1_700_000_000_999_999),
    '{"time":1700000000,"id":4,"channel":"spot.trades","event":"unsubscribe","payload":["BTC_USDT"]}',
  );
});

test('trades of a symbol that is not selected are rejected', () => {
  for (const adapter of withTrades) {
    const listing = new TestListing([]);
    const [fixture] = fixtureFrames(`${adapter.name.toLowerCase()}-trades`);
    const calls = callsOf(adapter.createDecoder(listing), listing, fixtureBytes(fixture!), Number.NaN, true);
    assert.deepEqual(calls, [['reject', 'unknown-symbol']]);
  }
});
