// The `valid` join of one pair over stretches of its legs' columns whose gaps are all known: the points of validStream, and
// with each what either direction of a trade at the best prices gives. Made for whole histories of many pairs: works on
// arrays that all pairs of a symbol share, and allocates nothing a row.

import type { QuoteColumns } from '../core/columns.js';
import { firstNotBelow } from '../core/search.js';
import type { Micros } from '../core/time.js';
import { grown, spreadPercent } from './spread.js';
import { STALE_LIMIT_US_DEFAULT } from './valid.js';
import type { LegEvent } from './valid-points.js';

/** Rows [from, to) of a leg. */
export interface RowStretch {
  readonly columns: QuoteColumns;
  readonly from: number;
  readonly to: number;
}

/** Ascending; a point without a spread (NaN) begins a hole. What lies behind `length` is not data. */
export class PairPoints {
  length = 0;
  stampUs = new Float64Array(0);
  /** Percent, bid against bid. */
  spread = new Float64Array(0);
  /** Percent: selling on exchange1 at its bid and buying on exchange2 at its ask; NaN without an ask. */
  edge12 = new Float64Array(0);
  /** Percent: selling on exchange2 and buying on exchange1. */
  edge21 = new Float64Array(0);

  clear(): void {
    this.length = 0;
  }

  /** Room for `points` more; the arrays may be new ones afterwards. */
  reserve(points: number): void {
    const needed = this.length + points;
    if (needed <= this.stampUs.length) return;
    const capacity = Math.max(needed, this.stampUs.length * 2);
    this.stampUs = grown(this.stampUs, this.length, capacity);
    this.spread = grown(this.spread, this.length, capacity);
    this.edge12 = grown(this.edge12, this.length, capacity);
    this.edge21 = grown(this.edge21, this.length, capacity);
  }

  hole(stampUs: Micros): void {
    this.stampUs[this.length] = stampUs;
    this.spread[this.length] = Number.NaN;
    this.edge12[this.length] = Number.NaN;
    this.edge21[this.length] = Number.NaN;
    this.length += 1;
  }
}

type Gap = Extract<LegEvent, { readonly kind: 'gap' }>;
type Limit = Extract<LegEvent, { readonly kind: 'limit' }>;

interface Leg {
  bid: number;
  ask: number;
  quoteUs: Micros;
  /** Exclusive; −Infinity: there is no quote. */
  untilUs: Micros;
  limitUs: number;
  /** Quotes up to here are not valid. */
  blindUntilUs: Micros;
}

/** Points that one row can make: the hole before it and its own. */
const POINTS_A_ROW = 2;

export class PairJoin {
  readonly #legs: readonly [Leg, Leg] = [noQuote(), noQuote()];
  /** That are still to come. */
  #gaps: Gap[] = [];
  #limits: Limit[] = [];
  #nextGap = 0;
  #nextLimit = 0;
  #isValid = false;
  /** Rows before it are done. */
  #doneUs = Number.NEGATIVE_INFINITY;

  /**
   * Gaps and limits of either leg, in any order, before the rows that they concern. Of a gap that reaches further back
   * only the rest counts.
   */
  tell(events: readonly LegEvent[]): void {
    const gaps = this.#gaps.slice(this.#nextGap);
    const limits = this.#limits.slice(this.#nextLimit);
    for (const event of events) {
      if (event.kind === 'limit') limits.push(event);
      else gaps.push({ ...event, fromUs: Math.max(event.fromUs, this.#doneUs) });
    }
    this.#gaps = gaps.sort((a, b) => a.fromUs - b.fromUs);
    this.#limits = limits.sort((a, b) => a.stampUs - b.stampUs);
    [this.#nextGap, this.#nextLimit] = [0, 0];
  }

  /**
   * Appends the points of these rows. All rows before `beforeUs` of either leg that have not been given yet are in them, and
   * none from it on.
   */
  run(first: RowStretch, second: RowStretch, beforeUs: Micros, out: PairPoints): void {
    let [row1, row2] = [first.from, second.from];
    out.reserve(POINTS_A_ROW * (first.to - row1 + second.to - row2));
    for (;;) {
      const gap = this.#gaps[this.#nextGap];
      const limit = this.#limits[this.#nextLimit];
      const gapUs = gap?.fromUs ?? Number.POSITIVE_INFINITY;
      const limitUs = limit?.stampUs ?? Number.POSITIVE_INFINITY;
      // Of equal stamps a gap comes before the rows, a limit after them.
      const endUs = Math.min(gapUs, limitUs + 1, beforeUs);
      const to1 = firstFrom(first, row1, endUs);
      const to2 = firstFrom(second, row2, endUs);
      this.#rows(first.columns, row1, to1, second.columns, row2, to2, out);
      [row1, row2] = [to1, to2];
      if (gapUs <= limitUs && gapUs < beforeUs) this.#gap(gap!, out);
      else if (limitUs < beforeUs) this.#limit(limit!, out);
      else break;
    }
    this.#doneUs = beforeUs;
  }

  /** Another one that goes on from here. */
  clone(): PairJoin {
    const made = new PairJoin();
    for (const [n, leg] of this.#legs.entries()) Object.assign(made.#legs[n]!, leg);
    made.#gaps = this.#gaps.slice(this.#nextGap);
    made.#limits = this.#limits.slice(this.#nextLimit);
    [made.#isValid, made.#doneUs] = [this.#isValid, this.#doneUs];
    return made;
  }

  /** History is known up to here: a quote that went stale before has its hole. */
  finish(endUs: Micros, out: PairPoints): void {
    out.reserve(1);
    if (this.#isValid && this.#untilUs() < endUs) this.#end(this.#untilUs(), out);
  }

  /** Everything it works on is local: several times the speed of fields. */
  #rows(
    first: QuoteColumns,
    from1: number,
    to1: number,
    second: QuoteColumns,
    from2: number,
    to2: number,
    out: PairPoints,
  ): void {
    const { receivedUs: stamps1, bid: bids1, ask: asks1 } = first;
    const { receivedUs: stamps2, bid: bids2, ask: asks2 } = second;
    const { stampUs, spread: spreads, edge12, edge21 } = out;
    const [leg1, leg2] = this.#legs;
    const { limitUs: limit1Us, blindUntilUs: blind1Us } = leg1;
    const { limitUs: limit2Us, blindUntilUs: blind2Us } = leg2;
    let { bid: bid1, ask: ask1, untilUs: until1Us, quoteUs: quote1Us } = leg1;
    let { bid: bid2, ask: ask2, untilUs: until2Us, quoteUs: quote2Us } = leg2;
    let [row1, row2, isValid, length] = [from1, from2, this.#isValid, out.length];
    while (row1 < to1 || row2 < to2) {
      const isFirst = row2 === to2 || (row1 < to1 && stamps1[row1]! <= stamps2[row2]!);
      const us = isFirst ? stamps1[row1]! : stamps2[row2]!;
      // A quote holds up to its own end, and a next one at the very end goes on without a hole.
      const isStale = isFirst ? until1Us < us || until2Us <= us : until1Us <= us || until2Us < us;
      if (isFirst) {
        row1 += 1;
        if (us <= blind1Us) continue;
      } else {
        row2 += 1;
        if (us <= blind2Us) continue;
      }
      if (isStale && isValid) {
        stampUs[length] = Math.min(until1Us, until2Us);
        spreads[length] = edge12[length] = edge21[length] = Number.NaN;
        length += 1;
        isValid = false;
      }
      if (isFirst) {
        bid1 = bids1[row1 - 1]!;
        ask1 = asks1[row1 - 1]!;
        quote1Us = us;
        until1Us = us + limit1Us;
      } else {
        bid2 = bids2[row2 - 1]!;
        ask2 = asks2[row2 - 1]!;
        quote2Us = us;
        until2Us = us + limit2Us;
      }
      const spread = until1Us > us && until2Us > us ? spreadPercent(bid1, bid2) : Number.NaN;
      const hasSpread = !Number.isNaN(spread);
      if (!hasSpread && !isValid) continue;
      isValid = hasSpread;
      stampUs[length] = us;
      spreads[length] = spread;
      edge12[length] = hasSpread ? (bid1 / ask2 - 1) * 100 : Number.NaN;
      edge21[length] = hasSpread ? (bid2 / ask1 - 1) * 100 : Number.NaN;
      length += 1;
    }
    [leg1.bid, leg1.ask, leg1.quoteUs, leg1.untilUs] = [bid1, ask1, quote1Us, until1Us];
    [leg2.bid, leg2.ask, leg2.quoteUs, leg2.untilUs] = [bid2, ask2, quote2Us, until2Us];
    this.#isValid = isValid;
    out.length = length;
  }

  #gap({ leg, stampUs, fromUs }: Gap, out: PairPoints): void {
    this.#nextGap += 1;
    const own = this.#legs[leg];
    out.reserve(1);
    if (this.#isValid) this.#end(Math.min(this.#untilUs(), fromUs), out);
    own.untilUs = Number.NEGATIVE_INFINITY;
    own.blindUntilUs = Math.max(own.blindUntilUs, stampUs);
  }

  #limit({ leg, stampUs, limitUs }: Limit, out: PairPoints): void {
    this.#nextLimit += 1;
    const own = this.#legs[leg];
    own.limitUs = limitUs;
    out.reserve(1);
    if (this.#isValid && this.#untilUs() <= stampUs) this.#end(this.#untilUs(), out);
    // Ends what stands now, never before, and makes nothing stand again.
    if (own.untilUs > stampUs) own.untilUs = Math.max(own.quoteUs + limitUs, stampUs);
    if (this.#isValid && own.untilUs <= stampUs) this.#end(stampUs, out);
  }

  #untilUs(): Micros {
    return Math.min(this.#legs[0].untilUs, this.#legs[1].untilUs);
  }

  #end(stampUs: Micros, out: PairPoints): void {
    this.#isValid = false;
    out.hole(stampUs);
  }
}

/** The first row of the stretch from `from` on that is not before `us`: mostly the end of it. */
function firstFrom({ columns: { receivedUs }, to }: RowStretch, from: number, us: Micros): number {
  if (from === to || receivedUs[to - 1]! < us) return to;
  return firstNotBelow(receivedUs, us, from, to);
}

function noQuote(): Leg {
  return {
    bid: Number.NaN,
    ask: Number.NaN,
    quoteUs: Number.NaN,
    untilUs: Number.NEGATIVE_INFINITY,
    limitUs: STALE_LIMIT_US_DEFAULT,
    blindUntilUs: Number.NEGATIVE_INFINITY,
  };
}
