// The classes of a stretch of time between two rows that follow each other: what was told, proven, or neither.
// Pure; part of coverage.ts, which alone calls it. docs/coverage.md has the rules.

import { dayStartUs, type Micros, US_PER_DAY } from '../core/time.js';
import {
  COLLECTED_US_MAX,
  type CoverageFacts,
  type Interval,
  PROOF_APART_US,
  type Restart,
  type TakeSegment,
  type ToldGap,
} from './coverage-rules.js';

export interface Stretch {
  /** A row; -Infinity where none is known before it. */
  readonly fromUs: Micros;
  /** The next row; Infinity where there is none. */
  readonly toUs: Micros;
  /** Those that hold some of it. */
  readonly gaps: readonly ToldGap[];
  readonly facts: CoverageFacts;
  readonly nowUs: Micros;
}

type Change =
  | { readonly us: Micros; readonly order: number; readonly kind: 'gap'; readonly gap: ToldGap }
  | { readonly us: Micros; readonly order: number; readonly kind: 'line' }
  | { readonly us: Micros; readonly order: number; readonly kind: 'down'; readonly restart: Restart };

interface State {
  collected: boolean;
  /** Of a record of the instrument itself. */
  lastOwnUs: Micros;
  /** Of the gaps told, the one that began last. */
  told: ToldGap | null;
  down: Restart | null;
}

/** Classes of [lowUs, highUs), which lies within the stretch and holds no data. */
export function stretchSegments(stretch: Stretch, lowUs: Micros, highUs: Micros, take: TakeSegment): void {
  const { nowUs } = stretch;
  const changes = changesOf(stretch);
  const proven = provenIn(stretch);
  const isRow = Number.isFinite(stretch.fromUs);
  const state: State = {
    collected: isRow,
    lastOwnUs: isRow ? stretch.fromUs : Number.NEGATIVE_INFINITY,
    told: null,
    down: null,
  };
  const borders = bordersOf(stretch, changes, proven, lowUs, highUs);
  let nextChange = 0;
  for (let at = 0; at + 1 < borders.length; at += 1) {
    const [fromUs, toUs] = [borders[at]!, borders[at + 1]!];
    while (nextChange < changes.length && changes[nextChange]!.us <= fromUs) {
      apply(state, changes[nextChange]!);
      nextChange += 1;
    }
    const told = fromUs >= nowUs ? NOT_COLLECTED : classOf(state, fromUs, stretch, proven);
    take({ fromUs, toUs, ...told });
  }
}

const NOT_COLLECTED = { class: 'not-collected', reason: null } as const;

function classOf(
  state: State,
  us: Micros,
  { fromUs, toUs, facts }: Stretch,
  proven: readonly Interval[],
): Pick<Parameters<TakeSegment>[0], 'class' | 'reason'> {
  const { told, down } = state;
  const isDown = down !== null && us < down.upUs;
  if (isDown && (told === null || told.fromUs <= down.downUs))
    return { class: 'gap', reason: 'process-down' };
  if (!state.collected || us - state.lastOwnUs >= COLLECTED_US_MAX) return NOT_COLLECTED;
  if (told !== null) return { class: 'gap', reason: told.reason };
  if (isUnknown(us, fromUs, toUs, facts)) return { class: 'unknown', reason: null };
  if (proven.some((span) => span.fromUs <= us && us < span.toUs))
    return { class: 'quiet-but-alive', reason: null };
  return { class: 'gap', reason: 'process-down' };
}

/** Nobody kept a ledger then: before the first one, or beside rows that came from elsewhere. */
function isUnknown(us: Micros, fromUs: Micros, toUs: Micros, facts: CoverageFacts): boolean {
  const dayUs = dayStartUs(us);
  if (facts.keptDays.has(dayUs)) return false;
  return dayUs < facts.keptFromUs || dayStartUs(fromUs) === dayUs || dayStartUs(toUs) === dayUs;
}

function apply(state: State, change: Change): void {
  switch (change.kind) {
    case 'line':
      state.lastOwnUs = change.us;
      if (state.told?.reason !== 'unsubscribed') state.collected = true;
      return;
    case 'down':
      state.down = state.collected ? change.restart : null;
      state.collected = false;
      state.told = null;
      return;
    case 'gap': {
      const { gap } = change;
      // It is told of every instrument that quotes for the first time, even where it was never collected before.
      if (gap.reason === 'process-down' && !state.collected) return;
      state.told = gap;
      state.collected = gap.reason !== 'unsubscribed';
      state.lastOwnUs = Math.max(state.lastOwnUs, change.us);
    }
  }
}

/** In the order of their effect: of one moment a gap is first, then its like by what was told later. */
function changesOf({ fromUs, toUs, gaps, facts }: Stretch): Change[] {
  const changes: Change[] = [];
  for (const gap of gaps) {
    changes.push({ us: Math.max(gap.fromUs, fromUs), order: gap.fromUs, kind: 'gap', gap });
    if (gap.reason !== 'process-down' && gap.stampUs < toUs)
      changes.push({ us: gap.stampUs, order: gap.stampUs, kind: 'line' });
  }
  for (const us of facts.lineUs) if (us > fromUs && us < toUs) changes.push({ us, order: us, kind: 'line' });
  for (const restart of facts.restarts) {
    const { downUs } = restart;
    const isOwn = gaps.some((gap) => gap.reason === 'process-down' && gap.fromUs === downUs);
    if (!isOwn && downUs > fromUs && downUs < toUs)
      changes.push({ us: downUs, order: downUs, kind: 'down', restart });
  }
  const rank = { gap: 0, down: 1, line: 2 };
  const told = (change: Change) => (change.kind === 'gap' ? change.gap.stampUs : 0);
  return changes.sort(
    (a, b) => a.us - b.us || a.order - b.order || rank[a.kind] - rank[b.kind] || told(a) - told(b),
  );
}

/** Where records are close enough together; by their beginning, none touching another. */
function provenIn({ fromUs, toUs, gaps, facts, nowUs }: Stretch): Interval[] {
  const posts: Interval[] = facts.alive.filter(
    (span) => span.fromUs <= toUs + PROOF_APART_US && span.toUs >= fromUs - PROOF_APART_US,
  );
  const post = (us: Micros) => {
    if (Number.isFinite(us) && us >= fromUs && us <= toUs) posts.push({ fromUs: us, toUs: us });
  };
  for (const us of [fromUs, toUs, nowUs, ...facts.lineUs]) post(us);
  for (const gap of gaps) {
    post(gap.fromUs);
    post(gap.stampUs);
  }
  const merged: { fromUs: Micros; toUs: Micros }[] = [];
  for (const span of posts.sort((a, b) => a.fromUs - b.fromUs)) {
    const last = merged.at(-1);
    if (last !== undefined && span.fromUs - last.toUs <= PROOF_APART_US)
      last.toUs = Math.max(last.toUs, span.toUs);
    else merged.push({ ...span });
  }
  return merged;
}

/** Every moment within (lowUs, highUs) at which the class may change, and the two ends. */
function bordersOf(
  { fromUs, facts, nowUs }: Stretch,
  changes: readonly Change[],
  proven: readonly Interval[],
  lowUs: Micros,
  highUs: Micros,
): Micros[] {
  const borders = new Set<Micros>([lowUs, highUs]);
  const add = (us: Micros) => {
    if (us > lowUs && us < highUs) borders.add(us);
  };
  add(nowUs);
  add(facts.keptFromUs);
  add(fromUs + COLLECTED_US_MAX);
  for (const change of changes) {
    add(change.us);
    if (change.kind === 'down') add(change.restart.upUs);
    add(change.us + COLLECTED_US_MAX);
  }
  for (const span of proven) {
    add(span.fromUs);
    add(span.toUs);
    add(span.toUs + COLLECTED_US_MAX);
  }
  for (let us = dayStartUs(lowUs) + US_PER_DAY; us < highUs; us += US_PER_DAY) add(us);
  return [...borders].sort((a, b) => a - b);
}
