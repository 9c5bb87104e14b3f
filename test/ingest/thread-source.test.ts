// What is asked of a source whose feed runs in another thread: as that thread told it last, whatever became of the thread; and
// what the thread posts beside its ring is bounded.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExchangeHealth } from '../../src/ingest/feed-health.js';
import { Outbox } from '../../src/ingest/outbox.js';
import type { FromIngestThread } from '../../src/ingest/thread-messages.js';
import { ThreadSource } from '../../src/ingest/thread-source.js';
import { VirtualClock } from '../../src/sim/virtual-clock.js';

function healthOf(
  state: ExchangeHealth['state'],
  quotes: number,
  more: Partial<ExchangeHealth> = {},
): ExchangeHealth {
  return {
    ...{
      state,
      instruments: 3,
      states: { live: 3 },
      lagging: 0,
      excluded: {},
      lastMessageUs: 5,
      listingUs: 4,
    },
    ...{ reconnects: 1, rolls: 2, heals: 3, connections: [] },
    counters: {
      ...{ frames: quotes, quotes, scanned: quotes, trades: 0, controls: 0, gaps: 0 },
      ...{ rejects: { stale: 1 }, duplicates: 1 },
    },
    ...more,
  };
}

function source() {
  const clock = new VirtualClock(1_000_000);
  const asked: string[] = [];
  const note = (what: string) => (name: string) => void asked.push(`${what} ${name}`);
  const made = new ThreadSource(
    'Alpha',
    { start: note('start'), stop: note('stop'), ask: note('ask') },
    clock,
  );
  return { made, clock, asked };
}

test('it starts, is what its thread says, and counts on where another thread takes over', () => {
  const { made, asked } = source();
  made.start();
  assert.equal(made.health().state, 'starting');
  made.heard({ name: 'Alpha', health: healthOf('running', 100) });
  assert.equal(made.health().state, 'running');
  made.died('no memory');
  const dead = made.health();
  assert.deepEqual([dead.state, dead.states, dead.connections], ['failed', { down: 3 }, []]);
  assert.match(dead.reason!, /its thread ended and is started again: no memory/);
  assert.equal(dead.counters.quotes, 100);
  made.heard({ name: 'Alpha', health: healthOf('starting', 5) });
  assert.equal(made.health().state, 'degraded', 'what starts again is not well yet');
  assert.match(made.health().reason!, /started again: no memory/);
  made.heard({ name: 'Alpha', health: healthOf('running', 20) });
  const again = made.health();
  assert.deepEqual([again.state, again.reason], ['running', undefined]);
  assert.deepEqual([again.counters.quotes, again.counters.rejects, again.heals], [120, { stale: 2 }, 6]);
  made.died('once more');
  assert.equal(made.health().counters.quotes, 120, 'nothing is counted twice');
  made.stop();
  assert.equal(made.health().state, 'stopped');
  assert.deepEqual(asked, ['start Alpha', 'stop Alpha']);
});

test('a thread that says nothing for five seconds is told', () => {
  const { made, clock } = source();
  made.start();
  made.heard({ name: 'Alpha', health: healthOf('running', 1) });
  clock.advance(5_000);
  assert.equal(made.health().state, 'running');
  clock.advance(1_500);
  assert.deepEqual(
    [made.health().state, made.health().reason],
    ['degraded', 'its thread has said nothing for 7 s'],
  );
  made.heard({ name: 'Alpha', health: healthOf('running', 1) });
  assert.equal(made.health().state, 'running');
});

test('instruments are as told last, and asked for anew; what is selected stays the same array until it changes', () => {
  const { made, asked } = source();
  const selected = [] as never[];
  made.heard({
    name: 'Alpha',
    health: healthOf('running', 1),
    selected,
    instruments: [{ symbol: 'A/USDT' } as never],
  });
  assert.equal(made.instruments().length, 1);
  assert.deepEqual(asked, ['ask Alpha']);
  made.heard({ name: 'Alpha', health: healthOf('running', 2) });
  assert.equal(made.selected, selected);
  assert.equal(made.instruments().length, 1);
});

test('what is posted to a main thread that stands still is bounded, and what was left out is counted', () => {
  const posted: FromIngestThread[] = [];
  const heard = new SharedArrayBuffer(4);
  const outbox = new Outbox((message) => void posted.push(message), heard);
  const { log } = outbox;
  assert.ok(outbox.hasRoom);
  for (let line = 0; line < 1_000; line++) log.warn('trouble', { line });
  assert.equal(posted.length, 200);
  assert.equal(outbox.hasRoom, false);
  Atomics.store(new Int32Array(heard), 0, 200);
  assert.equal(outbox.hasRoom, true);
  log.info('well');
  assert.deepEqual(posted.slice(200), [
    { type: 'log', level: 'warn', message: 'lines of an ingesting thread left out', fields: { count: 800 } },
    { type: 'log', level: 'info', message: 'well' },
  ]);
});
