// The classes of a stretch of time: whatever was told and in whatever order, they make up the range exactly, and they
// are what the rules of docs/coverage.md give moment by moment.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dayStartUs, US_PER_DAY, US_PER_SECOND } from '../../src/core/time.js';
import {
  COLLECTED_US_MAX,
  type CoverageFacts,
  type CoverageRange,
  type CoverageSegment,
  CoverageSweep,
  PROOF_APART_US,
  type ToldGap,
} from '../../src/lake/coverage.js';
import { isUnknownAt, segmentsOf } from './support/coverage.js';

/** More for a longer search. */
const RUNS = Number(process.env.RUNS ?? 100);
/** Everything happens on this grid, so that between its points nothing changes. */
const STEP_US = 100_000;
const START_US = Date.UTC(2026, 3, 2) * 1_000 - 60 * US_PER_SECOND;

interface Story {
  readonly rows: readonly number[];
  readonly range: CoverageRange;
  readonly facts: CoverageFacts;
}

const NO_FACTS: CoverageFacts = {
  gaps: [],
  lineUs: [],
  alive: [],
  restarts: [],
  keptDays: new Set([dayStartUs(START_US), dayStartUs(START_US) + US_PER_DAY]),
  keptFromUs: Number.NEGATIVE_INFINITY,
};

const at = (seconds: number) => START_US + Math.round(seconds * US_PER_SECOND);

/** The rules, word by word, for one moment. */
function classAt(us: number, { rows, range, facts }: Story): string {
  if (rows.some((row) => isDataBy(row, us, rows, facts.gaps))) return 'data';
  if (us >= range.nowUs) return 'not-collected';
  const lastRowUs = Math.max(...rows.filter((row) => row <= us), Number.NEGATIVE_INFINITY);
  const nextRowUs = Math.min(...rows.filter((row) => row > us), Number.POSITIVE_INFINITY);
  const told = facts.gaps.filter((gap) => gap.fromUs <= us && us < closedUs(gap, rows));
  const own = new Set(told.filter((gap) => gap.reason === 'process-down').map(({ fromUs }) => fromUs));
  const happened = [
    ...rows.filter((row) => row <= us).map((row) => ({ us: row, rank: 0, was: 'row', gap: null, upUs: 0 })),
    ...told.map((gap) => ({ us: Math.max(gap.fromUs, lastRowUs), rank: 1, was: 'gap', gap, upUs: 0 })),
    ...facts.restarts
      .filter(({ downUs }) => downUs <= us && downUs > lastRowUs && !own.has(downUs))
      .map(({ downUs, upUs }) => ({ us: downUs, rank: 2, was: 'down', gap: null, upUs })),
    ...[...facts.lineUs, ...facts.gaps.filter((g) => g.reason !== 'process-down').map((g) => g.stampUs)]
      .filter((line) => line <= us && line > lastRowUs)
      .map((line) => ({ us: line, rank: 3, was: 'line', gap: null, upUs: 0 })),
  ].sort(
    (a, b) =>
      a.us - b.us ||
      a.rank - b.rank ||
      (a.gap !== null && b.gap !== null ? a.gap.fromUs - b.gap.fromUs || a.gap.stampUs - b.gap.stampUs : 0),
  );
  let collected = false;
  let ownUs = Number.NEGATIVE_INFINITY;
  let reason: string | null = null;
  let down: { upUs: number } | null = null;
  for (const event of happened) {
    if (event.was === 'down') {
      down = collected ? event : null;
      [collected, reason] = [false, null];
    } else if (event.gap?.reason !== 'process-down' || collected) {
      ownUs = Math.max(ownUs, event.us);
      if (event.gap !== null) [reason, collected, down] = [event.gap.reason, true, null];
      if (event.was === 'row') [reason, down] = [null, null];
      collected = reason !== 'unsubscribed';
    }
  }
  if (down !== null && us < down.upUs) return 'gap process-down';
  if (!collected || us - ownUs >= COLLECTED_US_MAX) return 'not-collected';
  if (reason !== null) return `gap ${reason}`;
  if (isUnknownAt(us, lastRowUs, nextRowUs, facts)) return 'unknown';
  return isProven(us, { rows, range, facts }) ? 'quiet-but-alive' : 'gap process-down';
}

function closedUs(gap: ToldGap, rows: readonly number[]): number {
  return Math.min(...rows.filter((row) => row > gap.stampUs), Number.POSITIVE_INFINITY);
}

function isDataBy(row: number, us: number, rows: readonly number[], gaps: readonly ToldGap[]): boolean {
  if (Math.floor(row / US_PER_SECOND) !== Math.floor(us / US_PER_SECOND)) return false;
  const [fromUs, toUs] = [Math.min(row, us), Math.max(row, us)];
  return !gaps.some((gap) =>
    row <= us
      ? gap.fromUs <= toUs && closedUs(gap, rows) > fromUs
      : (gap.fromUs < toUs && closedUs(gap, rows) > fromUs) || (gap.fromUs <= row && row <= gap.stampUs),
  );
}

function isProven(us: number, { rows, range, facts }: Story): boolean {
  const { gaps, lineUs, alive } = facts;
  if (alive.some(({ fromUs, toUs }) => fromUs <= us && us < toUs)) return true;
  const posts = [...rows, ...lineUs, range.nowUs, ...gaps.flatMap((gap) => [gap.fromUs, gap.stampUs])];
  const ends = [...posts, ...alive.map(({ toUs }) => toUs)].filter((post) => post <= us);
  const starts = [...posts, ...alive.map(({ fromUs }) => fromUs)].filter((post) => post > us);
  return Math.min(...starts) - Math.max(...ends) <= PROOF_APART_US;
}

const whenUs = (seconds: number) =>
  fc.integer({ min: 0, max: seconds * 10 }).map((n) => START_US + n * STEP_US);

/** Two minutes around a midnight, in which anything may have been told of anything. */
const stories: fc.Arbitrary<Story> = fc
  .record({
    rows: fc.uniqueArray(whenUs(120), { maxLength: 40 }),
    gaps: fc.array(
      fc.tuple(
        whenUs(120),
        fc.integer({ min: 0, max: 300 }),
        fc.constantFrom('disconnect', 'silent', 'unsubscribed', 'process-down', 'disk'),
      ),
      { maxLength: 5 },
    ),
    lineUs: fc.array(whenUs(120), { maxLength: 4 }),
    alive: fc.array(fc.tuple(whenUs(120), fc.integer({ min: 0, max: 300 })), { maxLength: 4 }),
    restarts: fc.array(fc.tuple(whenUs(120), fc.integer({ min: 1, max: 200 })), { maxLength: 3 }),
    kept: fc.subarray([dayStartUs(START_US), dayStartUs(START_US) + US_PER_DAY]),
    keptFromUs: fc.constantFrom(Number.NEGATIVE_INFINITY, dayStartUs(START_US) + US_PER_DAY),
    range: fc.tuple(whenUs(60), fc.integer({ min: 1, max: 900 })),
    nowUs: fc.constantFrom(at(125), at(200)),
  })
  .map((story) => {
    const gaps = story.gaps.map(([stampUs, back, reason]) => ({
      fromUs: stampUs - back * STEP_US,
      stampUs,
      reason,
    }));
    const downs = gaps.filter(({ reason }) => reason === 'process-down');
    const restarts = [
      ...story.restarts.map(([downUs, steps]) => ({ downUs, upUs: downUs + steps * STEP_US })),
      ...downs.map(({ fromUs, stampUs }) => ({ downUs: fromUs, upUs: stampUs })),
    ];
    const [fromUs, steps] = story.range;
    return {
      rows: [...story.rows].sort((a, b) => a - b),
      range: { fromUs, toUs: fromUs + steps * STEP_US, nowUs: story.nowUs },
      facts: {
        gaps,
        lineUs: story.lineUs,
        alive: story.alive.map(([from, n]) => ({ fromUs: from, toUs: from + n * STEP_US })),
        restarts,
        keptDays: new Set(story.kept),
        keptFromUs: story.keptFromUs,
      },
    };
  });

test('the classes make up the range, and are moment by moment what the rules say, whatever was told', () => {
  fc.assert(
    fc.property(stories, (story) => {
      const { rows, range, facts } = story;
      const segments = segmentsOf(rows, range, facts);
      assert.equal(segments[0]!.fromUs, range.fromUs);
      assert.equal(segments.at(-1)!.toUs, range.toUs);
      for (const [n, segment] of segments.entries()) {
        assert.ok(segment.fromUs < segment.toUs);
        if (n > 0) assert.equal(segment.fromUs, segments[n - 1]!.toUs);
      }
      let n = 0;
      for (let us = range.fromUs; us < range.toUs; us += STEP_US) {
        while (segments[n]!.toUs <= us) n += 1;
        assert.equal(nameOf(segments[n]!), classAt(us, story), `at ${(us - START_US) / US_PER_SECOND} s`);
      }
    }),
    { numRuns: RUNS },
  );
});

test('the order in which lines were read changes nothing, and a part of a range is that part of the whole', () => {
  fc.assert(
    fc.property(stories, fc.integer({ min: 0, max: 1_199 }), ({ rows, facts, range }, n) => {
      const whole = { ...range, fromUs: START_US, toUs: at(120) };
      const reversed: CoverageFacts = {
        ...facts,
        gaps: [...facts.gaps].reverse(),
        lineUs: [...facts.lineUs].reverse(),
        alive: [...facts.alive].reverse(),
        restarts: [...facts.restarts].reverse(),
      };
      const segments = segmentsOf(rows, whole, facts);
      assert.deepEqual(segmentsOf(rows, whole, reversed), segments);
      const us = START_US + n * STEP_US;
      const [part] = segmentsOf(rows, { ...range, fromUs: us, toUs: us + STEP_US }, facts);
      const same = segments.find(({ fromUs, toUs }) => fromUs <= us && us < toUs)!;
      assert.equal(nameOf(part!), nameOf(same));
    }),
    { numRuns: RUNS },
  );
});

function nameOf({ class: kind, reason }: CoverageSegment): string {
  return reason === null ? kind : `${kind} ${reason}`;
}

/** `data 0-1` and so on, in seconds since the start. */
function told(rows: readonly number[], facts: Partial<CoverageFacts>, toS = 60, nowS = 600): string[] {
  const range = { fromUs: START_US, toUs: at(toS), nowUs: at(nowS) };
  const segments = segmentsOf(rows.map(at), range, { ...NO_FACTS, ...facts });
  const seconds = (us: number) => (us - START_US) / US_PER_SECOND;
  return segments.map((s) => `${nameOf(s)} ${seconds(s.fromUs)}-${seconds(s.toUs)}`);
}

test('a second with a row is data; rows not more than 10 s apart prove the time between them', () => {
  assert.deepEqual(told([5.5, 6.2, 16.2], {}, 20, 20), [
    'not-collected 0-5',
    'data 5-7',
    'quiet-but-alive 7-16',
    'data 16-17',
    'quiet-but-alive 17-20',
  ]);
  assert.deepEqual(told([5.5, 15.6], {}, 16), [
    'not-collected 0-5',
    'data 5-6',
    'gap process-down 6-15',
    'data 15-16',
  ]);
});

test('connections that prove themselves cover a quiet instrument, and what comes after their last proof is a gap', () => {
  const alive = [{ fromUs: at(0), toUs: at(40) }];
  assert.deepEqual(told([5], { alive }, 60, 60), [
    'not-collected 0-5',
    'data 5-6',
    'quiet-but-alive 6-40',
    'gap process-down 40-60',
  ]);
});

test('a gap reaches back to where it began and ends with the next row to the microsecond', () => {
  const gaps = [{ fromUs: at(10.25), stampUs: at(12), reason: 'silent' }];
  const alive = [{ fromUs: at(0), toUs: at(60) }];
  assert.deepEqual(told([5, 10.1, 11, 20.7], { gaps, alive }, 22, 30), [
    'not-collected 0-5',
    'data 5-6',
    'quiet-but-alive 6-10',
    'data 10-10.25',
    'gap silent 10.25-20.7',
    'data 20.7-21',
    'quiet-but-alive 21-22',
  ]);
});

test('of an instrument that never comes back a restart is a gap while the process was down, and then not collected', () => {
  const restarts = [{ downUs: at(10), upUs: at(30) }];
  const alive = [
    { fromUs: at(0), toUs: at(10) },
    { fromUs: at(30), toUs: at(60) },
  ];
  assert.deepEqual(told([5], { restarts, alive }, 40), [
    'not-collected 0-5',
    'data 5-6',
    'quiet-but-alive 6-10',
    'gap process-down 10-30',
    'not-collected 30-40',
  ]);
});

test('one that quotes for the first time after a restart was not collected before, though a gap is told of it', () => {
  const gaps = [{ fromUs: at(10), stampUs: at(30), reason: 'process-down' }];
  const restarts = [{ downUs: at(10), upUs: at(25) }];
  assert.deepEqual(told([31], { gaps, restarts }, 32), ['not-collected 0-31', 'data 31-32']);
  assert.deepEqual(told([9, 31], { gaps, restarts }, 32), [
    'not-collected 0-9',
    'data 9-10',
    'gap process-down 10-31',
    'data 31-32',
  ]);
});

test('what was taken out is not collected from then on, until it quotes again; nor is what was not heard of for a week', () => {
  const alive = [{ fromUs: at(0), toUs: at(60) + COLLECTED_US_MAX }];
  const gaps = [{ fromUs: at(8), stampUs: at(9), reason: 'unsubscribed' }];
  assert.deepEqual(told([5, 30], { gaps, alive }, 31), [
    'not-collected 0-5',
    'data 5-6',
    'quiet-but-alive 6-8',
    'not-collected 8-30',
    'data 30-31',
  ]);
  const keptDays = new Set(Array.from({ length: 9 }, (_, n) => dayStartUs(START_US) + n * US_PER_DAY));
  const end = COLLECTED_US_MAX / US_PER_SECOND + 10;
  assert.deepEqual(told([5], { alive, keptDays }, end, end + 60).slice(2), [
    `quiet-but-alive 6-${end - 5}`,
    `not-collected ${end - 5}-${end}`,
  ]);
});

test('where no ledger was kept, time after a row and without one is unknown', () => {
  const facts = { keptDays: new Set<number>(), keptFromUs: Number.POSITIVE_INFINITY };
  assert.deepEqual(told([5, 30], facts, 31), ['not-collected 0-5', 'data 5-6', 'unknown 6-30', 'data 30-31']);
});

test('a row costs little where nothing is told', () => {
  let segments = 0;
  const range = { fromUs: START_US + 60e6, toUs: START_US + US_PER_DAY / 2, nowUs: START_US + US_PER_DAY };
  const sweep = new CoverageSweep(range, NO_FACTS, () => {
    segments += 1;
  });
  for (let n = 0; n < 400_000; n += 1) sweep.row(START_US + 60e6 + n * 100_000);
  sweep.finish();
  assert.ok(segments <= 3, `${segments}`);
});
