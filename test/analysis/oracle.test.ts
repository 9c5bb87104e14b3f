// The whole way from a lake's files to the cells of the statistics file, against the reference's formulas in another
// engine: filter, join, deviation and shares there; cycles from their definition, by the shape of the row.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { COMPAT_COLUMNS } from '../../src/analysis/compat.js';
import { US_PER_HOUR } from '../../src/core/time.js';
import { hourDir } from '../../src/lake/paths.js';
import { EVERYTHING, numbers, parquetBytes, place, stamps, temporaryLake } from '../lake/parquet-files.js';
import { type Polars, type PolarsFrame, polars } from '../oracle/oracle.js';
import { leg } from '../series/legs.js';
import { csvOf, rowsOf } from './lakes.js';

interface RawLeg {
  readonly us: readonly number[];
  readonly bid: readonly (number | null)[];
  readonly ask: readonly (number | null)[];
}

const rawLeg: fc.Arbitrary<RawLeg> = fc
  .tuple(leg(250), fc.infiniteStream(fc.integer({ min: 0, max: 14 })))
  .map(([{ length, receivedUs, bid }, dice]) => ({
    us: [...receivedUs.subarray(0, length)],
    bid: Array.from(bid.subarray(0, length), (price) => (Number.isNaN(price) ? null : price)),
    ask: Array.from(bid.subarray(0, length), (price) => (dice.next().value === 0 ? null : (price || 1) + 1)),
  }));

const thresholds = fc.constantFrom([0.3, 0.5, 0.4] as const, [0.1, 0.9, 0.25] as const);

/** One file an hour, all columns nullable, rows as they come: what a foreign recorder leaves. */
async function placeLeg(root: string, exchange: string, { us, bid, ask }: RawLeg): Promise<void> {
  const hours = new Map<number, number[]>();
  us.forEach((stamp, row) => {
    const hourUs = Math.floor(stamp / US_PER_HOUR) * US_PER_HOUR;
    hours.set(hourUs, [...(hours.get(hourUs) ?? []), row]);
  });
  for (const [hourUs, rows] of hours) {
    const bytes = parquetBytes([
      stamps(
        'Timestamp',
        rows.map((row) => us[row]!),
        'MICROS',
      ),
      numbers(
        'BestBid',
        rows.map((row) => bid[row]!),
      ),
      numbers(
        'BestAsk',
        rows.map((row) => ask[row]!),
      ),
    ]);
    await place(root, `${hourDir('', exchange, 'BTC/USDT', hourUs)}/spreads-00-00.1234567.parquet`, bytes);
  }
}

function complete(pl: Polars, { us, bid, ask }: RawLeg, name: string): PolarsFrame {
  return pl
    .DataFrame({
      t: pl.Series('t', us, pl.Float64).cast(pl.Int64),
      [name]: pl.Series(name, bid, pl.Float64),
      ask: pl.Series('ask', ask, pl.Float64),
    })
    .filter(pl.col(name).isNotNull())
    .filter(pl.col('ask').isNotNull())
    .select(pl.col('t'), pl.col(name));
}

/** The 23 numbers and truths of a pair, by column; undefined where the pair is left out. */
function theirs(
  pl: Polars,
  left: RawLeg,
  right: RawLeg,
  limits: readonly number[],
): ReadonlyMap<string, number | boolean> | undefined {
  const frame = complete(pl, left, 'b1')
    .joinAsof(complete(pl, right, 'b2'), { strategy: 'backward', on: 't' })
    .withColumns(pl.col('b1').div(pl.col('b2')).sub(1).mul(100).alias('d'));
  const d = pl.col('d');
  const deviations = frame.getColumn('d').toArray();
  if (deviations.every((deviation) => deviation === null)) return undefined;
  const measured = frame.select(
    d.max().alias('max'),
    d.min().alias('min'),
    d.mean().alias('mean'),
    d.mul(d.shift(1)).lt(0).sum().alias('crossings'),
    pl.col('t').max().sub(pl.col('t').min()).alias('spanUs'),
    ...limits.map((limit, place) => d.abs().gt(limit).mean().alias(`share${place}`)),
    d.abs().last().alias('last'),
  );
  const of = (name: string): number => Number(measured.getColumn(name).toArray()[0]);
  const hours = of('spanUs') / 3_600e6;
  const perHour = (count: number): number => (hours > 0 ? count / hours : 0);
  const cells = new Map<string, number | boolean>([
    ['max_deviation_pct', of('max')],
    ['min_deviation_pct', of('min')],
    ['deviation_asymmetry', of('mean')],
    ['zero_crossings', of('crossings')],
    ['zero_crossings_per_hour', perHour(of('crossings'))],
    ['zero_crossings_per_minute', perHour(of('crossings')) / 60],
    ['data_points', frame.height],
    ['duration_hours', hours],
  ]);
  ['030bp', '050bp', '040bp'].forEach((name, place) => {
    const limit = limits[place]!;
    // A cycle by its shape: from a row above to the next one at neutral.
    const marks = deviations
      .map((deviation) => Math.abs(deviation ?? 0.07))
      .map((size) => (size > limit ? 'A' : size < 0.05 ? 'n' : '.'))
      .join('');
    const cycles = [...marks.matchAll(/A[^n]*n/g)].length;
    const percent = 100 * of(`share${place}`);
    cells.set(`opportunity_cycles_${name}`, cycles);
    cells.set(`cycles_${name}_per_hour`, perHour(cycles));
    cells.set(`pct_time_above_${name}`, percent);
    cells.set(`avg_cycle_duration_${name}_sec`, cycles === 0 ? 0 : (hours * 3_600 * percent) / 100 / cycles);
    cells.set(`pattern_break_${name}`, of('last') > limit);
  });
  return cells;
}

const oracle = polars();

test('from files to cells, the 26 columns of random legs are what polars gives for them', {
  skip: oracle.skip,
}, async (t) => {
  const pl = oracle.pl as Polars;
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(fc.tuple(rawLeg, rawLeg, rawLeg), thresholds, async (legs, limits) => {
      const root = await temporaryLake(t);
      const exchanges = ['Aaa', 'Bbb', 'Ccc'];
      for (const [place, exchange] of exchanges.entries()) await placeLeg(root, exchange, legs[place]!);
      const expected = new Map<string, ReadonlyMap<string, number | boolean>>();
      for (const [one, two] of [[0, 1] as const, [0, 2] as const, [1, 2] as const]) {
        const cells = theirs(pl, legs[one], legs[two], limits);
        if (cells !== undefined) expected.set(`BTC_USDT ${exchanges[one]} ${exchanges[two]}`, cells);
      }
      const rows = rowsOf(await csvOf(root, EVERYTHING, limits));
      const ours = new Map(
        rows.map((row) => [`${row('symbol')} ${row('exchange1')} ${row('exchange2')}`, row]),
      );
      assert.deepEqual([...ours.keys()].sort(), [...expected.keys()].sort());
      for (const [pair, row] of ours) {
        const cells = expected.get(pair)!;
        assert.equal(cells.size + 3, COMPAT_COLUMNS.length);
        for (const [column, value] of cells) {
          if (typeof value === 'boolean') assert.equal(row(column), String(value), `${pair} ${column}`);
          else {
            const off = Math.abs(Number(row(column)) - value);
            assert.ok(
              off <= 1e-9 * Math.max(1, Math.abs(value)),
              `${pair} ${column}: ${row(column)} ${value}`,
            );
          }
          compared += 1;
        }
      }
    }),
    { numRuns: 40 },
  );
  assert.ok(compared > 1_000, `only ${compared} cells were compared`);
});
