import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import type { QuoteColumns } from '../../src/core/columns.js';
import { US_PER_DAY } from '../../src/core/time.js';
import { chartRange, computeChart } from '../../src/history/chart.js';
import { ASOF_TOLERANCE_US, asofJoin } from '../../src/series/asof.js';
import { rollingBands } from '../../src/series/bands.js';
import { spreadPercent } from '../../src/series/spread.js';
import { chunkLengths, chunksOf, columns, leg, streamOf } from '../series/legs.js';
import { downsample } from '../support/downsampled.js';

function between(side: QuoteColumns, fromUs: number, toUs: number): QuoteColumns {
  const rows = [...side.receivedUs.keys()].filter((row) => {
    const us = side.receivedUs[row]!;
    return us >= fromUs && us < toUs;
  });
  return columns(
    rows.map((row) => side.receivedUs[row]!),
    rows.map((row) => side.bid[row]!),
  );
}

test('a chart read in chunks is the whole join cut to the range, with bands that start there', async () => {
  await fc.assert(
    fc.asyncProperty(
      leg(150),
      leg(150),
      chunkLengths,
      fc.nat(),
      fc.constantFrom(10, 50, Number.POSITIVE_INFINITY),
      async (left, right, lengths, cut, points) => {
        fc.pre(left.length > 0);
        const fromUs = left.receivedUs[cut % left.length]!;
        const toUs = left.receivedUs[left.length - 1]! + 1;
        const whole = asofJoin(left, right, { toleranceUs: ASOF_TOLERANCE_US });
        const kept = [...whole.stampUs.subarray(0, whole.length).keys()].filter(
          (row) => whole.stampUs[row]! >= fromUs,
        );
        const spreads = Float64Array.from(kept, (row) => spreadPercent(whole.bid1[row]!, whole.bid2[row]!));
        const { upper, lower } = rollingBands(spreads);
        const timestampsUs = Float64Array.from(kept, (row) => whole.stampUs[row]!);
        const all = { length: kept.length, timestampsUs, spreads, upperBand: upper, lowerBand: lower };
        const made = await computeChart({
          read: (side: QuoteColumns, from, to) => streamOf(chunksOf(between(side, from, to), lengths)),
          legs: [left, right],
          range: { fromUs, toUs },
          points,
          nextTurn,
        });
        assert.deepEqual(made, downsample(all, points, toUs));
      },
    ),
    { numRuns: 60 },
  );
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
  const made = computeChart({
    read: endless,
    legs: [0, 1],
    range: { fromUs: 0, toUs: 1e15 },
    points: 100,
    signal: controller.signal,
    nextTurn,
  });
  await assert.rejects(made, { name: 'AbortError' });
  assert.ok(chunks <= 22, `read ${chunks} chunks`);
});

test('the default range is the 24 hours that end with the smaller newest stamp, that row included', () => {
  const day = US_PER_DAY;
  assert.deepEqual(chartRange({}, [5 * day, 4 * day]), { fromUs: 3 * day + 1, toUs: 4 * day + 1 });
  assert.deepEqual(chartRange({ fromUs: 7 }, [5 * day, 4 * day]), { fromUs: 7, toUs: 4 * day + 1 });
  assert.deepEqual(chartRange({ toUs: 2 * day }, [5 * day, 4 * day]), { fromUs: day, toUs: 2 * day });
  const future = chartRange({ toUs: 9 * day }, [5 * day, 4 * day]);
  assert.deepEqual(future, { fromUs: 8 * day, toUs: 5 * day + 1 });
});

test('a range that is empty gives no rows and reads nothing', async () => {
  const read = (): AsyncIterable<QuoteColumns> => assert.fail('nothing is read');
  const input = { read, legs: [0, 1] as const, points: 10, nextTurn };
  assert.equal((await computeChart({ ...input, range: { fromUs: 10, toUs: 10 } })).length, 0);
});
