// `npm run storm -- [--seeds N] [--from SEED] [--minutes M]`: so many storms (200), one after another, each with its
// verdict. What is done stands in data/storm.ndjson: a run that was broken off, or whose minutes (60) were over, goes on
// there. Holds when every storm held and, from 200 storms on, every fault struck at least 20 times.

import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { built, installed, root } from './ready.mjs';

const STRUCK_MIN = 20;
const SEEDS = 200;
const LOG = join(root, 'data', 'storm.ndjson');

installed();
built();
const option = (name) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : Number(process.argv[at + 1]);
};
const { runStorm } = await import(new URL('build/test/storm/storm.js', `file://${root}`).href);
const { FAULT_KINDS } = await import(new URL('build/src/sim/faults.js', `file://${root}`).href);

const { from, seeds, done } = campaign();
const endMs = Date.now() + (option('minutes') ?? 60) * 60_000;
console.log(
  `storms ${from} to ${from + seeds - 1}${done.size > 0 ? `, ${done.size} of them done before` : ''}`,
);
for (let seed = from; seed < from + seeds && Date.now() < endMs; seed++) {
  if (done.has(seed)) continue;
  const result = await storm(seed);
  done.set(seed, result);
  appendFileSync(LOG, `${JSON.stringify(result)}\n`);
  console.log(inWords(result));
}
process.exit(verdict() ? 0 : 1);

/** The one under way where there is one and nothing else is asked for, else a new one. */
function campaign() {
  const lines = readLines();
  const [head, ...results] = lines;
  const asked = option('from');
  const isUnfinished = head !== undefined && results.length < head.seeds;
  const isMeant = asked === undefined || (asked === head?.from && (option('seeds') ?? SEEDS) === head.seeds);
  if (isUnfinished && isMeant) return { ...head, done: new Map(results.map((one) => [one.seed, one])) };
  const fresh = { from: asked ?? Math.floor(Math.random() * 2 ** 31), seeds: option('seeds') ?? SEEDS };
  mkdirSync(join(root, 'data'), { recursive: true });
  writeFileSync(LOG, `${JSON.stringify(fresh)}\n`);
  return { ...fresh, done: new Map() };
}

/** A line that was being written when the process was killed is none. */
function readLines() {
  let text;
  try {
    text = readFileSync(LOG, 'utf8');
  } catch {
    return [];
  }
  const whole = text.slice(0, text.lastIndexOf('\n') + 1).trim();
  return whole === '' ? [] : whole.split('\n').map((line) => JSON.parse(line));
}

async function storm(seed) {
  try {
    const { faults, ...result } = await runStorm(seed);
    return { ...result, faults: faults.length };
  } catch (error) {
    return { seed, broken: [error.message], struck: {}, faults: 0, quotes: 0, gaps: 0, heals: 0 };
  }
}

function inWords({ seed, broken, story = [], faults, quotes, gaps, heals, healedAfterS, loopDelayMsMax }) {
  const numbers = `${faults} faults, ${quotes} quotes, ${gaps} gaps, ${heals} heals`;
  const times = `well after ${healedAfterS?.toFixed(0)} s, loop at most ${loopDelayMsMax?.toFixed(0)} ms late`;
  return [
    `seed ${seed}: ${numbers}, ${times}`,
    ...broken.map((line) => `  BROKEN ${line}`),
    ...story.map((line) => `    ${line}`),
  ].join('\n');
}

function verdict() {
  const results = [...done.values()];
  const struck = new Map(FAULT_KINDS.map((kind) => [kind, 0]));
  for (const result of results)
    for (const [kind, count] of Object.entries(result.struck)) struck.set(kind, struck.get(kind) + count);
  console.log([...struck].map(([kind, count]) => `${kind} ${count}`).join(' · '));
  const rare = [...struck].filter(([, count]) => count < STRUCK_MIN).map(([kind]) => kind);
  const rareCounts = results.length >= SEEDS && rare.length > 0;
  if (rareCounts) console.log(`fewer than ${STRUCK_MIN} times: ${rare.join(', ')}`);
  const held = results.filter(({ broken }) => broken.length === 0).length;
  console.log(`${held} of ${results.length} storms held; ${seeds - results.length} to come`);
  return held === results.length && !rareCounts;
}
