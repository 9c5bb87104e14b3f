import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { QuoteColumns } from '../../src/core/columns.js';
import { ASOF_TOLERANCE_US, AsofJoin, asofJoin, asofStream } from '../../src/series/asof.js';
import type { JoinedColumns } from '../../src/series/spread.js';
import { JoinedRows } from '../../src/series/spread.js';
import { type Polars, type PolarsFrame, polars } from '../oracle/oracle.js';
import { chunkLengths, chunksOf, columns, leg, streamOf } from './legs.js';

const options = { toleranceUs: ASOF_TOLERANCE_US };

function rowsOf(joined: JoinedColumns): (readonly [number, number, number])[] {
  const rows: [number, number, number][] = [];
  for (let at = 0; at < joined.length; at += 1) {
    rows.push([joined.stampUs[at]!, joined.bid1[at]!, joined.bid2[at]!]);
  }
  return rows;
}

test('a right row of exactly the tolerance matches, one microsecond older does not', () => {
  const right = columns([1_000_000], [5]);
  const left = columns([999_999, 1_000_000, 3_000_000, 3_000_001], [1, 2, 3, 4]);
  assert.deepEqual(rowsOf(asofJoin(left, right, options)), [
    [1_000_000, 2, 5],
    [3_000_000, 3, 5],
  ]);
  assert.equal(asofJoin(left, right, { toleranceUs: Number.POSITIVE_INFINITY }).length, 3);
});

test('of right rows with one stamp the last wins, and a null there still matches', () => {
  const left = columns([10, 20], [1, 2]);
  const right = columns([10, 10, 15, 15], [7, 8, 9, Number.NaN]);
  assert.deepEqual(rowsOf(asofJoin(left, right, options)), [
    [10, 1, 8],
    [20, 2, Number.NaN],
  ]);
});

test('a later right row is never used', () => {
  fc.assert(
    fc.property(leg(60), leg(60), (left, right) => {
      for (const [stampUs, , bid2] of rowsOf(asofJoin(left, right, options))) {
        const past = [...right.bid].filter((_, row) => right.receivedUs[row]! <= stampUs);
        assert.ok(Object.is(past.at(-1), bid2));
      }
    }),
  );
});

test('any split into chunks gives the rows and the count of unmatched ones that the whole join gives', () => {
  fc.assert(
    fc.property(
      leg(150),
      leg(150),
      chunkLengths,
      chunkLengths,
      fc.constantFrom(ASOF_TOLERANCE_US, 0, Number.POSITIVE_INFINITY),
      fc.boolean(),
      (left, right, leftLengths, rightLengths, toleranceUs, keepUnmatched) => {
        const whole = asofJoin(left, right, { toleranceUs, keepUnmatched });
        const join = new AsofJoin({ toleranceUs, keepUnmatched });
        const out = new JoinedRows();
        const lefts = chunksOf(left, leftLengths);
        const rights = chunksOf(right, rightLengths);
        for (;;) {
          if (join.run(out) === 'left') {
            const chunk = lefts.shift();
            if (chunk === undefined) break;
            join.feedLeft(chunk);
          } else {
            const chunk = rights.shift();
            if (chunk === undefined) join.endRight();
            else join.feedRight(chunk);
          }
        }
        assert.deepEqual(rowsOf(out), rowsOf(whole));
        const matched = asofJoin(left, right, { toleranceUs }).length;
        assert.equal(join.unmatchedRows, left.length - matched);
      },
    ),
  );
});

test('the pulled stream gives the same rows, whatever the chunks are', async () => {
  await fc.assert(
    fc.asyncProperty(leg(120), leg(120), chunkLengths, chunkLengths, async (left, right, a, b) => {
      const rows: (readonly [number, number, number])[] = [];
      const stream = asofStream(streamOf(chunksOf(left, a)), streamOf(chunksOf(right, b)), options);
      for await (const joined of stream) rows.push(...rowsOf(joined));
      assert.deepEqual(rows, rowsOf(asofJoin(left, right, options)));
    }),
    { numRuns: 50 },
  );
});

test('a consumer that stops early closes both sources', async () => {
  const closed: string[] = [];
  async function* source(name: string): AsyncGenerator<QuoteColumns> {
    try {
      for (let us = 0; ; us += 10) yield columns([us], [1]);
    } finally {
      closed.push(name);
    }
  }
  for await (const joined of asofStream(source('left'), source('right'), options)) {
    if ((joined.stampUs[0] ?? 0) >= 50) break;
  }
  assert.deepEqual(closed.sort(), ['left', 'right']);
});

test('chunks out of time order are a broken invariant', () => {
  const join = new AsofJoin(options);
  join.feedLeft(columns([10], [1]));
  join.endRight();
  join.run(new JoinedRows());
  assert.throws(() => join.feedLeft(columns([9], [1])), /time order/);
});

const oracle = polars();

function frame(pl: Polars, side: QuoteColumns, name: string): PolarsFrame {
  const nullable = [...side.bid].map((value) => (Number.isNaN(value) ? null : value));
  const stamp = pl
    .Series('t', [...side.receivedUs], pl.Float64)
    .cast(pl.Int64)
    .cast(pl.Datetime('us'));
  return pl.DataFrame({ t: stamp, [name]: pl.Series(name, nullable, pl.Float64) });
}

test('the join equals polars join_asof(backward, 2s) row for row', { skip: oracle.skip }, () => {
  const pl = oracle.pl as Polars;
  fc.assert(
    fc.property(leg(200), leg(200), (left, right) => {
      fc.pre(left.length > 0 && right.length > 0);
      const rights = frame(pl, right, 'b2').withColumns(pl.col('t').alias('t2'));
      const asked = { strategy: 'backward', on: 't', tolerance: '2s' };
      const theirs = frame(pl, left, 'b1').joinAsof(rights, asked).filter(pl.col('t2').isNotNull());
      const ours = asofJoin(left, right, options);
      const nulls = (values: Float64Array): (number | null)[] =>
        [...values.subarray(0, ours.length)].map((value) => (Number.isNaN(value) ? null : value));
      const stamps = theirs.getColumn('t').cast(pl.Int64).cast(pl.Float64).toArray();
      assert.deepEqual([...ours.stampUs.subarray(0, ours.length)], stamps);
      assert.deepEqual(nulls(ours.bid1), theirs.getColumn('b1').toArray());
      assert.deepEqual(nulls(ours.bid2), theirs.getColumn('b2').toArray());
    }),
    { numRuns: 150 },
  );
});
