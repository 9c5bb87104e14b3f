// The cycles of a pair are those of its definition, worked out here moment by moment from the rows and what was told of them;
// there are as many of each direction, and as many broken, as the statistics count; of many the newest are given.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import type { QuoteColumns } from '../../src/core/columns.js';
import { computeCycles } from '../../src/history/cycles.js';
import type { InstrumentLine } from '../../src/lake/reader.js';
import { CycleMarks } from '../../src/series/cycle-marks.js';
import { CycleTrack } from '../../src/series/cycle-track.js';
import { chunkLengths, chunksOf, columns, leg, streamOf } from '../series/legs.js';

const RULES = { thresholdPercent: 0.4, neutralPercent: 0.05 };
const LIMIT_US = 60_000_000;

/** Stamps 0 modulo 4 on the left and 2 on the right, events at odd ones: no two share one. */
const apart = (side: QuoteColumns, offset: number) =>
  columns(
    Array.from({ length: side.length }, (_, row) => 4 * (side.receivedUs[row]! + row) + offset),
    Array.from({ length: side.length }, (_, row) => side.bid[row]!),
  );

const rowsBetween = (side: QuoteColumns, fromUs: number, toUs: number) => {
  const rows = [...side.receivedUs.keys()].filter(
    (row) => side.receivedUs[row]! >= fromUs && side.receivedUs[row]! < toUs,
  );
  return columns(
    rows.map((row) => side.receivedUs[row]!),
    rows.map((row) => side.bid[row]!),
  );
};

/** Doubles would mostly lie at the very beginning. */
const evenly = fc.integer({ min: 0, max: 1_000 }).map((part) => part / 1_000);

const event = fc.record({
  share: evenly,
  at: fc.constantFrom(0, 1),
  backUs: fc.integer({ min: 0, max: 20_000_000 }),
  kind: fc.constantFrom('gap', 'age-limit', 'bid-only'),
  value: fc.constantFrom(400_000, 4_000_004, 60_000_000),
});

type Given = typeof event extends fc.Arbitrary<infer T> ? T : never;

function linesOf(given: readonly Given[], firstUs: number, lastUs: number): InstrumentLine[] {
  const taken = new Set<number>();
  return given
    .map(({ share, at, backUs, kind, value }): InstrumentLine => {
      let stampUs = 4 * Math.floor((firstUs + share * (lastUs - firstUs)) / 4) + 1;
      while (taken.has(stampUs)) stampUs += 4;
      taken.add(stampUs);
      const fromUs = Math.min(stampUs, 4 * Math.floor((stampUs - backUs) / 4) + 3);
      if (kind === 'gap') return { type: 'gap', stampUs, fromUs, reason: 'silent', at };
      return { type: 'status', stampUs, status: kind, value, at };
    })
    .sort((a, b) => a.stampUs - b.stampUs);
}

/** The bid that stands of a leg at a moment, by the words of the definition; NaN where none does. */
function bidAt(side: QuoteColumns, lines: readonly InstrumentLine[], us: number): number {
  const gaps = lines
    .filter(({ type, status }) => type === 'gap' || status === 'bid-only')
    .map(({ stampUs, fromUs }) => ({ stampUs, fromUs: Number(fromUs ?? stampUs) }));
  const limits = lines.filter(({ status }) => status === 'age-limit');
  const isValid = (rowUs: number) => !gaps.some((gap) => gap.fromUs <= rowUs && rowUs <= gap.stampUs);
  const row = [...side.receivedUs.keys()].filter(
    (at) => side.receivedUs[at]! <= us && isValid(side.receivedUs[at]!),
  );
  const last = row.at(-1);
  if (last === undefined) return Number.NaN;
  const quoteUs = side.receivedUs[last]!;
  if (gaps.some(({ fromUs }) => quoteUs < fromUs && fromUs <= us)) return Number.NaN;
  const before = limits.filter(({ stampUs }) => stampUs < quoteUs).at(-1);
  let untilUs = quoteUs + Number(before?.['value'] ?? LIMIT_US);
  for (const { stampUs, value } of limits)
    if (stampUs > quoteUs && stampUs <= us && untilUs > stampUs)
      untilUs = Math.max(quoteUs + Number(value), stampUs);
  return us < untilUs ? side.bid[last]! : Number.NaN;
}

/** Every moment at which something may change. */
function moments(legs: readonly QuoteColumns[], lines: readonly InstrumentLine[], fromUs: number): number[] {
  const limits = [LIMIT_US, ...lines.flatMap(({ value }) => (value === undefined ? [] : [Number(value)]))];
  const quotes = legs.flatMap(({ receivedUs }) => [...receivedUs]);
  const all = [
    fromUs,
    ...quotes,
    ...quotes.flatMap((us) => limits.map((limit) => us + limit)),
    ...lines.flatMap(({ stampUs, fromUs: gapUs }) => [stampUs, Number(gapUs ?? stampUs)]),
  ];
  return [...new Set(all)].sort((a, b) => a - b);
}

function naive(points: readonly (readonly [number, number])[]) {
  const cycles: unknown[] = [];
  let broken = 0;
  for (const sign of [1, -1]) {
    for (let at = 0; at < points.length; at += 1) {
      if (!(sign * points[at]![1] > RULES.thresholdPercent)) continue;
      const rest = points.slice(at);
      const end = rest.findIndex(([, spread]) => !(sign * spread >= RULES.neutralPercent));
      if (end < 0) break;
      if (Number.isNaN(rest[end]![1])) broken += 1;
      else {
        const during = rest.slice(0, end);
        const peak = Math.max(...during.map(([, spread]) => sign * spread));
        const [peakUs, peakPercent] = during.find(([, spread]) => sign * spread === peak)!;
        const direction = sign === 1 ? 'up' : 'down';
        cycles.push({ direction, fromUs: rest[0]![0], toUs: rest[end]![0], peakPercent, peakUs });
      }
      at += end - 1;
    }
  }
  const toUs = (cycle: unknown) => (cycle as { toUs: number }).toUs;
  return { cycles: cycles.sort((a, b) => toUs(a) - toUs(b)), broken, more: false };
}

test('cycles read in chunks are those of the definition, moment by moment', async () => {
  let found = { cycles: 0, broken: 0 };
  await fc.assert(
    fc.asyncProperty(
      leg(90),
      leg(90),
      fc.array(event, { maxLength: 8 }),
      chunkLengths,
      evenly,
      async (one, other, given, lengths, cut) => {
        fc.pre(one.length > 0 && other.length > 0);
        const legs = [apart(one, 0), apart(other, 2)] as const;
        const stamps = legs.flatMap(({ receivedUs }) => [...receivedUs]);
        const [firstUs, knownUs] = [Math.min(...stamps), Math.max(...stamps)];
        const lines = linesOf(given, firstUs, knownUs);
        const fromUs = Math.floor(firstUs + cut * (knownUs - firstUs));
        const range = { fromUs, toUs: knownUs + 1 };
        const input = {
          legs,
          range,
          knownUs,
          nextTurn,
          read: (side: QuoteColumns, from: number, to: number) =>
            streamOf(chunksOf(rowsBetween(side, from, to), lengths)),
          readEvents: async (from: number, to: number) =>
            lines.filter(({ stampUs }) => stampUs >= from && stampUs < to),
        };
        const cycles = await computeCycles(input, RULES, 10_000);
        const ofLeg = (at: number) => lines.filter((line) => line.at === at);
        // What goes stale at the newest quote or after it is not known yet.
        const points = moments(legs, lines, fromUs)
          .filter((us) => us >= fromUs && us <= knownUs)
          .map((us): [number, number] => {
            const [bid1, bid2] = legs.map((side, at) => bidAt(side, ofLeg(at), us));
            return [us, (bid1! / bid2! - 1) * 100];
          });
        assert.deepEqual(cycles, naive(points));
        found = { cycles: found.cycles + cycles.cycles.length, broken: found.broken + cycles.broken };
      },
    ),
    { numRuns: 600 },
  );
  assert.ok(found.cycles > 40 && found.broken > 40, JSON.stringify(found));
});

test('there are as many as the statistics count, and the newest of many', () => {
  const spread = fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: -70, max: 70 }).map((step) => step / 100) },
    { weight: 3, arbitrary: fc.integer({ min: -6, max: 6 }).map((step) => step / 100) },
    { weight: 1, arbitrary: fc.constant(Number.NaN) },
  );
  fc.assert(
    fc.property(fc.array(spread, { maxLength: 200, size: 'max' }), (spreads) => {
      const [up, down] = [new CycleTrack(), new CycleTrack()];
      const [all, few] = [new CycleMarks(RULES, 1_000), new CycleMarks(RULES, 3)];
      const { thresholdPercent, neutralPercent } = RULES;
      for (const [us, value] of spreads.entries()) {
        all.push(us, value);
        few.push(us, value);
        if (Number.isNaN(value)) for (const track of [up, down]) track.break(us);
        else {
          up.follow(us, value > thresholdPercent, value < neutralPercent, 0, 0);
          down.follow(us, value < -thresholdPercent, value > -neutralPercent, 0, 0);
        }
      }
      const marks = all.marks();
      const totals = [up.totals(), down.totals()];
      for (const [n, direction] of (['up', 'down'] as const).entries()) {
        const own = marks.filter((mark) => mark.direction === direction);
        assert.equal(own.length, totals[n]!.cycles);
        assert.deepEqual(
          own.map(({ fromUs, toUs }) => toUs - fromUs),
          totals[n]!.durationsUs,
        );
      }
      assert.equal(all.broken, totals[0]!.broken + totals[1]!.broken);
      assert.deepEqual(few.marks(), marks.slice(-3));
      assert.deepEqual([few.count, few.broken], [marks.length, all.broken]);
    }),
    { numRuns: 500 },
  );
});
