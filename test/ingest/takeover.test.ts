// One connection takes over from another while things go wrong: refusals, falls of either of the two, notices, holes.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { until } from '../support/wait.js';
import { type StageOptions, takeoverStage } from './takeover-stage.js';

const cleanups: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function setUp(options: StageOptions = {}) {
  const stage = await takeoverStage(options);
  cleanups.push(stage.end);
  return stage;
}

/** Speaks of the symbol on every socket until stopped, every half second of the clock: 1, 2, 3 … */
function streaming({ clock, tell }: Awaited<ReturnType<typeof setUp>>, symbol: string) {
  let last = 0;
  cleanups.push(
    clock.every(500, () => {
      last += 1;
      tell(symbol, last);
    }),
  );
  return () => last;
}

test('a connection that came back is replaced before its life is over, though it was down when that was planned', async () => {
  const stage = await setUp({ symbols: ['A-USDT'], speed: 100, connectionLifeMs: 100_000 });
  streaming(stage, 'A-USDT');
  await until('quotes', () => stage.bids('A-USDT').length > 2);
  const startUs = stage.clock.nowUs();
  stage.server.refuse = { status: 503 };
  stage.server.streams[0]!.socket.terminate();
  await until('past the moment that was planned', () => stage.clock.nowUs() - startUs > 100e6);
  assert.equal(stage.feed.health().rolls, 0);
  stage.server.refuse = undefined;
  await until('replaced', () => stage.feed.health().rolls === 1);
  assert.equal(stage.gapsOf('A-USDT').length, 1);
});

/** From the first that came to the last, each once and in order. */
function assertWhole(bids: readonly number[]): void {
  assert.deepEqual(
    bids,
    bids.map((_, at) => bids[0]! + at),
  );
}

test('a planned takeover is given up where the new connection is refused what the old one streams, and made later', async () => {
  const stage = await setUp({ speed: 100 });
  const { server, feed } = stage;
  server.refuses = (at, symbol) => at === 1 && symbol === 'B-USDT';
  streaming(stage, 'A-USDT');
  streaming(stage, 'B-USDT');
  await until('quotes', () => stage.bids('B-USDT').length > 2);
  feed.roll();
  await until('the new one opened', () => stage.isOpen(1));
  const openedUs = stage.clock.nowUs();
  await until('given up', () => !stage.isOpen(1));
  assert.ok(stage.isOpen(0), 'the old one stays');
  assert.ok(stage.clock.nowUs() - openedUs > 29e6, 'not before it had its time');
  assert.equal(feed.health().rolls, 0);
  const before = stage.bids('B-USDT').length;
  await until('quotes of it go on', () => stage.bids('B-USDT').length > before + 2);
  await until('made later', () => feed.health().rolls === 1);
  assert.equal(server.streams.length, 3);
  await until('quotes of the third', () => stage.bids('B-USDT').length > before + 200);
  for (const symbol of ['A-USDT', 'B-USDT']) {
    assert.deepEqual(stage.gapsOf(symbol), []);
    assertWhole(stage.bids(symbol));
  }
});

test('a planned takeover is given up where the new connection is silent about what the old one streams', async () => {
  const stage = await setUp({ speed: 100 });
  streaming(stage, 'A-USDT');
  streaming(stage, 'B-USDT');
  await until('quotes', () => stage.bids('B-USDT').length > 2);
  stage.mute.add('1 B-USDT');
  stage.feed.roll();
  await until('asked for', () => stage.server.streams[1]?.symbols.has('B-USDT'));
  await until('given up', () => !stage.isOpen(1));
  const before = stage.bids('B-USDT').length;
  await until('quotes of it go on', () => stage.bids('B-USDT').length > before + 20);
  assert.deepEqual(stage.gapsOf('B-USDT'), []);
  assertWhole(stage.bids('A-USDT'));
  assertWhole(stage.bids('B-USDT'));
});

test('before its life ends the takeover goes through, with a gap of what the new connection was refused', async () => {
  // Planned at 680 s, given up at 710 s, and for the last time at 760 s, before the exchange closes at 800 s.
  const stage = await setUp({ speed: 100, connectionLifeMs: 800_000, chance: 0 });
  const { server, feed } = stage;
  const openedUs = stage.clock.nowUs();
  server.refuses = (at, symbol) => at > 0 && symbol === 'B-USDT';
  streaming(stage, 'A-USDT');
  streaming(stage, 'B-USDT');
  await until('a second attempt', () => server.streams.length === 3, 60_000);
  assert.deepEqual([stage.isOpen(0), feed.health().rolls], [true, 0]);
  assert.deepEqual(stage.gapsOf('B-USDT'), []);
  await until('it went through', () => feed.health().rolls === 1);
  assert.ok(stage.clock.nowUs() - openedUs < 800e6, 'in time');
  const [gap] = await until('the gap', () => stage.gapsOf('B-USDT').length === 1 && stage.gapsOf('B-USDT'));
  assert.equal(gap!.reason, 'disconnect');
  assert.deepEqual(stage.gapsOf('A-USDT'), []);
  assertWhole(stage.bids('A-USDT'));
});

test('an announced takeover goes through, with a gap back to the last sign of life of what the new one was refused', async () => {
  const stage = await setUp({ speed: 100 });
  const { server, feed } = stage;
  server.refuses = (at, symbol) => at === 1 && symbol === 'B-USDT';
  streaming(stage, 'A-USDT');
  streaming(stage, 'B-USDT');
  await until('quotes', () => stage.bids('B-USDT').length > 2);
  server.streams[0]!.socket.send('bye');
  await until('refused', () => server.asked.filter((symbol) => symbol === 'B-USDT').length === 2);
  await until('the old one is gone', () => !stage.isOpen(0));
  const [gap] = await until('the gap', () => stage.gapsOf('B-USDT').length === 1 && stage.gapsOf('B-USDT'));
  assert.equal(gap!.reason, 'disconnect');
  // Its quotes come every half second, and the machine may be late.
  assert.ok(gap!.stampUs >= gap!.fromUs && gap!.stampUs - gap!.fromUs < 20e6, JSON.stringify(gap));
  assert.deepEqual([feed.health().rolls, stage.isOpen(1)], [1, true]);
  assert.deepEqual(stage.gapsOf('A-USDT'), []);
  await until('asked for once more', () => server.asked.filter((symbol) => symbol === 'B-USDT').length === 3);
});

test('a hole after an instrument was handed over is mended on the connection that carries it', async () => {
  const stage = await setUp({ speed: 5 });
  const { server, feed } = stage;
  const last = streaming(stage, 'A-USDT');
  await until('quotes', () => stage.bids('A-USDT').length > 2);
  feed.roll();
  await until('asked for', () => server.streams[1]?.symbols.has('A-USDT'));
  const mark = last();
  await until('handed over', () => stage.bids('A-USDT').at(-1)! > mark + 2);
  // Keeps the takeover from ending: either of the two says something else of it.
  let price = 1;
  const cancel = stage.clock.every(500, () => {
    price += 1;
    for (const at of server.streams.keys()) stage.tellOn(at, 'B-USDT', price + at * 1_000, '');
  });
  cleanups.push(cancel);
  // It says nothing more of it until it is asked anew.
  stage.mute.add('1 A-USDT');
  server.streams[1]!.socket.send('A-USDT,hole');
  const asks = (at: number) => server.streams[at]!.asked.filter((symbol) => symbol === 'A-USDT').length;
  await until('asked for anew there', () => asks(1) === 2);
  stage.mute.clear();
  assert.equal(stage.gapsOf('A-USDT').length, 1);
  const before = last();
  await until('quotes of it', () => stage.bids('A-USDT').at(-1)! > before + 2);
  assert.deepEqual([stage.isOpen(0), stage.isOpen(1), feed.health().rolls], [true, true, 0]);
  assert.equal(asks(0), 1, 'the old connection is left alone');
});

test('a new connection that falls in the middle gives back what it had taken over: nothing lost, nothing doubled', async () => {
  const stage = await setUp({ speed: 5 });
  const { server, feed } = stage;
  let sent = 0;
  // Of A the two say the same, of B never: it keeps the takeover going.
  const tellBoth = () => {
    sent += 1;
    stage.tell('A-USDT', sent);
    for (const at of server.streams.keys()) stage.tellOn(at, 'B-USDT', sent + at * 1e6, '');
  };
  const passed = (bid: number) => until(`${bid} of A`, () => stage.bids('A-USDT').at(-1) === bid);
  const handedOver = async (at: number) => {
    await until('asked for', () => server.streams[at]?.symbols.size === 2);
    const before = feed.health().counters.duplicates;
    await until('handed over', () => {
      tellBoth();
      return feed.health().counters.duplicates > before + 10;
    });
    await passed(sent);
  };
  await until('quotes', () => {
    tellBoth();
    return stage.bids('A-USDT').length > 2;
  });
  feed.roll();

  await handedOver(1);
  const quotes = feed.health().counters.quotes;
  for (const bid of [sent + 1, sent + 2]) stage.tellOn(0, 'A-USDT', bid);
  await until('the old one is ahead', () => feed.health().counters.quotes === quotes + 2);
  server.streams[1]!.socket.terminate();
  sent += 2;
  await passed(sent);
  tellBoth();
  await passed(sent);

  await handedOver(2);
  for (const bid of [sent + 1, sent + 2]) stage.tellOn(2, 'A-USDT', bid);
  await passed(sent + 2);
  server.streams[2]!.socket.terminate();
  await until('it fell', () => feed.health().connections.some(({ state }) => state === 'waiting'));
  // The old one lags behind, and brings them now.
  for (const bid of [sent + 1, sent + 2]) stage.tellOn(0, 'A-USDT', bid);
  sent += 2;
  tellBoth();
  await passed(sent);
  assert.deepEqual([stage.isOpen(0), feed.health().rolls], [true, 0]);
  assert.deepEqual(stage.gapsOf('A-USDT'), []);
  assert.deepEqual(stage.gapsOf('B-USDT'), []);
  assertWhole(stage.bids('A-USDT'));
});

test('an announcement to the new connection in the middle leads to another takeover after this one', async () => {
  const stage = await setUp({ symbols: ['A-USDT', 'B-USDT'], speed: 100 });
  const { server, feed } = stage;
  let sent = 0;
  let isUnlike = true;
  const tellBoth = () => {
    sent += 1;
    stage.tell('A-USDT', sent);
    for (const at of server.streams.keys()) stage.tellOn(at, 'B-USDT', isUnlike ? sent + at * 1e6 : sent, '');
  };
  cleanups.push(stage.clock.every(500, tellBoth));
  await until('quotes', () => stage.bids('B-USDT').length > 2);
  server.streams[0]!.socket.send('bye');
  await until('the new one asks', () => server.streams[1]?.symbols.size === 2);
  server.streams[1]!.socket.send('bye');
  await until('a third one', () => server.streams.length === 3);
  isUnlike = false;
  await until('the second is gone', () => !stage.isOpen(1) && feed.health().rolls === 2);
  assert.deepEqual([stage.isOpen(0), stage.isOpen(2)], [false, true]);
  assert.deepEqual(stage.gapsOf('A-USDT'), []);
  assertWhole(stage.bids('A-USDT'));
});

test('an old connection that falls is no gap of what the new one has shown to stand, and one of the rest', async () => {
  const stage = await setUp({ speed: 5 });
  const { server, feed } = stage;
  for (const symbol of ['A-USDT', 'B-USDT']) server.tellsFirst.set(symbol, '7,8,7');
  server.streams[0]!.socket.send('A-USDT,7,8,7');
  server.streams[0]!.socket.send('B-USDT,7,8,7');
  await until('quotes', () => stage.bids('B-USDT').length === 1);
  server.tellsFirst.delete('B-USDT');
  feed.roll();
  await until('the new one asks', () => server.streams[1]?.symbols.size === 2);
  const read = () => feed.health().counters.quotes;
  await until('what stands was read', () => read() === 3);
  server.streams[0]!.socket.terminate();
  await until('the gap of B', () => stage.gapsOf('B-USDT').length === 1);
  assert.equal(feed.health().rolls, 1);
  assert.deepEqual(stage.gapsOf('A-USDT'), []);
  assert.deepEqual(stage.bids('A-USDT'), [7]);
  stage.tell('A-USDT', 8);
  await until('the next', () => stage.bids('A-USDT').length === 2);
  server.streams[1]!.socket.terminate();
  await until('a gap when that falls', () => stage.gapsOf('A-USDT').length === 1);
});
