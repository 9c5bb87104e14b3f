// One of those that history is compared with, in a process of its own: an engine over its own files, the floor, or our
// own join without a server. argv: its name, its layout, where the rows lie (a path before each file's name), our lake.
// A message says what to do (`join`, or `bands`: rolling quantiles too); the answer has the figures.

import { openSync, readFileSync, readSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { DAY_LENGTH_US, DAY_US, LEGS, SYMBOL } from './history-data.mjs';
import { polarsJoin, QUANTILES, TOLERANCE_US, WINDOW_ROWS } from './history-polars.mjs';
import { compiled } from './place.mjs';

const [name, layout, place, lake] = process.argv.slice(2);
/** Of a leg at a time: stays in the processor's cache. */
const FLOOR_ROWS = 16_384;

const MAKERS = { polars, duckdb, floor, memcpy, ours };
const run = await MAKERS[name]([0, 1].map((leg) => `${place}/${leg}`));
process.on('message', (what) => {
  void answer(what).then((figures) => process.send(figures));
});
process.on('disconnect', () => process.exit());
process.send('ready');

async function answer(what) {
  const startMs = performance.now();
  const rows = await run(what === 'bands');
  const wholeMs = performance.now() - startMs;
  const peakKb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
  return { wholeMs, rows, peakMb: peakKb / 1_024 };
}

/** Rows stay with the engine: moving them to JavaScript would cost it more. */
async function polars(paths) {
  const { default: pl } = await import('nodejs-polars');
  return async (bands) => (await polarsJoin(pl, paths, layout, bands).collect()).height;
}

/** A result that lies with the engine, in order, as polars' does. */
async function duckdb(paths) {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const [left, right] = paths.map((path) => `'${path}-duckdb-${layout}.parquet'`);
  const join = `SELECT l.ts AS ts, (l.bid / r.bid - 1) * 100 AS spread FROM ${left} l
    ASOF JOIN ${right} r ON l.ts >= r.ts WHERE l.ts - r.ts <= ${TOLERANCE_US}`;
  const rolling = (q) => `quantile_disc(spread, ${q}) OVER w`;
  const banded = `SELECT ts, spread, ${rolling(QUANTILES.upper)}, ${rolling(QUANTILES.lower)} FROM (${join})
    WINDOW w AS (ORDER BY ts ROWS BETWEEN ${WINDOW_ROWS - 1} PRECEDING AND CURRENT ROW)`;
  return async (bands) => {
    const result = await connection.run(`${bands ? banded : join} ORDER BY ts`);
    return Number(result.rowCount);
  };
}

/** What no reader can do without: the bytes of both legs' stamps and bids, and one pass over them. */
async function floor(paths) {
  const legs = paths.map((path) => ({
    files: ['receivedUs', 'bid'].map((column) => openSync(`${path}-${column}`)),
    stampUs: new Float64Array(FLOOR_ROWS),
    bid: new Float64Array(FLOOR_ROWS),
    length: 0,
    row: 0,
    at: 0,
  }));
  const out = { stampUs: new Float64Array(FLOOR_ROWS), spread: new Float64Array(FLOOR_ROWS) };
  return async () => {
    for (const leg of legs) leg.at = leg.length = leg.row = 0;
    return floorRows(legs[0], legs[1], out);
  };
}

function fill(leg) {
  const bytes = readSync(leg.files[0], leg.stampUs, 0, leg.stampUs.byteLength, leg.at);
  readSync(leg.files[1], leg.bid, 0, leg.bid.byteLength, leg.at);
  leg.at += bytes;
  leg.length = bytes / 8;
  leg.row = 0;
  return bytes > 0;
}

function floorRows(left, right, { stampUs, spread }) {
  let [rows, rightUs, rightBid, rightEnded] = [0, Number.NEGATIVE_INFINITY, 0, false];
  while (fill(left)) {
    let length = 0;
    const { stampUs: lefts, bid: bids } = left;
    for (let row = 0; row < left.length; row++) {
      const us = lefts[row];
      while (!rightEnded) {
        const { stampUs: rights, length: end } = right;
        let at = right.row;
        while (at < end && rights[at] <= us) at += 1;
        if (at > right.row) [rightUs, rightBid] = [rights[at - 1], right.bid[at - 1]];
        right.row = at;
        if (at < end) break;
        rightEnded = !fill(right);
      }
      if (us - rightUs > TOLERANCE_US) continue;
      stampUs[length] = us;
      spread[length] = (bids[row] / rightBid - 1) * 100;
      length += 1;
    }
    rows += length;
  }
  return rows;
}

/** The same bytes, from memory to memory. */
async function memcpy(paths) {
  const columns = paths.flatMap((path) =>
    ['receivedUs', 'bid'].map((column) => readFileSync(`${path}-${column}`)),
  );
  const into = Buffer.alloc(columns[0].length);
  return async () => {
    for (const column of columns) into.set(column);
    return columns[0].length / 8;
  };
}

/** Reader, join, spread and, where asked, the bands of every row, as the worker has them; no fewer points, no text. */
async function ours() {
  const { openReader } = await import(compiled('src/lake/reader.js'));
  const { LakeObserver } = await import(compiled('src/lake/identity.js'));
  const { computeChart } = await import(compiled('src/history/chart.js'));
  const { asofStream, ASOF_TOLERANCE_US } = await import(compiled('src/series/asof.js'));
  const { spreadsPercent } = await import(compiled('src/series/spread.js'));
  const { store, recent, recentEvents } = new LakeObserver(lake);
  const reader = openReader(lake, { store, recent, recentEvents });
  const legs = await Promise.all(LEGS.map((exchange) => reader.find(exchange, SYMBOL)));
  const range = { fromUs: DAY_US, toUs: DAY_US + DAY_LENGTH_US };
  const read = (leg, fromUs, toUs) => reader.readQuotes(leg, { fromUs, toUs });
  const points = Number.POSITIVE_INFINITY;
  if (layout === 'chart')
    return async () => (await computeChart({ read, legs, range, points: 2_000, nextTurn })).length;
  return async (bands) => {
    if (bands) return (await computeChart({ read, legs, range, points, nextTurn })).length;
    const [left, right] = legs.map((leg) => read(leg, range.fromUs, range.toUs));
    let spreads = new Float64Array(0);
    let rows = 0;
    for await (const joined of asofStream(left, right, { toleranceUs: ASOF_TOLERANCE_US })) {
      if (spreads.length < joined.length) spreads = new Float64Array(joined.stampUs.length);
      spreadsPercent(joined.bid1, joined.bid2, joined.length, spreads);
      rows += joined.length;
    }
    return rows;
  };
}
