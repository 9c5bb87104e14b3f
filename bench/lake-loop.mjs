// How long the loop that receives quotes is held up while an hour and a day end and closed days are compacted and removed
// behind it, over a lake of 10 GB (or what the disk allows). Hub, writer and encoding worker as `serve` has them.
//   npm run bench -- lake-loop [--gb 10] [--rate 10000] [--seconds 900] [--baseline 60] [--instruments 400]
// The lake is made once; a run works on a copy of hard links. Five days are due at midnight: the oldest is removed, four
// are compacted. Delays are what perf_hooks measures with a timer of 1 ms, less that millisecond.

import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DAYS, loopLake } from './lake-loop-make.mjs';
import { dataFolder, option } from './place.mjs';

const P99_MS_MAX = 5;
const HOT_DAYS = 2;
const WARM_SECONDS = 10;
const rate = option('rate', 10_000);
const count = option('instruments', 400);
const baseline = option('baseline', 60);
const work = option('seconds', 900);

const { folder, gb } = await loopLake(option('gb', 10), count);
const copy = join(dataFolder, '.loop-run');
let child = null;
process.on('exit', () => {
  child?.kill('SIGKILL');
  rmSync(copy, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

const paths = freshCopy();
console.log(
  `a lake of ${gb} GB, ${count} instruments, ${rate} quotes/s, node ${process.version}, load ${loadavg()
    .map((of) => of.toFixed(1))
    .join(' ')}\n`,
);
console.log(
  '                          seconds    p50    p99  p99.9     max ms   GC max   RSS MB    CPU  of it the loop   it waits   sync max   load',
);
const shared = { rate, count, warm: WARM_SECONDS, baseline, work };
const floor = await run({ ...shared, root: null });
for (const figures of floor.phases) row({ ...figures, name: 'hub alone (floor)' });
// Midnight makes the first day of recording yesterday: all closed days are due, and one is beyond what is kept.
const care = { hotDays: HOT_DAYS, retentionDays: DAYS + 1, maxBytes: gb * 2e9 + 1e10 };
const result = await run({ ...shared, ...paths, care });
for (const figures of result.phases) row(figures);
report(result);

function freshCopy() {
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  const [root, marks] = [join(copy, 'lake'), join(copy, 'marks')];
  execFileSync('cp', ['-al', folder, root]);
  mkdirSync(marks);
  for (const name of readdirSync(join(root, '_days')))
    if (name.endsWith('.open')) renameSync(join(root, '_days', name), join(marks, name));
  return { root, marks };
}

async function run(options) {
  const script = fileURLToPath(new URL('lake-loop-child.mjs', import.meta.url));
  child = fork(script, [JSON.stringify(options)]);
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the measured process died')));
  const [figures] = await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => {});
  child.disconnect();
  return figures;
}

function row({ name, seconds, p50, p99, p999, max, gcMs, rssMb, cpuShare, syncMs, load, ...own }) {
  const cells = [
    [seconds, 0, 8],
    ...[p50, p99, p999].map((ms) => [ms, 2, 7]),
    ...[
      [max, 1, 11],
      [gcMs, 1, 9],
      [rssMb, 0, 9],
    ],
    ...[
      [cpuShare, 2, 7],
      [own.busyShare, 3, 16],
      [own.waitShare, 3, 11],
    ],
    ...[
      [syncMs, 0, 11],
      [load, 1, 7],
    ],
  ];
  const text = cells.map(([value, digits, width]) => value.toFixed(digits).padStart(width)).join('');
  console.log(name.padEnd(25) + text);
}

function report({ phases, fed, received, recorded, dropped, syncLateCount, problems, state, ...rest }) {
  const { complete, encodedBefore, closeMs, jobs } = rest;
  const find = (wanted) => phases.find(({ name }) => name === wanted);
  const [before, all, compaction] = ['recording only', 'all of the work', 'compaction'].map(find);
  const gigabytes = (bytes) => (bytes / 1e9).toFixed(2);
  console.log(
    `\n${complete ? 'all done' : `stopped after ${work} s`}: ${gigabytes(jobs.bytesRemoved)} GB of ${state.daysRemoved} day removed, ` +
      `${gigabytes(jobs.bytesBefore)} GB of ${state.daysCompacted} whole days compacted to ${gigabytes(jobs.bytesAfter)} GB, ` +
      `${(jobs.rows / compaction.seconds / 1e6).toFixed(2)} M rows/s; closed in ${(closeMs / 1_000).toFixed(1)} s`,
  );
  console.log(
    `the worker: ${jobs.steps} steps, at most ${(jobs.stepMsMax / 1_000).toFixed(2)} s each (p99 ${(jobs.stepMs99 / 1_000).toFixed(2)} s): encoding waits no longer; ` +
      `${jobs.encodings} encodings, the longest ${(jobs.longest.ms / 1_000).toFixed(2)} s with ${jobs.longest.rows} rows`,
  );
  console.log(
    `quotes: ${fed} fed, ${received} received, ${recorded} recorded, ${dropped} dropped, ${encodedBefore} in files before the end; ${syncLateCount} late syncs`,
  );
  for (const { what, message } of problems) console.log(`problem: ${what}: ${message}`);
  const moved = all.p99 - before.p99;
  const exact = fed === received && received === recorded && dropped === 0 && problems.length === 0;
  console.log(
    `\n${moved <= P99_MS_MAX ? 'met' : 'MISSED'}: p99 moved by ${moved.toFixed(2)} ms (at most ${P99_MS_MAX}); ` +
      `${exact ? 'met' : 'MISSED'}: everything that was fed was recorded`,
  );
  if (moved > P99_MS_MAX || !exact) process.exitCode = 1;
}
