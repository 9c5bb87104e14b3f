// What `doctor` knows of the shapes of frames is what recordings and fixtures show.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exchangeFamily } from '../../src/core/exchange.js';
import { adapters } from '../../src/exchanges/index.js';
import { knownShapesOf } from '../../src/exchanges/known-shapes.js';
import { isShapeOf } from '../../src/ingest/frame-shape.js';
import { recordedSkip } from './material.js';
import { shapesShown } from './shown-shapes.js';

const families = [...new Set(adapters.map(({ name }) => exchangeFamily(name)))];

for (const family of families)
  test(`the shape of every fixture and of every recorded frame of ${family} is known`, () => {
    const known = knownShapesOf(family);
    const shown = shapesShown(family);
    assert.ok(shown.length > 10, 'there are frames');
    for (const { where, shape } of shown)
      assert.ok(
        known.some((other) => isShapeOf(shape, other)),
        `${where}: ${shape} is not known; run: node scripts/write-shapes.mjs`,
      );
  });

test('every known shape is shown by a recording or a fixture', { skip: recordedSkip }, () => {
  for (const family of families) {
    const shown = shapesShown(family);
    for (const known of knownShapesOf(family))
      assert.ok(
        shown.some(({ shape }) => shape === known),
        `${family}: nothing shows ${known}`,
      );
  }
});
