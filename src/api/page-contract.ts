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
