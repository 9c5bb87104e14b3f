// Fewer points of a chart without hiding anything: equal stretches of time that keep their first, last, least
// and greatest spread and every hole between them. Pure; as the server does it.

/** first, least, greatest, last, and a hole between each two: what a stretch may keep. */
const KEPT_EACH = 7;

export interface Columns {
  timestamps: number[];
  spreads: (number | null)[];
  upperBand: (number | null)[];
  lowerBand: (number | null)[];
}

export function emptyColumns(): Columns {
  return { timestamps: [], spreads: [], upperBand: [], lowerBand: [] };
}

/** Rows [from, to), copied. */
export function slice(columns: Readonly<Columns>, from: number, to?: number): Columns {
  return {
    timestamps: columns.timestamps.slice(from, to),
    spreads: columns.spreads.slice(from, to),
    upperBand: columns.upperBand.slice(from, to),
    lowerBand: columns.lowerBand.slice(from, to),
  };
}

/** One after the other; the caller answers for the order. */
export function joined(...parts: readonly Columns[]): Columns {
  return {
    timestamps: parts.flatMap((part) => part.timestamps),
    spreads: parts.flatMap((part) => part.spreads),
    upperBand: parts.flatMap((part) => part.upperBand),
    lowerBand: parts.flatMap((part) => part.lowerBand),
  };
}

/** The first row at or after this moment; the length where there is none. Stamps ascend. */
export function rowAt(timestamps: readonly number[], seconds: number): number {
  let low = 0;
  let high = timestamps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timestamps[middle]! < seconds) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** At most `points` rows (at least 7), in order; as they are where they are no more. */
export function thin(columns: Columns, points: number): Columns {
  const { timestamps, spreads } = columns;
  if (timestamps.length <= points) return columns;
  const stretches = Math.max(1, Math.floor(points / KEPT_EACH));
  const origin = timestamps[0]!;
  const width = (timestamps.at(-1)! - origin) / stretches;
  const kept: number[] = [];
  let row = 0;
  for (let stretch = 0; stretch < stretches; stretch += 1) {
    // Rounding must not leave the last row outside of the last stretch.
    const isLast = stretch === stretches - 1;
    const end = isLast ? timestamps.length : rowAt(timestamps, origin + (stretch + 1) * width);
    if (end > row) kept.push(...worthKeeping(spreads, row, end));
    row = Math.max(row, end);
  }
  const pick = <T>(values: readonly T[]): T[] => kept.map((at) => values[at]!);
  return {
    timestamps: pick(timestamps),
    spreads: pick(spreads),
    upperBand: pick(columns.upperBand),
    lowerBand: pick(columns.lowerBand),
  };
}

function worthKeeping(spreads: readonly (number | null)[], from: number, to: number): number[] {
  let least = -1;
  let greatest = -1;
  for (let row = from; row < to; row += 1) {
    const spread = spreads[row]!;
    if (spread === null) continue;
    if (least < 0 || spread < spreads[least]!) least = row;
    if (greatest < 0 || spread > spreads[greatest]!) greatest = row;
  }
  const rows = new Set([from, least, greatest, to - 1]);
  rows.delete(-1);
  const kept = [...rows].sort((a, b) => a - b);
  const holes = kept.slice(1).flatMap((next, at) => {
    const hole = spreads.indexOf(null, kept[at]! + 1);
    return hole >= 0 && hole < next ? [hole] : [];
  });
  return [...kept, ...holes].sort((a, b) => a - b);
}
