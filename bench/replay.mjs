// How fast `replay` is and what memory it takes: lakes of some two million quotes, 200 instruments over an hour and
// 1,200 over half an hour, replayed by the program itself as fast as it goes. `--instruments N` takes one of N alone.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { compiled, dataFolder, mainProgram, option } from './place.mjs';

const { createMarket } = await import(compiled('src/sim/market.js'));
const { generateHistory } = await import(compiled('src/sim/history.js'));
const { SIM_EXCHANGES } = await import(compiled('src/sim/exchanges/index.js'));
const { markOrigin } = await import(compiled('src/lake/origin.js'));
const { writeHistory } = await import(compiled('src/lake/write-history.js'));

const FROM_MS = Date.UTC(2026, 10, 20, 10);
const QUOTES = 2_400_000;
const EXCHANGES = SIM_EXCHANGES.slice(0, 8);

const asked = option('instruments', 0.5);
const sizes = asked < 1 ? [200, 1_200] : [asked];
console.log('instruments    quotes   quotes/s   quotes/s of CPU   RSS MB');
for (const instruments of sizes) {
  const minutes = instruments > 600 ? 30 : 60;
  const lake = lakeOf(instruments, minutes);
  const { line, cpuSeconds, rssMb } = await replayed(lake, minutes);
  const [, quotes, rate] = /(\d+) quotes,.* (\d+) quotes\/s/.exec(line) ?? [];
  if (quotes === undefined) throw new Error(line);
  const figures = [instruments, quotes, rate, Math.round(Number(quotes) / cpuSeconds), Math.round(rssMb)];
  console.log(figures.map((value, at) => String(value).padStart([11, 10, 11, 18, 9][at])).join(''));
}

/** Made once. */
function lakeOf(count, minutes) {
  const root = join(dataFolder, `replay-${count}`);
  if (existsSync(root)) return root;
  const making = `${root}.making`;
  rmSync(making, { recursive: true, force: true });
  markOrigin(making, 'demo');
  const market = createMarket({
    seed: 1,
    exchanges: EXCHANGES,
    symbols: Math.ceil(count / EXCHANGES.length),
  });
  const intervalMs = (count * minutes * 60_000) / QUOTES;
  const [fromUs, toUs] = [FROM_MS * 1_000, (FROM_MS + minutes * 60_000) * 1_000];
  for (const instrument of market.instruments.slice(0, count)) {
    const columns = generateHistory(market, instrument, fromUs, toUs, intervalMs);
    writeHistory(making, instrument.exchange, instrument.symbol, columns);
  }
  renameSync(making, root);
  return root;
}

/** The line it ends with, and what /proc tells of it a moment before: start and warm-up are in the CPU time too. */
function replayed(lake, minutes) {
  const range = ['--from', String(FROM_MS), '--to', String(FROM_MS + minutes * 60_000)];
  const child = spawn(
    process.execPath,
    [mainProgram, 'replay', '--lake', lake, ...range, '--speed', 'max', '--port', '0'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  return new Promise((resolve, reject) => {
    let output = '';
    child.on('exit', () => reject(new Error(`it ended: ${output}`)));
    child.stdout.on('data', (chunk) => {
      output += String(chunk);
      const line = /ended .*\n/.exec(output)?.[0];
      if (line === undefined) return;
      // The 14th and 15th field, counted after the name in brackets: hundredths of seconds.
      const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
      const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
      const cpuSeconds = (Number(stat[11]) + Number(stat[12])) / 100;
      resolve({ line, cpuSeconds, rssMb: Number(peak) / 1024 });
      child.kill('SIGTERM');
    });
  });
}
