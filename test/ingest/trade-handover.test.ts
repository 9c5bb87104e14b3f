import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type HeardTrade, TradeHandover } from '../../src/ingest/trade-handover.js';

const trade = (id: number, instrumentId = 0): HeardTrade => ({
  ...{ instrumentId, price: 1, size: 1, side: 1 as const, exchangeUs: Number.NaN, receivedUs: 0 },
  // Of any length: ids are no numbers here.
  tradeId: String(BigInt(id) + 9_999_999_999_999_999_990n),
});

test('each trade goes on once and in order, however the two connections lag behind one another', () => {
  const plan = fc.record({
    count: fc.integer({ min: 1, max: 40 }),
    /** When the new one begins to bring them, and when it takes over; both as a share of all. */
    begins: fc.integer({ min: 0, max: 100 }),
    takesOver: fc.integer({ min: 0, max: 100 }),
    /** Which of the two gets on with the next of its trades. */
    turns: fc.array(fc.boolean(), { minLength: 80, maxLength: 200 }),
  });
  fc.assert(
    fc.property(plan, ({ count, begins, takesOver, turns }) => {
      const passed: string[] = [];
      const handover = new TradeHandover(({ tradeId }) => passed.push(tradeId));
      let oldAt = 0;
      let newAt = Math.floor((begins * count) / 101);
      // Only once the old one has brought all that came before the new one began.
      const until = Math.max(newAt, Math.floor((takesOver * count) / 100));
      let isOver = false;
      for (const isNew of turns) {
        if (!isOver && oldAt >= until) {
          handover.complete();
          isOver = true;
        }
        if (!isOver && !isNew) handover.fromOld(trade(oldAt++));
        else if (newAt < count) {
          if (isOver) handover.afterwards(trade(newAt++));
          else handover.fromNew(trade(newAt++));
        }
      }
      if (!isOver) handover.complete();
      while (newAt < count) handover.afterwards(trade(newAt++));
      const all = Array.from({ length: count }, (_, id) => trade(id).tradeId);
      if (!isOver && oldAt < until) return;
      assert.deepEqual(passed, all);
    }),
    { numRuns: 2_000 },
  );
});

test('what a new connection held goes with it when it falls, and the old one goes on', () => {
  const passed: string[] = [];
  const handover = new TradeHandover(({ tradeId }) => passed.push(tradeId));
  handover.fromNew(trade(3));
  handover.newFell();
  handover.fromOld(trade(2));
  handover.complete();
  handover.afterwards(trade(2));
  handover.afterwards(trade(3));
  assert.deepEqual(passed, [trade(2).tradeId, trade(3).tradeId]);
  assert.equal(handover.duplicates, 1);
});

test('trades without an id all go on, and one instrument does not hold back another', () => {
  let passed = 0;
  const handover = new TradeHandover(() => {
    passed += 1;
  });
  const nameless = { ...trade(1), tradeId: '' };
  handover.fromOld(nameless);
  handover.fromOld(trade(9));
  handover.fromNew(nameless);
  handover.fromNew(trade(1, 1));
  handover.complete();
  assert.equal(passed, 4);
});

test('a handover that lasts holds no more than its bound', () => {
  let passed = 0;
  const handover = new TradeHandover(() => {
    passed += 1;
  });
  for (let id = 0; id < 30_000; id++) {
    handover.fromOld(trade(id));
    handover.fromNew(trade(id));
  }
  handover.fromNew(trade(30_000));
  handover.complete();
  assert.equal(passed, 30_001);
});
