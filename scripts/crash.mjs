// `npm run crash -- [--seeds N] [--seed SEED] [--minutes M]`: so many seeds (1,000) of crashes on a disk that forgets what was
// not synced; with --seed that one alone, unless --seeds says more from there. What is done stands in data/crash.ndjson: a run
// that was broken off, or whose minutes (60) were over, goes on there. Ends with 1 where one broke.

import { campaign } from './campaign.mjs';
import { built, installed, root } from './ready.mjs';

installed();
built();
const { runCrashes, troublesOf } = await import(new URL('build/test/crash/crash.js', `file://${root}`).href);

const results = await campaign({
  name: 'crash',
  count: 'seeds',
  countDefault: 1_000,
  run: async (seed) => {
    const { sites: _sites, ...result } = await runCrashes(seed, troublesOf(seed));
    return result;
  },
  inWords: ({ seed, broken, records, lost, powerCuts }) =>
    broken.length === 0 && seed % 20 !== 0
      ? null
      : [
          `seed ${seed}: ${records} records, ${lost} lost in ${powerCuts} power cuts`,
          ...broken.map((line) => `  BROKEN ${line}`),
        ].join('\n'),
});
const sum = (of) => results.reduce((total, result) => total + of(result), 0);
console.log(
  `${sum(({ lives }) => lives)} lives, ${sum(({ powerCuts }) => powerCuts)} power cuts, ${sum(({ records }) => records)} records, ${sum(({ lost }) => lost)} lost within the last second before a crash`,
);
process.exitCode = results.every(({ broken }) => broken.length === 0) ? 0 : 1;
