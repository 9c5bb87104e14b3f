// A chart of every row comes in pieces that are, put together, the whole chart; is never half without saying so; and
// takes no more of the worker than its turn.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { silentLog } from '../../src/core/log.js';
import { encodeChart } from '../../src/history/encode.js';
import { type LongChart, longChart } from '../../src/history/long-chart.js';
import {
  type ChartReply,
  type ChartRequest,
  createHistory,
  type History,
} from '../../src/history/service.js';
import type { RowSink } from '../../src/series/banded-rows.js';
import { BandedSampler } from '../../src/series/banded-sampler.js';
import { createRandom } from '../../src/sim/random.js';
import { temporaryLake } from '../lake/parquet-files.js';
import { writePair } from '../support/lakes.js';
import { until } from '../support/wait.js';

const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 32));
const TITLE = { symbol: 'BTC/USDT', exchange1: 'Aaa', exchange2: 'Bbb' };
const BEHIND = 300;

/** Rows of a walk with holes, in chunks of random lengths; the first ones lie before the chart. */
function walk(rows: number): LongChart['steps'] {
  const random = createRandom(SEED, 'walk');
  const stampUs = new Float64Array(rows).map(
    (_, row) => 1_790_000_000_000_000 + row * 1_000 + random.below(900),
  );
  let spread = 0;
  const spreads = stampUs.map(() => {
    spread += random.next() - 0.5;
    return random.next() < 0.01 ? Number.NaN : spread;
  });
  return async function* (sink: RowSink) {
    const chunks = createRandom(SEED, 'chunks');
    for (let row = 0; row < BEHIND; row += 1) sink.warm(spreads[row]!);
    for (let from = BEHIND; from < rows; ) {
      const to = Math.min(rows, from + chunks.below(9_000));
      sink.pushRows(stampUs, spreads, from, to);
      from = to;
      yield;
    }
  };
}

async function bytesOf(chart: LongChart): Promise<{ bytes: Buffer; pieces: number; longest: number }> {
  const made = await longChart(chart);
  if ('whole' in made) return { bytes: made.whole, pieces: 1, longest: made.whole.length };
  const pieces: Uint8Array[] = [];
  for await (const piece of made.pieces) pieces.push(piece);
  const longest = Math.max(...pieces.map(({ length }) => length));
  return { bytes: Buffer.concat(pieces), pieces: pieces.length, longest };
}

for (const rows of [BEHIND, BEHIND + 1, 16_000, 17_000, 90_000])
  test(`${rows} rows in pieces are the line that they are whole`, async (t) => {
    t.diagnostic(`SEED=${SEED}`);
    for (const everyHole of [true, false]) {
      const steps = walk(rows);
      const sampler = new BandedSampler(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, { everyHole });
      for await (const _ of steps(sampler));
      const chart = { title: TITLE, format: 'ndjson', keyCase: 'snake', everyHole, steps } as const;
      const { bytes, pieces, longest } = await bytesOf(chart);
      assert.ok(bytes.equals(encodeChart(TITLE, sampler.finish(), 'snake')), `everyHole ${everyHole}`);
      assert.equal(pieces > 1, rows > 16_384 + BEHIND);
      assert.ok(pieces === 1 || longest < 600_000, `a piece of ${longest} bytes`);
    }
  });

test('a lake that gives other rows at the second reading ends the chart with an error', async () => {
  let reading = 0;
  const steps: LongChart['steps'] = (sink) => walk(40_000 - 1_000 * reading++)(sink);
  await assert.rejects(
    bytesOf({ title: TITLE, format: 'ndjson', keyCase: 'camel', everyHole: true, steps }),
    /the lake has changed: \d+ rows were \d+/,
  );
});

const ROWS = 60_000;

async function service(t: TestContext): Promise<History> {
  const root = await temporaryLake(t);
  writePair(root, 'BTC/USDT', 'Aaa', 'Bbb', ROWS);
  const history = createHistory({ root, queuedChartsMax: 8, log: silentLog });
  t.after(() => history.close());
  return history;
}

const ALL: ChartRequest = { ...TITLE, points: Number.POSITIVE_INFINITY, join: 'valid', fromUs: 0 };

function longOf(reply: ChartReply): AsyncIterable<Buffer> {
  assert.equal(reply.status, 'long');
  return (reply as Extract<ChartReply, { status: 'long' }>).pieces;
}

test('while a long chart waits for its taker, others are made; given up, it is no more', async (t) => {
  const history = await service(t);
  const stop = new AbortController();
  const pieces = longOf(await history.chart(ALL, stop.signal))[Symbol.asyncIterator]();
  const first = await pieces.next();
  assert.match(String(first.value), /^\{"symbol":"BTC\/USDT"/);
  assert.equal((await history.chart({ ...ALL, points: 100 })).status, 'ok');
  // Another of the same kind runs to its end meanwhile.
  const texts: string[] = [];
  for await (const piece of longOf(await history.chart(ALL))) texts.push(piece.toString('latin1'));
  const { spreads } = JSON.parse(texts.join('')) as { spreads: unknown[] };
  assert.equal(spreads.length, 2 * ROWS - 1);
  stop.abort();
  await assert.rejects(
    async () => {
      for (;;) if ((await pieces.next()).done === true) return;
    },
    { name: 'AbortError' },
  );
  await until('nothing runs', () => history.state().running === 0);
  assert.equal((await history.chart({ ...ALL, points: 101 })).status, 'ok');
});

test('long charts wait for their turn, and one that is given up gives its own to the next', async (t) => {
  const history = await service(t);
  const stops = Array.from({ length: 6 }, () => new AbortController());
  const asked = stops.map(({ signal }) => history.chart(ALL, signal));
  await Promise.all(asked.slice(0, 4));
  let isFifth = false;
  void asked[4]!.then(() => {
    isFifth = true;
  });
  assert.equal((await history.chart({ ...ALL, points: 100 })).status, 'ok');
  assert.equal(isFifth, false);
  stops[5]!.abort();
  await assert.rejects(asked[5]!, { name: 'AbortError' });
  stops[2]!.abort();
  const pieces: Buffer[] = [];
  for await (const piece of longOf(await asked[4]!)) pieces.push(piece);
  assert.ok(JSON.parse(Buffer.concat(pieces).toString()));
});

test('closing ends a long chart that is under way with an error', async (t) => {
  const history = await service(t);
  const pieces = longOf(await history.chart(ALL));
  await history.close();
  await assert.rejects(
    async () => {
      for await (const piece of pieces) assert.ok(piece.length > 0);
    },
    { code: 'closed' },
  );
});
