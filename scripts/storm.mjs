// `npm run storm -- [--seeds N] [--from SEED]`: so many storms, one after another, each with its verdict; the last line
// counts those that held. A seed that broke something can be run again alone.

import { built, installed, root } from './ready.mjs';

installed();
built();
const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const seeds = option('seeds', 10);
const from = option('from', Math.floor(Math.random() * 2 ** 31));
const { runStorm } = await import(new URL('build/test/storm/storm.js', `file://${root}`).href);
const struck = new Map();
let held = 0;
for (let seed = from; seed < from + seeds; seed++) {
  let line;
  try {
    const result = await runStorm(seed);
    for (const [kind, count] of Object.entries(result.struck))
      struck.set(kind, (struck.get(kind) ?? 0) + count);
    const { quotes, gaps, heals, healedAfterS, faults, broken } = result;
    if (broken.length === 0) held += 1;
    line = `${faults.length} faults, ${quotes} quotes, ${gaps} gaps, ${heals} heals, well after ${healedAfterS.toFixed(0)} s`;
    for (const one of new Set(broken)) line += `\n  BROKEN ${one}`;
  } catch (error) {
    line = `BROKEN ${error.message}`;
  }
  console.log(`seed ${seed}: ${line}`);
}
console.log(
  [...struck]
    .sort()
    .map(([kind, count]) => `${kind} ${count}`)
    .join(' · '),
);
console.log(`${held} of ${seeds} storms held`);
process.exit(held === seeds ? 0 : 1);
