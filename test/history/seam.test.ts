// History up to now: the real writer records, the real history answers, and every answer is an unbroken stretch of
// what was written, wherever a row lies at that moment: files, runs, closed segments or the open one.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { createRealClock } from '../../src/clock.js';
import { InstrumentTable } from '../../src/core/instrument.js';
import { silentLog } from '../../src/core/log.js';
import { type Clock, US_PER_DAY, US_PER_HOUR } from '../../src/core/time.js';
import { type ChartJoin, createHistory, type History } from '../../src/history/service.js';
import { openLake } from '../../src/lake/writer.js';
import { LIMITS } from '../../src/limits.js';
import { temporaryLake } from '../lake/parquet-files.js';
import { writeRows } from '../support/lakes.js';
import { until } from '../support/wait.js';

/** An hour of the lake's clock in half a second of ours. */
const SPEED = 7_200;
/** What a quote may take from the hub to the journal, on the lake's clock. */
const UNDER_WAY_US = 300_000 * SPEED;
const EARLIER_ROWS = 400;
const EARLIER_STEP_US = 240_000_000;
const PAIR = { symbol: 'BTC/USDT', exchange1: 'Aaa', exchange2: 'Bbb' };

/** Row n of the left leg: its right partner is 1 ms older, and the spread says n. */
const bidOf = (n: number) => 100 + n;
const numberOf = (spread: number) => Math.round(spread);

/** A clock whose hours pass quickly and whose timers do not: what the lake does every 50 ms it does every 50 ms. */
function fastClock(t: TestContext): Clock {
  const real = createRealClock();
  t.after(() => real.close());
  const startUs = real.nowUs();
  return { ...real, nowUs: () => Math.round(startUs + (real.nowUs() - startUs) * SPEED) };
}

/** Writes both legs without end, remembers what, and opens and closes its lake as told. */
class Recorder {
  readonly leftUs: number[] = [];
  readonly root: string;
  readonly #clock: Clock;
  readonly #instruments = new InstrumentTable();
  readonly #left = this.#instruments.intern('Aaa', 'BTC/USDT').id;
  readonly #right = this.#instruments.intern('Bbb', 'BTC/USDT').id;
  #lake: Awaited<ReturnType<typeof openLake>> | undefined;
  #lastUs: number;

  constructor(root: string, clock: Clock) {
    this.root = root;
    this.#clock = clock;
    const firstUs = wholeMs(clock.nowUs()) - EARLIER_ROWS * EARLIER_STEP_US;
    for (let n = 0; n < EARLIER_ROWS; n++) this.leftUs.push(firstUs + n * EARLIER_STEP_US);
    const earlier = (exchange: string, offsetUs: number, bid: (n: number) => number) =>
      writeRows(
        root,
        exchange,
        PAIR.symbol,
        this.leftUs.map((us, n) => ({ atUs: us - offsetUs, bid: bid(n), ask: bid(n) + 1 })),
      );
    earlier('Aaa', 0, bidOf);
    earlier('Bbb', 1_000, () => 100);
    this.#lastUs = this.leftUs.at(-1)!;
  }

  /** A range ends with the newest row of the leg that is behind, the right one: before the newest left row. */
  get newestShown(): number {
    return this.leftUs.length - 2;
  }

  async open(closeBudgetMs: number): Promise<void> {
    this.#lake = await openLake({
      root: this.root,
      origin: 'live',
      clock: this.#clock,
      instruments: this.#instruments,
      // Segments end by size and by time, several in each hour.
      limits: { ...LIMITS.lake, segmentBytesMax: 24_000, segmentMsMax: 90 * SPEED, closeBudgetMs },
    });
  }

  async close(): Promise<void> {
    await this.#lake?.close();
    this.#lake = undefined;
  }

  write(rows: number): void {
    for (let i = 0; i < rows; i++) {
      const us = Math.max(this.#lastUs + 2_000, wholeMs(this.#clock.nowUs()));
      this.#lake?.quote(us - 1_000, this.#right, 100, 1, 101, 1, Number.NaN);
      this.#lake?.quote(us, this.#left, bidOf(this.leftUs.length), 1, 1e6, 1, Number.NaN);
      this.leftUs.push(us);
      this.#lastUs = us;
    }
  }
}

interface Stretch {
  readonly first: number;
  readonly last: number;
}

/** Rows of the answer, each once, none missing between the first and the last, at the times they were written. */
async function askWhole(history: History, recorder: Recorder, join: ChartJoin = 'asof2s'): Promise<Stretch> {
  const reply = await history.chart({ ...PAIR, join, points: Number.POSITIVE_INFINITY });
  assert.equal(reply.status, 'ok');
  const chart = leftRows(recorder, JSON.parse(reply.status === 'ok' ? reply.line.toString() : '') as Chart);
  const numbers = chart.spreads.map((spread) => numberOf(spread ?? Number.NaN));
  const [first, last] = [numbers[0]!, numbers.at(-1)!];
  assert.deepEqual(
    numbers,
    Array.from({ length: numbers.length }, (_, i) => first + i),
    'no hole and no double',
  );
  assert.deepEqual(
    chart.timestamps.map((seconds) => Math.round(seconds * 1_000)),
    recorder.leftUs.slice(first, last + 1).map((us) => us / 1_000),
  );
  // The day ends with the newest quote known, which may be the right one of the row after the last, however much later
  // that is; rows of the last moment may not lie in the journal yet.
  const { leftUs } = recorder;
  const dayBefore = (us: number) => us + 1 - US_PER_DAY;
  const earliest = leftUs.findIndex((us) => us >= dayBefore(leftUs[last]!));
  const latest = leftUs.findIndex((us) => us >= dayBefore(leftUs[last + 1] ?? leftUs[last]!) + UNDER_WAY_US);
  assert.ok(
    first >= earliest && first <= latest + 1,
    `begins with row ${first}, expected ${earliest} to ${latest}`,
  );
  return { first, last };
}

interface Chart {
  readonly timestamps: readonly number[];
  readonly spreads: readonly (number | null)[];
}

/** By the valid join the right leg has rows of its own, and a leg that is silent for a minute of this clock a hole. */
function leftRows(recorder: Recorder, { timestamps, spreads }: Chart): Chart {
  const left = new Set(recorder.leftUs.map((us) => us / 1_000));
  const isLeft = (row: number) => left.has(Math.round(timestamps[row]! * 1_000));
  return {
    timestamps: timestamps.filter((_, row) => isLeft(row)),
    spreads: spreads.filter((_, row) => isLeft(row)),
  };
}

type Step =
  | { readonly type: 'write'; readonly rows: number }
  | { readonly type: 'ask' }
  | { readonly type: 'hour' }
  | { readonly type: 'restart'; readonly closeBudgetMs: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant('write' as const), rows: fc.integer({ min: 1, max: 90 }) }),
  },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('ask' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('hour' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('restart' as const), closeBudgetMs: fc.constantFrom(0, 3_000) }),
  },
);

test('charts asked for while recording have no hole and no double, whatever ends or restarts meanwhile', async (t) => {
  const places = { segments: 0, runs: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 40, maxLength: 60 }), async (steps) => {
      const root = await temporaryLake(t);
      const recorder = new Recorder(root, fastClock(t));
      const history = createHistory({ root, queuedChartsMax: 4, log: silentLog });
      try {
        await recorder.open(3_000);
        let newest = -1;
        let asks = 0;
        for (const one of steps) {
          if (one.type === 'write') recorder.write(one.rows);
          else if (one.type === 'hour') await writeOverTheHour(recorder);
          else if (one.type === 'restart') {
            await recorder.close();
            // A clean end loses nothing, encoded or not.
            assert.equal((await askWhole(history, recorder)).last, recorder.newestShown);
            await recorder.open(one.closeBudgetMs);
          } else {
            places.segments += countIn(root, '_journal');
            places.runs += countIn(root, '_runs');
            asks += 1;
            const { last } = await askWhole(history, recorder, asks % 2 === 0 ? 'valid' : 'asof2s');
            assert.ok(last >= newest, `what was shown stays: ${newest}, then ${last}`);
            newest = last;
          }
        }
        const written = recorder.newestShown;
        await until('the newest row shown', async () => (await askWhole(history, recorder)).last === written);
        await recorder.close();
        const { last } = await askWhole(history, recorder);
        assert.equal(last, written);
        const { cacheHits } = history.state();
        assert.equal((await askWhole(history, recorder)).last, written);
        assert.equal(history.state().cacheHits, cacheHits + 1, 'at rest nothing is computed again');
      } finally {
        await history.close();
        await recorder.close();
      }
    }),
    { numRuns: 3, endOnFailure: true, includeErrorInReport: true },
  );
  assert.ok(
    places.segments > 0 && places.runs > 0,
    `rows were met in every place: ${JSON.stringify(places)}`,
  );
});

test('the seam lies anywhere: an answer cut at any moment is a piece of the whole one', async (t) => {
  const root = await temporaryLake(t);
  const recorder = new Recorder(root, fastClock(t));
  const history = createHistory({ root, queuedChartsMax: 4, log: silentLog });
  t.after(() => history.close());
  await recorder.open(0);
  for (let i = 0; i < 6; i++) {
    recorder.write(120);
    await writeOverTheHour(recorder);
  }
  await recorder.close();
  await recorder.open(0);
  recorder.write(50);
  t.after(() => recorder.close());
  const { leftUs } = recorder;
  await until(
    'all rows shown',
    async () => (await askWhole(history, recorder)).last === recorder.newestShown,
  );
  const cut = fc.integer({ min: leftUs[0]!, max: leftUs.at(-1)! });
  await fc.assert(
    fc.asyncProperty(cut, cut, async (a, b) => {
      const [fromUs, toUs] = [Math.min(a, b), Math.max(a, b) + 1];
      const expected = leftUs.flatMap((us, n) => (us >= fromUs && us < toUs ? [n] : []));
      const reply = await history.chart({ ...PAIR, fromUs, toUs, points: Number.POSITIVE_INFINITY });
      const spreads = reply.status === 'ok' ? (JSON.parse(reply.line.toString()).spreads as number[]) : [];
      assert.deepEqual(spreads.map(numberOf), expected);
    }),
    { numRuns: 40 },
  );
});

/** Rows on both sides of the next full hour of the lake's clock. */
async function writeOverTheHour(recorder: Recorder): Promise<void> {
  const hour = () => Math.floor(recorder.leftUs.at(-1)! / US_PER_HOUR);
  recorder.write(1);
  const before = hour();
  await until('the next hour', () => {
    recorder.write(2);
    return hour() > before;
  });
}

function countIn(root: string, folder: string): number {
  return readdirSync(join(root, folder)).length;
}

function wholeMs(us: number): number {
  return Math.floor(us / 1_000) * 1_000;
}
