// Quotes of the generated market for the bench of the writers: made once, kept as plain numbers that every process loads.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compiled } from './place.mjs';

/** Unlike in price, tick and size: a dear coin of fine ticks, a cheap one of coarse ticks, contracts. */
export const INSTRUMENTS = [
  { exchange: 'Bybit', symbol: 'BTC/USDT', intervalMs: 50, words: 'BTC every 50 ms' },
  { exchange: 'OKX', symbol: 'XRP/USDT', intervalMs: 120, words: 'XRP every 120 ms' },
  { exchange: 'GateIoPerp', symbol: 'SOL/USDT', intervalMs: 20, words: 'SOL contracts every 20 ms' },
];
export const COLUMNS = ['receivedUs', 'bid', 'bidSize', 'ask', 'askSize', 'exchangeUs'];
const FROM_US = Date.UTC(2026, 10, 22) * 1_000;

/** Gives the number of quotes of each instrument, about `rows` in all. */
export async function saveRows(folder, rows) {
  const { createMarket } = await import(compiled('src/sim/market.js'));
  const { generateHistory } = await import(compiled('src/sim/history.js'));
  const { SIM_EXCHANGES } = await import(compiled('src/sim/exchanges/index.js'));
  const market = createMarket({ seed: 1, exchanges: SIM_EXCHANGES, symbols: 12 });
  return INSTRUMENTS.map(({ exchange, symbol, intervalMs }, i) => {
    const toUs = FROM_US + (rows / INSTRUMENTS.length) * 1.03 * intervalMs * 1_000;
    const columns = generateHistory(market, market.find(symbol, exchange), FROM_US, toUs, intervalMs);
    for (const name of COLUMNS)
      writeFileSync(join(folder, `${i}-${name}`), new Uint8Array(columns[name].buffer));
    return columns.length;
  });
}

export function loadRows(folder) {
  return INSTRUMENTS.map((_, i) => {
    const columns = {};
    for (const name of COLUMNS) {
      const bytes = readFileSync(join(folder, `${i}-${name}`));
      columns[name] = new Float64Array(new Uint8Array(bytes).buffer);
      columns.length = columns[name].length;
    }
    return columns;
  });
}
