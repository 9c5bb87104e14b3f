// Quotes as columns: how a stretch of one instrument's history travels between lake, series and history.

/**
 * Rows of one instrument, ascending by `receivedUs` (equal stamps may occur in foreign lakes).
 * All arrays have at least `length` elements; what lies behind `length` is not data.
 */
export interface QuoteColumns {
  readonly length: number;
  /** Microseconds, integers. */
  readonly receivedUs: Float64Array;
  /** NaN where a foreign lake holds null. */
  readonly bid: Float64Array;
  readonly ask: Float64Array;
  /** The rest is there only when asked for; NaN where absent. */
  readonly bidSize?: Float64Array;
  readonly askSize?: Float64Array;
  readonly exchangeUs?: Float64Array;
}
