// The result of `analyze` as one JSON document: for programs. Numbers that are none are null. Pure.

import type { AnalysisResult } from '../analysis/analyze.js';
import { rowValues } from '../analysis/row-values.js';
import { verdictOf } from '../analysis/verdict.js';

export function jsonOf({ rows, skipped, failed }: AnalysisResult, pairs: number, file: string | null) {
  return {
    file,
    pairs,
    successful: rows.length,
    skipped,
    failed,
    statistics: rows.map((row) => ({
      ...rowValues(row),
      ...(row.own === undefined ? {} : { verdict: verdictOf(row.own) }),
    })),
  };
}
