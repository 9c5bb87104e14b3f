// The reference's join of one pair over stretches of rows: every left row with the newest right row at or before it,
// however old that is. Rows without a bid or an ask are none.

import type { Micros } from '../core/time.js';
import type { RowStretch } from '../series/pair-join.js';
import { CompatAccumulator, type CompatThresholds, compatDeviation, type PairStatistics } from './compat.js';

/** Room for the left rows of one stretch: of all pairs, one after the other. */
let [leftStamps, deviations] = [new Float64Array(0), new Float64Array(0)];

function makeRoom(rows: number): void {
  leftStamps = new Float64Array(rows);
  deviations = new Float64Array(rows);
}

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
    if (deviations.length < left.to - left.from) makeRoom(left.to - left.from);
    const fromUs = this.#fromUs;
    let [rightRow, rightBid] = [right.from, this.#rightBid];
    let [count, rightRows] = [0, 0];
    const rightTo = right.to;
    for (let row = left.from; row <= left.to; row += 1) {
      const us = row < left.to ? stamps[row]! : Number.POSITIVE_INFINITY;
      const hadPartner = !Number.isNaN(rightBid);
      for (; rightRow < rightTo && rightStamps[rightRow]! <= us; rightRow += 1) {
        const bid = rightBids[rightRow]!;
        if (rightStamps[rightRow]! < fromUs || Number.isNaN(bid + rightAsks[rightRow]!)) continue;
        rightBid = bid;
        rightRows += 1;
      }
      if (!hadPartner && rightRows > 0) count = this.#give(count, false);
      if (row === left.to) break;
      const bid = bids[row]!;
      if (us < fromUs || Number.isNaN(bid + asks[row]!)) continue;
      leftStamps[count] = us;
      deviations[count] = compatDeviation(bid, rightBid);
      count += 1;
    }
    this.#give(count, !Number.isNaN(rightBid));
    this.#rightBid = rightBid;
    this.rightRows += rightRows;
  }

  /** Those that are in the room; gives what is left in it. */
  #give(count: number, hasPartner: boolean): number {
    this.leftRows += count;
    this.#statistics.pushRows(leftStamps, deviations, count, hasPartner);
    return 0;
  }

  /** Undefined where no left row found a partner. */
  finish(): PairStatistics | undefined {
    return this.#statistics.finish();
  }
}
