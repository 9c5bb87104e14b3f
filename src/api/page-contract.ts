// What the views of one pair, of the lake and of the connections are answered with, as types only. A part of contract.ts, which
// gives it on: nobody else imports it from here.

/** One leg in the body of `/api/legs`: its own rows, ascending; the three columns have one length. */
export interface LegPrices {
  readonly exchange: string;
  /** Epoch seconds with milliseconds, rounded down. */
  readonly timestamps: readonly number[];
  /** Null for both prices: from here on no quote stands (a gap, or too old), up to the next row. */
  readonly bid: readonly (number | null)[];
  readonly ask: readonly (number | null)[];
}

/** The body of `/api/legs`. */
export interface LegsReply {
  readonly symbol: string;
  /** Half-open, epoch seconds with microseconds. */
  readonly from: number;
  readonly to: number;
  /** Of exchange1, then of exchange2. */
  readonly legs: readonly [LegPrices, LegPrices];
}

/** From beyond the threshold back to neutral, without a hole between. */
export interface CycleSummary {
  /** Epoch seconds with microseconds: when it armed, and when it was back at neutral. */
  readonly from: number;
  readonly to: number;
  /** `up`: the spread was above the threshold, exchange1 dear; `down`: below its negative. */
  readonly direction: 'up' | 'down';
  /** The spread that was farthest from zero, percent (negative of `down`), and when it came first. */
  readonly peakPercent: number;
  readonly peakAt: number;
}

/** The body of `/api/cycles`. */
export interface CyclesReply {
  readonly symbol: string;
  readonly exchange1: string;
  readonly exchange2: string;
  /** Half-open, epoch seconds with microseconds. */
  readonly from: number;
  readonly to: number;
  readonly thresholdPercent: number;
  readonly neutralPercent: number;
  /** In the order of time; one that is still open is none. */
  readonly cycles: readonly CycleSummary[];
  /** Armed, and then a hole: nobody knows how these ended. */
  readonly broken: number;
  /** Older ones were left out. */
  readonly more: boolean;
}
