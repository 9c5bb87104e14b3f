// What the buckets of a Downsampler keep, and the chart that is made of it: the rows of all buckets, filled up with rows
// evenly out of all, in order. Never keeps two values with a hole between them that is not kept, where that is asked for.

import type { EvenRows } from './even-rows.js';
import { FIELDS } from './even-rows.js';

/** What a bucket may keep; the last two where every hole is kept: one after the least and one after the greatest. */
export const [FIRST, LEAST, GREATEST, HOLE, LAST, HOLE_AFTER_LEAST, HOLE_AFTER_GREATEST] = [
  0, 1, 2, 3, 4, 5, 6,
];
export const SLOTS = 5;
export const SLOTS_EVERY_HOLE = 7;

/** What is kept first where there is no room for all. */
const BY_WORTH = [LAST, FIRST, LEAST, GREATEST, HOLE, HOLE_AFTER_LEAST, HOLE_AFTER_GREATEST] as const;

/** Rows of a chart, ascending; arrays are exactly `length` long. NaN = missing. */
export interface ChartColumns {
  readonly length: number;
  readonly timestampsUs: Float64Array;
  readonly spreads: Float64Array;
  readonly upperBand: Float64Array;
  readonly lowerBand: Float64Array;
}

/** A row, as its FIELDS, into a slot of the bucket whose slots begin at `at`. */
export function putRow(slots: Float64Array, at: number, slot: number, row: Float64Array): void {
  const to = at + slot * FIELDS;
  for (let field = 0; field < FIELDS; field += 1) slots[to + field] = row[field]!;
}

/** What a bucket keeps of its next row for being the first one, an extreme or a hole. Of equal extremes the first stays. */
export function keepRow(
  slots: Float64Array,
  at: number,
  row: Float64Array,
  isFirst: boolean,
  everyHole: boolean,
): void {
  const spread = row[2]!;
  if (isFirst) putRow(slots, at, FIRST, row);
  if (Number.isNaN(spread)) {
    if (!isFirst) keepHole(slots, at, row, everyHole);
    return;
  }
  // Comparisons with NaN, of a slot that is empty, are false: hence the negations.
  if (!(spread >= slots[at + LEAST * FIELDS + 2]!)) {
    putRow(slots, at, LEAST, row);
    if (everyHole) slots[at + HOLE_AFTER_LEAST * FIELDS] = Number.NaN;
  }
  if (!(spread <= slots[at + GREATEST * FIELDS + 2]!)) {
    putRow(slots, at, GREATEST, row);
    if (everyHole) slots[at + HOLE_AFTER_GREATEST * FIELDS] = Number.NaN;
  }
}

function keepHole(slots: Float64Array, at: number, row: Float64Array, everyHole: boolean): void {
  const isEmpty = (slot: number) => Number.isNaN(slots[at + slot * FIELDS]!);
  if (isEmpty(HOLE)) putRow(slots, at, HOLE, row);
  if (!everyHole) return;
  if (!isEmpty(LEAST) && isEmpty(HOLE_AFTER_LEAST)) putRow(slots, at, HOLE_AFTER_LEAST, row);
  if (!isEmpty(GREATEST) && isEmpty(HOLE_AFTER_GREATEST)) putRow(slots, at, HOLE_AFTER_GREATEST, row);
}

export interface Kept {
  /** Bucket after bucket, slot after slot, FIELDS values each; the row NaN = an empty slot. */
  readonly buckets: Float64Array;
  readonly slots: number;
  readonly even: EvenRows;
  readonly points: number;
  readonly everyHole: boolean;
  /** Sets the bands of an even row that is chosen. */
  readonly band: (rows: Float64Array, at: number) => void;
}

export function collect({ buckets, slots, even, points, everyHole, band }: Kept): ChartColumns {
  const chosen = chosenRows(buckets, slots, points);
  even.withoutKept(chosen.map((at) => buckets[at]!));
  const fillers = even.choose(points - chosen.length);
  for (const at of fillers) band(even.rows, at);
  const kept = new Float64Array((chosen.length + fillers.length) * FIELDS);
  let [length, fromChosen, fromFillers] = [0, 0, 0];
  while (fromChosen < chosen.length || fromFillers < fillers.length) {
    const at = chosen[fromChosen];
    const filler = fillers[fromFillers];
    const isChosen = filler === undefined || (at !== undefined && buckets[at]! < even.rows[filler]!);
    if (isChosen) fromChosen += 1;
    else fromFillers += 1;
    const source = isChosen ? buckets : even.rows;
    const from = isChosen ? at! : filler;
    // Of two that would draw a line over a hole, a filler gives way, and among the others the earlier.
    if (everyHole && hidesHole(kept, length - 1, source, from)) {
      if (!isChosen) continue;
      while (length > 0 && hidesHole(kept, length - 1, source, from)) length -= 1;
    }
    kept.set(source.subarray(from, from + FIELDS), length * FIELDS);
    length += 1;
  }
  const column = (field: number): Float64Array => {
    const values = new Float64Array(length);
    for (let row = 0; row < length; row += 1) values[row] = kept[row * FIELDS + field]!;
    return values;
  };
  return {
    length,
    timestampsUs: column(1),
    spreads: column(2),
    upperBand: column(3),
    lowerBand: column(4),
  };
}

/** Where the rows lie that the buckets keep, each row once, in the order of rows. */
export function chosenRows(buckets: Float64Array, slots: number, points: number): number[] {
  const chosen: number[] = [];
  for (let bucketAt = 0; bucketAt < buckets.length; bucketAt += slots * FIELDS) {
    const found = new Map<number, number>();
    for (const slot of BY_WORTH) {
      if (slot >= slots) continue;
      const at = bucketAt + slot * FIELDS;
      const row = buckets[at]!;
      if (!Number.isNaN(row) && found.size < points) found.set(row, at);
    }
    chosen.push(...[...found.values()].sort((a, b) => buckets[a]! - buckets[b]!));
  }
  return chosen;
}

/** Whether a hole that is not kept lies between the values of a kept row and of the one to come after it. */
function hidesHole(kept: Float64Array, row: number, source: Float64Array, from: number): boolean {
  if (row < 0) return false;
  const at = row * FIELDS;
  const areValues = !Number.isNaN(kept[at + 2]!) && !Number.isNaN(source[from + 2]!);
  return areValues && kept[at + 5] !== source[from + 5];
}
