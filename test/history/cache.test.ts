// Finished charts are given out again as long as nothing they rested on has changed; on real files and threads.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { silentLog } from '../../src/core/log.js';
import { dayStartUs, US_PER_DAY } from '../../src/core/time.js';
import { ChartCache, chartKey } from '../../src/history/cache.js';
import { type ChartReply, createHistory, type History } from '../../src/history/service.js';
import { Evidence } from '../../src/lake/evidence.js';
import { ledgerText } from '../../src/lake/ledger.js';
import { temporaryLake } from '../lake/parquet-files.js';
import { writeLedger, writePair, writeRows } from '../support/lakes.js';

const PAIR = { symbol: 'BTC/USDT', exchange1: 'Aaa', exchange2: 'Bbb', points: 50 };

async function lakeAndHistory(t: TestContext, cacheBytesMax?: number) {
  const root = await temporaryLake(t);
  const startUs = writePair(root, 'BTC/USDT', 'Aaa', 'Bbb', 200);
  writePair(root, 'ETH/USDT', 'Aaa', 'Bbb', 200);
  const history = createHistory({
    root,
    queuedChartsMax: 8,
    log: silentLog,
    ...(cacheBytesMax === undefined ? {} : { cacheBytesMax }),
  });
  t.after(() => history.close());
  return { root, startUs, history };
}

function textOf(reply: ChartReply): string {
  assert.equal(reply.status, 'ok');
  return reply.status === 'ok' ? reply.line.toString() : '';
}

const work = (history: History) => {
  const { cacheHits, cacheMisses } = history.state();
  return { cacheHits, cacheMisses };
};

test('a chart asked for again, in any spelling, is the same bytes and not computed again', async (t) => {
  const { history } = await lakeAndHistory(t);
  const first = textOf(await history.chart(PAIR));
  assert.deepEqual(work(history), { cacheHits: 0, cacheMisses: 1 });
  const again = await history.chart({ ...PAIR, symbol: 'btc_usdt', exchange1: 'AAA', keyCase: 'camel' });
  assert.equal(textOf(again), first);
  assert.deepEqual(work(history), { cacheHits: 1, cacheMisses: 1 });
  assert.equal(history.state().answered, 2);
  assert.ok(history.state().cacheBytes > first.length);
});

test('other points, another case, other ends and the pair reversed are other charts', async (t) => {
  const { history, startUs } = await lakeAndHistory(t);
  const requests = [
    PAIR,
    { ...PAIR, points: 20 },
    { ...PAIR, keyCase: 'snake' as const },
    { ...PAIR, fromUs: startUs + 50e6 },
    { ...PAIR, toUs: startUs + 50e6 },
    { ...PAIR, exchange1: 'Bbb', exchange2: 'Aaa' },
    { ...PAIR, symbol: 'ETH/USDT' },
  ];
  const first: string[] = [];
  for (const request of requests) first.push(textOf(await history.chart(request)));
  assert.equal(new Set(first).size, requests.length);
  const again: string[] = [];
  for (const request of requests) again.push(textOf(await history.chart(request)));
  assert.deepEqual(again, first);
  assert.deepEqual(work(history), { cacheHits: requests.length, cacheMisses: requests.length });
});

test('new rows of one pair are in its next chart; the charts of other pairs and of closed ranges stay', async (t) => {
  const { root, history, startUs } = await lakeAndHistory(t);
  const closed = { ...PAIR, toUs: startUs + 100e6 };
  const other = { ...PAIR, symbol: 'ETH/USDT' };
  for (const request of [PAIR, closed, other]) await history.chart(request);
  const atUs = startUs + 250e6;
  const rows = (bid: number, us: number) => [{ atUs: us, bid, ask: bid + 1 }];
  writeRows(root, 'Bbb', 'BTC/USDT', rows(100, atUs - 1_000));
  writeRows(root, 'Aaa', 'BTC/USDT', rows(150, atUs));
  // Up to the smaller of the two newest stamps: the new left row lies behind it.
  writeRows(root, 'Bbb', 'BTC/USDT', rows(100, atUs + 1_000));
  const { timestamps, spreads } = JSON.parse(textOf(await history.chart(PAIR)));
  assert.equal(timestamps.at(-1), atUs / 1e6);
  assert.equal(spreads.at(-1), 50);
  const before = work(history);
  assert.equal(before.cacheMisses, 4);
  await history.chart(other);
  assert.deepEqual(work(history), { ...before, cacheHits: before.cacheHits + 1 });
  // Its hour holds new files: it is worked out again, once.
  await history.chart(closed);
  await history.chart(closed);
  assert.deepEqual(work(history), { cacheHits: before.cacheHits + 2, cacheMisses: before.cacheMisses + 1 });
});

test('a day that is over is not computed again because of what is recorded after it', async (t) => {
  const { root, history, startUs } = await lakeAndHistory(t);
  const closed = { ...PAIR, fromUs: startUs, toUs: startUs + 100e6 };
  const first = textOf(await history.chart(closed));
  const later = startUs + 3_600e6;
  writeRows(root, 'Aaa', 'BTC/USDT', [{ atUs: later, bid: 1, ask: 2 }]);
  writeRows(root, 'Bbb', 'BTC/USDT', [{ atUs: later + 86_400e6, bid: 1, ask: 2 }]);
  await history.chart(closed);
  const { cacheMisses } = work(history);
  writeRows(root, 'Aaa', 'BTC/USDT', [{ atUs: later + 1e6, bid: 1, ask: 2 }]);
  writeRows(root, 'Bbb', 'BTC/USDT', [{ atUs: later + 86_401e6, bid: 1, ask: 2 }]);
  assert.equal(textOf(await history.chart(closed)), first);
  assert.equal(work(history).cacheMisses, cacheMisses);
});

test('a closed day with its gaps is not computed again while the next day is recorded, until one of them reaches back', async (t) => {
  const { root, history, startUs } = await lakeAndHistory(t);
  const dayUs = dayStartUs(startUs);
  const closed = { ...PAIR, join: 'valid', fromUs: dayUs, toUs: dayUs + US_PER_DAY } as const;
  const next = (hours: number, fromUs: number) => {
    const stampUs = dayUs + US_PER_DAY + hours * 3_600e6;
    const gap = { type: 'gap', stampUs, fromUs, reason: 'disconnect' } as const;
    writeLedger(root, stampUs, [ledgerText(gap, { exchange: 'Aaa', symbol: 'BTC/USDT' })]);
  };
  // What is recorded afterwards makes the day one that is over.
  for (const exchange of ['Aaa', 'Bbb'])
    writeRows(root, exchange, 'BTC/USDT', [{ atUs: dayUs + US_PER_DAY + 2 * 3_600e6, bid: 1, ask: 2 }]);
  next(2, dayUs + US_PER_DAY + 3_600e6);
  const first = textOf(await history.chart(closed));
  for (const hours of [3, 3.1, 4]) {
    next(hours, dayUs + US_PER_DAY + (hours - 0.5) * 3_600e6);
    assert.equal(textOf(await history.chart(closed)), first);
  }
  assert.deepEqual(work(history), { cacheHits: 3, cacheMisses: 1 });
  next(0.9, startUs + 100e6);
  assert.notEqual(textOf(await history.chart(closed)), first);
  assert.deepEqual(work(history), { cacheHits: 3, cacheMisses: 2 });
});

test('without room nothing is kept and every chart is right all the same', async (t) => {
  const { history } = await lakeAndHistory(t, 0);
  assert.equal(textOf(await history.chart(PAIR)), textOf(await history.chart(PAIR)));
  assert.deepEqual(work(history), { cacheHits: 0, cacheMisses: 2 });
  assert.equal(history.state().cacheBytes, 0);
});

test('the cache never exceeds its bound, and gives up what was not used longest', () => {
  const bytes = fc.integer({ min: 1, max: 300 });
  const step = fc.record({ key: fc.integer({ min: 0, max: 12 }).map(String), bytes, isGet: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const boundBytes = 4_000;
      const cache = new ChartCache(boundBytes);
      let model: { key: string; line: number; held: number }[] = [];
      for (const { key, bytes: line, isGet } of steps) {
        const known = model.find((entry) => entry.key === key);
        if (isGet) {
          assert.equal(cache.get(key)?.line.byteLength, known?.line);
          if (known !== undefined) model = [...model.filter((entry) => entry !== known), known];
          continue;
        }
        const evidence = new Evidence();
        const held = line + evidence.bytes + key.length;
        cache.set(key, new SharedArrayBuffer(line), evidence);
        model = [...model.filter((entry) => entry !== known), { key, line, held }];
        while (model.reduce((sum, entry) => sum + entry.held, 0) > boundBytes) model.shift();
      }
      assert.equal(
        cache.bytes,
        model.reduce((sum, entry) => sum + entry.held, 0),
      );
      assert.ok(cache.bytes <= boundBytes);
    }),
  );
});

test('a chart that would fill a quarter of the cache is not kept', () => {
  const cache = new ChartCache(1_000);
  assert.equal(cache.set('key', new SharedArrayBuffer(251), new Evidence()), null);
  assert.equal(cache.bytes, 0);
  assert.equal(cache.get('key'), undefined);
});

test('all of a chart and a number of points are different requests', () => {
  assert.notEqual(chartKey({ ...PAIR, points: Number.POSITIVE_INFINITY }), chartKey(PAIR));
  assert.notEqual(chartKey({ ...PAIR, fromUs: 5 }), chartKey({ ...PAIR, toUs: 5 }));
});
