// The hours of a month's summarised days in one file: a year is then read out of twelve. Holds nothing that the days' own
// files have not, each day with what it was made from; a day that is not in it is read from its own.

import type { Micros } from '../core/time.js';
import type { LakeFiles } from '../lake/files.js';
import type { RowsIdentity } from '../lake/rows-identity.js';
import { openSummary, writeSummary } from '../lake/summary-file.js';

export interface MonthDay extends RowsIdentity {
  readonly fromUs: Micros;
  /** As in the day's own file. */
  readonly columns: readonly Float64Array[];
}

export type MonthDays = ReadonlyMap<Micros, MonthDay>;

/** By the start of the day; empty where there is none. Throws SummaryDamaged. */
export function readMonth(path: string, cellUs: number): MonthDays {
  const summary = openSummary(path);
  if (summary === undefined) return new Map();
  try {
    const columns = summary.columns(cellUs) ?? [];
    const at = columns.map(() => 0);
    const days = new Map<Micros, MonthDay>();
    for (const { lengths, ...day } of summary.days ?? []) {
      const own = columns.map((column, n) => column.subarray(at[n], at[n]! + lengths[n]!));
      for (const [n, length] of lengths.entries()) at[n]! += length;
      days.set(day.fromUs, { ...day, columns: own });
    }
    return days;
  } finally {
    summary.close();
  }
}

/** In place of what was there. */
export function writeMonth(files: LakeFiles, path: string, cellUs: number, days: MonthDays): void {
  const inOrder = [...days.values()].sort((a, b) => a.fromUs - b.fromUs);
  const columns = (inOrder[0]?.columns ?? []).map((_, n) => joined(inOrder.map((day) => day.columns[n]!)));
  writeSummary(files, path, {
    fromUs: inOrder[0]?.fromUs ?? 0,
    toUs: inOrder.at(-1)?.fromUs ?? 0,
    identity: '',
    folders: [],
    levels: [{ cellUs, columns }],
    days: inOrder.map(({ columns: own, ...day }) => ({ ...day, lengths: own.map(({ length }) => length) })),
  });
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
