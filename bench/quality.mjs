// What the layer of quality costs a quote and a second: the hub alone, and the hub with it, over the same quotes of 8 exchanges × 300
// instruments (8,400 pairs, 7 an instrument), in turns. Beside it what a quote of the same costs the watched windows.
//   npm run bench -- quality [--quotes 2000000] [--rounds 5]

import { loadConfig } from '../build/src/config/config.js';
import { InstrumentTable } from '../build/src/core/instrument.js';
import { Hub } from '../build/src/hub/hub.js';
import { Quality } from '../build/src/quality/quality.js';
import { PairTable } from '../build/src/windows/pair-table.js';
import { Watched } from '../build/src/windows/watched.js';

const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const QUOTES = option('quotes', 2_000_000);
const ROUNDS = option('rounds', 5);
const { quality: thresholds } = loadConfig({ environment: {}, flags: [], exchangeNames: [] });
const [EXCHANGES, SYMBOLS] = [8, 300];
const START_US = 1_790_000_000_000_000;
/** 10,000 quotes a second. */
const STEP_US = 100;

/** Quotes made beforehand: what makes them is no part of what is measured. */
function quotesOf(share) {
  let state = 7;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const ids = new Int32Array(QUOTES);
  const bids = new Float64Array(QUOTES);
  const last = new Float64Array(EXCHANGES * SYMBOLS).fill(100);
  for (let at = 0; at < QUOTES; at += 1) {
    const id = Math.floor(random() * EXCHANGES * SYMBOLS);
    ids[at] = id;
    // Every so many symbols swing so far that their spreads pay: the dearer path.
    const wide = id % SYMBOLS < share * SYMBOLS ? 1 : 0.05;
    last[id] = 100 + (random() - 0.5) * wide;
    bids[at] = last[id];
  }
  return { ids, bids };
}

function stage(kind) {
  const instruments = new InstrumentTable();
  for (let exchange = 0; exchange < EXCHANGES; exchange += 1)
    for (let symbol = 0; symbol < SYMBOLS; symbol += 1) instruments.intern(`E${exchange}`, `C${symbol}/USDT`);
  const hub = new Hub({ instrumentsMax: 16_384, lastStampUs: 0 });
  if (kind === 'quality' || kind === 'both') {
    const pairs = new PairTable({ instruments, pairsMax: 10_000, spotPerp: false });
    pairs.meetNewInstruments();
    const quality = new Quality({
      pairs,
      latest: hub.latest,
      lagging: hub.lagging,
      instrumentsMax: 16_384,
      costPercent: () => 0.4,
      identity: () => 'same',
      thresholds,
    });
    let [spentMs, seconds, mostMs] = [0, 0, 0];
    hub.subscribe({
      quote: (us, id, bid, bidSize, ask, askSize, exchangeUs) =>
        quality.quote(us, id, bid, bidSize, ask, askSize, exchangeUs),
      cold: (event) => quality.cold(event),
      second: (us) => {
        const begin = performance.now();
        quality.second(us);
        const ms = performance.now() - begin;
        [spentMs, seconds, mostMs] = [spentMs + ms, seconds + 1, Math.max(mostMs, ms)];
      },
    });
    return { hub, passes: () => ({ spentMs, seconds, mostMs }) };
  }
  if (kind === 'windows') {
    const watched = new Watched({
      instruments,
      lagging: hub.lagging,
      lengthMs: 900_000,
      pairsMax: 100,
      pointsTotalMax: 320_000,
    });
    const pairs = Array.from({ length: 50 }, (_, at) => ({
      symbol: `C${at}/USDT`,
      exchange1: 'E0',
      exchange2: 'E1',
    }));
    watched.setPairs(pairs, START_US);
    hub.subscribe(watched);
  }
  return { hub, passes: () => ({ spentMs: 0, seconds: 1, mostMs: 0 }) };
}

/** ns a quote, the passes over all pairs apart. */
function run(kind, { ids, bids }) {
  const { hub, passes } = stage(kind);
  const begin = performance.now();
  for (let at = 0; at < QUOTES; at += 1) {
    const bid = bids[at];
    const us = START_US + at * STEP_US;
    hub.quote(ids[at], bid, 10, bid * 1.0001, 10, us - 3_000, us);
  }
  const ms = performance.now() - begin;
  const { spentMs, seconds, mostMs } = passes();
  return { ns: ((ms - spentMs) * 1e6) / QUOTES, passMs: spentMs / seconds, mostMs };
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
for (const [words, share] of [
  ['calm: no spread pays', 0],
  ['a tenth of the symbols pay', 0.1],
  ['a storm: all pay', 1],
]) {
  const quotes = quotesOf(share);
  const found = { none: [], quality: [], windows: [] };
  for (let round = 0; round < ROUNDS; round += 1)
    for (const kind of Object.keys(found)) found[kind].push(run(kind, quotes));
  const ns = (kind) => median(found[kind].map((one) => one.ns));
  const [none, quality, windows] = [ns('none'), ns('quality'), ns('windows')];
  const passMs = median(found.quality.map((one) => one.passMs));
  const most = median(found.quality.map((one) => one.mostMs));
  console.log(
    `${words}: hub alone ${none.toFixed(0)} ns a quote, with quality ${quality.toFixed(0)} (+${(quality - none).toFixed(0)} ns), ` +
      `with 50 windows ${windows.toFixed(0)}; a pass over 8,400 pairs ${passMs.toFixed(2)} ms (longest ${most.toFixed(1)})`,
  );
}
