// One client among several that never reads, over real sockets: what it costs the others is nothing, what it
// costs us is bounded, and it learns why it had to go.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/sim/random.js';
import { until } from '../support/wait.js';
import { connectClient, startStage, turn } from './stage.js';

const KB = 1_024;
const BOUND_BYTES = 512 * KB;
const TEXT_BYTES = 40 * KB;

for (const deflate of [false, true])
  test(`a client that never reads is closed with 1013; five others miss nothing, deflated: ${deflate}`, async (t) => {
    const stage = await startStage({ bufferedBytesMax: BOUND_BYTES, closeGraceMs: 5_000 });
    t.after(() => stage.close());
    const readers = await Promise.all(
      Array.from({ length: 5 }, () => connectClient(stage.port, '/ws/stream', { deflate })),
    );
    const stalled = await connectClient(stage.port, '/ws/stream', { deflate });
    await until('all are accepted', () => stage.clients.size === 6);
    stalled.socket.pause();
    const random = createRandom(7);
    const sent: string[] = [];
    let waitingMost = 0;
    const closedSlow = () => stage.clients.counters().closedSlow === 1;
    await until('it is closed', async () => {
      const text = `${sent.length} ${random.hex(TEXT_BYTES)}`;
      sent.push(text);
      stage.clients.broadcast(text);
      // Readers have read before the next: what waits then waits for the stalled one.
      await until('the readers have it', () => readers.every(({ received }) => received.at(-1) === text));
      waitingMost = Math.max(waitingMost, stage.clients.counters().bufferedBytes);
      return closedSlow();
    });
    assert.ok(waitingMost <= BOUND_BYTES + TEXT_BYTES + KB, `${waitingMost} bytes waited`);
    assert.equal(stage.clients.size, 5);
    for (const { received } of readers) assert.deepEqual(received, sent);
    for (let i = 0; i < 20; i += 1) {
      sent.push(`after ${i} ${random.hex(TEXT_BYTES)}`);
      stage.clients.broadcast(sent.at(-1)!);
      await turn();
    }
    await until('readers have the rest', () =>
      readers.every(({ received }) => received.length === sent.length),
    );
    for (const { received } of readers) assert.deepEqual(received, sent);
    const { framesDeflated, messagesDeflated, messagesSent } = stage.clients.counters();
    assert.equal(framesDeflated, deflate ? sent.length : 0);
    assert.equal(messagesDeflated, deflate ? messagesSent : 0);
    // It reads at last: whole texts in order as far as they were sent, then why there are no more.
    stalled.socket.resume();
    const { code, reason } = await stalled.closed;
    assert.equal(code, 1013);
    assert.match(reason, /^too slow: \d+ bytes wait$/);
    assert.deepEqual(stalled.received, sent.slice(0, stalled.received.length));
    await until('nothing waits', () => stage.clients.counters().bufferedBytes === 0);
  });

test('more clients than have their turn at once: each gets all, in order, whoever comes between', async (t) => {
  const stage = await startStage({ bufferedBytesTotalMax: 64 * KB });
  t.after(() => stage.close());
  const early = await Promise.all(
    Array.from({ length: 300 }, (_, i) => connectClient(stage.port, '/ws/stream', { deflate: i % 2 === 0 })),
  );
  await until('all are accepted', () => stage.clients.size === 300);
  const sent: string[] = [];
  const say = (text: string) => {
    sent.push(text);
    stage.clients.broadcast(text);
  };
  // 9 MB held for their turn are not what a slow reader makes wait.
  say(`first ${'x'.repeat(30 * KB)}`);
  const [first, last] = [[...stage.clients][0]!, [...stage.clients].at(-1)!];
  for (let i = 0; i < 10; i += 1) {
    say(`${i} ${'long '.repeat(500)}`);
    await turn();
    for (const one of [first, last]) stage.clients.sendTo(one, `own ${i}`);
  }
  await until('all have all', () =>
    early.every(({ received }) => received.filter((text) => !text.startsWith('own')).length === sent.length),
  );
  for (const { received } of early)
    assert.deepEqual(
      received.filter((text) => !text.startsWith('own')),
      sent,
    );
  const owns = early.filter(({ received }) => received.some((text) => text.startsWith('own')));
  assert.equal(owns.length, 2);
  await until('their own ones have come', () =>
    owns.every(({ received }) => received.length === sent.length + 10),
  );
  for (const { received } of owns)
    for (let i = 0; i < 10; i += 1) {
      const at = received.indexOf(`own ${i}`);
      assert.ok(
        at > received.findIndex((text) => text.startsWith(`${i} `)),
        `own ${i} came before what was sent before`,
      );
    }
  const { closedSlow, clients } = stage.clients.counters();
  assert.deepEqual({ closedSlow, clients }, { closedSlow: 0, clients: 300 });
});
