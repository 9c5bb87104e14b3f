// The current hour while it is recorded: `serve` takes 10,000 quotes/s from simulated exchanges in a process of their own,
// and is asked for charts up to now, out of files, runs, journal and memory: 2,000 points and all rows, one pair after the
// other, so that nothing is finished already.
//   npm run bench -- current-hour [--seconds 120] [--rate 10000] [--symbols 10]
// Limits of the issue: first bytes of all rows within 20 ms, the loop that receives held up for less than 5 ms, 150 MB.

import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { compiled, option } from './place.mjs';
import {
  ask,
  ended,
  health,
  memoryMb,
  quantile,
  stallMs,
  startRecording,
  startSimulation,
} from './program.mjs';

const { recordingConfig } = await import(compiled('test/support/resident.js'));
const seconds = option('seconds', 120);
const rate = option('rate', 10_000);
const symbols = option('symbols', 10);
const EXCHANGES = ['Binance', 'Bybit', 'GateIo', 'OKX'];
const LIMITS = { firstMs: 20, stallMs: 5, memoryMb: 150 };
/** Until then there is hardly anything to show. */
const SETTLING_MS = 20_000;

const scratch = mkdtempSync(join(tmpdir(), 'bench-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const yaml = await startSimulation(EXCHANGES, { symbols, rate });
const program = await startRecording(recordingConfig(scratch, yaml));
await wait(SETTLING_MS);
const pairs = await pairsOf(program);
console.log(
  `node ${process.version}, load ${loadavg()[0].toFixed(1)}; ${pairs.length} pairs of ${EXCHANGES.length * symbols} instruments`,
);

await stallMs(program);
await wait(5_000);
const quietMs = await stallMs(program);
const before = await health(program);
const kinds = { 'points=2000': [], 'points=all': [] };
const stalls = [];
const startMs = performance.now();
for (let n = 0; performance.now() - startMs < seconds * 1_000; n += 1) {
  const [kind] = Object.entries(kinds)[n % 2];
  const { symbol, exchange1, exchange2 } = pairs[n % pairs.length];
  const query = new URLSearchParams({ symbol, exchange1, exchange2 });
  const answer = await ask(program, `${program.url}/api/charts?${query}&${kind}`, { keepBody: false });
  kinds[kind].push(answer);
  stalls.push(await stallMs(program));
  await wait(100);
}
const after = await health(program);
const elapsedS = (Date.parse(after.time ?? 0) - Date.parse(before.time ?? 0)) / 1_000 || seconds;
for (const [kind, answers] of Object.entries(kinds)) {
  const of = (name) => answers.map((answer) => answer[name]);
  const kb = quantile(of('bytes'), 0.5) / 1_000;
  const text = (name) => [0.5, 0.95, 0.99].map((q) => quantile(of(name), q).toFixed(1)).join(' / ');
  console.log(
    `${kind}: ${answers.length} replies of ${kb.toFixed(0)} KB; first bytes ${text('firstMs')} ms, whole ${text('wholeMs')} ms (median / p95 / p99)`,
  );
}
const { now, peak } = memoryMb(program.child);
const recorded = Math.round((after.counters.recorded - before.counters.recorded) / elapsedS);
console.log(
  `${recorded} quotes/s recorded, ${after.counters.dropped - before.counters.dropped} dropped; memory ${now} MB, at most ${peak} MB (limit ${LIMITS.memoryMb})`,
);
console.log(
  `loop held up: ${quantile(stalls, 0.5).toFixed(1)} ms in the mean second, p99 ${quantile(stalls, 0.99).toFixed(1)} ms, most ${Math.max(...stalls).toFixed(1)} ms; ` +
    `${quietMs.toFixed(1)} ms in five seconds in which nobody asked (limit ${LIMITS.stallMs})`,
);
await ended(program.child);
process.exit();

async function pairsOf(running) {
  const { body } = await ask(running, `${running.url}/api/pairs?limit=500`);
  return JSON.parse(body.toString()).pairs.map(({ symbol, exchange1, exchange2 }) => ({
    symbol,
    exchange1,
    exchange2,
  }));
}
