// The spread of two legs, and rows of joined legs as growable typed columns.
// Pure: no I/O, no clock. A missing value is NaN here and becomes null only at the edges.

/** Percent, bid against bid; NaN where either bid is absent or the quotient means nothing (bid2 = 0). */
export function spreadPercent(bid1: number, bid2: number): number {
  if (bid2 === 0 || !Number.isFinite(bid2)) return Number.NaN;
  const spread = (bid1 / bid2 - 1) * 100;
  return Number.isFinite(spread) ? spread : Number.NaN;
}

/** The same of whole columns: the first `length` values of `into`, which has room for them. */
export function spreadsPercent(
  bid1: Float64Array,
  bid2: Float64Array,
  length: number,
  into: Float64Array,
): void {
  for (let row = 0; row < length; row += 1) into[row] = spreadPercent(bid1[row]!, bid2[row]!);
}

/** Rows of a join, ascending by `stampUs` (equal stamps may occur). What lies behind `length` is not data. */
export interface JoinedColumns {
  readonly length: number;
  /** Microseconds: the left row's own stamp. */
  readonly stampUs: Float64Array;
  readonly bid1: Float64Array;
  /** NaN where the right leg's row had no bid, or (where unmatched rows are kept) there was no such row. */
  readonly bid2: Float64Array;
}

/** JoinedColumns that grow; cleared and filled again for each chunk, so that a stream allocates once. */
export class JoinedRows implements JoinedColumns {
  length = 0;
  stampUs = new Float64Array(0);
  bid1 = new Float64Array(0);
  bid2 = new Float64Array(0);
  /** Data only in rows made with asks. */
  ask1 = new Float64Array(0);
  ask2 = new Float64Array(0);
  readonly hasAsks: boolean;

  constructor(hasAsks = false) {
    this.hasAsks = hasAsks;
  }

  clear(): void {
    this.length = 0;
  }

  /** Makes room for `rows` more; the arrays may be new ones afterwards. */
  reserve(rows: number): void {
    const needed = this.length + rows;
    if (needed <= this.stampUs.length) return;
    const capacity = Math.max(needed, this.stampUs.length * 2);
    this.stampUs = grown(this.stampUs, this.length, capacity);
    this.bid1 = grown(this.bid1, this.length, capacity);
    this.bid2 = grown(this.bid2, this.length, capacity);
    if (!this.hasAsks) return;
    this.ask1 = grown(this.ask1, this.length, capacity);
    this.ask2 = grown(this.ask2, this.length, capacity);
  }
}

/** A copy of the first `length` values with room for `capacity`. */
export function grown(values: Float64Array, length: number, capacity: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(capacity);
  larger.set(values.subarray(0, length));
  return larger;
}
