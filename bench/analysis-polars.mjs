// The reference's analysis as it did it: polars reads both legs of a pair, joins without tolerance, and gives the numbers; a loop
// counts cycles. Prints one line of JSON: its rows, its time and its processor time, its memory.
//   node analysis-polars.mjs LAKE PAIRS...       a pair: SYMBOL,EXCHANGE1,EXCHANGE2

import pl from 'nodejs-polars';

const THRESHOLDS = [0.3, 0.5, 0.4];
const NEUTRAL = 0.05;
const [lake, ...pairs] = process.argv.slice(2);

function leg(symbol, exchange, name) {
  return pl
    .scanParquet(`${lake}/exchange=${exchange}/symbol=${symbol}/**/*.parquet`)
    .select('Timestamp', 'BestBid', 'BestAsk')
    .filter(pl.col('BestBid').isNotNull().and(pl.col('BestAsk').isNotNull()))
    .sort('Timestamp')
    .select(pl.col('Timestamp'), pl.col('BestBid').alias(name));
}

function cycles(deviations, threshold) {
  let [count, armed] = [0, false];
  for (const deviation of deviations) {
    const size = Math.abs(deviation);
    if (size > threshold) armed = true;
    else if (armed && size < NEUTRAL) {
      count += 1;
      armed = false;
    }
  }
  return count;
}

async function statistics(symbol, left, right) {
  const joined = await leg(symbol, left, 'bid1')
    .joinAsof(leg(symbol, right, 'bid2'), { on: 'Timestamp', strategy: 'backward' })
    .withColumns(pl.col('bid1').div(pl.col('bid2')).sub(1).mul(100).alias('d'))
    .collect();
  const d = pl.col('d');
  const measured = joined.select(
    d.max().alias('max'),
    d.min().alias('min'),
    d.mean().alias('mean'),
    d.mul(d.shift(1)).lt(0).sum().alias('crossings'),
    ...THRESHOLDS.map((limit, at) => d.abs().gt(limit).mean().alias(`share${at}`)),
    d.abs().last().alias('last'),
  );
  // Without a partner: neither above nor at neutral.
  const deviations = joined
    .select(d.fillNull(2 * NEUTRAL))
    .getColumn('d')
    .toTypedArray();
  const found = THRESHOLDS.map((limit) => cycles(deviations, limit));
  return { rows: joined.height, crossings: Number(measured.getColumn('crossings').get(0)), cycles: found };
}

const before = process.cpuUsage();
const startMs = performance.now();
const results = [];
for (const pair of pairs) {
  const [symbol, left, right] = pair.split(',');
  results.push({ symbol, left, right, ...(await statistics(symbol, left, right)) });
}
const { user, system } = process.cpuUsage(before);
console.log(
  JSON.stringify({
    results,
    wallMs: performance.now() - startMs,
    cpuMs: (user + system) / 1e3,
    peakMb: process.resourceUsage().maxRSS / 1024,
  }),
);
