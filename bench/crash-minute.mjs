// The minute that matters: ten times the quotes for sixty seconds. How old what a bot is shown was, by the moment that each quote
// was made at its simulated exchange, and whether what was older was marked as lagging; memory; and how soon all was well again. Once
// with frames that leave together, as under load, and once with a write each, which is more than two cores can send and take.
//   npm run bench -- crash-minute [--rate 10000] [--symbols 100]
// Aims: 250 ms at the 99th percentile, or marked; memory flat; well again within two seconds.

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { compiled, option } from './place.mjs';
import { ended, health, memoryMb, startChild, startRecording, startSimulation } from './program.mjs';

const { recordingConfig } = await import(compiled('test/support/resident.js'));
const { SENT_US_MODULO } = await import(compiled('src/sim/driver.js'));
const { coins } = await import(compiled('src/sim/coins.js'));
const rate = option('rate', 10_000);
const symbols = option('symbols', 100);
/** Binance spot gives no time of its own. */
const EXCHANGES = ['Binance', 'Bybit', 'GateIo', 'OKX'];
/** Seconds of each period, the overload at its end; what comes before is measured from the second period on. */
const [CALM, OVERLOAD] = [30, 60];
const AFTER = 20;
/** The bot looks at so many symbols: it is not to be what is overloaded. */
const SHOWN = 10;
const AGE_MS_MAX = 250;
const GROWTH_MB_MAX = 30;

process.env.BENCH_WALL_BASE_MS = String(Date.now() - Number(process.hrtime.bigint()) / 1e6);
const clock = ['--import', new URL('common-clock.mjs', import.meta.url).href];
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let allHold = true;
for (const batched of [true, false]) await minute(batched);
process.exit(allHold ? 0 : 1);

async function minute(batched) {
  const scratch = mkdtempSync(join(tmpdir(), 'bench-'));
  const more = ['--stamp', '--bursts', `10x${OVERLOAD}s/${CALM + OVERLOAD}s`];
  const yaml = await startSimulation(EXCHANGES, { symbols, rate, batched, more, node: clock });
  const startMs = performance.now();
  const program = await startRecording(recordingConfig(scratch, yaml));
  await wait(10_000);
  const script = new URL('feed-reader.mjs', import.meta.url).pathname;
  const asked = { conflate: 0, symbols: coins(SHOWN).map(({ name }) => `${name}/USDT`) };
  const url = `${program.url.replace('http', 'ws')}/ws/v2`;
  const reader = startChild([...clock, script, url, `${SENT_US_MODULO}`, JSON.stringify(asked)]);
  const seconds = [];
  let received = (await health(program)).counters.received;
  for (let second = 11; second <= CALM + OVERLOAD + AFTER; second += 1) {
    await wait(Math.max(0, startMs + second * 1_000 - performance.now()));
    reader.stdin.write('\n');
    const [line] = await once(reader.stdout, 'data');
    const { counters } = await health(program);
    const told = JSON.parse(String(line));
    const ages = { p50: told.p50 / 1e3, p99: told.p99 / 1e3, marked: told.marked, quotes: told.quotes };
    const rateNow = counters.received - received;
    received = counters.received;
    seconds.push({ second, ...ages, rate: rateNow, mb: memoryMb(program.child).now });
  }
  report(batched, seconds);
  reader.kill('SIGKILL');
  await ended(program.child);
  rmSync(scratch, { recursive: true, force: true });
}

function report(batched, seconds) {
  const within = (from, to) => seconds.filter(({ second }) => second > from && second <= to);
  const end = CALM + OVERLOAD;
  const phases = [
    ['before', within(20, CALM)],
    ['overload', within(CALM + 1, end)],
    ['after', within(end + 2, end + AFTER)],
  ];
  console.log(
    `node ${process.version}, load ${loadavg()[0].toFixed(1)}; ${EXCHANGES.length * symbols} instruments, ${batched ? 'frames of a moment in one write' : 'a write a frame'}`,
  );
  for (const [name, some] of phases) {
    const most = Math.max(...some.map(({ p99 }) => p99));
    const sum = (of) => some.reduce((total, one) => total + of(one), 0);
    const share =
      (100 * sum(({ marked }) => marked)) /
      Math.max(
        1,
        sum(({ quotes }) => quotes),
      );
    console.log(
      `${name.padEnd(10)}${String(Math.round(sum((one) => one.rate) / some.length)).padStart(8)}/s   unmarked: p99 of a second at most ${most.toFixed(0)} ms; marked: ${share.toFixed(1)} %; ${Math.max(...some.map(({ mb }) => mb))} MB`,
    );
  }
  const [before, overload] = phases.map(([, some]) => some);
  const oldest = Math.max(...overload.map(({ p99 }) => p99));
  const grown = Math.max(...overload.map(({ mb }) => mb)) - Math.max(...before.map(({ mb }) => mb));
  const bad = ({ p99, marked, quotes }) => !(p99 < AGE_MS_MAX) || marked > 0 || quotes === 0;
  const lastBad = seconds.findLast((one) => one.second > end && bad(one))?.second ?? end;
  const silent = overload.filter(({ quotes }) => quotes === 0).length;
  say(silent === 0, `${silent} seconds of it in which nothing was shown`);
  say(
    oldest < AGE_MS_MAX,
    `what was shown unmarked was ${oldest.toFixed(0)} ms old at p99 in the worst second (aim ${AGE_MS_MAX})`,
  );
  say(grown <= GROWTH_MB_MAX, `${grown} MB more under overload (aim ${GROWTH_MB_MAX})`);
  say(lastBad - end <= 2, `well again ${lastBad - end} s after it (aim 2)`);
}

function say(holds, words) {
  allHold &&= holds;
  console.log(`${holds ? 'holds        ' : 'DOES NOT HOLD'} ${words}`);
}
