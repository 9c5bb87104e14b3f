// Which pairs the table shows and in what order: chosen by words and marks, favourites first, no value last, equal ones as the
// server has them. Pure over what it is handed; a frozen order is the caller's to keep.

import { COLUMNS, isTradable } from './columns.js';
import { hasAll, wordsOf } from './search.js';
import type { Now, Table } from './table.js';

export interface Choice {
  /** All of these words, anywhere in the names. */
  readonly words: string;
  readonly recommended: boolean;
  readonly tradable: boolean;
  readonly pinned: boolean;
  /** A column's id; with `-` before it the greatest first. */
  readonly sort: string;
}

export function chosenRows(
  table: Table,
  now: Now | null,
  choice: Choice,
  pinned: ReadonlySet<string>,
): readonly number[] {
  const words = wordsOf(choice.words);
  const rows: number[] = [];
  for (let row = 0; row < table.rows; row += 1) {
    if (choice.recommended && table.isRecommended[row] === 0) continue;
    if (choice.pinned && !pinned.has(table.keys[row]!)) continue;
    if (!hasAll(table.haystack[row]!, words)) continue;
    if (choice.tradable && !isTradable(now, row)) continue;
    rows.push(row);
  }
  return sorted(table, now, choice.sort, rows, pinned);
}

function sorted(
  table: Table,
  now: Now | null,
  sort: string,
  rows: number[],
  pinned: ReadonlySet<string>,
): readonly number[] {
  const isDescending = sort.startsWith('-');
  const column = COLUMNS.find(({ id }) => id === sort.replace('-', '')) ?? COLUMNS[0]!;
  const sign = isDescending ? -1 : 1;
  const { value, text } = column;
  // Worked out once a row, not once a comparison.
  const isPinned = new Uint8Array(table.rows);
  if (pinned.size > 0) for (const row of rows) isPinned[row] = pinned.has(table.keys[row]!) ? 1 : 0;
  if (value === undefined) {
    const texts = new Map(rows.map((row) => [row, text(table, now, row)]));
    const order = (a: number, b: number) =>
      texts.get(a)! < texts.get(b)! ? -1 : texts.get(a) === texts.get(b) ? 0 : 1;
    return rows.sort((a, b) => isPinned[b]! - isPinned[a]! || sign * order(a, b) || a - b);
  }
  const values = new Float64Array(table.rows);
  for (const row of rows) {
    const number = value(table, now, row);
    values[row] = Number.isNaN(number) ? Number.POSITIVE_INFINITY : sign * number;
  }
  return rows.sort((a, b) => isPinned[b]! - isPinned[a]! || compared(values[a]!, values[b]!) || a - b);
}

function compared(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
