// The command `replay` as its user runs it.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { writePair } from '../support/lakes.js';
import { runProgram, startProgram, testFolder } from '../support/program.js';

// As `writePair` begins.
const RANGE = ['--from', '2026-01-02T03:04:00Z', '--to', '2026-01-02T03:10:00Z'];

function lakeArgs() {
  const place = testFolder();
  const lake = join(place.folder, 'lake');
  writePair(lake, 'BTC/USDT', 'Binance', 'Bybit');
  return { ...place, lake, args: ['replay', '--lake', lake, '--stats', place.folder, '--port', '0'] };
}

test('what is asked wrongly, or is not there, is one line that names the option, the value and what was expected', async () => {
  const { args, folder, remove } = lakeArgs();
  const empty = ['replay', '--lake', folder, '--port', '0', ...RANGE];
  for (const [given, exitCode, line] of [
    [['replay'], 2, /^error: required option '--from <time>' not specified/],
    [
      ['replay', '--from', 'noon'],
      2,
      /'--from <time>' argument 'noon' is invalid\. Expected ISO 8601 or epoch/,
    ],
    [[...args, '--from', '2026-02-30', '--to', '2026-03-01'], 2, /argument '2026-02-30' is invalid/],
    [[...args, ...RANGE, '--speed', '0'], 2, /argument '0' is invalid\. Expected a number above 0 or max/],
    [
      [...args, '--from', '1767323400', '--to', '1767323100000'],
      2,
      /'--to' expected a time after --from \(2026-01-02T03:10:00.000000Z\), was 2026-01-02T03:05:00/,
    ],
    [
      [...args, ...RANGE, '--symbols', 'btc_usdt,ETHUSDT'],
      2,
      /^error: --symbols: expected names that the lake knows: BTC\/USDT; was "ETHUSDT"/,
    ],
    [
      [...args, ...RANGE, '--exchanges', 'Mtgox'],
      2,
      /^error: --exchanges: expected names that the lake knows: Binance, Bybit; was "Mtgox"/,
    ],
    [
      [...args, '--from', '2026-01-03', '--to', '2026-01-04'],
      1,
      /^error: the lake .* holds nothing from 2026-01-03T00:00:00.000000Z to 2026-01-04/,
    ],
    [empty.with(2, join(folder, 'nowhere')), 1, /^error: the lake .*nowhere holds no quotes/],
  ] as const) {
    const found = await runProgram(given);
    assert.equal(found.exitCode, exitCode, `${given.join(' ')}: ${found.stderr}`);
    assert.match(found.stderr, line);
    assert.equal(found.stderr.trim().split('\n').length, 1, found.stderr);
  }
  remove();
});

test('with --exit it plays to the end, says in one line what it played and how fast, and ends', async () => {
  const { args, remove } = lakeArgs();
  const { exitCode, stdout } = await runProgram([...args, ...RANGE, '--speed', 'max', '--exit']);
  assert.equal(exitCode, 0);
  assert.match(
    stdout,
    /replays 2026-01-02T03:04:00.000000Z to 2026-01-02T03:10:00.000000Z as fast as it goes/,
  );
  assert.match(stdout, /ended {3}201 quotes, 0 events, 0 trades in \d+\.\d s, \d+ quotes\/s\n$/);
  remove();
});

test('without it, it goes on serving its last moment until a signal', async () => {
  const { args, remove } = lakeArgs();
  const program = await startProgram([
    ...args.slice(0, -2),
    ...RANGE,
    '--speed',
    'max',
    '--exchanges',
    'binance,BYBIT',
  ]);
  const pairs = async () =>
    (await (await fetch(`${program.url}/api/pairs`)).json()) as { pairs: { spreadPercent: number | null }[] };
  for (let found = await pairs(); found.pairs.length === 0; ) found = await pairs();
  assert.equal((await pairs()).pairs.length, 1);
  assert.equal(await program.end('SIGTERM'), 0);
  remove();
});
