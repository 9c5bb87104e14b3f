// Every command of the group `lake` on what may stand behind `--lake`: nothing, a file, an empty folder, a folder that is
// no lake at all, a demo's lake. One clear line, the right exit code, never a stack trace, nothing changed.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { markOrigin } from '../../src/lake/origin.js';
import { hourLake, hoursOfRows } from '../lake/support/cared.js';
import { tempRoot } from '../lake/support/lakes.js';
import { runProgram } from '../support/program.js';

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  compact: [],
  stats: [],
  verify: [],
  coverage: [],
  export: ['--symbol', 'BTCUSDT', '--exchange', 'Alpha', '--out', '-'],
};

async function lake(name: string, root: string, ...more: string[]) {
  const answer = await runProgram(['lake', name, '--lake', root, ...(COMMANDS[name] ?? []), ...more]);
  assert.doesNotMatch(answer.stderr, /^ +at /m, `${name} ${root}`);
  return answer;
}

test('where there is no folder, or a file, each command says so in one line and ends with 1', async (t) => {
  const root = tempRoot(t);
  const [none, file] = [join(root, 'none'), join(root, 'file')];
  writeFileSync(file, 'x');
  for (const name of Object.keys(COMMANDS))
    for (const [place, words] of [
      [none, `error: there is no folder ${none}\n`],
      [file, `error: ${file} is no folder\n`],
    ] as const) {
      const { exitCode, stderr, stdout } = await lake(name, place);
      assert.deepEqual([exitCode, stderr, stdout], [1, words, ''], name);
    }
  const into = await runProgram(['lake', 'import', root, '--lake', file]);
  assert.deepEqual([into.exitCode, into.stderr], [1, `error: ${file} is no folder\n`]);
  const from = await runProgram(['lake', 'import', file, '--lake', join(root, 'other')]);
  assert.deepEqual([from.exitCode, from.stderr], [1, `error: ${file} is no folder\n`]);
  assert.deepEqual(readdirSync(root), ['file']);
});

test('an empty folder is a lake of nothing, and stays empty', async (t) => {
  const root = tempRoot(t);
  for (const [name, code] of [
    ['compact', 0],
    ['stats', 0],
    ['verify', 0],
    ['coverage', 1],
    ['export', 2],
  ] as const)
    assert.equal((await lake(name, root)).exitCode, code, name);
  assert.deepEqual(readdirSync(root), []);
});

test('a folder that cannot be read or written is one line, and exit code 1', {
  skip: !existsSync('/proc/self'),
}, async () => {
  for (const name of ['compact', 'verify']) {
    const { exitCode, stderr } = await lake(name, '/proc/self');
    if (name !== 'compact') assert.ok(exitCode === 0 || stderr !== '', name);
    assert.ok(
      stderr
        .trim()
        .split('\n')
        .every((line) => /^(error: |warning: | *\d+ %|$)/.test(line)),
      stderr,
    );
  }
});

test('the lake of a demo is looked after as any other; every command answers in JSON', async (t) => {
  const root = tempRoot(t);
  markOrigin(root, 'demo');
  await hourLake(t, root, hoursOfRows(20, 2, 1));
  for (const [name, more] of [
    ['verify', []],
    ['stats', []],
    ['coverage', ['--from', '2026-11-22T20:00:00Z', '--to', '2026-11-22T22:00:00Z']],
    ['compact', []],
    ['verify', []],
  ] as const) {
    const { exitCode, stdout, stderr } = await lake(name, root, '--json', ...more);
    assert.equal(exitCode, 0, `${name}: ${stderr}`);
    assert.equal(typeof JSON.parse(stdout), 'object');
  }
  mkdirSync(join(root, '_x'));
  const out = join(root, '_x', 'rows.csv');
  const args = ['--symbol', 'BTCUSDT', '--exchange', 'Alpha', '--out', out, '--json'];
  const exported = await runProgram(['lake', 'export', '--lake', root, ...args]);
  assert.equal((JSON.parse(exported.stdout) as { rows: number }).rows, 6, exported.stderr);
});

test('help names every command, its options and the exit codes', async () => {
  const { exitCode, stdout } = await runProgram(['lake', '--help']);
  assert.equal(exitCode, 0);
  assert.match(stdout, /Exit codes: 0 = done.*1 = failed.*2 = asked wrongly/s);
  for (const name of [...Object.keys(COMMANDS), 'import'])
    assert.match(stdout, new RegExp(`^ {2}${name} `, 'm'));
  const help = (await runProgram(['lake', 'verify', '--help'])).stdout;
  for (const option of ['lake <folder>', 'json']) assert.match(help, new RegExp(`^ {2}--${option} `, 'm'));
});
