import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { statisticsFileName, writeStatistics } from '../../src/analysis/write.js';
import { at } from '../lake/parquet-files.js';

const NOW_US = at('2025-11-18T23:59:58.999999Z'.replace('.999999', '')) + 999_999;

async function folder(t: TestContext): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'statistics-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

test('the name is the UTC second', () => {
  assert.equal(statisticsFileName(NOW_US), 'summary_stats_20251118_235958.csv');
  assert.equal(statisticsFileName(NOW_US + 1), 'summary_stats_20251118_235959.csv');
});

test('the folder is made, the file is whole, nothing else is left', async (t) => {
  const directory = join(await folder(t), 'analyzer', 'summary_stats');
  const { path, removed } = writeStatistics({ directory, text: 'a,b\n1,2\n', nowUs: NOW_US });
  assert.equal(readFileSync(path, 'utf8'), 'a,b\n1,2\n');
  assert.deepEqual(readdirSync(directory), ['summary_stats_20251118_235958.csv']);
  assert.equal(removed, 0);
});

test('a second file of the same second takes the next free one', async (t) => {
  const directory = await folder(t);
  const write = (text: string): string => writeStatistics({ directory, text, nowUs: NOW_US }).name;
  assert.equal(write('1'), 'summary_stats_20251118_235958.csv');
  // Held by another writer at this moment.
  writeFileSync(join(directory, '.tmp-summary_stats_20251118_235959'), '');
  assert.equal(write('2'), 'summary_stats_20251119_000000.csv');
  assert.equal(readFileSync(join(directory, 'summary_stats_20251118_235958.csv'), 'utf8'), '1');
});

test('beyond the limit the oldest files of that name go, others stay, and the new one always does', async (t) => {
  const directory = await folder(t);
  const foreign = ['notes.csv', 'summary_stats_20200101.csv', 'summary_stats_20200101_000000.csv.bak'];
  for (const name of [...foreign, 'summary_stats_20990101_000000.csv'])
    writeFileSync(join(directory, name), '');
  const names = [0, 1, 2, 3].map((second) => {
    const written = writeStatistics({ directory, text: 'x', nowUs: NOW_US + second * 1e6, filesMax: 3 });
    assert.equal(written.removeError, null);
    return written.name;
  });
  assert.deepEqual(
    readdirSync(directory),
    [...foreign, ...names.slice(2), 'summary_stats_20990101_000000.csv'].sort(),
  );
});

test('what an interrupted write left goes after an hour, not before', async (t) => {
  const directory = await folder(t);
  const old = '.tmp-summary_stats_20251118_225957';
  const young = '.tmp-summary_stats_20251118_225959';
  for (const name of [old, young]) writeFileSync(join(directory, name), '');
  writeStatistics({ directory, text: 'x', nowUs: NOW_US });
  assert.deepEqual(readdirSync(directory), [young, 'summary_stats_20251118_235958.csv']);
});

test('a folder that cannot be made throws and leaves nothing', async (t) => {
  const base = await folder(t);
  writeFileSync(join(base, 'file'), '');
  assert.throws(() => writeStatistics({ directory: join(base, 'file', 'below'), text: 'x', nowUs: NOW_US }), {
    code: /ENOTDIR|EEXIST/,
  });
  mkdirSync(join(base, 'good'));
  assert.deepEqual(readdirSync(join(base, 'good')), []);
});
