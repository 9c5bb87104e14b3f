// `npm run live-replay -- [--minutes N] [--speed N] [--rate N] [--seed N]`: a simulated market with faults (10 minutes of
// its time, at 20 times the machine's; 300 quotes a second) is recorded, then replayed at full speed. Ends with 0 when
// every derived output is the same, value for value; else the differences are told.

import { built, installed, root } from './ready.mjs';

installed();
built();
const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const { proveReplay } = await import(new URL('build/test/replay/proof.js', `file://${root}`).href);
const seed = option('seed', Math.floor(Math.random() * 2 ** 31));
const minutes = option('minutes', 10);
const speed = option('speed', 20);
console.log(`seed ${seed}: ${minutes} minutes of market at ${speed} times the machine's speed`);
const { differences, ...found } = await proveReplay({
  ...{ seed, minutes, speed },
  quotesPerSecond: option('rate', 300),
});
console.log(
  `${found.quotes} quotes, ${found.trades} trades, ${found.events} events (${found.gaps} gaps) of ${found.faults} faults`,
);
console.log(
  `compared: ${found.points} window points (${found.nullPoints} of them null, ${found.retracted} taken back live), ` +
    `${found.trackedSeconds} seconds of tracked pairs, ${found.feedTexts} texts of the feed, the lake, its statistics`,
);
console.log(`replayed at ${found.quotesPerSecond} quotes/s`);
for (const difference of differences) console.error(`DIFFERENT: ${difference.slice(0, 1_000)}`);
console.log(differences.length === 0 ? 'live = replay' : `${differences.length} kinds of differences`);
process.exit(differences.length === 0 ? 0 : 1);
