// Whether a whole chart is what polars makes of the same rows. argv: a file with the NDJSON line, where polars' files lie, in
// which layout. Sends the rows of both, rows whose time differs, and the greatest differences of spreads and bands.

import { readFileSync } from 'node:fs';
import { default as pl } from 'nodejs-polars';
import { polarsJoin } from './history-polars.mjs';

const [body, place, layout] = process.argv.slice(2);
process.send('ready');
await new Promise((resolve) => process.once('message', resolve));
const ours = JSON.parse(readFileSync(body, 'utf8'));
const theirs = await polarsJoin(
  pl,
  [0, 1].map((leg) => `${place}/${leg}`),
  layout,
  true,
).collect();
const column = (name) => theirs.getColumn(name).toTypedArray();
const stamps = column('ts');
let otherTimes = 0;
for (const [row, us] of stamps.entries())
  if (ours.timestamps[row] !== Math.floor(Number(us) / 1_000) / 1_000) otherTimes += 1;
process.send({
  ours: ours.timestamps.length,
  theirs: stamps.length,
  otherTimes,
  spread: apart(ours.spreads, column('spread')),
  bands: Math.max(apart(ours.upperBand, column('upper')), apart(ours.lowerBand, column('lower'))),
});
process.disconnect();

function apart(mine, other) {
  let most = 0;
  // A null would be a number's difference of its own size.
  for (const [row, value] of other.entries()) most = Math.max(most, Math.abs(value - (mine[row] ?? 1e9)));
  return most;
}
