// The file of rules: kept whole, found again, never written over where it cannot be read or somebody else has changed it.

import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readRule } from '../../src/alerts/rule.js';
import { RulesFile, RulesFileError } from '../../src/alerts/rules-file.js';
import { makeFolders } from '../../src/lake/files.js';

const folder = mkdtempSync(join(tmpdir(), 'rules-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const NOW_US = Date.UTC(2026, 10, 22, 20) * 1_000;
const context = { targets: ['desk'], spelled: (name: string) => name };
const rule = readRule(
  { name: 'wide', on: 'spread', above: 1, to: ['desk'], symbol: 'BTC-USDT' },
  'r3',
  context,
);
const fileAt = (path: string, writes = true) =>
  new RulesFile({ path, writes, makeFolder: makeFolders, rulesMax: 2, bytesMax: 100_000 });

test('where there is none there are no rules; what is kept is found again, and ids are never given twice', async () => {
  const path = join(folder, 'new', 'alerts.json');
  const file = fileAt(path);
  assert.deepEqual(await file.load(), { rules: [], nextId: 1 });
  assert.ok(!existsSync(path), 'nothing is written without a change');
  assert.equal(await file.save({ rules: [rule], nextId: 9 }, NOW_US), null);
  assert.deepEqual(await fileAt(path).load(), { rules: [rule], nextId: 9 });
  await file.save({ rules: [], nextId: 9 }, NOW_US);
  assert.deepEqual(await fileAt(path).load(), { rules: [], nextId: 9 });
  assert.deepEqual(readdirSync(join(folder, 'new')), ['alerts.json']);
});

test('what cannot be read is told, and put aside as it is by the first change', async () => {
  const one = JSON.stringify(rule);
  const cases: [string, RegExp][] = [
    ['{"version":1,"rules":[', /JSON/],
    ['', /JSON/],
    ['null', /version: expected 1/],
    ['{"version":2,"rules":[]}', /version: expected 1, was 2/],
    ['{"version":1,"rules":{}}', /rules: expected a list of at most 2/],
    [`{"version":1,"rules":[${one},${one.replace('r3', 'r4')},${one.replace('r3', 'r5')}]}`, /at most 2/],
    [`{"version":1,"rules":[${one},${one}]}`, /each id once/],
    ['{"version":1,"rules":[{"id":"x"}]}', /rules\.0\.id: expected r and a number, was x/],
    ['{"version":1,"rules":[{"id":"r1","name":"a","on":"spread"}]}', /rules\.0\.above: expected a number/],
    [' '.repeat(100_001), /it has 100001 bytes/],
  ];
  for (const [at, [text, words]] of cases.entries()) {
    const path = join(folder, `damaged${at}`, 'alerts.json');
    mkdirSync(join(folder, `damaged${at}`));
    writeFileSync(path, text);
    const file = fileAt(path);
    assert.deepEqual(await file.load(), { rules: [], nextId: 1 });
    assert.match(file.problem ?? '', words);
    assert.ok(file.problem!.startsWith(`${path} cannot be read: `), file.problem!);
    assert.equal(readFileSync(path, 'utf8'), text, 'it lies there untouched');
    const aside = await file.save({ rules: [rule], nextId: 4 }, NOW_US);
    assert.equal(aside, `${path}.unreadable-20261122T200000000000Z`);
    assert.equal(readFileSync(aside!, 'utf8'), text);
    assert.equal(file.problem, null);
    assert.deepEqual(await fileAt(path).load(), { rules: [rule], nextId: 4 });
  }
});

test('a folder in its place is told, and put aside too', async () => {
  const path = join(folder, 'is-a-folder');
  mkdirSync(path);
  writeFileSync(join(path, 'x'), 'kept');
  const file = fileAt(path);
  await file.load();
  assert.match(file.problem ?? '', /EISDIR/);
  const aside = await file.save({ rules: [rule], nextId: 4 }, NOW_US);
  assert.equal(readFileSync(join(aside!, 'x'), 'utf8'), 'kept');
});

test('what somebody else has written meanwhile is not written over', async () => {
  const path = join(folder, 'shared.json');
  const [one, other] = [fileAt(path), fileAt(path)];
  await one.load();
  await other.load();
  await one.save({ rules: [rule], nextId: 4 }, NOW_US);
  await assert.rejects(other.save({ rules: [], nextId: 1 }, NOW_US), (error: Error) => {
    assert.ok(error instanceof RulesFileError);
    return /was changed by somebody else since it was read/.test(error.message);
  });
  assert.deepEqual((await fileAt(path).load()).rules, [rule]);
});

test('where it cannot be written that is told, and nothing is left behind', async () => {
  const path = join(folder, 'new', 'alerts.json', 'below-a-file.json');
  await assert.rejects(fileAt(path).save({ rules: [rule], nextId: 4 }, NOW_US), /cannot be written: /);
  const silent = fileAt(join(folder, 'unwritten.json'), false);
  await silent.load();
  await silent.save({ rules: [rule], nextId: 4 }, NOW_US);
  assert.ok(!existsSync(join(folder, 'unwritten.json')), 'a replay keeps its changes to itself');
});
