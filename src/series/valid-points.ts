// The `valid` join of two whole legs: columns, gaps and stale limits in, one column of points out.
// Drives the incremental join; holds no rule of its own.

import type { QuoteColumns } from '../core/columns.js';
import type { Micros } from '../core/time.js';
import { grown } from './spread.js';
import { type LegIndex, STALE_LIMIT_US_DEFAULT, ValidJoin, type ValidSink } from './valid.js';

/** What a leg's history holds beside its quotes. */
export type LegEvent =
  | { readonly kind: 'gap'; readonly leg: LegIndex; readonly stampUs: Micros; readonly fromUs: Micros }
  | { readonly kind: 'limit'; readonly leg: LegIndex; readonly stampUs: Micros; readonly limitUs: number };

/**
 * Points of a pair, ascending; `length` of them are data. NaN = a hole begins. A sink that a ValidJoin can
 * fill.
 */
export class SpreadPoints implements ValidSink {
  length = 0;
  stampUs = new Float64Array(64);
  spread = new Float64Array(64);

  point(stampUs: Micros, spread: number): void {
    if (this.length === this.stampUs.length) {
      this.stampUs = grown(this.stampUs, this.length, this.length * 2);
      this.spread = grown(this.spread, this.length, this.length * 2);
    }
    this.stampUs[this.length] = stampUs;
    this.spread[this.length] = spread;
    this.length += 1;
  }

  retract(fromUs: Micros): void {
    while (this.length > 0 && this.stampUs[this.length - 1]! >= fromUs) this.length -= 1;
  }
}

export interface ValidHistory {
  readonly legs: readonly [QuoteColumns, QuoteColumns];
  /** Gaps and limits of both legs, ascending by stamp. */
  readonly events?: readonly LegEvent[];
  readonly limitUs?: number;
  /** Up to where the history is known: what went stale by then gets its null point. */
  readonly endUs?: Micros;
}

/**
 * Of equal stamps, leg 0 comes before leg 1 and quotes before other events. (Our own stamps are never equal.)
 */
export function validPoints(history: ValidHistory): SpreadPoints {
  const points = new SpreadPoints();
  const join = new ValidJoin(points, history.limitUs ?? STALE_LIMIT_US_DEFAULT);
  const [first, second] = history.legs;
  const events = history.events ?? [];
  let row1 = 0;
  let row2 = 0;
  let at = 0;
  for (;;) {
    const us1 = row1 < first.length ? first.receivedUs[row1]! : Number.POSITIVE_INFINITY;
    const us2 = row2 < second.length ? second.receivedUs[row2]! : Number.POSITIVE_INFINITY;
    const event = events[at];
    const eventUs = event?.stampUs ?? Number.POSITIVE_INFINITY;
    const nextUs = Math.min(us1, us2, eventUs);
    if (nextUs === Number.POSITIVE_INFINITY) break;
    if (us1 === nextUs) {
      join.quote(0, us1, first.bid[row1]!, first.ask[row1]!);
      row1 += 1;
    } else if (us2 === nextUs) {
      join.quote(1, us2, second.bid[row2]!, second.ask[row2]!);
      row2 += 1;
    } else if (event !== undefined) {
      if (event.kind === 'gap') join.gap(event.leg, event.stampUs, event.fromUs);
      else join.limit(event.leg, event.stampUs, event.limitUs);
      at += 1;
    }
  }
  if (history.endUs !== undefined) join.advance(history.endUs);
  return points;
}
