// The Downsampler over columns that are there already; all rows are before `toUs`.

import { type ChartColumns, type DownsampleOptions, Downsampler } from '../../src/series/downsample.js';

export function downsample(
  columns: ChartColumns,
  points: number,
  toUs: number,
  options?: DownsampleOptions,
): ChartColumns {
  const { length, timestampsUs, spreads, upperBand, lowerBand } = columns;
  const sampler = new Downsampler(points, toUs, options);
  for (let row = 0; row < length; row += 1)
    sampler.push(timestampsUs[row]!, spreads[row]!, upperBand[row]!, lowerBand[row]!);
  return sampler.finish();
}
