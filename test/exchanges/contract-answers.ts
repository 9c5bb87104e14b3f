// The part of the exchange contract that is about answers: what the exchange says to a request of ours, and what it
// shows over REST of its best prices and its time.

import assert from 'node:assert/strict';
import { type ExchangeAdapter, ListingError } from '../../src/exchanges/exchange.js';
import { callsOf, TestListing } from './record.js';
import { REST_EXAMPLES, type RequestSent, type RestExample, TIME_MS } from './rest-examples.js';

const NOW_US = 1_795_000_000_123_456;
const NONSENSE = ['<html>blocked</html>', null, 42, { code: '50011', msg: 'Too Many Requests' }];

export function answerPromises(
  adapter: ExchangeAdapter,
  promise: (name: string, run: () => void) => void,
): void {
  const example = REST_EXAMPLES[adapter.name];
  assert.ok(example !== undefined, `rest-examples.ts has examples of ${adapter.name}`);
  requestPromises(adapter, example, promise);
  restPromises(adapter, example, promise);
}

function requestPromises(
  adapter: ExchangeAdapter,
  example: RestExample,
  promise: (name: string, run: () => void) => void,
): void {
  const symbols = example.symbols.slice(0, adapter.limits.symbolsPerMessage);

  promise('gives symbols up in a frame that its own decoder takes for a request', () => {
    const listing = new TestListing('open');
    const frame = adapter.unsubscribeFrame(symbols, 9, NOW_US);
    assert.equal(callsOf(adapter.createDecoder(listing), listing, frame)[0]?.[1], 'request', frame);
    assert.notEqual(frame, adapter.subscribeFrame(symbols, 9, NOW_US));
    for (const symbol of symbols) assert.ok(frame.toLowerCase().includes(symbol.toLowerCase()), frame);
    const many = Array.from({ length: adapter.limits.symbolsPerMessage }, (_, at) => `LONGSYMBOL${at}USDT`);
    const longest = adapter.unsubscribeFrame(many, 9, NOW_US);
    assert.ok(longest.length < 64 * 1024, 'a full message stays below 64 KB');
  });

  promise('tells the answer to giving up from the answer to asking, and whose answer it is', () => {
    const listing = new TestListing('open');
    const decoder = adapter.createDecoder(listing);
    for (const [kind, frame] of [
      ['subscribed', adapter.subscribeFrame(symbols, 9, NOW_US)],
      ['unsubscribed', adapter.unsubscribeFrame(symbols, 9, NOW_US)],
    ] as const) {
      const answer = example.granted(JSON.parse(frame) as RequestSent);
      const calls = callsOf(decoder, listing, JSON.stringify(answer));
      const [call, ...more] = calls;
      assert.deepEqual([call?.[0], call?.[1], more], ['control', kind, []], JSON.stringify(answer));
      const { requestId } = (call?.[2] ?? {}) as { requestId?: string };
      assert.equal(requestId, example.namesNoRequest === true ? undefined : '9', JSON.stringify(calls));
    }
  });
}

function restPromises(
  adapter: ExchangeAdapter,
  example: RestExample,
  promise: (name: string, run: () => void) => void,
): void {
  const [both, noBid, noAsk] = example.symbols;

  promise('reads the best prices of every symbol from one answer, and nothing where there is none', () => {
    assert.deepEqual(
      [...adapter.parseTops(example.tops)],
      [
        [both, { bid: 100.1, ask: 100.2 }],
        [noBid, { bid: Number.NaN, ask: 100.2 }],
        [noAsk, { bid: 100.1, ask: Number.NaN }],
      ],
    );
  });

  promise('never makes a price of what is none', () => {
    const text = JSON.stringify(example.tops);
    for (const odd of [
      '"-1"',
      '"x"',
      '"Infinity"',
      '-5',
      'true',
      '{}',
      '[]',
      '1e999',
      '"0"',
      '0',
      '""',
      'null',
    ]) {
      const tops = adapter.parseTops(JSON.parse(text.replaceAll('"100.1"', odd)));
      assert.deepEqual(tops.get(both), { bid: Number.NaN, ask: 100.2 }, odd);
    }
  });

  promise(
    'leaves out a row of the best prices that is none, and refuses an answer without one that is',
    () => {
      const damage = (keep: number) =>
        JSON.stringify(example.tops).replace(/\{[^{}]*"extra":1\}/g, oddRow(keep));
      assert.deepEqual([...adapter.parseTops(JSON.parse(damage(1))).keys()], [noBid]);
      assert.throws(() => adapter.parseTops(JSON.parse(damage(-1))), ListingError);
    },
  );

  promise("reads the exchange's time in milliseconds", () => {
    assert.equal(adapter.timeRequest.readMs(example.time), TIME_MS);
    const text = JSON.stringify(example.time);
    for (const odd of ['"soon"', '0', '-1', 'null', '{}', '""']) {
      const body: unknown = JSON.parse(text.replaceAll(RegExp(`"?\\b${TIME_MS}\\b"?`, 'g'), odd));
      assert.throws(() => adapter.timeRequest.readMs(body), ListingError, JSON.stringify(body));
    }
  });

  promise('refuses tops and times that are not what the exchange documents', () => {
    assert.ok(adapter.topsRequest.path.startsWith('/') && adapter.timeRequest.path.startsWith('/'));
    for (const body of NONSENSE)
      for (const read of [adapter.parseTops, adapter.timeRequest.readMs])
        assert.throws(() => read(body), ListingError, JSON.stringify(body));
  });
}

/** Every row but the one at `keep` becomes no row. */
function oddRow(keep: number): (row: string) => string {
  let at = -1;
  return (row) => {
    at += 1;
    return at === keep ? row : ['null', '{"extra":1}', '7'][at]!;
  };
}
