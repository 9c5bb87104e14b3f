// A chart by the valid join is the batch join of all there is, cut to its range: bands are warm at its first row, holes
// are null rows that no thinning removes, and nothing is read without end.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import type { QuoteColumns } from '../../src/core/columns.js';
import { computeValidChart, validRange } from '../../src/history/valid-chart.js';
import type { InstrumentLine } from '../../src/lake/reader.js';
import { rollingBands } from '../../src/series/bands.js';
import { legEventsOf } from '../../src/series/leg-events.js';
import type { LegIndex } from '../../src/series/valid.js';
import { validPoints } from '../../src/series/valid-points.js';
import { chunkLengths, chunksOf, columns, leg, streamOf } from '../series/legs.js';
import { downsample } from '../support/downsampled.js';

function between(side: QuoteColumns, fromUs: number, toUs: number): QuoteColumns {
  const rows = [...side.receivedUs.keys()].filter(
    (row) => side.receivedUs[row]! >= fromUs && side.receivedUs[row]! < toUs,
  );
  return columns(
    rows.map((row) => side.receivedUs[row]!),
    rows.map((row) => side.bid[row]!),
  );
}

const told = (lines: readonly InstrumentLine[]) => async (fromUs: number, toUs: number) =>
  lines.filter(({ stampUs }) => stampUs >= fromUs && stampUs < toUs);

/** Rows at 0 modulo 4 on the left and 2 on the right, events at odd stamps: no two share one. */
const apart = (side: QuoteColumns, offset: number) =>
  columns(
    Array.from({ length: side.length }, (_, row) => 4 * (side.receivedUs[row]! + row) + offset),
    Array.from({ length: side.length }, (_, row) => side.bid[row]!),
  );

const event = fc.record({
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  at: fc.constantFrom(0, 1),
  backUs: fc.integer({ min: 0, max: 20_000_000 }),
  kind: fc.constantFrom('gap', 'age-limit', 'lagging', 'in-time', 'empty', 'live'),
  value: fc.constantFrom(100_000, 2_000_000, 60_000_000),
});

test('a chart read in chunks is the whole valid join cut to the range, with bands that were warm before it', async () => {
  await fc.assert(
    fc.asyncProperty(
      leg(250),
      leg(250),
      fc.array(event, { maxLength: 8 }),
      chunkLengths,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.constantFrom(14, 70, Number.POSITIVE_INFINITY),
      async (one, other, given, lengths, cut, points) => {
        fc.pre(one.length > 0 && other.length > 0);
        const legs = [apart(one, 0), apart(other, 2)] as const;
        const ends = legs.map(({ receivedUs }) => [receivedUs[0]!, receivedUs.at(-1)!] as const);
        const firstUs = Math.min(...ends.map(([us]) => us));
        const knownUs = Math.max(...ends.map(([, us]) => us));
        const taken = new Set<number>();
        const lines = given
          .map(({ share, at, backUs, kind, value }): InstrumentLine => {
            let stampUs = 2 * Math.floor((firstUs + share * (knownUs - firstUs)) / 2) + 1;
            while (taken.has(stampUs)) stampUs += 2;
            taken.add(stampUs);
            if (kind === 'gap')
              return { type: 'gap', stampUs, fromUs: stampUs - backUs, reason: 'silent', at };
            return { type: 'status', stampUs, status: kind, value, at };
          })
          .sort((a, b) => a.stampUs - b.stampUs);
        const fromUs = Math.floor(firstUs + cut * (knownUs - firstUs));
        const range = { fromUs, toUs: knownUs + 1 };
        const endUs = Math.max(knownUs, ...taken);
        const whole = validPoints({
          legs,
          events: lines.flatMap((line) => legEventsOf(line, line.at as LegIndex)),
          endUs,
        });
        // What goes stale after the newest quote is not known yet.
        const stamps = whole.stampUs.slice(0, whole.length).filter((us) => us <= knownUs);
        const bands = rollingBands(whole.spread.slice(0, whole.length));
        const first = stamps.findIndex((us) => us >= fromUs);
        const rows = first < 0 ? [] : [...stamps.keys()].slice(first);
        const column = (values: Float64Array) => Float64Array.from(rows, (row) => values[row]!);
        const band = (values: Float64Array) =>
          Float64Array.from(rows, (row) => (Number.isNaN(whole.spread[row]) ? Number.NaN : values[row]!));
        const all = {
          length: rows.length,
          timestampsUs: column(stamps),
          spreads: column(whole.spread),
          upperBand: band(bands.upper),
          lowerBand: band(bands.lower),
        };
        const made = await computeValidChart({
          read: (side: QuoteColumns, from, to) => streamOf(chunksOf(between(side, from, to), lengths)),
          readEvents: told(lines),
          legs,
          range,
          knownUs,
          points,
          nextTurn,
        });
        assert.deepEqual(made, downsample(all, points, range.toUs, { everyHole: true }));
      },
    ),
    { numRuns: 150 },
  );
});

test('the bands of the first row rest on 199 rows before it, however long ago those were', async () => {
  for (const stepUs of [10_000, 1_000_000, 50_000_000]) {
    const stamps = Array.from({ length: 400 }, (_, row) => row * stepUs);
    const left = columns(
      stamps,
      stamps.map((_, row) => 100 + (row % 7)),
    );
    const right = columns(
      stamps.map((us) => us + 1),
      stamps.map(() => 100),
    );
    const made = await computeValidChart({
      read: (side: QuoteColumns, from, to) => streamOf([between(side, from, to)]),
      readEvents: told([]),
      legs: [left, right],
      range: { fromUs: 300 * stepUs, toUs: 400 * stepUs },
      knownUs: 400 * stepUs,
      points: Number.POSITIVE_INFINITY,
      nextTurn,
    });
    assert.equal(made.length, 200, `a row every ${stepUs} µs`);
    assert.equal(made.upperBand[0], (106 / 100 - 1) * 100);
    assert.equal(made.lowerBand[0], 0);
  }
});

test('an outage is one null row, of spread and bands, in 20 points as in all', async () => {
  const side = (offsetUs: number, isDown: (n: number) => boolean) => {
    const rows = Array.from({ length: 6_000 }, (_, n) => n).filter((n) => !isDown(n));
    return columns(
      rows.map((n) => n * 100_000 + offsetUs),
      rows.map((n) => 100 + (n % 10) / 10),
    );
  };
  // Five seconds down, told seven seconds after they began.
  const legs = [side(0, (n) => n >= 3_000 && n < 3_050), side(50_000, () => false)] as const;
  const gap: InstrumentLine = {
    type: 'gap',
    stampUs: 304_999_999,
    fromUs: 299_900_001,
    reason: 'disconnect',
    at: 0,
  };
  for (const points of [20, 200, Number.POSITIVE_INFINITY]) {
    const made = await computeValidChart({
      read: (one: QuoteColumns, from, to) => streamOf([between(one, from, to)]),
      readEvents: told([gap]),
      legs,
      range: { fromUs: 0, toUs: 600_000_000 },
      knownUs: 599_950_000,
      points,
      nextTurn,
    });
    const holes = [...made.spreads.keys()].filter((row) => Number.isNaN(made.spreads[row]));
    assert.deepEqual(
      holes.map((row) => [made.timestampsUs[row], made.upperBand[row], made.lowerBand[row]]),
      [[299_900_001, Number.NaN, Number.NaN]],
    );
    const next = holes[0]! + 1;
    assert.ok(made.timestampsUs[next]! >= 305_000_000, 'and no point stands within the outage');
  }
});

test('an abort stops the reading within one chunk of each leg', async () => {
  const controller = new AbortController();
  let chunks = 0;
  async function* endless(side: number): AsyncGenerator<QuoteColumns> {
    for (let us = side; ; us += 10) {
      chunks += 1;
      if (chunks === 20) controller.abort();
      yield columns([us], [1]);
    }
  }
  const made = computeValidChart({
    read: endless,
    readEvents: told([]),
    legs: [0, 1],
    range: { fromUs: 0, toUs: 1e15 },
    knownUs: 1e15,
    points: 100,
    signal: controller.signal,
    nextTurn,
  });
  await assert.rejects(made, { name: 'AbortError' });
  assert.ok(chunks <= 24, `read ${chunks} chunks`);
});

test('the range ends with the newest row of either leg at the latest, by default with the smaller of the two', () => {
  assert.deepEqual(validRange({ fromUs: 7 }, [50, 40]), { fromUs: 7, toUs: 41 });
  assert.deepEqual(validRange({ fromUs: 7, toUs: 45 }, [50, 40]), { fromUs: 7, toUs: 45 });
  assert.deepEqual(validRange({ fromUs: 7, toUs: 99 }, [40, 50]), { fromUs: 7, toUs: 51 });
});
