// What the tests of coverage share: the sweep over rows that are all there.

import { dayStartUs } from '../../../src/core/time.js';
import {
  type CoverageFacts,
  type CoverageRange,
  type CoverageSegment,
  CoverageSweep,
} from '../../../src/lake/coverage.js';

/** Every row is given, ascending. */
export function segmentsOf(
  rows: readonly number[],
  range: CoverageRange,
  facts: CoverageFacts,
): CoverageSegment[] {
  const segments: CoverageSegment[] = [];
  const sweep = new CoverageSweep(range, facts, (segment) => segments.push(segment));
  for (const us of rows) sweep.row(us);
  sweep.finish();
  return segments;
}

export function isUnknownAt(us: number, lastRowUs: number, nextRowUs: number, facts: CoverageFacts): boolean {
  const day = dayStartUs(us);
  if (facts.keptDays.has(day)) return false;
  return day < facts.keptFromUs || dayStartUs(lastRowUs) === day || dayStartUs(nextRowUs) === day;
}
