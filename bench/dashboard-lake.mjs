// The lake of bench/dashboard.mjs: 50 pairs, a day each, in hourly files; made once, beside its place and renamed.

import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compiled, dataFolder } from './place.mjs';

export const PAIRS = 50;
const MEAN_INTERVAL_MS = 4_320;
const DAY_US = Date.UTC(2026, 0, 15) * 1_000;
const SEED = 13;

/** Folders of lake and statistics, and the rows of all legs. */
export async function dashboardLake() {
  const place = join(dataFolder, `dashboard-${PAIRS}`);
  const folders = { lake: join(place, 'lake'), stats: join(place, 'stats') };
  if (existsSync(place)) return folders;
  const { createMarket } = await import(compiled('src/sim/market.js'));
  const { generateHistory } = await import(compiled('src/sim/history.js'));
  const { writeHistory } = await import(compiled('src/lake/write-history.js'));
  const { markOrigin } = await import(compiled('src/lake/origin.js'));
  console.error(`writing a lake of ${PAIRS} pairs (once) …`);
  const beside = join(dataFolder, '.dashboard');
  rmSync(beside, { recursive: true, force: true });
  mkdirSync(join(beside, 'stats'), { recursive: true });
  markOrigin(join(beside, 'lake'), 'live');
  const exchanges = ['Binance', 'OKX'];
  const market = createMarket({
    seed: SEED,
    exchanges: exchanges.map((name) => ({ name, givesTime: true })),
    symbols: PAIRS,
  });
  let rows = 0;
  for (const instrument of market.instruments) {
    const columns = generateHistory(market, instrument, DAY_US, DAY_US + 86_400e6, MEAN_INTERVAL_MS);
    rows += writeHistory(join(beside, 'lake'), instrument.exchange, instrument.symbol, columns);
  }
  const symbols = [...new Set(market.instruments.map(({ symbol }) => symbol.replace('/', '_')))];
  const lines = symbols.map((symbol) => `${symbol},${exchanges.join(',')},100`);
  const header = 'symbol,exchange1,exchange2,opportunity_cycles_040bp';
  writeFileSync(
    join(beside, 'stats', 'summary_stats_20260116_000000.csv'),
    [header, ...lines, ''].join('\n'),
  );
  renameSync(beside, place);
  console.error(`${rows} rows written`);
  return folders;
}
