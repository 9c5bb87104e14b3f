// What a heatmap of hours says in numbers: of each row and of all of them, by the hours in which something was collected. Pure.

import type { HourCoverage, LakeCoverageReply } from '../../src/api/contract.js';

/** Shares that differ by less are told as the same. */
const ALIKE = 0.001;

export interface HeatSummary {
  /** Mean over the hours that were collected, 0 to 1; NaN where none was. */
  readonly covered: number;
  /** Hours of all rows: collected ones, those of them with a gap, all there are. */
  readonly collected: number;
  readonly withGap: number;
  readonly cells: number;
  /** The row that is covered least, and how much; null where all are covered alike. */
  readonly least: { readonly name: string; readonly covered: number } | null;
}

/** NaN where nothing was collected. */
export function coveredOf({ covered }: HourCoverage): number {
  let [sum, hours] = [0, 0];
  for (const share of covered)
    if (share !== null) {
      sum += share;
      hours += 1;
    }
  return sum / hours;
}

export function heatSummary({ rows, hours }: LakeCoverageReply): HeatSummary {
  let [sum, collected, withGap] = [0, 0, 0];
  let least: { name: string; covered: number } | null = null;
  let greatest = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    for (const share of row.covered) {
      if (share === null) continue;
      sum += share;
      collected += 1;
      if (share < 1) withGap += 1;
    }
    const covered = coveredOf(row);
    if (Number.isNaN(covered)) continue;
    greatest = Math.max(greatest, covered);
    if (least === null || covered < least.covered) least = { name: row.name, covered };
  }
  return {
    ...{ covered: sum / collected, collected, withGap, cells: rows.length * hours },
    least: least !== null && greatest - least.covered > ALIKE ? least : null,
  };
}
