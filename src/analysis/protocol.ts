// What the service gives its worker thread and what it gets back. Types only; all of it survives a structured
// clone, and its size does not grow with the number of failing pairs.

import type { Micros } from '../core/time.js';
import type { LakeProblem } from '../lake/reader.js';
import type { FailedPair } from './analyze.js';
import type { CompatThresholds } from './compat.js';
import type { Skipped } from './skipped.js';

/** One run. */
export interface RunSettings {
  readonly root: string;
  readonly directory: string;
  /** Half-open; the file is named by `toUs`. */
  readonly fromUs: Micros;
  readonly toUs: Micros;
  readonly thresholds: CompatThresholds;
  readonly spotPerp: boolean;
  /** Percent, by exchange. */
  readonly takerFeePercent: readonly Readonly<Record<string, number>>[];
  readonly filesMax: number;
}

export interface RunReport {
  /** A bare name; null where there was nothing to write. */
  readonly file: string | null;
  /** In the file. */
  readonly pairs: number;
  readonly skipped: Skipped;
  readonly failedPairs: number;
  /** The first of them. */
  readonly failures: readonly FailedPair[];
  readonly filesRemoved: number;
  readonly removeError: string | null;
  /** Hours and quarters of symbols that were kept from earlier runs, and that are from now on. */
  readonly partsRead: number;
  readonly partsMade: number;
  /** Why some could not be kept; null where all could. The statistics are whole all the same. */
  readonly keepError: string | null;
  /** What of the lake could not be read. */
  readonly problems: readonly LakeProblem[];
}
