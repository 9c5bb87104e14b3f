// However many segments a coverage has, its totals are exact and its list stays within its bound and says how.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { COVERAGE_CLASSES, type CoverageSegment } from '../../src/lake/coverage-rules.js';
import { CoverageSummary } from '../../src/lake/coverage-summary.js';

const parts = fc.array(
  fc.tuple(
    fc.integer({ min: 1, max: 40_000_000 }),
    fc.constantFrom('data', 'quiet-but-alive', 'data', 'quiet-but-alive', 'gap', 'unknown', 'not-collected'),
  ),
  { minLength: 1, maxLength: 200 },
);

test('totals are exact, the list is bounded, and what is no data or quiet is in it as it was, up to where it ends', () => {
  fc.assert(
    fc.property(parts, fc.integer({ min: 1, max: 40 }), (lengths, segmentsMax) => {
      const summary = new CoverageSummary(segmentsMax);
      const all: CoverageSegment[] = [];
      let us = 0;
      for (const [length, kind] of lengths) {
        if (kind === all.at(-1)?.class) continue;
        const reason = kind === 'gap' ? 'silent' : null;
        all.push({ fromUs: us, toUs: us + length, class: kind as CoverageSegment['class'], reason });
        us += length;
      }
      for (const segment of all) summary.take(segment);
      const { segments, joinedBelowUs, cutAtUs } = summary.finish();
      for (const name of COVERAGE_CLASSES) {
        const expected = all.filter((s) => s.class === name).reduce((sum, s) => sum + s.toUs - s.fromUs, 0);
        assert.equal(summary.totals.us[name], expected);
      }
      assert.ok(segments.length <= segmentsMax);
      if (all.length <= segmentsMax) assert.deepEqual(segments, all);
      for (const [n, segment] of segments.entries())
        assert.equal(segment.fromUs, segments[n - 1]?.toUs ?? 0, 'they are neighbours');
      assert.equal(segments.at(-1)?.toUs ?? 0, cutAtUs ?? us);
      const isOther = (s: CoverageSegment) => s.class !== 'data' && s.class !== 'quiet-but-alive';
      const others = all.filter((s) => isOther(s) && (cutAtUs === null || s.toUs <= cutAtUs));
      assert.deepEqual(segments.filter(isOther), others);
      const wasJoined = segments.some(
        (s) => s.class === 'data' && !all.some((a) => a.fromUs === s.fromUs && a.toUs === s.toUs),
      );
      if (joinedBelowUs === 0) assert.ok(!wasJoined);
    }),
    { numRuns: 500 },
  );
});
