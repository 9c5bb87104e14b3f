// The log never floods: equal messages are limited, and what was held back is said.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '../src/log.js';
import { VirtualClock } from '../src/sim/virtual-clock.js';

test('problem 24: 2,500 equal messages in a second are a handful of lines, and the rest is counted', () => {
  const clock = new VirtualClock(1_795_000_000_000_000);
  const lines: string[] = [];
  const log = createLog({ level: 'info', format: 'json', write: (line) => lines.push(line) }, clock);
  for (let n = 0; n < 2_500; n += 1) log.warn('a quote was odd', { n });
  log.warn('something else');
  assert.equal(lines.length, 20 + 1);
  clock.advance(10_000);
  log.warn('a quote was odd', { n: 2_500 });
  assert.equal(lines.length, 21 + 2);
  assert.match(lines.join(''), /"count":2480,"of":"a quote was odd","msg":"equal messages held back"/);
});

test('what may be a secret is in no line', () => {
  const lines: string[] = [];
  const clock = new VirtualClock(1_795_000_000_000_000);
  const log = createLog({ level: 'info', format: 'text', write: (line) => lines.push(line) }, clock);
  log.info('connecting', { token: 'abc-123', apiKey: 'abc-123', exchange: 'Alpha' });
  assert.equal(lines.length, 1);
  assert.ok(!lines[0]!.includes('abc-123') && lines[0]!.includes('Alpha'), lines[0]);
});
