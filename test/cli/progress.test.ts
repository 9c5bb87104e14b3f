import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createProgress } from '../../src/cli/progress.js';
import { VirtualClock } from '../../src/sim/virtual-clock.js';

const START_US = 1_790_000_000_000_000;

function stage(isTTY: boolean) {
  const clock = new VirtualClock(START_US);
  let text = '';
  const write = (more: string) => {
    text += more;
  };
  const progress = createProgress({ write, isTTY, columns: 60 }, clock);
  return { clock, progress, text: () => text };
}

describe('progress', () => {
  it('writes a plain line for every tenth when nobody looks, and no control characters', () => {
    const { progress, text } = stage(false);
    for (let done = 0; done <= 1000; done++) progress.show(done, 1000, 'files');
    const lines = text().trimEnd().split('\n');
    assert.equal(lines.length, 10);
    assert.match(lines[4]!, /^ 50 % 500\/1000, 00:00 left files$/);
    assert.ok(!text().includes('\r') && !text().includes('\x1b'));
  });

  it('draws one line over itself on a terminal, with the time still needed, never longer than the terminal', () => {
    const { clock, progress, text } = stage(true);
    progress.show(0, 4, 'a file with quite a long name that does not fit the line');
    clock.advance(60_000);
    progress.show(1, 4, 'another');
    progress.clear();
    const drawn = text().split('\r\x1b[K');
    assert.ok(drawn.every((line) => line.length < 60 && !line.includes('\n')));
    assert.match(drawn[2]!, /25 % 1\/4, 03:00 left another$/);
    assert.equal(drawn.at(-1), '');
  });

  it('draws a terminal at most ten times a second, and always the end', () => {
    const { progress, text } = stage(true);
    for (let done = 0; done <= 1000; done++) progress.show(done, 1000, 'x');
    assert.equal(text().split('\r').length - 1, 2);
  });
});
