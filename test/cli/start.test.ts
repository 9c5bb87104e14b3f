// A start that is not let be: asked to stop half-way, or asked for what cannot be.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runProgram, testFolder } from '../support/program.js';
import { until } from '../support/wait.js';

const MAIN = new URL('../../src/main.js', import.meta.url).pathname;

test('a signal while the demo still writes its hour ends it with 0, and nothing of the hour is left', async () => {
  const { folder, remove } = testFolder();
  const lake = join(folder, 'lake');
  const child = spawn(process.execPath, [MAIN, 'demo', '--lake', lake, '--port', '0']);
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  const ended = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)));
  await until('the hour begun', () => existsSync(join(folder, '.lake.seeding', 'exchange=Binance')), 60_000);
  child.kill('SIGTERM');
  assert.equal(await ended, 0);
  assert.doesNotMatch(output, /page/, 'it had not begun to serve');
  assert.deepEqual(readdirSync(folder), []);
  remove();
});

test('a demo without a lake to write into is refused before it writes anything', async () => {
  const { exitCode, stderr, stdout } = await runProgram(['demo', '--lake', '', '--port', '0']);
  assert.equal(exitCode, 2);
  assert.match(stderr, /^error: --lake: expected a text that is not empty, was ""\n$/);
  assert.doesNotMatch(stdout, /demo lake written/);
});

test('a reader of what is printed may go without ending what is recorded', async () => {
  const { folder, remove } = testFolder();
  const args = ['serve', '--exchanges', 'none', '--lake', folder, '--port', '0'];
  const child = spawn(process.execPath, [MAIN, ...args]);
  const ended = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)));
  let said = '';
  child.stdout.on('data', (chunk) => (said += String(chunk)));
  const url = await until('the address', () => /page\s+(http:\/\/\S+?)\//.exec(said)?.[1], 60_000);
  child.stdout.destroy();
  child.stderr.destroy();
  assert.equal((await fetch(`${url}/ping`)).status, 200);
  child.kill('SIGTERM');
  assert.equal(await ended, 0);
  remove();
});

test('without a command the help goes to standard error, for it answers a mistake', async () => {
  const { exitCode, stderr, stdout } = await runProgram([]);
  assert.deepEqual([exitCode, stdout], [2, '']);
  assert.match(stderr, /^Usage: spread-aggregator/);
});
