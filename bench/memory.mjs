// Plan test 12: resident memory of `serve` at 4 exchanges × 100 symbols and 2,000 quotes/s, with a client on each live
// stream; the simulated exchanges run in a process of their own. Options: --seconds N (default 300), --rate N (2,000).

import { compiled, option } from './place.mjs';

const seconds = option('seconds', 300);
const rate = option('rate', 2_000);
const symbols = option('symbols', 100);
const RSS_MB_MAX = 200;
const { measureResident, residentMissing } = await import(compiled('test/support/resident.js'));
if (residentMissing) {
  console.error(`error: ${residentMissing}`);
  process.exit(1);
}

const text = (value) => value.toFixed(1).padStart(10);
let minute = [];
console.log(`${'minute'.padEnd(8)}   mean MB   least MB    most MB   recorded`);
const result = await measureResident({ seconds, rate, symbols, onSample });
if (minute.length > 1) row();
const most = Math.max(...result.samples.map(({ rssMb }) => rssMb));
const { peakMb } = result.samples.at(-1);
console.log(
  `\n${result.instruments} instruments, ${result.quotesPerSecond} quotes/s recorded, ${seconds} s, node ${process.version}`,
);
if (result.reasons.length > 0) console.log(`not healthy: ${result.reasons.join('; ')}`);
console.log(`at most ${most.toFixed(1)} MB while measured, ${peakMb.toFixed(1)} MB with the start`);
const ok = peakMb < RSS_MB_MAX && result.reasons.length === 0;
console.log(`${ok ? 'holds' : 'DOES NOT HOLD'}: at most ${RSS_MB_MAX} MB`);
if (!ok) process.exitCode = 1;

function onSample(sample) {
  minute.push(sample);
  if (sample.second > 0 && sample.second % 60 === 0) row();
}

function row() {
  const values = minute.map(({ rssMb }) => rssMb);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const { second, recorded } = minute.at(-1);
  const name = String(Math.ceil(second / 60)).padEnd(8);
  console.log(
    `${name}${text(mean)} ${text(Math.min(...values))} ${text(Math.max(...values))} ${String(recorded).padStart(10)}`,
  );
  minute = [];
}
