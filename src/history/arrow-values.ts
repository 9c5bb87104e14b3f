// Columns of doubles as Arrow stores them: which values are there, and times as 64-bit integers. Pure.

const NOTHING = new Uint8Array(0);

/** A bit a value, the lowest first, 1 = there; no bits where all are. */
export function validityOf(values: Float64Array): { readonly bits: Uint8Array; readonly nullCount: number } {
  let nullCount = 0;
  for (const value of values) if (Number.isNaN(value)) nullCount += 1;
  if (nullCount === 0) return { bits: NOTHING, nullCount };
  const bits = new Uint8Array(Math.ceil(values.length / 8));
  for (let at = 0; at < values.length; at += 1)
    if (!Number.isNaN(values[at]!)) bits[at >> 3]! |= 1 << (at & 7);
  return { bits, nullCount };
}

/** Absent ones are 0. */
export function wholeMicros(values: Float64Array): BigInt64Array {
  const stored = new BigInt64Array(values.length);
  for (let at = 0; at < values.length; at += 1)
    if (!Number.isNaN(values[at]!)) stored[at] = BigInt(values[at]!);
  return stored;
}
