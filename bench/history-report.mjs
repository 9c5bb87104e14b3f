// What bench/history.mjs prints of a case: times, memory, stalls, and how they stand to what is aimed at.

import { quantile } from './program.mjs';

const SERVER = ['dashboard 2000', 'dashboard all', 'charts 2000', 'charts all'];
const PEERS = [
  ['memcpy', 'memcpy of the columns'],
  ['floor', 'floor: read + merge, one core'],
  ['ours', 'ours, reader + join, no server'],
  ['ours bands', '  with bands of every row'],
  ['polars', 'polars'],
  ['polars bands', '  with rolling quantiles'],
  ['duckdb', 'DuckDB'],
  ['duckdb bands', '  with rolling quantiles'],
];

export function printCase({ name, data, layouts, figures, loadNow }) {
  const { rows, files } = data;
  console.log(
    `\n${name}: ${rows} x ${rows} rows, ours in ${files}; polars reads its own ${layouts.polars} file, `,
  );
  console.log(`DuckDB its own ${layouts.duckdb} file; load ${loadNow}; medians, milliseconds`);
  console.log(`${''.padEnd(34)}   first    warm warm p95 warm min peak MB`);
  for (const [what, title] of PEERS) peerLine(title, figures.get(what));
  console.log(
    `${'through the server, with bands'.padEnd(34)}   first    warm warm p95 warm min peak MB   1st byte: first  warm   stall ms   MB sent`,
  );
  for (const what of SERVER) serverLine(what, figures.get(what));
  const idle = figures.get('idle').warm.map(({ stallMs }) => stallMs);
  console.log(
    `stall of the main thread of a program that nobody asks anything: ${ms(quantile(idle, 1)).trim()} ms at most`,
  );
  printAims(figures);
}

function peerLine(title, found) {
  if (found === undefined) return;
  const whole = (samples) => samples.map(({ wholeMs }) => wholeMs);
  const peak = Math.max(...[...found.first, ...found.warm].map(({ peakMb }) => peakMb));
  console.log(title.padEnd(34) + times(whole(found.first), whole(found.warm)) + peak.toFixed(0).padStart(8));
}

function serverLine(what, { first, warm }) {
  const of = (samples, field) => samples.map((sample) => sample[field]);
  const all = [...first, ...warm];
  console.log(
    what.padEnd(34) +
      times(of(first, 'wholeMs'), of(warm, 'wholeMs')) +
      String(Math.max(...of(all, 'peakMb'))).padStart(8) +
      ms(quantile(of(first, 'firstMs'), 0.5)).padStart(18) +
      ms(quantile(of(warm, 'firstMs'), 0.5)).padStart(6) +
      `${ms(quantile(of(warm, 'stallMs'), 0.5))} (${ms(Math.max(...of(all, 'stallMs'))).trim()})`.padStart(
        18,
      ) +
      (warm[0].bytes / 1e6).toFixed(2).padStart(9),
  );
}

function times(first, warm) {
  const none = '-'.padStart(8);
  return (
    (first.length === 0 ? none : ms(quantile(first, 0.5))) +
    [0.5, 0.95, 0].map((q) => ms(quantile(warm, q))).join(' ')
  );
}

function printAims(figures) {
  const warm = (what) => figures.get(what).warm.map(({ wholeMs }) => wholeMs);
  const over = (mine, theirs) => {
    const other = warm(theirs);
    return quantile(
      warm(mine)
        .slice(0, other.length)
        .map((value, turn) => value / other[turn]),
      0.5,
    );
  };
  const aim = (what, value, most, unit = '') =>
    console.log(
      `${value <= most ? 'holds        ' : 'DOES NOT HOLD'} ${what.padEnd(66)}${value.toFixed(2).padStart(8)}${unit} (aim ${most})`,
    );
  for (const [mine, title] of [
    ['dashboard 2000', 'server, 2,000 points with bands'],
    ['ours', 'reader + join alone, no bands'],
  ]) {
    aim(`${title} / polars without bands`, over(mine, 'polars'), 0.6);
    aim(`${title} / DuckDB without bands`, over(mine, 'duckdb'), 0.25);
    aim(`${title} / floor`, over(mine, 'floor'), 1.5);
  }
  aim('server, 2,000 points with bands / polars with bands', over('dashboard 2000', 'polars bands'), 0.6);
  aim('server, 2,000 points with bands / DuckDB with bands', over('dashboard 2000', 'duckdb bands'), 0.25);
  const { first, warm: later } = figures.get('dashboard all');
  const byte = (samples) =>
    quantile(
      samples.map(({ firstMs }) => firstMs),
      0.5,
    );
  aim('first bytes of points=all, warm', byte(later), 20, ' ms');
  aim('first bytes of points=all, first request', byte(first), 20, ' ms');
  for (const what of ['dashboard 2000', 'charts 2000', 'dashboard all', 'charts all']) {
    const all = [...figures.get(what).first, ...figures.get(what).warm];
    aim(`peak memory, ${what}`, Math.max(...all.map(({ peakMb }) => peakMb)), 150, ' MB');
    aim(
      `stall of the main thread, ${what}, median`,
      quantile(
        all.map(({ stallMs }) => stallMs),
        0.5,
      ),
      5,
      ' ms',
    );
  }
}

const VALUE_MAX = 1e-12;

export function printCompared({ ours, theirs, otherTimes, spread, bands }) {
  const ok = ours === theirs && otherTimes === 0 && spread <= VALUE_MAX && bands <= VALUE_MAX;
  console.log(
    `${ok ? 'holds        ' : 'DOES NOT HOLD'} the same as polars: ${ours} and ${theirs} rows, ${otherTimes} other times, ` +
      `spreads ${spread.toExponential(1)} and bands ${bands.toExponential(1)} apart at most (aim ${VALUE_MAX})`,
  );
}

function ms(value) {
  return value.toFixed(1).padStart(8);
}
