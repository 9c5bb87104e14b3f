// The words of coverage: its classes, its two times, and what is known of an instrument besides its rows.
// Types and numbers only; docs/coverage.md says what they mean.

import { type Micros, US_PER_DAY, US_PER_SECOND } from '../core/time.js';

export const COVERAGE_CLASSES = ['data', 'quiet-but-alive', 'gap', 'not-collected', 'unknown'] as const;
export type CoverageClass = (typeof COVERAGE_CLASSES)[number];

/** Half-open. `reason` of a gap: one of GAP_REASONS; null for every other class. */
export interface CoverageSegment {
  readonly fromUs: Micros;
  readonly toUs: Micros;
  readonly class: CoverageClass;
  readonly reason: string | null;
}

/** Records further apart prove nothing of the time between them. */
export const PROOF_APART_US = 10 * US_PER_SECOND;
/** So long after its last record an instrument counts as not collected any more. */
export const COLLECTED_US_MAX = 7 * US_PER_DAY;

/** A Gap as it was told. */
export interface ToldGap {
  readonly fromUs: Micros;
  readonly stampUs: Micros;
  readonly reason: string;
}

/** The process was down from `downUs` on; the first that the next one told of an instrument came at `upUs`. */
export interface Restart {
  readonly downUs: Micros;
  readonly upUs: Micros;
}

/** Half-open. */
export interface Interval {
  readonly fromUs: Micros;
  readonly toUs: Micros;
}

/** Everything but the rows. Lists in any order. */
export interface CoverageFacts {
  readonly gaps: readonly ToldGap[];
  /** Stamps of the other lines about the instrument. */
  readonly lineUs: readonly Micros[];
  /** Proven by the connections of its exchange. */
  readonly alive: readonly Interval[];
  readonly restarts: readonly Restart[];
  /** UTC days (their starts) that the ledger has lines of; before `keptFromUs` none was ever kept. */
  readonly keptDays: ReadonlySet<Micros>;
  readonly keptFromUs: Micros;
}

export interface CoverageRange extends Interval {
  /** What is not yet: nothing lies at or after it. */
  readonly nowUs: Micros;
}

export type TakeSegment = (segment: CoverageSegment) => void;
