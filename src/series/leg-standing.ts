// One leg by the rules of the `valid` join: its quotes, and a row without prices where one stops standing without a next
// one. All that was told of it is known beforehand, so each row is given once and for good. Two legs that stand have a spread.

import type { QuoteColumns } from '../core/columns.js';
import type { Micros } from '../core/time.js';
import { STALE_LIMIT_US_DEFAULT } from './valid.js';
import type { LegEvent } from './valid-points.js';

type Gap = Extract<LegEvent, { readonly kind: 'gap' }>;
type Limit = Extract<LegEvent, { readonly kind: 'limit' }>;

/** NaN for both prices: from here on nothing stands. Never two such rows in a row, never first. */
export type TakeQuote = (stampUs: Micros, bid: number, ask: number) => void;

export class LegStanding {
  readonly #take: TakeQuote;
  readonly #gaps: readonly Gap[];
  readonly #limits: readonly Limit[];
  #nextGap = 0;
  #nextLimit = 0;
  #limitUs = STALE_LIMIT_US_DEFAULT;
  #quoteUs: Micros = Number.NaN;
  /** Exclusive; −Infinity: nothing stands. */
  #untilUs: Micros = Number.NEGATIVE_INFINITY;
  /** Quotes up to here are not valid. */
  #blindUntilUs: Micros = Number.NEGATIVE_INFINITY;

  /** `events`: of this leg alone, in any order, those that were noticed later too. */
  constructor(events: readonly LegEvent[], take: TakeQuote) {
    this.#take = take;
    this.#gaps = events
      .filter((event): event is Gap => event.kind === 'gap')
      .sort((a, b) => a.fromUs - b.fromUs);
    this.#limits = events
      .filter((event): event is Limit => event.kind === 'limit')
      .sort((a, b) => a.stampUs - b.stampUs);
  }

  /** Rows in order, chunk after chunk. */
  push({ length, receivedUs, bid, ask }: QuoteColumns): void {
    for (let row = 0; row < length; row += 1) {
      const us = receivedUs[row]!;
      this.#tellUntil(us);
      if (us > this.#blindUntilUs) this.#quote(us, bid[row]!, ask[row]!);
    }
  }

  /** History is known up to here: what stopped standing before it has its row. */
  finish(endUs: Micros): void {
    this.#tellUntil(endUs);
    if ((this.#gaps[this.#nextGap]?.fromUs ?? Number.POSITIVE_INFINITY) <= endUs) this.#gap();
    if (this.#untilUs < endUs) this.#end(this.#untilUs);
  }

  /** Of equal stamps a gap comes before the quote, a limit after it. */
  #tellUntil(us: Micros): void {
    for (;;) {
      const gapUs = this.#gaps[this.#nextGap]?.fromUs ?? Number.POSITIVE_INFINITY;
      const limitUs = this.#limits[this.#nextLimit]?.stampUs ?? Number.POSITIVE_INFINITY;
      if (gapUs <= us && gapUs <= limitUs) this.#gap();
      else if (limitUs < us) this.#limit();
      else return;
    }
  }

  #quote(us: Micros, bid: number, ask: number): void {
    // A next quote at the very end goes on without a hole.
    if (this.#untilUs < us) this.#end(this.#untilUs);
    if (this.#limitUs <= 0 || (Number.isNaN(bid) && Number.isNaN(ask))) {
      this.#end(us);
      return;
    }
    this.#quoteUs = us;
    this.#untilUs = us + this.#limitUs;
    this.#take(us, bid, ask);
  }

  #gap(): void {
    const { fromUs, stampUs } = this.#gaps[this.#nextGap]!;
    this.#nextGap += 1;
    this.#end(Math.min(this.#untilUs, fromUs));
    this.#blindUntilUs = Math.max(this.#blindUntilUs, stampUs);
  }

  /** It may end what stands now, never before, and makes nothing stand again. */
  #limit(): void {
    const { stampUs, limitUs } = this.#limits[this.#nextLimit]!;
    this.#nextLimit += 1;
    this.#limitUs = limitUs;
    if (this.#untilUs <= stampUs) {
      this.#end(this.#untilUs);
      return;
    }
    this.#untilUs = Math.max(this.#quoteUs + limitUs, stampUs);
    if (this.#untilUs <= stampUs) this.#end(stampUs);
  }

  #end(us: Micros): void {
    if (this.#untilUs === Number.NEGATIVE_INFINITY) return;
    this.#untilUs = Number.NEGATIVE_INFINITY;
    this.#take(us, Number.NaN, Number.NaN);
  }
}
