import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  COMPAT_COLUMNS,
  CompatAccumulator,
  compatDeviation,
  floatText,
  formatStatisticsCsv,
  type PairRow,
  type PairStatistics,
} from '../../src/analysis/compat.js';
import { asofJoin } from '../../src/series/asof.js';
import { type Polars, type PolarsExpr, polars } from '../oracle/oracle.js';
import { columns, leg } from '../series/legs.js';
import { shared } from '../support/shared.js';

function statistics(stamps: readonly number[], deviations: readonly number[]): PairStatistics | undefined {
  const accumulator = new CompatAccumulator();
  deviations.forEach((deviation, row) => {
    accumulator.push(stamps[row]!, deviation);
  });
  return accumulator.finish();
}

const seconds = (count: number): number[] => Array.from({ length: count }, (_, row) => row * 1_000_000);

test('unmatched left rows count as data points and for the duration, not for the values', () => {
  const found = statistics([0, 1_800_000_000, 3_600_000_000], [Number.NaN, 0.45, 0.01]);
  assert.equal(found?.dataPoints, 3);
  assert.equal(found?.durationHours, 1);
  assert.equal(found?.thresholds[0]?.timeAbovePercent, 50);
  assert.equal(found?.thresholds[0]?.cycles, 1);
  assert.equal(found?.thresholds[0]?.cycleDurationSeconds, 1_800);
  assert.deepEqual(
    found?.thresholds.map((threshold) => threshold.cycles),
    [1, 0, 1],
  );
});

test('a pair whose left rows all found no partner has no statistics', () => {
  assert.equal(statistics(seconds(2), [Number.NaN, Number.NaN]), undefined);
  assert.equal(statistics([], []), undefined);
});

test('a single row has no duration and no rates', () => {
  const found = statistics([5], [0.6]);
  assert.deepEqual([found?.durationHours, found?.zeroCrossingsPerHour], [0, 0]);
  assert.deepEqual(
    found?.thresholds.map((threshold) => threshold.patternBreak),
    [true, true, true],
  );
});

test('a zero bid2 shows as infinity in max and mean', () => {
  const found = statistics(seconds(3), [0.1, compatDeviation(1, 0), -0.1]);
  assert.equal(found?.deviationPercentMax, Number.POSITIVE_INFINITY);
  assert.equal(found?.deviationAsymmetry, Number.POSITIVE_INFINITY);
  assert.equal(found?.deviationPercentMin, -0.1);
});

test('the file has 26 columns, LF, a final newline, rows by crossings a minute and then by name', () => {
  const made = statistics(seconds(3), [0.5, -0.5, 0]);
  assert.ok(made !== undefined);
  const row = (symbol: string, exchange2: string, zeroCrossingsPerMinute: number): PairRow => ({
    ...made,
    symbol,
    exchange1: 'Aaa',
    exchange2,
    zeroCrossingsPerMinute,
  });
  const text = formatStatisticsCsv([
    row('B/USDT', 'Y', 1),
    row('A/USDT', 'Z', 1),
    row('A/USDT', 'Y', 1),
    row('C/USDT', 'X', 2),
  ]);
  const lines = text.split('\n');
  assert.equal(COMPAT_COLUMNS.length, 26);
  assert.equal(lines[0], COMPAT_COLUMNS.join(','));
  assert.deepEqual(
    lines.slice(1, -1).map((line) => line.split(',').slice(0, 3).join()),
    ['C_USDT,Aaa,X', 'A_USDT,Aaa,Y', 'A_USDT,Aaa,Z', 'B_USDT,Aaa,Y'],
  );
  assert.equal(lines.at(-1), '');
  assert.match(lines[1]!, /,0\.5,-0\.5,0\.0,1,/);
  assert.match(lines[1]!, /,false,/);
  assert.equal(formatStatisticsCsv([]), `${COMPAT_COLUMNS.join(',')}\n`);
});

const reference = shared('reference-stats');

function referenceTable(): { header: string[]; rows: string[][] } {
  const name = readdirSync(reference.path).find((file) => file.endsWith('.csv'));
  const lines = readFileSync(join(reference.path, name ?? ''), 'utf8')
    .trimEnd()
    .split('\n');
  const [header = [], ...rows] = lines.map((line) => line.split(','));
  return { header, rows };
}

test('the header is that of a really produced file', { skip: reference.skip }, () => {
  assert.deepEqual(referenceTable().header, COMPAT_COLUMNS);
});

test('numbers read from a really produced file are written back as they stand there', {
  skip: reference.skip,
}, () => {
  const { header, rows } = referenceTable();
  const whole = /^(zero_crossings|opportunity_cycles_\w+|data_points)$/;
  for (const row of rows) {
    row.forEach((cell, at) => {
      const column = header[at]!;
      // Two columns of that file lost their decimals to a flaw that is not copied.
      if (at < 3 || whole.test(column) || /^\d+$/.test(cell) || !/\d/.test(cell)) return;
      assert.equal(floatText(Number(cell)), cell, column);
    });
  }
});

test('rates and durations of a really produced file follow from its counts to the last digit', {
  skip: reference.skip,
}, () => {
  const { header, rows } = referenceTable();
  let checked = 0;
  for (const row of rows) {
    const value = (column: string): number => Number(row[header.indexOf(column)]);
    const hours = value('duration_hours');
    const crossings = value('zero_crossings');
    const accumulator = new CompatAccumulator();
    // A pair with that many rows, crossings and hours: the formulas see nothing else.
    const rowCount = value('data_points');
    const cycles = value('opportunity_cycles_030bp');
    const above = Math.round((value('pct_time_above_030bp') * rowCount) / 100);
    if ((above / rowCount) * 100 !== value('pct_time_above_030bp')) continue;
    const lastUs = Math.round(hours * 3_600_000_000);
    const made = replay(accumulator, { rowCount, cycles, above, lastUs });
    if (made === undefined) continue;
    assert.equal(made.durationHours, hours);
    assert.equal(made.thresholds[0]?.cyclesPerHour, value('cycles_030bp_per_hour'));
    assert.equal(made.thresholds[0]?.timeAbovePercent, value('pct_time_above_030bp'));
    assert.equal(made.thresholds[0]?.cycleDurationSeconds, value('avg_cycle_duration_030bp_sec'));
    assert.equal(crossings / hours, value('zero_crossings_per_hour'));
    assert.equal(crossings / hours / 60, value('zero_crossings_per_minute'));
    checked += 1;
  }
  assert.ok(checked > rows.length / 2, `only ${checked} of ${rows.length} rows could be checked`);
});

/** Rows of that many cycles, rows above 30 bp and hours; undefined where counts cannot be met so simply. */
function replay(
  accumulator: CompatAccumulator,
  want: { rowCount: number; cycles: number; above: number; lastUs: number },
): PairStatistics | undefined {
  const { rowCount, cycles, above, lastUs } = want;
  if (above < cycles || above + cycles > rowCount) return undefined;
  for (let row = 0; row < rowCount; row += 1) {
    const inCycle = row < 2 * cycles;
    const deviation = inCycle ? (row % 2 === 0 ? 0.35 : 0) : row < above + cycles ? 0.35 : 0.1;
    accumulator.push(row === rowCount - 1 ? lastUs : 0, deviation);
  }
  return accumulator.finish();
}

const oracle = polars();

/** The reference's formulas over one column, as expressions of another engine. */
function oracleStatistics(pl: Polars, deviations: readonly (number | null)[]) {
  const deviation = pl.col('d');
  const shares = [0.3, 0.5, 0.4].map(
    (limit, at): PolarsExpr => deviation.abs().gt(limit).mean().alias(`share${at}`),
  );
  const frame = pl
    .DataFrame({ d: pl.Series('d', deviations, pl.Float64) })
    .select(
      deviation.max().alias('max'),
      deviation.min().alias('min'),
      deviation.mean().alias('mean'),
      ...shares,
    );
  return (name: string): number => frame.getColumn(name).toArray()[0] ?? Number.NaN;
}

test('a stream of joined rows gives the statistics that polars gives for them', { skip: oracle.skip }, () => {
  const pl = oracle.pl as Polars;
  const close = (ours: number | undefined, theirs: number): void => {
    assert.ok(
      ours !== undefined && Math.abs(ours - theirs) <= 1e-9 * Math.max(1, Math.abs(theirs)),
      `${ours} ${theirs}`,
    );
  };
  const notNull = (side: ReturnType<typeof columns>) => {
    const rows = [...side.bid.keys()].filter((row) => !Number.isNaN(side.bid[row]!));
    return columns(
      rows.map((row) => side.receivedUs[row]!),
      rows.map((row) => side.bid[row]!),
    );
  };
  fc.assert(
    fc.property(leg(200).map(notNull), leg(200).map(notNull), (left, right) => {
      // A right leg of one row is a constant to the engine, which multiplies by its reciprocal: the last digit, and with
      // it the sign next to zero, is then another one.
      fc.pre(left.length > 0 && right.length > 1);
      // Theirs: the whole join in their engine, without tolerance, and their formulas over it.
      const side = (source: typeof left, name: string) =>
        pl.DataFrame({
          t: pl.Series('t', [...source.receivedUs], pl.Float64).cast(pl.Int64),
          [name]: pl.Series(name, [...source.bid], pl.Float64),
        });
      const joined = side(left, 'b1')
        .joinAsof(side(right, 'b2'), { strategy: 'backward', on: 't' })
        .withColumns(pl.col('b1').div(pl.col('b2')).sub(1).mul(100).alias('d'));
      const theirs = joined.getColumn('d').toArray();
      const ours = new CompatAccumulator();
      const rows = asofJoin(left, right, { toleranceUs: Number.POSITIVE_INFINITY, keepUnmatched: true });
      for (let row = 0; row < rows.length; row += 1) {
        ours.push(rows.stampUs[row]!, compatDeviation(rows.bid1[row]!, rows.bid2[row]!));
      }
      const made = ours.finish();
      if (theirs.every((deviation) => deviation === null)) {
        assert.equal(made, undefined);
        return;
      }
      const of = oracleStatistics(pl, theirs);
      close(made?.deviationPercentMax, of('max'));
      close(made?.deviationPercentMin, of('min'));
      close(made?.deviationAsymmetry, of('mean'));
      [0, 1, 2].forEach((at) => {
        close(made?.thresholds[at]?.timeAbovePercent, of(`share${at}`) * 100);
      });
      const pairs = theirs
        .slice(1)
        .map((deviation, row) => Math.sign(deviation ?? 0) * Math.sign(theirs[row] ?? 0));
      assert.equal(made?.zeroCrossings, pairs.filter((product) => product < 0).length);
      assert.equal(made?.dataPoints, left.length);
      // A cycle by its shape: from a row above to the next one at neutral.
      [0.3, 0.5, 0.4].forEach((limit, at) => {
        const marks = theirs
          .map((deviation) => Math.abs(deviation ?? 0.1))
          .map((size) => (size > limit ? 'A' : size < 0.05 ? 'n' : '.'))
          .join('');
        assert.equal(made?.thresholds[at]?.cycles, [...marks.matchAll(/A[^n]*n/g)].length);
      });
    }),
    { numRuns: 100 },
  );
});

test('floats are written as polars writes them', { skip: oracle.skip }, () => {
  const pl = oracle.pl as Polars;
  const value = fc.oneof(
    fc.double(),
    fc.double({ min: -100, max: 100, noNaN: true }),
    fc.double({ min: -1e-4, max: 1e-4, noNaN: true }),
    fc.integer().map((exponent) => 10 ** (exponent % 25)),
    fc.integer(),
    fc.constantFrom(0, -0, 1e-5, 9.999e-6, 1e15, 1e16, 9_999_999_999_999_998),
  );
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 200 }), (values) => {
      const text = pl
        .DataFrame({ a: pl.Series('a', values, pl.Float64) })
        .writeCSV()
        .toString();
      assert.equal(['a', ...values.map(floatText), ''].join('\n'), text);
    }),
    { numRuns: 50 },
  );
});
