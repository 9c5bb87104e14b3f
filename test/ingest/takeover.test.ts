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
