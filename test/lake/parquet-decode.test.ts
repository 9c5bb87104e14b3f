// Our decoder against the library, to the bit: files of engines with every codec and page version, with and without nulls;
// and damaged bytes, which are an error or rows, never a hang. Our own layouts: parquet-layouts.test.ts.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { diskFiles, publish } from '../../src/lake/files.js';
import { Bytes } from '../../src/lake/parquet-bytes.js';
import { readByLibrary, readGroup } from '../../src/lake/parquet-columns.js';
import { writeDelta } from '../../src/lake/parquet-delta.js';
import { writeHybrid } from '../../src/lake/parquet-hybrid.js';
import { openQuoteFile } from '../../src/lake/parquet-read.js';
import { readDeltas, readHybrid, Source, Unknown, wholeOf } from '../../src/lake/parquet-unpack.js';
import {
  type FullColumns,
  type QuoteFileOptions,
  QuoteFileWriter,
  RowGroupBuffer,
} from '../../src/lake/parquet-write.js';
import { waitingStore } from '../../src/lake/store.js';
import { duckDb, duckSkip as skip } from '../oracle/duck.js';
import { projectRoot } from '../support/shared.js';
import { temporaryLake } from './parquet-files.js';
import { marketSeries, oddSeries } from './parquet-series.js';

const ROLES = ['time', 'bid', 'ask', 'bidSize', 'askSize', 'exchangeTime'] as const;
const NAMES = { time: 'receivedUs', exchangeTime: 'exchangeUs' } as const;

/** How many columns of the file, group by group, ours and the library's are the same of. */
async function sameAsLibrary(path: string, words: string): Promise<void> {
  const file = await waitingStore.open(path);
  try {
    const quotes = await openQuoteFile(file);
    assert.ok(quotes !== null);
    for (const group of quotes.groups) {
      const ours = await readGroup(file, quotes, group, true);
      const { columns } = quotes;
      const present: readonly (typeof ROLES)[number][] = ROLES.filter((role) => columns[role] !== undefined);
      const theirs = await readByLibrary(file, quotes, group, present);
      for (const role of present) {
        const name: string = role in NAMES ? NAMES[role as keyof typeof NAMES] : role;
        const [a, b]: readonly Float64Array[] = [ours[name as 'bid'], theirs[role]!];
        assert.ok(a !== undefined && b !== undefined);
        assert.equal(a.length, b.length);
        const row = b.findIndex((value, at) => !Object.is(a[at], value));
        assert.equal(row, -1, `${words}, ${role} of row ${row}: ${a[row]}, not ${b[row]}`);
      }
    }
  } finally {
    await file.close();
  }
}

function writeOurs(path: string, columns: FullColumns, options: QuoteFileOptions = {}): void {
  publish(diskFiles, path, (file) => {
    const writer = new QuoteFileWriter(diskFiles, file, new RowGroupBuffer(), options);
    writer.add(columns, 0, columns.length);
    writer.finish();
  });
}

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

test(`what DuckDB writes reads as the library reads it (seed ${seed})`, { skip }, async (t) => {
  const root = await temporaryLake(t);
  const source = join(root, 'ours.parquet');
  const duck = await duckDb();
  t.after(() => duck.closeSync());
  for (const [words, columns] of [
    ['market', marketSeries(0, 'Bybit', 30_000)],
    ['market without the exchange’s time', marketSeries(3, 'Binance', 5_000)],
    ['odd', oddSeries(seed, 3_000).columns],
    ['odd too', oddSeries(seed + 1, 12_345).columns],
  ] as const) {
    writeOurs(source, columns);
    for (const codec of ['uncompressed', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4_raw'])
      for (const version of ['V1', 'V2'])
        for (const more of codec === 'zstd'
          ? ['', ', ROW_GROUP_SIZE 2048', ', DICTIONARY_SIZE_LIMIT 1']
          : ['']) {
          const path = join(root, 'theirs.parquet');
          await duck.runAndReadAll(
            `COPY (SELECT * FROM read_parquet('${source}')) TO '${path}' (FORMAT PARQUET, COMPRESSION ${codec}, PARQUET_VERSION ${version}${more})`,
          );
          await sameAsLibrary(path, `${words}, ${codec} ${version}${more}`);
        }
  }
});

test(`what polars writes reads as the library reads it (seed ${seed})`, { skip }, async (t) => {
  const root = await temporaryLake(t);
  const source = join(root, 'ours.parquet');
  const home = join(projectRoot(), 'test', 'oracle', 'package.json');
  const polars = createRequire(home)('nodejs-polars') as {
    readParquet(path: string): { writeParquet(path: string, options: object): void };
  };
  const codecs = ['uncompressed', 'snappy', 'gzip', 'zstd', 'brotli'];
  for (const [columns, compressions] of [
    // The library gives up on an empty page of lz4, which odd series have.
    [marketSeries(0, 'Bybit', 30_000), [...codecs, 'lz4']],
    [oddSeries(seed, 3_000).columns, codecs],
  ] as const) {
    writeOurs(source, columns);
    for (const compression of compressions) {
      const path = join(root, 'theirs.parquet');
      polars.readParquet(source).writeParquet(path, { compression });
      await sameAsLibrary(path, compression);
    }
  }
});

test(`a damaged file is an error or rows, and never more of them (seed ${seed})`, { skip }, async (t) => {
  const root = await temporaryLake(t);
  const source = join(root, 'ours.parquet');
  writeOurs(source, marketSeries(0, 'Bybit', 3_000), { layout: 'cold' });
  const duck = await duckDb();
  t.after(() => duck.closeSync());
  const theirs = join(root, 'theirs.parquet');
  await duck.runAndReadAll(
    `COPY (SELECT * FROM read_parquet('${source}')) TO '${theirs}' (PARQUET_VERSION V2)`,
  );
  const path = join(root, 'damaged.parquet');
  for (const whole of [readFileSync(source), readFileSync(theirs)]) {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 255 }),
        async (share, flip) => {
          const bytes = Buffer.from(whole);
          bytes[Math.min(bytes.length - 1, Math.floor(share * bytes.length))]! ^= flip;
          writeFileSync(path, bytes);
          const file = await waitingStore.open(path);
          try {
            const quotes = await openQuoteFile(file);
            for (const group of quotes?.groups ?? [])
              assert.equal((await readGroup(file, quotes!, group, true)).bid.length, group.rowCount);
          } catch (error) {
            assert.ok(error instanceof Error && !(error instanceof assert.AssertionError), String(error));
          } finally {
            await file.close();
          }
        },
      ),
      { numRuns: 400, seed },
    );
  }
});

test(`rows of a range alone are those of the whole (seed ${seed})`, async (t) => {
  const root = await temporaryLake(t);
  const path = join(root, 'ours.parquet');
  for (const [columns, layout] of [
    [marketSeries(0, 'Bybit', 140_000), 'cold'],
    [oddSeries(seed, 3_000).columns, 'cold'],
    [oddSeries(seed + 1, 12_345).columns, 'hot'],
  ] as const) {
    writeOurs(path, columns, { layout });
    const file = await waitingStore.open(path);
    const quotes = await openQuoteFile(file);
    for (const group of quotes!.groups) {
      const whole = await readGroup(file, quotes!, group, true);
      const times = whole.receivedUs;
      await fc.assert(
        fc.asyncProperty(fc.nat(times.length - 1), fc.nat(times.length), async (first, length) => {
          const last = Math.min(times.length - 1, first + length);
          const range = { fromUs: times[first]!, toUs: times[last]! };
          const part = await readGroup(file, quotes!, group, true, true, range);
          // Times that our decoder does not know come from the library, and then all rows do.
          const from = part.length === times.length ? first : 0;
          if (part.length < times.length) assert.equal(part.length, last - first);
          for (const name of ['receivedUs', 'bid', 'ask', 'bidSize', 'askSize', 'exchangeUs'] as const)
            assert.deepEqual(
              part[name]!.slice(from, from + last - first),
              whole[name]!.slice(first, last),
              name,
            );
        }),
        { numRuns: 25, seed },
      );
    }
    await file.close();
  }
});

test('differences and hybrids of any width come back; what is cut off is an error', () => {
  const widths = fc.integer({ min: 0, max: 31 }).chain((bits) =>
    fc.tuple(
      fc.constant(bits),
      fc.array(fc.oneof(fc.integer({ min: 0, max: 2 ** bits - 1 }), fc.constant(0)), {
        minLength: 1,
        maxLength: 300,
      }),
    ),
  );
  fc.assert(
    fc.property(widths, fc.nat(40), fc.nat(400), ([width, values], run, cut) => {
      const all = [...values, ...Array<number>(run).fill(values[0]!)];
      const out = new Bytes();
      writeDelta(
        out,
        Float64Array.from(all, (value) => value - 2 ** 20),
        all.length,
      );
      const deltas = new Float64Array(all.length);
      readDeltas(new Source(out.written.slice()), all.length, deltas, 0);
      assert.deepEqual(
        [...deltas],
        all.map((value) => value - 2 ** 20),
      );
      const hybrid = new Bytes();
      writeHybrid(hybrid, Uint32Array.from(all), all.length, width);
      const back = new Uint32Array(all.length);
      const bytes = hybrid.written.slice();
      readHybrid(new Source(bytes), width, wholeOf(all.length), back);
      assert.deepEqual([...back], all);
      if (cut >= bytes.length || width === 0) return;
      const short = new Uint32Array(all.length);
      // The last numbers of a group of eight may be missing where nobody asks for them.
      try {
        readHybrid(new Source(bytes.subarray(0, cut)), width, wholeOf(all.length), short);
      } catch (error) {
        assert.ok(!(error instanceof Unknown));
        return;
      }
      assert.deepEqual([...short], all);
    }),
  );
});
