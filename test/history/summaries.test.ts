// Charts out of summaries are charts of the rows: each point is a row that is there, with its bands; no extreme and no
// hole is lost; and what has changed below a summary is read instead. Real files, the real worker.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { silentLog } from '../../src/core/log.js';
import { isoDate, US_PER_DAY, US_PER_HOUR } from '../../src/core/time.js';
import { PRICE_BASES, type PriceBasis } from '../../src/history/price.js';
import { type ChartRequest, createHistory, type History } from '../../src/history/service.js';
import { cellUsOf } from '../../src/history/summaries.js';
import { care } from '../../src/lake/care.js';
import { diskFiles } from '../../src/lake/files.js';
import { SUMMARIES_DIR } from '../../src/lake/paths.js';
import { ourBytes, place, temporaryLake } from '../lake/parquet-files.js';
import { type QuoteRow, writeLedger, writeRows } from '../support/lakes.js';

const DAY_US = Date.UTC(2026, 2, 3) * 1_000;
const HOURS = 30;
const END_US = DAY_US + HOURS * US_PER_HOUR;
const PAIR = { symbol: 'BTC/USDT', exchange1: 'Aaa', exchange2: 'Bbb' };

/** A walk with bursts, ordinary seconds and long silences. */
function walk(seed: number, lengthUs = END_US - DAY_US): QuoteRow[] {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const rows: QuoteRow[] = [];
  let [atUs, bid] = [DAY_US, 100];
  for (;;) {
    const luck = random();
    atUs += Math.ceil((luck < 0.2 ? 0.05 : luck < 0.997 ? 6 : 900) * 1e6 * random()) + 1;
    if (atUs >= DAY_US + lengthUs) return rows;
    bid = Math.round((bid + (random() - 0.5) * 0.1) * 1e4) / 1e4;
    rows.push({ atUs, bid, ask: bid + Math.ceil(random() * 50) / 1e4 });
  }
}

/** Two legs of thirty hours, with gaps told at once or late. */
async function madeLake(t: TestContext, seed: number): Promise<string> {
  const root = await temporaryLake(t);
  writeRows(root, 'Aaa', PAIR.symbol, walk(seed));
  writeRows(root, 'Bbb', PAIR.symbol, walk(seed + 1));
  for (let n = 0; n < 40; n += 1) {
    const stampUs = DAY_US + Math.floor(((n + 0.5) * (END_US - DAY_US)) / 41);
    const fromUs = stampUs - (n % 3 === 0 ? 3_000_000 : 1_500_000_000);
    const exchange = n % 2 === 0 ? 'Aaa' : 'Bbb';
    const gap = { type: 'gap', stampUs, exchange, symbol: PAIR.symbol, fromUs, reason: 'disconnect' };
    writeLedger(root, stampUs, [`${JSON.stringify(gap)}\n`]);
  }
  return root;
}

function historyOf(t: TestContext, root: string): History {
  const made = createHistory({ root, queuedChartsMax: 8, log: silentLog });
  t.after(() => made.close());
  return made;
}

/** So late that no folder was changed just before: they need not be listed again. Zero: they always are. */
const LATER_US = (Date.now() + 3_600_000) * 1_000;

async function summarise(
  history: History,
  price: PriceBasis = 'bid',
  closedBeforeUs = END_US,
  nowUs = LATER_US,
) {
  const made: string[] = [];
  for (;;) {
    const one = await history.summarise({ ...PAIR, price, closedBeforeUs, nowUs });
    if (one === null) return made;
    made.push(one);
    assert.ok(made.length < 100, 'summaries come to an end');
  }
}

interface Line {
  readonly timestamps: number[];
  readonly spreads: (number | null)[];
  readonly upperBand: (number | null)[];
  readonly lowerBand: (number | null)[];
}

async function ask(history: History, request: Partial<ChartRequest>) {
  const reply = await history.chart({ ...PAIR, join: 'valid', points: 300, ...request });
  if (reply.status === 'long') {
    const pieces: Buffer[] = [];
    for await (const piece of reply.pieces) pieces.push(piece);
    return { chart: JSON.parse(Buffer.concat(pieces).toString()) as Line, summarised: 0 };
  }
  assert.equal(reply.status, 'ok');
  assert.ok(reply.status === 'ok');
  return { chart: JSON.parse(reply.line.toString()) as Line, summarised: reply.summarised };
}

/** Each point is one of the rows, in their order; buckets of whole cells keep their extremes; no line over a hole. */
function assertSameRows(points: Line, rows: Line, cellUs: number | undefined): void {
  let row = 0;
  const at: number[] = [];
  const isRow = (point: number) =>
    rows.timestamps[row] === points.timestamps[point] &&
    rows.spreads[row] === points.spreads[point] &&
    rows.upperBand[row] === points.upperBand[point] &&
    rows.lowerBand[row] === points.lowerBand[point];
  for (let point = 0; point < points.timestamps.length; point += 1, row += 1) {
    while (row < rows.timestamps.length && !isRow(point)) row += 1;
    assert.ok(row < rows.timestamps.length, `point ${point} at ${points.timestamps[point]} is no row`);
    at.push(row);
  }
  assert.equal(at.at(-1), rows.timestamps.length - 1, 'the last row is the last point');
  assert.equal(at[0], 0, 'and the first the first');
  for (let point = 1; point < at.length; point += 1) {
    if (points.spreads[point - 1] === null || points.spreads[point] === null) continue;
    assert.ok(!rows.spreads.slice(at[point - 1]!, at[point]).includes(null), 'no line over a hole');
  }
  if (cellUs === undefined) return;
  // What is true of each bucket is true of each cell of the whole: none of the extremes of the chart is lost.
  const values = (line: Line) => line.spreads.filter((spread) => spread !== null);
  const extremes = (line: Line) =>
    values(line).reduce(([low, high], v) => [Math.min(low!, v), Math.max(high!, v)], [Infinity, -Infinity]);
  assert.deepEqual(extremes(points), extremes(rows));
}

async function assertTruthful(
  history: History,
  range: { fromUs: number; toUs: number },
  points: number,
  price: PriceBasis = 'bid',
) {
  const { chart, summarised } = await ask(history, { ...range, points, price });
  const { chart: rows } = await ask(history, { ...range, points: Number.POSITIVE_INFINITY, price });
  assertSameRows(chart, rows, cellUsOf(range, points));
  return summarised;
}

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));

test(`a chart out of summaries shows rows as they are, and loses no extreme and no hole (seed ${seed})`, async (t) => {
  const root = await madeLake(t, seed);
  const history = historyOf(t, root);
  const whole = { fromUs: DAY_US, toUs: END_US };
  assert.equal(await assertTruthful(history, whole, 300), 0);
  for (const price of PRICE_BASES) {
    const made = await summarise(history, price);
    assert.deepEqual(made, ['hour', 'hour', 'hour', 'hour', 'hour', 'hour', 'day'], price);
    assert.deepEqual(await summarise(history, price), [], 'what is there is not made again');
  }
  await fc.assert(
    fc.asyncProperty(
      fc.double({ min: 0, max: 0.9, noNaN: true }),
      fc.double({ min: 0.05, max: 1, noNaN: true }),
      fc.constantFrom(14, 70, 300, 2_000),
      fc.constantFrom(...PRICE_BASES),
      async (from, length, points, price) => {
        const fromUs = Math.floor(DAY_US + from * (END_US - DAY_US));
        const toUs = Math.ceil(Math.min(END_US, fromUs + length * (END_US - DAY_US)));
        const summarised = await assertTruthful(history, { fromUs, toUs }, points, price);
        if (cellUsOf({ fromUs, toUs }, points) === undefined) assert.equal(summarised, 0);
        else assert.ok(summarised > 0.9, `${summarised} of ${fromUs} to ${toUs}`);
      },
    ),
    { numRuns: 40, seed },
  );
});

for (const nowUs of [0, LATER_US])
  test(`what has changed below a summary is read, until it is made again (${nowUs === 0 ? 'folders listed' : 'folders looked at'}, seed ${seed})`, async (t) => {
    const root = await madeLake(t, seed);
    const history = historyOf(t, root);
    const whole = { fromUs: DAY_US, toUs: END_US };
    await summarise(history, 'bid', END_US, nowUs);
    assert.ok((await assertTruthful(history, whole, 280)) > 0.99);
    // Rows of another's making in an hour of today: two of them higher than all that was there.
    const hourUs = DAY_US + 26 * US_PER_HOUR;
    const us = [hourUs + 7_000_000, hourUs + 8_000_000];
    const folder = join(`exchange=Aaa`, 'symbol=BTC_USDT', `date=${isoDate(hourUs)}`, 'hour=02');
    await place(
      root,
      join(folder, 'spreads-more.parquet'),
      ourBytes({ us, bid: [500, 501], ask: [501, 502] }),
    );
    const changed = await assertTruthful(history, whole, 280);
    assert.ok(changed > 0.9 && changed < 0.98, `an hour of thirty is read: ${changed}`);
    assert.deepEqual(await summarise(history), ['hour']);
    // A chart of before is given again as it is: it is still right.
    assert.equal(await assertTruthful(history, whole, 280), changed);
    assert.ok((await assertTruthful(history, whole, 281)) > 0.99);
  });

test(`compaction makes a day of its hours, and the day's summary with it (seed ${seed})`, async (t) => {
  const root = await madeLake(t, seed);
  const history = historyOf(t, root);
  const whole = { fromUs: DAY_US, toUs: END_US };
  // As it happens while recording: each hour once it is over.
  for (let hour = 1; hour <= 24; hour += 1)
    assert.deepEqual(await summarise(history, 'bid', DAY_US + hour * US_PER_HOUR), ['hour']);
  assert.equal(filesOf(root, DAY_US).length, 24);
  const order = { nowUs: DAY_US + 9 * US_PER_DAY, closedBeforeUs: DAY_US + US_PER_DAY, hotDays: 1 };
  const more = { retentionDays: null, bytesMax: null, walk: true };
  for await (const { problems } of care(diskFiles, root, { ...order, ...more }, () => false))
    assert.deepEqual(problems, []);
  assert.equal(await assertTruthful(history, whole, 280), 0, 'hours of other files are not used');
  assert.deepEqual(await summarise(history, 'bid', DAY_US + US_PER_DAY), ['day']);
  assert.deepEqual(filesOf(root, DAY_US), ['Aaa~Bbb~BTC_USDT~bid.day.cells']);
  assert.ok((await assertTruthful(history, whole, 281)) > 0.79);
});

test(`a damaged summary is told of and its rows are read; half of one is taken away (seed ${seed})`, async (t) => {
  const root = await madeLake(t, seed);
  const history = historyOf(t, root);
  await summarise(history);
  const day = join(root, SUMMARIES_DIR, `date=${isoDate(DAY_US)}`);
  const path = join(day, 'Aaa~Bbb~BTC_USDT~bid.day.cells');
  const bytes = readFileSync(path);
  for (const at of [3, 40, bytes.length - 100_000, bytes.length - 3]) {
    const wrong = Buffer.from(bytes);
    wrong[at]! ^= 0x40;
    writeFileSync(path, wrong);
    const range = { fromUs: DAY_US + 7, toUs: DAY_US + US_PER_DAY };
    await assertTruthful(history, range, 2_000);
    assert.equal(
      history.problems().some(({ path: of }) => of.endsWith('bid.day.cells')),
      true,
      `byte ${at}`,
    );
  }
  writeFileSync(path, bytes.subarray(0, bytes.length >> 1));
  await assertTruthful(history, { fromUs: DAY_US, toUs: END_US }, 1_800);
  writeFileSync(join(day, '.tmp-half'), 'half');
  const old = join(root, SUMMARIES_DIR, 'month=2019-04');
  mkdirSync(old);
  writeFileSync(join(old, 'Aaa~Bbb~BTC_USDT~bid.month.cells'), 'of days that are no more');
  await historyOf(t, root).summarise({ ...PAIR, price: 'bid', closedBeforeUs: END_US, nowUs: 0 });
  assert.equal(existsSync(join(day, '.tmp-half')), false);
  assert.equal(existsSync(old), false);
});

function filesOf(root: string, dayUs: number): string[] {
  return readdirSync(join(root, SUMMARIES_DIR, `date=${isoDate(dayUs)}`)).sort();
}
