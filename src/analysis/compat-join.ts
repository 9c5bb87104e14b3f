// The reference's join of one pair over stretches of rows: every left row with the newest right row at or before it,
// however old that is. Rows without a bid or an ask are none.

import type { Micros } from '../core/time.js';
import type { RowStretch } from '../series/pair-join.js';
import { CompatAccumulator, type CompatThresholds, compatDeviation, type PairStatistics } from './compat.js';

export class CompatJoin {
  leftRows = 0;
  rightRows = 0;
  readonly #fromUs: Micros;
  readonly #statistics: CompatAccumulator;
  /** NaN: there was no right row yet. */
  #rightBid = Number.NaN;

  /** Rows from before `fromUs` do not count, not even as partners. */
  constructor(fromUs: Micros, thresholds?: CompatThresholds, neutralPercent?: number) {
    this.#fromUs = fromUs;
    this.#statistics = new CompatAccumulator(thresholds, neutralPercent);
  }

  /** In order; none of one leg is missing before the last of the other. */
  run(left: RowStretch, right: RowStretch): void {
    const { receivedUs: stamps, bid: bids, ask: asks } = left.columns;
    const { receivedUs: rightStamps, bid: rightBids, ask: rightAsks } = right.columns;
    let [rightRow, rightBid] = [right.from, this.#rightBid];
    let [leftRows, rightRows] = [0, 0];
    const rightTo = right.to;
    for (let row = left.from; row <= left.to; row += 1) {
      const us = row < left.to ? stamps[row]! : Number.POSITIVE_INFINITY;
      for (; rightRow < rightTo && rightStamps[rightRow]! <= us; rightRow += 1) {
        const bid = rightBids[rightRow]!;
        if (rightStamps[rightRow]! < this.#fromUs || Number.isNaN(bid + rightAsks[rightRow]!)) continue;
        rightBid = bid;
        rightRows += 1;
      }
      if (row === left.to) break;
      const bid = bids[row]!;
      if (us < this.#fromUs || Number.isNaN(bid + asks[row]!)) continue;
      leftRows += 1;
      this.#statistics.push(us, compatDeviation(bid, rightBid), !Number.isNaN(rightBid));
    }
    this.#rightBid = rightBid;
    this.leftRows += leftRows;
    this.rightRows += rightRows;
  }

  /** Undefined where no left row found a partner. */
  finish(): PairStatistics | undefined {
    return this.#statistics.finish();
  }
}
