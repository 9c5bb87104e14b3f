import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BandedSampler } from '../../src/series/banded-sampler.js';
import { CELL_LEVELS_US, type CellColumns, CellSink } from '../../src/series/cells.js';
import type { ChartColumns } from '../../src/series/downsample.js';
import { downsample } from '../support/downsampled.js';

/** Rows of a chart over some hours: bursts, silence, equal spreads, holes, equal stamps. */
const source = fc.array(
  fc.tuple(
    fc.oneof(
      { weight: 2, arbitrary: fc.constant(0) },
      { weight: 6, arbitrary: fc.integer({ min: 1, max: 3_000_000 }) },
      { weight: 2, arbitrary: fc.integer({ min: 1_000_000, max: 400_000_000 }) },
      { weight: 1, arbitrary: fc.integer({ min: 3_000_000_000, max: 8_000_000_000 }) },
    ),
    fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: -9, max: 9 }) },
      { weight: 2, arbitrary: fc.double({ min: -2, max: 2, noNaN: true }).map((value) => value + 0) },
      { weight: 2, arbitrary: fc.constant(Number.NaN) },
    ),
  ),
  { minLength: 1, maxLength: 600, size: 'max' },
);

const START_US = 1_764_000_007_000_000;

interface Rows {
  readonly stamps: Float64Array;
  readonly spreads: Float64Array;
}

function rowsOf(given: readonly (readonly [number, number])[]): Rows {
  let us = START_US;
  const stamps = Float64Array.from(given, ([distance]) => {
    us += distance;
    return us;
  });
  return { stamps, spreads: Float64Array.from(given, ([, spread]) => spread) };
}

function cellsOf({ stamps, spreads }: Rows, warm: readonly number[] = []): readonly CellColumns[] {
  const sink = new CellSink();
  for (const spread of warm) sink.warm(spread);
  sink.pushRows(stamps, spreads, 0, stamps.length);
  return sink.finish();
}

/** Every row with its bands. */
function banded({ stamps, spreads }: Rows, warm: readonly number[] = []): ChartColumns {
  const all = new BandedSampler(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, { everyHole: true });
  for (const spread of warm) all.warm(spread);
  all.pushRows(stamps, spreads, 0, stamps.length);
  return all.finish();
}

test('a cell counts its rows and holes and keeps first, last, least, greatest with their bands, at every level', () => {
  fc.assert(
    fc.property(source, fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 250 }), (given, warm) => {
      const rows = rowsOf(given);
      const all = banded(rows, warm);
      for (const cells of cellsOf(rows, warm)) {
        const { cellUs, keptRows } = cells;
        const groups = new Map<number, number[]>();
        rows.stamps.forEach((us, row) => {
          const startUs = Math.floor(us / cellUs) * cellUs;
          groups.set(startUs, [...(groups.get(startUs) ?? []), row]);
        });
        assert.deepEqual([...cells.startUs], [...groups.keys()]);
        let at = 0;
        [...groups.values()].forEach((inside, cell) => {
          const kept = cells.kept[cell]!;
          assert.ok(kept >= 1 && kept <= 7);
          assert.equal(cells.rows[cell], inside.length);
          const values = inside.map((row) => rows.spreads[row]!).filter((value) => !Number.isNaN(value));
          assert.equal(cells.holes[cell], inside.length - values.length);
          const spreads = keptRows.spreads.subarray(at, at + kept);
          assert.ok(Object.is(spreads[0], rows.spreads[inside[0]!]));
          assert.ok(Object.is(spreads.at(-1), rows.spreads[inside.at(-1)!]));
          const keptValues = spreads.filter((value) => !Number.isNaN(value));
          assert.equal(Math.min(...keptValues), Math.min(...values));
          assert.equal(Math.max(...keptValues), Math.max(...values));
          // Each is a row that was there, in their order, as it was.
          let row = inside[0]!;
          for (let n = at; n < at + kept; n += 1, row += 1) {
            while (!sameRow(keptRows, n, all, row)) {
              row += 1;
              assert.ok(row <= inside.at(-1)!, 'a kept row is one of the cell');
            }
          }
          at += kept;
        });
        assert.equal(at, keptRows.length);
      }
    }),
  );
});

test('a chart of cells keeps in each bucket what a chart of all rows keeps there', () => {
  fc.assert(
    fc.property(source, fc.integer({ min: 7, max: 200 }), fc.nat(2), (given, points, level) => {
      const rows = rowsOf(given);
      const cellUs = CELL_LEVELS_US[level]!;
      const { keptRows } = cellsOf(rows)[level]!;
      fc.pre(keptRows.length > points);
      const toUs = rows.stamps.at(-1)! + 1;
      const options = { everyHole: true, cellUs };
      const ofCells = downsample(keptRows, points, toUs, options);
      const ofRows = downsample(banded(rows), points, toUs, options);
      const originUs = Math.floor(rows.stamps[0]! / cellUs) * cellUs;
      const buckets = Math.floor(points / 7);
      const bucketUs = Math.ceil(Math.max(1, (toUs - originUs) / buckets) / cellUs) * cellUs;
      const edges = (columns: ChartColumns) => {
        const found = new Map<number, number[]>();
        for (let row = 0; row < columns.length; row += 1) {
          const at = Math.floor((columns.timestampsUs[row]! - originUs) / bucketUs);
          found.set(at, [...(found.get(at) ?? []), row]);
        }
        return [...found].map(([bucket, inside]) => {
          const values = inside.map((row) => columns.spreads[row]!).filter((value) => !Number.isNaN(value));
          const first = inside[0]!;
          const last = inside.at(-1)!;
          return {
            bucket,
            least: Math.min(...values),
            greatest: Math.max(...values),
            hasHole: inside.length > values.length,
            first: [columns.timestampsUs[first], columns.spreads[first], columns.upperBand[first]],
            last: [columns.timestampsUs[last], columns.spreads[last], columns.lowerBand[last]],
          };
        });
      };
      assert.deepEqual(edges(ofCells), edges(ofRows));
    }),
  );
});

test('no line is drawn over a hole: between two values next to each other there was none', () => {
  fc.assert(
    fc.property(source, fc.integer({ min: 7, max: 200 }), fc.nat(2), (given, points, level) => {
      const rows = rowsOf(given.map(([distance, spread]) => [distance + 1, spread] as const));
      const { keptRows } = cellsOf(rows)[level]!;
      const options = { everyHole: true, cellUs: CELL_LEVELS_US[level]! };
      for (const chart of [keptRows, downsample(keptRows, points, rows.stamps.at(-1)! + 1, options)]) {
        for (let row = 1; row < chart.length; row += 1) {
          if (Number.isNaN(chart.spreads[row - 1]!) || Number.isNaN(chart.spreads[row]!)) continue;
          const [fromUs, toUs] = [chart.timestampsUs[row - 1]!, chart.timestampsUs[row]!];
          const between = rows.stamps.findIndex(
            (us, n) => us > fromUs && us < toUs && Number.isNaN(rows.spreads[n]!),
          );
          assert.equal(between, -1);
        }
      }
    }),
  );
});

test('cells made of a stretch at a time are those of the whole, where stretches are whole coarsest cells', () => {
  fc.assert(
    fc.property(source, (given) => {
      const rows = rowsOf(given);
      const hourUs = CELL_LEVELS_US[2];
      const whole = cellsOf(rows);
      const byLevel: ChartColumns[][] = CELL_LEVELS_US.map(() => []);
      for (let from = 0; from < given.length; ) {
        const hour = Math.floor(rows.stamps[from]! / hourUs);
        let to = from;
        while (to < given.length && Math.floor(rows.stamps[to]! / hourUs) === hour) to += 1;
        const warm = [...rows.spreads.subarray(Math.max(0, from - 199), from)];
        const part = { stamps: rows.stamps.slice(from, to), spreads: rows.spreads.slice(from, to) };
        for (const [level, { keptRows }] of cellsOf(part, warm).entries()) byLevel[level]!.push(keptRows);
        from = to;
      }
      whole.forEach(({ keptRows }, level) => {
        const parts = byLevel[level]!;
        for (const name of ['timestampsUs', 'spreads', 'upperBand', 'lowerBand'] as const)
          assert.deepEqual(
            parts.flatMap((part) => [...part[name]]),
            [...keptRows[name]],
          );
      });
    }),
  );
});

function sameRow(a: ChartColumns, at: number, b: ChartColumns, row: number): boolean {
  const names = ['timestampsUs', 'spreads', 'upperBand', 'lowerBand'] as const;
  return row < b.length && names.every((name) => Object.is(a[name][at], b[name][row]));
}
