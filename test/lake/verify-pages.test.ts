// Whatever bit of a page or of the index of an hour file flips, in whatever column, the check names the place; files of
// before there were checksums are clean; files of imports are held to their day and order.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parquetMetadata } from 'hyparquet';
import { dayStartUs, US_PER_DAY } from '../../src/core/time.js';
import { diskFiles } from '../../src/lake/files.js';
import { HOT_KEY } from '../../src/lake/hot-file.js';
import { ImportFile } from '../../src/lake/import-file.js';
import {
  FOREIGN_ROWS,
  type FullColumns,
  type QuoteFileOptions,
  QuoteFileWriter,
  RowGroupBuffer,
} from '../../src/lake/parquet-write.js';
import { hourDir } from '../../src/lake/paths.js';
import { verifyLake } from '../../src/lake/verify.js';
import { verifyParquet } from '../../src/lake/verify-parquet.js';
import { createRandom, type Random } from '../../src/sim/random.js';
import { ourBytes } from './parquet-files.js';
import { run, start } from './small-lakes.js';
import { tempRoot } from './support/lakes.js';

const SPAN = { fromUs: dayStartUs(start), toUs: dayStartUs(start) + US_PER_DAY };

/** Values that repeat, sizes and times of which some are missing: every coding, every kind of page. */
function rowsOf(count: number, stepUs = 10_000): FullColumns {
  const column = (value: (row: number) => number) =>
    Float64Array.from({ length: count }, (_, row) => value(row));
  return {
    length: count,
    receivedUs: column((row) => start + row * stepUs),
    bid: column((row) => 100 + (row % 5)),
    ask: column((row) => 106 + Math.sqrt(row)),
    bidSize: column((row) => (row % 3 === 0 ? Number.NaN : row % 7)),
    askSize: column((row) => (row % 11 === 0 ? Number.NaN : Math.sqrt(row))),
    exchangeUs: column((row) => (row % 4 === 0 ? Number.NaN : start + row * 9_000)),
  };
}

function written(t: TestContext, columns: FullColumns, options: QuoteFileOptions): Buffer {
  const path = join(tempRoot(t), 'x.parquet');
  const file = diskFiles.create(path);
  const writer = new QuoteFileWriter(diskFiles, file, new RowGroupBuffer(), options);
  writer.add(columns, 0, columns.length);
  writer.finish();
  diskFiles.close(file);
  return readFileSync(path);
}

/** What is said of these bytes as a file of ours whose last stamp is `lastUs`. */
async function said(bytes: Uint8Array, lastUs: number | null): Promise<string[]> {
  const found: string[] = [];
  const file = {
    byteLength: bytes.length,
    version: '',
    slice: async (from: number, to = bytes.length) => Uint8Array.from(bytes.subarray(from, to)).buffer,
    close: async () => undefined,
  };
  await verifyParquet(file, { name: 'x', span: SPAN, lastUs }, (_severity, _name, what, where) =>
    found.push(`${what} (${where})`),
  );
  return found;
}

function footerOf(bytes: Buffer) {
  return parquetMetadata(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer,
  );
}

interface Chunk {
  readonly where: string;
  readonly from: number;
  readonly to: number;
}

function chunksOf(bytes: Buffer): Chunk[] {
  return footerOf(bytes).row_groups.flatMap(({ columns }, number) =>
    columns.map(({ meta_data: chunk }) => {
      const from = Number(chunk!.dictionary_page_offset ?? chunk!.data_page_offset);
      const where = `row group ${number}, column ${chunk!.path_in_schema[0]}`;
      return { where, from, to: from + Number(chunk!.total_compressed_size) };
    }),
  );
}

async function flipIsTold(bytes: Buffer, bit: number, where: string, lastUs: number | null): Promise<void> {
  const flip = () => {
    bytes[bit >> 3]! ^= 1 << (bit & 7);
  };
  flip();
  const told = await said(bytes, lastUs);
  flip();
  assert.ok(told.length > 0, `bit ${bit} flipped in ${where}, and nothing was found`);
  assert.ok(
    told.some((line) => line.includes(where)),
    `bit ${bit} of ${where}: ${told}`,
  );
}

function bitWithin(random: Random, { from, to }: Chunk): number {
  return from * 8 + random.below((to - from) * 8);
}

const KINDS: Readonly<Record<string, QuoteFileOptions>> = {
  'an hour file': {},
  'a day file': { layout: 'cold' },
  'a file of an import': FOREIGN_ROWS,
  'a file of an import whose prices may be missing': { ...FOREIGN_ROWS, nullablePrices: true },
};

for (const [name, options] of Object.entries(KINDS)) {
  test(`${name}: every bit of the pages that flips is told with its row group and column`, async (t) => {
    const columns = rowsOf(90);
    const bytes = written(t, columns, options);
    const lastUs = options.metadata === undefined ? columns.receivedUs.at(-1)! : null;
    assert.deepEqual(await said(bytes, lastUs), []);
    const seed = Date.now() % 1_000_000;
    t.diagnostic(`seed ${seed}`);
    const random = createRandom(seed, 'flips');
    for (const chunk of chunksOf(bytes)) {
      // The headers, which no checksum covers, lie at its beginning.
      for (let bit = chunk.from * 8; bit < Math.min(chunk.to, chunk.from + 40) * 8; bit += 1)
        await flipIsTold(bytes, bit, chunk.where, lastUs);
      for (let flips = 0; flips < 20; flips += 1)
        await flipIsTold(bytes, bitWithin(random, chunk), chunk.where, lastUs);
    }
  });
}

test('in a file of several row groups the one is named', async (t) => {
  const columns = rowsOf(21_000);
  const bytes = written(t, columns, {});
  const random = createRandom(7, 'flips');
  const chunks = chunksOf(bytes);
  assert.equal(chunks.length, 18);
  for (const chunk of chunks)
    await flipIsTold(bytes, bitWithin(random, chunk), chunk.where, columns.receivedUs.at(-1)!);
});

test('a file from before there were checksums is clean', async () => {
  const rows = run(start, 500);
  assert.deepEqual(await said(ourBytes(rows), rows.us.at(-1)!), []);
});

test('every bit of the index of an hour file that flips is told: it no longer says what the footer does', async (t) => {
  const columns = rowsOf(10_200);
  const bytes = written(t, columns, {});
  const text = footerOf(bytes).key_value_metadata!.find(({ key }) => key === HOT_KEY)!.value!;
  const at = bytes.lastIndexOf(text);
  for (let bit = at * 8; bit < (at + text.length) * 8; bit += 3)
    await flipIsTold(bytes, bit, '', columns.receivedUs.at(-1)!);
  const wrong = Buffer.from(bytes);
  const [, second] = JSON.parse(text) as number[][];
  wrong.write(String(second![4]! + 8), bytes.lastIndexOf(String(second![4])));
  assert.deepEqual(await said(wrong, columns.receivedUs.at(-1)!), [
    'the index of its row groups does not tell what its footer does (row group 1)',
  ]);
});

/** A lake with one file that an import made of these stamps, in the folder of `start`'s day. */
function imported(t: TestContext, receivedUs: readonly number[]): { root: string; path: string } {
  const root = tempRoot(t);
  const folder = hourDir(root, 'Alpha', 'BTC/USDT', SPAN.fromUs);
  const columns = { ...rowsOf(receivedUs.length), receivedUs: Float64Array.from(receivedUs) };
  const file = new ImportFile(diskFiles, folder, new RowGroupBuffer(), false);
  file.add(columns, 0, columns.length);
  assert.ok(file.publish());
  const [name] = diskFiles.list(folder);
  return { root, path: join(folder, name!) };
}

test('a file of an import may repeat a stamp; one out of order or of another day is told, and so is a flipped bit', async (t) => {
  const findings = async (root: string) =>
    (await verifyLake(root, () => undefined)).findings.map(
      ({ severity, what, where }) => `${severity} ${what} (${where})`,
    );
  const { root, path } = imported(t, [start, start, start + 1]);
  assert.deepEqual(await findings(root), []);
  const bytes = readFileSync(path);
  const size = chunksOf(bytes).find(({ where }) => where.endsWith('BestAskSize'))!;
  bytes[size.to - 1]! ^= 1;
  writeFileSync(path, bytes);
  assert.deepEqual(await findings(root), [
    'damaged the checksum of a page is wrong (row group 0, column BestAskSize)',
  ]);
  assert.deepEqual(await findings(imported(t, [start + 2, start + 1]).root), [
    'damaged its rows are not in order (row group 0, row 1)',
  ]);
  assert.deepEqual(await findings(imported(t, [start, SPAN.toUs]).root), [
    'damaged a row lies outside the time of its folder (row group 0, row 1)',
  ]);
});
