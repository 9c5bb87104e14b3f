// A clean lake is said to be clean, beside a recorder too, and nothing in it is touched; every kind of damage is named with
// its file; what the next start repairs by itself is told apart from what it does not.

import assert from 'node:assert/strict';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { ColdEvent } from '../../src/core/event.js';
import { dayStartUs } from '../../src/core/time.js';
import { compactLake } from '../../src/lake/compact-lake.js';
import { encodeRuns } from '../../src/lake/encode.js';
import { diskFiles } from '../../src/lake/files.js';
import { checksum, tradeBytes } from '../../src/lake/journal.js';
import { compactLedgerDay } from '../../src/lake/ledger-day.js';
import { hourFileName } from '../../src/lake/paths.js';
import { ROW_BYTES, RUN_FOOTER_BYTES, RunFile } from '../../src/lake/run.js';
import { SCHEMA_KEY } from '../../src/lake/schema.js';
import { closedSegments, convertSegment } from '../../src/lake/segment-to-run.js';
import { lakeStats } from '../../src/lake/stats.js';
import { encodeTrades } from '../../src/lake/trades-encode.js';
import { TradesRunFile } from '../../src/lake/trades-run.js';
import { verifyLake } from '../../src/lake/verify.js';
import { openLake } from '../../src/lake/writer.js';
import { runProgram } from '../support/program.js';
import { int96, numbers, parquetBytes, type TestColumn } from './parquet-files.js';
import {
  filesMatching,
  journalOf,
  LIMITS,
  type Row,
  realClock,
  segmentsOf,
  someInstruments,
  type TradeRow,
  tempRoot,
} from './support/lakes.js';

const DAY_US = dayStartUs(Date.UTC(2026, 3, 2) * 1_000);
const HOUR_US = 3_600e6;
const STEP_US = 10e6;

/** Rows, trades and events of an hour, mixed. */
function hour(n: number): (Row | TradeRow | ColdEvent)[] {
  const entries: (Row | TradeRow | ColdEvent)[] = [];
  for (let us = DAY_US + n * HOUR_US; us < DAY_US + (n + 1) * HOUR_US; us += STEP_US) {
    for (const id of [0, 1, 2, 3]) entries.push([us + id, id, 100 + id, 1, 101 + id, Number.NaN, us - 5]);
    entries.push([us + 10, 0, 100, 2, 1, Number.NaN, 'x'] as TradeRow);
    entries.push({ type: 'alive', stampUs: us + 11, connection: 'Alpha#1', provenUs: us });
    if (us % 60e6 === 0)
      entries.push({ type: 'gap', stampUs: us + 12, instrumentId: 1, fromUs: us - 9, reason: 'silent' });
  }
  return entries;
}

interface Stage {
  readonly root: string;
  /** Relative names of what matches. */
  files(pattern: RegExp): string[];
  verify(): ReturnType<typeof verifyLake>;
  /** Puts `change` of the bytes in their place. */
  edit(name: string, change: (bytes: Buffer) => Uint8Array): void;
}

const NONE = () => undefined;

/** Hours 1 and 2 in files, hour 0 of the ledger's day closed; with `more`, hour 3 in a run and hour 4 in two segments. */
async function stage(t: TestContext, more: 'runs' | 'nothing' = 'nothing'): Promise<Stage> {
  const root = tempRoot(t);
  const clock = realClock(t);
  const instruments = someInstruments();
  await journalOf(root, clock, instruments, [...hour(1), 'segment-end', ...hour(2)]);
  convert(root);
  encode(root);
  // As a foreign recorder left it, with the same rows twice.
  const us = [1, 2, 2, 3].map((s) => DAY_US - 20 * HOUR_US + s * 1e6);
  const foreign = parquetBytes([
    int96('Timestamp', us),
    ...['BestBid', 'BestAsk'].map((name) => numbers(name, [1, 2, 2, 3])),
  ]);
  const folder = join(root, 'exchange=Gamma/symbol=BTC-USDT/date=2026-04-01/hour=04');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'spreads-1.parquet'), foreign);
  if (more === 'runs') {
    await journalOf(root, clock, instruments, hour(3));
    convert(root);
    const rows = hour(4);
    await journalOf(root, clock, instruments, rows.slice(0, 800));
    await journalOf(root, clock, instruments, rows.slice(800));
  }
  return {
    root,
    files: (pattern) => filesMatching(root, pattern),
    verify: () => verifyLake(root, NONE),
    edit(name, change) {
      writeFileSync(join(root, name), change(readFileSync(join(root, name))));
    },
  };
}

function convert(root: string): void {
  for (const name of closedSegments(diskFiles, root, Number.POSITIVE_INFINITY))
    convertSegment(diskFiles, root, name);
}

function encode(root: string): void {
  encodeRuns(diskFiles, root, Number.POSITIVE_INFINITY, () => false);
  encodeTrades(diskFiles, root, Number.POSITIVE_INFINITY, () => false);
}

/** What is said of a file, the severities first. */
async function said({ verify }: Stage): Promise<string[]> {
  const { findings } = await verify();
  return findings.map(({ severity, file, what, where }) => `${severity} ${file}: ${what} (${where})`);
}

function onlyOf(name: string, what: RegExp, severity: 'damaged' | 'unclean', told: readonly string[]): void {
  assert.ok(told.length > 0, 'nothing was found');
  for (const line of told) assert.ok(line.startsWith(`${severity} ${name}`), line);
  assert.ok(
    told.some((line) => what.test(line)),
    told.join('\n'),
  );
}

const flipped = (at: number) => (bytes: Buffer) => {
  bytes[at]! ^= 0x40;
  return bytes;
};

const ALPHA_BTC = /exchange=Alpha\/symbol=BTC_USDT\/.*hour=01\/spreads-.*parquet$/;

test('a clean lake is clean, also with a closed day of the ledger, and nothing in it is touched', async (t) => {
  const lake = await stage(t);
  const seen = () =>
    filesMatching(lake.root, /./).map((name) => {
      const { mtimeMs, size, isDirectory } = statSync(join(lake.root, name));
      return `${name} ${size} ${mtimeMs} ${String(isDirectory)}`;
    });
  for (const closed of [false, true]) {
    if (closed) compactLedgerDay(diskFiles, lake.root, DAY_US);
    const before = seen();
    const report = await lake.verify();
    assert.deepEqual(report.findings, []);
    assert.deepEqual([report.unclean, report.damaged, report.holder], [0, 0, null]);
    // Two hours of four instruments and of trades, and four foreign rows.
    assert.equal(report.rows, 2 * 360 * 5 + 4);
    assert.deepEqual(seen(), before);
  }
});

test('what the next start repairs is unclean: runs, segments, a torn tail, temporary files', async (t) => {
  const lake = await stage(t, 'runs');
  const segments = segmentsOf(lake.root).map((path) => path.slice(lake.root.length + 1));
  assert.equal(segments.length, 2);
  writeFileSync(join(lake.root, '_runs', '.tmp-run'), 'half');
  lake.edit(segments[1]!, (bytes) => bytes.subarray(0, bytes.length - 7));
  const report = await lake.verify();
  assert.deepEqual([report.damaged, report.unclean], [0, 6], JSON.stringify(report.findings));
  const told = (await said(lake)).join('\n');
  assert.match(told, /unclean _journal\/seg-\d+\.log: its tail is torn/);
  assert.match(told, /unclean _journal\/seg-\d+\.log: a segment that is no run yet/);
  assert.match(told, /unclean _runs\/run-\S+: a run that is not in files yet/);
  assert.match(told, /unclean _runs\/trades-\S+: a run of trades/);
  assert.match(told, /unclean _runs\/\.tmp-run: a file that was being written/);
});

test('a run and a segment that are still there after their rows are in files are unclean, and no doubles', async (t) => {
  const lake = await stage(t, 'runs');
  const kept = tempRoot(t);
  for (const folder of ['_runs', '_journal'])
    cpSync(join(lake.root, folder), join(kept, folder), { recursive: true });
  convert(lake.root);
  encode(lake.root);
  assert.deepEqual(await said(lake), []);
  for (const folder of ['_runs', '_journal'])
    cpSync(join(kept, folder), join(lake.root, folder), { recursive: true });
  const { damaged, findings } = await lake.verify();
  assert.equal(damaged, 0, JSON.stringify(findings));
  assert.ok(findings.some(({ what }) => /rows are in files already/.test(what)));
});

test('beside a recorder that lives, what is under way is no finding', async (t) => {
  const root = tempRoot(t);
  const instruments = someInstruments();
  const clock = realClock(t);
  const lake = await openLake({ root, origin: 'live', clock, limits: LIMITS, instruments });
  for (let n = 0; n < 5_000; n += 1) lake.quote(clock.nowUs() + n, n % 4, 1, 1, 2, 1, Number.NaN);
  const report = await verifyLake(root, NONE);
  await lake.close();
  assert.deepEqual(report.findings, []);
  assert.equal(report.holder, process.pid);
});

test('a bit that flipped, and a file that was cut short, are damage', async (t) => {
  // The file begins with its stamps.
  for (const change of [flipped(150), (bytes: Buffer) => bytes.subarray(0, bytes.length - 40)]) {
    const lake = await stage(t);
    const [name] = lake.files(ALPHA_BTC);
    lake.edit(name!, change);
    onlyOf(name!, /the checksum of a page is wrong|its footer cannot be read/, 'damaged', await said(lake));
  }
});

test('a name that does not say the last stamp, and rows outside of their hour, are damage', async (t) => {
  const lake = await stage(t);
  const [name] = lake.files(ALPHA_BTC);
  const other = `${dirname(name!)}/spreads-59-59.000000.parquet`;
  renameSync(join(lake.root, name!), join(lake.root, other));
  onlyOf(other, /its name says/, 'damaged', await said(lake));
  const elsewhere = other.replace('hour=01', 'hour=07');
  mkdirSync(join(lake.root, dirname(elsewhere)), { recursive: true });
  renameSync(join(lake.root, other), join(lake.root, elsewhere));
  onlyOf(elsewhere, /outside the time of its folder/, 'damaged', await said(lake));
});

/** A file of ours of these stamps, in hour 1 of Alpha's BTC, with what it replaces. */
function placeFile(lake: Stage, us: readonly number[], named?: string, replaces?: readonly string[]): string {
  const [beside] = lake.files(ALPHA_BTC);
  const name = `${dirname(beside!)}/${named ?? hourFileName(us.at(-1)!)}`;
  const columns: TestColumn[] = [
    {
      element: {
        name: 'Timestamp',
        type: 'INT64',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
        repetition_type: 'REQUIRED',
      },
      data: us.map(BigInt),
    },
    numbers(
      'BestBid',
      us.map(() => 1),
      'DOUBLE',
      true,
    ),
    numbers(
      'BestAsk',
      us.map(() => 2),
      'DOUBLE',
      true,
    ),
  ];
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({
    writer,
    schema: [
      { name: 'root', num_children: columns.length },
      ...columns.map(({ element }) => ({ ...element })),
    ],
    kvMetadata: [
      { key: SCHEMA_KEY, value: '1' },
      ...(replaces === undefined
        ? []
        : [{ key: 'spread-aggregator.replaces', value: JSON.stringify(replaces) }]),
    ],
  });
  void parquet.write({
    columnData: columns.map(({ element, data }) => ({ name: element.name, data: [...data] })),
  });
  void parquet.finish();
  mkdirSync(join(lake.root, dirname(name)), { recursive: true });
  writeFileSync(join(lake.root, name), writer.getBytes());
  return name;
}

test('rows out of order, and a stamp that is there twice in a file, are damage', async (t) => {
  const lake = await stage(t);
  const us = (s: number) => DAY_US + HOUR_US + s * 1e6 + 500;
  const disordered = placeFile(lake, [us(3_595), us(3_592), us(3_596)]);
  onlyOf(disordered, /its rows are not in order \(row group 0, row 1\)/, 'damaged', await said(lake));
  const twice = placeFile(lake, [us(3_592), us(3_592), us(3_596)]);
  onlyOf(twice, /a stamp is there twice/, 'damaged', await said(lake));
});

test('a stamp that two files of an instrument hold is damage, and names both', async (t) => {
  const lake = await stage(t);
  const [name] = lake.files(ALPHA_BTC);
  const stamp = DAY_US + HOUR_US + 3_580e6;
  const other = placeFile(lake, [stamp - 1, stamp, stamp + 15e6]);
  onlyOf(other, /1 stamps are in .* too/, 'damaged', await said(lake));
  assert.ok((await said(lake))[0]!.includes(name!));
});

test('statistics that are not true are damage', async (t) => {
  const lake = await stage(t);
  const [name] = lake.files(ALPHA_BTC);
  const stamp = Buffer.alloc(8);
  stamp.writeBigInt64LE(BigInt(DAY_US + HOUR_US));
  lake.edit(name!, (bytes) => {
    const at = bytes.lastIndexOf(stamp);
    assert.ok(at > bytes.length / 2, 'it is in the footer');
    return flipped(at)(bytes);
  });
  onlyOf(name!, /statistics of column Timestamp are not true/, 'damaged', await said(lake));
});

test('a lake that was compacted is clean: files of a day, and what others recorded beside them', async (t) => {
  const lake = await stage(t);
  const nowUs = DAY_US + 5 * 24 * HOUR_US;
  const settings = { hotDays: 1 };
  await compactLake({ root: lake.root, settings, nowUs, asked: new AbortController().signal });
  assert.equal(lake.files(/^exchange=.*spreads-day-.*parquet$/).length, 4);
  const { findings, rows } = await lake.verify();
  assert.deepEqual(findings, []);
  assert.equal(rows, 2 * 360 * 5 + 4);
});

test('a file that a file of the day has taken the place of is unclean; beside it without that word its rows are doubles', async (t) => {
  const lake = await stage(t);
  const names = lake.files(/exchange=Alpha\/symbol=BTC_USDT\/.*spreads-.*parquet$/);
  const us: number[] = [];
  for (let n = 1; n < 3; n += 1) for (let s = 0; s < 3_600; s += 10) us.push(DAY_US + n * HOUR_US + s * 1e6);
  const named = '../hour=00/spreads-day-02-59-50.000000.parquet';
  const day = placeFile(
    lake,
    us,
    named,
    names.map((name) => name.split('/').slice(-2).join('/')),
  ).replace('hour=01/../', '');
  assert.deepEqual(
    (await said(lake)).map((line) => line.replace(/: .*/, '')),
    names.map((name) => `unclean ${name}`),
  );
  placeFile(lake, us, named);
  const told = await said(lake);
  assert.equal(told.length, 2);
  for (const line of told) assert.match(line, /damaged .*360 stamps are in .* too/);
  assert.ok(told[0]!.includes(day));
});

test('damage inside of runs and of runs of trades is told with the instrument; runs that overlap are not in order', async (t) => {
  const lake = await stage(t, 'runs');
  const damaged = async () => (await said(lake)).filter((line) => line.startsWith('damaged'));
  const [run] = lake.files(/^_runs\/run-/);
  const [trades] = lake.files(/^_runs\/trades-/);
  lake.edit(run!, flipped(100));
  onlyOf(
    run!,
    /rows of Alpha BTC\/USDT have a wrong checksum \(Alpha BTC\/USDT\)/,
    'damaged',
    await damaged(),
  );
  lake.edit(run!, flipped(100));
  lake.edit(trades!, flipped(40));
  onlyOf(trades!, /trades of Alpha BTC\/USDT have a wrong checksum/, 'damaged', await damaged());
  lake.edit(trades!, flipped(40));
  assert.deepEqual(await damaged(), []);
  const [, firstUs, lastUs] = /run-(\d+)-(\d+)/.exec(run!)!;
  const copy = `_runs/run-${Number(firstUs) - 1}-${lastUs}.run`;
  copyFileSync(join(lake.root, run!), join(lake.root, copy));
  onlyOf(run!, /it begins before the run before it ends/, 'damaged', await damaged());
});

/** `change` of the bytes [from, to) of a run, under a checksum that is right again: a fault of whoever wrote it. */
function resealed(bytes: Buffer, from: number, to: number, change: (part: Buffer) => void): Uint8Array {
  const part = bytes.subarray(from, to);
  const before = checksum(part);
  change(part);
  const footerAt = bytes.length - RUN_FOOTER_BYTES;
  const indexAt = footerAt - bytes.readUInt32LE(footerAt);
  const index = bytes.toString('utf8', indexAt, footerAt);
  assert.ok(index.includes(String(before)));
  const text = Buffer.from(index.replace(String(before), String(checksum(part))));
  const footer = Buffer.from(bytes.subarray(footerAt));
  footer.writeUInt32LE(text.length, 0);
  footer.writeUInt32LE(checksum(text), 4);
  return Buffer.concat([bytes.subarray(0, indexAt), text, footer]);
}

/** Two parts of the same length change places. */
function swap(part: Buffer, a: number, b: number, length: number): void {
  const held = Buffer.from(part.subarray(a, a + length));
  part.copyWithin(a, b, b + length);
  held.copy(part, b);
}

test('a wrong order of a run’s rows, of its events and of its trades is damage, though every checksum is right', async (t) => {
  const lake = await stage(t, 'runs');
  const damaged = async () => (await said(lake)).filter((line) => line.startsWith('damaged'));
  const [run] = lake.files(/^_runs\/run-/);
  const [trades] = lake.files(/^_runs\/trades-/);
  const whole = readFileSync(join(lake.root, run!));
  const open = new RunFile(diskFiles, join(lake.root, run!), whole.length);
  const { cold, entries } = open.index();
  open.close();
  const { offset, rows, exchange, symbol } = entries[1]!;
  lake.edit(run!, (bytes) =>
    resealed(bytes, offset, offset + rows * ROW_BYTES, (part) => swap(part, 8 * 5, 8 * 6, 8)),
  );
  assert.deepEqual(await damaged(), [`damaged ${run}: its rows are not in order (${exchange} ${symbol})`]);
  writeFileSync(join(lake.root, run!), whole);
  lake.edit(run!, (bytes) =>
    resealed(bytes, offset, offset + rows * ROW_BYTES, (part) => part.copyWithin(8 * 6, 8 * 5, 8 * 6)),
  );
  assert.deepEqual(await damaged(), [`damaged ${run}: a stamp is there twice (${exchange} ${symbol})`]);
  writeFileSync(join(lake.root, run!), whole);
  lake.edit(run!, (bytes) =>
    resealed(bytes, cold.offset, cold.offset + cold.bytes, (part) => {
      const lines = part.toString('utf8').split('\n');
      part.write([lines[1], lines[0], ...lines.slice(2)].join('\n'));
    }),
  );
  assert.deepEqual(await damaged(), [`damaged ${run}: its events are not in order (event 2)`]);
  writeFileSync(join(lake.root, run!), whole);
  const readTrades = new TradesRunFile(diskFiles, join(lake.root, trades!));
  const [entry] = readTrades.entries;
  readTrades.close();
  lake.edit(trades!, (bytes) =>
    resealed(bytes, entry!.offset, entry!.offset + entry!.bytes, (part) => {
      const length = tradeBytes(new DataView(part.buffer, part.byteOffset, part.byteLength), 0);
      swap(part, 0, length, length);
    }),
  );
  assert.deepEqual(await damaged(), [`damaged ${trades}: its trades are not in order (Alpha BTC/USDT)`]);
});

test('a segment that is not the newest and is not whole is damage', async (t) => {
  const lake = await stage(t, 'runs');
  const [older] = lake.files(/^_journal\//);
  lake.edit(older!, (bytes) => flipped(bytes.length - 50)(bytes));
  const told = (await said(lake)).filter((line) => line.startsWith('damaged'));
  onlyOf(older!, /the checksum of a block is wrong \(byte \d+, \d+ bytes are lost\)/, 'damaged', told);
});

test('a line of the ledger that is none, out of order or of another time is damage; an hour that its day has is unclean', async (t) => {
  const lake = await stage(t);
  const [name] = lake.files(/^_ledger\/.*hour=01/);
  const lines = readFileSync(join(lake.root, name!), 'utf8');
  const [first, second, ...rest] = lines.split('\n');
  const write = (text: string) => writeFileSync(join(lake.root, name!), text);
  write(`${first}\n{"type":\n${second}\n${rest.join('\n')}`);
  onlyOf(name!, /a line that cannot be read \(line 2\)/, 'damaged', await said(lake));
  write([second, first, ...rest].join('\n'));
  onlyOf(name!, /its lines are not in order \(line 2\)/, 'damaged', await said(lake));
  write(lines.slice(0, -1));
  onlyOf(name!, /its last line has no end/, 'damaged', await said(lake));
  write(lines);
  const other = name!.replace('hour=01', 'hour=09');
  renameSync(join(lake.root, name!), join(lake.root, other));
  onlyOf(other, /not of the time of the file/, 'damaged', await said(lake));
  renameSync(join(lake.root, other), join(lake.root, name!));
  compactLedgerDay(diskFiles, lake.root, DAY_US);
  write(lines);
  onlyOf(name!, /the closed day has its lines/, 'unclean', await said(lake));
});

test('a folder that no name makes, a foreign file that cannot be read, and what was put aside are told', async (t) => {
  const lake = await stage(t);
  const [name] = lake.files(ALPHA_BTC);
  const odd = 'exchange=Alpha/symbol=%2fBTC_USDT';
  cpSync(join(lake.root, 'exchange=Alpha/symbol=BTC_USDT'), join(lake.root, odd), { recursive: true });
  onlyOf(odd, /none that we would make of any name/, 'damaged', await said(lake));
  const other = await stage(t);
  const [foreign] = other.files(/exchange=Gamma.*parquet$/);
  other.edit(foreign!, (bytes) => bytes.subarray(0, 60));
  onlyOf(foreign!, /./, 'damaged', await said(other));
  const third = await stage(t);
  writeFileSync(join(third.root, '_runs', 'run-1.run.damaged'), 'x');
  onlyOf('_runs/run-1.run.damaged', /put it aside/, 'damaged', await said(third));
  assert.ok(name !== undefined);
});

test('the command says what it found, in words and as JSON; its exit code is 1 for damage alone', async (t) => {
  const lake = await stage(t);
  const run = (...more: string[]) => runProgram(['lake', 'verify', '--lake', lake.root, ...more]);
  const clean = await run();
  assert.deepEqual([clean.exitCode, clean.stdout.trimEnd().split('\n').at(-1)], [0, 'clean']);
  writeFileSync(join(lake.root, '.tmp-x'), '');
  const unclean = await run('--json');
  assert.equal(unclean.exitCode, 0);
  const { verdict, findings } = JSON.parse(unclean.stdout) as { verdict: string; findings: object[] };
  assert.deepEqual(
    [verdict, findings],
    ['unclean', [{ severity: 'unclean', file: '.tmp-x', what: 'a file that was being written', where: '' }]],
  );
  const [name] = lake.files(ALPHA_BTC);
  lake.edit(name!, (bytes) => bytes.subarray(0, 50));
  const damaged = await run();
  assert.equal(damaged.exitCode, 1);
  assert.match(damaged.stdout, /\ndamaged: 1 things are wrong, 1 more/);
  assert.match(damaged.stdout, new RegExp(`^damaged {2}${name}: `, 'm'));
  assert.equal((await runProgram(['lake', 'verify', '--lake', join(lake.root, 'none')])).exitCode, 1);
});

test('numbers of a lake are of its names and footers; rows in runs count, and whose files they are', async (t) => {
  const lake = await stage(t, 'runs');
  const { all, exchanges, problems } = await lakeStats(lake.root, NONE);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    exchanges.map(({ exchange, instruments, days, rows }) => [exchange, instruments, days, rows]),
    [
      ['Alpha', 2, 1, 2 * 3 * 360],
      ['Beta', 2, 1, 2 * 3 * 360],
      ['Gamma', 1, 1, 4],
    ],
  );
  assert.deepEqual([all.instruments, all.days, all.rows], [5, 2, 4 * 3 * 360 + 4]);
  assert.equal(all.firstUs, DAY_US + HOUR_US);
  assert.equal(all.lastUs, DAY_US + 4 * HOUR_US - STEP_US + 3);
  const files = Object.fromEntries(Object.entries(all.kinds).map(([kind, { files }]) => [kind, files]));
  assert.deepEqual(files, {
    'hour files': 8,
    'day files': 0,
    'foreign files': 1,
    trades: 2,
    journal: 2,
    runs: 2,
    ledger: 2,
    temporary: 0,
    damaged: 0,
    other: 2,
  });
  assert.ok(all.bytesAQuote! > 5 && all.bytesAQuote! < 60, `${all.bytesAQuote}`);
  const { exitCode, stdout } = await runProgram(['lake', 'stats', '--lake', lake.root]);
  assert.equal(exitCode, 0);
  assert.match(stdout, /^Alpha +2 +1 +2160 /m);
  assert.match(stdout, /^hour files +8 +\d+$/m);
  assert.match(stdout, /^no process holds it$/m);
  const json = await runProgram(['lake', 'stats', '--lake', lake.root, '--json']);
  assert.equal((JSON.parse(json.stdout) as { all: { rows: number } }).all.rows, all.rows);
  assert.ok(readdirSync(lake.root).length > 0);
});
