import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { diskFiles } from '../../src/lake/files.js';
import { type HotGroup, openHotFile, readHotGroup } from '../../src/lake/hot-file.js';
import { readGroup } from '../../src/lake/parquet-columns.js';
import { openQuoteFile } from '../../src/lake/parquet-read.js';
import { type FullColumns, QuoteFileWriter, RowGroupBuffer } from '../../src/lake/parquet-write.js';
import { openReader } from '../../src/lake/reader.js';
import { diskStore, type StoreFile, waitingStore } from '../../src/lake/store.js';
import { writeHistory } from '../../src/lake/write-history.js';

const HOUR_US = 1_780_000_000_000_000 - (1_780_000_000_000_000 % 3_600_000_000);

function quotes(rows: number, seed: number): FullColumns {
  let state = seed >>> 0;
  const chance = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const column = (value: (row: number) => number) =>
    Float64Array.from({ length: rows }, (_, row) => value(row));
  let us = HOUR_US;
  return {
    length: rows,
    receivedUs: column(() => (us += 1 + Math.floor(chance() * 50_000))),
    bid: column(() => 100 + Math.floor(chance() * 1_000) / 100),
    ask: column(() => 111 * chance()),
    bidSize: column(() => (chance() < 0.1 ? Number.NaN : chance())),
    askSize: column(() => chance()),
    exchangeUs: column(() => (chance() < 0.5 ? Number.NaN : us)),
  };
}

async function folder(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'hot-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  return root;
}

function write(path: string, columns: FullColumns, layout: 'hot' | 'cold' = 'hot'): void {
  const file = diskFiles.create(path);
  const writer = new QuoteFileWriter(diskFiles, file, new RowGroupBuffer(), { layout });
  writer.add(columns, 0, columns.length);
  writer.finish();
  diskFiles.close(file);
}

async function opened<T>(path: string, use: (file: StoreFile) => Promise<T>): Promise<T> {
  const file = await diskStore.open(path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

test('what is read without decoding is what the library decodes, group by group, at once or awaited', async (t) => {
  const root = await folder(t);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(1, 2, 9_999, 10_000, 10_001, 35_000),
      fc.integer(),
      async (rows, seed) => {
        const path = join(root, `spreads-${rows}.parquet`);
        write(path, quotes(rows, seed));
        await opened(path, async (file) => {
          const groups = await openHotFile(file);
          const whole = await openQuoteFile(file);
          assert.ok(groups !== null && whole !== null);
          assert.deepEqual(
            groups.map(({ rows, minUs, maxUs }) => ({ rows, minUs, maxUs })),
            whole.groups.map(({ rowCount, times }) => ({ rows: rowCount, ...times })),
          );
          const { sliceNow: _, ...awaited } = file;
          for (const [at, group] of groups.entries()) {
            const decoded = await readGroup(file, whole, whole.groups[at]!, false);
            for (const store of [file, awaited]) {
              const read = await readHotGroup(store, group);
              assert.deepEqual({ ...read }, { ...decoded });
            }
          }
        });
      },
    ),
    { numRuns: 12 },
  );
});

test('a day file has no such index, nor has a file that is none of ours, nor a key among the values', async (t) => {
  const root = await folder(t);
  const cold = join(root, 'cold.parquet');
  write(cold, quotes(500, 1), 'cold');
  assert.equal(await opened(cold, openHotFile), null);
  const text = join(root, 'text.parquet');
  writeFileSync(text, `PAR1${'spread-aggregator.hot[[1,2,3,4,5,6]]'.repeat(99)}\0\0\0\0PAR1`);
  assert.equal(await opened(text, openHotFile), null);
  const torn = join(root, 'torn.parquet');
  write(torn, quotes(500, 2));
  appendFileSync(torn, 'more');
  assert.equal(await opened(torn, openHotFile), null);
});

test('an index that does not fit its file is damage, not a reading beyond it', async (t) => {
  const root = await folder(t);
  const path = join(root, 'damaged.parquet');
  write(path, quotes(500, 3));
  const bytes = readFileSync(path);
  const groups = (await opened(path, openHotFile)) as readonly HotGroup[];
  const at = bytes.lastIndexOf(`[[${groups[0]!.rows},`);
  bytes.write('[[900,', at);
  writeFileSync(path, bytes);
  await assert.rejects(opened(path, openHotFile), /does not fit the file/);
});

test('chunks that are looked at one by one, without asks, have the rows that others have, in both layouts', async (t) => {
  const root = await folder(t);
  // Several hours, so that groups are of unlike sizes and memory is used again.
  const columns = quotes(60_000, 7);
  for (let row = 0; row < columns.length; row += 1)
    columns.receivedUs[row] = HOUR_US + row * 150_000 + (row > 50_000 ? row * 1_000 : 0);
  writeHistory(root, 'Ex', 'BTC/USDT', columns);
  write(join(root, 'exchange=Ex', 'symbol=BTC_USDT', 'older.parquet'), columns, 'cold');
  const range = { fromUs: HOUR_US + 1_000_000, toUs: HOUR_US + 14_400_000_000 };
  for (const store of [diskStore, waitingStore]) {
    const reader = openReader(root, { store });
    const found = await reader.find('Ex', 'BTC/USDT');
    assert.ok(found !== undefined);
    const whole: number[][] = [];
    for await (const { length, receivedUs, bid } of reader.readQuotes(found, range))
      for (let row = 0; row < length; row += 1) whole.push([receivedUs[row]!, bid[row]!]);
    const fleeting: number[][] = [];
    for await (const { length, receivedUs, bid, ask } of reader.readQuotes(found, {
      ...range,
      asks: false,
      fleeting: true,
    }))
      for (let row = 0; row < length; row += 1) {
        fleeting.push([receivedUs[row]!, bid[row]!]);
        assert.ok(Number.isNaN(ask[row]!));
      }
    assert.ok(whole.length > 50_000);
    assert.deepEqual(fleeting, whole);
  }
});
