// Work that others come between.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pausing } from '../../src/lake/pausing.js';

test('work pauses after so many rows, goes on when asked, and ends with what it gives', async () => {
  const seen: number[] = [];
  const work = pausing(10, async (pause) => {
    for (let piece = 0; piece < 5; piece++) {
      seen.push(piece);
      await pause(4);
    }
    return 'all';
  });
  assert.deepEqual(await work.next(), { done: false, value: undefined });
  await Promise.resolve();
  assert.deepEqual(seen, [0, 1, 2], 'it stands still until it is asked');
  assert.deepEqual(await work.next(), { done: true, value: 'all' });
  assert.deepEqual(seen, [0, 1, 2, 3, 4]);
});

test('work that pauses at once or fails after a pause tells so', async () => {
  const work = pausing(1, async (pause) => {
    await pause(1);
    throw new Error('no disk');
  });
  assert.equal((await work.next()).done, false);
  await assert.rejects(work.next(), /no disk/);
});
