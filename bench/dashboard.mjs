// Plan test 13: the whole reply of the dashboard, 50 opportunities of one day each at 2,000 points, from a process
// that has answered it before; beside the floor, turn by turn on the same machine.
// Options: --replies N (default 60), --points N (2,000), --starts N (3).

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dashboardLake, PAIRS } from './dashboard-lake.mjs';
import { mainProgram, option } from './place.mjs';

const replies = option('replies', 60);
const points = option('points', 2_000);
const starts = option('starts', 3);
const WARM_MS_MAX = 20;

const folders = await dashboardLake();
const scratch = mkdtempSync(join(tmpdir(), 'bench-'));
const children = new Set();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
});

/** BENCH_PATH: /api/charts is the page's. */
const path = `${process.env.BENCH_PATH ?? '/api/dashboard_data'}?points=${points}`;
const cold = [];
let program;
for (let start = 0; start < starts; start++) {
  if (program !== undefined) await ended(program.child);
  program = await startProgram();
  cold.push(await ask(program.agent, `${program.url}${path}`));
}
const [first] = cold.slice(-1);
const lines = first.body.toString().split('\n').length - 1;
const before = (await health(program)).charts;
writeFileSync(join(scratch, 'body'), first.body);
const floor = await startFloor(join(scratch, 'body'));

const warm = [];
const floors = [];
for (let n = 0; n < replies; n++) {
  const reply = await ask(program.agent, `${program.url}${path}`);
  if (!reply.body.equals(first.body)) throw new Error('a warm reply differs from the first');
  warm.push(reply);
  floors.push(await ask(floor.agent, floor.url));
}
const after = (await health(program)).charts;
const rssMb = memoryMb(program.child.pid);
await Promise.all([ended(program.child), ended(floor.child)]);
report();

function report() {
  const ms = (value) => value.toFixed(1).padStart(8);
  const row = (what, samples, field) => {
    const values = samples.map((sample) => sample[field]).sort((a, b) => a - b);
    const p99 = values[Math.min(values.length - 1, Math.floor(values.length * 0.99))];
    console.log(
      `${what.padEnd(26)}${ms(quantile(values, 0.5))}${ms(p99)}${ms(values[0])}${String(values.length).padStart(8)}`,
    );
  };
  console.log(`${PAIRS} pairs, one day of ~20,000 rows a leg in hourly files, points=${points}`);
  console.log(`${lines} charts, ${(first.body.length / 1e6).toFixed(2)} MB a reply, node ${process.version}`);
  console.log(`\n${'milliseconds'.padEnd(26)}  median     p99     min   count`);
  row('cold, whole', cold, 'wholeMs');
  row('cold, first byte', cold, 'firstMs');
  row('warm, whole', warm, 'wholeMs');
  row('warm, first byte', warm, 'firstMs');
  row('floor, whole', floors, 'wholeMs');
  const median = quantile(
    warm.map(({ wholeMs }) => wholeMs).sort((a, b) => a - b),
    0.5,
  );
  const floorMedian = quantile(
    floors.map(({ wholeMs }) => wholeMs).sort((a, b) => a - b),
    0.5,
  );
  const computed = after.cacheMisses - before.cacheMisses;
  console.log(`\nwarm is ${(median / floorMedian).toFixed(2)} times the floor`);
  console.log(
    `${computed} charts computed anew while warm, ${after.cacheHits - before.cacheHits} kept ones given`,
  );
  console.log(
    `cache ${(after.cacheBytes / 1e6).toFixed(2)} MB; serve's memory ${rssMb.now} MB, at most ${rssMb.peak} MB`,
  );
  const ok = median < WARM_MS_MAX && computed === 0 && lines === PAIRS;
  console.log(
    `${ok ? 'holds' : 'DOES NOT HOLD'}: warm, whole, median under ${WARM_MS_MAX} ms, nothing computed anew`,
  );
  if (!ok) process.exitCode = 1;
}

function quantile(sorted, q) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
}

async function startProgram() {
  const args = [
    'serve',
    '--exchanges',
    'none',
    '--port',
    '0',
    '--lake',
    folders.lake,
    '--stats',
    folders.stats,
  ];
  const child = start([mainProgram, ...args]);
  const url = await printed(child, /page\s+(http:\/\/\S+?)\//);
  const running = { child, url, agent: new Agent({ keepAlive: true, maxSockets: 1 }) };
  // Workers compile their code at start; who comes later than half a second finds that done.
  await health(running);
  await new Promise((resolve) => setTimeout(resolve, 500));
  return running;
}

async function startFloor(file) {
  const child = start([new URL('floor.mjs', import.meta.url).pathname, file]);
  const port = await printed(child, /^(\d+)$/m);
  return { child, url: `http://127.0.0.1:${port}/`, agent: new Agent({ keepAlive: true, maxSockets: 1 }) };
}

function start(args) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

function printed(child, pattern) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${text}`)));
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const found = pattern.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
}

function ended(child) {
  return new Promise((resolve) => {
    child.once('exit', resolve);
    child.kill('SIGTERM');
  });
}

/** Over one connection that stays open. */
function ask(agent, url) {
  return new Promise((resolve, reject) => {
    const startMs = performance.now();
    get(url, { agent }, (response) => {
      const chunks = [];
      let firstMs = 0;
      response.on('data', (chunk) => {
        if (chunks.length === 0) firstMs = performance.now() - startMs;
        chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () => {
        const wholeMs = performance.now() - startMs;
        if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
        else resolve({ firstMs, wholeMs, body: Buffer.concat(chunks) });
      });
    }).on('error', reject);
  });
}

async function health({ agent, url }) {
  return JSON.parse((await ask(agent, `${url}/health`)).body.toString());
}

function memoryMb(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    const mb = (name) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(text)?.[1]) / 1024);
    return { now: mb('VmRSS'), peak: mb('VmHWM') };
  } catch {
    return { now: '?', peak: '?' };
  }
}
