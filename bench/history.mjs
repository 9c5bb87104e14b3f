// Charts of a pair-day out of the lake, through the real server and over loopback, beside polars and DuckDB doing the same
// join over files of their own, and beside the floor: reading the bytes from the page cache and one pass over them.
//   npm run bench -- history [--runs 7] [--cases 100k,1m,3m,cold]
// 100k, 1m, 3m: so many rows a leg, in 24 hour files as the recorder writes them; cold: 1m after compaction, one day file a
// leg. Every request ends some microseconds later than the last, after the last row: the same rows, and nothing is finished
// already. Warm is after ten such where they are quick, else two. All take turns, so that a machine's moods meet all of them; ratios are medians of those within one turn. "First" is
// the first request of a fresh process, started half a second before. Then plan test 13 (bench/dashboard.mjs).

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { CASES, DAY_LENGTH_US, DAY_US, historyData, LEGS, PEER_LAYOUTS, SYMBOL } from './history-data.mjs';
import { printCase, printCompared } from './history-report.mjs';
import { option, words } from './place.mjs';
import { answerOf, ask, ended, memoryMb, stallMs, startPeer, startProgram } from './program.mjs';

const runs = option('runs', 7);
const cases = words('cases', Object.keys(CASES));
const ENDPOINTS = {
  'dashboard 2000': ['/api/dashboard_data', '2000'],
  'dashboard all': ['/api/dashboard_data', 'all'],
  'charts 2000': ['/api/charts', '2000'],
  'charts all': ['/api/charts', 'all'],
};
/** What takes a DuckDB of two cores seconds a run. */
const SLOW_RUNS = 3;
const DISCARDED = 2;
/** What is compiled while it runs is warm later: asked so often more, where that is quick. */
const DISCARDED_QUICK = 10;
const QUICK = new Set(['floor', 'memcpy', 'ours', 'dashboard 2000', 'charts 2000']);

const scratch = mkdtempSync(join(tmpdir(), 'bench-'));
mkdirSync(join(scratch, 'stats'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
let requests = 0;

console.log(
  `node ${process.version}, ${runs} runs, load of the machine ${loadavg()[0].toFixed(1)} at the start`,
);
for (const name of cases) {
  const data = await historyData(name);
  const layouts = {};
  for (const peer of Object.keys(PEER_LAYOUTS)) layouts[peer] = await bestLayout(peer, data);
  const figures = new Map();
  await firsts(figures, data, layouts);
  await warms(figures, data, layouts);
  const loadNow = loadavg()[0].toFixed(1);
  printCase({ name, data, layouts, figures, loadNow });
  printCompared(await compared(data, layouts.polars));
}
const dashboard = new URL('dashboard.mjs', import.meta.url).pathname;
console.log('\nplan test 13');
const ran = spawnSync(process.execPath, [dashboard], { stdio: 'inherit' });
process.exitCode = ran.status ?? 1;

/** The layout in which a peer, warm, has been the fastest. */
async function bestLayout(peer, data) {
  let best;
  for (const layout of PEER_LAYOUTS[peer]) {
    const child = await startPeer('history-peer.mjs', [peer, layout, data.place, data.lake]);
    for (let run = 0; run < DISCARDED + SLOW_RUNS; run++) {
      const { wholeMs } = await answerOf(child, 'join');
      if (best === undefined || wholeMs < best.wholeMs) best = { layout, wholeMs };
    }
    child.disconnect();
  }
  return best.layout;
}

function peersOf(layouts) {
  return [
    ['floor', '-'],
    ['memcpy', '-'],
    ['polars', layouts.polars],
    ['duckdb', layouts.duckdb],
    ['ours', 'join'],
  ];
}

function note(figures, what, kind, sample) {
  const known = figures.get(what) ?? { first: [], warm: [] };
  known[kind].push(sample);
  figures.set(what, known);
}

async function firsts(figures, data, layouts) {
  for (let run = 0; run < runs; run++) {
    for (const [peer, layout] of peersOf(layouts)) {
      const child = await startPeer('history-peer.mjs', [peer, layout, data.place, data.lake]);
      note(figures, peer, 'first', await answerOf(child, 'join'));
      child.disconnect();
    }
    for (const endpoint of Object.keys(ENDPOINTS)) {
      const program = await startProgram(data.lake, join(scratch, 'stats'));
      note(figures, endpoint, 'first', await asked(program, endpoint));
      await ended(program.child);
    }
  }
}

async function warms(figures, data, layouts) {
  const peers = [];
  for (const [peer, layout] of peersOf(layouts))
    peers.push([peer, await startPeer('history-peer.mjs', [peer, layout, data.place, data.lake])]);
  const programs = [];
  for (const endpoint of Object.keys(ENDPOINTS))
    programs.push([endpoint, await startProgram(data.lake, join(scratch, 'stats'))]);
  for (let run = 0; run < DISCARDED_QUICK; run++) {
    for (const [peer, child] of peers) if (QUICK.has(peer)) await answerOf(child, 'join');
    for (const [endpoint, program] of programs) if (QUICK.has(endpoint)) await asked(program, endpoint);
  }
  for (let run = -DISCARDED; run < runs; run++) {
    const kept = (what, sample) => run >= 0 && note(figures, what, 'warm', sample);
    for (const [peer, child] of peers) kept(peer, await answerOf(child, 'join'));
    for (const [endpoint, program] of programs) kept(endpoint, await asked(program, endpoint));
    for (const [peer, child] of peers)
      if (['polars', 'duckdb', 'ours'].includes(peer) && (peer !== 'duckdb' || run < SLOW_RUNS))
        kept(`${peer} bands`, await answerOf(child, 'bands'));
  }
  // What the loop of a program that nobody asks anything is held up for: the machine's own part.
  for (const [, program] of programs) {
    await stallMs(program);
    await new Promise((resolve) => setTimeout(resolve, 500));
    note(figures, 'idle', 'warm', { stallMs: await stallMs(program) });
  }
  for (const [, child] of peers) child.disconnect();
  for (const [, program] of programs) await ended(program.child);
}

async function asked(program, endpoint, keepBody = false) {
  const [path, points] = ENDPOINTS[endpoint];
  requests += 1;
  const [fromMs, toMs] = [DAY_US / 1_000, (DAY_US + DAY_LENGTH_US + requests) / 1_000];
  const pair = `symbol=${SYMBOL}&exchange1=${LEGS[0]}&exchange2=${LEGS[1]}`;
  await stallMs(program);
  const reply = await ask(
    program,
    `${program.url}${path}?${pair}&from=${fromMs}&to=${toMs}&points=${points}`,
    { keepBody },
  );
  return { ...reply, stallMs: await stallMs(program), peakMb: memoryMb(program.child).peak };
}

/** The whole chart, from the server as text, against polars' rows and values. */
async function compared(data, layout) {
  const program = await startProgram(data.lake, join(scratch, 'stats'));
  const { body } = await asked(program, 'dashboard all', true);
  await ended(program.child);
  const file = join(scratch, 'body');
  writeFileSync(file, body);
  const child = await startPeer('history-compare.mjs', [file, data.place, layout]);
  const found = await answerOf(child, 'compare');
  rmSync(file);
  return found;
}
