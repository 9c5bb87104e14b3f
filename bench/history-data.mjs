// The pair-days of bench/history.mjs: two legs of a random walk, a day of exactly so many rows each. Made once under
// data/bench, beside their place and renamed: the lake, the same rows in the files that each peer wrote for itself, and
// plain columns for the floor.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compiled, dataFolder, mainProgram } from './place.mjs';

export const LEGS = ['Binance', 'OKX'];
export const SYMBOL = 'BTC/USDT';
export const DAY_US = Date.UTC(2026, 0, 15) * 1_000;
export const DAY_LENGTH_US = 86_400e6;
const SEED = 20_260_115;

/** Rows a leg; `cold` is the lake of `of` after compaction. */
export const CASES = {
  '100k': { rows: 100_000 },
  '1m': { rows: 1_000_000 },
  '3m': { rows: 3_000_000 },
  cold: { rows: 1_000_000, of: '1m' },
};

/** Layouts that peers may like best: the bench measures each and takes the best. */
export const PEER_LAYOUTS = {
  polars: ['uncompressed', 'snappy', 'zstd'],
  duckdb: ['uncompressed', 'snappy', 'zstd-v2'],
};

/** Gives the folders of a case, made where they are missing. */
export async function historyData(name) {
  const { rows, of } = CASES[name];
  if (of !== undefined) return { ...(await historyData(of)), lake: await compacted(of), files: 'day files' };
  const place = join(dataFolder, `history-${name}`);
  if (!existsSync(place)) await make(place, rows);
  return { place, rows, lake: join(place, 'lake'), files: '24 hour files' };
}

async function make(place, rows) {
  console.error(`writing a pair-day of ${rows} × ${rows} rows (once) …`);
  const { writeHistory } = await import(compiled('src/lake/write-history.js'));
  const { markOrigin } = await import(compiled('src/lake/origin.js'));
  const beside = join(dataFolder, '.history');
  rmSync(beside, { recursive: true, force: true });
  mkdirSync(beside, { recursive: true });
  const lake = join(beside, 'lake');
  markOrigin(lake, 'live');
  for (const [i, exchange] of LEGS.entries()) {
    const columns = legOf(rows, i);
    writeHistory(lake, exchange, SYMBOL, columns);
    for (const column of ['receivedUs', 'bid'])
      writeFileSync(join(beside, `${i}-${column}`), new Uint8Array(columns[column].buffer));
    await peerFiles(lake, exchange, join(beside, String(i)));
  }
  renameSync(beside, place);
}

/** From the lake's own files, read by the peers themselves. */
async function peerFiles(lake, exchange, path) {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const { default: pl } = await import('nodejs-polars');
  const from = join(lake, `exchange=${exchange}`, '**', '*.parquet');
  const columns = 'epoch_us(Timestamp) AS ts, BestBid AS bid, BestAsk AS ask';
  const rows = `(SELECT ${columns} FROM read_parquet('${from}') ORDER BY ts)`;
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  for (const layout of PEER_LAYOUTS.duckdb) {
    const [codec, version] = layout.split('-');
    const more = version === undefined ? '' : ', PARQUET_VERSION V2';
    await connection.run(
      `COPY ${rows} TO '${path}-duckdb-${layout}.parquet' (FORMAT PARQUET, COMPRESSION ${codec}${more})`,
    );
  }
  connection.closeSync();
  const frame = pl.readParquet(`${path}-duckdb-uncompressed.parquet`);
  for (const compression of PEER_LAYOUTS.polars)
    frame.writeParquet(`${path}-polars-${compression}.parquet`, { compression });
}

async function compacted(of) {
  const { lake } = await historyData(of);
  const cold = join(dataFolder, `history-${of}-cold`);
  if (existsSync(cold)) return cold;
  console.error('compacting a copy of it (once) …');
  const beside = join(dataFolder, '.history');
  rmSync(beside, { recursive: true, force: true });
  cpSync(lake, beside, { recursive: true });
  const ran = spawnSync(process.execPath, [mainProgram, 'lake', 'compact', '--lake', beside], {
    encoding: 'utf8',
  });
  const left = readdirSync(beside, { recursive: true }).filter((name) => name.endsWith('.parquet'));
  if (ran.status !== 0 || left.length !== LEGS.length)
    throw new Error(`compaction left ${left.length} files: ${ran.stdout}${ran.stderr}`);
  renameSync(beside, cold);
  return cold;
}

/** Exponential gaps that fill the day; a price that both legs share, with a difference that comes and goes. */
function legOf(rows, leg) {
  const shared = lcg(SEED);
  const own = lcg(SEED + 1 + leg);
  const gaps = Float64Array.from({ length: rows }, () => -Math.log(1 - own()));
  const scale = (DAY_LENGTH_US - 4 * rows - 4) / gaps.reduce((sum, gap) => sum + gap, 0);
  const columns = {};
  for (const name of ['receivedUs', 'bid', 'ask', 'bidSize', 'askSize', 'exchangeUs'])
    columns[name] = new Float64Array(rows);
  let [atUs, base, apart] = [0, 60_000, 0];
  for (let row = 0; row < rows; row++) {
    // No two stamps of the lake are the same: one leg has the even ones.
    atUs += gaps[row] * scale + 2;
    columns.receivedUs[row] = DAY_US + 2 * Math.floor(atUs / 2) + leg;
    base += (shared() - 0.5) * 4;
    apart = 0.999 * apart + (own() - 0.5) * 3;
    const bid = Math.round((base + apart) * 10) / 10;
    columns.bid[row] = bid;
    columns.ask[row] = bid + 0.1;
    columns.bidSize[row] = Math.round(own() * 1e5) / 1e4;
    columns.askSize[row] = Math.round(own() * 1e5) / 1e4;
    columns.exchangeUs[row] = Math.floor((columns.receivedUs[row] - 8_000) / 1_000) * 1_000;
  }
  return { length: rows, ...columns };
}

/** Numbers from 0 to 1 that are the same everywhere. */
function lcg(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}
