// The lake of bench/lake-loop.mjs: five closed days of many instruments in hour files with the marks of a recorder, made
// once. A random walk is made once too; each instrument's hour is a piece of it, with its own level, tick and pace.

import { existsSync, mkdirSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compiled, dataFolder } from './place.mjs';

export const DAYS = 5;
const DAY_US = 86_400e6;
const HOUR_US = 3_600e6;
/** The day in which recording begins; the lake's days come before it. */
export const TODAY_US = Date.UTC(2026, 10, 20) * 1_000;
const FIRST_DAY_US = TODAY_US - DAYS * DAY_US;
const SEED = 17;
const WALK_ROWS = 1 << 20;
/** Room for one hour of the busiest instrument. */
const HOUR_ROWS_MAX = 1 << 19;
/** As measured; the size that came out is told. */
const BYTES_A_ROW = 31;
const BYTES_A_FILE = 5_500;
/** Of the free disk: the copy under test is compacted beside it, the rest is not ours. */
const FREE_SHARE = 0.45;

/** One in a hundred is as busy as the busiest coin of the busiest exchange; the others differ up to four times. */
export function instrumentsOf(count) {
  const busy = Math.max(1, Math.round(count / 100));
  const weights = Array.from({ length: count }, (_, i) => (i < busy ? 0 : 1 + (i % 4)));
  const quiet = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight, i) => ({
    exchange: `Venue${i % 8}`,
    symbol: `C${String(i >> 3).padStart(3, '0')}/USDT`,
    /** Of all quotes. */
    share: i < busy ? 0.3 / busy : (0.7 * weight) / quiet,
    tick: 10 ** -(1 + (i % 5)),
    level: 5_000 + 997 * i,
  }));
}

export function createRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The folder of the lake, its size and rows; no more than the disk allows. */
export async function loopLake(gbAsked, instrumentCount) {
  mkdirSync(dataFolder, { recursive: true });
  const { bavail, bsize } = statfsSync(dataFolder);
  const place = (gb) => join(dataFolder, `loop-${gb}gb-${instrumentCount}`);
  if (existsSync(place(gbAsked))) return { folder: place(gbAsked), gb: gbAsked };
  const gb = Math.min(gbAsked, Math.floor((bavail * bsize * FREE_SHARE) / 1e8) / 10);
  if (gb < gbAsked) console.log(`the disk has room for ${gb} GB, not ${gbAsked}`);
  if (!existsSync(place(gb))) await make(place(gb), gb, instrumentCount);
  return { folder: place(gb), gb };
}

async function make(place, gb, instrumentCount) {
  const { diskFiles } = await import(compiled('src/lake/files.js'));
  const { QuoteFileWriter, RowGroupBuffer } = await import(compiled('src/lake/parquet-write.js'));
  const { hourDir, hourFileName } = await import(compiled('src/lake/paths.js'));
  const { markDay, setWalked } = await import(compiled('src/lake/day-marks.js'));
  const { markOrigin } = await import(compiled('src/lake/origin.js'));
  const { appendLedger, ledgerText } = await import(compiled('src/lake/ledger.js'));
  console.log(`writing a lake of ${gb} GB (once) …`);
  const beside = join(dataFolder, '.loop');
  rmSync(beside, { recursive: true, force: true });
  mkdirSync(beside, { recursive: true });
  markOrigin(beside, 'live');
  const walk = createWalk();
  const hour = createHour();
  const group = new RowGroupBuffer();
  const instruments = instrumentsOf(instrumentCount);
  const overhead = DAYS * 24 * instrumentCount * BYTES_A_FILE;
  const rowsADay = Math.max(1, gb * 1e9 - overhead) / BYTES_A_ROW / DAYS;
  let lastUs = 0;
  for (let dayUs = FIRST_DAY_US; dayUs < TODAY_US; dayUs += DAY_US) {
    markDay(diskFiles, beside, dayUs);
    for (let hourUs = dayUs; hourUs < dayUs + DAY_US; hourUs += HOUR_US) {
      for (const [i, instrument] of instruments.entries()) {
        const rows = Math.max(1, Math.round((rowsADay * instrument.share) / 24));
        fillHour(hour, walk, instrument, hourUs, Math.min(rows, HOUR_ROWS_MAX), i);
        const directory = hourDir(beside, instrument.exchange, instrument.symbol, hourUs);
        mkdirSync(directory, { recursive: true });
        const path = join(directory, hourFileName(hour.receivedUs[hour.length - 1]));
        const file = diskFiles.create(path);
        const writer = new QuoteFileWriter(diskFiles, file, group);
        writer.add(hour, 0, hour.length);
        writer.finish();
        diskFiles.close(file);
        lastUs = Math.max(lastUs, hour.receivedUs[hour.length - 1]);
      }
      const alive = Array.from({ length: 720 }, (_, i) => hourUs + i * 5e6).flatMap((stampUs) =>
        ['Venue0#1', 'Venue1#2'].map((connection, i) => ({
          ...{ type: 'alive', stampUs: stampUs + i, connection, provenUs: stampUs },
        })),
      );
      const text = alive.map((line) => ledgerText(line, null)).join('');
      appendLedger(diskFiles, beside, hourUs, [Buffer.from(text)]);
    }
  }
  setWalked(diskFiles, beside);
  writeFileSync(join(beside, '_last.json'), `${JSON.stringify({ lastStampUs: lastUs })}\n`);
  mkdirSync(dirname(place), { recursive: true });
  renameSync(beside, place);
}

/** Ticks from the level, spread in ticks, sizes, and where in its interval a quote comes. */
function createWalk() {
  const random = createRandom(SEED);
  const walk = {
    mid: new Float64Array(WALK_ROWS),
    spread: new Float64Array(WALK_ROWS),
    bidSize: new Float64Array(WALK_ROWS),
    askSize: new Float64Array(WALK_ROWS),
    late: new Float64Array(WALK_ROWS),
    way: new Float64Array(WALK_ROWS),
  };
  for (let row = 0, mid = 0; row < WALK_ROWS; row++) {
    // Most quotes change a size and no price.
    if (random() < 0.3) mid += Math.round((random() - 0.5) * 6 - mid * 0.001);
    walk.mid[row] = mid;
    walk.spread[row] = 1 + Math.floor(random() * random() * 4);
    walk.bidSize[row] = Math.round(10 ** (random() * 4)) / 1_000;
    walk.askSize[row] = Math.round(10 ** (random() * 4)) / 1_000;
    walk.late[row] = random() ** 2 * 0.9;
    walk.way[row] = 2 + Math.floor(random() * 40);
  }
  return walk;
}

function createHour() {
  const column = () => new Float64Array(HOUR_ROWS_MAX);
  return {
    length: 0,
    ...{ receivedUs: column(), bid: column(), bidSize: column() },
    ...{ ask: column(), askSize: column(), exchangeUs: column() },
  };
}

/** Stamps ascend strictly: each lies within its own share of the hour. */
function fillHour(hour, walk, { tick, level }, hourUs, rows, salt) {
  hour.length = rows;
  const stepUs = HOUR_US / rows;
  const scale = Math.round(1 / tick);
  let at = (salt * 7_919 + (hourUs / HOUR_US) * 104_729) % WALK_ROWS;
  for (let row = 0; row < rows; row++) {
    const us = hourUs + Math.floor((row + walk.late[at]) * stepUs);
    const bid = level + walk.mid[at];
    hour.receivedUs[row] = us;
    hour.bid[row] = bid / scale;
    hour.ask[row] = (bid + walk.spread[at]) / scale;
    hour.bidSize[row] = walk.bidSize[at];
    hour.askSize[row] = walk.askSize[at];
    // Exchanges tell milliseconds.
    hour.exchangeUs[row] = Math.floor(us / 1_000 - walk.way[at]) * 1_000;
    at = at + 1 === WALK_ROWS ? 0 : at + 1;
  }
}
