// The hours of a month's summarised days in one file: a year is then read out of twelve. Holds nothing that the days' own
// files have not, each day with what it was made from; a day that is not in it is read from its own.

import { RecentMap } from '../core/recent-map.js';
import { type Micros, US_PER_DAY } from '../core/time.js';
import type { LakeFiles } from '../lake/files.js';
import type { RowsIdentity } from '../lake/rows-identity.js';
import { lookNow } from '../lake/store.js';
import { joined, openSummary, writeSummary } from '../lake/summary-file.js';

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
    const [columns = []] = summary.blocks(cellUs, summary.fromUs, summary.toUs);
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

/** Some 0.2 MB each: a year of one pair. */
const MONTHS_MAX = 12;

/** The months last read, each for as long as its file is the same: who zooms comes again. */
export class KeptMonths {
  readonly #read: (path: string) => MonthDays;
  readonly #months = new RecentMap<string, { readonly version: string; readonly days: MonthDays }>(
    MONTHS_MAX,
  );

  constructor(read: (path: string) => MonthDays) {
    this.#read = read;
  }

  get(path: string): MonthDays {
    const version = lookNow(path)?.version ?? '';
    const known = this.#months.get(path);
    if (known?.version === version) return known.days;
    const days = this.#read(path);
    this.#months.set(path, { version, days });
    return days;
  }
}

/** In place of what was there. */
export function writeMonth(files: LakeFiles, path: string, cellUs: number, days: MonthDays): void {
  const inOrder = [...days.values()].sort((a, b) => a.fromUs - b.fromUs);
  const columns = (inOrder[0]?.columns ?? []).map((_, n) => joined(inOrder.map((day) => day.columns[n]!)));
  const range = { fromUs: inOrder[0]?.fromUs ?? 0, toUs: (inOrder.at(-1)?.fromUs ?? 0) + US_PER_DAY };
  writeSummary(files, path, {
    ...range,
    identity: '',
    folders: [],
    blocks: [{ cellUs, ...range, columns }],
    days: inOrder.map(({ columns: own, ...day }) => ({ ...day, lengths: own.map(({ length }) => length) })),
  });
}
