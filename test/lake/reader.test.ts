// What a reader promises of our own files: the rows that were written, only what the range needs, newest stamps.
// Real files in a temporary folder; the journal is left out (see order.test.ts and live-seam.test.ts).

import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { hourStartUs, US_PER_DAY, US_PER_HOUR } from '../../src/core/time.js';
import { diskStore, type ReadStore } from '../../src/lake/store.js';
import { EVERYTHING, place, type Rows, readAll, recentColumns, temporaryLake } from './parquet-files.js';
import { hourFolder, opener, placeForeign, placeOurs, placeWritten, run, start } from './small-lakes.js';

/** The disk, with every opened path kept. */
function watched(): { readonly store: ReadStore; readonly opened: string[]; readonly listed: string[] } {
  const opened: string[] = [];
  const listed: string[] = [];
  const store: ReadStore = {
    list: (directory) => {
      listed.push(directory);
      return diskStore.list(directory);
    },
    open: (path) => {
      opened.push(path);
      return diskStore.open(path);
    },
  };
  return { store, opened, listed };
}

test('our own files give back exactly what was written, for any range, sizes and absent values too', async (t) => {
  const number = fc.oneof(fc.double({ noNaN: true, min: 1e-12, max: 1e12 }), fc.constant(Number.NaN));
  const row = fc.record({
    gap: fc.integer({ min: 1, max: 900_000_000 }),
    bid: fc.double({ noNaN: true, min: 1e-12, max: 1e12 }),
    ask: fc.double({ noNaN: true, min: 1e-12, max: 1e12 }),
    bidSize: number,
    askSize: number,
    exchangeUs: fc.oneof(fc.integer({ min: start - 1e12, max: start + 1e12 }), fc.constant(Number.NaN)),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 20 }),
      fc.tuple(fc.nat(61), fc.nat(61)),
      async (written, rowGroupSize, [a, b]) => {
        const root = await temporaryLake(t);
        let us = start;
        const rows = written.map(({ gap, ...rest }) => {
          us += gap;
          return { us, ...rest };
        });
        for (const hour of new Set(rows.map((r) => hourStartUs(r.us)))) {
          await placeOurs(root, columnsOf(rows.filter((r) => hourStartUs(r.us) === hour)), rowGroupSize);
        }
        const border = (i: number) => rows[i]?.us ?? us + 1;
        const [fromUs, toUs] = [border(Math.min(a, b)), border(Math.max(a, b))];
        const reader = opener(root);
        const instrument = await reader.find('binance', 'btc/usdt');
        const read = await readAll(reader, instrument, { fromUs, toUs, sizes: true });
        const { chunks: _, ...values } = read;
        assert.deepEqual(values, columnsOf(rows.filter((r) => r.us >= fromUs && r.us < toUs)));
        assert.equal(await reader.newestUs(instrument!), us);
        assert.deepEqual(reader.problems(), []);
        await rm(root, { recursive: true });
      },
    ),
    { numRuns: 40 },
  );
});

function columnsOf(rows: readonly Record<keyof Rows, number>[]): Required<Rows> {
  const column = (name: keyof Rows) => rows.map((r) => r[name]);
  const [us, bid, ask] = [column('us'), column('bid'), column('ask')];
  return {
    us,
    bid,
    ask,
    bidSize: column('bidSize'),
    askSize: column('askSize'),
    exchangeUs: column('exchangeUs'),
  };
}

test('what the lake’s own writer writes comes back to the bit, NaN for what was absent', async (t) => {
  const root = await temporaryLake(t);
  const us = Array.from({ length: 25_000 }, (_, i) => start + i * 7 + (i % 5));
  const some = (every: number, value: (i: number) => number) =>
    us.map((_, i) => (i % every === 0 ? Number.NaN : value(i)));
  const rows = {
    us,
    bid: us.map((_, i) => 1 / (i + 3)),
    ask: us.map((_, i) => 1e9 / (i + 1)),
    bidSize: some(3, (i) => i * 1e-9),
    askSize: us.map((_, i) => i + 0.1),
    exchangeUs: some(2, (i) => start - i),
  };
  await placeWritten(root, recentColumns(rows));
  const reader = opener(root);
  const { chunks, ...read } = await readAll(reader, await reader.find('Binance', 'BTC/USDT'), {
    ...EVERYTHING,
    sizes: true,
  });
  assert.deepEqual(read, rows);
  assert.equal(chunks, 3);
  assert.deepEqual(reader.problems(), []);
});

test('one of our files is given out a row group at a time, and only the row groups of the range are read', async (t) => {
  const root = await temporaryLake(t);
  await placeOurs(root, run(start, 1000), 100);
  const reader = opener(root);
  const instrument = await reader.find('Binance', 'BTC/USDT');
  const all = await readAll(reader, instrument);
  assert.equal(all.chunks, 10);
  assert.equal(all.us.length, 1000);
  const some = await readAll(reader, instrument, { fromUs: start + 250_000, toUs: start + 400_000 });
  assert.deepEqual([some.chunks, some.us.length, some.bid[0], some.bid.at(-1)], [2, 150, 250, 399]);
});

test('a read opens no file and lists no folder outside of its hours', async (t) => {
  const root = await temporaryLake(t);
  for (let hour = 0; hour < 48; hour++) await placeOurs(root, run(start + hour * US_PER_HOUR, 10));
  await placeForeign(root, 'spreads-foreign.parquet', [start + 20 * US_PER_HOUR], [1]);
  const { store, opened, listed } = watched();
  const reader = opener(root, { store });
  const instrument = await reader.find('Binance', 'BTC/USDT');
  const range = { fromUs: start + 5 * US_PER_HOUR, toUs: start + 7 * US_PER_HOUR };
  assert.equal((await readAll(reader, instrument, range)).us.length, 20);
  assert.deepEqual(new Set(opened.map((path) => path.split('/').at(-2))), new Set(['hour=15', 'hour=16']));
  assert.ok(listed.every((path) => !path.includes('date=2025-11-19') && !path.includes('date=2025-11-20')));
  assert.ok(listed.every((path) => !/hour=(?!00|15|16)/.test(path)));
});

test('the first rows come before the files of later hours are opened', async (t) => {
  const root = await temporaryLake(t);
  for (let hour = 0; hour < 5; hour++) await placeOurs(root, run(start + hour * US_PER_HOUR, 10));
  const { store, opened } = watched();
  const reader = opener(root, { store });
  const instrument = await reader.find('Binance', 'BTC/USDT');
  const rows = reader.readQuotes(instrument!, { fromUs: start, toUs: start + US_PER_DAY });
  const first = await rows.next();
  assert.equal(first.value?.length, 10);
  assert.equal(new Set(opened).size, 1);
  await rows.return(undefined);
});

test('the newest stamp of our own lake is known without opening a file', async (t) => {
  const root = await temporaryLake(t);
  for (let hour = 0; hour < 30; hour++) await placeOurs(root, run(start + hour * US_PER_HOUR, 10));
  const { store, opened } = watched();
  const reader = opener(root, { store });
  const instrument = await reader.find('Binance', 'BTC/USDT');
  assert.equal(await reader.newestUs(instrument!), start + 29 * US_PER_HOUR + 9000);
  assert.deepEqual(opened, []);
  assert.equal(await reader.newestUs({ ...instrument!, directories: [] }), undefined);
});

test('the newest stamp of a foreign lake comes from its newest hour that holds rows', async (t) => {
  const root = await temporaryLake(t);
  await placeForeign(root, 'spreads-00-01.0000000.parquet', [start, start + 77], [1, 2]);
  await place(root, `${hourFolder(start + US_PER_HOUR)}/spreads-00.parquet`, new Uint8Array(3));
  const reader = opener(root);
  assert.equal(await reader.newestUs((await reader.find('Binance', 'BTC/USDT'))!), start + 77);
});

test('an aborted read stops with the reason of the abort', async (t) => {
  const root = await temporaryLake(t);
  await placeOurs(root, run(start, 1000), 10);
  const reader = opener(root);
  const instrument = await reader.find('Binance', 'BTC/USDT');
  const abort = new AbortController();
  const rows = reader.readQuotes(instrument!, {
    fromUs: start,
    toUs: start + US_PER_DAY,
    signal: abort.signal,
  });
  assert.equal((await rows.next()).value?.length, 10);
  abort.abort(new Error('the client went away'));
  await assert.rejects(rows.next(), /the client went away/);
});

test('an empty lake, an empty folder and an empty range give nothing and are no problem', async (t) => {
  const root = await temporaryLake(t);
  assert.deepEqual(await opener(join(root, 'absent')).instruments(), []);
  await place(root, `${hourFolder(start)}/.tmp-spreads-00-01.000000`, new Uint8Array(10));
  const reader = opener(root);
  const instrument = await reader.find('Binance', 'BTC/USDT');
  assert.equal((await readAll(reader, instrument)).us.length, 0);
  assert.equal((await readAll(reader, instrument, { fromUs: start, toUs: start })).us.length, 0);
  assert.equal(await reader.newestUs(instrument!), undefined);
  assert.deepEqual(reader.problems(), []);
});

test('every array of a chunk owns its buffer, so that a worker can hand it over', async (t) => {
  const root = await temporaryLake(t);
  await placeOurs(root, run(start, 200_000), 200_000);
  const reader = opener(root);
  const instrument = await reader.find('Binance', 'BTC/USDT');
  let rows = 0;
  for await (const chunk of reader.readQuotes(instrument!, { fromUs: start, toUs: start + US_PER_DAY })) {
    assert.ok(chunk.length > 0 && chunk.length <= 65_536);
    const arrays = [chunk.receivedUs, chunk.bid, chunk.ask];
    rows += chunk.length;
    for (const array of arrays) assert.equal(array.buffer.byteLength, chunk.length * 8);
    structuredClone(arrays, { transfer: arrays.map((a) => a.buffer as ArrayBuffer) });
  }
  assert.equal(rows, 200_000);
});

test('the newest stamp is found when its row moves from the journal into a file while one looks', async (t) => {
  const root = await temporaryLake(t);
  await placeOurs(root, run(start, 10), 10);
  const later = run(start + US_PER_HOUR, 5);
  let moved = false;
  const recent = async () => {
    // The files were looked at without it; now that the journal is, it is in a file.
    if (!moved) await placeOurs(root, later, 5);
    moved = true;
    return { columns: recentColumns({ us: [], bid: [], ask: [] }), problems: [] };
  };
  const reader = opener(root, { recent });
  const instrument = await reader.find('Binance', 'BTC/USDT');
  assert.equal(await reader.newestUs(instrument!), later.us.at(-1));
});
