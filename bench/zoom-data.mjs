// The year of bench/zoom.mjs: two legs of a random walk, so many rows a day each, in day files as compaction leaves them,
// with the summaries of the pair. Made once under data/bench, beside its place and renamed.

import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { compiled, madeOnce, mainProgram, quoteColumns } from './place.mjs';

export const LEGS = ['Binance', 'OKX'];
export const SYMBOL = 'BTC/USDT';
export const FROM_US = Date.UTC(2025, 0, 1) * 1_000;
const DAY_US = 86_400e6;

export async function zoomData(days, rowsADay) {
  const what = `writing ${days} days of ${rowsADay} × ${rowsADay} rows and their summaries`;
  const place = await madeOnce(`zoom-${days}-${rowsADay}`, what, (beside) => make(beside, days, rowsADay));
  const lake = join(place, 'lake');
  return { lake, days, rowsADay, toUs: FROM_US + days * DAY_US, bytes: sizes(lake) };
}

async function make(beside, days, rowsADay) {
  const { writeHistory } = await import(compiled('src/lake/write-history.js'));
  const { markOrigin } = await import(compiled('src/lake/origin.js'));
  const lake = join(beside, 'lake');
  markOrigin(lake, 'live');
  const walks = LEGS.map((_, leg) => new Walk(leg));
  for (let day = 0; day < days; day += 1) {
    for (const [leg, exchange] of LEGS.entries())
      writeHistory(lake, exchange, SYMBOL, walks[leg].day(FROM_US + day * DAY_US, rowsADay));
    if (day % 30 === 29 || day === days - 1) {
      console.error(`day ${day + 1} of ${days}`);
      run(['lake', 'compact', '--lake', lake]);
    }
  }
  const pair = ['--symbol', SYMBOL, '--exchange1', LEGS[0], '--exchange2', LEGS[1]];
  run(['lake', 'summarise', '--lake', lake, ...pair]);
}

function run(args) {
  const ran = spawnSync(process.execPath, [mainProgram, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (ran.status !== 0) throw new Error(`${args.join(' ')} ended with ${ran.status}`);
}

/** Bytes of the quotes' files and of the summaries. */
function sizes(lake) {
  const sum = (folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce(
        (total, { parentPath, path, name }) => total + statSync(join(parentPath ?? path, name)).size,
        0,
      );
  const quotes = LEGS.reduce((total, exchange) => total + sum(join(lake, `exchange=${exchange}`)), 0);
  return { quotes, summaries: sum(join(lake, '_summaries')) };
}

class Walk {
  constructor(leg) {
    this.leg = leg;
    this.state = 20_250_101 + leg;
    this.bid = 97_000;
  }

  random() {
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.state / 2 ** 32;
  }

  day(fromUs, rows) {
    const columns = quoteColumns(rows);
    const stepUs = DAY_US / rows;
    for (let row = 0; row < rows; row += 1) {
      const us = Math.floor(fromUs + (row + 0.1 + 0.8 * this.random()) * stepUs);
      this.bid = Math.max(1, Math.round((this.bid + (this.random() - 0.5) * 8) * 10) / 10);
      columns.receivedUs[row] = us;
      columns.exchangeUs[row] = us - 4_000;
      columns.bid[row] = this.bid + this.leg;
      columns.ask[row] = this.bid + this.leg + 0.1;
      columns.bidSize[row] = Math.round(this.random() * 1e4) / 1e3;
      columns.askSize[row] = Math.round(this.random() * 1e4) / 1e3;
    }
    return columns;
  }
}
