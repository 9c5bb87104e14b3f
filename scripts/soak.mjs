// `npm run soak -- [--minutes 30] [--rate 10000]`: `serve` under eight simulated exchanges × 300 instruments, five times the rate for ten
// seconds of every minute, 50 watched pairs, 20 chart clients, five bots (two of protocol v2, one that takes nothing) and the end of an hour. A
// line a minute; at the end what held, the samples in data/soak.ndjson and the picture in data/soak.svg. What is measured is that one
// process lives on: a run that was broken off begins anew.

import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { built, installed, root } from './ready.mjs';

installed();
built();
const load = (name) => import(new URL(`build/test/soak/${name}.js`, `file://${root}`).href);
const [{ runSoak }, { verdictsOf }, { soakPlot }] = await Promise.all(['soak', 'verdicts', 'plot'].map(load));

const option = (name, value) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? value : Number(process.argv[at + 1]);
};
const minutes = option('minutes', 30);
const rate = option('rate', 10_000);
const seconds = minutes * 60;
const settledSecond = Math.round(seconds / 3);

const folder = join(root, 'data');
mkdirSync(folder, { recursive: true });
const samplesPath = join(folder, 'soak.ndjson');
writeFileSync(samplesPath, '');

console.log('minute   resident   loop    quotes/s   load');
let before;
const result = await runSoak({ seconds, rate, bursts: '5x10s/60s', settledSecond, onSample });
const bounds = { rssMbMax: 150, growthMbMax: 5, loopDelayMsMax: 50, costGrowthMax: 1.1 };
const verdicts = verdictsOf(result, settledSecond, bounds);
for (const { holds, words } of verdicts) console.log(`${holds ? 'holds        ' : 'DOES NOT HOLD'} ${words}`);
for (const reason of result.reasons) console.log(`not healthy at times: ${reason}`);

const title = `${result.instruments} instruments, ${rate.toLocaleString('en')} quotes/s with bursts of five times that, ${minutes} minutes`;
writeFileSync(join(folder, 'soak.svg'), soakPlot(result.samples, title));
process.exitCode = verdicts.every(({ holds }) => holds) ? 0 : 1;

function onSample(sample) {
  appendFileSync(samplesPath, `${JSON.stringify(sample)}\n`);
  if (sample.second % 60 !== 0) return;
  const count = sample.received - (before?.received ?? 0);
  const cells = [
    String(sample.second / 60).padEnd(6),
    `${sample.rssMb.toFixed(0)} MB`.padStart(10),
    `${sample.loopDelayMs} ms`.padStart(8),
    Math.round(count / 60)
      .toLocaleString('en')
      .padStart(10),
    loadavg()[0].toFixed(1).padStart(6),
  ];
  console.log(cells.join(' '));
  before = sample;
}
