// Charts to a thousand clients in delta mode, some 20 KB a frame, and twenty in full mode beside them: how steadily frames come to each,
// and what the serving process takes, all its threads, by /proc. Plain and deflated once for all; beside the socket library deflating
// for each client, and a framed buffer written to each connection as the floor. Clients are a process of their own.
//   npm run bench -- fan-out [--seconds 20] [--clients 1000] [--full 20] [--rate 1250] [--cases floor,plain,deflated,peer]
// Aim: intervals of 200 ± 10 ms at p99, under 0.15 core.

import { readFileSync } from 'node:fs';
import { option, words } from './place.mjs';
import { answerOf, memoryMb, processorTicks, startPeer } from './program.mjs';

const seconds = option('seconds', 20);
const clients = option('clients', 1_000);
const full = option('full', 20);
const rate = option('rate', 1_250);
const OFFER = 'permessage-deflate; client_max_window_bits';
const CASES = {
  floor: ['floor', 'none'],
  plain: ['ours', 'none'],
  deflated: ['ours', OFFER],
  peer: ['peer', OFFER],
};
const SETTLING_MS = 5_000;
const CADENCE_MS = 10;
const CORES_AIM = 0.15;
/** Of the clock in /proc, everywhere. */
const TICK_S = 0.01;

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const ms = (value) => value.toFixed(1).padStart(6);
console.log(`node ${process.version}; ${clients} delta clients, ${full} full ones; ${seconds} s each`);
for (const name of words('cases', Object.keys(CASES))) await run(name, ...CASES[name]);
process.exit();

async function run(name, server, offer) {
  const serving = await startPeer('fan-out-server.mjs', [server, '--rate', `${rate}`]);
  const { port } = await answerOf(serving, 'counters');
  // Nobody looks: what the market costs alone.
  await wait(SETTLING_MS / 2);
  const idle = await coresOf(serving.pid, 4);
  const taking = await startPeer('fan-out-clients.mjs', [`${port}`, `${clients}`, `${full}`, offer]);
  await wait(SETTLING_MS);
  const { agreed } = await answerOf(taking, 'begin');
  const before = await answerOf(serving, 'counters');
  const [cores, takers, all] = await Promise.all(
    [serving.pid, taking.pid, null].map((pid) => coresOf(pid, seconds)),
  );
  const after = await answerOf(serving, 'counters');
  const { delta, full: fulls, gone } = await answerOf(taking, 'end');
  const { now, peak } = memoryMb(serving);
  console.log(
    `${name}: ${cores.toFixed(3)} core (${idle.toFixed(3)} of it with nobody looking), clients ${takers.toFixed(2)}, others on this machine ${(all - cores - takers).toFixed(2)}; ${now} MB, peak ${peak}; ${agreed} agreed to deflate, ${gone} gone`,
  );
  for (const [mode, one] of [
    ['delta', delta],
    ['full', fulls],
  ]) {
    const { p1, p50, p99, max } = one.intervalMs;
    console.log(
      `  ${mode.padEnd(6)}${one.clients} clients, ${one.frames} frames of ${(one.bytesEach / 1024).toFixed(1)} KB; interval ms p1 ${ms(p1)} p50 ${ms(p50)} p99 ${ms(p99)} max ${ms(max)}; ${(100 * one.within).toFixed(2)} % within ${CADENCE_MS}`,
    );
  }
  if (after.messagesSent !== undefined) ours(before, after, cores, delta);
  taking.disconnect();
  serving.disconnect();
  await wait(500);
}

function ours(before, after, cores, delta) {
  const grown = (key) => after[key] - before[key];
  const text = grown('bytesSent') / grown('messagesSent') / 1024;
  console.log(
    `  ${grown('deltas')} deltas and ${grown('framesSerialised')} full frames made, ${grown('framesDeflated')} deflated, for ${grown('messagesSent')} messages of ${text.toFixed(1)} KB as text; closed slow ${after.closedSlow}, silent ${after.closedDead}`,
  );
  const steady = delta.within >= 0.99;
  console.log(
    `  ${steady ? 'holds        ' : 'DOES NOT HOLD'} 200 ± ${CADENCE_MS} ms at p99\n  ${cores < CORES_AIM ? 'holds        ' : 'DOES NOT HOLD'} under ${CORES_AIM} core`,
  );
}

/** Of a process, all its threads; of the whole machine for null. */
async function coresOf(pid, forSeconds) {
  const [before, sinceMs] = [ticks(pid), performance.now()];
  await wait(forSeconds * 1_000);
  return ((ticks(pid) - before) * TICK_S * 1_000) / (performance.now() - sinceMs);
}

function ticks(pid) {
  if (pid === null) {
    const [user, nice, system, , , irq, softIrq, stolen] = readFileSync('/proc/stat', 'utf8')
      .slice('cpu '.length)
      .trim()
      .split(/\s+/)
      .map(Number);
    return user + nice + system + irq + softIrq + stolen;
  }
  return processorTicks(pid);
}
