import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BandedSampler } from '../../src/series/banded-sampler.js';
import { RollingBands } from '../../src/series/bands.js';
import { Downsampler } from '../../src/series/downsample.js';

const START_US = 1_700_000_000_000_000;

/** Distances from nothing to a quarter of the whole, so that buckets are full, sparse and empty. */
const source = fc.record({
  rows: fc.integer({ min: 1, max: 60_000 }),
  seed: fc.integer(),
  points: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constantFrom(2_000, 19_999)),
  warm: fc.integer({ min: 0, max: 500 }),
  holes: fc.constantFrom(0, 0.001, 0.2),
  clustered: fc.boolean(),
  everyHole: fc.boolean(),
});

test('the bands of the points that stay are those of every row, however many rows a bucket has', () => {
  fc.assert(
    fc.property(source, ({ rows, seed, points, warm, holes, clustered, everyHole }) => {
      let state = seed >>> 0;
      const chance = () => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return state / 2 ** 32;
      };
      const spreads = Float64Array.from({ length: warm + rows }, () =>
        chance() < holes ? Number.NaN : Math.round(chance() * 1_000) / 1_000,
      );
      let us = START_US;
      const stamps = Float64Array.from({ length: rows }, () => {
        us += clustered && chance() < 0.999 ? 0 : Math.floor(chance() * 2_000_000);
        return us;
      });
      const toUs = us + 1;
      const sampler = new BandedSampler(points, toUs, { everyHole });
      const bands = new RollingBands();
      const plain = new Downsampler(points, toUs, { everyHole });
      spreads.forEach((spread, at) => {
        bands.push(spread);
        if (at < warm) {
          sampler.warm(spread);
          return;
        }
        const isBare = everyHole && Number.isNaN(spread);
        const [upper, lower] = isBare ? [Number.NaN, Number.NaN] : [bands.upper, bands.lower];
        plain.push(stamps[at - warm]!, spread, upper, lower);
      });
      // One by one, and in pieces.
      for (let at = 0; at < rows; ) {
        const end = Math.min(rows, at + Math.floor(chance() * 9_000));
        if (end === at) sampler.push(stamps[at]!, spreads[warm + at++]!);
        else sampler.pushRows(stamps, spreads.subarray(warm), at, end);
        at = Math.max(at, end);
      }
      assert.deepEqual(sampler.finish(), plain.finish());
    }),
    { numRuns: 40 },
  );
});
