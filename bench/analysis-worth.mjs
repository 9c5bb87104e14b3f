// Whether yesterday's statistics say anything about today: markets whose pairs are of all kinds and change their regime now and
// then, two days of them, analysed a day each by the command; the rank correlation (Spearman) of what each column said yesterday
// with the net cycles of today. A generated market proves no more than that the numbers carry over what carries over in it.
//   npm run bench -- analysis-worth [--symbols 60] [--seed N] [--markets 3]

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compiled, mainProgram, option, quoteColumns } from './place.mjs';
import { quantile } from './program.mjs';

const { createRandom } = await import(compiled('src/sim/random.js'));
const { markOrigin } = await import(compiled('src/lake/origin.js'));
const { writeHistory } = await import(compiled('src/lake/write-history.js'));

const EXCHANGES = ['Alpha', 'Beta', 'Gamma'];
const DAYS = ['2026-10-01', '2026-10-02'];
const DAY_US = 86_400e6;
const STEP_US = 5e6;
const HOURS_A_REGIME = 10;
/** What a regime makes of an exchange's distances. */
const REGIMES = [0.3, 1, 1, 2];

const symbols = option('symbols', 60);
const seed = option('seed', Date.now() % 1e9);
const found = [];
for (let market = 0; market < option('markets', 3); market += 1) found.push(worthOf(seed + market));

console.log(
  `seed ${seed}: ${found.length} markets of ${symbols} symbols on ${EXCHANGES.length} exchanges, ${found[0].pairs} pairs, two days, ` +
    `a regime lasts ${HOURS_A_REGIME} h in the mean; pairs with net cycles today ${found.map(({ active }) => active).join(' ')}`,
);
console.log('rank correlation of yesterday with the net cycles of today     median   least    most');
for (const column of Object.keys(found[0].correlations)) {
  const values = found.map(({ correlations }) => correlations[column]);
  const shown = [0.5, 0, 1].map((q) => quantile(values, q).toFixed(2).padStart(8)).join('');
  console.log(`${column.padEnd(60)}${shown}`);
}

function worthOf(marketSeed) {
  const lake = mkdtempSync(join(tmpdir(), 'bench-worth-'));
  try {
    markOrigin(lake, 'live');
    for (let at = 0; at < symbols; at += 1)
      for (const exchange of EXCHANGES)
        writeHistory(
          lake,
          exchange,
          `COIN${at}/USDT`,
          quotes(createRandom(marketSeed, exchange, at), marketSeed, at),
        );
    const [yesterday, today] = DAYS.map((date) => statistics(lake, date));
    const pairs = [...yesterday.keys()].filter((pair) => today.has(pair));
    const result = pairs.map((pair) => today.get(pair).net_cycles);
    const columns = {
      net_cycles: (row) => row.net_cycles,
      net_gain_pct: (row) => row.net_gain_pct,
      'cycles_up_040bp + cycles_down_040bp': (row) => row.cycles_up_040bp + row.cycles_down_040bp,
      'opportunity_cycles_040bp (the reference)': (row) => row.opportunity_cycles_040bp,
      'zero_crossings_per_minute (the reference)': (row) => row.zero_crossings_per_minute,
    };
    const correlations = Object.fromEntries(
      Object.entries(columns).map(([name, of]) => [
        name,
        spearman(
          pairs.map((pair) => of(yesterday.get(pair))),
          result,
        ),
      ]),
    );
    return { pairs: pairs.length, active: result.filter((cycles) => cycles > 0).length, correlations };
  } finally {
    rmSync(lake, { recursive: true, force: true });
  }
}

function statistics(lake, date) {
  const args = [mainProgram, 'analyze', '--lake', lake, '--date', date, '--json', '--out', join(lake, 'out')];
  const { stdout, status, stderr } = spawnSync(process.execPath, args, { maxBuffer: 1e9, encoding: 'utf8' });
  if (status !== 0) throw new Error(`analyze ended with ${status}: ${stderr}`);
  const rows = JSON.parse(stdout).statistics;
  return new Map(rows.map((row) => [`${row.symbol} ${row.exchange1} ${row.exchange2}`, row]));
}

/** A price that all exchanges of a symbol share, and an own distance from it that comes back: how far and how fast is its own. */
function quotes(random, marketSeed, symbol) {
  const shared = createRandom(marketSeed, 'fair', symbol);
  const rows = Math.floor((2 * DAY_US) / STEP_US);
  const columns = quoteColumns(rows);
  const fromUs = Date.parse(`${DAYS[0]}T00:00:00Z`) * 1_000;
  const size = 0.02 * Math.exp(1.2 * gauss(random));
  const back = 0.01 + 0.1 * random.next();
  const width = 0.005 + 0.05 * random.next();
  let [fair, distance, regime, untilUs] = [100, 0, 1, fromUs];
  for (let row = 0; row < rows; row += 1) {
    const us = Math.floor(fromUs + (row + 0.8 * random.next()) * STEP_US);
    if (us >= untilUs) {
      regime = REGIMES[random.below(REGIMES.length)];
      untilUs = us + random.exponential(HOURS_A_REGIME * 3_600e6);
    }
    fair *= 1 + 0.0002 * gauss(shared);
    distance += -back * distance + size * regime * gauss(random);
    const bid = fair * (1 + distance / 100);
    columns.receivedUs[row] = us;
    columns.exchangeUs[row] = us - 5_000;
    columns.bid[row] = Math.round(bid * 1e4) / 1e4;
    columns.ask[row] = Math.round(bid * (1 + width / 100) * 1e4) / 1e4;
    columns.bidSize[row] = columns.askSize[row] = 1;
  }
  return columns;
}

/** Of twelve even ones. */
function gauss(random) {
  let sum = -6;
  for (let n = 0; n < 12; n += 1) sum += random.next();
  return sum;
}

/** Pearson's of the ranks; equal values share theirs. NaN where one of them does not vary. */
function spearman(a, b) {
  const [x, y] = [ranks(a), ranks(b)];
  const mean = (x.length - 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (const [at, rank] of x.entries()) {
    xy += (rank - mean) * (y[at] - mean);
    xx += (rank - mean) ** 2;
    yy += (y[at] - mean) ** 2;
  }
  return xy / Math.sqrt(xx * yy);
}

function ranks(values) {
  const order = values.map((_, at) => at).sort((a, b) => values[a] - values[b]);
  const found = [];
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && values[order[to]] === values[order[from]]) to += 1;
    for (let at = from; at < to; at += 1) found[order[at]] = (from + to - 1) / 2;
    from = to;
  }
  return found;
}
