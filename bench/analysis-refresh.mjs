// One refresh of a day's statistics as the process makes it every quarter of an hour, in a process of its own: what is kept of
// hours that are over is put together with what is new. Prints one line of JSON.
//   node analysis-refresh.mjs LAKE FROM_US TO_US

import { compiled } from './place.mjs';

const [{ analyzePairs }, { discoverPairs }, { KeptParts }, { openReader }, { waitingStore }] =
  await Promise.all(
    [
      'src/analysis/analyze.js',
      'src/analysis/discover.js',
      'src/analysis/kept-parts.js',
      'src/lake/reader.js',
      'src/lake/store.js',
    ].map((path) => import(compiled(path))),
  );

const [root, ...range] = process.argv.slice(2);
const [fromUs, toUs] = range.map(Number);
const takerFeePercent = () => 0.1;
const reader = openReader(root);
const kept = new KeptParts({ root, store: waitingStore, reader, takerFeePercent, nowUs: toUs });
const before = process.cpuUsage();
const startMs = performance.now();
const pairs = discoverPairs(await reader.instruments());
const { rows } = await analyzePairs({ reader, pairs, fromUs, toUs, takerFeePercent, kept });
const { user, system } = process.cpuUsage(before);
console.log(
  JSON.stringify({
    ...kept.counts,
    pairs: rows.length,
    wallMs: performance.now() - startMs,
    cpuMs: (user + system) / 1e3,
    peakMb: process.resourceUsage().maxRSS / 1024,
  }),
);
