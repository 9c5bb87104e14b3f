// /api/legs over real HTTP and a real lake: each leg's own rows, a row of nulls where its quote stops standing, the range of
// /api/charts, and bad requests named.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ChartData, LegPrices, LegsReply } from '../../src/api/contract.js';
import { type LedgerLine, ledgerText } from '../../src/lake/ledger.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { writeLedger, writePair, writeRows } from '../support/lakes.js';

let app: TestApp;
let startUs = 0;
const ROWS = 5_000;
const PAIR = '?symbol=BTC_USDT&exchange1=Binance&exchange2=OKX';

before(async () => {
  app = await startTestApp(({ lake }) => {
    startUs = writePair(lake, 'BTC/USDT', 'Binance', 'OKX', ROWS);
    const gap: LedgerLine = {
      type: 'gap',
      stampUs: startUs + 4_500_000,
      fromUs: startUs + 2_000_001,
      reason: 'silent',
    };
    const side: LedgerLine = { type: 'status', stampUs: startUs + 8_500_000, status: 'bid-only' };
    const limit: LedgerLine = {
      type: 'status',
      stampUs: startUs + 9_500_000,
      status: 'age-limit',
      value: 2_000_000,
    };
    writeLedger(lake, startUs, [
      ledgerText(gap, { exchange: 'OKX', symbol: 'BTC/USDT' }),
      ledgerText(side, { exchange: 'Binance', symbol: 'BTC/USDT' }),
      ledgerText(limit, { exchange: 'Binance', symbol: 'TINY/USDT' }),
    ]);
    // Prices far below a cent, ten seconds apart.
    const tiny = (offsetUs: number) =>
      Array.from({ length: 4 }, (_, n) => ({
        atUs: startUs + n * 10_000_000 + offsetUs,
        bid: 1.23456789012345e-7 + n * 1e-12,
        ask: 1.24e-7,
      }));
    writeRows(lake, 'Binance', 'TINY/USDT', tiny(0));
    writeRows(lake, 'OKX', 'TINY/USDT', tiny(1_000_000));
  });
});

after(() => app.stop());

async function legs(query: string): Promise<LegsReply> {
  const response = await fetch(`${app.url}/api/legs${query}`);
  assert.equal(response.status, 200, await response.clone().text());
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
  return (await response.json()) as LegsReply;
}

const seconds = ({ timestamps }: LegPrices) =>
  timestamps.map((at) => Math.round((at - startUs / 1e6) * 1_000) / 1_000);
const holes = (leg: LegPrices) => seconds(leg).filter((_, row) => leg.bid[row] === null);

test('each leg has its own rows and its own holes, over the range that is asked for', async () => {
  const from = startUs / 1_000;
  const reply = await legs(`${PAIR.replace('BTC_USDT', 'btcusdt')}&from=${from}&to=${from + 10_000}`);
  assert.deepEqual(
    [reply.symbol, reply.legs.map(({ exchange }) => exchange)],
    ['BTC/USDT', ['Binance', 'OKX']],
  );
  assert.deepEqual([reply.from, reply.to], [startUs / 1e6, startUs / 1e6 + 10]);
  const [first, second] = reply.legs;
  assert.deepEqual(seconds(first), [0, 1, 2, 3, 4, 5, 6, 7, 8, 8.5, 9]);
  assert.deepEqual(seconds(second), [0.9, 1.9, 2, 4.9, 5.9, 6.9, 7.9, 8.9, 9.9]);
  assert.deepEqual([holes(first), holes(second)], [[8.5], [2]]);
  for (const { bid, ask } of reply.legs)
    assert.deepEqual(
      ask,
      bid.map((price) => (price === null ? null : price + 1)),
    );
});

test('a quote that is too old stops standing, and prices far below a cent come in full', async () => {
  const [first, second] = (await legs(PAIR.replace('BTC', 'TINY'))).legs;
  // Its limit is 2 s from 9.5 s on, when a quote of 0 s stood: that one ends there.
  assert.deepEqual(seconds(first), [0, 9.5, 10, 12, 20, 22, 30]);
  assert.equal(first.bid[2], 1.23456789012345e-7 + 1e-12);
  assert.deepEqual(seconds(second), [1, 11, 21]);
});

test('without a range it is that of /api/charts; fewer points keep extremes and holes', async () => {
  const chart = (await (await fetch(`${app.url}/api/charts${PAIR}&points=all`)).json()) as ChartData;
  const whole = await legs(`${PAIR}&points=10000`);
  const all = whole.legs.flatMap(({ timestamps }) => timestamps);
  assert.equal(Math.max(...all), chart.timestamps.at(-1));
  assert.deepEqual(
    whole.legs.map((leg) => [leg.timestamps.length, holes(leg)]),
    // A hole each; two rows of OKX lie within its gap, and its last one after the newest common quote.
    [
      [ROWS + 1, [8.5]],
      [ROWS - 1, [2]],
    ],
  );
  const few = await legs(`${PAIR}&points=50`);
  for (const [n, { timestamps, bid, ask }] of few.legs.entries()) {
    assert.ok(timestamps.length > 10 && timestamps.length <= 50, `${timestamps.length}`);
    const full = whole.legs[n]!;
    assert.equal(timestamps[0], full.timestamps[0]);
    assert.equal(timestamps.at(-1), full.timestamps.at(-1));
    const prices = (column: readonly (number | null)[]) => column.filter((price) => price !== null);
    assert.equal(Math.min(...prices(bid)), Math.min(...prices(full.bid)));
    assert.equal(Math.max(...prices(ask)), Math.max(...prices(full.ask)));
    assert.ok(bid.includes(null));
  }
});

test('what is wrong is named; a pair without quotes is none', async () => {
  const statusOf = async (query: string) => {
    const response = await fetch(`${app.url}/api/legs${query}`);
    return [response.status, ((await response.json()) as { field?: string }).field];
  };
  assert.deepEqual(await statusOf('?exchange1=Binance&exchange2=OKX'), [400, 'symbol']);
  assert.deepEqual(await statusOf('?symbol=BTC_USDT&exchange2=OKX'), [400, 'exchange1']);
  assert.deepEqual(await statusOf('?symbol=BTC_USDT&exchange1=OKX'), [400, 'exchange2']);
  assert.deepEqual(await statusOf('?symbol=BTC_USDT&exchange1=OKX&exchange2=okx'), [400, 'exchange2']);
  assert.deepEqual(await statusOf(`${PAIR}&from=soon`), [400, 'from']);
  assert.deepEqual(await statusOf(`${PAIR}&from=20&to=10`), [400, 'to']);
  assert.deepEqual(await statusOf(`${PAIR}&from=0`), [400, 'from']);
  for (const points of ['9', '10001', 'all', '-1'])
    assert.deepEqual(await statusOf(`${PAIR}&points=${points}`), [400, 'points']);
  assert.deepEqual(await statusOf(PAIR.replace('BTC', 'NONE')), [404, undefined]);
  assert.deepEqual(await statusOf(PAIR.replace('OKX', 'Nowhere')), [404, undefined]);
  const empty = await legs(`${PAIR}&from=0&to=1000`);
  assert.deepEqual(
    empty.legs.map(({ timestamps }) => timestamps),
    [[], []],
  );
});
