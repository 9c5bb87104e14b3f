// For how long a pair was refused for what: one spell after the other, each with its reasons, and how much time there was of each. Bounded:
// where there are too many, neighbours become one that is refused for the reasons of both, so that no time is shown as better than it was.

import { REFUSAL_BIT, REFUSALS, type Refusal, type RefusalBits } from '../core/refusals.js';
import type { Micros } from '../core/time.js';

export interface Spell {
  readonly fromUs: Micros;
  readonly toUs: Micros;
  readonly refusals: RefusalBits;
}

export interface SpellTotals {
  /** Both legs stood. */
  readonly seenUs: number;
  /** Some of it: what was shown paid the costs. */
  readonly payingUs: number;
  /** Some of that: it could have been traded. */
  readonly tradableUs: number;
  /** Of the time in which what was shown paid: refused for it. Reasons overlap. */
  readonly refusedUs: Readonly<Record<Refusal, number>>;
}

/** With any of these there is no spread. */
const UNSEEN = (['no-live-leg', 'lagging', 'stale', 'halted'] as const).reduce(
  (bits, reason) => bits | REFUSAL_BIT[reason],
  0,
);

export class Spells {
  readonly #fromUs: Micros;
  readonly #spellsMax: number;
  #starts: Micros[] = [];
  #bits: RefusalBits[] = [];

  /** Before `fromUs` nothing is kept but what stands when it begins. */
  constructor(fromUs: Micros, spellsMax: number) {
    this.#fromUs = fromUs;
    this.#spellsMax = spellsMax;
  }

  /** So it is from `us` on. Moments ascend, but for what `takeBack` opens again. */
  push(us: Micros, refusals: RefusalBits): void {
    const last = this.#starts.length - 1;
    const atUs = Math.max(us, this.#fromUs);
    if (last >= 0 && this.#starts[last] === atUs) {
      this.#bits[last] = refusals;
      return;
    }
    if (last >= 0 && this.#bits[last] === refusals) return;
    this.#starts.push(atUs);
    this.#bits.push(refusals);
  }

  /** What was said from `fromUs` on was wrong: so it was there. */
  takeBack(fromUs: Micros, refusals: RefusalBits): void {
    while (this.#starts.length > 0 && this.#starts.at(-1)! >= fromUs) {
      this.#starts.pop();
      this.#bits.pop();
    }
    this.push(fromUs, refusals);
  }

  totals(toUs: Micros): SpellTotals {
    let [seenUs, payingUs, tradableUs] = [0, 0, 0];
    const refusedUs = Object.fromEntries(REFUSALS.map((reason) => [reason, 0])) as Record<Refusal, number>;
    for (const [at, bits] of this.#bits.entries()) {
      const forUs = Math.max(0, Math.min(this.#starts[at + 1] ?? toUs, toUs) - this.#starts[at]!);
      if ((bits & UNSEEN) !== 0) continue;
      seenUs += forUs;
      if ((bits & REFUSAL_BIT['below-costs']) !== 0) continue;
      payingUs += forUs;
      if (bits === 0) tradableUs += forUs;
      for (const reason of REFUSALS) if ((bits & REFUSAL_BIT[reason]) !== 0) refusedUs[reason] += forUs;
    }
    return { seenUs, payingUs, tradableUs, refusedUs };
  }

  /** In order, without a gap between them; at most so many as the bound. `joinedBelowUs`: shorter ones were put together. */
  list(toUs: Micros): { readonly spells: readonly Spell[]; readonly joinedBelowUs: number } {
    let spells: Spell[] = this.#starts.map((fromUs, at) => ({
      ...{ fromUs, toUs: Math.min(this.#starts[at + 1] ?? toUs, toUs), refusals: this.#bits[at]! },
    }));
    spells = spells.filter(({ fromUs, toUs: endUs }) => fromUs < endUs);
    let joinedBelowUs = 0;
    for (let belowUs = 50_000; spells.length > this.#spellsMax; belowUs *= 2) {
      joinedBelowUs = belowUs;
      spells = joined(spells, belowUs);
    }
    return { spells, joinedBelowUs };
  }
}

/** Those that are shorter become one with what follows, and equal neighbours one. */
function joined(spells: readonly Spell[], belowUs: number): Spell[] {
  const made: Spell[] = [];
  for (const spell of spells) {
    const last = made.at(-1);
    const isShort = last !== undefined && last.toUs - last.fromUs < belowUs;
    if (last !== undefined && (isShort || last.refusals === spell.refusals))
      made[made.length - 1] = { ...last, toUs: spell.toUs, refusals: last.refusals | spell.refusals };
    else made.push(spell);
  }
  return made;
}
