// Faults of frames strike a share of them, and the simulator knows exactly what it sent.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { FaultKind } from '../../src/sim/faults.js';
import { HUGE_BYTES } from '../../src/sim/frame-faults.js';
import type { HostedExchange } from '../../src/sim/hosted-exchange.js';
import { type Client, eventually } from './client.js';
import { type Place, place, START_US } from './place.js';

const TOP = { bid: 100, bidSize: 1, ask: 101, askSize: 2 };

interface Scene extends Place {
  readonly okx: HostedExchange;
  readonly client: Client;
  /** Of BTC and ETH: `symbol bidSize updateId`, as they arrived and as the simulator says it sent them. */
  readonly received: () => readonly string[];
  readonly sent: string[];
  /** So many tops of both symbols, in turns. */
  publish(count: number): void;
}

async function scene(t: Parameters<typeof place>[0]): Promise<Scene> {
  const world = await place(t);
  const okx = world.server.exchange('OKX');
  const client = await world.connect('OKX');
  const sent: string[] = [];
  okx.onSent((symbol, told) => sent.push(`${symbol} ${told.quote.bidSize} ${told.updateId}`));
  const args = ['BTC-USDT', 'ETH-USDT'].map((instId) => ({ channel: 'bbo-tbt', instId }));
  client.send({ op: 'subscribe', args });
  await client.until('both first tops', () => client.frames.length === 4);
  let size = 0;
  return {
    ...world,
    okx,
    client,
    sent,
    received: () => client.frames.flatMap(told),
    publish(count) {
      for (let n = 0; n < count; n += 1)
        for (const symbol of ['BTC-USDT', 'ETH-USDT']) {
          size += 1;
          okx.publish(symbol, { ...TOP, bidSize: size }, START_US + size);
        }
    },
  };
}

/** Of a frame with a quote: symbol, size of the bid, update id; nothing of one that cannot be read. */
function told(frame: string): readonly string[] {
  try {
    const { arg, data } = JSON.parse(frame) as {
      arg: { instId: string };
      data?: { bids: string[][]; seqId: number }[];
    };
    return (data ?? []).map(({ bids, seqId }) => `${arg.instId} ${Number(bids[0]![1])} ${seqId}`);
  } catch {
    return [];
  }
}

const idsOf = (rows: readonly string[], symbol: string) =>
  rows.filter((row) => row.startsWith(symbol)).map((row) => Number(row.split(' ')[2]));

const FALLS = (rows: readonly string[]) =>
  ['BTC', 'ETH'].some((symbol) => idsOf(rows, symbol).some((id, at, all) => at > 0 && id < all[at - 1]!));
const REPEATS = (rows: readonly string[]) => new Set(rows).size < rows.length;

const CASES: readonly (readonly [FaultKind, (rows: readonly string[], touched: number) => boolean])[] = [
  ['missing-frames', (rows, touched) => rows.length === 200 - touched && !FALLS(rows)],
  ['duplicated-frames', (rows, touched) => rows.length === 200 + touched && REPEATS(rows) && !FALLS(rows)],
  ['reordered-frames', (rows) => rows.length === 200 && FALLS(rows) && !REPEATS(rows)],
  ['stale-frames', (rows, touched) => rows.length === 200 + touched && FALLS(rows) && REPEATS(rows)],
  ['malformed-frames', (rows, touched) => rows.length === 200 - touched && !FALLS(rows)],
  ['garbage-frames', (rows, touched) => rows.length === 200 - touched && !FALLS(rows)],
];

for (const [kind, holds] of CASES)
  test(`${kind}: a share is struck, what was sent is known exactly, and none is struck after the end`, async (t) => {
    const { okx, client, received, sent, publish } = await scene(t);
    okx.fault(kind, true);
    const before = sent.length;
    publish(100);
    okx.fault(kind, false);
    const during = sent.slice(before);
    const touched = okx.faults.touched.get(kind)!;
    assert.ok(touched > 20 && touched < 100, `${touched} of 200`);
    assert.ok(holds(during, touched), during.join('\n'));
    publish(20);
    const after = sent.slice(before + during.length);
    assert.equal(after.length, 40);
    assert.ok(!FALLS(after) && !REPEATS(after));
    await client.until('all of it', () => received().length === sent.length);
    // What conversation tells at the subscription counts too.
    assert.deepEqual(received().slice(-240), sent.slice(-240));
    assert.equal(okx.sent.total, sent.length);
  });

test('frames wait for the next of their own symbol on their own connection alone', async (t) => {
  const { okx, client, connect, publish } = await scene(t);
  const other = await connect('OKX');
  other.send({ op: 'subscribe', args: [{ channel: 'bbo-tbt', instId: 'SOL-USDT' }] });
  await other.until('its first top', () => other.frames.length === 2);
  okx.fault('reordered-frames', true);
  publish(50);
  for (let n = 0; n < 50; n += 1) okx.publish('SOL-USDT', { ...TOP, bidSize: n + 1 }, START_US);
  okx.fault('reordered-frames', false);
  await client.until('all of two symbols', () => client.frames.length === 104);
  await other.until('all of one', () => other.frames.length === 52);
  assert.ok(other.frames.slice(1).every((frame) => frame.includes('SOL-USDT')));
  assert.ok(client.frames.every((frame) => !frame.includes('SOL-USDT')));
});

test('compressed and binary frames are cut off, made garbage and ten megabytes in their own kind', async (t) => {
  const { server, connect } = await place(t);
  const bingx = server.exchange('BingX');
  const client = await connect('BingX');
  client.send({ id: '1', reqType: 'sub', dataType: 'BTC-USDT@bookTicker' });
  await client.until('the first top', () => client.frames.length === 2);
  for (const [kind, size] of [
    ['malformed-frames', null],
    ['garbage-frames', 64],
    ['huge-frames', HUGE_BYTES],
  ] as const) {
    const before = client.received.length;
    const struck = () => bingx.faults.touched.get(kind) ?? 0;
    bingx.fault(kind, true);
    let published = 0;
    while (struck() === 0) {
      published += 1;
      bingx.publish('BTC-USDT', { ...TOP, bidSize: published }, START_US);
      if (published % 50 === 0)
        await eventually('some room', () => client.received.length === before + published);
    }
    bingx.fault(kind, false);
    await client.until('all frames', () => client.received.length === before + published);
    const { bytes, isBinary } = client.received.at(-1)!;
    assert.ok(isBinary);
    if (size !== null) assert.equal(bytes.length, size);
    assert.throws(() => gunzipSync(bytes), kind);
  }
});
