import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import type { ColdEvent } from '../../src/core/event.js';
import { runEncodeJob } from '../../src/lake/encode-job.js';
import { diskFiles } from '../../src/lake/files.js';
import { HOT_KEY } from '../../src/lake/hot-file.js';
import { RUNS_DIR } from '../../src/lake/paths.js';
import { findLeftovers } from '../../src/lake/recover.js';
import {
  dyingFiles,
  filesMatching,
  journalOf,
  ledgerOf,
  type Row,
  realClock,
  rowsInFiles,
  rowsOf,
  segmentsOf,
  someInstruments,
  type TradeRow,
  tempRoot,
  tradesOf,
} from './support/lakes.js';

const HOUR_US = Date.parse('2026-11-22T20:00:00Z') * 1000;
const ALL = { convertBeforeUs: Number.POSITIVE_INFINITY, encodeBeforeUs: Number.POSITIVE_INFINITY };
const never = () => false;
const PARQUET = /\.parquet$/;

/** `count` rows of all four instruments in turn, 1 ms apart; every third has no sizes and no exchange time. */
function rowsFrom(fromUs: number, count: number): Row[] {
  return Array.from({ length: count }, (_, i) => {
    const us = fromUs + i * 1_000;
    const has = i % 3 !== 0;
    return [us, i % 4, 100 + i, has ? 1.5 : NaN, 101 + i, has ? 2.5 : NaN, has ? us - 7_000 : NaN] as const;
  });
}

const gap = (stampUs: number, instrumentId: number): ColdEvent => ({
  type: 'gap',
  stampUs,
  instrumentId,
  fromUs: stampUs - 100,
  reason: 'disconnect',
});

test('the columns of an hour file are those of the contract, for any Parquet reader', async (t) => {
  const root = tempRoot(t);
  const instruments = someInstruments();
  await journalOf(root, realClock(t), instruments, rowsFrom(HOUR_US + 5, 9));
  const report = runEncodeJob(diskFiles, root, ALL, never);
  assert.deepEqual(report.problems, []);
  assert.deepEqual([report.encodedRows, report.filesWritten, report.runs], [9, 4, 0]);
  const names = filesMatching(root, PARQUET);
  assert.ok(
    names.includes('exchange=Alpha/symbol=BTC_USDT/date=2026-11-22/hour=20/spreads-00-00.008005.parquet'),
  );
  assert.ok(names.some((name) => name.startsWith('exchange=Beta/symbol=币安%20人生_USDT/')));
  const bytes = readFileSync(join(root, names[0]!));
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  const { schema, key_value_metadata, row_groups } = parquetMetadata(file);
  assert.deepEqual(
    schema.slice(1).map((e) => [e.name, e.type, e.repetition_type, e.converted_type]),
    [
      ['Timestamp', 'INT64', 'REQUIRED', 'TIMESTAMP_MICROS'],
      ['BestBid', 'DOUBLE', 'REQUIRED', undefined],
      ['BestAsk', 'DOUBLE', 'REQUIRED', undefined],
      ['ExchangeTimestamp', 'INT64', 'OPTIONAL', 'TIMESTAMP_MICROS'],
      ['BestBidSize', 'DOUBLE', 'OPTIONAL', undefined],
      ['BestAskSize', 'DOUBLE', 'OPTIONAL', undefined],
    ],
  );
  assert.deepEqual(schema[1]!.logical_type, { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' });
  assert.deepEqual(key_value_metadata?.[0], { key: 'spread-aggregator.schema', value: '1' });
  assert.deepEqual(key_value_metadata?.map(({ key }) => key).slice(1), [HOT_KEY]);
  assert.ok(row_groups[0]!.columns[0]!.meta_data!.statistics!.max_value !== undefined);
  const [first] = await parquetReadObjects({ file, parsers: { timestampFromMicroseconds: (us) => us } });
  assert.deepEqual(first, {
    Timestamp: BigInt(HOUR_US + 5),
    BestBid: 100,
    BestAsk: 101,
    ExchangeTimestamp: null,
    BestBidSize: null,
    BestAskSize: null,
  });
});

test('more rows than a row group holds come back all, and segments split at the hour', async (t) => {
  const root = tempRoot(t);
  const instruments = someInstruments();
  const rows = rowsFrom(HOUR_US + 3_600_000_000 - 45_000_000, 90_000);
  await journalOf(root, realClock(t), instruments, rows);
  assert.ok(segmentsOf(root).length > 4, 'a segment is bounded');
  assert.deepEqual(await rowsOf(root, instruments), rows, 'from the journal');
  runEncodeJob(diskFiles, root, { ...ALL, encodeBeforeUs: 0 }, never);
  assert.deepEqual(await rowsOf(root, instruments), rows, 'from runs');
  runEncodeJob(diskFiles, root, ALL, never);
  assert.equal(filesMatching(root, PARQUET).length, 8);
  assert.deepEqual(await rowsOf(root, instruments), rows, 'from files');
});

test('killed before any step of conversion and encoding, no row is lost, none doubled, none unreadable', async (t) => {
  const template = tempRoot(t);
  const instruments = someInstruments();
  const clock = realClock(t);
  const edgeUs = HOUR_US + 3_600_000_000;
  const rows = [...rowsFrom(edgeUs - 10_000, 8), ...rowsFrom(edgeUs + 10_000, 8)];
  const cold = [gap(edgeUs - 5_500, 1), gap(edgeUs + 15_500, 2)];
  const mixed = [...rows, ...cold].sort((a, b) => stampOf(a) - stampOf(b));
  // A part is encoded in the middle of the first hour, as at a restart; the rest is left as segments.
  await journalOf(template, clock, instruments, mixed.slice(0, 5));
  runEncodeJob(diskFiles, template, ALL, never);
  await journalOf(template, clock, instruments, [
    ...mixed.slice(5, 9),
    'segment-end',
    ...mixed.slice(9, 14),
    'segment-end',
    ...mixed.slice(14),
  ]);
  let steps = 0;
  for (; ; steps++) {
    const root = join(tempRoot(t), 'lake');
    cpSync(template, root, { recursive: true });
    const { files, died } = dyingFiles(diskFiles, steps);
    runEncodeJob(files, root, ALL, never);
    assert.deepEqual(await rowsOf(root, instruments), rows, `dead after ${steps} steps`);
    // The next start; and one more, which finds nothing to do.
    assert.deepEqual(runEncodeJob(diskFiles, root, ALL, never).problems, []);
    assert.equal(runEncodeJob(diskFiles, root, ALL, never).filesWritten, 0);
    assert.deepEqual(await rowsOf(root, instruments), rows, `restarted after ${steps} steps`);
    assert.equal(rowsInFiles(root), rows.length, `restarted after ${steps} steps`);
    assert.deepEqual(
      ledgerOf(root).map((line) => line.stampUs),
      cold.map(({ stampUs }) => stampUs),
    );
    assert.deepEqual(filesMatching(root, /\.tmp-|\.log$|\.run$|damaged/), []);
    if (!died()) break;
    rmSync(root, { recursive: true });
  }
  assert.ok(steps > 60, `only ${steps} steps were tried`);
});

test('the same rows again, from a segment that came back, change nothing', async (t) => {
  const root = tempRoot(t);
  const instruments = someInstruments();
  const rows = rowsFrom(HOUR_US, 40);
  await journalOf(root, realClock(t), instruments, [...rows, gap(HOUR_US + 50_000, 1)]);
  const [segment] = segmentsOf(root);
  const bytes = readFileSync(segment!);
  runEncodeJob(diskFiles, root, ALL, never);
  const before = filesMatching(root, /./);
  writeFileSync(segment!, bytes);
  const report = runEncodeJob(diskFiles, root, ALL, never);
  assert.deepEqual([report.encodedRows, report.filesWritten, report.problems], [0, 0, []]);
  assert.deepEqual(filesMatching(root, /./), before);
  assert.equal(rowsInFiles(root), rows.length);
  assert.equal(ledgerOf(root).length, 1);
});

test('a torn tail is cut and told, the rest is kept', async (t) => {
  const root = tempRoot(t);
  const instruments = someInstruments();
  const rows = rowsFrom(HOUR_US, 12_000);
  await journalOf(root, realClock(t), instruments, rows);
  const [segment] = segmentsOf(root);
  truncateSync(segment!, readFileSync(segment!).length - 3);
  const report = runEncodeJob(diskFiles, root, ALL, never);
  assert.equal(report.cuts.length, 1);
  const { bytesCut, recordsKept, damage } = report.cuts[0]!;
  assert.ok(bytesCut > 0 && recordsKept > 0 && recordsKept < rows.length);
  assert.equal(damage, null);
  assert.deepEqual(await rowsOf(root, instruments), rows.slice(0, recordsKept));
});

test('a damaged slice of a run costs its own rows alone, is told, and the run is kept aside', async (t) => {
  const root = tempRoot(t);
  const instruments = someInstruments();
  const rows = rowsFrom(HOUR_US, 40);
  await journalOf(root, realClock(t), instruments, rows);
  runEncodeJob(diskFiles, root, { ...ALL, encodeBeforeUs: 0 }, never);
  const run = join(root, filesMatching(root, /\.run$/)[0]!);
  const bytes = readFileSync(run);
  bytes[20]! ^= 1;
  writeFileSync(run, bytes);
  const report = runEncodeJob(diskFiles, root, ALL, never);
  assert.equal(report.problems.length, 1);
  assert.match(report.problems[0]!, /Alpha BTC\/USDT have a wrong checksum/);
  assert.equal(report.encodedRows, 30);
  assert.equal(filesMatching(root, /\.run\.damaged$/).length, 1);
  assert.deepEqual(
    await rowsOf(root, instruments),
    rows.filter(([, id]) => id !== 0),
  );
});

test('trades whose run was made before a kill outlive their segment, once, and the order goes on after them', async (t) => {
  const root = tempRoot(t);
  const instruments = someInstruments();
  const trades = Array.from(
    { length: 40 },
    (_, i): TradeRow => [HOUR_US + i * 1_000 + 500, 0, 100 + i, 1, 1, HOUR_US, String(i)],
  );
  const entries = rowsFrom(HOUR_US, 40).flatMap((row, i) => [row, trades[i]!]);
  await journalOf(root, realClock(t), instruments, entries);
  const [segment] = segmentsOf(root);
  const bytes = readFileSync(segment!);
  runEncodeJob(diskFiles, root, { ...ALL, encodeBeforeUs: 0 }, never);
  // As it stands where the kill came before the run of the quotes, and the segment was torn then.
  for (const name of filesMatching(root, /run-.*\.run$/)) rmSync(join(root, name));
  writeFileSync(segment!, bytes.subarray(0, bytes.length / 2));
  for (const life of [1, 2]) {
    const { lastStampUs } = await findLeftovers(root);
    assert.equal(lastStampUs, trades.at(-1)![0], `life ${life}`);
    const before = { convertBeforeUs: lastStampUs + 1, encodeBeforeUs: lastStampUs + 1 };
    assert.deepEqual(runEncodeJob(diskFiles, root, before, never).problems, []);
    assert.deepEqual(filesMatching(root, /\.log$|\.run$/), []);
    assert.deepEqual(await tradesOf(root, instruments), trades);
  }
});

test('what was half-written of a run that is damaged since is removed, whoever it was of', async (t) => {
  const root = tempRoot(t);
  const instruments = someInstruments();
  const trade = (us: number): TradeRow => [us, 0, 100, 1, 1, us, 'a'];
  await journalOf(root, realClock(t), instruments, [...rowsFrom(HOUR_US, 40), trade(HOUR_US + 50_000)]);
  runEncodeJob(diskFiles, root, { ...ALL, encodeBeforeUs: 0 }, never);
  const halves = ['', 'trades/'].map((base) => {
    const path = join(root, `${base}exchange=Beta/symbol=BTC_USDT/date=2026-11-22/hour=20/.tmp-x`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'half');
    return path;
  });
  const runs = filesMatching(root, /\.run$/).map((name) => join(root, name));
  assert.equal(runs.length, 2);
  for (const run of runs) truncateSync(run, 20);
  const { problems } = runEncodeJob(diskFiles, root, ALL, never);
  assert.equal(problems.length, 2);
  assert.deepEqual(halves.filter(existsSync), []);
});

test('a partition that cannot be written keeps its runs, and no other from its rows', async (t) => {
  const root = tempRoot(t);
  const instruments = someInstruments();
  const rows = rowsFrom(HOUR_US, 40);
  await journalOf(root, realClock(t), instruments, rows);
  writeFileSync(join(root, 'exchange=Beta'), 'a file where a folder must be');
  const report = runEncodeJob(diskFiles, root, ALL, never);
  assert.equal(report.problems.length, 2);
  assert.deepEqual([report.filesWritten, report.runs], [2, 1]);
  rmSync(join(root, 'exchange=Beta'));
  const again = runEncodeJob(diskFiles, root, ALL, never);
  assert.deepEqual([again.problems, again.filesWritten, again.runs], [[], 2, 0]);
  assert.deepEqual(await rowsOf(root, instruments), rows);
});

test('stopped at any point it goes on later where it was', async (t) => {
  const root = tempRoot(t);
  const instruments = someInstruments();
  const rows = rowsFrom(HOUR_US, 40);
  await journalOf(root, realClock(t), instruments, rows);
  for (let rounds = 0; ; rounds++) {
    let asked = 0;
    runEncodeJob(diskFiles, root, ALL, () => ++asked > rounds);
    assert.deepEqual(await rowsOf(root, instruments), rows);
    if (diskFiles.list(join(root, RUNS_DIR)).length === 0 && segmentsOf(root).length === 0) break;
    assert.ok(rounds < 20);
  }
});

function stampOf(entry: Row | ColdEvent): number {
  return 'type' in entry ? entry.stampUs : entry[0];
}
