// `lake coverage` as the program runs it: a table with the share of each class, the same as JSON, and errors in one line.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ledgerText } from '../../src/lake/ledger.js';
import { temporaryLake } from '../lake/parquet-files.js';
import { writeLedger, writePair } from '../support/lakes.js';
import { runProgram } from '../support/program.js';

test('a table says what of each instrument is covered, and why not; --json says the same', async (t) => {
  const root = await temporaryLake(t);
  const startUs = writePair(root, 'BTC/USDT', 'Binance', 'OKX', 60);
  const gap = { type: 'gap', stampUs: startUs + 29.5e6, fromUs: startUs + 20e6, reason: 'silent' } as const;
  writeLedger(root, startUs, [ledgerText(gap, { exchange: 'Binance', symbol: 'BTC/USDT' })]);
  const range = ['--from', `${startUs / 1_000}`, '--to', `${startUs / 1_000 + 60_000}`];
  const { exitCode, stdout } = await runProgram(['lake', 'coverage', '--lake', root, ...range]);
  assert.equal(exitCode, 0);
  const lines = stdout.trimEnd().split('\n');
  assert.match(lines[0]!, /^2026-01-02T03:04:05.000000Z to 2026-01-02T03:05:05.000000Z$/);
  assert.match(lines[2]!, /^Binance +BTC\/USDT +83\.333 +0\.000 +16\.667 +0\.000 +0\.000 +silent 16\.667$/);
  assert.match(lines[3]!, /^OKX +BTC\/USDT +100\.000 +0\.000 +0\.000/);
  assert.match(lines[4]!, /^all +2 +91\.667 +0\.000 +8\.333/);
  const json = await runProgram([
    'lake',
    'coverage',
    '--lake',
    root,
    ...range,
    '--exchange',
    'okx',
    '--json',
  ]);
  const { instruments } = JSON.parse(json.stdout) as {
    instruments: { exchange: string; totals: object[] }[];
  };
  assert.deepEqual(
    instruments.map(({ exchange, totals }) => [exchange, totals[0]]),
    [['OKX', { class: 'data', seconds: 60, percent: 100 }]],
  );
});

test('what cannot be asked is one line: exit code 2, and 1 where the lake has none of it', async (t) => {
  const root = await temporaryLake(t);
  const bad = await runProgram(['lake', 'coverage', '--lake', root, '--from', 'soon']);
  assert.deepEqual([bad.exitCode, bad.stdout], [2, '']);
  assert.match(bad.stderr, /^error: option '--from' expected ISO 8601 or epoch milliseconds, was "soon"\n$/);
  const none = await runProgram(['lake', 'coverage', '--lake', root]);
  assert.equal(none.exitCode, 1);
  assert.match(none.stderr, /^error: the lake .* has nothing of what was asked for\n$/);
});
