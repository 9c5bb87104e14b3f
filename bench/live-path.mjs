// What a quote costs from the socket on: `serve` takes the quotes of simulated exchanges in a process of their own, into hub,
// windows, statistics, journal and Parquet, nobody looking; beside it, over the same time and from the same exchanges, the floor: the
// socket library, which receives the same frames and drops them. Processor time by /proc; the loop's thread and all of them.
//   npm run bench -- live-path [--seconds 60] [--rate 10000] [--symbols 25] [--batched] [--clients 0] [--conflated] [--workers 2]
// Frames come each in a write of its own, or, batched, all that are due in one. `--clients`: bots that take the whole feed, in a process of
// their own; conflated, each instrument's latest every 200 ms. `--workers`: threads that ingest; without it one thread does everything. Aim: twice the floor's processor time a quote.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { compiled, option } from './place.mjs';
import {
  ask,
  ended,
  health,
  memoryMb,
  processorTicks,
  stallMs,
  startRecording,
  startSimulation,
} from './program.mjs';

const { recordingConfig } = await import(compiled('test/support/resident.js'));
const seconds = option('seconds', 60);
const rate = option('rate', 10_000);
const symbols = option('symbols', 25);
const batched = process.argv.includes('--batched');
const clients = option('clients', 0);
const conflated = process.argv.includes('--conflated');
const workers = option('workers', 0);
const EXCHANGES = ['Binance', 'Bybit', 'GateIo', 'OKX'];
const SETTLING_MS = 20_000;
/** Of the clock in /proc, everywhere. */
const TICK_NS = 1e7;

const scratch = mkdtempSync(join(tmpdir(), 'bench-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const yaml = await startSimulation(EXCHANGES, { symbols, rate, batched });
const program = await startRecording(recordingConfig(scratch, yaml, workers));
await wait(5_000);
const floor = await startFloor();
const readers = clients === 0 ? null : startReaders();
await wait(SETTLING_MS);
await stallMs(program);

const before = await look();
await wait(seconds * 1_000);
const after = await look();
const longestMs = await stallMs(program);
const quotes = after.received - before.received;
const frames = after.frames - before.frames;
const ns = (name, count) => ((after[name] - before[name]) * TICK_NS) / count;
const rows = [
  ['floor: received and dropped', ns('floor', frames), frames],
  ['serve, the thread of the loop', ns('main', quotes), quotes],
  ['serve, all its threads', ns('all', quotes), quotes],
];
console.log(
  `node ${process.version}, load ${loadavg()[0].toFixed(1)}; ${EXCHANGES.length * symbols} instruments, ${seconds} s, ${batched ? 'batched' : 'a write a frame'}, ${clients} clients of the whole feed, ${workers} threads that ingest`,
);
for (const [name, each, count] of rows)
  console.log(
    `${name.padEnd(32)}${each.toFixed(0).padStart(7)} ns a quote, ${Math.round(count / seconds)}/s`,
  );
const scanned = (100 * (after.scanned - before.scanned)) / quotes;
console.log(
  `${scanned.toFixed(1)} % read from the bytes; ${after.dropped} dropped; loop held up ${longestMs.toFixed(1)} ms at most; ${memoryMb(program.child).now} MB`,
);
for (const { exchanges, thinned, dwellMsMax } of after.ingest)
  console.log(`${exchanges.join(', ')}: ${thinned} thinned, waited ${dwellMsMax.toFixed(1)} ms at most`);
for (const [name, each] of rows.slice(1)) {
  const ratio = each / rows[0][1];
  console.log(
    `${ratio <= 2 ? 'holds        ' : 'DOES NOT HOLD'} ${name} / floor: ${ratio.toFixed(2)} (aim 2)`,
  );
}
if (readers !== null) {
  const sent = after.feedSent - before.feedSent;
  console.log(
    `feed: ${Math.round(sent / seconds / clients)}/s to each client; ${after.feedClosed} closed as too slow`,
  );
}
await ended(program.child);
process.exit();

async function look() {
  const { counters, exchanges, ingest, streams } = await health(program);
  floor.stdin.write('\n');
  const [line] = await once(floor.stdout, 'data');
  const scanned = Object.values(exchanges).reduce((sum, exchange) => sum + exchange.scanned, 0);
  const { pid } = program.child;
  return {
    ingest,
    ...{ received: counters.received, dropped: counters.dropped, scanned, frames: Number(line) },
    ...{
      feedSent: (conflated ? streams.feedV2 : streams.feed).messagesSent,
      feedClosed: (conflated ? streams.feedV2 : streams.feed).closedSlow,
    },
    ...{
      main: processorTicks(`${pid}/task/${pid}`),
      all: processorTicks(pid),
      floor: processorTicks(floor.pid),
    },
  };
}

/** They take everything and look at nothing. */
function startReaders() {
  const script = `import { WebSocket } from 'ws';
    for (let n = 0; n < ${clients}; n += 1) {
      const socket = new WebSocket('${program.url.replace('http', 'ws')}${conflated ? '/ws/v2' : '/ws/feed'}', { perMessageDeflate: false, skipUTF8Validation: true });
      ${conflated ? `socket.on('open', () => socket.send('{"op":"subscribe","streams":["quotes"],"conflate":200}'));` : ''}
      socket.on('message', () => {});
      socket.on('error', () => {});
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: new URL('..', import.meta.url).pathname,
    stdio: 'inherit',
  });
  process.on('exit', () => child.kill('SIGKILL'));
  return child;
}

async function startFloor() {
  const { body } = await ask(program, `${program.url}/api/symbols?watched=true`);
  const { symbols: listed } = JSON.parse(body.toString());
  const wanted = Object.fromEntries(
    EXCHANGES.map((exchange) => [
      exchange,
      {
        wsUrl: yaml.match(new RegExp(`${exchange}:[^]*?wsUrl: (\\S+)`))[1].replaceAll(/["']/g, ''),
        symbols: listed.filter((row) => row.exchange === exchange).map((row) => row.exchangeSymbol),
      },
    ]),
  );
  const script = new URL('live-floor.mjs', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, JSON.stringify(wanted)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  process.on('exit', () => child.kill('SIGKILL'));
  return child;
}
