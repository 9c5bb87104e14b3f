// The measured process of bench/lake-loop.mjs: hub and, but for the floor, the lake's writer with its encoding worker, fed
// from a timer. Measures its own loop by phase, and sends the figures to its parent.

import { cpSync, existsSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, PerformanceObserver, performance } from 'node:perf_hooks';
import { createRandom, instrumentsOf, TODAY_US } from './lake-loop-make.mjs';
import { compiled } from './place.mjs';

const { root, marks, rate, count, care, ...seconds } = JSON.parse(process.argv[2]);
const { createRealClock } = await import(compiled('src/clock.js'));
const { Hub } = await import(compiled('src/hub/hub.js'));
const { InstrumentTable } = await import(compiled('src/core/instrument.js'));
const { LIMITS } = await import(compiled('src/limits.js'));
const { openLake } = await import(compiled('src/lake/writer.js'));
const { Encoder } = await import(compiled('src/lake/encoder.js'));

const DAY_US = 86_400e6;
const RESOLUTION_MS = 1;
const FEED_MS = 5;
/** Late rows of the old hour are waited for by the writer: until then nothing of its end has happened. */
const GRACE_MS = 5_000;

const real = createRealClock();
const wait = (ms) => new Promise((resolve) => real.after(ms, resolve));
const midnightUs = TODAY_US + DAY_US;
const offsetUs = midnightUs - real.nowUs() - (seconds.warm + seconds.baseline) * 1e6;
const clock = { nowUs: () => real.nowUs() + offsetUs, after: real.after, every: real.every };

const instruments = new InstrumentTable();
const venues = instrumentsOf(count);
for (const { exchange, symbol } of venues) instruments.intern(exchange, symbol);
const jobs = watchJobs();
const lake =
  root === null
    ? null
    : await openLake({ root, origin: 'live', clock, limits: LIMITS.lake, instruments, care });
const hub = new Hub({ instrumentsMax: LIMITS.instrumentsMax, lastStampUs: lake?.lastStampUs ?? 0 });
if (lake !== null) hub.subscribe(lake);
const feed = startFeed();

let gcMs = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) gcMs = Math.max(gcMs, duration);
}).observe({ entryTypes: ['gc'] });

await wait(seconds.warm * 1_000);
const phases = [];
await phase('recording only', () => wait(seconds.baseline * 1_000 - 500));
if (lake !== null) {
  // What a recorder leaves of days that are due: until now nothing told the lake of them.
  cpSync(marks, join(root, '_days'), { recursive: true });
  const all = startPhase('all of the work');
  await phase('hour and day end', async () => {
    while (clock.nowUs() < midnightUs + GRACE_MS * 1_000) await wait(100);
    while (!lake.counters().care.running) await wait(50);
  });
  const deadline = performance.now() + seconds.work * 1_000;
  const isDone = () => !lake.counters().care.running || performance.now() > deadline;
  await phase('removal', async () => {
    while (!isDone() && lake.counters().care.daysRemoved === 0) await wait(50);
  });
  await phase('compaction', async () => {
    while (!isDone()) await wait(50);
  });
  phases.push(endPhase(all));
  const complete = !lake.counters().care.running;
  if (complete) await phase('recording only, after', () => wait(seconds.baseline * 1_000));
  const closing = performance.now();
  feed.stop();
  const before = lake.counters();
  await lake.close();
  const { recorded, dropped, syncLateCount, problems, care: state } = lake.counters();
  process.send({
    phases,
    fed: feed.fed,
    received: hub.counters().received,
    ...{ recorded, dropped, syncLateCount, problems, state, complete },
    encodedBefore: before.encodedRows,
    closeMs: performance.now() - closing,
    jobs: summary(),
  });
} else {
  feed.stop();
  process.send({ phases, fed: feed.fed, received: hub.counters().received });
}
// What was sent is read before the process ends.
process.on('disconnect', () => process.exit());

/** Every quote that is due by now, a few milliseconds' worth at a time, so that the loop is free in between. */
function startFeed() {
  const random = createRandom(29);
  const picks = new Uint16Array(1 << 14);
  const ends = [];
  for (const { share } of venues) ends.push((ends.at(-1) ?? 0) + share);
  for (let i = 0; i < picks.length; i++) {
    const at = random();
    const found = ends.findIndex((end) => at < end);
    picks[i] = found < 0 ? venues.length - 1 : found;
  }
  const mid = Float64Array.from(venues, ({ level }) => level);
  const state = { fed: 0, stop: () => {} };
  const startMs = performance.now();
  state.stop = clock.every(FEED_MS, () => {
    const due = ((performance.now() - startMs) * rate) / 1_000;
    while (state.fed < due) {
      const id = picks[state.fed % picks.length];
      const nowUs = clock.nowUs();
      if (random() < 0.3) mid[id] += random() < 0.5 ? -1 : 1;
      const { tick } = venues[id];
      const scale = Math.round(1 / tick);
      const size = Math.round(random() * 10_000) / 1_000;
      const exchangeUs = Math.floor(nowUs / 1_000 - 12) * 1_000;
      hub.quote(id, mid[id] / scale, size, (mid[id] + 1) / scale, size, exchangeUs, nowUs);
      state.fed += 1;
    }
  });
  return state;
}

/** How long the worker is held by each task: an encoding that comes meanwhile waits as long. */
function watchJobs() {
  const found = { steps: [], encodings: [], rows: 0, bytesBefore: 0, bytesAfter: 0, bytesRemoved: 0 };
  const { care: step, run } = Encoder.prototype;
  Encoder.prototype.care = async function (order) {
    const start = performance.now();
    const done = await step.call(this, order);
    const ms = performance.now() - start;
    if (done === null) return done;
    found.steps.push(ms);
    for (const name of ['rows', 'bytesBefore', 'bytesAfter', 'bytesRemoved']) found[name] += done[name];
    return done;
  };
  Encoder.prototype.run = async function (job) {
    const start = performance.now();
    const report = await run.call(this, job);
    found.encodings.push({ ms: performance.now() - start, rows: report.encodedRows });
    return report;
  };
  return found;
}

function summary() {
  const { steps, encodings, ...sums } = jobs;
  const sorted = steps.toSorted((a, b) => a - b);
  const longest = encodings.reduce((most, job) => (job.ms > most.ms ? job : most), { ms: 0, rows: 0 });
  return {
    ...sums,
    steps: steps.length,
    stepMsMax: sorted.at(-1) ?? 0,
    stepMs99: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
    encodings: encodings.length,
    longest,
  };
}

async function phase(name, run) {
  const started = startPhase(name);
  await run();
  phases.push(endPhase(started));
}

function startPhase(name) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  gcMs = 0;
  const started = {
    name,
    delay,
    thread: ownThread(),
    startMs: performance.now(),
    cpu: process.cpuUsage(),
    rssMb: 0,
    syncMs: 0,
  };
  started.stop = real.every(500, () => {
    started.rssMb = Math.max(started.rssMb, process.memoryUsage.rss() / 2 ** 20);
    started.syncMs = Math.max(started.syncMs, lake?.counters().lastSyncMs ?? 0);
  });
  return started;
}

/** Delays in milliseconds, beyond the timer's own period. */
function endPhase({ name, delay, thread, startMs, cpu, stop, rssMb, syncMs }) {
  delay.disable();
  stop();
  const wallMs = performance.now() - startMs;
  const { user, system } = process.cpuUsage(cpu);
  const beyond = (ns) => Math.max(0, ns / 1e6 - RESOLUTION_MS);
  const own = ownThread();
  const busyShare = (own.busyMs - thread.busyMs) / wallMs;
  const waitShare = (own.waitMs - thread.waitMs) / wallMs;
  const at = (percent) => beyond(delay.percentile(percent));
  return {
    ...{
      name,
      seconds: wallMs / 1_000,
      busyShare,
      waitShare,
      cpuShare: (user + system) / 1_000 / wallMs,
      rssMb,
      syncMs,
      gcMs,
    },
    ...{ p50: at(50), p99: at(99), p999: at(99.9), max: beyond(delay.max), load: loadavg()[0] },
  };
}

/** How long this thread has had a core, and how long it wanted one and had none; NaN where the system does not say. */
function ownThread() {
  const path = `/proc/self/task/${process.pid}/schedstat`;
  if (!existsSync(path)) return { busyMs: Number.NaN, waitMs: Number.NaN };
  const [busyNs, waitNs] = readFileSync(path, 'utf8').split(' ').map(Number);
  return { busyMs: busyNs / 1e6, waitMs: waitNs / 1e6 };
}
