// Hours of coverage from folder names and the ledger alone are those of the exact coverage, which reads every row, to a second
// an event; what nobody collected, or kept no ledger of, has none.

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ColdEvent } from '../../src/core/event.js';
import { InstrumentTable } from '../../src/core/instrument.js';
import { US_PER_DAY, US_PER_HOUR, US_PER_SECOND } from '../../src/core/time.js';
import { Hub } from '../../src/hub/hub.js';
import { readCoverage } from '../../src/lake/coverage-read.js';
import { CoverageSummary } from '../../src/lake/coverage-summary.js';
import { runEncodeJob } from '../../src/lake/encode-job.js';
import { diskFiles } from '../../src/lake/files.js';
import { type HeatmapInput, heatmap } from '../../src/lake/heatmap.js';
import { openReader } from '../../src/lake/reader.js';
import { diskStore } from '../../src/lake/store.js';
import { ALL, cared, DAY_US, never } from './support/cared.js';
import { journalOf, type Row, realClock, tempRoot } from './support/lakes.js';

const startUs = DAY_US + 20 * US_PER_HOUR + 900 * US_PER_SECOND;
const at = (seconds: number) => startUs + Math.round(seconds * 1e6);
const NAMES = [
  ['Alpha', 'BTC/USDT'],
  ['Alpha', 'ETH/USDT'],
  ['Beta', 'BTC/USDT'],
] as const;
const END_S = 10_000;

interface Break {
  readonly leg: number;
  readonly from: number;
  readonly to: number;
  readonly reason: 'disconnect' | 'silent' | 'unsubscribed';
}

const BREAKS: readonly Break[] = [
  { leg: 0, from: 1_000, to: 1_400, reason: 'disconnect' },
  { leg: 1, from: 3_500, to: 4_800, reason: 'silent' },
  { leg: 2, from: 6_000, to: 7_000, reason: 'unsubscribed' },
];

/** As ingest tells it: a connection each, an Alive every 5 s, gaps that reach back to the last proof. */
function entriesOf(): (Row | ColdEvent)[] {
  const entries: (Row | ColdEvent)[] = [];
  const hub = new Hub({ instrumentsMax: 4, lastStampUs: 0 });
  hub.subscribe({
    quote: (us, id, bid, bidSize, ask, askSize, exchangeUs) =>
      entries.push([us, id, bid, bidSize, ask, askSize, exchangeUs]),
    cold: (event) => entries.push(event),
  });
  const todo: { us: number; run: () => void }[] = [];
  const tell = (s: number, run: () => void) => todo.push({ us: at(s), run });
  const isIn = (leg: number, s: number, reason?: string) =>
    BREAKS.some(
      (one) =>
        one.leg === leg && s >= one.from && s < one.to && (reason === undefined || one.reason === reason),
    );
  // Nobody runs from 8,000 s to 8,600 s.
  const isDown = (s: number) => s >= 8_000 && s < 8_600;
  for (const [leg, [exchange]] of NAMES.entries()) {
    // Each second a quote, but for a minute of quiet.
    for (let s = 0.1 * leg; s < END_S; s += 1)
      if (!isDown(s) && !isIn(leg, s) && !(s > 2_000 && s < 2_060))
        tell(s, () => hub.quote(leg, 100, 1, 101, 1, Number.NaN, at(s)));
    for (let s = 0.5 + 0.1 * leg; s < END_S; s += 5)
      if (!isDown(s) && !isIn(leg, s, 'disconnect'))
        tell(s, () => hub.alive(`${exchange}#${leg}`, at(s) - 2_000, at(s)));
    tell(8_600 + 0.1 * leg - 0.0001, () => hub.gap(leg, at(7_999.999), 'process-down', at(8_600)));
  }
  for (const { leg, from, to, reason } of BREAKS) {
    const noticed = from + (reason === 'disconnect' ? 3 : 20);
    tell(noticed, () => hub.gap(leg, at(from - 0.5), reason, at(noticed)));
    if (reason !== 'disconnect') tell(to, () => hub.status(leg, 'live', Number.NaN, at(to)));
  }
  for (const { run } of todo.sort((a, b) => a.us - b.us)) run();
  return entries;
}

function inputOf(root: string, more: Partial<HeatmapInput> = {}): HeatmapInput {
  const reader = openReader(root);
  return { root, store: diskStore, reader, hours: 24, nowUs: at(END_S), rowsMax: 300, nextTurn, ...more };
}

/** The share of what is covered of the time collected, of each hour; null where none is. */
async function exact(root: string, legs: readonly number[], fromUs: number, nowUs: number) {
  const reader = openReader(root);
  const shares: (number | null)[] = [];
  for (let hourUs = fromUs; hourUs < nowUs; hourUs += US_PER_HOUR) {
    let [covered, collected] = [0, 0];
    for (const leg of legs) {
      const [exchange, symbol] = NAMES[leg]!;
      const instrument = (await reader.find(exchange, symbol))!;
      const summary = new CoverageSummary(0);
      const range = { fromUs: hourUs, toUs: Math.min(nowUs, hourUs + US_PER_HOUR), nowUs };
      await readCoverage({ root, reader, instruments: [instrument], range, nextTurn }, () => summary.take);
      const { us } = summary.totals;
      covered += us.data + us['quiet-but-alive'];
      collected += us.data + us['quiet-but-alive'] + us.gap;
    }
    shares.push(collected === 0 ? null : covered / collected);
  }
  return shares;
}

/** Some seconds of an hour: when exactly the first row came, and a break ended. */
const NEAR = 8 / 3_600;

async function assertExact(root: string, more: Partial<HeatmapInput>, legsOf: (name: string) => number[]) {
  const found = (await heatmap(inputOf(root, more)))!;
  for (const { name, covered, gap } of found.rows) {
    const expected = await exact(root, legsOf(name), found.fromUs, at(END_S));
    assert.equal(covered.length, found.hours);
    for (const [hour, share] of covered.entries()) {
      const wanted = expected[hour]!;
      if (share === null || wanted === null) assert.equal(share, wanted, `${name} ${hour}`);
      else assert.ok(Math.abs(share - wanted) < NEAR, `${name} ${hour}: ${share}, ${wanted}`);
      assert.ok(share === null ? gap[hour] === 0 : Math.abs(share + gap[hour]! - 1) < 1e-9);
    }
  }
  return found;
}

const byExchange = (name: string) => NAMES.flatMap(([exchange], leg) => (exchange === name ? [leg] : []));
const bySymbol = (name: string) =>
  NAMES.flatMap(([, symbol], leg) => (symbol === name && leg < 2 ? [leg] : []));

test('from journal, hour files and compacted days alike it is the exact coverage by the hour', async (t) => {
  const root = tempRoot(t);
  const table = new InstrumentTable();
  for (const [exchange, symbol] of NAMES) table.intern(exchange, symbol);
  await journalOf(root, realClock(t), table, entriesOf());
  runEncodeJob(diskFiles, root, ALL, never);
  const all = await assertExact(root, {}, byExchange);
  assert.deepEqual(
    all.rows.map(({ name }) => name),
    ['Alpha', 'Beta'],
  );
  const [alpha] = all.rows;
  // Disconnected, silent, down: each hour lost something.
  assert.ok(alpha!.covered.slice(-4, -1).every((share) => share !== null && share > 0.3 && share < 0.99));
  const one = await assertExact(root, { exchange: 'aLPHA' }, bySymbol);
  assert.deepEqual(
    one.rows.map(({ name }) => name),
    ['BTC/USDT', 'ETH/USDT'],
  );
  assert.equal(one.leftOut, 0);
  await cared(root, { nowUs: DAY_US + 4 * US_PER_DAY });
  const compacted = (await heatmap(inputOf(root)))!;
  assert.deepEqual(
    compacted.rows.map(({ covered }) => covered.slice(-2)),
    all.rows.map(({ covered }) => covered.slice(-2)),
  );
});

test('rows are bounded, an exchange that is not there has none, a day without a ledger has no shares', async (t) => {
  const root = tempRoot(t);
  const table = new InstrumentTable();
  for (const [exchange, symbol] of NAMES) table.intern(exchange, symbol);
  await journalOf(root, realClock(t), table, entriesOf());
  runEncodeJob(diskFiles, root, ALL, never);
  const few = (await heatmap(inputOf(root, { exchange: 'Alpha', rowsMax: 1 })))!;
  assert.deepEqual([few.rows.map(({ name }) => name), few.leftOut], [['BTC/USDT'], 1]);
  assert.equal(await heatmap(inputOf(root, { exchange: 'Gamma' })), undefined);
  rmSync(join(root, '_ledger'), { recursive: true });
  const none = (await heatmap(inputOf(root)))!;
  assert.ok(
    none.rows.every(({ covered, gap }) => covered.every((share) => share === null) && !gap.some(Boolean)),
  );
  await assert.rejects(heatmap(inputOf(root, { signal: AbortSignal.abort(new Error('enough')) })), /enough/);
});
