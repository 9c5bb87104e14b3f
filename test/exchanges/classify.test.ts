import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { adapters } from '../../src/exchanges/index.js';
import { shared } from '../support/shared.js';
import { classesTable, classifyFolder } from './classify.js';

const samples = shared('exchange-samples');

test('every recorded frame of our exchanges is a quote, a control frame or a reject with a reason', {
  skip: samples.skip,
}, () => {
  const files = classifyFolder(samples.path);
  const ours = files.filter(({ adapters }) => adapters.length > 0);
  assert.ok(ours.length > 50);
  assert.deepEqual(
    new Set(ours.flatMap(({ adapters }) => adapters)),
    new Set(adapters.map(({ name }) => name)),
    'recordings of all of them',
  );
  for (const { file, unclassified } of ours) assert.equal(unclassified, 0, file);
  assert.match(classesTable(files), /0 unclassified: 100\.00 % classified/);
});

test('a recorded frame that no decoder knows is counted and named', () => {
  const folder = mkdtempSync(join(tmpdir(), 'classify-'));
  try {
    const line = { exchange: 'binance', market: 'spot', channel: 'bookTicker' };
    const frames = ['{"u":1,"s":"AUSDT","b":"1","B":"1","a":"2","A":"1"}', '{"hello":1}', 'no json'];
    writeFileSync(
      join(folder, 'binance.bookTicker.ndjson'),
      frames.map((raw) => `${JSON.stringify({ ...line, raw })}\n`).join(''),
    );
    const table = classesTable(classifyFolder(folder));
    assert.match(table, /\| Binance \| 3 \| 1 \| 0 \| {2}\| malformed 1, unrecognised 1 \| 2 \|/);
    assert.match(table, /33\.33 % classified/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
