// Coverage of many instruments by the hour, from folder names and the ledger alone: no row is read (docs/coverage.md says what
// that leaves out). Pure: times in, shares out.

import { type Micros, US_PER_HOUR } from '../core/time.js';
import { COLLECTED_US_MAX, type CoverageFacts, type Interval, type ToldGap } from './coverage-rules.js';

/** Microseconds by the hour. */
export class HourSums {
  readonly covered: Float64Array;
  readonly collected: Float64Array;

  constructor(hours: number) {
    this.covered = new Float64Array(hours);
    this.collected = new Float64Array(hours);
  }
}

/** What folder names say of an instrument: when its first and its last rows are expected; null = it has none in files. */
export interface Presence {
  readonly firstUs: Micros;
  /** The end of the last folder. */
  readonly lastUs: Micros;
}

export interface HoursRange {
  /** The start of an hour. */
  readonly fromUs: Micros;
  /** The last hour ends here. */
  readonly nowUs: Micros;
}

/** A connection proves itself so often; a gap reaches back to its last proof. */
const PROOF_NEAR_US = 6_000_000;

/** `downs`: when single connections of its exchange were not there, between two times that they were. */
export function addHours(
  sums: HourSums,
  range: HoursRange,
  facts: CoverageFacts,
  presence: Presence | null,
  downs: readonly Interval[],
): void {
  const { fromUs, nowUs } = range;
  const lines = [...facts.lineUs].sort((a, b) => a - b);
  const gaps = facts.gaps.map((gap) => ({ gap, toUs: endOf(gap, lines, downs, nowUs) }));
  const absent = gaps.filter(({ gap }) => gap.reason === 'unsubscribed').map(intervalOf);
  const told = gaps.filter(({ gap }) => gap.reason !== 'unsubscribed').map(intervalOf);
  const folderUs = presence?.firstUs ?? Math.min(lines[0] ?? nowUs, hourOf(nowUs));
  const firstUs = firstOf(folderUs, facts.alive, told, nowUs);
  const endUs = presence === null ? nowUs : Math.min(nowUs, presence.lastUs + COLLECTED_US_MAX);
  const collected = less([{ fromUs: Math.max(fromUs, firstUs), toUs: endUs }], absent);
  addTo(sums.collected, fromUs, collected);
  const good = less(common(collected, facts.alive), told);
  addTo(sums.covered, fromUs, good);
}

/**
 * A folder tells the hour; that nobody was there yet is no hole. Rows that lie there from before the ledger tells of anything (of
 * a lake that was brought in) are not known without reading them: that time is none, and neither covered nor a hole.
 */
function firstOf(
  folderUs: Micros,
  alive: readonly Interval[],
  told: readonly Interval[],
  nowUs: Micros,
): Micros {
  let firstUs = nowUs;
  for (const { fromUs, toUs } of [...alive, ...told])
    if (toUs > folderUs) firstUs = Math.min(firstUs, fromUs);
  return Math.max(folderUs, firstUs);
}

function intervalOf({ gap, toUs }: { readonly gap: ToldGap; readonly toUs: Micros }): Interval {
  return { fromUs: gap.fromUs, toUs };
}

/** A gap ends with the next row, which is not read: what the ledger tells of that. */
function endOf(
  { reason, fromUs, stampUs }: ToldGap,
  lines: readonly Micros[],
  downs: readonly Interval[],
  nowUs: Micros,
): Micros {
  // Told again to be there, or that a quote of it counts for so long.
  if (reason === 'silent' || reason === 'unsubscribed') return lines.find((us) => us > stampUs) ?? nowUs;
  if (reason !== 'disconnect') return stampUs;
  const isIts = (down: Interval) => Math.abs(down.fromUs - fromUs) <= PROOF_NEAR_US && down.toUs > stampUs;
  return downs.find(isIts)?.toUs ?? stampUs;
}

function hourOf(us: Micros): Micros {
  return us - (us % US_PER_HOUR);
}

/** By their beginning, none touching another. */
function apart(intervals: readonly Interval[]): Interval[] {
  const result: { fromUs: Micros; toUs: Micros }[] = [];
  for (const { fromUs, toUs } of [...intervals].sort((a, b) => a.fromUs - b.fromUs)) {
    const last = result.at(-1);
    if (last !== undefined && fromUs <= last.toUs) last.toUs = Math.max(last.toUs, toUs);
    else if (fromUs < toUs) result.push({ fromUs, toUs });
  }
  return result;
}

/** What is in both; those of `one` are apart, and of `other` too. */
function common(one: readonly Interval[], other: readonly Interval[]): Interval[] {
  return one.flatMap((a) =>
    other.flatMap((b) => {
      const [fromUs, toUs] = [Math.max(a.fromUs, b.fromUs), Math.min(a.toUs, b.toUs)];
      return fromUs < toUs ? [{ fromUs, toUs }] : [];
    }),
  );
}

/** What of the first is in none of the others. */
function less(intervals: readonly Interval[], others: readonly Interval[]): Interval[] {
  const holes = apart(others);
  const rest: Interval[] = [];
  let next = 0;
  for (const { fromUs, toUs } of apart(intervals)) {
    let us = fromUs;
    while (next < holes.length && holes[next]!.toUs <= us) next += 1;
    for (let at = next; at < holes.length && holes[at]!.fromUs < toUs; at += 1) {
      const hole = holes[at]!;
      if (hole.fromUs > us) rest.push({ fromUs: us, toUs: hole.fromUs });
      us = Math.max(us, hole.toUs);
    }
    if (us < toUs) rest.push({ fromUs: us, toUs });
  }
  return rest;
}

function addTo(sums: Float64Array, startUs: Micros, intervals: readonly Interval[]): void {
  for (const interval of intervals) {
    let us = Math.max(startUs, interval.fromUs);
    for (
      let hour = Math.floor((us - startUs) / US_PER_HOUR);
      us < interval.toUs && hour < sums.length;
      hour += 1
    ) {
      const endUs = Math.min(interval.toUs, startUs + (hour + 1) * US_PER_HOUR);
      sums[hour]! += endUs - us;
      us = endUs;
    }
  }
}
