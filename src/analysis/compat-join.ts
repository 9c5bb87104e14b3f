// The reference's join of one pair over stretches of rows: every left row with the newest right row at or before it,
// however old that is. Rows without a bid or an ask are none.

import type { Micros } from '../core/time.js';
import type { RowStretch } from '../series/pair-join.js';
import {
  CompatAccumulator,
  type CompatParts,
  type CompatThresholds,
  compatDeviation,
  type PairStatistics,
} from './compat-accumulator.js';

/** Room for the left rows of one stretch: of all pairs, one after the other. */
let [leftStamps, deviations] = [new Float64Array(0), new Float64Array(0)];

function makeRoom(rows: number): void {
  leftStamps = new Float64Array(rows);
  deviations = new Float64Array(rows);
}

/** What became of the rows of a stretch of time: plain numbers, for keeping; some are NaN or infinite. */
export interface CompatPart {
  readonly leftRows: number;
  readonly rightRows: number;
  /** Of the newest right row before the stretch; NaN: there was none. */
  readonly bidBefore: number;
  /** Of the newest right row at its end. */
  readonly lastBid: number;
  /** Left rows before the first right row: they rest on what lies before the stretch. */
  readonly early: CompatParts;
  readonly rest: CompatParts;
}

/** What the reference's numbers are asked with. */
export interface CompatSettings {
  readonly thresholds?: CompatThresholds | undefined;
  readonly neutralPercent?: number | undefined;
}

/**
 * Neighbouring stretches put together, in order: left rows before the first right row of them all found no partner, whatever
 * lay before them.
 */
export class CompatWhole {
  leftRows = 0;
  rightRows = 0;
  /** Of the newest right row; NaN: there was none. */
  lastBid = Number.NaN;
  readonly #whole: CompatAccumulator;

  constructor({ thresholds, neutralPercent }: CompatSettings) {
    this.#whole = new CompatAccumulator(thresholds, neutralPercent);
  }

  /** What the part took from before it is what came before, or counts for nothing. */
  isFollowedBy({ bidBefore }: CompatPart): boolean {
    return this.rightRows === 0 || Object.is(this.lastBid, bidBefore);
  }

  add({ early, rest, leftRows, rightRows, lastBid }: CompatPart): void {
    if (this.rightRows > 0) this.#whole.merge(early);
    else this.#whole.mergeUnmatched(early);
    this.#whole.merge(rest);
    this.leftRows += leftRows;
    this.rightRows += rightRows;
    this.lastBid = lastBid;
  }

  /** Undefined where no left row found a partner. */
  finish(): PairStatistics | undefined {
    return this.#whole.finish();
  }
}

/** One part of neighbouring ones, in order. */
export function joinedCompat(parts: readonly CompatPart[], settings: CompatSettings): CompatPart {
  const { thresholds, neutralPercent } = settings;
  const early = new CompatAccumulator(thresholds, neutralPercent);
  const rest = new CompatAccumulator(thresholds, neutralPercent);
  let [leftRows, rightRows] = [0, 0];
  for (const part of parts) {
    (rightRows === 0 ? early : rest).merge(part.early);
    rest.merge(part.rest);
    leftRows += part.leftRows;
    rightRows += part.rightRows;
  }
  const [{ bidBefore }, { lastBid }] = [parts[0]!, parts.at(-1)!];
  return { leftRows, rightRows, bidBefore, lastBid, early: early.parts, rest: rest.parts };
}

/** A stretch that is under way. */
class Stretch {
  leftRows = 0;
  rightRows = 0;
  lastBid: number;
  readonly bidBefore: number;
  readonly early: CompatAccumulator;
  readonly rest: CompatAccumulator;

  constructor(bidBefore: number, { thresholds, neutralPercent }: CompatSettings) {
    this.bidBefore = this.lastBid = bidBefore;
    this.early = new CompatAccumulator(thresholds, neutralPercent);
    this.rest = new CompatAccumulator(thresholds, neutralPercent);
  }

  get part(): CompatPart {
    const { leftRows, rightRows, bidBefore, lastBid, early, rest } = this;
    return { leftRows, rightRows, bidBefore, lastBid, early: early.parts, rest: rest.parts };
  }
}

export class CompatJoin {
  #stretch: Stretch;
  readonly #fromUs: Micros;
  readonly #settings: CompatSettings;

  /** Rows from before `fromUs` do not count, not even as partners; `bidBefore` is of one that does. */
  constructor(fromUs: Micros, settings: CompatSettings, bidBefore = Number.NaN) {
    this.#fromUs = fromUs;
    this.#settings = settings;
    this.#stretch = new Stretch(bidBefore, settings);
  }

  get lastBid(): number {
    return this.#stretch.lastBid;
  }

  /** Ends the stretch; what comes belongs to the next one. */
  cut(): CompatPart {
    const { part } = this.#stretch;
    this.#stretch = new Stretch(part.lastBid, this.#settings);
    return part;
  }

  /** In order; none of one leg is missing before the last of the other. */
  run(left: RowStretch, right: RowStretch): void {
    const { receivedUs: stamps, bid: bids, ask: asks } = left.columns;
    const { receivedUs: rightStamps, bid: rightBids, ask: rightAsks } = right.columns;
    if (deviations.length < left.to - left.from) makeRoom(left.to - left.from);
    const [fromUs, part] = [this.#fromUs, this.#stretch];
    let [rightRow, rightBid, rightRows] = [right.from, part.lastBid, part.rightRows];
    let count = 0;
    const rightTo = right.to;
    for (let row = left.from; row <= left.to; row += 1) {
      const us = row < left.to ? stamps[row]! : Number.POSITIVE_INFINITY;
      for (; rightRow < rightTo && rightStamps[rightRow]! <= us; rightRow += 1) {
        const bid = rightBids[rightRow]!;
        if (rightStamps[rightRow]! < fromUs || Number.isNaN(bid + rightAsks[rightRow]!)) continue;
        if (rightRows === 0) {
          count = give(part, count);
          part.rightRows = 1;
        }
        rightBid = bid;
        rightRows += 1;
      }
      if (row === left.to) break;
      const bid = bids[row]!;
      if (us < fromUs || Number.isNaN(bid + asks[row]!)) continue;
      leftStamps[count] = us;
      deviations[count] = compatDeviation(bid, rightBid);
      count += 1;
    }
    give(part, count);
    part.lastBid = rightBid;
    part.rightRows = rightRows;
  }
}

/** The left rows that are in the room; gives what is left in it. */
function give(part: Stretch, count: number): number {
  part.leftRows += count;
  const { early, rest, rightRows, bidBefore } = part;
  if (rightRows === 0) early.pushRows(leftStamps, deviations, count, !Number.isNaN(bidBefore));
  else rest.pushRows(leftStamps, deviations, count, true);
  return 0;
}
