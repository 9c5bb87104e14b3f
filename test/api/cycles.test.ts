// /api/cycles over real HTTP and a real lake: each cycle with its ends and its peak, a hole breaks one, and bad requests named.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { CyclesReply } from '../../src/api/contract.js';
import { type LedgerLine, ledgerText } from '../../src/lake/ledger.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { writeLedger, writeRows } from '../support/lakes.js';

let app: TestApp;
const startUs = Date.UTC(2026, 0, 2, 3, 4, 5) * 1_000;
const PAIR = '?symbol=BTC_USDT&exchange1=Binance&exchange2=OKX';
/** Bids of the first leg, a second apart, beside a second leg at 100. */
const BIDS = [100, 100.5, 101, 100.7, 100.04, 100, 99.5, 99.2, 100.6, 100.9, 100, 100.6, 100.6, 100, 100.8];
/** Many short ones. */
const MANY = Array.from({ length: 5_001 }, (_, n) => (n % 2 === 0 ? 100 : 101));

before(async () => {
  app = await startTestApp(({ lake }) => {
    const write = (exchange: string, symbol: string, bids: readonly number[], offsetUs: number) =>
      writeRows(
        lake,
        exchange,
        symbol,
        bids.map((bid, n) => ({ atUs: startUs + n * 1_000_000 + offsetUs, bid, ask: bid + 0.01 })),
      );
    for (const [symbol, bids] of [
      ['BTC/USDT', BIDS],
      ['ETH/USDT', MANY],
    ] as const) {
      write('Binance', symbol, bids, 0);
      write(
        'OKX',
        symbol,
        bids.map(() => 100),
        -100_000,
      );
    }
    const gap: LedgerLine = {
      type: 'gap',
      stampUs: startUs + 11_700_000,
      fromUs: startUs + 11_500_001,
      reason: 'silent',
    };
    writeLedger(lake, startUs, [ledgerText(gap, { exchange: 'OKX', symbol: 'BTC/USDT' })]);
  });
});

after(() => app.stop());

async function cycles(query: string): Promise<CyclesReply> {
  const response = await fetch(`${app.url}/api/cycles${query}`);
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.json()) as CyclesReply;
}

const plain = (reply: CyclesReply) =>
  reply.cycles.map(({ from, to, direction, peakPercent, peakAt }) => {
    const [begin, end, peak] = [from, to, peakAt].map((at) => Math.round((at - startUs / 1e6) * 1e6) / 1e6);
    return `${direction} ${begin}-${end} ${peakPercent.toFixed(6)} at ${peak}`;
  });

test('each cycle is there with its direction, its ends and its peak; a hole breaks one; an open one is none', async () => {
  const reply = await cycles(`${PAIR.replace('BTC_USDT', 'btc-usdt')}&to=${startUs / 1_000 + 15_000}`);
  assert.deepEqual(plain(reply), [
    'up 1-4 1.000000 at 2',
    'down 6-8 -0.800000 at 7',
    'up 8-10 0.900000 at 9',
    // The one before was broken; it stood again with the next quote.
    'up 11.9-13 0.600000 at 11.9',
  ]);
  const { cycles: _, from, to, ...rest } = reply;
  assert.deepEqual(rest, {
    ...{ symbol: 'BTC/USDT', exchange1: 'Binance', exchange2: 'OKX' },
    ...{ thresholdPercent: 0.4, neutralPercent: 0.05, broken: 1, more: false },
  });
  assert.ok(from < startUs / 1e6 && to <= startUs / 1e6 + 15);
  // What stands at the beginning counts from there.
  const late = await cycles(`${PAIR}&from=${startUs / 1_000 + 2_500}&to=${startUs / 1_000 + 5_000}`);
  assert.deepEqual(plain(late), ['up 2.5-4 1.000000 at 2.5']);
  assert.deepEqual(plain(await cycles(`${PAIR}&threshold=0.95`)), ['up 2-4 1.000000 at 2']);
});

test('of many the newest 2,000 come, and that there were more', async () => {
  const reply = await cycles(PAIR.replace('BTC', 'ETH'));
  assert.deepEqual([reply.cycles.length, reply.more], [2_000, true]);
  assert.deepEqual(plain(reply).at(-1), 'up 4997-4998 1.000000 at 4997');
});

test('what is wrong is named; a pair without quotes is none', async () => {
  const statusOf = async (query: string) => {
    const response = await fetch(`${app.url}/api/cycles${query}`);
    return [response.status, ((await response.json()) as { field?: string }).field];
  };
  assert.deepEqual(await statusOf('?exchange1=Binance&exchange2=OKX'), [400, 'symbol']);
  for (const threshold of ['0.04', '-1', 'much', '1001'])
    assert.deepEqual(await statusOf(`${PAIR}&threshold=${threshold}`), [400, 'threshold']);
  assert.deepEqual(await statusOf(`${PAIR}&from=0`), [400, 'from']);
  assert.deepEqual(await statusOf(`${PAIR}&from=20&to=10`), [400, 'to']);
  assert.deepEqual(await statusOf(PAIR.replace('BTC', 'NONE')), [404, undefined]);
  assert.deepEqual((await cycles(`${PAIR}&from=0&to=1000`)).cycles, []);
});
