// Segments of a coverage as an answer can hold them: totals of all of them exactly, and a list that is never longer
// than allowed. Pure.

import type { Micros } from '../core/time.js';

export type { CoverageClass, CoverageSegment } from './coverage-rules.js';

import { COVERAGE_CLASSES, type CoverageClass, type CoverageSegment } from './coverage-rules.js';

export interface CoverageTotals {
  /** Microseconds of each class; together the length of the range. */
  readonly us: Readonly<Record<CoverageClass, Micros>>;
  /** Microseconds of the gaps, by reason. */
  readonly gapUs: ReadonlyMap<string, Micros>;
}

const FIRST_JOIN_US = 2_000_000;

export class CoverageSummary {
  readonly #segmentsMax: number;
  readonly #us = Object.fromEntries(COVERAGE_CLASSES.map((name) => [name, 0])) as Record<
    CoverageClass,
    number
  >;
  readonly #gapUs = new Map<string, Micros>();
  #segments: CoverageSegment[] = [];
  #joinedBelowUs = 0;
  #cutAtUs: Micros | null = null;

  constructor(segmentsMax: number) {
    this.#segmentsMax = segmentsMax;
  }

  /** Segments in order, each beginning where the one before ends. */
  readonly take = (segment: CoverageSegment): void => {
    const us = segment.toUs - segment.fromUs;
    this.#us[segment.class] += us;
    if (segment.reason !== null) this.#gapUs.set(segment.reason, (this.#gapUs.get(segment.reason) ?? 0) + us);
    if (this.#cutAtUs !== null || this.#segmentsMax === 0) return;
    append(this.#segments, segment, this.#joinedBelowUs);
    // Twice as many are held, so that joining is not done for every one that comes.
    if (this.#segments.length > 2 * this.#segmentsMax) this.#shorten();
  };

  get totals(): CoverageTotals {
    return { us: this.#us, gapUs: this.#gapUs };
  }

  /**
   * At most as many as allowed. Where there were more, quiet-but-alive between data that is shorter than `joinedBelowUs`
   * stands as data; where they still were too many, the list ends at `cutAtUs`.
   */
  finish(): {
    readonly segments: readonly CoverageSegment[];
    readonly joinedBelowUs: Micros;
    readonly cutAtUs: Micros | null;
  } {
    if (this.#segments.length > this.#segmentsMax) this.#shorten();
    return { segments: this.#segments, joinedBelowUs: this.#joinedBelowUs, cutAtUs: this.#cutAtUs };
  }

  #shorten(): void {
    while (this.#segments.length > this.#segmentsMax && this.#canJoin()) {
      this.#joinedBelowUs = Math.max(FIRST_JOIN_US, this.#joinedBelowUs * 2);
      const joined: CoverageSegment[] = [];
      for (const segment of this.#segments) append(joined, segment, this.#joinedBelowUs);
      this.#segments = joined;
    }
    if (this.#segments.length <= this.#segmentsMax) return;
    this.#cutAtUs = this.#segments[this.#segmentsMax]!.fromUs;
    this.#segments.length = this.#segmentsMax;
  }

  #canJoin(): boolean {
    return this.#segments.some(
      ({ class: kind }, at) =>
        kind === 'quiet-but-alive' &&
        this.#segments[at - 1]?.class === 'data' &&
        this.#segments[at + 1]?.class === 'data',
    );
  }
}

function append(segments: CoverageSegment[], segment: CoverageSegment, joinedBelowUs: Micros): void {
  const last = segments.at(-1);
  if (segment.class === 'data' && last !== undefined) {
    const before = segments.at(-2);
    const isShort = last.class === 'quiet-but-alive' && last.toUs - last.fromUs < joinedBelowUs;
    if (isShort && before?.class === 'data') {
      segments.length -= 2;
      segments.push({ ...before, toUs: segment.toUs });
      return;
    }
  }
  segments.push(segment);
}
