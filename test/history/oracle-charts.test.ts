// A hundred random series of real shape, through files of a lake and the real worker, against polars' join_asof and
// rolling_quantile 'nearest': exactly the same rows, values to 1e-12.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { silentLog } from '../../src/core/log.js';
import { hourOfDay, hourStartUs, isoDate, US_PER_HOUR } from '../../src/core/time.js';
import { createHistory, type History } from '../../src/history/service.js';
import { createRandom, type Random } from '../../src/sim/random.js';
import { numbers, parquetBytes, place, stamps, temporaryLake } from '../lake/parquet-files.js';
import { type Polars, type PolarsFrame, polars } from '../oracle/oracle.js';

const START_US = Date.UTC(2026, 4, 5, 22, 10) * 1_000;
const LENGTH_US = 2.5 * US_PER_HOUR;
const SERIES = 100;

interface Leg {
  readonly us: number[];
  readonly bid: number[];
}

/** Ticks, bursts, several at one stamp, pauses beyond the tolerance, a hole of minutes; now and then one row, or none. */
function legOf(random: Random): Leg {
  const leg: Leg = { us: [], bid: [] };
  const kind = random.below(12);
  let us = START_US + random.below(60_000_000);
  let price = 1 + random.next() * 10 ** random.below(5);
  const tick = price / 2_000;
  const rows = kind === 0 ? 0 : kind === 1 ? 1 : 20 + random.below(2_500);
  while (leg.us.length < rows && us < START_US + LENGTH_US) {
    const luck = random.below(1_000);
    const repeats = luck < 40 ? 1 + random.below(4) : 1;
    for (let n = 0; n < repeats; n += 1) {
      price = Math.max(tick, Math.round((price + (random.below(5) - 2) * tick) / tick) * tick);
      leg.us.push(us);
      leg.bid.push(price);
    }
    if (luck < 300) us += 1 + random.below(3_000);
    else if (luck < 980) us += 1 + random.below(1_900_000);
    else us += luck < 998 ? 2_000_000 : 400_000_000;
  }
  return leg;
}

async function placeLeg(root: string, exchange: string, symbol: string, { us, bid }: Leg): Promise<void> {
  // Known to the lake, with or without rows in the range.
  const before = START_US - 30 * US_PER_HOUR;
  const all = { us: [before, ...us], bid: [1, ...bid] };
  for (let from = 0; from < all.us.length; ) {
    const hourUs = hourStartUs(all.us[from]!);
    let to = from;
    while (to < all.us.length && hourStartUs(all.us[to]!) === hourUs) to += 1;
    const part = { us: all.us.slice(from, to), bid: all.bid.slice(from, to) };
    const folder = `exchange=${exchange}/symbol=${symbol}/date=${isoDate(hourUs)}/hour=${hourOfDay(hourUs)}`;
    // Another's name: stamps may repeat.
    const bytes = parquetBytes([
      stamps('Timestamp', part.us, 'MICROS'),
      numbers('BestBid', part.bid),
      numbers('BestAsk', part.bid),
    ]);
    await place(root, join(folder, 'spreads-of-others.parquet'), bytes);
    from = to;
  }
}

function frame(pl: Polars, { us, bid }: Leg, name: string): PolarsFrame {
  const stamp = pl.Series('t', us, pl.Float64).cast(pl.Int64).cast(pl.Datetime('us'));
  return pl.DataFrame({ t: stamp, [name]: pl.Series(name, bid, pl.Float64) });
}

/** Rows of the left leg with a match of at most two seconds, the spread, the bands. */
function theirs(pl: Polars, left: Leg, right: Leg): readonly (readonly (number | null)[])[] {
  if (left.us.length === 0 || right.us.length === 0) return [[], [], [], []];
  const rights = frame(pl, right, 'b2').withColumns(pl.col('t').alias('t2'));
  const asked = { strategy: 'backward', on: 't', tolerance: '2s' };
  const joined = frame(pl, left, 'b1').joinAsof(rights, asked).filter(pl.col('t2').isNotNull());
  const spread = pl.col('b1').div(pl.col('b2')).sub(1).mul(100).alias('s');
  const rolling = (quantile: number) =>
    pl.col('s').rollingQuantile({ quantile, windowSize: 200, minPeriods: 1, interpolation: 'nearest' });
  const all = joined
    .withColumns(spread)
    .withColumns(rolling(0.97).alias('upper'), rolling(0.03).alias('lower'));
  const times = all.getColumn('t').cast(pl.Int64).cast(pl.Float64).toArray();
  return [times, ...['s', 'upper', 'lower'].map((name) => all.getColumn(name).toArray())];
}

async function ours(
  pl: Polars,
  history: History,
  symbol: string,
): Promise<readonly (readonly (number | null)[])[]> {
  const reply = await history.chart({
    symbol,
    exchange1: 'Aaa',
    exchange2: 'Bbb',
    fromUs: START_US,
    toUs: START_US + LENGTH_US + US_PER_HOUR,
    points: Number.POSITIVE_INFINITY,
    format: 'arrow',
  });
  if (reply.status === 'empty') return [[], [], [], []];
  const pieces: Buffer[] = [];
  if (reply.status === 'long') for await (const piece of reply.pieces) pieces.push(piece);
  else pieces.push(reply.status === 'ok' ? reply.line : assert.fail(reply.status));
  const chart = pl.readIPCStream(Buffer.concat(pieces));
  const times = chart.getColumn('timestamp').cast(pl.Int64).cast(pl.Float64).toArray();
  return [times, ...['spread', 'upperBand', 'lowerBand'].map((name) => chart.getColumn(name).toArray())];
}

const oracle = polars();
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

test(`charts of ${SERIES} random series are what polars makes of the same rows (seed ${seed})`, {
  skip: oracle.skip,
}, async (t) => {
  const pl = oracle.pl as Polars;
  const root = await temporaryLake(t);
  const history = createHistory({ root, queuedChartsMax: 8, log: silentLog });
  t.after(() => history.close());
  const random = createRandom(seed, 'charts');
  let rows = 0;
  for (let n = 0; n < SERIES; n += 1) {
    const [left, right] = [legOf(random), legOf(random)];
    const symbol = `S${n}_USDT`;
    await placeLeg(root, 'Aaa', symbol, left);
    await placeLeg(root, 'Bbb', symbol, right);
    const [expected, found] = [theirs(pl, left, right), await ours(pl, history, symbol)];
    assert.deepEqual(found[0], expected[0], `rows of series ${n}`);
    for (const [column, values] of expected.entries())
      for (const [row, value] of values.entries()) {
        const own = found[column]![row]!;
        const isSame = own === value || Math.abs(own - value!) <= 1e-12 * Math.max(1, Math.abs(value!));
        if (!isSame) assert.fail(`series ${n}, column ${column}, row ${row}: ${own}, not ${value}`);
      }
    rows += expected[0]!.length;
  }
  t.diagnostic(`${rows} rows`);
  assert.deepEqual(history.problems(), []);
});
