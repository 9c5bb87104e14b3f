// Many instruments read in the one order: nothing missing, nothing twice, whatever the slices and wherever it lies.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createRealClock } from '../../src/clock.js';
import { InstrumentTable } from '../../src/core/instrument.js';
import { US_PER_DAY } from '../../src/core/time.js';
import { Hub } from '../../src/hub/hub.js';
import { compactLake } from '../../src/lake/compact-lake.js';
import { InOrder, type InOrderOptions } from '../../src/lake/in-order.js';
import { openReader } from '../../src/lake/reader.js';
import { openLake } from '../../src/lake/writer.js';
import { LIMITS } from '../../src/limits.js';
import { createRandom } from '../../src/sim/random.js';
import { writeRows } from '../support/lakes.js';
import { until } from '../support/wait.js';

const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const EXCHANGES = ['Binance', 'Bybit', 'OKX'];
const SYMBOLS = ['BTC/USDT', 'ETH/USDT', 'XRP/USDT'];

function folder(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'in-order-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

async function compact(root: string, nowUs: number): Promise<void> {
  const settings = { hotDays: 1 };
  const asked = new AbortController().signal;
  await compactLake({ root, settings, nowUs, asked });
}

/** Stamps with what each is, in the order in which they come, and how many slices that took. */
async function read(root: string, options: Partial<InOrderOptions> = {}) {
  const instruments = await openReader(root).instruments();
  const range = { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER, rowsMax: 1_000_000, trades: true };
  const found: string[] = [];
  let slices = 0;
  for await (const slice of new InOrder({ root, instruments, ...range, ...options }).slices()) {
    const { order, fromUs, offsetUs, place, bid } = slice.quotes;
    const nameOf = (at: number) => `${instruments[at]?.exchange} ${instruments[at]?.symbol}`;
    const texts = [
      ...Array.from(order, (row) => `${fromUs + offsetUs[row]!} ${nameOf(place[row]!)} ${bid[row]}`),
      ...slice.events.map(({ stampUs, at, type }) => `${stampUs} ${nameOf(at)} ${type}`),
      ...slice.trades.map(({ stampUs, at, price, side, tradeId }) =>
        [stampUs, nameOf(at), price, side, tradeId].join(' '),
      ),
    ];
    found.push(...texts.sort());
    slices += 1;
    assert.ok(slice.quotes.length <= (options.rowsMax ?? range.rowsMax), 'a slice is bounded');
  }
  return { found, slices };
}

test(`journal, runs and hour files give the same records, in order, in slices of any size (SEED=${SEED})`, async (t) => {
  const root = folder(t);
  const clock = createRealClock();
  t.after(() => clock.close());
  const random = createRandom(SEED, 'in-order');
  const instruments = new InstrumentTable();
  const limits = { ...LIMITS.lake, segmentBytesMax: 16 * 1024 };
  const lake = await openLake({ root, origin: 'live', clock, instruments, limits });
  const hub = new Hub({ instrumentsMax: 16, lastStampUs: 0 });
  const told: string[] = [];
  const nameOf = (id: number) => `${instruments.get(id).exchange} ${instruments.get(id).symbol}`;
  hub.subscribe({
    quote: (stampUs, id, bid) => told.push(`${stampUs} ${nameOf(id)} ${bid}`),
    cold: (event) =>
      event.type !== 'alive' && told.push(`${event.stampUs} ${nameOf(event.instrumentId)} ${event.type}`),
    trade: (stampUs, id, price, _size, side, _us, tradeId) =>
      told.push([stampUs, nameOf(id), price, side, tradeId].join(' ')),
  });
  hub.subscribe(lake);
  // A day that is over: it becomes hour files while it is recorded, and can be compacted.
  let us = Math.floor(clock.nowUs()) - 3 * US_PER_DAY;
  for (let n = 0; n < 900; n += 1) {
    us += random.below(random.below(50) === 0 ? 500_000 : 2_000);
    const { id } = instruments.intern(EXCHANGES[random.below(3)]!, SYMBOLS[random.below(3)]!);
    const what = random.below(50);
    if (what === 0) hub.gap(id, us - 1_000, 'sequence', us);
    else if (what < 4) hub.trade(id, 100 + n, 1, what === 1 ? -1 : 1, Number.NaN, us, `t${n}`);
    else hub.quote(id, 100 + n, 1, 200_000, 1, Number.NaN, us);
    if (n % 1_000 === 0) hub.alive('Binance#1', us, us);
  }
  const everywhere = async (where: string) => {
    for (const rowsMax of [1_000_000, 300, 70]) {
      const { found, slices } = await read(root, { rowsMax });
      assert.deepEqual(found, told, `${where}, ${rowsMax} rows a slice`);
      assert.ok(slices >= 780 / rowsMax);
    }
  };
  await until('the journal written', async () => (await read(root)).found.length === told.length);
  await everywhere('from wherever they lie while it is recorded');
  await lake.close();
  await everywhere('from hour files');
  await compact(root, clock.nowUs());
  await everywhere('from a compacted day');
  const some = told.slice(300, 600);
  const stampOf = (text: string) => Number(text.split(' ')[0]);
  const range = { fromUs: stampOf(some[0]!), toUs: stampOf(told[600]!) };
  assert.deepEqual((await read(root, { ...range, rowsMax: 100 })).found, some, 'a part of it');
});

test('what moves from the journal into files while it is read is neither missed nor given twice', async (t) => {
  const root = folder(t);
  const clock = createRealClock();
  t.after(() => clock.close());
  const instruments = new InstrumentTable();
  const lake = await openLake({ root, origin: 'live', clock, instruments, limits: LIMITS.lake });
  const hub = new Hub({ instrumentsMax: 16, lastStampUs: 0 });
  hub.subscribe(lake);
  const firstUs = Math.floor(clock.nowUs()) - 1_000_000;
  for (let n = 0; n < 900; n += 1) {
    const { id } = instruments.intern(EXCHANGES[n % 3]!, SYMBOLS[n % 2]!);
    hub.quote(id, 100 + n, 1, 200_000, 1, Number.NaN, firstUs + n * 1_000);
  }
  await until('the journal written', async () => (await read(root)).found.length === 900);
  const before = await openReader(root).instruments();
  assert.ok(
    before.every(({ directories }) => directories.length === 0),
    'in the journal alone',
  );
  const range = { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER, rowsMax: 100, trades: true };
  const slices = new InOrder({ root, instruments: before, ...range }).slices();
  let given = (await slices.next()).value?.quotes.length ?? 0;
  await lake.close();
  for await (const { quotes } of slices) given += quotes.length;
  assert.equal(given, 900);
});

test('days without anything are passed over, not read hour by hour', async (t) => {
  const root = folder(t);
  const firstUs = Date.UTC(2024, 0, 1, 5) * 1_000;
  const days = [0, 1, 500];
  for (const day of days)
    for (const exchange of EXCHANGES)
      writeRows(root, exchange, 'BTC/USDT', [
        { atUs: firstUs + day * US_PER_DAY + EXCHANGES.indexOf(exchange), bid: 100, ask: 101 },
      ]);
  const { found, slices } = await read(root);
  assert.equal(found.length, 9);
  assert.equal(slices, 3);
});

test('stamps that lakes of others have twice are all given, each instrument in the order of its name', async (t) => {
  const root = folder(t);
  const atUs = Date.UTC(2024, 0, 1, 5) * 1_000;
  for (const exchange of EXCHANGES) writeRows(root, exchange, 'BTC/USDT', [{ atUs, bid: 100, ask: 101 }]);
  assert.deepEqual(
    (await read(root)).found,
    EXCHANGES.map((exchange) => `${atUs} ${exchange} BTC/USDT 100`),
  );
});
