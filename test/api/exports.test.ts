// A chart as a file, over real HTTP and a real lake: CSV read back line by line and Parquet read by hyparquet hold the very rows
// of the NDJSON answer, of few points as of all; with a name that is safe; and what cannot be exported is refused by name.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import type { ChartData } from '../../src/api/contract.js';
import { type LedgerLine, ledgerText } from '../../src/lake/ledger.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { writeLedger, writePair } from '../support/lakes.js';

let app: TestApp;
let startUs = 0;
/** Of all rows the reply then comes in pieces. */
const ROWS = 10_000;
const PAIR = '?symbol=BTC_USDT&exchange1=Binance&exchange2=OKX';

before(async () => {
  app = await startTestApp(({ lake }) => {
    startUs = writePair(lake, 'BTC/USDT', 'Binance', 'OKX', ROWS);
    const gap: LedgerLine = {
      type: 'gap',
      stampUs: startUs + 4_500_000,
      fromUs: startUs + 2_000_001,
      reason: 'silent',
    };
    writeLedger(lake, startUs, [ledgerText(gap, { exchange: 'OKX', symbol: 'BTC/USDT' })]);
  });
});

after(() => app.stop());

type Row = readonly [timestamp: number, ...values: (number | null)[]];

const ask = (query: string, accept?: string) =>
  fetch(`${app.url}/api/charts${query}`, accept === undefined ? {} : { headers: { accept } });

/** Milliseconds, rounded down, as NDJSON has them. */
async function lineRows(query: string): Promise<Row[]> {
  const { timestamps, spreads, upperBand, lowerBand } = (await (await ask(query)).json()) as ChartData;
  return timestamps.map((at, row) => [
    Math.round(at * 1_000),
    spreads[row]!,
    upperBand[row]!,
    lowerBand[row]!,
  ]);
}

function assertSame(found: readonly Row[], lines: readonly Row[]): void {
  assert.equal(found.length, lines.length);
  for (const [n, row] of found.entries())
    for (const [field, value] of row.entries()) {
      const line = lines[n]![field]!;
      const isSame = value === null || line === null ? value === line : Math.abs(value - line) < 1e-11;
      assert.ok(isSame, `row ${n}, field ${field}: ${value}, ${line}`);
    }
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})\d{3}Z$/;

test('CSV has the rows of the line, times to the microsecond, empty where there is none', async () => {
  for (const points of ['500', 'all']) {
    const query = `${PAIR}&points=${points}`;
    const response = await ask(`${query}&format=csv`);
    assert.equal(response.status, 200, await response.clone().text());
    assert.match(response.headers.get('content-type') ?? '', /^text\/csv/);
    const text = await response.text();
    assert.ok(text.endsWith('\n'));
    const [head, ...rest] = text.slice(0, -1).split('\n');
    assert.equal(head, 'timestamp,spread,upperBand,lowerBand');
    const rows = rest.map((line): Row => {
      const [at, ...cells] = line.split(',');
      assert.equal(cells.length, 3);
      const match = TIME.exec(at!);
      assert.ok(match !== null, at);
      return [Date.parse(`${match[1]}Z`), ...cells.map((cell) => (cell === '' ? null : Number(cell)))];
    });
    const lines = await lineRows(query);
    assert.ok(lines.length > (points === 'all' ? 16_384 : 100));
    assert.ok(lines.some(([, spread]) => spread === null));
    assertSame(rows, lines);
  }
});

test('Parquet has the rows of the line, of the types that the columns say', async () => {
  for (const points of ['500', 'all']) {
    const query = `${PAIR}&points=${points}`;
    const response = await ask(`${query}&case=snake`, 'application/vnd.apache.parquet');
    assert.equal(response.status, 200, await response.clone().text());
    assert.equal(response.headers.get('content-type'), 'application/vnd.apache.parquet');
    const file = await response.arrayBuffer();
    const { schema } = parquetMetadata(file);
    assert.deepEqual(
      schema.slice(1).map(({ name, type, converted_type }) => [name, type, converted_type]),
      [
        ['timestamp', 'INT64', 'TIMESTAMP_MICROS'],
        ['spread', 'DOUBLE', undefined],
        ['upper_band', 'DOUBLE', undefined],
        ['lower_band', 'DOUBLE', undefined],
      ],
    );
    const objects = (await parquetReadObjects({ file })) as unknown as {
      readonly timestamp: Date;
      readonly [column: string]: unknown;
    }[];
    const rows = objects.map(
      ({ timestamp, spread, upper_band, lower_band }): Row => [
        timestamp.getTime(),
        ...([spread, upper_band, lower_band] as (number | null)[]),
      ],
    );
    assertSame(rows, await lineRows(query));
  }
});

test('the file has a name that is safe, whatever the request was spelled like', async () => {
  const nameOf = async (query: string) => {
    const response = await ask(query);
    await response.arrayBuffer();
    return [response.status, response.headers.get('content-disposition')];
  };
  assert.deepEqual(
    await nameOf('?symbol=btcusdt&exchange1=Binance&exchange2=OKX&format=csv&points=10&price=mid'),
    [200, 'attachment; filename="BTC_USDT_Binance_OKX_mid.csv"'],
  );
  const from = new Date(startUs / 1_000).toISOString();
  assert.deepEqual(
    await nameOf(`${PAIR}&format=parquet&points=10&from=${from}&to=${startUs / 1_000 + 60_000}`),
    [200, 'attachment; filename="BTC_USDT_Binance_OKX_2026-01-02T030405Z_2026-01-02T030505Z.parquet"'],
  );
  // Both are the pair's names too: marks between letters say nothing.
  assert.deepEqual(
    await nameOf(
      `?symbol=${encodeURIComponent('B#t c\r\n/usdt')}&exchange1=BINANCE&exchange2=okx&format=csv`,
    ),
    [200, 'attachment; filename="B-T-C--_USDT_BINANCE_okx.csv"'],
  );
  assert.deepEqual(await nameOf(`${PAIR.replace('BTC', 'NONE')}&format=csv`), [404, null]);
  assert.deepEqual(await nameOf(`${PAIR}&points=10`), [200, null]);
});

test('several pairs are no table, an empty range no file, another format none; Accept is heard as before', async () => {
  const statusOf = async (query: string, accept?: string) => {
    const response = await ask(query, accept);
    return [response.status, ((await response.json()) as { field?: string }).field];
  };
  assert.deepEqual(await statusOf('?format=csv'), [406, 'format']);
  assert.deepEqual(await statusOf('?symbol=BTC_USDT', 'text/csv'), [406, 'Accept']);
  assert.deepEqual(await statusOf('', 'application/vnd.apache.parquet'), [406, 'Accept']);
  assert.deepEqual(await statusOf(`${PAIR}&format=xlsx`), [400, 'format']);
  assert.deepEqual(await statusOf(`${PAIR}&format=csv&from=0&to=1000`), [404, undefined]);
  assert.deepEqual(await statusOf(`${PAIR.replace('BTC', 'NONE')}&format=parquet`), [404, undefined]);
  const plain = await ask(`${PAIR}&points=10&format=ndjson`, 'text/csv');
  assert.match(plain.headers.get('content-type') ?? '', /^application\/x-ndjson/);
  const accepted = await ask(`${PAIR}&points=10`, 'text/csv;q=0.9, */*');
  assert.match(await accepted.text(), /^timestamp,/);
  const compatible = await fetch(`${app.url}/api/dashboard_data${PAIR}&points=10&format=csv`);
  assert.match(await compatible.text(), /^timestamp,spread,upperBand,lowerBand\n2026-/);
});
