// The result of `analyze` as one JSON document: for programs. Numbers that are none are null. Pure.

import type { AnalysisResult } from '../analysis/analyze.js';
import { COMPAT_COLUMNS, compatCells, type PairRow } from '../analysis/compat.js';
import { ownValues } from '../analysis/own-columns.js';
import { verdictOf } from '../analysis/verdict.js';

/** Of symbol and exchanges. */
const NAMES = 3;

export function jsonOf({ rows, skipped, failed }: AnalysisResult, pairs: number, file: string | null) {
  return {
    file,
    pairs,
    successful: rows.length,
    skipped,
    failed,
    statistics: rows.map((row) => ({ ...compatValues(row), ...ownOf(row) })),
  };
}

/** By the names of the file's columns. */
function compatValues(row: PairRow): Record<string, unknown> {
  const cells = compatCells(row);
  return Object.fromEntries(
    COMPAT_COLUMNS.map((name, at) => [name, at < NAMES ? cells[at] : cellValue(cells[at] ?? '')]),
  );
}

function cellValue(cell: string): unknown {
  if (cell === 'true' || cell === 'false') return cell === 'true';
  if (cell === 'NaN' || cell === 'inf' || cell === '-inf') return null;
  return Number(cell);
}

function ownOf({ own }: PairRow): Record<string, unknown> {
  return own === undefined ? {} : { ...ownValues(own), verdict: verdictOf(own) };
}
