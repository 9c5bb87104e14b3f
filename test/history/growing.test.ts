// A history that keeps finished charts answers as one that keeps none, while the lake grows under it: rows, gaps told
// late, restarts, hours that become files, days that are compacted. Closed ranges are then not computed twice.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRealClock } from '../../src/clock.js';
import { InstrumentTable } from '../../src/core/instrument.js';
import { silentLog } from '../../src/core/log.js';
import { US_PER_DAY, US_PER_HOUR, US_PER_MINUTE } from '../../src/core/time.js';
import { type ChartRequest, createHistory, type History } from '../../src/history/service.js';
import { runSpan, segmentFirstUs } from '../../src/lake/paths.js';
import { openLake } from '../../src/lake/writer.js';
import { LIMITS } from '../../src/limits.js';
import { temporaryLake } from '../lake/parquet-files.js';
import { until } from '../support/wait.js';

const PAIR = { symbol: 'BTC/USDT', exchange1: 'Aaa', exchange2: 'Bbb' };
const START_US = Date.UTC(2026, 0, 2, 21, 40) * 1_000;
/** Between two rows of a leg: well within the stale limit. */
const STEP_US = 5_000_000;

/** The real writer on a clock that the test sets; its timers are real ones. */
class Recorder {
  readonly root: string;
  nowUs = START_US;
  readonly #real = createRealClock();
  readonly #instruments = new InstrumentTable();
  readonly #ids = ['Aaa', 'Bbb'].map((name) => this.#instruments.intern(name, PAIR.symbol).id);
  #lake: Awaited<ReturnType<typeof openLake>> | undefined;
  #rows = 0;

  constructor(root: string) {
    this.root = root;
  }

  async open(hotDays = 1): Promise<void> {
    this.#lake = await openLake({
      root: this.root,
      origin: 'live',
      clock: { ...this.#real, nowUs: () => this.nowUs },
      instruments: this.#instruments,
      limits: { ...LIMITS.lake, segmentBytesMax: 6_000 },
      care: { hotDays },
    });
  }

  async close(): Promise<void> {
    await this.#lake?.close();
    this.#lake = undefined;
  }

  end(): void {
    this.#real.close();
  }

  write(rows: number): void {
    for (let i = 0; i < rows; i += 1) {
      this.nowUs += STEP_US;
      this.#rows += 1;
      for (const [leg, id] of this.#ids.entries()) {
        const bid = 100 + ((this.#rows * (leg + 3)) % 17) / 10;
        this.#lake?.quote(this.nowUs + leg, id, bid, 1, bid + 1, 1, Number.NaN);
      }
    }
  }

  /** No later than a reader waits for it. */
  tellGap(leg: 0 | 1, backUs: number): void {
    this.nowUs += STEP_US;
    const [stampUs, instrumentId] = [this.nowUs, this.#ids[leg]!];
    const fromUs = stampUs - backUs;
    this.#lake?.cold({ type: 'gap', stampUs, instrumentId, fromUs, reason: 'silent' });
  }
}

async function textOf(history: History, request: ChartRequest): Promise<string> {
  const reply = await history.chart(request);
  return reply.status === 'ok' ? reply.line.toString() : reply.status;
}

/** The lake moves meanwhile: an answer is compared where the one before and the one after are the same. */
async function compare(keeping: History, forgetful: History, request: ChartRequest): Promise<string> {
  return await until('two equal answers in a row', async () => {
    const before = await textOf(keeping, request);
    const fromNothing = await textOf(forgetful, request);
    if ((await textOf(keeping, request)) !== before) return null;
    assert.equal(before, fromNothing, 'what is kept is what would be computed');
    return before;
  });
}

type Step =
  | { readonly type: 'write'; readonly rows: number }
  | { readonly type: 'gap'; readonly leg: 0 | 1; readonly backUs: number }
  | { readonly type: 'later'; readonly hours: number }
  | { readonly type: 'restart' }
  | { readonly type: 'ask'; readonly range: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant('write' as const), rows: fc.integer({ min: 1, max: 150 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('gap' as const),
      leg: fc.constantFrom(0 as const, 1 as const),
      backUs: fc.integer({ min: 1, max: US_PER_HOUR - US_PER_MINUTE }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('later' as const), hours: fc.constantFrom(1, 1, 2, 26) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('restart' as const) }) },
  {
    weight: 8,
    arbitrary: fc.record({ type: fc.constant('ask' as const), range: fc.integer({ min: 0, max: 5 }) }),
  },
);

/** Up to now, and of the first hours and day, which are over sooner or later. */
const RANGES: readonly { readonly fromUs?: number; readonly toUs?: number }[] = [
  {},
  { fromUs: START_US },
  { toUs: START_US + 7 * US_PER_MINUTE },
  { fromUs: START_US + 3 * US_PER_MINUTE, toUs: START_US + 20 * US_PER_MINUTE },
  { fromUs: START_US, toUs: START_US + US_PER_HOUR },
  { toUs: START_US + US_PER_DAY },
];

test('charts kept over a growing lake are those computed from nothing', async (t) => {
  const places = new Set<string>();
  let hits = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 45 }), async (steps) => {
      const root = await temporaryLake(t);
      const recorder = new Recorder(root);
      const options = { root, queuedChartsMax: 4, log: silentLog };
      const keeping = createHistory(options);
      const forgetful = createHistory({ ...options, cacheBytesMax: 0 });
      try {
        await recorder.open();
        recorder.write(60);
        for (const one of steps) {
          if (one.type === 'write') recorder.write(one.rows);
          else if (one.type === 'gap') recorder.tellGap(one.leg, one.backUs);
          else if (one.type === 'later') {
            recorder.nowUs += one.hours * US_PER_HOUR;
            recorder.write(2);
          } else if (one.type === 'restart') {
            await recorder.close();
            await recorder.open();
          } else
            await compare(keeping, forgetful, { ...PAIR, join: 'valid', points: 40, ...RANGES[one.range] });
          for (const name of readdirSync(root)) places.add(name);
        }
        await recorder.close();
        for (const range of RANGES)
          for (const points of [40, Number.POSITIVE_INFINITY])
            await compare(keeping, forgetful, { ...PAIR, join: 'valid', points, ...range });
        hits += keeping.state().cacheHits;
        assert.equal(forgetful.state().cacheHits, 0);
      } finally {
        await keeping.close();
        await forgetful.close();
        await recorder.close();
        recorder.end();
      }
    }),
    { numRuns: 2, endOnFailure: true, includeErrorInReport: true },
  );
  assert.ok(hits > 0 && places.has('_journal') && places.has('_ledger'), `${hits} hits, ${[...places]}`);
});

test('a closed range is not computed again while the hours after it are recorded', async (t) => {
  const root = await temporaryLake(t);
  const recorder = new Recorder(root);
  const history = createHistory({ root, queuedChartsMax: 4, log: silentLog });
  try {
    // Without compaction: what it writes anew is computed anew, once.
    await recorder.open(7);
    await closedStays(recorder, history);
  } finally {
    await history.close();
    await recorder.close();
    recorder.end();
  }
});

async function closedStays(recorder: Recorder, history: History): Promise<void> {
  const { root } = recorder;
  recorder.write(200);
  recorder.tellGap(0, 20_000_000);
  // A day's first files are a folder that is new beside it, and cost a look at what is over, once: they come first.
  recorder.nowUs += 3 * US_PER_HOUR;
  recorder.tellGap(0, 20_000_000);
  recorder.write(50);
  recorder.nowUs += US_PER_HOUR;
  recorder.write(50);
  const hourUs = START_US - (START_US % US_PER_HOUR);
  const request = {
    ...PAIR,
    join: 'valid' as const,
    points: 40,
    fromUs: START_US,
    toUs: hourUs + US_PER_HOUR,
  };
  const text = await until('the closed hours in files', async () => {
    const { cacheHits } = history.state();
    const asked = await textOf(history, request);
    const early = readdirSync(join(root, '_runs')).filter((name) => {
      const span = runSpan(name);
      return span !== null && span.firstUs < recorder.nowUs - US_PER_HOUR;
    });
    for (const name of readdirSync(join(root, '_journal')))
      if ((segmentFirstUs(name) ?? Number.POSITIVE_INFINITY) < recorder.nowUs - US_PER_HOUR) early.push(name);
    return early.length === 0 && history.state().cacheHits > cacheHits ? asked : null;
  });
  const { cacheMisses } = history.state();
  for (let turn = 0; turn < 20; turn += 1) {
    recorder.write(100);
    recorder.tellGap(turn % 2 === 0 ? 0 : 1, 30_000_000);
    if (turn % 5 === 4) recorder.nowUs += US_PER_HOUR;
    const newest = await history.chart({ ...PAIR, join: 'valid', points: 40 });
    assert.equal(newest.status, 'ok');
    assert.equal(await textOf(history, request), text);
  }
  const now = history.state();
  const ofNewest = now.cacheMisses - cacheMisses;
  assert.ok(ofNewest <= 20, `${ofNewest} charts were computed: those up to now, and no other`);
  assert.ok(now.cacheHits >= 20, `${now.cacheHits} were not`);
}
