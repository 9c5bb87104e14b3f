// /api/lake/coverage over real HTTP: rows by exchange or by symbol, an answer kept for a while, bad requests named. What the
// shares are is test/lake/heatmap.test.ts's to say.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { LakeCoverageReply } from '../../src/api/contract.js';
import { createRealClock } from '../../src/clock.js';
import { hourStartUs } from '../../src/core/time.js';
import { ledgerText } from '../../src/lake/ledger.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { writeLedger, writeRows } from '../support/lakes.js';

const clock = createRealClock();
const hourUs = hourStartUs(clock.nowUs()) - 3 * 3_600e6;
let app: TestApp;

before(async () => {
  app = await startTestApp(({ lake }) => {
    for (const [exchange, symbol] of [
      ['Binance', 'BTC/USDT'],
      ['Binance', 'ETH/USDT'],
      ['OKX', 'BTC/USDT'],
    ] as const)
      writeRows(lake, exchange, symbol, [{ atUs: hourUs + 1e6, bid: 100, ask: 101 }]);
    // Half an hour of proof of one exchange.
    const alive = Array.from({ length: 361 }, (_, n) => {
      const stampUs = hourUs + n * 5e6;
      return ledgerText({ type: 'alive', stampUs, connection: 'Binance#1', provenUs: stampUs }, null);
    });
    writeLedger(lake, hourUs, alive);
  });
});

after(async () => {
  await app.stop();
  clock.close();
});

async function ask(query: string): Promise<LakeCoverageReply> {
  const response = await fetch(`${app.url}/api/lake/coverage${query}`);
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.json()) as LakeCoverageReply;
}

test('a row an exchange, or a symbol of one, a value an hour', async () => {
  const all = await ask('');
  assert.deepEqual([all.hours, all.leftOut, all.from % 3_600], [48, 0, 0]);
  assert.deepEqual(
    all.rows.map(({ name }) => name),
    ['Binance', 'OKX'],
  );
  const at = Math.round((hourUs / 1e6 - all.from) / 3_600);
  const [binance, okx] = all.rows;
  assert.deepEqual([binance!.covered[at], binance!.gap[at]], [0.5, 0.5]);
  // Its rows lie there, and the ledger tells nothing of it: not known without reading them.
  assert.deepEqual([okx!.covered[at], okx!.gap[at]], [null, 0]);
  assert.deepEqual([binance!.covered[at - 1], binance!.gap[at - 1]], [null, 0]);
  assert.equal(binance!.covered.length, 48);
  const one = await ask('?days=1&exchange=bINANCE');
  assert.deepEqual(
    one.rows.map(({ name, covered }) => [name, covered.length]),
    [
      ['BTC/USDT', 24],
      ['ETH/USDT', 24],
    ],
  );
});

test('an answer is given again for a while; what is wrong is named', async () => {
  const many = await Promise.all(Array.from({ length: 20 }, () => ask('?days=3')));
  assert.equal(new Set(many.map((reply) => JSON.stringify(reply))).size, 1);
  const statusOf = async (query: string) => {
    const response = await fetch(`${app.url}/api/lake/coverage${query}`);
    return [response.status, ((await response.json()) as { field?: string }).field];
  };
  for (const days of ['0', '15', 'all', '1.5'])
    assert.deepEqual(await statusOf(`?days=${days}`), [400, 'days']);
  assert.deepEqual(await statusOf('?exchange=Nowhere'), [404, undefined]);
  assert.deepEqual(await statusOf('?exchange=OKX&exchange=Binance'), [400, 'exchange']);
  assert.equal((await ask('?days=14')).hours, 14 * 24);
});
