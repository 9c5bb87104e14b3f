// The short form of `npm run crash`: fresh seeds for some seconds. A seed that broke is run again alone with
// `npm run crash -- --seed SEED`. And the proof that each sync is needed: without it some seed breaks.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCrashes, troublesOf } from './crash.js';

const SECONDS = 12;
const SEEDS_MAX = 60;
/** For each sync so many seeds are tried until one breaks without it. */
const SEEDS_A_SITE_MAX = 300;

test('dead at random calls, with all forgotten that was not synced: what was received a second before is there, once', async (t) => {
  const from = Math.floor(Math.random() * 2 ** 31);
  t.diagnostic(`from seed ${from}`);
  const endMs = performance.now() + SECONDS * 1_000;
  let [seeds, records, lost, powerCuts, troubles] = [0, 0, 0, 0, 0];
  for (let seed = from; seeds < SEEDS_MAX && performance.now() < endMs; seed++, seeds++) {
    const result = await runCrashes(seed, troublesOf(seed));
    assert.deepEqual(result.broken, [], `seed ${seed}`);
    records += result.records;
    lost += result.lost;
    powerCuts += result.powerCuts;
    troubles += result.troubles;
  }
  t.diagnostic(
    `${seeds} seeds: ${powerCuts} power cuts, ${troubles} times the disk refused, ${records} records, ${lost} of the last second lost`,
  );
  assert.ok(seeds > 0 && powerCuts > 0);
});

/**
 * Every sync of the lake's code, and a seed that breaks without it: the first that is tried. Where the code makes other calls
 * than it did, others are looked for and told, to be put here.
 */
const NEEDED: ReadonlyMap<string, number> = new Map([
  ['_journal', 2],
  ['_journal while recording', 1],
  ['_last.json sync', 18],
  ['_ledger date for remove ledger', 6],
  ['_ledger date for rename ledger', 2],
  ['_ledger for mkdir _ledger date', 7],
  ['_origin.json sync', 1],
  ['_runs for rename run', 4],
  ['date for mkdir hour', 2],
  ['date for remove folder', 4],
  ['day file sync', 2],
  ['disk for mkdir lake', 1],
  ['exchange for mkdir symbol', 3],
  ['hour file sync', 2],
  ['hour for rename day file', 2],
  ['hour for rename hour file', 2],
  ['lake for mkdir _days', 2],
  ['lake for mkdir trades', 4],
  ['lake for rename _last.json', 16],
  ['ledger of a day sync', 4],
  ['ledger sync', 1],
  ['run sync', 1],
  ['segment datasync', 4],
  ['segment sync', 2],
  ['symbol for mkdir date', 2],
  ['trades date for mkdir trades hour', 2],
  ['trades date for remove folder', 6],
  ['trades day file sync', 6],
  ['trades exchange for mkdir trades symbol', 2],
  ['trades for mkdir trades exchange', 2],
  ['trades hour file sync', 2],
  ['trades hour for rename trades day file', 6],
  ['trades hour for rename trades hour file', 2],
  ['trades run sync', 1],
  ['trades symbol for mkdir trades date', 2],
]);

/** Without these nothing is lost, because another sync of the same folder always comes before what relies on them. */
const COVERED: ReadonlyMap<string, string> = new Map([
  ['_runs for rename trades run', 'the run of the quotes is published there too before the segment goes'],
  ['lake for mkdir exchange', '_last.json is published there too before the runs go'],
  ['lake for rename _origin.json', 'the internal folders are made there too before anything is recorded'],
]);

/**
 * Not shown to be needed: the marks of days, without which compaction looks once more or a day later; folders from which
 * files were taken that a later step takes away as a whole; and the day's ledger, whose hours go within a few calls.
 */
const NOT_SHOWN =
  /^_days for |^day\.json sync$|for remove (trades )?hour file$|^_ledger date for rename ledger of a day$/;

test('without any one sync of what holds records something is lost: none is there for nothing', async (t) => {
  for (const [site, first] of NEEDED) {
    let seed = first;
    const seen = new Set<string>();
    for (let tried = 0; ; tried++, seed = tried) {
      assert.ok(tried < SEEDS_A_SITE_MAX, `without "${site}" ${tried} seeds broke nothing: what is it for?`);
      const { broken, sites } = await runCrashes(seed, { without: site });
      for (const one of sites) seen.add(one);
      if (broken.length > 0) break;
    }
    if (seed !== first) t.diagnostic(`without "${site}" seed ${seed} breaks`);
    assert.ok(seen.has(site), `"${site}" is no sync any more`);
    // A temp file need not survive.
    const told = [...seen].filter((one) => !one.endsWith('for a temp file'));
    const unknown = told.filter((one) => !NEEDED.has(one) && !COVERED.has(one) && !NOT_SHOWN.test(one));
    assert.deepEqual(unknown, [], 'a new sync: it needs a seed that breaks without it');
  }
  // What is covered holds without, too.
  for (const site of COVERED.keys())
    for (let seed = 0; seed < 2; seed++)
      assert.deepEqual((await runCrashes(seed, { without: site })).broken, [], `${site}, seed ${seed}`);
});
