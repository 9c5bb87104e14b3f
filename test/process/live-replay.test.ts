// Live = replay = batch: ten minutes of the generated market with gaps and empty sides go through the hub into
// windows and lake; then the same windows are made again from nothing but what the lake holds, and history's charts
// by the valid join are those windows too, from the journal as from files.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ChartData } from '../../src/api/contract.js';
import { createRealClock } from '../../src/clock.js';
import type { QuoteColumns } from '../../src/core/columns.js';
import { InstrumentTable } from '../../src/core/instrument.js';
import { silentLog } from '../../src/core/log.js';
import type { GapReason, StatusKind } from '../../src/core/reasons.js';
import { US_PER_MINUTE } from '../../src/core/time.js';
import { createHistory } from '../../src/history/service.js';
import { Hub } from '../../src/hub/hub.js';
import { openReader } from '../../src/lake/reader.js';
import { openLake } from '../../src/lake/writer.js';
import { LIMITS } from '../../src/limits.js';
import { rollingBands } from '../../src/series/bands.js';
import { type LegEvent, validPoints } from '../../src/series/valid-points.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { generateHistory } from '../../src/sim/history.js';
import { createMarket } from '../../src/sim/market.js';
import { createRandom, type Random } from '../../src/sim/random.js';
import { Watched } from '../../src/windows/watched.js';
import type { PairWindow } from '../../src/windows/window.js';
import { until } from '../support/wait.js';
import { asWritten } from '../support/written.js';

const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 32));
const MINUTES = 10;
const EXCHANGES = SIM_EXCHANGES.slice(0, 3);
const SYMBOLS = ['BTC/USDT', 'XRP/USDT'];
const PAIRS = SYMBOLS.flatMap((symbol) =>
  EXCHANGES.flatMap(({ name: exchange1 }, at) =>
    EXCHANGES.slice(at + 1).map(({ name: exchange2 }) => ({ symbol, exchange1, exchange2 })),
  ),
);
const COLUMNS = ['stamp', 'spread', 'upper band', 'lower band'] as const;

test(`windows recomputed from the lake equal the live ones (SEED=${SEED})`, async () => {
  const root = mkdtempSync(join(tmpdir(), 'replay-'));
  const clock = createRealClock();
  const live = plant();
  const endUs = Math.floor(clock.nowUs());
  const lake = await openLake({
    root,
    origin: 'demo',
    clock,
    limits: LIMITS.lake,
    instruments: live.instruments,
  });
  live.hub.subscribe(lake);
  liveThrough(live, endUs);
  const fromJournal = await charts(root, live.hub.lastStampUs);
  await lake.close();
  clock.close();
  const fromFiles = await charts(root, live.hub.lastStampUs);

  const recorded = await readLake(root);
  const replay = plant();
  for (const event of recorded.events) replayed(replay, event);
  for (const { hub, watched } of [live, replay]) watched.second(hub.lastStampUs + 2 * US_PER_MINUTE);

  let points = 0;
  let holes = 0;
  for (const [at, window] of live.watched.windows.entries()) {
    const where = `${window.symbol} ${window.exchange1} ${window.exchange2}`;
    const shown = rowsOf(window);
    points += shown[0].length;
    holes += shown[1].filter(Number.isNaN).length;
    close(rowsOf(replay.watched.windows[at] as PairWindow), shown, `replay of ${where}`);
    close(batchRows(recorded, window), shown, `batch of ${where}`);
    const asCharts = shownInCharts(recorded, window);
    assert.deepEqual(fromJournal[at], asCharts, `history of ${where}, from the journal`);
    assert.deepEqual(fromFiles[at], asCharts, `history of ${where}, from files`);
  }
  assert.ok(points > 20_000 && holes > 50, `${points} points, ${holes} holes`);
  rmSync(root, { recursive: true });
});

function plant() {
  const instruments = new InstrumentTable();
  for (const symbol of SYMBOLS) for (const { name } of EXCHANGES) instruments.intern(name, symbol);
  const hub = new Hub({ instrumentsMax: 16, lastStampUs: 0 });
  const watched = new Watched({
    ...{ instruments, lagging: hub.lagging, lengthMs: 900_000, pairsMax: 10, pointsTotalMax: 320_000 },
  });
  hub.subscribe(watched);
  watched.setPairs(PAIRS, 0);
  return { instruments, hub, watched };
}

type Plant = ReturnType<typeof plant>;

/** Quotes of every instrument in one order; now and then a hole, told late, or a side that goes empty. */
function liveThrough({ instruments, hub }: Plant, endUs: number): void {
  const random = createRandom(SEED, 'live-replay');
  const market = createMarket({ seed: SEED, exchanges: EXCHANGES, symbols: 5 });
  const rows: { id: number; columns: Required<QuoteColumns>; row: number; us: number }[] = [];
  for (const { id, exchange, symbol } of instruments.all()) {
    const instrument = market.find(symbol, exchange);
    const columns = generateHistory(market, instrument, endUs - MINUTES * US_PER_MINUTE, endUs, 200);
    for (let row = 0; row < columns.length; row++)
      rows.push({ id, columns, row, us: columns.receivedUs[row]! });
  }
  rows.sort((one, other) => one.us - other.us);
  for (const { id, columns, row, us } of rows) {
    const { bid, bidSize, ask, askSize, exchangeUs } = columns;
    const askThere = !chance(random, 0.004);
    const [askNow, askSizeNow] = askThere ? [ask[row]!, askSize[row]!] : [Number.NaN, Number.NaN];
    hub.quote(id, bid[row]!, bidSize[row]!, askNow, askSizeNow, exchangeUs[row]!, us);
    if (chance(random, 0.001)) hub.status(id, 'age-limit', 400_000 + random.below(2_000_000), us);
    if (chance(random, 0.003)) hub.gap(id, us - Math.floor(random.next() * 5_000_000), 'disconnect', us + 1);
  }
}

function chance(random: Random, probability: number): boolean {
  return random.next() < probability;
}

interface Recorded {
  readonly legs: ReadonlyMap<string, QuoteColumns>;
  /** Quotes and ledger lines in the one order. */
  readonly events: readonly LakeEvent[];
}

type LakeEvent = { readonly stampUs: number; readonly exchange: string; readonly symbol: string } & (
  | { readonly type: 'quote'; readonly bid: number; readonly ask: number }
  | { readonly type: 'gap'; readonly fromUs: number; readonly reason: GapReason }
  | { readonly type: 'status'; readonly status: StatusKind; readonly value?: number }
);

async function readLake(root: string): Promise<Recorded> {
  const reader = openReader(root);
  const legs = new Map<string, QuoteColumns>();
  const events: LakeEvent[] = [];
  for (const instrument of await reader.instruments()) {
    const { exchange, symbol } = instrument;
    const stamps: number[] = [];
    const bids: number[] = [];
    const asks: number[] = [];
    for await (const chunk of reader.readQuotes(instrument, { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER })) {
      for (let row = 0; row < chunk.length; row++) {
        const [stampUs, bid, ask] = [chunk.receivedUs[row]!, chunk.bid[row]!, chunk.ask[row]!];
        stamps.push(stampUs);
        bids.push(bid);
        asks.push(ask);
        events.push({ type: 'quote', stampUs, exchange, symbol, bid, ask });
      }
    }
    const [receivedUs, bid, ask] = [stamps, bids, asks].map((column) => Float64Array.from(column));
    legs.set(`${exchange} ${symbol}`, {
      length: stamps.length,
      receivedUs: receivedUs!,
      bid: bid!,
      ask: ask!,
    });
  }
  const ledger = join(root, '_ledger');
  for (const name of readdirSync(ledger, { recursive: true }).map(String))
    if (name.endsWith('.ndjson'))
      for (const line of readFileSync(join(ledger, name), 'utf8').trim().split('\n'))
        events.push(JSON.parse(line) as LakeEvent);
  events.sort((one, other) => one.stampUs - other.stampUs);
  return { legs, events };
}

function replayed({ instruments, hub }: Plant, event: LakeEvent): void {
  const { id } = instruments.intern(event.exchange, event.symbol);
  const { stampUs } = event;
  if (event.type === 'quote') hub.quote(id, event.bid, 1, event.ask, 1, Number.NaN, stampUs);
  else if (event.type === 'gap') hub.gap(id, event.fromUs, event.reason, stampUs);
  else hub.status(id, event.status, event.value ?? Number.NaN, stampUs);
}

type ChartRows = Pick<ChartData, 'timestamps' | 'spreads' | 'upperBand' | 'lowerBand'>;

/** Every pair's chart by the valid join, all points of it, as the API gives it; once the newest event is readable. */
async function charts(root: string, lastUs: number): Promise<ChartRows[]> {
  const reader = openReader(root);
  await until('the newest row readable', async () => {
    const newest = (await reader.instruments()).map((instrument) => reader.newestUs(instrument));
    return Math.max(0, ...(await Promise.all(newest)).map((us) => us ?? 0)) > lastUs - 1_000_000;
  });
  const history = createHistory({ root, queuedChartsMax: 8, log: silentLog });
  try {
    const found: ChartRows[] = [];
    for (const pair of PAIRS) {
      const reply = await history.chart({ ...pair, join: 'valid', points: Infinity, toUs: lastUs + 1 });
      assert.equal(reply.status, 'ok');
      const { timestamps, spreads, upperBand, lowerBand } = JSON.parse(String('line' in reply && reply.line));
      found.push({ timestamps, spreads, upperBand, lowerBand });
    }
    return found;
  } finally {
    await history.close();
  }
}

/** What went stale after the newest quote of the pair is not known to history. */
function shownInCharts({ legs }: Recorded, window: PairWindow): ChartRows {
  const [stamps, spreads, upper, lower] = rowsOf(window);
  const newest = [window.exchange1, window.exchange2].map(
    (exchange) => legs.get(`${exchange} ${window.symbol}`)?.receivedUs.at(-1) ?? 0,
  );
  const isLateHole = Number.isNaN(spreads.at(-1)) && stamps.at(-1)! >= Math.max(...newest);
  const values = (column: number[]) =>
    (isLateHole ? column.slice(0, -1) : column).map((value) => (Number.isNaN(value) ? null : value));
  return {
    timestamps: values(stamps.map((us) => Math.floor(us / 1_000) / 1_000)) as number[],
    spreads: values(spreads).map(written),
    upperBand: values(upper).map(written),
    lowerBand: values(lower).map(written),
  };
}

/** Charts write no more digits than these. */
function written(value: number | null): number | null {
  return value === null ? null : asWritten(value);
}

function batchRows({ legs, events }: Recorded, window: PairWindow): number[][] {
  const names = [window.exchange1, window.exchange2];
  const gaps: LegEvent[] = [];
  for (const event of events) {
    if (event.type === 'quote' || event.symbol !== window.symbol) continue;
    const leg = names.indexOf(event.exchange);
    if (leg < 0 || (event.type === 'status' && event.status === 'two-sided')) continue;
    if (event.type === 'status' && event.status === 'age-limit') {
      const { stampUs, value = Number.NaN } = event;
      gaps.push({ kind: 'limit', leg: leg as 0 | 1, stampUs, limitUs: value });
      continue;
    }
    const fromUs = event.type === 'gap' ? event.fromUs : event.stampUs;
    gaps.push({ kind: 'gap', leg: leg as 0 | 1, stampUs: event.stampUs, fromUs });
  }
  const points = validPoints({
    legs: names.map((name) => legs.get(`${name} ${window.symbol}`)) as unknown as [
      QuoteColumns,
      QuoteColumns,
    ],
    events: gaps,
    endUs: window.nowUs,
  });
  const spreads = points.spread.slice(0, points.length);
  const { upper, lower } = rollingBands(spreads);
  const shown = (band: Float64Array) =>
    band.map((value, row) => (Number.isNaN(spreads[row]) ? Number.NaN : value));
  return [points.stampUs.slice(0, points.length), spreads, shown(upper), shown(lower)].map((column) =>
    Array.from(column),
  );
}

function rowsOf(window: PairWindow): [number[], number[], number[], number[]] {
  const { timestampsUs, spreads, upperBand, lowerBand } = window.chart(Number.POSITIVE_INFINITY);
  return [Array.from(timestampsUs), Array.from(spreads), Array.from(upperBand), Array.from(lowerBand)];
}

function close(actual: readonly number[][], expected: readonly number[][], where: string): void {
  for (const [at, column] of expected.entries()) {
    assert.equal(actual[at]?.length, column.length, `${where}: rows of ${COLUMNS[at]}`);
    column.forEach((value, row) => {
      const other = actual[at]![row]!;
      const equal = Object.is(other, value) || Math.abs(other - value) <= 1e-12 * Math.abs(value);
      assert.ok(equal, `${where}: ${COLUMNS[at]} of row ${row} is ${other}, was ${value} live`);
    });
  }
}
