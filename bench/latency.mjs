// From a quote's making at a simulated exchange to its coming at a bot, through `serve` with windows, statistics, journal and Parquet;
// beside it, over the same time and from the same exchange, a bare relay: the socket library receiving the frames and passing
// them on. All processes read one clock.
//   npm run bench -- latency [--seconds 30] [--rate 10000] [--symbols 100]
// Aim: 1 ms at the 99th percentile, beyond what the making and sending takes.

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { compiled, option } from './place.mjs';
import { ended, startChild, startRecording, startSimulation } from './program.mjs';

const { recordingConfig } = await import(compiled('test/support/resident.js'));
const { SENT_US_MODULO } = await import(compiled('src/sim/driver.js'));
const seconds = option('seconds', 30);
const rate = option('rate', 10_000);
const symbols = option('symbols', 100);
/** Binance spot gives no time of its own; the relay listens to it. */
const EXCHANGES = ['Binance', 'Bybit', 'GateIo', 'OKX'];
const SETTLING_MS = 15_000;

process.env.BENCH_WALL_BASE_MS = String(Date.now() - Number(process.hrtime.bigint()) / 1e6);
const clock = ['--import', new URL('common-clock.mjs', import.meta.url).href];
const scratch = mkdtempSync(join(tmpdir(), 'bench-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const yaml = await startSimulation(EXCHANGES, { symbols, rate, more: ['--stamp'], node: clock });
const program = await startRecording(recordingConfig(scratch, yaml));
await wait(5_000);
const relay = startChild([new URL('relay.mjs', import.meta.url).pathname, wsUrlOf('Binance'), `${symbols}`]);
const [line] = await once(relay.stdout, 'data');
const reader = (url, asked) => {
  const script = new URL('feed-reader.mjs', import.meta.url).pathname;
  return startChild([...clock, script, url, `${SENT_US_MODULO}`, ...(asked === undefined ? [] : [asked])]);
};
const readers = [
  ['relay: received and passed on', reader(`ws://127.0.0.1:${Number(line)}/`)],
  ['serve: socket in to feed out', reader(`${program.url.replace('http', 'ws')}/ws/v2`, '{"conflate":0}')],
];
await wait(SETTLING_MS);
for (const [, child] of readers) await told(child);
await wait(seconds * 1_000);

console.log(
  `node ${process.version}, load ${loadavg()[0].toFixed(1)}; ${EXCHANGES.length * symbols} instruments, ${seconds} s`,
);
const found = [];
for (const [name, child] of readers) {
  const { quotes, marked, p50, p99, p999, max } = await told(child);
  const cells = [p50, p99, p999, max].map((us) => `${(us / 1e3).toFixed(2)} ms`.padStart(11)).join('');
  console.log(
    `${name.padEnd(32)}${String(Math.round(quotes / seconds)).padStart(7)}/s   p50, p99, p99.9, max:${cells}`,
  );
  // Their ages are in none of these figures.
  if (marked > 0) console.log(`${name.padEnd(32)}${marked} of them marked as lagging, left out`);
  found.push({ p99: p99 ?? Number.NaN, marked });
}
const [floor, own] = found;
const overMs = (own.p99 - floor.p99) / 1e3;
console.log(
  `${own.p99 <= 1e3 && own.marked === 0 ? 'holds        ' : 'DOES NOT HOLD'} p99 of ${(own.p99 / 1e3).toFixed(2)} ms with making and sending (aim 1); ${overMs.toFixed(2)} ms over the relay`,
);
await ended(program.child);
process.exit();

async function told(child) {
  child.stdin.write('\n');
  const [text] = await once(child.stdout, 'data');
  return JSON.parse(String(text));
}

function wsUrlOf(exchange) {
  return yaml.match(new RegExp(`${exchange}:[^]*?wsUrl: (\\S+)`))[1].replaceAll(/["']/g, '');
}
