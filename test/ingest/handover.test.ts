// Two connections that bring the same quotes, each a stretch of them and each with its own lag: whichever of the two
// falls, and when, what goes on is the whole of what they brought, each once and in order.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Heard } from '../../src/ingest/crossing.js';
import { Handover } from '../../src/ingest/handover.js';

const ID = 3;

interface Plan {
  readonly count: number;
  /** Where the new connection begins. */
  readonly begins: number;
  readonly numbered: boolean;
  /** Who gets on: the old one, the new one, or the new one falls and comes back with what the exchange sends then. */
  readonly steps: readonly ('old' | 'new' | 'fall')[];
}

const plans = fc.record<Plan>({
  count: fc.integer({ min: 2, max: 60 }),
  begins: fc.integer({ min: 0, max: 10 }),
  numbered: fc.boolean(),
  steps: fc.array(
    fc.oneof(
      { weight: 10, arbitrary: fc.constant('old' as const) },
      { weight: 10, arbitrary: fc.constant('new' as const) },
      { weight: 1, arbitrary: fc.constant('fall' as const) },
    ),
    { minLength: 20, maxLength: 160 },
  ),
});

function play({ count, begins, numbered, steps }: Plan): { passed: number[]; taken: boolean } {
  const passed: number[] = [];
  let nowUs = 0;
  const handover = new Handover({
    pass: (_id, { bid }) => passed.push(bid),
    switched: () => {},
    isKnown: (_id, { bid }) => bid === passed.at(-1),
  });
  // Prices come back, times and ids do not.
  const heard = (at: number): Heard => ({
    ...{ bid: at, bidSize: 1, ask: 1 + (at % 3), askSize: 1, receivedUs: nowUs },
    exchangeUs: numbered ? Number.NaN : at * 1_000,
    updateId: numbered ? 10 + at * 2 : Number.NaN,
  });
  let oldAt = 0;
  let newAt = begins;
  let taken = false;
  for (const step of steps) {
    nowUs += 1_000;
    if (step === 'old' && oldAt < count) handover.fromOld(ID, heard(oldAt++));
    else if (step === 'new' && newAt < count) handover.fromNew(ID, heard(newAt++));
    else if (step === 'fall') {
      handover.takeBack(ID);
      handover.newFell();
      // It subscribes anew; what is sent now is what either of the two is to bring next, or a little later.
      newAt = Math.max(newAt, oldAt) + 1;
    }
    taken ||= handover.has(ID);
  }
  // The old one brings what is left.
  handover.takeBack(ID);
  handover.newFell();
  while (oldAt < count) handover.fromOld(ID, heard(oldAt++));
  return { passed, taken };
}

test('whenever the new connection falls, the old one goes on: each quote once, in order', () => {
  let takeovers = 0;
  fc.assert(
    fc.property(plans, (plan) => {
      const { passed, taken } = play(plan);
      if (taken) takeovers += 1;
      assert.deepEqual(
        passed,
        Array.from({ length: plan.count }, (_, at) => at),
      );
    }),
    { numRuns: 3_000 },
  );
  assert.ok(takeovers > 1_000, `${takeovers} of 3,000 were handed over`);
});
