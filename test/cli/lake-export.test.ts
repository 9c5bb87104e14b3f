// `lake export`: what comes out is what the lake's reader gives and what the charts show, in every format.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { after, before, test } from 'node:test';
import { type ExportFlags, runExport } from '../../src/cli/export-run.js';
import { noProgress } from '../../src/cli/progress.js';
import type { QuoteColumns } from '../../src/core/columns.js';
import { ledgerText } from '../../src/lake/ledger.js';
import { openReader } from '../../src/lake/reader.js';
import { writeHistory } from '../../src/lake/write-history.js';
import { int96, numbers, parquetBytes, place } from '../lake/parquet-files.js';
import { duckDb, duckSkip } from '../oracle/duck.js';
import { polars } from '../oracle/oracle.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { columnsOf, writeLedger } from '../support/lakes.js';
import { runProgram } from '../support/program.js';
import { asWritten } from '../support/written.js';

const startUs = Date.UTC(2026, 0, 2, 23, 50) * 1_000;
const COUNT = 25_000;
const { pl, skip } = polars();
let app: TestApp;
let out: string;

/** Irregular stamps over midnight; no two values of a column are alike, and none is short. */
function quotes(seed: number): Required<QuoteColumns> {
  const rows = Array.from({ length: COUNT }, (_, i) => ({
    atUs: startUs + i * 100_003 + ((i * seed) % 97) * 1_000 + seed,
    bid: 100 + Math.sin(i / 500 + seed) / 3,
    ask: 101 + Math.cos(i) / 7,
  }));
  const columns = columnsOf(rows);
  for (let i = 0; i < COUNT; i += 3) {
    columns.bidSize[i] = Number.NaN;
    columns.exchangeUs[i] = Number.NaN;
  }
  for (let i = 0; i < COUNT; i += 1) columns.askSize[i] = 1e-9 / (i + 3);
  return columns;
}

before(async () => {
  app = await startTestApp(({ lake }) => {
    writeHistory(lake, 'Binance', 'BTC/USDT', quotes(1));
    writeHistory(lake, 'OKX', 'BTC/USDT', quotes(2));
    const gapUs = startUs + 500_000_000;
    const gap = { type: 'gap', stampUs: gapUs + 9_000_000, fromUs: gapUs, reason: 'disconnect' } as const;
    writeLedger(lake, gap.stampUs, [ledgerText(gap, { exchange: 'OKX', symbol: 'BTC/USDT' })]);
  });
  out = join(app.folder, 'out');
  mkdirSync(out);
});

after(() => app.stop());

class Sink extends Writable {
  readonly pieces: Buffer[] = [];
  override _write(piece: Buffer, _encoding: string, done: () => void): void {
    this.pieces.push(Buffer.from(piece));
    // Slower than what writes.
    setImmediate(done);
  }
}

async function run(flags: Partial<ExportFlags>) {
  const [lines, errors]: [string[], string[]] = [[], []];
  const stdout = new Sink();
  const all = { lake: app.lake, symbol: 'btc_usdt', format: 'csv', out: '-', ...flags } as ExportFlags;
  const io = { stdout, out: (line: string) => lines.push(line), error: (line: string) => errors.push(line) };
  const exitCode = await runExport(all, { ...io, progress: noProgress });
  return { exitCode, lines, errors, bytes: Buffer.concat(stdout.pieces) };
}

/** As the reader has them: stamp, bid, ask, exchange's time, sizes. */
async function rowsOf(exchange: string, fromUs = 0, toUs = 4e15): Promise<number[][]> {
  const reader = openReader(app.lake);
  const rows: number[][] = [];
  const instrument = (await reader.find(exchange, 'BTC/USDT'))!;
  for await (const c of reader.readQuotes(instrument, { fromUs, toUs, sizes: true }))
    for (let i = 0; i < c.length; i += 1)
      rows.push([
        ...[c.receivedUs[i]!, c.bid[i]!, c.ask[i]!],
        ...[c.exchangeUs![i]!, c.bidSize![i]!, c.askSize![i]!],
      ]);
  return rows;
}

function microsOf(iso: string): number {
  return Date.parse(`${iso.slice(0, 23)}Z`) * 1_000 + Number(iso.slice(23, 26));
}

/** The first column and those of `times` are times. */
function parseCsv(text: string, times: readonly number[]): { names: string[]; rows: number[][] } {
  const [head, ...lines] = text.trimEnd().split('\n');
  const value = (cell: string, n: number) =>
    cell === '' ? Number.NaN : times.includes(n) ? microsOf(cell) : Number(cell);
  return { names: head!.split(','), rows: lines.map((line) => line.split(',').map(value)) };
}

test('CSV reads back to the last bit: stamps to the microsecond, doubles as they were, empty where absent', async () => {
  const { exitCode, bytes, lines } = await run({ exchange: 'binance' });
  assert.equal(exitCode, 0);
  const { names, rows } = parseCsv(bytes.toString(), [0, 3]);
  assert.deepEqual(names, [
    'Timestamp',
    'BestBid',
    'BestAsk',
    'ExchangeTimestamp',
    'BestBidSize',
    'BestAskSize',
  ]);
  assert.deepEqual(rows, await rowsOf('Binance'));
  assert.match(bytes.toString(), /\n2026-01-02T23:50:00\.000001Z,100\.\d+,101\.\d+,,,3\.3{5,}\d*e-10\n/);
  assert.match(
    lines[0]!,
    /^25,000 rows, 2026-01-02T23:50:00\.000001Z to 2026-01-03T.*Z → standard output \(csv\)$/,
  );
});

test('a range and a file: half-open, whole or absent, and never replaced unless told', async () => {
  const path = join(out, 'some.csv');
  const flags = { exchange: 'OKX', out: path, from: '2026-01-02T23:59:59.5Z', to: '2026-01-03T00:00:01.25Z' };
  assert.equal((await run(flags)).exitCode, 0);
  const expected = await rowsOf(
    'OKX',
    microsOf('2026-01-02T23:59:59.500000Z'),
    microsOf('2026-01-03T00:00:01.250000Z'),
  );
  assert.ok(expected.length > 10);
  assert.deepEqual(parseCsv(readFileSync(path, 'utf8'), [0, 3]).rows, expected);
  const refused = await run({ ...flags, from: '2026-01-03' });
  assert.equal(refused.exitCode, 2);
  assert.match(refused.errors[0]!, /is there already; --force replaces it/);
  assert.deepEqual(parseCsv(readFileSync(path, 'utf8'), [0, 3]).rows, expected);
  const forced = await run({ ...flags, to: '2026-01-02', from: '2026-01-01', force: true });
  assert.equal(forced.exitCode, 0, forced.errors.join());
  assert.equal(parseCsv(readFileSync(path, 'utf8'), [0]).rows.length > 0, true);
  const none = await run({ ...flags, from: '2025-01-01', to: '2025-01-02', force: true, json: true });
  assert.deepEqual(JSON.parse(none.lines[0]!), {
    rows: 0,
    firstUs: null,
    lastUs: null,
    format: 'csv',
    out: path,
  });
  assert.equal(
    readFileSync(path, 'utf8'),
    'Timestamp,BestBid,BestAsk,ExchangeTimestamp,BestBidSize,BestAskSize\n',
  );
  assert.deepEqual(
    readdirSync(out).filter((name) => name.startsWith('.tmp')),
    [],
  );
});

for (const join_ of ['valid', 'asof2s'] as const)
  test(`rows of a pair are those of its chart, holes too: ${join_}`, async () => {
    const path = join_ === 'valid' ? 'charts' : 'dashboard_data';
    const [from, to] = [startUs + 5_000_000, startUs + 2_000_000_000];
    const query = `symbol=BTC_USDT&exchange1=OKX&exchange2=Binance&points=all&from=${from / 1e3}&to=${to / 1e3}`;
    const chart = (await (await fetch(`${app.url}/api/${path}?${query}`)).json()) as {
      timestamps: number[];
      spreads: (number | null)[];
    };
    const iso = (us: number) => new Date(us / 1_000).toISOString();
    const flags = { exchange1: 'okx', exchange2: 'BINANCE', join: join_, from: iso(from), to: iso(to) };
    const { exitCode, bytes, errors } = await run(flags);
    assert.equal(exitCode, 0, errors.join());
    const { names, rows } = parseCsv(bytes.toString(), [0]);
    assert.deepEqual(names, ['Timestamp', 'Bid1', 'Ask1', 'Bid2', 'Ask2', 'SpreadPercent']);
    assert.deepEqual(
      rows.map(([us]) => Math.floor(us! / 1_000) / 1_000),
      chart.timestamps,
    );
    assert.deepEqual(
      rows.map((row) => asWritten(row[5]!)),
      chart.spreads,
    );
    assert.equal(chart.spreads.filter((spread) => spread === null).length, join_ === 'valid' ? 1 : 0);
    const known = [await rowsOf('OKX'), await rowsOf('Binance')].map(
      (leg) => new Map(leg.map(([, bid, ask]) => [bid, ask])),
    );
    for (const [, bid1, ask1, bid2, ask2, spread] of rows) {
      if (Number.isNaN(spread!)) {
        assert.ok([bid1, ask1, bid2, ask2].every(Number.isNaN));
        continue;
      }
      assert.equal(spread, (bid1! / bid2! - 1) * 100);
      assert.deepEqual([known[0]!.get(bid1), known[1]!.get(bid2)], [ask1, ask2]);
    }
  });

test('DuckDB reads the Parquet file and finds the same rows', { skip: duckSkip }, async (t) => {
  const path = join(out, 'quotes.parquet');
  assert.equal((await run({ exchange: 'Binance', format: 'parquet', out: path })).exitCode, 0);
  const duck = await duckDb();
  t.after(() => duck.closeSync());
  const columns =
    'epoch_us(Timestamp), BestBid, BestAsk, epoch_us(ExchangeTimestamp), BestBidSize, BestAskSize';
  const read = await duck.runAndReadAll(`SELECT ${columns} FROM read_parquet('${path}')`);
  const rows = read
    .getRowsJS()
    .map((row) => row.map((value) => (value === null ? Number.NaN : Number(value))));
  assert.deepEqual(rows, await rowsOf('Binance'));
  const pair = join(out, 'pair.parquet');
  assert.equal(
    (await run({ exchange1: 'Binance', exchange2: 'OKX', format: 'parquet', out: pair })).exitCode,
    0,
  );
  const counted = await duck.runAndReadAll(
    `SELECT count(*), count(SpreadPercent), max(abs((Bid1 / Bid2 - 1) * 100 - SpreadPercent)) FROM read_parquet('${pair}')`,
  );
  const [all, filled, error] = counted.getRowsJS()[0]!.map(Number) as [number, number, number];
  assert.ok(all > COUNT && filled < all && error < 1e-12, `${all} ${filled} ${error}`);
});

test('polars reads the Arrow file and the Arrow stream and finds the same rows', { skip }, async () => {
  const path = join(out, 'quotes.arrow');
  const file = await run({ exchange: 'Binance', format: 'arrow', out: path });
  assert.equal(file.exitCode, 0, file.errors.join());
  const stream = await run({ exchange: 'Binance', format: 'arrow' });
  const expected = await rowsOf('Binance');
  for (const frame of [pl!.readIPC(readFileSync(path)), pl!.readIPCStream(stream.bytes)]) {
    assert.equal(frame.height, COUNT);
    const names = ['Timestamp', 'BestBid', 'BestAsk', 'ExchangeTimestamp', 'BestBidSize', 'BestAskSize'];
    assert.match(String(frame.getColumn('Timestamp').dtype), /us.*UTC/i);
    for (const [n, name] of names.entries()) {
      const column = frame.getColumn(name);
      const values = (/Timestamp/.test(name) ? column.cast(pl!.Int64) : column).toArray();
      assert.deepEqual(
        values.map((value) => (value === null ? Number.NaN : Number(value))),
        expected.map((row) => row[n]),
        name,
      );
    }
  }
});

test('rows of others, which repeat stamps and lack prices, come out as they are', async () => {
  const lake = join(app.folder, 'foreign');
  const us = [startUs, startUs, startUs + 1];
  const columns = [int96('Timestamp', us), numbers('BestBid', [1, null, 3]), numbers('BestAsk', [2, 2, 4])];
  await place(lake, 'exchange=A/symbol=BTC_USDT/date=2026-01-02/hour=23/x.parquet', parquetBytes(columns));
  const { bytes } = await run({ lake, exchange: 'A' });
  const stamp = '2026-01-02T23:50:00.00000';
  assert.deepEqual(bytes.toString().split('\n').slice(1), [
    `${stamp}0Z,1,2,,,`,
    `${stamp}0Z,,2,,,`,
    `${stamp}1Z,3,4,,,`,
    '',
  ]);
  for (const format of ['parquet', 'arrow'] as const)
    assert.equal(
      (await run({ lake, exchange: 'A', format, out: join(out, `foreign.${format}`) })).exitCode,
      0,
    );
  const again = join(app.folder, 'again', 'exchange=A', 'symbol=BTC_USDT');
  mkdirSync(again, { recursive: true });
  writeFileSync(join(again, 'x.parquet'), readFileSync(join(out, 'foreign.parquet')));
  assert.equal(
    (await run({ lake: join(app.folder, 'again'), exchange: 'A' })).bytes.toString(),
    bytes.toString(),
  );
});

test('what is asked wrongly is exit code 2 and one line, and leaves no file', async () => {
  const path = join(out, 'none.csv');
  const pair = { exchange1: 'OKX', exchange2: 'Binance' };
  const wrong: readonly (readonly [Partial<ExportFlags>, RegExp])[] = [
    [{}, /give --exchange/],
    [{ exchange1: 'OKX' }, /give --exchange/],
    [{ exchange: 'OKX', ...pair }, /give --exchange/],
    [{ exchange: 'OKX', join: 'valid' }, /--join is for a pair/],
    [{ exchange1: 'OKX', exchange2: 'okx' }, /are the same/],
    [{ exchange: 'Nowhere' }, /the lake has no btc_usdt of Nowhere/],
    [{ exchange: 'OKX', from: '2026-01-03', to: '2026-01-02' }, /expected a time after --from/],
    [{ exchange: 'OKX', format: 'parquet', out: '-' }, /not -/],
    [{ exchange: 'OKX', out: join(out, 'no', 'where') }, /no such folder/],
    [{ exchange: 'OKX', out, force: true }, /is a folder/],
  ];
  for (const [flags, words] of wrong) {
    const { exitCode, errors, bytes } = await run({ out: path, ...flags });
    assert.deepEqual([exitCode, errors.length, bytes.length], [2, 1, 0], JSON.stringify(flags));
    assert.match(errors[0]!, words);
  }
  assert.ok(!existsSync(path));
});

test('the program writes the table to standard output and all else elsewhere', async () => {
  const args = [
    'lake',
    'export',
    '--lake',
    app.lake,
    '--symbol',
    'BTC/USDT',
    '--exchange',
    'OKX',
    '--out',
    '-',
  ];
  const { exitCode, stdout, stderr } = await runProgram([...args, '--to', '2026-01-02T23:50:01']);
  assert.equal(exitCode, 0, stderr);
  assert.equal(stdout.trimEnd().split('\n').length, 1 + (await rowsOf('OKX', 0, startUs + 1_000_000)).length);
  assert.match(stderr, /rows, 2026-01-02.*standard output/);
});
