// Whatever the chunks, every row of every instrument is given once and in order, all those of one stamp together; hours are cut
// where they end; one that cannot be read ends alone.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sweepSymbol } from '../../src/analysis/symbol-sweep.js';
import type { QuoteColumns } from '../../src/core/columns.js';
import { US_PER_HOUR } from '../../src/core/time.js';
import { chunkLengths, chunksOf, columns, leg, streamOf } from '../series/legs.js';

interface Swept {
  readonly given: number[][];
  readonly cuts: number[];
}

async function sweep(
  legs: readonly AsyncIterable<QuoteColumns>[],
  toUs: number,
  cutsFromUs = Number.POSITIVE_INFINITY,
): Promise<Swept> {
  const given = legs.map((): number[] => []);
  const cuts: number[] = [];
  let doneUs = Number.NEGATIVE_INFINITY;
  await sweepSymbol({
    legs,
    toUs,
    take: async (rows, beforeUs) => {
      assert.ok(beforeUs >= doneUs);
      for (const [at, { columns: all, from, to }] of rows.entries())
        for (let row = from; row < to; row += 1) {
          const us = all.receivedUs[row]!;
          assert.ok(us >= doneUs && us < beforeUs, `${us} is not in [${doneUs}, ${beforeUs})`);
          given[at]!.push(us);
        }
      doneUs = beforeUs;
    },
    cuts: {
      firstUs: cutsFromUs,
      everyUs: US_PER_HOUR,
      cut: async (us) => {
        assert.equal(us, doneUs);
        cuts.push(us);
      },
    },
  });
  return { given, cuts };
}

test('rows come once and in order, those of one stamp together, whatever the chunks', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(leg(150), { minLength: 1, maxLength: 4 }),
      chunkLengths,
      async (legs, lengths) => {
        const ends = legs.map(({ receivedUs }) => receivedUs.at(-1) ?? 0);
        const toUs = Math.max(...ends) - 1;
        const firstUs = Math.floor(1_700_000_000_000_000 / US_PER_HOUR + 1) * US_PER_HOUR;
        const { given, cuts } = await sweep(
          legs.map((whole) => streamOf(chunksOf(whole, lengths))),
          toUs,
          firstUs,
        );
        for (const [at, whole] of legs.entries())
          assert.deepEqual(
            given[at],
            [...whole.receivedUs].filter((us) => us < toUs),
          );
        const hours: number[] = [];
        for (let us = firstUs; us < toUs; us += US_PER_HOUR) hours.push(us);
        assert.deepEqual(cuts, hours);
      },
    ),
    { numRuns: 200 },
  );
});

test('more rows of one stamp than a window holds are given together', async () => {
  const stamps = [1, ...Array.from({ length: 20_000 }, () => 2), 3];
  const many = columns(
    stamps,
    stamps.map(() => 100),
  );
  const few = columns([1, 2, 3], [100, 100, 100]);
  const { given } = await sweep([streamOf(chunksOf(many, [7_000])), streamOf([few])], 10);
  assert.deepEqual([given[0]!.length, given[1]], [stamps.length, [1, 2, 3]]);
});

test('one that cannot be read ends alone, with its reason', async () => {
  async function* broken(): AsyncGenerator<QuoteColumns> {
    yield columns([1, 2], [100, 100]);
    throw new Error('the disk is gone');
  }
  const whole = columns([1, 2, 3, 4], [100, 100, 100, 100]);
  const given: number[] = [];
  const ended = await sweepSymbol({
    legs: [broken(), streamOf([whole])],
    toUs: 10,
    take: async (rows) => {
      for (const [at, { from, to }] of rows.entries()) if (at === 1) given.push(to - from);
    },
  });
  assert.match(String(ended[0]), /the disk is gone/);
  assert.equal(ended[1], undefined);
  assert.equal(
    given.reduce((sum, count) => sum + count, 0),
    4,
  );
});
