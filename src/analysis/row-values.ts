// A pair's statistics by the names of the file's columns: for programs. Numbers that are none are null. Pure.

import { COMPAT_COLUMNS, compatCells, type PairRow } from './compat.js';
import { ownValues } from './own-columns.js';

export type RowValues = Readonly<Record<string, number | boolean | string | null>>;

/** Of symbol and exchanges. */
const NAMES = 3;

/** All columns; the names too. */
export function rowValues(row: PairRow): RowValues {
  const cells = compatCells(row);
  const compat = COMPAT_COLUMNS.map((name, at) => {
    const cell = cells[at] ?? '';
    return [name, at < NAMES ? cell : valueIn(cell)] as const;
  });
  return { ...Object.fromEntries(compat), ...(row.own === undefined ? {} : ownValues(row.own)) };
}

function valueIn(cell: string): number | boolean | null {
  if (cell === 'true' || cell === 'false') return cell === 'true';
  if (cell === 'NaN' || cell === 'inf' || cell === '-inf') return null;
  return Number(cell);
}
