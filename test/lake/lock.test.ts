// The lock of a lake: one living process holds it, and no dead one.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LakeLocked, lakeHolder, takeLock } from '../../src/lake/lock.js';
import { LOCK_FILE } from '../../src/lake/paths.js';
import { until } from '../support/wait.js';
import { tempRoot } from './support/lakes.js';

const isZombie = (pid: number) => / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

test('a process that was killed holds nothing, though its parent has not taken note of it', {
  skip: existsSync('/proc/self/stat') ? false : 'this system has no /proc',
}, async (t) => {
  const root = tempRoot(t);
  // What `sleep` takes the place of never asks after its child.
  const parent = spawn('sh', ['-c', 'sleep 600 & echo $!; exec sleep 600'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.after(() => parent.kill('SIGKILL'));
  let text = '';
  parent.stdout.on('data', (chunk) => (text += String(chunk)));
  const pid = Number(await until('its child', () => text.trim()));
  t.after(() => {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Dead, and taken note of by now.
    }
  });
  writeFileSync(join(root, LOCK_FILE), JSON.stringify({ pid, started: null }));
  assert.equal(lakeHolder(root), pid);
  assert.throws(() => takeLock(root), LakeLocked);
  process.kill(pid, 'SIGKILL');
  await until('it is dead', () => isZombie(pid));
  assert.equal(lakeHolder(root), null);
  takeLock(root)();
});
