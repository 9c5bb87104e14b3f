// The real writer and the real reader on one folder: what was recorded is readable from the journal on.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRealClock } from '../../src/clock.js';
import { InstrumentTable } from '../../src/core/instrument.js';
import { hourStartUs, US_PER_HOUR } from '../../src/core/time.js';
import { openReader } from '../../src/lake/reader.js';
import { openLake } from '../../src/lake/writer.js';
import { LIMITS } from '../../src/limits.js';
import { until } from '../support/wait.js';
import { EVERYTHING, readAll, temporaryLake } from './parquet-files.js';

test('rows are found and read from the journal, and again from files, the same ones each time', async (t) => {
  const root = await temporaryLake(t);
  const instruments = new InstrumentTable();
  const id = instruments.intern('Binance', 'BTC/USDT').id;
  const other = instruments.intern('OKX', 'BTC/USDT').id;
  const clock = createRealClock();
  const lake = await openLake({ root, origin: 'live', clock, instruments, limits: LIMITS.lake });
  let open = true;
  t.after(() => (open ? lake.close() : undefined));
  // Two hours, so that a run, a file and an open segment may all take part.
  const start = hourStartUs(clock.nowUs()) - US_PER_HOUR + 3_599_000_000;
  const us = Array.from({ length: 2000 }, (_, i) => start + i * 1000);
  for (const [i, stamp] of us.entries()) {
    lake.quote(stamp, id, i + 1, 1, i + 2, Number.NaN, Number.NaN);
    lake.quote(stamp + 1, other, i + 1, 1, i + 2, 2, stamp);
  }
  const reader = openReader(root);
  const read = async () => {
    const instrument = await reader.find('binance', 'btcusdt');
    return instrument === undefined ? [] : (await readAll(reader, instrument)).us;
  };
  await until('all rows readable', async () => (await read()).length === us.length);
  assert.deepEqual(await read(), us);
  assert.deepEqual(
    (await reader.instruments()).map((i) => i.exchange),
    ['Binance', 'OKX'],
  );
  open = false;
  await lake.close();
  assert.deepEqual(await read(), us);
  const instrument = await reader.find('OKX', 'BTC-USDT');
  assert.equal(instrument?.directories.length, 1);
  assert.equal(await reader.newestUs(instrument!), us.at(-1)! + 1);
  const rows = await readAll(reader, instrument, { ...EVERYTHING, sizes: true });
  assert.deepEqual(rows.exchangeUs, us);
  assert.deepEqual(reader.problems(), []);
});
