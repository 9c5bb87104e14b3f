// Where the present spread lies in what its pair did before: the statistics have five points of the distribution over time, and
// between two of them it is taken as straight. Pure.

/** Percent of the spread at these shares of the time; NaN = not known. */
export interface Distribution {
  readonly min: number;
  readonly p01: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const SHARES = [0, 1, 50, 99, 100] as const;

/**
 * 0 to 100: so much of the time the spread was below; where several of the points are the spread itself, the middle of their
 * shares. NaN where that is not known, or the points do not ascend. As rules of alerts have it.
 */
export function percentileOf(spread: number, { min, p01, p50, p99, max }: Distribution): number {
  const points = [min, p01, p50, p99, max];
  if (Number.isNaN(spread) || points.some((point, at) => !(point >= (points[at - 1] ?? -Infinity))))
    return Number.NaN;
  const below = points.filter((point) => point < spread).length;
  const notAbove = points.filter((point) => point <= spread).length;
  if (below < notAbove) return (SHARES[below]! + SHARES[notAbove - 1]!) / 2;
  if (below === 0 || below === points.length) return below === 0 ? 0 : 100;
  const [low, high] = [points[below - 1]!, points[below]!];
  const [from, to] = [SHARES[below - 1]!, SHARES[below]!];
  return from + ((spread - low) / (high - low)) * (to - from);
}
