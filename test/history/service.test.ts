// The service with its real worker over real files, and with a worker made to hang and die at will.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { silentLog } from '../../src/core/log.js';
import {
  type ChartReply,
  createHistory,
  type History,
  type HistoryOptions,
} from '../../src/history/service.js';
import { hourDir, hourFileName } from '../../src/lake/paths.js';
import { spreadPercent } from '../../src/series/spread.js';
import { ourBytes, place, temporaryLake } from '../lake/parquet-files.js';
import { asWritten } from '../support/written.js';

const HOUR_US = Date.UTC(2025, 10, 18, 10) * 1_000;

function history(t: TestContext, options: Partial<HistoryOptions> & { root: string }): History {
  const made = createHistory({ queuedChartsMax: 8, log: silentLog, ...options });
  t.after(() => made.close());
  return made;
}

/** One hour of one leg, a row every `stepUs` from `offsetUs`. */
async function writeLeg(
  root: string,
  exchange: string,
  rows: number,
  offsetUs: number,
  bid: (row: number) => number,
) {
  const us = Array.from({ length: rows }, (_, row) => HOUR_US + offsetUs + row * 100_000);
  const bids = us.map((_, row) => bid(row));
  const bytes = ourBytes({ us, bid: bids, ask: bids.map((price) => price + 1) });
  const folder = hourDir('', exchange, 'BTC/USDT', HOUR_US);
  await place(root, join(folder, hourFileName(us.at(-1)!)), bytes);
}

const wave = (row: number): number => 100 + Math.sin(row / 20);

function parsed(reply: ChartReply): {
  timestamps: number[];
  spreads: number[];
  upperBand: number[];
  exchange1: string;
} {
  assert.equal(reply.status, 'ok');
  return JSON.parse(reply.status === 'ok' ? reply.line.toString() : '{}');
}

test('a chart of a real lake comes as one line, whatever the spelling of its names', async (t) => {
  const root = await temporaryLake(t);
  await writeLeg(root, 'Aaa', 1_000, 0, wave);
  await writeLeg(root, 'Bbb', 1_000, 50_000, () => 100);
  const service = history(t, { root });
  await service.warmUp({ symbol: 'BTC_USDT', exchange1: 'Aaa', exchange2: 'Bbb', points: 100 });
  const names = { symbol: 'btc_usdt', exchange1: 'aaa', exchange2: 'BBB' };
  const all = parsed(await service.chart({ ...names, points: Number.POSITIVE_INFINITY }));
  assert.equal(all.exchange1, 'Aaa');
  // The first row has no partner yet.
  assert.equal(all.timestamps.length, 999);
  assert.equal(all.timestamps[0], HOUR_US / 1e6 + 0.1);
  assert.deepEqual(
    all.spreads,
    Array.from({ length: 999 }, (_, row) => asWritten(spreadPercent(wave(row + 1), 100))),
  );
  assert.equal(all.upperBand.length, 999);
  assert.ok(parsed(await service.chart({ ...names, points: 100 })).timestamps.length <= 100);
  assert.deepEqual(service.problems(), []);
});

test('warming up works, with a request of either join and without one', async (t) => {
  const root = await temporaryLake(t);
  await writeLeg(root, 'Aaa', 1_000, 0, wave);
  await writeLeg(root, 'Bbb', 1_000, 50_000, () => 100);
  const warned: unknown[] = [];
  const warn = (...said: unknown[]) => void warned.push(said);
  const service = history(t, { root, log: { ...silentLog, warn } });
  const pair = { symbol: 'BTC_USDT', exchange1: 'Aaa', exchange2: 'Bbb', points: 100 };
  await service.warmUp();
  await service.warmUp({ ...pair, join: 'asof2s' });
  await service.warmUp({ ...pair, join: 'valid' });
  assert.deepEqual(warned, []);
});

test('an unknown pair and a range without rows are told apart', async (t) => {
  const root = await temporaryLake(t);
  await writeLeg(root, 'Aaa', 10, 0, wave);
  await writeLeg(root, 'Bbb', 10, 0, wave);
  const service = history(t, { root });
  const pair = { symbol: 'BTC/USDT', exchange1: 'Aaa', exchange2: 'Bbb', points: 10 };
  assert.deepEqual(await service.chart({ ...pair, exchange2: 'Ccc' }), { status: 'unknown-pair' });
  assert.deepEqual(await service.chart({ ...pair, symbol: 'ETH/USDT' }), { status: 'unknown-pair' });
  assert.deepEqual(await service.chart({ ...pair, toUs: HOUR_US }), { status: 'empty' });
});

test('a damaged file is left out of the chart and told among the problems', async (t) => {
  const root = await temporaryLake(t);
  await writeLeg(root, 'Aaa', 10, 0, wave);
  await writeLeg(root, 'Bbb', 10, 0, wave);
  const broken = join(hourDir('', 'Bbb', 'BTC/USDT', HOUR_US), 'spreads-59-59.0000000.parquet');
  await place(root, broken, new TextEncoder().encode('PAR1 this is not a Parquet file PAR1'));
  const service = history(t, { root });
  const pair = { symbol: 'BTC/USDT', exchange1: 'Aaa', exchange2: 'Bbb', points: 10 };
  // The end is given: what the newest row of a broken file is, nobody knows.
  assert.equal(parsed(await service.chart({ ...pair, toUs: HOUR_US + 3_600_000_000 })).timestamps.length, 10);
  assert.deepEqual(
    service.problems().map((problem) => problem.path),
    [broken],
  );
});

test('an abort in the middle of a real chart rejects at once and the next chart is served', async (t) => {
  const root = await temporaryLake(t);
  await writeLeg(root, 'Aaa', 36_000, 0, wave);
  await writeLeg(root, 'Bbb', 36_000, 0, wave);
  const service = history(t, { root });
  const pair = { symbol: 'BTC/USDT', exchange1: 'Aaa', exchange2: 'Bbb', points: 100 };
  const controller = new AbortController();
  const aborted = service.chart(pair, controller.signal);
  assert.equal(service.state().running, 1);
  controller.abort();
  await assert.rejects(aborted, { name: 'AbortError' });
  assert.equal((await service.chart(pair)).status, 'ok');
  await assert.rejects(service.chart(pair, AbortSignal.abort()), { name: 'AbortError' });
});

/** Answers by the request's symbol: OK at once, HANG when cancelled, DIE never, FAIL with an error. */
const PUPPET = `
import { parentPort } from 'node:worker_threads';
const answer = (id, answer) => parentPort.postMessage({ id, answer, problems: [], cacheBytes: 0, dropped: [] });
parentPort.on('message', ({ type, id, request }) => {
  if (type === 'cancel') answer(id, { status: 'cancelled' });
  else if (request?.symbol === 'DIE') throw new Error('as asked');
  else if (request?.symbol === 'FAIL') answer(id, { status: 'failed', message: 'the disk is gone' });
  else if (request?.symbol !== 'HANG') answer(id, { status: 'empty' });
});
`;

async function puppet(t: TestContext, options: Partial<HistoryOptions> = {}): Promise<History> {
  const folder = await mkdtemp(join(tmpdir(), 'puppet-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'worker.mjs'), PUPPET);
  return history(t, { root: folder, workerUrl: pathToFileURL(join(folder, 'worker.mjs')), ...options });
}

let asked = 0;

/** Each for other points, so that none joins another. */
const ask = (service: History, symbol: string, signal?: AbortSignal): Promise<ChartReply> =>
  service.chart({ symbol, exchange1: 'Aaa', exchange2: 'Bbb', points: ++asked }, signal);

test('a worker that dies takes only its own request with it; those that wait are served', async (t) => {
  const service = await puppet(t);
  const dying = ask(service, 'DIE');
  const waiting = ask(service, 'OK');
  await assert.rejects(dying, { code: 'failed', message: /as asked/ });
  assert.equal((await waiting).status, 'empty');
  assert.equal(service.state().workersLost, 1);
});

test('a chart that fails rejects alone', async (t) => {
  const service = await puppet(t);
  await assert.rejects(ask(service, 'FAIL'), { code: 'failed', message: 'the disk is gone' });
  assert.equal((await ask(service, 'OK')).status, 'empty');
  assert.equal(service.state().workersLost, 0);
});

test('a full queue refuses, an aborted waiter leaves it, a cancelled chart frees the worker', async (t) => {
  const service = await puppet(t, { queuedChartsMax: 1 });
  const hanging = new AbortController();
  const first = ask(service, 'HANG', hanging.signal);
  const leaving = new AbortController();
  const second = ask(service, 'OK', leaving.signal);
  await assert.rejects(ask(service, 'OK'), { code: 'busy' });
  const { queued, running, refused, workersLost } = service.state();
  assert.deepEqual(
    { queued, running, refused, workersLost },
    { queued: 1, running: 1, refused: 1, workersLost: 0 },
  );
  leaving.abort();
  await assert.rejects(second, { name: 'AbortError' });
  const third = ask(service, 'OK');
  hanging.abort();
  await assert.rejects(first, { name: 'AbortError' });
  assert.equal((await third).status, 'empty');
});

test('several workers serve several charts at once', async (t) => {
  const service = await puppet(t, { workers: 2 });
  const controller = new AbortController();
  const hanging = ask(service, 'HANG', controller.signal);
  assert.equal((await ask(service, 'OK')).status, 'empty');
  controller.abort();
  await assert.rejects(hanging, { name: 'AbortError' });
});

test('the same chart asked for at one time is made once, for as long as anybody waits for it', async (t) => {
  const service = await puppet(t);
  const hanging = { symbol: 'HANG', exchange1: 'Aaa', exchange2: 'Bbb', points: 10 };
  const leaving = [new AbortController(), new AbortController()];
  const both = [
    service.chart(hanging, leaving[0]!.signal),
    service.chart({ ...hanging, exchange1: 'aaa' }, leaving[1]!.signal),
  ];
  assert.deepEqual([service.state().running, service.state().queued, service.state().joined], [1, 0, 1]);
  leaving[0]!.abort();
  await assert.rejects(both[0]!, { name: 'AbortError' });
  assert.equal(service.state().running, 1, 'the other one waits still');
  // Behind it waits one chart that many want.
  const many = Array.from({ length: 5 }, () => service.chart({ ...hanging, symbol: 'OK' }));
  assert.equal(service.state().queued, 1);
  leaving[1]!.abort();
  await assert.rejects(both[1]!, { name: 'AbortError' });
  for (const reply of await Promise.all(many)) assert.equal(reply.status, 'empty');
  assert.equal(service.state().joined, 5);
});

test('lists of charts that overlap give each its own, whoever asked first', async (t) => {
  const root = await temporaryLake(t);
  await writeLeg(root, 'Aaa', 200, 0, wave);
  await writeLeg(root, 'Bbb', 200, 50_000, () => 100);
  const service = history(t, { root });
  const request = (points: number) => ({ symbol: 'BTC/USDT', exchange1: 'Aaa', exchange2: 'Bbb', points });
  const lists = [
    [10, 20, 30, 40],
    [10, 40, 30, 20],
    [20, 10, 40, 30],
  ];
  for (let round = 0; round < 2; round += 1)
    await Promise.all(
      lists.map(async (list) => {
        const sizes: number[] = [];
        for await (const outcome of service.charts(list.map(request)))
          sizes.push(outcome.status === 'ok' ? parsed(outcome).timestamps.length : -1);
        assert.equal(sizes.length, list.length);
        for (const [place, size] of sizes.entries())
          assert.ok(size <= list[place]! && size > list[place]! / 2, `${size} points for ${list[place]}`);
      }),
    );
});

test('closing refuses what waits and what runs, and everything after', async (t) => {
  const service = await puppet(t);
  const running = assert.rejects(ask(service, 'HANG'), { code: 'closed' });
  const waiting = assert.rejects(ask(service, 'OK'), { code: 'closed' });
  await service.close();
  await Promise.all([running, waiting]);
  await assert.rejects(ask(service, 'OK'), { code: 'closed' });
});

test('a worker that cannot start fails its request and does not try again by itself', async (t) => {
  const service = await puppet(t, { workerUrl: pathToFileURL(join(tmpdir(), 'no-such-worker.mjs')) });
  await assert.rejects(ask(service, 'OK'), { code: 'failed' });
  assert.equal(service.state().workersLost, 1);
  await service.warmUp();
});
