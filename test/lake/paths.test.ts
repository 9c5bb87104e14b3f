import assert from 'node:assert/strict';
import { join, resolve, sep } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  escapeName,
  hourDir,
  hourFileName,
  lastStampOf,
  runName,
  runSpan,
  segmentFirstUs,
  segmentName,
  unescapeName,
  watermarkOf,
} from '../../src/lake/paths.js';

const HOUR_US = Date.parse('2026-11-22T20:00:00Z') * 1000;

test('ordinary names stay as they are, in any script', () => {
  for (const name of ['BTC_USDT', 'GateIo', '1000PEPE_USDT', '币安人生_USDT', 'A.B-C_USDT'])
    assert.equal(escapeName(name), name);
});

test('no name leads out of the root', () => {
  const root = resolve(sep, 'lake');
  for (const name of [
    '../x',
    '/',
    '\0',
    '..',
    '.',
    '',
    '../../../etc/passwd',
    'a/../../b',
    '\\..\\x',
    'C:',
  ]) {
    const directory = hourDir(root, name, name, HOUR_US);
    assert.ok(directory.startsWith(root + sep), directory);
    assert.equal(directory.slice(root.length + 1).split(sep).length, 4, directory);
    assert.equal(directory, resolve(directory));
    assert.ok(!directory.includes('\0'));
  }
});

test('every name comes back from its escaped form, which is one harmless path component', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (name) => {
      const escaped = escapeName(name);
      assert.equal(unescapeName(escaped), name);
      assert.match(escaped, /^[^/\\\0]+$/);
      assert.ok(!escaped.startsWith('.'));
      assert.equal(join('a', escaped), `a${sep}${escaped}`);
    }),
  );
});

test('the name of an hour file tells the stamp of its last row', () => {
  assert.equal(hourFileName(HOUR_US + 61_000_007), 'spreads-01-01.000007.parquet');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3_600_000_000 - 1 }), (offset) => {
      assert.equal(lastStampOf(hourFileName(HOUR_US + offset), HOUR_US), HOUR_US + offset);
    }),
  );
});

test('only names of our own making are a watermark', () => {
  assert.equal(watermarkOf([], HOUR_US), Number.NEGATIVE_INFINITY);
  const foreign = [
    'spreads-59-59.9999999.parquet',
    'trades-10-00.000000.parquet',
    '.tmp-spreads-58-00.000000',
  ];
  assert.equal(watermarkOf([...foreign, 'spreads-00-01.000000.parquet'], HOUR_US), HOUR_US + 1_000_000);
});

test('names of segments and runs carry their stamps and sort by them', () => {
  assert.equal(segmentFirstUs(segmentName(HOUR_US)), HOUR_US);
  assert.deepEqual(runSpan(runName(HOUR_US, HOUR_US + 5)), { firstUs: HOUR_US, lastUs: HOUR_US + 5 });
  assert.ok(segmentName(999) < segmentName(1_000));
  assert.equal(segmentFirstUs('seg-1.log'), null);
  assert.equal(runSpan(`${runName(1, 2)}.damaged`), null);
});
