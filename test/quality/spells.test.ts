// Spells of refusals against a reading of every microsecond; and what is put together where there are too many.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REFUSAL_BIT, REFUSALS } from '../../src/core/refusals.js';
import { Spells } from '../../src/quality/spells.js';
import { createRandom } from '../../src/sim/random.js';

const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${SEED} (SEED=… for another)`);

const CHOICE = [0, 0, REFUSAL_BIT['below-costs'], REFUSAL_BIT.thin | REFUSAL_BIT.flicker, REFUSAL_BIT.stale];
const END = 400;
const FROM = 50;

test('totals and spells are those of every moment, what was taken back among them', () => {
  const random = createRandom(SEED);
  for (let round = 0; round < 200; round += 1) {
    const spells = new Spells(FROM, 1_000);
    // What is said of each moment; before the first word nothing is.
    const truth: (number | undefined)[] = new Array(END).fill(undefined);
    for (let us = random.below(30); us < END; us += 1 + random.below(20)) {
      const bits = CHOICE[random.below(CHOICE.length)]!;
      const isBack = random.below(10) === 0;
      const from = isBack ? Math.max(0, us - random.below(60)) : us;
      if (isBack) spells.takeBack(from, bits);
      else spells.push(us, bits);
      truth.fill(bits, from);
    }
    const { spells: list, joinedBelowUs } = spells.list(END);
    assert.equal(joinedBelowUs, 0);
    const read: (number | undefined)[] = new Array(END).fill(undefined);
    for (const { fromUs, toUs, refusals } of list) read.fill(refusals, fromUs, toUs);
    assert.deepEqual(read.slice(FROM), truth.slice(FROM), `round ${round}`);
    const shown = truth.slice(FROM).filter((bits) => bits !== undefined);
    const count = (of: (bits: number) => boolean): number => shown.filter(of).length;
    const totals = spells.totals(END);
    const isSeen = (bits: number): boolean => (bits & REFUSAL_BIT.stale) === 0;
    const isPaying = (bits: number): boolean => isSeen(bits) && (bits & REFUSAL_BIT['below-costs']) === 0;
    assert.deepEqual(
      [totals.seenUs, totals.payingUs, totals.tradableUs, totals.refusedUs.thin],
      [
        count(isSeen),
        count(isPaying),
        count((bits) => bits === 0),
        count((bits) => (bits & REFUSAL_BIT.thin) !== 0),
      ],
    );
    assert.deepEqual(Object.keys(totals.refusedUs), REFUSALS);
  }
});

test('of too many spells neighbours become one that is refused for the reasons of both: none looks better than it was', () => {
  const spells = new Spells(0, 20);
  const second = 1_000_000;
  for (let at = 0; at < 200; at += 1)
    spells.push(at * second, at % 2 === 0 ? 0 : at % 3 === 0 ? REFUSAL_BIT.thin : REFUSAL_BIT.flicker);
  const { spells: list, joinedBelowUs } = spells.list(200 * second);
  assert.ok(list.length <= 20 && joinedBelowUs > second);
  assert.deepEqual([list[0]!.fromUs, list.at(-1)!.toUs], [0, 200 * second]);
  for (const [at, spell] of list.entries()) {
    assert.equal(spell.toUs, list[at + 1]?.fromUs ?? 200 * second);
    assert.notEqual(spell.refusals, 0);
  }
  // And yet it is told for how long it could have been traded.
  assert.equal(spells.totals(200 * second).tradableUs, 100 * second);
});
