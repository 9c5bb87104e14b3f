// The `valid` join of one pair: both legs trigger, and a spread stands only while both legs' quotes are
// valid. Takes events in the one order and never asks a clock; what a Gap proves wrong afterwards is
// retracted.

import { assert } from '../core/assert.js';
import type { Micros } from '../core/time.js';
import { spreadPercent } from './spread.js';

/** Leg 0 is exchange1 (left), leg 1 exchange2. */
export type LegIndex = 0 | 1;

/** How long a quote stands without a next one, until its instrument's own limit is learned. */
export const STALE_LIMIT_US_DEFAULT = 60_000_000;

/**
 * How many changes between "spread" and "no spread" a Gap may reach back over and still be followed exactly.
 * Beyond that a null point may stand where there was none before: never a value too many.
 */
const TURNS_KEPT = 1_024;

export interface ValidSink {
  /**
   * The next point; NaN = from here on there is no spread (one such point, never two in a row, never first).
   */
  point(stampUs: Micros, spreadPercent: number): void;
  /** Every point with a stamp >= fromUs was wrong: forget it. A null point at fromUs may follow. */
  retract(fromUs: Micros): void;
}

interface Leg {
  bid: number;
  ask: number;
  quoteUs: Micros;
  /** Exclusive: from here on the quote is stale. */
  validUntilUs: Micros;
  valid: boolean;
  limitUs: number;
}

/**
 * Calls must come in stamp order. A quote is valid in [its stamp, end): end is the first of the instrument's
 * next quote, the `fromUs` of a gap noticed later, its stale limit. A next quote at the very end continues
 * without a hole.
 */
export class ValidJoin {
  readonly #sink: ValidSink;
  readonly #legs: readonly [Leg, Leg];
  /** Where the pair turned valid or invalid, alternating; the last one is the present state. Ascending. */
  readonly #turnsUs: Micros[] = [];
  readonly #turnsValid: boolean[] = [];
  #turnsForgotten = false;
  #nowUs = Number.NEGATIVE_INFINITY;

  /** `limitsUs`: the stale limits that the legs begin with; one for both, or one each. */
  constructor(sink: ValidSink, limitsUs: number | readonly [number, number] = STALE_LIMIT_US_DEFAULT) {
    this.#sink = sink;
    const [first, second] = typeof limitsUs === 'number' ? [limitsUs, limitsUs] : limitsUs;
    this.#legs = [emptyLeg(first), emptyLeg(second)];
  }

  /** Both legs stand and have a spread. */
  get valid(): boolean {
    return this.#turnsValid[this.#turnsValid.length - 1] === true;
  }

  /** The leg's present quote; NaN while it has none that is valid. For executable spreads and ages. */
  bid(leg: LegIndex): number {
    return this.#legs[leg].valid ? this.#legs[leg].bid : Number.NaN;
  }

  ask(leg: LegIndex): number {
    return this.#legs[leg].valid ? this.#legs[leg].ask : Number.NaN;
  }

  quoteUs(leg: LegIndex): Micros {
    return this.#legs[leg].valid ? this.#legs[leg].quoteUs : Number.NaN;
  }

  quote(leg: LegIndex, stampUs: Micros, bid: number, ask: number): void {
    this.#expire(stampUs, leg);
    const own = this.#legs[leg];
    own.bid = bid;
    own.ask = ask;
    own.quoteUs = stampUs;
    own.validUntilUs = stampUs + own.limitUs;
    own.valid = own.limitUs > 0;
    const [first, second] = this.#legs;
    if (!first.valid || !second.valid) {
      this.#end(stampUs);
      return;
    }
    const spread = spreadPercent(first.bid, second.bid);
    if (Number.isNaN(spread)) {
      this.#end(stampUs);
      return;
    }
    if (!this.valid) this.#turn(stampUs, true);
    this.#sink.point(stampUs, spread);
  }

  /**
   * No quote of this leg is valid from `fromUs` (<= stampUs) until its next one. A side going empty is the
   * same with fromUs = stampUs.
   */
  gap(leg: LegIndex, stampUs: Micros, fromUs: Micros): void {
    assert(fromUs <= stampUs, 'a gap begins before or when it is noticed');
    this.#expire(stampUs);
    const own = this.#legs[leg];
    own.valid = false;
    this.#takeBack(fromUs);
    this.#end(fromUs);
  }

  /**
   * The instrument's stale limit from now on. It may end the present quote now, never before and never revive
   * it.
   */
  limit(leg: LegIndex, stampUs: Micros, limitUs: number): void {
    assert(limitUs >= 0, 'a stale limit is not negative');
    this.#expire(stampUs);
    const own = this.#legs[leg];
    own.limitUs = limitUs;
    own.validUntilUs = Math.max(own.quoteUs + limitUs, stampUs);
    this.#expire(stampUs);
  }

  /**
   * Says that time has come to `nowUs` without an event: what went stale before then gets its null point. How
   * often this is called changes nothing in the end.
   */
  advance(nowUs: Micros): void {
    this.#expire(nowUs, 'both');
  }

  /**
   * Says that no gap will reach back before `beforeUs`, or that it does not matter to which value it leads
   * there: what is kept for following such gaps may go.
   */
  forget(beforeUs: Micros): void {
    let gone = 0;
    while (gone + 1 < this.#turnsUs.length && this.#turnsUs[gone + 1]! <= beforeUs) gone += 1;
    if (gone === 0) return;
    this.#turnsUs.splice(0, gone);
    this.#turnsValid.splice(0, gone);
    this.#turnsForgotten = true;
  }

  /**
   * Ends the quotes that are stale at `nowUs`; those of `open` legs only if they were stale before it,
   * because their next quote may still come at `nowUs`.
   */
  #expire(nowUs: Micros, open?: LegIndex | 'both'): void {
    assert(nowUs >= this.#nowUs, 'events of a pair come in stamp order');
    this.#nowUs = nowUs;
    let endUs = Number.POSITIVE_INFINITY;
    for (const index of [0, 1] as const) {
      const leg = this.#legs[index];
      const strict = open === 'both' || open === index;
      const stale = strict ? leg.validUntilUs < nowUs : leg.validUntilUs <= nowUs;
      if (!leg.valid || !stale) continue;
      leg.valid = false;
      endUs = Math.min(endUs, leg.validUntilUs);
    }
    if (endUs !== Number.POSITIVE_INFINITY) this.#end(endUs);
  }

  #end(stampUs: Micros): void {
    if (!this.valid) return;
    this.#turn(stampUs, false);
    this.#sink.point(stampUs, Number.NaN);
  }

  #turn(stampUs: Micros, valid: boolean): void {
    if (this.#turnsUs.length === 2 * TURNS_KEPT) {
      this.#turnsUs.splice(0, TURNS_KEPT);
      this.#turnsValid.splice(0, TURNS_KEPT);
      this.#turnsForgotten = true;
    }
    this.#turnsUs.push(stampUs);
    this.#turnsValid.push(valid);
  }

  #takeBack(fromUs: Micros): void {
    this.#sink.retract(fromUs);
    while (this.#turnsUs.length > 0 && this.#turnsUs[this.#turnsUs.length - 1]! >= fromUs) {
      this.#turnsUs.pop();
      this.#turnsValid.pop();
    }
    // What was before the oldest turn we kept is unknown: take it as valid, so that a null point is made.
    if (this.#turnsUs.length === 0 && this.#turnsForgotten) this.#turn(fromUs, true);
  }
}

function emptyLeg(limitUs: number): Leg {
  return {
    bid: Number.NaN,
    ask: Number.NaN,
    quoteUs: Number.NaN,
    validUntilUs: Number.NEGATIVE_INFINITY,
    valid: false,
    limitUs,
  };
}
