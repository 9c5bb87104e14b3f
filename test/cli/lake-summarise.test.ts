// `lake summarise` as the program runs it, and what `serve` makes of it: a chart of the whole lake that says how much of it
// came out of summaries.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { takeLock } from '../../src/lake/lock.js';
import { temporaryLake } from '../lake/parquet-files.js';
import { writePair, writeRows } from '../support/lakes.js';
import { runProgram, startProgram } from '../support/program.js';

const PAIR = ['--symbol', 'btc-usdt', '--exchange1', 'binance', '--exchange2', 'OKX'];

test('what is missing of a pair is made once; serve says how much of a chart came out of it', async (t) => {
  const root = await temporaryLake(t);
  const startUs = writePair(root, 'BTC/USDT', 'Binance', 'OKX', 5_000);
  const command = ['lake', 'summarise', '--lake', root, ...PAIR];
  const first = await runProgram(command);
  assert.deepEqual([first.exitCode, first.stderr], [0, '']);
  assert.equal(first.stdout, '0 days and 2 hours summarised\n');
  // A day that has more hours than some: made as one.
  for (const exchange of ['Binance', 'OKX'])
    writeRows(
      root,
      exchange,
      'BTC/USDT',
      Array.from({ length: 240 }, (_, n) => ({ atUs: startUs + 86_400e6 + n * 240e6, bid: 100, ask: 101 })),
    );
  const second = await runProgram([...command, '--json']);
  assert.deepEqual(JSON.parse(second.stdout), { days: 1, hours: 0, complete: true });
  assert.equal((await runProgram(command)).stdout, '0 days and 0 hours summarised\n');

  const stats = join(root, '..', 'stats');
  mkdirSync(stats, { recursive: true });
  const served = await startProgram(['serve', '--exchanges', 'none', '--lake', root, '--stats', stats]);
  const ask = (more: string) =>
    fetch(`${served.url}/api/charts?symbol=BTC_USDT&exchange1=Binance&exchange2=OKX${more}`);
  const day = await ask(`&from=${startUs / 1_000 + 86_400_000}`);
  assert.ok(Number(day.headers.get('x-chart-summarised')) > 0.9);
  assert.equal((await ask('&points=all')).headers.get('x-chart-summarised') ?? '0', '0');
  const rows = await ask(`&from=${startUs / 1_000}&to=${startUs / 1_000 + 60_000}`);
  assert.equal(rows.headers.get('x-chart-summarised'), '0');
  assert.equal(await served.end('SIGTERM'), 0);
});

test('no such pair, no lake and a lake that is held are one line and exit code 1', async (t) => {
  const root = await temporaryLake(t);
  writePair(root, 'BTC/USDT', 'Binance', 'OKX', 10);
  const other = await runProgram([
    'lake',
    'summarise',
    '--lake',
    root,
    ...PAIR.slice(0, 4),
    '--exchange2',
    'Bybit',
  ]);
  assert.equal(other.exitCode, 1);
  assert.match(other.stderr, /^error: the lake has no quotes of btc-usdt on Bybit\n$/);
  const none = await runProgram(['lake', 'summarise', '--lake', join(root, 'none'), ...PAIR]);
  assert.deepEqual([none.exitCode, none.stderr], [1, `error: there is no folder ${join(root, 'none')}\n`]);
  const unlock = takeLock(root);
  t.after(unlock);
  const held = await runProgram(['lake', 'summarise', '--lake', root, ...PAIR]);
  assert.equal(held.exitCode, 1);
  assert.match(held.stderr, /^error: /);
});
