// From the bytes of a frame to best bid and ask, four exchanges: ours, tardis-dev's stream mappers and ccxt pro's handlers over the
// same frames, each in a process of its own, turn by turn; and JSON.parse alone.
//   npm run bench -- decode [--runs 5]
// Aims: 5 x tardis-dev, 20 x ccxt.

import { spawnSync } from 'node:child_process';
import { loadavg } from 'node:os';
import { option } from './place.mjs';
import { quantile } from './program.mjs';

const runs = option('runs', 5);
const EXCHANGES = ['Binance', 'Bybit', 'OKX', 'GateIo'];
const READERS = ['ours', 'parse', 'tardis', 'ccxt'];
const AIMS = { tardis: 5, ccxt: 20 };
const script = new URL('decode-run.mjs', import.meta.url).pathname;

console.log(
  `node ${process.version}, load ${loadavg()[0].toFixed(1)}: ns of processor time a frame, medians of ${runs} runs`,
);
console.log(
  `${'exchange'.padEnd(10)}${READERS.map((reader) => reader.padStart(9)).join('')}   / tardis   / ccxt`,
);
const verdicts = [];
for (const exchange of EXCHANGES) {
  const found = new Map(READERS.map((reader) => [reader, []]));
  for (let run = 0; run < runs; run += 1)
    for (const reader of READERS) found.get(reader).push(measured(exchange, reader));
  const ns = (reader) => quantile(found.get(reader), 0.5);
  const ratios = Object.keys(AIMS).map((peer) =>
    // Of the same turn: a machine that is slow for a while is slow for both.
    quantile(
      found.get(peer).map((one, run) => one / found.get('ours')[run]),
      0.5,
    ),
  );
  const cells = READERS.map((reader) => ns(reader).toFixed(0).padStart(9)).join('');
  console.log(
    `${exchange.padEnd(10)}${cells}${ratios.map((ratio) => ratio.toFixed(1).padStart(9)).join('')}`,
  );
  for (const [n, [peer, aim]] of Object.entries(AIMS).entries())
    verdicts.push({ exchange, peer, aim, ratio: ratios[n] });
}
for (const { exchange, peer, aim, ratio } of verdicts)
  console.log(
    `${ratio >= aim ? 'holds        ' : 'DOES NOT HOLD'} ${exchange} / ${peer}: ${ratio.toFixed(1)} (aim ${aim})`,
  );

function measured(exchange, reader) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, exchange, reader], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${exchange} ${reader}: ${stderr}`);
  const { ns, quotes } = JSON.parse(stdout.trim().split('\n').at(-1));
  if (quotes < 1) throw new Error(`${exchange} ${reader}: only ${quotes} quotes a frame`);
  return ns;
}
