// A closed day of the ledger becomes one file: every reader sees the same as before, whenever it looks, a crash between
// any two steps is healed by doing it again, and what comes late is taken in.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { dayStartUs, isoDate, US_PER_DAY, US_PER_HOUR } from '../../src/core/time.js';
import { CoverageLines } from '../../src/lake/coverage-lines.js';
import { diskFiles } from '../../src/lake/files.js';
import { appendLedger, ledgerText } from '../../src/lake/ledger.js';
import { compactLedgerDay } from '../../src/lake/ledger-day.js';
import { readLedgerTexts } from '../../src/lake/ledger-texts.js';
import { openReader } from '../../src/lake/reader.js';
import { diskStore, type ReadStore } from '../../src/lake/store.js';
import { dyingFiles, tempRoot } from './support/lakes.js';

const DAY_US = dayStartUs(Date.UTC(2026, 3, 2) * 1_000);
const BTC = { exchange: 'Aaa', symbol: 'BTC/USDT' };
const LEG = { ...BTC, directories: [] };
const EVERYTHING = { fromUs: DAY_US, toUs: DAY_US + US_PER_DAY };

/** Of three hours: two connections every 5 s, one of which is away for a while; now and then something is told. */
function hourLines(hour: number): string[] {
  const lines: string[] = [];
  const hourUs = DAY_US + hour * US_PER_HOUR;
  for (let s = 0; s < 3_600; s += 5) {
    const us = hourUs + s * 1e6;
    const alive = (n: number, stampUs: number) =>
      lines.push(
        ledgerText({ type: 'alive', stampUs, connection: `Aaa#${n}`, provenUs: stampUs - 300 }, null),
      );
    alive(1, us);
    if (s < 1_000 || s > 1_500) alive(2, us + 1);
    if (s % 600 === 0)
      lines.push(
        ledgerText({ type: 'gap', stampUs: us + 2, fromUs: us - 7, reason: 'silent' }, BTC),
        ledgerText({ type: 'status', stampUs: us + 3, status: 'age-limit', value: s }, BTC),
      );
  }
  return lines;
}

function ledger(t: TestContext, hours: readonly number[] = [3, 4, 9]): string {
  const root = tempRoot(t);
  for (const hour of hours) append(root, hour, hourLines(hour));
  return root;
}

function append(root: string, hour: number, lines: readonly string[]): number {
  return appendLedger(diskFiles, root, DAY_US + hour * US_PER_HOUR, [Buffer.from(lines.join(''))]);
}

const folderOf = (root: string) => join(root, '_ledger', `date=${isoDate(DAY_US)}`);
const namesOf = (root: string) => readdirSync(folderOf(root)).sort();

/** All that readers make of it. */
async function seen(root: string, store: ReadStore = diskStore) {
  const events = await openReader(root, { store }).readEvents([LEG], EVERYTHING);
  const lines = new CoverageLines([BTC]);
  const reader = { text: (bytes: Uint8Array) => lines.text(bytes), done() {} };
  const report = (path: string, _reason: string, message: string) => assert.fail(`${path}: ${message}`);
  await readLedgerTexts({ store, root, ...EVERYTHING, report }, () => reader);
  const facts = lines.factsOf(BTC, [], EVERYTHING.toUs);
  return { events, facts: { ...facts, gaps: facts.gaps.length, lineUs: [...facts.lineUs].sort() } };
}

test('a day becomes one file of what it told, with runs of Alive lines folded; readers see no difference', async (t) => {
  const root = ledger(t);
  const before = await seen(root);
  assert.equal(before.events.length, 36);
  const hours = namesOf(root).map((name) => readFileSync(join(folderOf(root), name), 'utf8'));
  const report = compactLedgerDay(diskFiles, root, DAY_US)!;
  assert.deepEqual(namesOf(root), ['day.ndjson']);
  assert.deepEqual(await seen(root), before);
  assert.ok(report.bytesAfter < report.bytesBefore / 20, JSON.stringify(report));
  const text = readFileSync(join(folderOf(root), 'day.ndjson'), 'utf8');
  const [head, ...lines] = text.trimEnd().split('\n');
  assert.equal(JSON.parse(head!).type, 'compacted');
  const isAlive = (line: string) => line.startsWith('{"type":"alive"');
  const told = hours.join('').trimEnd().split('\n');
  assert.deepEqual(
    lines.filter((line) => !isAlive(line)),
    told.filter((line) => !isAlive(line)),
    'word for word',
  );
  const folded = lines.filter(isAlive).map((line) => JSON.parse(line));
  assert.equal(
    folded.reduce((sum, { count = 1 }) => sum + count, 0),
    told.filter(isAlive).length,
  );
  // Connection 1 lives through hours 3 and 4 without a break; connection 2 is away once an hour.
  assert.deepEqual(folded.map(({ connection }) => connection).sort(), [
    ...Array<string>(2).fill('Aaa#1'),
    ...Array<string>(5).fill('Aaa#2'),
  ]);
  const stamps = lines.map((line) => JSON.parse(line).stampUs as number);
  assert.deepEqual(
    stamps,
    [...stamps].sort((a, b) => a - b),
  );
  assert.equal(compactLedgerDay(diskFiles, root, DAY_US), null, 'there is nothing to do');
});

test('a crash between any two steps is healed when it is done again, and readers see everything meanwhile', async (t) => {
  let steps = 0;
  let expected: Awaited<ReturnType<typeof seen>> | undefined;
  for (let more = true; more; steps += 1) {
    const root = ledger(t, [3, 9]);
    expected ??= await seen(root);
    const { files, died } = dyingFiles(diskFiles, steps);
    try {
      compactLedgerDay(files, root, DAY_US);
    } catch (error) {
      if (!died()) throw error;
    }
    more = died();
    assert.deepEqual(await seen(root), expected, `after ${steps} steps`);
    compactLedgerDay(diskFiles, root, DAY_US);
    assert.deepEqual(namesOf(root), ['day.ndjson'], `after ${steps} steps`);
    assert.deepEqual(await seen(root), expected, `healed after ${steps} steps`);
    assert.equal(compactLedgerDay(diskFiles, root, DAY_US), null);
  }
  assert.ok(steps > 6, `${steps} steps`);
});

test('lines of a run that comes late go into an hour again, none that is there already; then they are taken in', async (t) => {
  const root = ledger(t, [3]);
  const all = await seen(ledger(t, [3, 4]));
  const part = hourLines(4).slice(0, 500);
  append(root, 4, part);
  compactLedgerDay(diskFiles, root, DAY_US);
  assert.equal(append(root, 4, part), 0, 'they are all in the file of the day');
  assert.equal(append(root, 4, hourLines(4)), hourLines(4).length - part.length);
  assert.equal(append(root, 4, hourLines(4)), 0);
  assert.deepEqual(namesOf(root), ['day.ndjson', 'hour=04.ndjson']);
  assert.deepEqual(await seen(root), all);
  compactLedgerDay(diskFiles, root, DAY_US);
  assert.deepEqual(namesOf(root), ['day.ndjson']);
  assert.deepEqual(await seen(root), all);
  const once = ledger(t, [3, 4]);
  compactLedgerDay(diskFiles, once, DAY_US);
  const bytes = (at: string) => readFileSync(join(folderOf(at), 'day.ndjson'), 'utf8');
  assert.equal(bytes(root), bytes(once), 'as if all had been there at once');
});

test('a reader that listed the hours before they were swapped for the day sees every line', async (t) => {
  const expected = await seen(ledger(t));
  // The swap comes after the first listing of the day, or when one hour is read already.
  for (const after of ['list', 'open'] as const) {
    const root = ledger(t);
    let swapped = false;
    const swap = () => {
      if (!swapped) compactLedgerDay(diskFiles, root, DAY_US);
      swapped = true;
    };
    const store: ReadStore = {
      list: async (directory) => {
        const entries = await diskStore.list(directory);
        if (after === 'list' && directory === folderOf(root)) swap();
        return entries;
      },
      open: async (path) => {
        const file = await diskStore.open(path);
        if (after === 'open') swap();
        return file;
      },
    };
    const reader = openReader(root, { store });
    assert.deepEqual(await reader.readEvents([LEG], EVERYTHING), expected.events, after);
    assert.deepEqual(reader.problems(), []);
    assert.ok(swapped);
  }
});
