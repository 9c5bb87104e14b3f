import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  PUSH_BODY,
  readAggreBookTicker,
  readBookTickerBatch,
  readLimitDepths,
  readPushData,
} from '../../src/exchanges/mexc-protobuf.js';
import { messageTypes } from '../oracle/protobuf.js';
import { recordedFrames, recordedSkip } from './material.js';

const { typeOf, skip } = messageTypes();
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.constantFrom('', '0', '86503.92'));
const time = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const ticker = fc.record({
  bidPrice: text,
  bidQuantity: text,
  askPrice: text,
  askQuantity: text,
  version: text,
  lastOrderCreateTime: time,
});
const wrapper = fc.record(
  {
    channel: text,
    symbol: text,
    symbolId: text,
    createTime: time,
    sendTime: time,
    publicAggreBookTicker: ticker,
  },
  { requiredKeys: [] },
);

/** A time as the reader gives it: absent = NaN; zero that proto3 leaves out is absent too. */
const timeOf = (value: unknown): number => (value === undefined ? Number.NaN : Number(value));

test('the reader of MEXC reads of every message what the library reads', { skip }, () => {
  const Wrapper = typeOf!('PushDataV3ApiWrapper');
  fc.assert(
    fc.property(wrapper, (message) => {
      const bytes = Wrapper.encode(Wrapper.fromObject(message)).finish();
      const told = Wrapper.toObject(Wrapper.decode(bytes), { longs: Number });
      const read = readPushData(bytes)!;
      assert.deepEqual(
        [read.channel, read.symbol, read.createTimeMs, read.sendTimeMs],
        [told['channel'] ?? '', told['symbol'] ?? '', timeOf(told['createTime']), timeOf(told['sendTime'])],
      );
      const body = told['publicAggreBookTicker'] as Record<string, unknown> | undefined;
      assert.equal(read.bodyField, body === undefined ? 0 : PUSH_BODY.aggreBookTicker);
      if (body === undefined) return;
      const { lastOrderCreateTimeMs, ...texts } = readAggreBookTicker(read.body)!;
      const { lastOrderCreateTime, ...toldTexts } = body;
      assert.deepEqual(lastOrderCreateTimeMs, timeOf(lastOrderCreateTime));
      for (const [name, value] of Object.entries(texts)) assert.equal(value, toldTexts[name] ?? '', name);
    }),
    { numRuns: 2_000 },
  );
});

const level = fc.record({ price: text, quantity: text });
const sides = { bidPrice: text, bidQuantity: text, askPrice: text, askQuantity: text };
const otherBodies = fc.oneof(
  fc.record({
    publicLimitDepths: fc.record({
      asks: fc.array(level, { maxLength: 6 }),
      bids: fc.array(level, { maxLength: 6 }),
      eventType: text,
      version: text,
      lastOrderCreateTime: time,
    }),
  }),
  fc.record({ publicBookTicker: fc.record(sides) }),
  fc.record({
    publicBookTickerBatch: fc.record({ items: fc.array(fc.record(sides), { maxLength: 4 }) }),
  }),
);

test('the reader of MEXC reads whole books, single tickers and batches as the library does', { skip }, () => {
  const Wrapper = typeOf!('PushDataV3ApiWrapper');
  const sidesOf = ({ bidPrice, bidQuantity, askPrice, askQuantity }: Record<string, string>) => [
    ...[bidPrice, bidQuantity, askPrice, askQuantity],
  ];
  const levelsOf = (levels: unknown) =>
    (levels as { price: string; quantity: string }[]).map(({ price, quantity }) => [price, quantity]);
  fc.assert(
    fc.property(otherBodies, (message) => {
      const bytes = Wrapper.encode(Wrapper.fromObject(message)).finish();
      const told = Wrapper.toObject(Wrapper.decode(bytes), { longs: Number, defaults: true, arrays: true });
      const { bodyField, body } = readPushData(bytes)!;
      if (bodyField === PUSH_BODY.limitDepths) {
        const depths = told['publicLimitDepths'] as Record<string, unknown>;
        const { asks, bids, version } = readLimitDepths(body)!;
        assert.deepEqual([levelsOf(depths['asks']), levelsOf(depths['bids'])], [asks, bids]);
        assert.equal(version, depths['version']);
      } else if (bodyField === PUSH_BODY.bookTicker) {
        const ticker = told['publicBookTicker'] as Record<string, string>;
        assert.deepEqual(sidesOf({ ...readAggreBookTicker(body)! } as never), sidesOf(ticker));
      } else {
        assert.equal(bodyField, PUSH_BODY.bookTickerBatch);
        const { items } = told['publicBookTickerBatch'] as { items: Record<string, string>[] };
        assert.deepEqual(
          readBookTickerBatch(body)!.map((one) => sidesOf({ ...one } as never)),
          items.map(sidesOf),
        );
      }
    }),
    { numRuns: 2_000 },
  );
});

test('the reader of MEXC skips fields that came later, of every kind', { skip }, () => {
  const Later = typeOf!('LaterWrapper');
  const later = fc.record({
    bidPrice: text,
    askQuantity: text,
    lastOrderCreateTime: time,
    ratio: fc.double(),
    share: fc.float(),
    counts: fc.array(fc.nat(), { maxLength: 5 }),
    more: fc.uint8Array({ maxLength: 20 }),
    turn: fc.integer(),
  });
  const message = fc.record({
    channel: text,
    nonce: fc.nat(),
    symbol: text,
    sendTime: time,
    sum: fc.nat(),
    publicAggreBookTicker: later,
    publicNew: later,
  });
  fc.assert(
    fc.property(message, (sent) => {
      const read = readPushData(Later.encode(Later.fromObject(sent)).finish())!;
      assert.equal(read.channel, sent.channel);
      assert.equal(read.symbol, sent.symbol);
      assert.equal(read.bodyField, PUSH_BODY.aggreBookTicker);
      const body = readAggreBookTicker(read.body)!;
      assert.equal(body.bidPrice, sent.publicAggreBookTicker.bidPrice);
      assert.equal(body.askQuantity, sent.publicAggreBookTicker.askQuantity);
      assert.equal(body.askPrice, '');
    }),
    { numRuns: 1_000 },
  );
});

test('the reader of MEXC takes no broken message for whole', { skip }, () => {
  const Wrapper = typeOf!('PushDataV3ApiWrapper');
  const cut = fc.record({ message: wrapper, at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) });
  fc.assert(
    fc.property(cut, ({ message, at, byte }) => {
      const bytes = Uint8Array.from(Wrapper.encode(Wrapper.fromObject(message)).finish());
      if (bytes.length === 0) return;
      const pieces = [bytes.subarray(0, at % bytes.length), bytes.with(at % bytes.length, byte)];
      for (const piece of pieces) {
        const read = readPushData(piece);
        if (read?.bodyField === PUSH_BODY.aggreBookTicker) readAggreBookTicker(read.body);
        if (read === undefined || read.bodyField !== 0) continue;
        try {
          Wrapper.decode(piece);
        } catch (error) {
          // Texts that nobody asks for (symbolId) are skipped unread.
          assert.match(String(error), /not valid for encoding/);
        }
      }
    }),
    { numRuns: 2_000 },
  );
});

test('the reader of MEXC survives any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const read = readPushData(bytes);
      for (const reader of [readAggreBookTicker, readBookTickerBatch, readLimitDepths]) {
        reader(bytes);
        if (read !== undefined) reader(read.body);
      }
    }),
    { numRuns: 5_000 },
  );
});

test('the reader of MEXC gives no time for one that is negative or past 2^53', { skip }, () => {
  const Wrapper = typeOf!('PushDataV3ApiWrapper');
  for (const sendTime of ['-1', '-9223372036854775808', '9223372036854775807', '9007199254740992']) {
    const bytes = Wrapper.encode(Wrapper.fromObject({ channel: 'c', sendTime })).finish();
    assert.deepEqual(readPushData(bytes)?.sendTimeMs, Number.NaN, sendTime);
  }
});

test('the library and the reader agree on the recorded frames of MEXC', {
  skip: skip || recordedSkip,
}, () => {
  const Wrapper = typeOf!('PushDataV3ApiWrapper');
  const binary = recordedFrames('mexc').filter(({ frame }) => frame[0] !== '{'.charCodeAt(0));
  assert.ok(binary.length >= 2);
  for (const { frame, channel } of binary) {
    const told = Wrapper.toObject(Wrapper.decode(frame), { longs: Number });
    const read = readPushData(frame)!;
    assert.equal(read.symbol, told['symbol']);
    assert.equal(read.sendTimeMs, told['sendTime']);
    const field = channel === 'aggre.bookTicker' ? PUSH_BODY.aggreBookTicker : PUSH_BODY.aggreDeals;
    assert.equal(read.bodyField, field);
    if (channel !== 'aggre.bookTicker') continue;
    const { lastOrderCreateTime, ...body } = told['publicAggreBookTicker'] as Record<string, unknown>;
    assert.deepEqual(
      { ...readAggreBookTicker(read.body) },
      { ...body, lastOrderCreateTimeMs: lastOrderCreateTime },
    );
  }
});
