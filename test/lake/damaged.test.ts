// Damaged files of every kind: each is left out alone, told of with the right word, and never throws.

import assert from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { ProblemList } from '../../src/lake/problems.js';
import { openReader } from '../../src/lake/reader.js';
import {
  at,
  int96,
  nothingRecent,
  numbers,
  ourBytes,
  parquetBytes,
  place,
  readAll,
  temporaryLake,
} from './parquet-files.js';

const HOUR = 'exchange=Binance/symbol=BTC_USDT/date=2025-11-18/hour=10';
const start = at('2025-11-18T10:00:00Z');
const good = ourBytes({ us: [start + 1, start + 2], bid: [1, 2], ask: [3, 4] });

test('each damaged file is left out alone, with the right word, however often it is read', async (t) => {
  const root = await temporaryLake(t);
  const flipped = Uint8Array.from(good);
  flipped.fill(0xff, 4, 60);
  const zstd = parquetBytes([int96('Timestamp', [start]), numbers('BestBid', [1])], {
    codec: 'UNCOMPRESSED',
  });
  const bad: Readonly<Record<string, readonly [Uint8Array, string]>> = {
    'spreads-empty.parquet': [new Uint8Array(0), 'empty-file'],
    'spreads-short.parquet': [good.slice(0, 7), 'corrupt'],
    'spreads-truncated.parquet': [good.slice(0, good.length - 20), 'corrupt'],
    'spreads-half.parquet': [good.slice(0, good.length / 2), 'corrupt'],
    'spreads-headless.parquet': [good.slice(100), 'corrupt'],
    'spreads-garbage.parquet': [Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) % 251), 'corrupt'],
    'spreads-zeros.parquet': [new Uint8Array(4096), 'corrupt'],
    'spreads-flipped.parquet': [flipped, 'corrupt'],
    'spreads-timeless.parquet': [parquetBytes([numbers('BestBid', [1])]), 'no-timestamp'],
    'spreads-codec.parquet': [withCodec(zstd, 'LZO'), 'unsupported'],
  };
  for (const [name, [bytes]] of Object.entries(bad)) await place(root, `${HOUR}/${name}`, bytes);
  await place(root, `${HOUR}/spreads-00-00.000002.parquet`, good);
  const reader = openReader(root, { recent: nothingRecent });
  for (let again = 0; again < 2; again++) {
    assert.deepEqual((await readAll(reader, await reader.find('Binance', 'BTC/USDT'))).us, [
      start + 1,
      start + 2,
    ]);
    assert.deepEqual(
      Object.fromEntries(reader.problems().map((p) => [p.path, p.reason])),
      Object.fromEntries(Object.entries(bad).map(([name, [, reason]]) => [`${HOUR}/${name}`, reason])),
    );
  }
});

/** The same file, its only codec byte in each column's metadata set to one that nothing here can read. */
function withCodec(bytes: Uint8Array, codec: 'LZO'): Uint8Array {
  const ids = { LZO: 3 } as const;
  const copy = Uint8Array.from(bytes);
  const footer = new DataView(copy.buffer).getUint32(copy.length - 8, true);
  // Thrift compact: field 4 (codec) of type i32 is 0x15, then the value in zigzag; it follows the path in the schema.
  for (let i = copy.length - 8 - footer; i < copy.length - 8; i++) {
    const isAfterName = copy[i] === 0x15 && copy[i + 1] === 0 && copy[i + 2] === 0x16;
    if (isAfterName) copy[i + 1] = ids[codec] * 2;
  }
  return copy;
}

test('a file met half-written is no longer told of once it is whole', async (t) => {
  const root = await temporaryLake(t);
  const reader = openReader(root, { recent: nothingRecent });
  const path = `${HOUR}/spreads-00-00.0000020.parquet`;
  await place(root, path, good.slice(0, 80));
  const instrument = await reader.find('Binance', 'BTC/USDT');
  assert.equal((await readAll(reader, instrument)).us.length, 0);
  assert.equal(reader.problems()[0]?.path, path);
  await place(root, path, good);
  assert.equal((await readAll(reader, instrument)).us.length, 2);
  assert.deepEqual(reader.problems(), []);
});

test('no bytes whatever make a read throw, hang or lose the good file beside them', async (t) => {
  const root = await temporaryLake(t);
  await place(root, `${HOUR}/spreads-00-00.000002.parquet`, good);
  const edit = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(edit, fc.option(fc.nat(good.length)), async (edits, cut) => {
      const bytes = Uint8Array.from(good);
      for (const [index, value] of edits) bytes[index] = value;
      await place(root, `${HOUR}/spreads-bad.parquet`, bytes.slice(0, cut ?? bytes.length));
      const reader = openReader(root, { recent: nothingRecent });
      const { us } = await readAll(reader, await reader.find('Binance', 'BTC/USDT'));
      assert.ok(us.includes(start + 1) && us.includes(start + 2));
    }),
    { numRuns: 300 },
  );
});

test('a file that may not be read is told of as unreadable', {
  skip: process.getuid?.() === 0 && 'root may read all',
}, async (t) => {
  const root = await temporaryLake(t);
  await place(root, `${HOUR}/spreads-x.parquet`, good);
  await chmod(join(root, HOUR, 'spreads-x.parquet'), 0);
  const reader = openReader(root, { recent: nothingRecent });
  assert.equal((await readAll(reader, await reader.find('Binance', 'BTC/USDT'))).us.length, 0);
  assert.equal(reader.problems()[0]?.reason, 'unreadable');
});

test('the list of problems is bounded, and counts what it does not hold', () => {
  const list = new ProblemList(2);
  for (const path of ['a', 'b', 'a', 'c', 'd'])
    list.add({ path, reason: 'corrupt', message: 'x'.repeat(1000) });
  assert.deepEqual(
    list.all().map((p) => [p.path, p.message.length]),
    [
      ['a', 300],
      ['b', 300],
    ],
  );
  assert.equal(list.notListed, 2);
});
