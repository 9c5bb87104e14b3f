// Spreads in, a chart of fewer points with bands out. Picks the cheaper way to the bands: of few points out of many
// rows only those of the points that stay, else all of them row by row. Both give the same bands.

import type { Micros } from '../core/time.js';
import type { RowSink } from './banded-rows.js';
import { RollingBands } from './bands.js';
import { BandsTrail } from './bands-trail.js';
import { type ChartColumns, Downsampler } from './downsample.js';

/** Up to so many points a band is picked out of its window (0.3 µs) for the rows that may stay; see bench/kernels.mjs. */
const PICKED_POINTS_MAX = 20_000;

export class BandedSampler implements RowSink {
  readonly #sampler: Downsampler;
  readonly #trail: BandsTrail | undefined;
  readonly #rolling: RollingBands | undefined;
  readonly #everyHole: boolean;

  /** See Downsampler; with `everyHole`, a row without a spread has no bands. */
  constructor(points: number, toUs: Micros, { everyHole = false }: { readonly everyHole?: boolean } = {}) {
    this.#everyHole = everyHole;
    if (points <= PICKED_POINTS_MAX) {
      this.#trail = new BandsTrail();
      this.#sampler = new Downsampler(points, toUs, { everyHole, bands: this.#trail });
    } else {
      this.#rolling = new RollingBands();
      this.#sampler = new Downsampler(points, toUs, { everyHole });
    }
  }

  /** A row of before the chart: only bands rest on it. */
  warm(spread: number): void {
    this.#rolling?.push(spread);
    const trail = this.#trail;
    if (trail === undefined) return;
    if (trail.isFull) trail.forget();
    trail.push(spread);
  }

  push(stampUs: Micros, spread: number): void {
    const bands = this.#rolling;
    if (bands === undefined) {
      this.#sampler.push(stampUs, spread);
      return;
    }
    bands.push(spread);
    const isBare = this.#everyHole && Number.isNaN(spread);
    this.#sampler.push(stampUs, spread, isBare ? Number.NaN : bands.upper, isBare ? Number.NaN : bands.lower);
  }

  /** The same of rows [from, to). */
  pushRows(stampsUs: Float64Array, spreads: Float64Array, from: number, to: number): void {
    if (this.#rolling === undefined) this.#sampler.pushRows(stampsUs, spreads, from, to);
    else for (let row = from; row < to; row += 1) this.push(stampsUs[row]!, spreads[row]!);
  }

  finish(): ChartColumns {
    return this.#sampler.finish();
  }
}
