// The job of history's bench as polars does it: join_asof, spread, rolling quantiles. Lazy, so that it reads what it needs.

export const TOLERANCE_US = 2_000_000;
export const QUANTILES = { upper: 0.97, lower: 0.03 };
export const WINDOW_ROWS = 200;

/** `paths`: of both legs, without the ends of their names. Columns ts, spread and, with `bands`, upper and lower. */
export function polarsJoin(pl, paths, layout, bands) {
  const [left, right] = paths.map((path) =>
    pl.scanParquet(`${path}-polars-${layout}.parquet`).select('ts', 'bid'),
  );
  const options = { on: 'ts', strategy: 'backward', tolerance: TOLERANCE_US, suffix: '2' };
  const spread = pl.col('bid').div(pl.col('bid2')).sub(1).mul(100).alias('spread');
  const joined = left
    .joinAsof(right, options)
    .filter(pl.col('bid2').isNotNull())
    .select(pl.col('ts'), spread);
  if (!bands) return joined;
  const fixed = { interpolation: 'nearest', windowSize: WINDOW_ROWS, minPeriods: 1 };
  const rolling = (band) =>
    pl
      .col('spread')
      .rollingQuantile({ quantile: QUANTILES[band], ...fixed })
      .alias(band);
  return joined.withColumns(rolling('upper'), rolling('lower'));
}
