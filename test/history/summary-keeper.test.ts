// Pairs that are looked at or come back are summarised by themselves, over a real lake and the real worker; time is the
// test's.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { silentLog } from '../../src/core/log.js';
import { type Clock, isoDate, US_PER_DAY, US_PER_HOUR } from '../../src/core/time.js';
import { AskedPairs, type AskedSeries } from '../../src/history/asked-pairs.js';
import { createHistory, type History } from '../../src/history/service.js';
import { SummaryKeeper } from '../../src/history/summary-keeper.js';
import { SUMMARIES_DIR, TEMP_PREFIX } from '../../src/lake/paths.js';
import { temporaryLake } from '../lake/parquet-files.js';
import { writeRows } from '../support/lakes.js';
import { until } from '../support/wait.js';

const DAY_US = Date.UTC(2026, 2, 3) * 1_000;
const BTC: AskedSeries = { symbol: 'BTC/USDT', exchange1: 'Aaa', exchange2: 'Bbb', price: 'bid' };
const ETH: AskedSeries = { ...BTC, symbol: 'ETH/USDT' };

/** A row every ten seconds, from midnight for so many hours. */
function writeHours(root: string, symbol: string, hours: number): void {
  for (const [at, exchange] of ['Aaa', 'Bbb'].entries())
    writeRows(
      root,
      exchange,
      symbol,
      Array.from({ length: hours * 360 }, (_, n) => ({
        atUs: DAY_US + n * 10_000_000 + at * 1_000,
        bid: 100 + (n % 7) * at,
        ask: 110,
      })),
    );
}

/** Time stands still until it is moved; what is due then happens. */
class HandClock implements Clock {
  #nowUs = DAY_US;
  readonly #ticks: (() => void)[] = [];

  nowUs(): number {
    return this.#nowUs;
  }
  after(_ms: number, run: () => void) {
    const timer = setImmediate(run);
    return () => clearImmediate(timer);
  }
  every(_ms: number, run: () => void) {
    this.#ticks.push(run);
    return () => this.#ticks.splice(this.#ticks.indexOf(run), 1);
  }
  moveTo(us: number): void {
    this.#nowUs = us;
    for (const tick of this.#ticks) tick();
  }
}

interface Kept {
  readonly root: string;
  readonly clock: HandClock;
  readonly history: History;
  readonly asked: AskedPairs;
  readonly keeper: SummaryKeeper;
}

async function keptLake(
  t: TestContext,
  more: { cycling?: AskedSeries[]; seriesMax?: number } = {},
): Promise<Kept> {
  // Before the lake's own: it is removed when nobody writes into it any more.
  let close = async () => {};
  t.after(() => close());
  const root = await temporaryLake(t);
  const clock = new HandClock();
  const history = createHistory({ root, queuedChartsMax: 8, log: silentLog });
  const asked = new AskedPairs(root);
  const withCycles = async () => more.cycling ?? [];
  const { seriesMax = 500 } = more;
  const keeper = new SummaryKeeper({ history, asked, withCycles, seriesMax, clock, log: silentLog });
  close = async () => {
    const closed = keeper.close();
    await history.close();
    await closed;
  };
  return { root, clock, history, asked, keeper };
}

function filesOf(root: string): string[] {
  const day = join(root, SUMMARIES_DIR, `date=${isoDate(DAY_US)}`);
  const names = existsSync(day) ? readdirSync(day).sort() : [];
  return names.filter((name) => !name.startsWith(TEMP_PREFIX));
}

const hours = (symbol: string, from: number, to: number) =>
  Array.from(
    { length: to - from },
    (_, n) => `Aaa~Bbb~${symbol}~bid.${String(from + n).padStart(2, '0')}.cells`,
  );

test('an hour is summarised once nothing more can be told of it, of what was asked for and of what has cycles', async (t) => {
  const { root, clock, asked, history } = await keptLake(t, { cycling: [ETH] });
  writeHours(root, 'BTC_USDT', 3);
  writeHours(root, 'ETH_USDT', 3);
  asked.note({ ...BTC, symbol: 'btc-usdt', exchange1: 'aaa' }, DAY_US);
  // The first hour is over since an hour and a minute: its rows may not be in files yet.
  clock.moveTo(DAY_US + 2 * US_PER_HOUR + 60_000_000);
  assert.deepEqual(filesOf(root), []);
  clock.moveTo(DAY_US + 2 * US_PER_HOUR + 240_000_000);
  await until('both hours', () => filesOf(root).length === 2);
  assert.deepEqual(filesOf(root), [...hours('BTC_USDT', 0, 1), ...hours('ETH_USDT', 0, 1)]);
  clock.moveTo(DAY_US + 4 * US_PER_HOUR + 240_000_000);
  await until('all hours', () => filesOf(root).length === 6);
  assert.deepEqual(filesOf(root), [...hours('BTC_USDT', 0, 3), ...hours('ETH_USDT', 0, 3)]);
  await until('all told', () => history.state().summariesMade === 6);
});

test('no more pairs than the bound are kept up: those looked at last go first', async (t) => {
  const { root, clock, asked } = await keptLake(t, { cycling: [ETH], seriesMax: 1 });
  writeHours(root, 'BTC_USDT', 3);
  writeHours(root, 'ETH_USDT', 3);
  asked.note(BTC, DAY_US);
  for (const hour of [1, 2, 3]) {
    clock.moveTo(DAY_US + (hour + 1) * US_PER_HOUR + 240_000_000);
    await until(`hour ${hour}`, () => filesOf(root).length === hour);
    assert.deepEqual(filesOf(root), hours('BTC_USDT', 0, hour));
  }
});

test('who was asked for is known to the next process, for seven days', async (t) => {
  const { root } = await keptLake(t);
  const before = new AskedPairs(root);
  before.note(BTC, DAY_US);
  before.note(ETH, DAY_US + US_PER_DAY);
  before.note({ ...BTC, exchange1: 'AAA' }, DAY_US + 2 * US_PER_DAY);
  await before.save();
  const after = new AskedPairs(root);
  after.note({ ...ETH, price: 'mid' }, DAY_US + 3 * US_PER_DAY);
  await after.load();
  const names = (nowUs: number) => after.recent(nowUs).map(({ symbol, price }) => `${symbol} ${price}`);
  assert.deepEqual(names(DAY_US + 3 * US_PER_DAY), ['ETH/USDT mid', 'BTC/USDT bid', 'ETH/USDT bid']);
  assert.deepEqual(names(DAY_US + 8 * US_PER_DAY), ['ETH/USDT mid', 'BTC/USDT bid']);
  assert.deepEqual(names(DAY_US + 10 * US_PER_DAY), []);
  const path = join(root, SUMMARIES_DIR, 'asked.json');
  for (const text of [
    '',
    '{}',
    '[{"symbol":5}]',
    '[{"symbol":"A","exchange1":"","exchange2":"b","price":"bid","atUs":1}]',
  ]) {
    writeFileSync(path, text);
    const none = new AskedPairs(root);
    await none.load();
    assert.deepEqual(none.recent(0), []);
    await none.save();
    assert.equal(readFileSync(path, 'utf8'), text);
  }
});
