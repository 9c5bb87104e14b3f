// Plan test 13: the whole reply of the dashboard, 50 opportunities of one day each at 2,000 points: from a process
// that has not answered it before, from one that has (beside the floor, turn by turn), and eight at once.
// Options: --replies N (default 60), --points N (2,000), --starts N (7), --together N (8).

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dashboardLake, PAIRS } from './dashboard-lake.mjs';
import { option } from './place.mjs';
import { ask, ended, health, memoryMb, quantile, stallMs, startFloor, startProgram } from './program.mjs';

const replies = option('replies', 60);
const points = option('points', 2_000);
const starts = option('starts', 7);
const together = option('together', 8);
const WARM_MS_MAX = 20;
const COLD_MS_MAX = 1_000;
const MEMORY_MB_MAX = 150;

const folders = await dashboardLake();
const scratch = mkdtempSync(join(tmpdir(), 'bench-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

/** BENCH_PATH: /api/charts is the page's. */
const path = `${process.env.BENCH_PATH ?? '/api/dashboard_data'}?points=${points}`;
const cold = [];
let program;
for (let start = 0; start < starts; start++) {
  if (program !== undefined) await ended(program.child);
  program = await startProgram(folders.lake, folders.stats);
  cold.push(await ask(program, `${program.url}${path}`));
}
const [first] = cold.slice(-1);
const lines = first.body.toString().split('\n').length - 1;
const before = (await health(program)).charts;
writeFileSync(join(scratch, 'body'), first.body);
const floor = await startFloor(join(scratch, 'body'));

const warm = [];
const floors = [];
await stallMs(program);
for (let n = 0; n < replies; n++) {
  warm.push(checked(await ask(program, `${program.url}${path}`)));
  floors.push(await ask(floor, floor.url));
}
const warmStallMs = await stallMs(program);
const after = (await health(program)).charts;
const crowd = [];
const rounds = Math.ceil(replies / together);
for (let round = 0; round < rounds; round++)
  crowd.push(
    ...(await Promise.all(Array.from({ length: together }, () => ask(program, `${program.url}${path}`)))),
  );
crowd.forEach(checked);
const rssMb = memoryMb(program.child);
// Ends that nobody has asked for before, a millisecond apart and after the last row: nothing is finished already.
const anew = [];
const endMs = Date.UTC(2026, 0, 16);
const fresh = (n) => ask(program, `${program.url}${path}&from=${endMs - 86_400_000}&to=${endMs + 1 + n}`);
anew.push(...(await Promise.all(Array.from({ length: together }, (_, n) => fresh(n)))));
const crowdRssMb = memoryMb(program.child);
await Promise.all([ended(program.child), ended(floor.child)]);
report();

function checked(reply) {
  if (!reply.body.equals(first.body)) throw new Error('a warm reply differs from the first');
  return reply;
}

function report() {
  const ms = (value) => value.toFixed(1).padStart(8);
  const row = (what, samples, field) => {
    const values = samples.map((sample) => sample[field]);
    console.log(
      `${what.padEnd(28)}${[0.5, 0.99, 0].map((q) => ms(quantile(values, q))).join('')}${String(values.length).padStart(8)}`,
    );
    return quantile(values, 0.5);
  };
  console.log(`${PAIRS} pairs, one day of ~20,000 rows a leg in hourly files, points=${points}`);
  console.log(`${lines} charts, ${(first.body.length / 1e6).toFixed(2)} MB a reply, node ${process.version}`);
  console.log(`\n${'milliseconds'.padEnd(28)}  median     p99     min   count`);
  const coldMs = row('cold, whole', cold, 'wholeMs');
  row('cold, first byte', cold, 'firstMs');
  const warmMs = row('warm, whole', warm, 'wholeMs');
  row('warm, first byte', warm, 'firstMs');
  const floorMs = row('floor, whole', floors, 'wholeMs');
  row(`warm, ${together} at once, whole`, crowd, 'wholeMs');
  row(`made anew, ${together} at once`, anew, 'wholeMs');
  const computed = after.cacheMisses - before.cacheMisses;
  const hits = after.cacheHits - before.cacheHits;
  console.log(`\nwarm is ${(warmMs / floorMs).toFixed(2)} times the floor`);
  console.log(`${computed} charts computed anew while warm, ${hits} kept ones given`);
  console.log(`the main thread was held up for ${warmStallMs.toFixed(1)} ms at most while warm`);
  console.log(
    `cache ${(after.cacheBytes / 1e6).toFixed(2)} MB; memory at most ${rssMb.peak} MB with ${together} at once, ` +
      `${crowdRssMb.peak} MB with ${together} made anew at once`,
  );
  const holds = (what, ok) => {
    console.log(`${ok ? 'holds' : 'DOES NOT HOLD'}: ${what}`);
    if (!ok) process.exitCode = 1;
  };
  holds(
    `warm, whole, median under ${WARM_MS_MAX} ms, nothing computed anew`,
    warmMs < WARM_MS_MAX && computed === 0 && lines === PAIRS,
  );
  holds(`cold, whole, median under ${COLD_MS_MAX} ms`, coldMs < COLD_MS_MAX);
  holds(`${together} at once within ${MEMORY_MB_MAX} MB`, crowdRssMb.peak <= MEMORY_MB_MAX);
}
