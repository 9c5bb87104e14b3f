// `lake import` as its user runs it.

import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type ImportFlags, runImport } from '../../src/cli/import-run.js';
import { noProgress } from '../../src/cli/progress.js';
import { markOrigin } from '../../src/lake/origin.js';
import { csvBytes, csvLine, placeOlderLake } from '../lake/older-lake.js';
import { at, place } from '../lake/parquet-files.js';
import { runProgram, startProgram, testFolder } from '../support/program.js';

const work = testFolder();
after(() => work.remove());
const source = join(work.folder, 'old');
const lake = join(work.folder, 'new');

async function run(from: string, flags: ImportFlags) {
  const [lines, errors]: [string[], string[]] = [[], []];
  const exitCode = await runImport(from, flags, {
    out: (line) => lines.push(line),
    error: (line) => errors.push(line),
    progress: noProgress,
  });
  return { exitCode, lines, errors };
}

test('it says what it read, added and left out, and the second time that nothing was missing', async () => {
  await placeOlderLake(source);
  await place(
    source,
    '2025-10-15_22-00-00/OKX/XRPUSDT/x.csv.gz',
    csvBytes(csvLine(at('2025-10-15T22:00:00Z'), 1, 2)),
  );
  writeFileSync(join(source, '2025-10-15_22-00-00/OKX/XRPUSDT/broken.csv.gz'), 'no gzip');
  const first = await runProgram(['lake', 'import', source, '--lake', lake]);
  assert.equal(first.exitCode, 0, first.stderr);
  assert.match(first.stdout, /instruments {2}5\n {2}files read {3}.*3 packed text of dated runs.*\n/);
  assert.match(first.stdout, /48 read, 48 added, 0 there already/);
  assert.match(
    first.stdout,
    /not read, or not wholly: 1\n {2}2025-10-15_22-00-00\/OKX\/XRPUSDT\/broken.csv.gz: corrupt/,
  );
  assert.match(first.stderr, /100 % 5\/5/);
  const second = await runProgram(['lake', 'import', source, '--lake', lake, '--json']);
  assert.equal(second.exitCode, 0, second.stderr);
  const report = JSON.parse(second.stdout) as Record<string, unknown>;
  assert.deepEqual(
    [report['rows'], report['added'], report['alreadyThere'], report['filesWritten']],
    [48, 0, 48, 0],
  );
});

test('only what is asked for comes, and a dry run writes nothing', async () => {
  const some = join(work.folder, 'some');
  const flags = { lake: some, exchanges: ['mexc'], symbols: ['btcusdt,xrp-usdt'], json: true };
  const dry = await run(source, { ...flags, to: '2025-10-15', dryRun: true });
  assert.deepEqual([dry.exitCode, existsSync(some)], [0, false], dry.errors.join());
  assert.equal((JSON.parse(dry.lines[0]!) as { added: number }).added, 3);
  const until = await run(source, { ...flags, to: '2025-10-15T23:59:59Z' });
  assert.equal((JSON.parse(until.lines[0]!) as { added: number }).added, 2);
});

test('what it is asked wrongly is exit code 2 and one line', async () => {
  const wrong: readonly (readonly [string, ImportFlags, RegExp])[] = [
    [source, { lake: source }, /are the same folder/],
    [source, { lake: join(source, 'x') }, /lies within/],
    [source, { lake, from: '2026-02-30' }, /--from.*expected a UTC day or time/],
    [source, { lake, to: 'now' }, /--to.*expected a UTC day or time/],
  ];
  for (const [from, flags, words] of wrong) {
    const said = await run(from, flags);
    assert.deepEqual([said.exitCode, said.errors.length, said.lines], [2, 1, []]);
    assert.match(said.errors[0]!, words);
  }
  const { exitCode, stderr } = await runProgram(['lake', 'import']);
  assert.equal(exitCode, 2);
  assert.match(stderr, /^error: missing required argument.*\n$/);
  const nothing = await run(join(work.folder, 'nowhere'), { lake });
  assert.equal(nothing.exitCode, 1);
  assert.match(nothing.errors[0]!, /nothing of a lake is there/);
});

test('a lake that a living process holds is refused by its name; a demo is refused; a killed holder blocks nobody', async () => {
  const demo = join(work.folder, 'demo');
  markOrigin(demo, 'demo');
  assert.equal((await run(source, { lake: demo })).exitCode, 2);
  const program = await startProgram([
    'serve',
    '--exchanges',
    'none',
    '--lake',
    lake,
    '--stats',
    work.folder,
  ]);
  const refused = await runProgram(['lake', 'import', source, '--lake', lake]);
  assert.equal(refused.exitCode, 1);
  assert.match(refused.stderr, new RegExp(`is held by process ${program.child.pid}`));
  assert.equal(await program.end('SIGKILL'), null);
  assert.ok(existsSync(join(lake, '_lock')));
  const after = await runProgram(['lake', 'import', source, '--lake', lake]);
  assert.equal(after.exitCode, 0, after.stderr);
  assert.match(after.stdout, /0 added, 48 there already/);
});
