// One step of looking after a lake, and what it changed: numbers to be added up. Types and sums only.

import type { Micros } from '../core/time.js';

/** What is to be done, as it stands when it begins. */
export interface CareOrder {
  readonly nowUs: Micros;
  /** No row of before is outside of the journal's files any more. */
  readonly closedBeforeUs: Micros;
  /** So many of the newest days, today's included, keep their hour files. */
  readonly hotDays: number;
  /** So many of the newest days, today's included, are kept; null = all. */
  readonly retentionDays: number | null;
  /** The oldest days are removed until the lake is no larger; null = no bound. */
  readonly bytesMax: number | null;
  /** Look for days without a mark, once more. */
  readonly walk: boolean;
}

export interface CareStep {
  /** `2026-11-22`: of which day it was; null where of none. */
  readonly day: string | null;
  /** Days brought to the end of their compaction, and instruments of them (quotes and trades count apart). */
  readonly daysCompacted: number;
  readonly instruments: number;
  readonly filesBefore: number;
  readonly filesAfter: number;
  readonly rows: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  readonly daysRemoved: number;
  readonly filesRemoved: number;
  readonly bytesRemoved: number;
  /** Days that are due and not compacted yet, this one included until it is. */
  readonly daysWaiting: number;
  readonly problems: readonly string[];
}

export const NO_STEP: CareStep = {
  day: null,
  daysCompacted: 0,
  instruments: 0,
  filesBefore: 0,
  filesAfter: 0,
  rows: 0,
  bytesBefore: 0,
  bytesAfter: 0,
  daysRemoved: 0,
  filesRemoved: 0,
  bytesRemoved: 0,
  daysWaiting: 0,
  problems: [],
};

/** Both together; the day and what waits are the later one's. */
export function addSteps(a: CareStep, b: CareStep): CareStep {
  return {
    day: b.day ?? a.day,
    daysCompacted: a.daysCompacted + b.daysCompacted,
    instruments: a.instruments + b.instruments,
    filesBefore: a.filesBefore + b.filesBefore,
    filesAfter: a.filesAfter + b.filesAfter,
    rows: a.rows + b.rows,
    bytesBefore: a.bytesBefore + b.bytesBefore,
    bytesAfter: a.bytesAfter + b.bytesAfter,
    daysRemoved: a.daysRemoved + b.daysRemoved,
    filesRemoved: a.filesRemoved + b.filesRemoved,
    bytesRemoved: a.bytesRemoved + b.bytesRemoved,
    daysWaiting: b.daysWaiting,
    problems: [...a.problems, ...b.problems],
  };
}
