// Zooming through a year of a pair, through the real server and over loopback: the first chart of a fresh process, then
// steps of a random walk between the whole year and an hour, each a range that nobody asked for before. Warm files; what
// the process has finished already is never asked for again.
//   npm run bench -- zoom [--days 365] [--rows 100000] [--steps 100] [--firsts 7]
// Aims: first paint under 150 ms, a step under 50 ms, p95 of 100. Beside them the same steps without summaries are not
// run: a year of rows takes minutes.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { option } from './place.mjs';
import { ask, ended, memoryMb, stallMs, startProgram } from './program.mjs';
import { FROM_US, LEGS, SYMBOL, zoomData } from './zoom-data.mjs';

const firsts = option('firsts', 7);
const steps = option('steps', 100);
const data = await zoomData(option('days', 365), option('rows', 100_000));
const scratch = mkdtempSync(join(tmpdir(), 'bench-'));
mkdirSync(join(scratch, 'stats'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

const HOUR_US = 3_600e6;
const seed = option('seed', Date.now() % 1e9);
let state = seed;
function random() {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
}

function pathOf(fromUs, toUs) {
  const names = new URLSearchParams({ symbol: SYMBOL, exchange1: LEGS[0], exchange2: LEGS[1] });
  // Milliseconds, so that every request is one of its own.
  return `/api/charts?${names}&from=${Math.floor(fromUs / 1e3)}&to=${Math.ceil(toUs / 1e3)}`;
}

const mb = (bytes) => `${Math.round(bytes / 1e6)} MB`;
const { bytes, days, rowsADay } = data;
console.log(
  `node ${process.version}, load ${loadavg()[0].toFixed(1)}, seed ${seed}; ${days} days of ${rowsADay} × ${rowsADay} rows: ` +
    `quotes ${mb(bytes.quotes)}, summaries ${mb(bytes.summaries)} (${Math.round(bytes.summaries / days / 1e3)} KB a day)`,
);

const first = [];
for (let run = 0; run < firsts; run += 1) {
  const program = await startProgram(data.lake, join(scratch, 'stats'));
  first.push(await ask(program, program.url + pathOf(FROM_US + run * 1e3, data.toUs)));
  await ended(program.child);
}
print('first paint: the whole year, first request of a process', first, 150);

const program = await startProgram(data.lake, join(scratch, 'stats'));
await ask(program, program.url + pathOf(FROM_US, data.toUs));
await stallMs(program);
const asked = [];
const byLength = new Map();
let [fromUs, toUs] = [FROM_US, data.toUs];
for (let step = 0; step < steps; step += 1) {
  [fromUs, toUs] = next(fromUs, toUs);
  const answer = await ask(program, program.url + pathOf(fromUs, toUs));
  asked.push(answer);
  const hours = (toUs - fromUs) / HOUR_US;
  const name = hours < 2 ? 'under 2 h' : hours < 48 ? 'under 2 d' : hours < 720 ? 'under 30 d' : 'longer';
  byLength.set(name, [...(byLength.get(name) ?? []), answer]);
}
print(`zoom and pan, ${steps} steps`, asked, 50);
for (const [name, answers] of byLength) print(`  of these ${name}`, answers, 50);
console.log(
  `memory ${memoryMb(program.child).now} MB (most ${memoryMb(program.child).peak}), longest stall of the serving thread ${(await stallMs(program)).toFixed(1)} ms`,
);
await ended(program.child);

/** In, out, or aside: as a wheel and a drag do. */
function next(from, to) {
  const length = to - from;
  const luck = random();
  if (luck < 0.25) {
    const by = (random() - 0.5) * length;
    return inside(from + by, length);
  }
  const factor = luck < 0.7 ? 0.3 + 0.5 * random() : 1.5 + 2 * random();
  const middle = from + random() * length;
  return inside(middle - (length * factor) / 2, length * factor);
}

function inside(from, wanted) {
  const length = Math.min(data.toUs - FROM_US, Math.max(HOUR_US, wanted));
  const at = Math.min(Math.max(from, FROM_US), data.toUs - length);
  return [at, at + length];
}

function print(name, answers, limitMs) {
  const times = answers.map(({ wholeMs }) => wholeMs).sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(1);
  console.log(
    `${name}: median ${at(0.5)} ms, p95 ${at(0.95)} ms, most ${at(1)} ms (limit ${limitMs} at p95)`,
  );
}
