// Pairs pinned over /ws/realtime_charts, on real sockets.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChartData, LiveMessage, PinReply } from '../../src/api/contract.js';
import { answerMessage } from '../../src/api/pin-messages.js';
import { connectClient, type TestClient } from '../sockets/stage.js';
import { until } from '../support/wait.js';
import { realtimeStage } from './realtime-stage.js';

const PATH = '/ws/realtime_charts';
const BITCOIN = { symbol: 'BTC/USDT', exchange1: 'Alpha', exchange2: 'Beta' };
const STAGE = { exchanges: ['Alpha', 'Beta'], symbols: ['BTC/USDT', 'ETH/USDT'], pairs: [] };

/** Sends it as it is, or as JSON, and gives back the answer to it. */
async function ask(client: TestClient, message: unknown): Promise<PinReply> {
  const replies = () =>
    client.received
      .map((text) => JSON.parse(text))
      .filter(({ type }) => ['pinned', 'unpinned', 'refused'].includes(type)) as PinReply[];
  const before = replies().length;
  client.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  await until('an answer', () => replies().length > before);
  return replies().at(-1)!;
}

function shows(client: TestClient, symbol: string): boolean {
  const last = client.received.map((text) => JSON.parse(text)).findLast(Array.isArray) as ChartData[];
  return last.some((chart) => chart.symbol === symbol && chart.timestamps.length > 0);
}

test('a pinned pair appears in the charts of whoever pinned it, in either mode, without reconnecting', async (t) => {
  const stage = await realtimeStage({ ...STAGE, speed: 20 });
  t.after(() => stage.close());
  const full = await connectClient(stage.port, PATH);
  const delta = await connectClient(stage.port, `${PATH}?mode=delta`);
  await until('frames', () => full.received.length > 1);
  assert.equal(full.received[0], '[]');
  const answer = await ask(full, {
    action: 'pin',
    symbol: 'btc-usdt',
    exchange1: 'ALPHA',
    exchange2: 'beta',
    note: 1,
  });
  assert.deepEqual(answer, { type: 'pinned', ...BITCOIN });
  const other = { symbol: 'ETH/USDT', exchange1: 'Beta', exchange2: 'Alpha' };
  assert.deepEqual(await ask(delta, { action: 'pin', ...other }), { type: 'pinned', ...other });
  stage.tick();
  await until('the chart', () => shows(full, 'BTC/USDT'));
  const charts = () =>
    delta.received.map((text) => JSON.parse(text) as LiveMessage).flatMap(({ charts = [] }) => charts);
  await until('the chart in a delta', () =>
    charts().some(({ symbol, exchange1 }) => symbol === 'ETH/USDT' && exchange1 === 'Beta'),
  );
});

test('a pin without room is refused by name, with reason and limit; the charts go on', async (t) => {
  const stage = await realtimeStage({ ...STAGE, pairs: [BITCOIN], pairsMax: 1 });
  t.after(() => stage.close());
  const client = await connectClient(stage.port, PATH);
  const refused = await ask(client, { action: 'pin', ...BITCOIN, symbol: 'ETH/USDT' });
  assert.deepEqual(refused, {
    type: 'refused',
    action: 'pin',
    reason: 'full',
    message: 'ETH/USDT Alpha Beta: all 1 places of watched pairs are taken',
    limit: 1,
  });
  assert.equal(stage.realtime.counters().asksRefused, 1);
  assert.equal(stage.watching.counters().refused.full, 1);
  assert.deepEqual(await ask(client, { action: 'pin', ...BITCOIN }), { type: 'pinned', ...BITCOIN });
  stage.tick();
  await until('the chart', () => shows(client, 'BTC/USDT'));
});

test('a bad field is named with what was expected and what was there; what asks for nothing is not answered', async (t) => {
  const stage = await realtimeStage(STAGE);
  t.after(() => stage.close());
  const client = await connectClient(stage.port, PATH);
  const wrong: [object, string, string][] = [
    [{ symbol: 5 }, 'symbol', 'symbol: expected a symbol such as BTC/USDT, was 5'],
    [{ symbol: '/' }, 'symbol', 'symbol: expected a symbol such as BTC/USDT, was "/"'],
    [{ exchange1: undefined }, 'exchange1', 'exchange1: expected the name of an exchange, was absent'],
    [{ exchange2: ['x'] }, 'exchange2', 'exchange2: expected the name of an exchange, was ["x"]'],
    [{ exchange2: 'alpha' }, 'exchange2', 'exchange2: expected another exchange than exchange1, was alpha'],
    [{ action: 'hold' }, 'action', 'action: expected pin or unpin, was "hold"'],
    [{ action: null }, 'action', 'action: expected pin or unpin, was null'],
  ];
  for (const [change, field, message] of wrong) {
    const reply = await ask(client, { action: 'pin', ...BITCOIN, ...change });
    assert.ok(reply.type === 'refused');
    assert.deepEqual([reply.field, reply.message], [field, message]);
  }
  const long = await ask(client, { action: 'pin', ...BITCOIN, exchange1: 'x'.repeat(500) });
  assert.ok(long.type === 'refused' && long.message.length < 150);
  const { asksRefused } = stage.realtime.counters();
  for (const text of ['ping', '[]', 'null', '{"action', '{"subscribe":true}']) client.socket.send(text);
  assert.equal((await ask(client, { action: 'unpin', ...BITCOIN })).type, 'unpinned');
  assert.equal(stage.realtime.counters().asksRefused, asksRefused);
});

test('one client holds so many pairs and no more; another one may go on', async (t) => {
  const symbols = ['A/USDT', 'B/USDT', 'C/USDT', 'D/USDT'];
  const stage = await realtimeStage({ ...STAGE, symbols });
  t.after(() => stage.close());
  const client = await connectClient(stage.port, PATH);
  const replies: PinReply[] = [];
  for (const symbol of symbols) replies.push(await ask(client, { action: 'pin', ...BITCOIN, symbol }));
  assert.deepEqual(
    replies.map(({ type }) => type),
    ['pinned', 'pinned', 'pinned', 'refused'],
  );
  assert.equal((replies[3] as { limit?: number }).limit, 3);
  assert.equal((await ask(client, { action: 'unpin', ...BITCOIN, symbol: 'A/USDT' })).type, 'unpinned');
  assert.equal((await ask(client, { action: 'pin', ...BITCOIN, symbol: 'D/USDT' })).type, 'pinned');
});

test('pages of others read the charts and may not pin; the own page and programs on this machine may', async (t) => {
  const stage = await realtimeStage(STAGE);
  t.after(() => stage.close());
  const stranger = await connectClient(stage.port, PATH, { origin: 'http://evil.example' });
  assert.deepEqual(await ask(stranger, { action: 'pin', ...BITCOIN }), {
    type: 'refused',
    action: 'pin',
    reason: 'origin',
    message: 'Origin: expected the page of this server, was "http://evil.example"',
  });
  assert.equal((await ask(stranger, { action: 'unpin', ...BITCOIN })).type, 'refused');
  assert.equal(stage.watched.windows.length, 0);
  await until('charts', () => stranger.received.some((text) => text.startsWith('[')));
  const page = await connectClient(stage.port, PATH, { origin: `http://127.0.0.1:${stage.port}` });
  assert.equal((await ask(page, { action: 'pin', ...BITCOIN })).type, 'pinned');
  const program = await connectClient(stage.port, PATH);
  assert.equal((await ask(program, { action: 'pin', ...BITCOIN })).type, 'pinned');
});

test('a pair is watched for a minute after the last client that held it has gone', async (t) => {
  const stage = await realtimeStage({ ...STAGE, speed: 60 });
  t.after(() => stage.close());
  const [one, other] = [await connectClient(stage.port, PATH), await connectClient(stage.port, PATH)];
  for (const client of [one, other]) await ask(client, { action: 'pin', ...BITCOIN });
  one.socket.terminate();
  other.socket.close();
  await until('both are gone', () => stage.realtime.counters().clients === 0);
  const sinceUs = stage.clock.nowUs();
  await until('it is released', () => stage.watched.windows.length === 0);
  const tookSeconds = (stage.clock.nowUs() - sinceUs) / 1e6;
  assert.ok(tookSeconds > 55 && tookSeconds < 75, `released after ${tookSeconds} s`);
  assert.equal(stage.clock.pending(), 0);
});

test('a value nested deeper than it can be written is refused by name, whoever asks', async (t) => {
  const stage = await realtimeStage(STAGE);
  t.after(() => stage.close());
  const deep = '['.repeat(8_000) + ']'.repeat(8_000);
  const opener = { mayChange: true, origin: null };
  const ask = (text: string) => answerMessage(Buffer.from(text), {}, opener, stage.watching);
  for (const [field, text] of [
    ['action', `{"action":${deep}}`],
    ['symbol', `{"action":"pin","symbol":${deep}}`],
  ] as const) {
    const reply = ask(text);
    assert.ok(reply?.type === 'refused' && reply.reason === 'bad-field', field);
    assert.equal(reply.field, field);
  }
});
