// Where a spread lies among all that a pair has had, from the five numbers that its statistics keep. Pure. An approximation:
// between least, 1st, 50th, 99th percentile and greatest it goes in straight lines.

import { turnedPercent } from '../core/percent.js';

/** What the statistics of a pair tell of its spreads, percent. */
export interface SpreadQuantiles {
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
  /** Least, 1st, 50th, 99th percentile, greatest. */
  readonly percent: readonly [number, number, number, number, number];
}

/** The percentile that each of the numbers is. */
const RANKS = [0, 1, 50, 99, 100] as const;
export const QUANTILES = RANKS.length;

/**
 * 0 … 100; what lies outside is 0 or 100. Where several numbers are the spread itself, the middle of their percentiles. NaN where
 * there is no spread, or the numbers do not ascend. The numbers are `QUANTILES` of `values` from `at` on.
 */
export function percentileOf(values: Float64Array, at: number, spread: number): number {
  let below = 0;
  let notAbove = 0;
  let before = Number.NEGATIVE_INFINITY;
  for (let n = 0; n < QUANTILES; n += 1) {
    const value = values[at + n]!;
    // NaN fails too.
    if (!(value >= before)) return Number.NaN;
    if (value < spread) below = n + 1;
    if (value <= spread) notAbove = n + 1;
    before = value;
  }
  if (Number.isNaN(spread)) return Number.NaN;
  if (below < notAbove) return (RANKS[below]! + RANKS[notAbove - 1]!) / 2;
  if (below === 0) return 0;
  if (below === QUANTILES) return 100;
  const [low, high] = [values[at + below - 1]!, values[at + below]!];
  const share = (spread - low) / (high - low);
  return RANKS[below - 1]! + share * (RANKS[below]! - RANKS[below - 1]!);
}

/** The numbers of the pair named the other way round. */
export function turned(percent: SpreadQuantiles['percent']): SpreadQuantiles['percent'] {
  const [least, low, middle, high, greatest] = percent.map(turnedPercent);
  return [greatest!, high!, middle!, low!, least!];
}
