// The table of all pairs of a running process: names and statistics once, what they do in columns of bytes, sparklines of some; against
// what /api/opportunities and /api/pairs say of the same pairs.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { OpportunitiesReply, PairsReply, SparklinesReply, TableReply } from '../../src/api/contract.js';
import { createRealClock } from '../../src/clock.js';
import { refusalsOf } from '../../src/core/refusals.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { type GeneratedWorld, startGeneratedWorld } from '../../src/sim/world.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { until } from '../support/wait.js';

const clock = createRealClock();
let world: GeneratedWorld;
let app: TestApp;
let folder = '';

const get = async <T>(path: string): Promise<T> => (await (await fetch(app.url + path)).json()) as T;
const HEADER = 'symbol,exchange1,exchange2,opportunity_cycles_040bp,net_cycles,half_life_sec,stuck';

before(async () => {
  const exchanges = SIM_EXCHANGES.filter(({ name }) => ['Binance', 'Bybit', 'OKX'].includes(name));
  world = await startGeneratedWorld({ clock, exchanges, port: 0, seed: 1, symbols: 3, quotesPerSecond: 300 });
  const rows = [
    'BTC_USDT,Bybit,OKX,41,7,inf,False',
    'eth-usdt,binance,okx,3,0,,True',
    'SOL_USDT,Kraken,OKX,50,2,4.5,False',
  ];
  app = await startTestApp(({ stats }) => {
    folder = stats;
    writeFileSync(join(stats, 'summary_stats_20261122_000000.csv'), `${[HEADER, ...rows].join('\n')}\n`);
  }, world.server.urls);
});

after(async () => {
  await app.stop();
  await world.close();
  clock.close();
});

interface Now {
  readonly rows: number;
  readonly spread: Float32Array;
  readonly executable12: Float32Array;
  readonly age1Ms: Float32Array;
  readonly refusals: Uint16Array;
}

/** Every one that `/api/table/now` has had. */
const versions = new Set<string>();

async function nowOf(): Promise<Now> {
  const response = await fetch(`${app.url}/api/table/now`);
  const rows = Number(response.headers.get('x-rows'));
  versions.add(response.headers.get('x-table')!);
  const bytes = await response.arrayBuffer();
  assert.equal(bytes.byteLength, rows * 26);
  const column = (at: number) => new Float32Array(bytes, at * 4 * rows, rows);
  const refusals = new Uint16Array(bytes, 24 * rows, rows);
  return { rows, spread: column(0), executable12: column(1), age1Ms: column(4), refusals };
}

const allLive = () =>
  until('all pairs have a value', async () => {
    const now = await nowOf();
    return now.rows === 9 && now.spread.every((value) => !Number.isNaN(value)) && now;
  });

test('every pair of live legs is there, then those of the statistics alone, with what the file has of each', async () => {
  await allLive();
  const table = await get<TableReply>('/api/table');
  assert.deepEqual(
    [table.live, table.symbol.length, table.file],
    [9, 10, 'summary_stats_20261122_000000.csv'],
  );
  const names = table.symbol.map(
    (symbol, row) => `${symbol} ${table.exchange1[row]} ${table.exchange2[row]}`,
  );
  const { pairs } = await get<PairsReply>('/api/pairs');
  assert.deepEqual(
    names.slice(0, 9).toSorted(),
    pairs.map(({ symbol, exchange1, exchange2 }) => `${symbol} ${exchange1} ${exchange2}`).toSorted(),
  );
  assert.equal(names[9], 'SOL/USDT Kraken OKX');
  const of = (name: string, column: 'net_cycles' | 'half_life_sec' | 'stuck') =>
    table.statistics[column][names.indexOf(name)];
  assert.deepEqual(
    [of('BTC/USDT Bybit OKX', 'net_cycles'), of('BTC/USDT Bybit OKX', 'half_life_sec')],
    [7, null],
  );
  assert.deepEqual([of('ETH/USDT Binance OKX', 'net_cycles'), of('ETH/USDT Binance OKX', 'stuck')], [0, 1]);
  assert.deepEqual(
    [of('SOL/USDT Kraken OKX', 'half_life_sec'), of('SOL/USDT Kraken OKX', 'stuck')],
    [4.5, 0],
  );
  assert.equal(of('ETH/USDT Bybit OKX', 'net_cycles'), null, 'a pair without a row');
  assert.ok(table.costPercent.every((percent) => percent > 0));
  // The same pairs as the list of opportunities has.
  const { opportunities } = await get<OpportunitiesReply>('/api/opportunities');
  assert.deepEqual(
    table.recommended.map((row) => names[row]).toSorted(),
    opportunities.map(({ symbol, exchange1, exchange2 }) => `${symbol} ${exchange1} ${exchange2}`).toSorted(),
  );
});

test('what they do now is what /api/pairs says of the same second', async () => {
  await allLive();
  const table = await get<TableReply>('/api/table');
  await until('both are of one second', async () => {
    const before = await nowOf();
    const { pairs } = await get<PairsReply>('/api/pairs');
    const { opportunities } = await get<OpportunitiesReply>('/api/opportunities');
    const after = await nowOf();
    if (before.spread[0] !== after.spread[0]) return false;
    for (const { symbol, exchange1, exchange2, spreadPercent, executable12Percent } of pairs) {
      const row = table.symbol.findIndex(
        (name, at) =>
          name === symbol && table.exchange1[at] === exchange1 && table.exchange2[at] === exchange2,
      );
      assert.equal(before.spread[row], Math.fround(spreadPercent!));
      assert.equal(before.executable12[row], Math.fround(executable12Percent!));
      assert.ok(before.age1Ms[row]! >= 0 && before.age1Ms[row]! < 60_000);
      // The very words that the list of opportunities has, of the second that both are of.
      const listed = opportunities.find(
        (one) => one.symbol === symbol && one.exchange1 === exchange1 && one.exchange2 === exchange2,
      );
      if (listed !== undefined)
        assert.deepEqual(refusalsOf(before.refusals[row]!), listed.refusals, `${symbol} ${exchange1}`);
    }
    return true;
  });
});

test('sparklines come for the rows that are asked for; a bad list is answered by name', async () => {
  await allLive();
  const reply = await get<SparklinesReply>('/api/table/sparklines?rows=8,0');
  assert.deepEqual([reply.rows, reply.sparklines.length], [[8, 0], 2]);
  for (const values of reply.sparklines) assert.equal(values.length, 60);
  assert.ok(reply.sparklines.every((values) => values.at(-1) !== null));
  const many = Array.from({ length: 201 }, () => 0).join();
  for (const rows of ['', 'x', '1,', '9', '-1', '1.5', many, '0&rows=1']) {
    const response = await fetch(`${app.url}/api/table/sparklines?rows=${rows}`);
    const { error } = (await response.json()) as { error: string };
    assert.equal(response.status, 400, rows);
    assert.match(error, /^rows: expected 1 to 200 numbers of rows below 9/, rows);
  }
});

test('other statistics are another table, while the process runs', async () => {
  writeFileSync(
    join(folder, 'summary_stats_20261122_010000.csv'),
    `${HEADER}\nBTC_USDT,Binance,OKX,77,5,1,False\n`,
  );
  const table = await until('the new ones are there', async () => {
    const found = await get<TableReply>('/api/table');
    return found.file === 'summary_stats_20261122_010000.csv' && found;
  });
  assert.equal(table.symbol.length, 9);
  // What one second says is of the table that bears its name.
  assert.ok(!versions.has(table.version));
  await nowOf();
  assert.ok(versions.has(table.version));
  assert.deepEqual(
    table.recommended.map((row) => `${table.symbol[row]} ${table.exchange1[row]} ${table.exchange2[row]}`),
    ['BTC/USDT Binance OKX'],
  );
});

test('the page comes by gzip to who takes it, and says that it differs', async () => {
  const texts = new Set<string>();
  for (const [header, isZipped] of [
    ['gzip', true],
    ['br, gzip;q=0.5', true],
    ['gzip;q=0', false],
    ['identity', false],
  ] as const) {
    const response = await fetch(`${app.url}/app.js`, { headers: { 'accept-encoding': header } });
    assert.equal(response.headers.get('content-encoding'), isZipped ? 'gzip' : null, header);
    assert.equal(response.headers.get('vary'), 'accept-encoding');
    texts.add(await response.text());
  }
  assert.equal(texts.size, 1, 'the same either way');
  assert.ok([...texts][0]!.length > 1_000);
});
