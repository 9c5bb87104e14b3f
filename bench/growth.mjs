// What a quote takes on disk: an hour of 16 generated instruments through the lake's own writer, by the time between
// quotes, beside what `doctor` reckons with (src/lake/growth.ts).

import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compiled } from './place.mjs';

const { createMarket } = await import(compiled('src/sim/market.js'));
const { generateHistory } = await import(compiled('src/sim/history.js'));
const { SIM_EXCHANGES } = await import(compiled('src/sim/exchanges/index.js'));
const { writeHistory } = await import(compiled('src/lake/write-history.js'));
const { lakeBytesADay } = await import(compiled('src/lake/growth.js'));

const HOUR_US = 3_600_000_000;
const market = createMarket({ seed: 1, exchanges: SIM_EXCHANGES, symbols: 12 });
// One instrument of every coin and of every kind of exchange is enough.
const instruments = market.instruments.filter((_, index) => index % 12 === 0);
const fromUs = Date.UTC(2026, 10, 22, 20) * 1_000;

console.log('ms between      rows   bytes/row   reckoned/row');
for (const intervalMs of [20, 50, 200, 1_000, 5_000, 30_000]) {
  const root = mkdtempSync(join(tmpdir(), 'growth-'));
  let rows = 0;
  for (const instrument of instruments) {
    const columns = generateHistory(market, instrument, fromUs, fromUs + HOUR_US, intervalMs);
    rows += writeHistory(root, instrument.exchange, instrument.symbol, columns);
  }
  const bytes = bytesBelow(root);
  const reckoned = lakeBytesADay(rows / 3_600, instruments.length) / 24;
  console.log(
    `${String(intervalMs).padStart(10)}${String(rows).padStart(10)}${column(bytes / rows, 12)}${column(reckoned / rows, 15)}`,
  );
  rmSync(root, { recursive: true });
}

function column(value, width) {
  return value.toFixed(1).padStart(width);
}

function bytesBelow(folder) {
  let bytes = 0;
  for (const name of readdirSync(folder, { recursive: true }).map(String)) {
    const stat = statSync(join(folder, name));
    if (stat.isFile()) bytes += stat.size;
  }
  return bytes;
}
