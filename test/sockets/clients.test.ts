import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { until } from '../support/wait.js';
import { connectClient, handshake, startStage, turn } from './stage.js';

const KB = 1024;

/** Sends until `done`, letting the loop turn between; every text as long as `bytes`. */
async function sendUntil(send: (text: string) => void, bytes: number, done: () => boolean): Promise<number> {
  const text = 'x'.repeat(bytes);
  const end = Date.now() + 20_000;
  let sent = 0;
  while (!done()) {
    assert.ok(Date.now() < end, 'not done within 20 s');
    send(text);
    sent += 1;
    if (sent % 8 === 0) await turn();
  }
  return sent;
}

test('problem 11: a reader that stalls is closed with its reason, and what others get is not late', async (t) => {
  const stage = await startStage({ bufferedBytesMax: 256 * KB });
  t.after(() => stage.close());
  const healthy = await connectClient(stage.port);
  const stalled = await connectClient(stage.port);
  stalled.socket.pause();

  const latenciesMs: number[] = [];
  healthy.socket.on('message', (data) =>
    latenciesMs.push(performance.now() - Number.parseFloat(String(data))),
  );
  const padding = 'x'.repeat(4 * KB);
  const sent = await sendUntil(
    () => stage.clients.broadcast(`${performance.now()} ${padding}`),
    0,
    () => stage.clients.counters().closedSlow === 1,
  );
  await until('the healthy one has everything', () => healthy.received.length === sent);
  latenciesMs.sort((a, b) => a - b);
  const p99Ms = latenciesMs[Math.floor(latenciesMs.length * 0.99)] as number;
  assert.ok(p99Ms < 250, `99 of 100 within ${p99Ms} ms`);
  assert.equal(stage.clients.size, 1);

  // Reading again in time, it still learns why.
  stalled.socket.resume();
  const { code, reason } = await stalled.closed;
  assert.equal(code, 1013);
  assert.match(reason, /^too slow: \d+ bytes wait$/);
  assert.equal(healthy.socket.readyState, healthy.socket.OPEN);
});

test('problem 12: what waits for one client never exceeds its bound by more than one message', async (t) => {
  const bound = 128 * KB;
  const stage = await startStage({ bufferedBytesMax: bound, closeGraceMs: 50 });
  t.after(() => stage.close());
  const stalled = await connectClient(stage.port);
  stalled.socket.pause();
  let most = 0;
  await sendUntil(
    (text) => {
      stage.clients.broadcast(text);
      most = Math.max(most, stage.clients.counters().bufferedBytes);
    },
    KB,
    () => stage.clients.counters().closedSlow === 1,
  );
  assert.ok(most > bound && most < bound + 2 * KB, `${most} bytes waited`);
  // It does not read its goodbye: it is cut off, and its bytes with it.
  await until('nothing waits any more', () => stage.clients.counters().bufferedBytes === 0);
  await until('no timer is left', () => stage.clock.pending() === 0);
});

test('the bound of all clients together closes the slowest, and only it', async (t) => {
  const stage = await startStage({ bufferedBytesMax: 512 * KB, bufferedBytesTotalMax: 256 * KB });
  t.after(() => stage.close());
  const healthy = await connectClient(stage.port);
  const stalled = await connectClient(stage.port);
  stalled.socket.pause();
  await sendUntil(
    (text) => stage.clients.broadcast(text),
    KB,
    () => stage.clients.counters().closedSlow > 0,
  );
  assert.equal(stage.clients.size, 1);
  stage.clients.broadcast('last');
  await until('the healthy one goes on', () => healthy.received.at(-1) === 'last');
});

test('problem 13: a half-open socket is found within two ping periods, one that answers stays', async (t) => {
  const speed = 40;
  const stage = await startStage({ speed });
  t.after(() => stage.close());
  const healthy = await connectClient(stage.port);
  // Speaks the handshake and then never again, like a peer whose cable was pulled.
  const silent = connect(stage.port, '127.0.0.1', () => silent.write(handshake('/')));
  silent.on('error', () => {});
  t.after(() => silent.destroy());
  await until('both accepted', () => stage.clients.size === 2);
  const sinceUs = stage.clock.nowUs();
  await until('the silent one is gone', () => stage.clients.counters().closedDead === 1);
  const tookMs = (stage.clock.nowUs() - sinceUs) / 1_000;
  // Two periods of 15 s, and what the machine's timers add at this speed.
  assert.ok(tookMs <= 2 * 15_000 + 100 * speed, `found after ${tookMs} ms`);
  const laterUs = stage.clock.nowUs() + 60_000_000;
  await until('four more periods', () => stage.clock.nowUs() > laterUs);
  assert.equal(stage.clients.size, 1);
  assert.equal(healthy.socket.readyState, healthy.socket.OPEN);
});

test('problem 14: sending while clients come and go raises no error', async (t) => {
  const stage = await startStage();
  t.after(() => stage.close());
  let going = true;
  const sender = (async () => {
    while (going) {
      stage.clients.broadcast('tick');
      for (const client of stage.clients) stage.clients.sendTo(client, 'own');
      await turn();
    }
  })();
  for (let round = 0; round < 100; round++) {
    const client = await connectClient(stage.port);
    if (round % 3 === 0) client.socket.terminate();
    else if (round % 3 === 1) client.socket.close();
    else await until('it was served', () => client.received.length > 1).then(() => client.socket.close());
  }
  await until('all gone', () => stage.clients.size === 0);
  going = false;
  await sender;
  const { accepted, closedSlow, closedDead } = stage.clients.counters();
  assert.deepEqual({ accepted, closedSlow, closedDead }, { accepted: 100, closedSlow: 0, closedDead: 0 });
});

test('one client too many is closed with 1013, and a place that comes free is given again', async (t) => {
  const stage = await startStage({ clientsMax: 2 });
  t.after(() => stage.close());
  const first = await connectClient(stage.port);
  await connectClient(stage.port);
  const third = await connectClient(stage.port);
  assert.deepEqual(await third.closed, { code: 1013, reason: 'too many clients' });
  first.socket.close();
  await until('one place is free', () => stage.clients.size === 1);
  await connectClient(stage.port);
  await until('it is taken', () => stage.clients.size === 2);
  assert.equal(stage.clients.counters().refused, 1);
});

test('closing says goodbye to all, cuts off who does not answer, and refuses who comes later', async () => {
  const stage = await startStage({ closeGraceMs: 100 });
  const polite = await connectClient(stage.port);
  const stubborn = await connectClient(stage.port);
  stubborn.socket.pause();
  await until('both accepted', () => stage.clients.size === 2);
  const closed = stage.clients.close(1001, 'server stops');
  const late = await connectClient(stage.port);
  assert.deepEqual(await polite.closed, { code: 1001, reason: 'server stops' });
  assert.equal((await late.closed).code, 1013);
  await closed;
  assert.equal(stage.clock.pending(), 0);
  stubborn.socket.terminate();
  await stage.close();
});

test('a long list reaches a client that reads slowly, without closing it and without filling memory', async (t) => {
  const stage = await startStage({ bufferedBytesMax: 64 * KB });
  t.after(() => stage.close());
  const client = await connectClient(stage.port);
  const pieces = Array.from({ length: 4_000 }, (_, i) => Buffer.from(`${i} ${'x'.repeat(4_000)}`));
  const entry = await until('it is accepted', () => [...stage.clients][0]);
  client.socket.pause();
  let done = 0;
  stage.clients.sendSequence(entry, pieces, () => (done += 1));
  await until('the kernel takes no more', async () => {
    const before = stage.clients.counters().messagesSent;
    for (let i = 0; i < 50; i++) await turn();
    return stage.clients.counters().messagesSent === before && before > 0;
  });
  const { messagesSent, bufferedBytes } = stage.clients.counters();
  assert.ok(messagesSent < pieces.length, `${messagesSent} pieces went out at once`);
  assert.ok(bufferedBytes <= 17 * 4_100, `${bufferedBytes} bytes wait`);
  client.socket.resume();
  await until('all pieces are there', () => client.received.length === pieces.length);
  assert.deepEqual(
    client.received.map((text) => Number.parseInt(text, 10)),
    pieces.map((_, i) => i),
  );
  await until('it is said once', () => done === 1);
});

test('a list whose client goes ends too', async (t) => {
  const stage = await startStage();
  t.after(() => stage.close());
  const client = await connectClient(stage.port);
  client.socket.pause();
  const entry = await until('it is accepted', () => [...stage.clients][0]);
  const pieces = Array.from({ length: 4_000 }, () => Buffer.alloc(4_000, 'x'));
  let done = 0;
  stage.clients.sendSequence(entry, pieces, () => (done += 1));
  client.socket.terminate();
  await until('it is said once', () => done === 1);
});

test('after 1,000 connects nothing is left: no client, no timer, no listener, no connection', async (t) => {
  const stage = await startStage();
  t.after(() => stage.close());
  const listeners = () => stage.server.eventNames().map((name) => [name, stage.server.listenerCount(name)]);
  const before = listeners();
  for (let batch = 0; batch < 20; batch++) {
    const clients = await Promise.all(Array.from({ length: 50 }, () => connectClient(stage.port)));
    stage.clients.broadcast('tick');
    for (const [i, { socket }] of clients.entries())
      if (i % 2 === 0) socket.close();
      else socket.terminate();
    await until('the batch is gone', () => stage.clients.size === 0);
  }
  assert.equal(stage.clients.counters().accepted, 1_000);
  assert.equal(stage.clock.pending(), 0);
  assert.deepEqual(listeners(), before);
  await until(
    'no connection is open',
    () =>
      new Promise<boolean>((resolve) => stage.server.getConnections((_error, count) => resolve(count === 0))),
  );
});

test('who asks without end is closed with 1008, and asks no more; others ask on', async (t) => {
  let asked = 0;
  const stage = await startStage({
    onMessage: () => {
      asked += 1;
    },
  });
  t.after(() => stage.close());
  const [greedy, modest] = [await connectClient(stage.port), await connectClient(stage.port)];
  for (let n = 0; n < 1_500; n += 1) greedy.socket.send('more');
  assert.deepEqual(await greedy.closed, { code: 1008, reason: 'too many messages' });
  assert.equal(asked, 1_000);
  modest.socket.send('please');
  await until('it was asked', () => asked === 1_001);
});

test('a message that breaks its owner costs one client its connection, with 1011, and nobody else', async (t) => {
  const stage = await startStage({
    onMessage: (client) => {
      if (client.id === 1) throw new Error('a mistake of ours');
    },
  });
  t.after(() => stage.close());
  const [first, second] = [await connectClient(stage.port), await connectClient(stage.port)];
  first.socket.send('anything');
  assert.deepEqual(await first.closed, { code: 1011, reason: 'server error' });
  stage.clients.broadcast('still here');
  await until('the other one has it', () => second.received.length === 1);
});
