// The lake of bench/analysis.mjs: a day of some symbols on ten exchanges, so many rows an instrument, in hour files as they are
// recorded. Made once under data/bench, beside its place and renamed.

import { compiled, madeOnce, quoteColumns } from './place.mjs';

export const FROM_US = Date.UTC(2026, 9, 1) * 1_000;
const DAY_US = 86_400e6;
const EXCHANGES = 'Alpha Beta Delta Eta Gamma Iota Kappa Lambda Mu Nu'.split(' ');
const SYMBOLS = 'BTC ETH SOL XRP DOGE ADA LINK DOT AVAX LTC'.split(' ').map((base) => `${base}/USDT`);

export async function analysisData(symbols, rows) {
  const names = SYMBOLS.slice(0, symbols);
  const what = `writing ${names.length} symbols on ${EXCHANGES.length} exchanges, ${rows} rows each`;
  const lake = await madeOnce(`analysis-${names.length}-${rows}`, what, (beside) =>
    make(beside, names, rows),
  );
  return { lake, exchanges: EXCHANGES, symbols: names, rows };
}

async function make(lake, symbols, rows) {
  const { writeHistory } = await import(compiled('src/lake/write-history.js'));
  const { createRandom } = await import(compiled('src/sim/random.js'));
  const { markOrigin } = await import(compiled('src/lake/origin.js'));
  markOrigin(lake, 'live');
  for (const symbol of symbols)
    for (const exchange of EXCHANGES)
      writeHistory(lake, exchange, symbol, day(createRandom(7, exchange, symbol), symbol, rows));
}

/** One price a symbol, which all exchanges follow at a distance that comes and goes; every third quote changes a size alone. */
function day(random, symbol, rows) {
  const columns = quoteColumns(rows);
  const stepUs = DAY_US / rows;
  let [distance, bid] = [0, 0];
  for (let row = 0; row < rows; row += 1) {
    const us = Math.floor(FROM_US + (row + 0.1 + 0.8 * random.next()) * stepUs);
    distance = distance * 0.999 + (random.next() - 0.5) * 0.02;
    const fair = 100 + 5 * Math.sin((us / DAY_US) * 40 + symbol.length) + Math.sin((us / DAY_US) * 900);
    if (row === 0 || random.next() < 0.67) bid = Math.round(fair * (1 + distance / 100) * 1e3) / 1e3;
    columns.receivedUs[row] = us;
    columns.exchangeUs[row] = us - 4_000;
    columns.bid[row] = bid;
    columns.ask[row] = bid + 0.01;
    columns.bidSize[row] = Math.round(random.next() * 1e4) / 1e3;
    columns.askSize[row] = Math.round(random.next() * 1e4) / 1e3;
  }
  return columns;
}
