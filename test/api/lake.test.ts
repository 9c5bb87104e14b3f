// /api/lake over real HTTP: what lies in the lake, how it is kept, no path of the machine, and one look however many ask.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { LakeReply } from '../../src/api/contract.js';
import { Lately } from '../../src/api/lately.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { writePair } from '../support/lakes.js';

let app: TestApp;

before(async () => {
  app = await startTestApp(
    ({ lake }) => {
      writePair(lake, 'BTC/USDT', 'Binance', 'OKX', 100);
      writePair(lake, 'ETH/USDT', 'Binance', 'Bybit', 100);
    },
    {},
    undefined,
    {},
  );
});

after(() => app.stop());

async function lake(): Promise<LakeReply> {
  const response = await fetch(`${app.url}/api/lake`);
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.json()) as LakeReply;
}

test('the lake is told by day, with how it is kept and the room on the disk', async () => {
  const reply = await lake();
  assert.deepEqual(
    reply.days.map(({ date, files, instruments, compacted }) => [date, files, instruments, compacted]),
    [['2026-01-02', 4, 4, false]],
  );
  assert.deepEqual([reply.exchanges, reply.symbols, reply.instruments], [3, 2, 4]);
  assert.deepEqual([reply.oldest, reply.newest, reply.daysTotal], ['2026-01-02', '2026-01-02', 1]);
  assert.ok(reply.bytes >= reply.days[0]!.bytes && reply.days[0]!.bytes > 1_000);
  assert.ok(reply.freeBytes! > 0);
  assert.deepEqual(reply.kept, { hotDays: 2, retentionDays: null, bytesMax: null });
  assert.deepEqual([reply.recording, reply.troubles, reply.skipped], [false, [], 0]);
  assert.equal(reply.journal.droppedQuotes, 0);
  assert.ok(Date.parse(reply.at) > 0);
});

test('nothing that is answered tells where on the machine the lake lies', async () => {
  const text = await (await fetch(`${app.url}/api/lake`)).text();
  assert.equal((JSON.parse(text) as LakeReply).root, 'lake');
  assert.ok(!text.includes(app.folder));
});

test('it is looked at once a minute, however many ask', async () => {
  const replies = await Promise.all([lake(), lake(), lake()]);
  writeFileSync(join(app.lake, 'something'), 'more');
  replies.push(await lake());
  assert.equal(new Set(replies.map(({ at }) => at)).size, 1);
  assert.equal(new Set(replies.map(({ files }) => files)).size, 1);
  const openapi = (await (await fetch(`${app.url}/api/openapi.json`)).json()) as { paths: object };
  assert.ok('/api/lake' in openapi.paths);
});

test('an answer is kept for a minute, or for twenty times as long as it took; one that failed is not', async () => {
  let nowUs = 0;
  let made = 0;
  const lately = new Lately<number>({ nowUs: () => nowUs }, 2);
  const get = (key: string, tookUs: number) =>
    lately.get(key, async () => {
      made += 1;
      nowUs += tookUs;
      if (tookUs < 0) throw new Error('failed');
      return made;
    });
  assert.equal(await get('a', 1e6), 1);
  nowUs += 59.9e6;
  assert.equal(await get('a', 10e6), 1);
  nowUs += 0.2e6;
  assert.equal(await get('a', 10e6), 2);
  nowUs += 199e6;
  assert.equal(await get('a', 0), 2);
  nowUs += 2e6;
  await assert.rejects(get('a', -1), /failed/);
  assert.equal(await get('a', 0), 4);
  // Two are kept: the one that was not asked for longest goes.
  assert.deepEqual([await get('b', 0), await get('c', 0), await get('a', 0)], [5, 6, 7]);
});
