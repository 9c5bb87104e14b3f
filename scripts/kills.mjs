// `npm run kills -- [--kills N] [--seed SEED] [--minutes M]`: so many kills (1,000) of a process that records, ten a lake, a seed
// a lake, with damage in between. What is done stands in data/kills.ndjson: a run that was broken off, or whose minutes (60) were
// over, goes on there. Ends with 1 where one broke.

import { campaign } from './campaign.mjs';
import { built, installed, root } from './ready.mjs';

/** Kills of one lake. */
const KILLS = 10;

installed();
built();
const { runKills } = await import(new URL('build/test/crash/kills.js', `file://${root}`).href);

const results = await campaign({
  name: 'kills',
  count: 'kills',
  countDefault: 1_000,
  perSeed: KILLS,
  run: (seed) => runKills(seed, KILLS),
  inWords: ({ seed, broken, rows, lost, files, damages = [], openMsMax }) =>
    [
      `seed ${seed}: ${rows} rows in ${files} files, ${lost} lost, ${damages.length} damages, opened in ${openMsMax} ms`,
      ...broken.map((line) => `  BROKEN ${line}`),
      ...(broken.length === 0 ? [] : damages.map((line) => `    ${line}`)),
    ].join('\n'),
});
const sum = (of) => results.reduce((total, result) => total + of(result), 0);
console.log(
  `${sum(({ kills = 0 }) => kills)} kills, ${sum(({ damages = [] }) => damages.length)} damages, ${sum(({ rows = 0 }) => rows)} rows there, ${sum(({ lost = 0 }) => lost)} lost of the last second before a kill; ${sum(({ behind = 0 }) => behind)} kills while the disk was behind and the process said so`,
);
process.exitCode = results.every(({ broken }) => broken.length === 0) ? 0 : 1;
