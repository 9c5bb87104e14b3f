// Series for tests of the file writer: of real shape, and of every shape that a writer may stumble over. Seeded.

import type { FullColumns } from '../../src/lake/parquet-write.js';
import { SIM_EXCHANGES } from '../../src/sim/exchanges/index.js';
import { generateHistory } from '../../src/sim/history.js';
import { createMarket } from '../../src/sim/market.js';
import { createRandom, type Random } from '../../src/sim/random.js';
import { at } from './parquet-files.js';

export const seriesStart = at('2025-11-18T10:00:00Z');

/** About `rows` quotes of the generated market, 50 ms apart. */
export function marketSeries(coin: number, exchange: string, rows: number): FullColumns {
  const market = createMarket({ seed: 1, exchanges: SIM_EXCHANGES, symbols: coin + 1 });
  const instrument = market.instruments.filter((one) => one.exchange === exchange)[coin]!;
  return generateHistory(market, instrument, seriesStart, seriesStart + rows * 50_000, 50);
}

const ODD = [0, -0, 5e-324, -5e-324, 1e308, -1e308, 0.1, 1 / 3, 2 ** 53, 2.2250738585072014e-308, Infinity];

type Make = (random: Random, row: number) => number;

const makes: Readonly<Record<string, Make>> = {
  'ticks that stand still': (random, row) => 100 + Math.floor(row / 20) / 100 + random.below(2) / 100,
  'one value': () => 42.5,
  'a dictionary of two': (random) => random.below(2),
  'just about a dictionary': (random) => random.below(4_000) / 8,
  'no value twice': (random) => random.next() * 1e6,
  'whole numbers': (random) => random.below(60_000),
  'odd doubles': (random) => ODD[random.below(ODD.length)]!,
  'any doubles': (random) => anyDouble(random),
};
const nulls: Readonly<Record<string, Make>> = {
  none: () => 0,
  all: () => 1,
  some: (random) => (random.below(3) === 0 ? 1 : 0),
  'long stretches': (_, row) => Math.floor(row / 700) % 2,
  'all but the last': () => 1,
};
const gaps: Readonly<Record<string, Make>> = {
  '1 µs': () => 1,
  'a second or so': (random) => 1 + random.below(2_000_000),
  'now and then a year': (random) => (random.below(200) === 0 ? 3.2e13 : 1 + random.below(1_000)),
};
const exchangeTimes: Readonly<Record<string, Make>> = {
  'whole ms': (random) => -1_000 * random.below(50),
  'far away, either side': (random) => (random.below(2) - 0.5) * 2 * (2 ** 53 - 1 - 2 ** 51),
};

/** A series of `rows` rows with traits drawn from `seed`, and the words for them. */
export function oddSeries(
  seed: number,
  rows: number,
): { readonly words: string; readonly columns: FullColumns } {
  const random = createRandom(seed, 'odd-series');
  const words: string[] = [];
  const draw = (choices: Readonly<Record<string, Make>>): Make => {
    const name = Object.keys(choices)[random.below(Object.keys(choices).length)]!;
    words.push(name);
    return choices[name]!;
  };
  const column = (make: Make) => Float64Array.from({ length: rows }, (_, row) => make(random, row));
  const optional = (make: Make): Float64Array => {
    const absent = draw(nulls);
    const last = words.at(-1) === 'all but the last';
    return column((_, row) =>
      absent(random, row) === 1 && !(last && row === rows - 1) ? Number.NaN : make(random, row),
    );
  };
  const gap = draw(gaps);
  let us = seriesStart;
  const receivedUs = column((_, row) => (us += row === 0 ? 0 : gap(random, row)));
  const bid = column(draw(makes));
  const ask = column(draw(makes));
  const bidSize = optional(draw(makes));
  const askSize = optional(draw(makes));
  const away = draw(exchangeTimes);
  const far = words.at(-1) !== 'whole ms';
  const exchangeUs = optional((_, row) =>
    far ? away(random, row) : Math.floor((receivedUs[row]! + away(random, row)) / 1_000) * 1_000,
  );
  return {
    words: `seed ${seed}, ${rows} rows: ${words.join(', ')}`,
    columns: { length: rows, receivedUs, bid, ask, bidSize, askSize, exchangeUs },
  };
}

/** Of any size, never NaN. */
function anyDouble(random: Random): number {
  const words = Uint32Array.of(random.below(2 ** 32), random.below(2 ** 32));
  const value = new Float64Array(words.buffer)[0]!;
  return Number.isNaN(value) ? 0 : value;
}
