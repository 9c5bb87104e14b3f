// What of an instrument's time is covered: every moment is exactly one of data, quiet-but-alive, gap, not-collected or
// unknown (docs/coverage.md has the rules). Pure: rows go in one after the other, segments come out in order.

import { type Micros, US_PER_DAY, US_PER_SECOND } from '../core/time.js';
import {
  type CoverageClass,
  type CoverageFacts,
  type CoverageRange,
  type CoverageSegment,
  PROOF_APART_US,
  type TakeSegment,
  type ToldGap,
} from './coverage-rules.js';
import { stretchSegments } from './coverage-stretch.js';

export type * from './coverage-rules.js';
export { COLLECTED_US_MAX, COVERAGE_CLASSES, PROOF_APART_US } from './coverage-rules.js';

/**
 * Give it the last row before the second of `fromUs` (where there is one within COLLECTED_US_MAX), then every row from
 * that second on to PROOF_APART_US after `toUs`, and of a day without a ledger to its end; ascending. Then `finish`.
 * The segments it gives are neighbours and make up the range.
 */
export class CoverageSweep {
  readonly #range: CoverageRange;
  readonly #facts: CoverageFacts;
  readonly #take: TakeSegment;
  /** By their beginning. */
  readonly #gaps: readonly ToldGap[];
  readonly #downUs: readonly Micros[];
  #nextGap = 0;
  #nextDown = 0;
  #begun: ToldGap[] = [];
  /** Of the gaps begun: no row up to this stamp is valid. */
  #blindUntilUs = Number.NEGATIVE_INFINITY;
  #rowUs = Number.NEGATIVE_INFINITY;
  /** The second of the last valid row ends here. */
  #dataUntilUs = Number.NEGATIVE_INFINITY;
  #pending: CoverageSegment | null = null;

  constructor(range: CoverageRange, facts: CoverageFacts, take: TakeSegment) {
    this.#range = range;
    this.#facts = facts;
    this.#take = take;
    this.#gaps = [...facts.gaps].sort((a, b) => a.fromUs - b.fromUs || a.stampUs - b.stampUs);
    this.#downUs = facts.restarts.map(({ downUs }) => downUs).sort((a, b) => a - b);
  }

  row(us: Micros): void {
    if (us > this.#rowUs) this.#until(us);
  }

  finish(): void {
    this.#until(Number.POSITIVE_INFINITY);
    if (this.#pending !== null) this.#take(this.#pending);
    this.#pending = null;
  }

  /** The stretch from the last row to the next one, in which no row lies. */
  #until(rowUs: Micros): void {
    const fromUs = this.#rowUs;
    const active = this.#activeIn(fromUs, rowUs);
    this.#rowUs = rowUs;
    // A gap that begins at the very row makes it invalid, and no gap of the stretch before it.
    const startsHere = (this.#gaps[this.#nextGap]?.fromUs ?? Number.POSITIVE_INFINITY) <= rowUs;
    const isRow = rowUs < Number.POSITIVE_INFINITY;
    const isValid = isRow && rowUs > this.#blindUntilUs && !(startsHere && this.#isBlind(rowUs));
    const secondUs = rowUs - (rowUs % US_PER_SECOND);
    const gapUs = active === null ? Number.POSITIVE_INFINITY : Math.max(active[0]!.fromUs, fromUs);
    const dataEndUs = Math.max(fromUs, Math.min(this.#dataUntilUs, gapUs, rowUs));
    // Only on this side of a gap the second of the next row is data too.
    const tailUs = active === null && isValid ? Math.max(dataEndUs, secondUs) : rowUs;
    this.#emit(fromUs, dataEndUs, 'data', null);
    if (tailUs > dataEndUs) this.#rest(fromUs, rowUs, dataEndUs, tailUs, active);
    if (isRow) this.#emit(tailUs, rowUs, 'data', null);
    if (isValid) this.#dataUntilUs = secondUs + US_PER_SECOND;
  }

  /** Gaps that hold some of [fromUs, toUs), by their beginning; null where there is none. */
  #activeIn(fromUs: Micros, toUs: Micros): readonly ToldGap[] | null {
    for (let gap = this.#gaps[this.#nextGap]; gap !== undefined && gap.fromUs < toUs; ) {
      this.#begun.push(gap);
      this.#blindUntilUs = Math.max(this.#blindUntilUs, gap.stampUs);
      this.#nextGap += 1;
      gap = this.#gaps[this.#nextGap];
    }
    if (this.#begun.length === 0) return null;
    this.#begun = this.#begun.filter(({ stampUs }) => stampUs >= fromUs);
    return this.#begun.length === 0 ? null : this.#begun;
  }

  #isBlind(rowUs: Micros): boolean {
    for (let at = this.#nextGap; at < this.#gaps.length && this.#gaps[at]!.fromUs <= rowUs; at += 1)
      if (this.#gaps[at]!.stampUs >= rowUs) return true;
    return false;
  }

  #rest(fromUs: Micros, toUs: Micros, startUs: Micros, endUs: Micros, gaps: readonly ToldGap[] | null): void {
    const { keptDays, keptFromUs } = this.#facts;
    while ((this.#downUs[this.#nextDown] ?? Number.POSITIVE_INFINITY) <= fromUs) this.#nextDown += 1;
    const hasRestart = (this.#downUs[this.#nextDown] ?? Number.POSITIVE_INFINITY) < toUs;
    const dayUs = startUs - (startUs % US_PER_DAY);
    const isKept = startUs >= keptFromUs && keptDays.has(dayUs) && endUs <= dayUs + US_PER_DAY;
    if (gaps === null && !hasRestart && isKept && toUs - fromUs <= PROOF_APART_US) {
      this.#emit(startUs, endUs, 'quiet-but-alive', null);
      return;
    }
    // Before the range nothing is asked of; what happened there still counts.
    const [lowUs, highUs] = [Math.max(startUs, this.#range.fromUs), Math.min(endUs, this.#range.toUs)];
    if (lowUs >= highUs) return;
    const stretch = { fromUs, toUs, gaps: gaps ?? [], facts: this.#facts, nowUs: this.#range.nowUs };
    stretchSegments(stretch, lowUs, highUs, (segment) =>
      this.#emit(segment.fromUs, segment.toUs, segment.class, segment.reason),
    );
  }

  #emit(fromUs: Micros, toUs: Micros, kind: CoverageClass, reason: string | null): void {
    const lowUs = Math.max(fromUs, this.#range.fromUs);
    const highUs = Math.min(toUs, this.#range.toUs);
    if (!(lowUs < highUs)) return;
    const before = this.#pending;
    if (before !== null && before.class === kind && before.reason === reason) {
      this.#pending = { ...before, toUs: highUs };
      return;
    }
    if (before !== null) this.#take(before);
    this.#pending = { fromUs: lowUs, toUs: highUs, class: kind, reason };
  }
}
