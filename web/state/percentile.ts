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

/** 0 to 100: so much of the time the spread was below; NaN where that is not known. */
export function percentileOf(spread: number, { min, p01, p50, p99, max }: Distribution): number {
  const points = [min, p01, p50, p99, max];
  const shares = [0, 1, 50, 99, 100];
  if (Number.isNaN(spread) || points.some((point) => !Number.isFinite(point))) return Number.NaN;
  if (spread <= min) return 0;
  if (spread >= max) return 100;
  const above = points.findIndex((point) => spread < point);
  const [low, high] = [points[above - 1]!, points[above]!];
  const [from, to] = [shares[above - 1]!, shares[above]!];
  return high > low ? from + ((spread - low) / (high - low)) * (to - from) : to;
}
