// Rows of a text that comes in pieces, whatever the pieces, against a reading of the whole by another way.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CsvReader } from '../../src/opportunities/csv.js';
import { createRandom } from '../../src/sim/random.js';

const SEED = (Math.random() * 2 ** 31) | 0;

function read(pieces: readonly string[]): { rows: string[][]; isComplete: boolean } {
  const rows: string[][] = [];
  const reader = new CsvReader((row) => {
    const cells = Array.from({ length: row.width }, (_, at) => row.cell(at));
    assert.deepEqual(row.cells(), cells);
    assert.equal(row.cell(row.width), '');
    rows.push(cells);
  });
  for (const piece of pieces) reader.push(piece);
  return { rows, isComplete: reader.isComplete };
}

test('what was written comes back, cut into any pieces', () => {
  const random = createRandom(SEED);
  const plain = ['', '0.40', 'BTC_USDT', '-1e-9', 'x y', 'é'];
  const quoted = ['a,b', 'say "no"', 'two\nlines', 'a\r\nb'];
  for (let turn = 0; turn < 300; turn += 1) {
    const cells = turn % 2 === 0 ? plain : [...plain, ...quoted];
    const rows = Array.from({ length: random.below(8) }, () => [
      'first',
      ...Array.from({ length: random.below(6) }, () => cells[random.below(cells.length)]!),
    ]);
    const written = (cell: string): string =>
      quoted.includes(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
    const ends = ['\n', '\r\n', '\n\n'];
    const text = `${turn % 3 === 0 ? '\uFEFF' : ''}${rows
      .map((row) => row.map(written).join() + ends[random.below(ends.length)]!)
      .join('')}`;
    const pieces: string[] = [];
    for (let at = 0; at < text.length; ) {
      const to = at + 1 + random.below(12);
      pieces.push(text.slice(at, to));
      at = to;
    }
    assert.deepEqual(read(pieces), { rows, isComplete: true }, `seed ${SEED}, turn ${turn}`);
  }
});

test('a text that breaks off is not complete, wherever it does', () => {
  for (const text of ['a', 'a,b', 'a,b\nc', 'a,"b\n', 'a,"b\nc,d\n', 'a,']) {
    assert.equal(read([text]).isComplete, false, JSON.stringify(text));
  }
  for (const text of ['', 'a\n', 'a,"b"\n', 'a\r\n']) assert.equal(read([text]).isComplete, true);
});

test('a row without an end is given up', () => {
  const endless = (start: string) => () =>
    read([start, ...Array.from({ length: 20 }, () => 'x'.repeat(65_536))]);
  assert.throws(endless(''), RangeError);
  assert.throws(endless('"'), RangeError);
  assert.throws(
    () => read(['"', ...Array.from({ length: 2_000 }, () => `${'x'.repeat(1_000)}\n`)]),
    RangeError,
  );
});
