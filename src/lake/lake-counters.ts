// What the writing side of a lake says of itself: counters since the start, what is wrong now, what was recovered. Types only.

import type { CareState } from './caretaker.js';
import type { SegmentCut } from './encode-job.js';
import type { WriteProblem } from './problem-book.js';

/** What an earlier process left, once it has been dealt with. */
export interface RecoveryReport {
  readonly segments: number;
  readonly runs: number;
  /** Segments that were not whole. */
  readonly cuts: readonly SegmentCut[];
  readonly encodedRows: number;
}

export interface LakeCounters {
  /** Quotes that went into the journal. */
  readonly recorded: number;
  /** Quotes that did not. */
  readonly dropped: number;
  /** Gap, Thinned, Status, Alive that did not. */
  readonly coldDropped: number;
  readonly pendingBytes: number;
  /** Segments not finished yet. */
  readonly segments: number;
  /** Run files waiting for their hour's end. */
  readonly runs: number;
  readonly encodedRows: number;
  /** Trades in the journal, those that did not go in, and those in files. */
  readonly trades: { readonly recorded: number; readonly dropped: number; readonly encoded: number };
  readonly filesWritten: number;
  readonly syncLateCount: number;
  readonly lastSyncMs: number;
  /** How long the oldest byte has waited that is not known to be on the disk; 0 where none waits. */
  readonly unsyncedMs: number;
  /** The disk refuses the journal at this moment. */
  readonly failing: boolean;
  /** Why what is recorded did not become files at the last attempt; null where it did. */
  readonly encodingTrouble: string | null;
  readonly problems: readonly WriteProblem[];
  /** Null where closed days are left as they are. */
  readonly care: CareState | null;
}
