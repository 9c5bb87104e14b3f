// Statistics of all pairs of a day of 60 instruments, as the command makes them, beside the same analysis in polars as the
// reference did it, over the same files: rows of the left leg a processor second, wall, memory. Ours both with the reference's
// columns alone, which is the same work, and with all, which join the rows of both legs. Turn by turn.
//   npm run bench -- analysis [--symbols 6] [--rows 1000000] [--runs 3] [--polars-pairs 24]
// Then a refresh of the day's statistics by the process, a quarter of an hour after the last one.
// Aims: 3 x polars a processor second, under 200 MB, a refresh under 2 s.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { analysisData, FROM_US } from './analysis-data.mjs';
import { mainProgram, option } from './place.mjs';
import { quantile } from './program.mjs';

const { lake, exchanges, symbols, rows } = await analysisData(
  option('symbols', 6),
  option('rows', 1_000_000),
);
const runs = option('runs', 3);
// What an earlier run has kept would be used.
rmSync(join(lake, '_statistics'), { recursive: true, force: true });
const HOUR_US = 3_600e6;
const scratch = mkdtempSync(join(tmpdir(), 'bench-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

const pairs = symbols.flatMap((symbol) =>
  exchanges.flatMap((left, at) =>
    exchanges.slice(at + 1).map((right) => `${symbol.replace('/', '_')},${left},${right}`),
  ),
);
// Evenly out of all of them: polars takes a second and more for each.
const count = Math.min(pairs.length, option('polars-pairs', 24));
const some = Array.from({ length: count }, (_, at) => pairs[Math.floor((at * pairs.length) / count)]);

const REPORT = `process.on('exit',()=>{const {userCPUTime:u,systemCPUTime:s,maxRSS:m}=process.resourceUsage();
process.stderr.write('\\n#'+JSON.stringify({cpuMs:(u+s)/1e3,peakMb:m/1024})+'\\n')})`;

async function ours(compat) {
  const out = mkdtempSync(join(scratch, 'out-'));
  const hook = `data:text/javascript,${encodeURIComponent(REPORT)}`;
  const args = ['--import', hook, mainProgram, 'analyze', '--lake', lake, '--out', out];
  const startMs = performance.now();
  const { stderr } = await ran(compat ? [...args, '--compat'] : args);
  const wallMs = performance.now() - startMs;
  const { cpuMs, peakMb } = JSON.parse(stderr.slice(stderr.lastIndexOf('\n#') + 2));
  const [header = '', ...lines] = readFileSync(join(out, readdirSync(out)[0]), 'utf8')
    .trimEnd()
    .split('\n');
  const columns = header.split(',');
  const results = new Map(
    lines.map((line) => {
      const cells = line.split(',');
      const of = (name) => Number(cells[columns.indexOf(name)]);
      return [cells.slice(0, 3).join(), of];
    }),
  );
  return { results, wallMs, cpuMs, peakMb, pairs: pairs.length };
}

async function theirs() {
  const script = new URL('analysis-polars.mjs', import.meta.url).pathname;
  const { stdout } = await ran([script, lake, ...some]);
  return { ...JSON.parse(stdout), pairs: some.length };
}

async function ran(args) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].on('data', (bytes) => (texts[name] += bytes));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${texts.stderr}`);
  return texts;
}

console.log(
  `node ${process.version}, load ${loadavg()[0].toFixed(1)}: ${symbols.length * exchanges.length} instruments of ${rows} rows, ` +
    `${pairs.length} pairs; polars ${some.length} of them; ${runs} runs, medians`,
);
const kinds = {
  'polars, as the reference': theirs,
  'ours, its columns': () => ours(true),
  'ours, all columns': () => ours(false),
};
const measured = new Map(Object.keys(kinds).map((name) => [name, []]));
for (let run = 0; run < runs; run += 1)
  for (const [name, measure] of Object.entries(kinds)) measured.get(name).push(await measure());

console.log('                          M rows/CPU s   CPU s a pair   wall s a pair   peak MB');
const speeds = new Map();
for (const [name, found] of measured) {
  const of = (value) => quantile(found.map(value), 0.5);
  const speed = of((one) => (one.pairs * rows) / one.cpuMs / 1e3);
  speeds.set(name, speed);
  console.log(
    `${name.padEnd(26)} ${speed.toFixed(2).padStart(11)} ${of((one) => one.cpuMs / one.pairs / 1e3)
      .toFixed(3)
      .padStart(14)} ` +
      `${of((one) => one.wallMs / one.pairs / 1e3)
        .toFixed(3)
        .padStart(15)} ${of((one) => one.peakMb)
        .toFixed(0)
        .padStart(9)}`,
  );
}
const [polars, compat, all] = [...speeds.values()];
verdict('its columns, rows a processor second / polars', compat / polars, 3, (value, aim) => value >= aim);
verdict('all columns, rows a processor second / polars', all / polars, 3, (value, aim) => value >= aim);
const peak = Math.max(...measured.get('ours, all columns').map(({ peakMb }) => peakMb));
verdict('peak memory of the command, MB', peak, 200, (value, aim) => value < aim);
same();
await refreshes();

function verdict(words, value, aim, holds) {
  console.log(
    `${holds(value, aim) ? 'holds        ' : 'DOES NOT HOLD'} ${words}: ${value.toFixed(2)} (aim ${aim})`,
  );
}

/**
 * A day up to midway between two quarters of an hour, kept; then again a quarter later: one quarter has come to its end, and half
 * of one is gone over that is not kept.
 */
async function refreshes() {
  const script = new URL('analysis-refresh.mjs', import.meta.url).pathname;
  const refresh = async (toUs) =>
    JSON.parse((await ran([script, lake, String(FROM_US), String(toUs)])).stdout);
  rmSync(join(lake, '_statistics'), { recursive: true, force: true });
  await refresh(FROM_US + 23.625 * HOUR_US);
  const found = [];
  for (let run = 0; run < runs; run += 1) {
    found.push(await refresh(FROM_US + 23.875 * HOUR_US));
    // As if the next one were the first.
    for (const path of readdirSync(join(lake, '_statistics'), { recursive: true }))
      if (path.endsWith('.23-30.parts')) rmSync(join(lake, '_statistics', path));
  }
  const [{ pairs: count, read, made, peakMb }] = found;
  const wallMs = quantile(
    found.map((one) => one.wallMs),
    0.5,
  );
  console.log(
    `refresh after a quarter of an hour: ${count} pairs, ${read} parts of symbols kept, ${made} made, ${peakMb.toFixed(0)} MB`,
  );
  verdict('a refresh of the day, seconds', wallMs / 1e3, 2, (value, aim) => value < aim);
}

/** Both counted the same. */
function same() {
  const { results } = measured.get('ours, its columns')[0];
  let apart = 0;
  for (const { symbol, left, right, rows: joined, crossings, cycles } of measured.get(
    'polars, as the reference',
  )[0].results) {
    const of = results.get(`${symbol},${left},${right}`);
    const own = [
      of('data_points'),
      of('zero_crossings'),
      ...['030bp', '050bp', '040bp'].map((name) => of(`opportunity_cycles_${name}`)),
    ];
    if (own.join() !== [joined, crossings, ...cycles].join()) apart += 1;
  }
  console.log(
    `${apart === 0 ? 'holds        ' : 'DOES NOT HOLD'} counts are those of polars: ${apart} of ${some.length} pairs differ`,
  );
}
