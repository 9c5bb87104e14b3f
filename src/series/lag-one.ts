// How fast a value comes back to its mean: the regression of each sample of an even grid on the one before it (AR(1)), in
// sums that parts can be put together from. Samples are a step apart; where one is missing, its neighbours make no pair.

import type { Micros } from '../core/time.js';
import { PreciseSum } from './precise-sum.js';

/** Pairs, sums, and the first and last sample with their times. */
export type LagOneParts = readonly [
  pairs: number,
  sums: readonly PreciseSum['parts'][],
  ends: readonly [firstUs: Micros, first: number, lastUs: Micros, last: number],
];

/** Fewer pairs of samples say nothing. */
const PAIRS_MIN = 60;

export class LagOne {
  #pairs = 0;
  readonly #x = new PreciseSum();
  readonly #y = new PreciseSum();
  readonly #xx = new PreciseSum();
  readonly #xy = new PreciseSum();
  #firstUs: Micros = Number.NaN;
  #first = Number.NaN;
  #lastUs: Micros = Number.NaN;
  #last = Number.NaN;
  readonly #stepUs: number;

  constructor(stepUs: number) {
    this.#stepUs = stepUs;
  }

  /** In order. */
  sample(us: Micros, value: number): void {
    if (Number.isNaN(this.#firstUs)) [this.#firstUs, this.#first] = [us, value];
    else this.#pair(us, value);
    [this.#lastUs, this.#last] = [us, value];
  }

  #pair(us: Micros, value: number): void {
    if (us - this.#lastUs !== this.#stepUs) return;
    const last = this.#last;
    this.#pairs += 1;
    this.#x.add(last);
    this.#y.add(value);
    this.#xx.add(last * last);
    this.#xy.add(last * value);
  }

  /** As if the later one's samples had come after these. */
  merge([pairs, sums, [firstUs, first, lastUs, last]]: LagOneParts): void {
    if (Number.isNaN(firstUs)) return;
    if (Number.isNaN(this.#firstUs)) [this.#firstUs, this.#first] = [firstUs, first];
    else this.#pair(firstUs, first);
    this.#pairs += pairs;
    for (const [n, sum] of this.#sums().entries()) sum.merge(sums[n]!);
    [this.#lastUs, this.#last] = [lastUs, last];
  }

  #sums(): readonly PreciseSum[] {
    return [this.#x, this.#y, this.#xx, this.#xy];
  }

  /** For keeping. */
  get parts(): LagOneParts {
    const sums = this.#sums().map(({ parts }) => parts);
    return [this.#pairs, sums, [this.#firstUs, this.#first, this.#lastUs, this.#last]];
  }

  /** Slope of the regression; NaN where there are too few pairs, or the value never moved. */
  get slope(): number {
    const n = this.#pairs;
    if (n < PAIRS_MIN) return Number.NaN;
    const [x, y] = [this.#x.value / n, this.#y.value / n];
    const variance = this.#xx.value / n - x * x;
    // What is left of numbers that cancel is noise.
    if (!(variance > x * x * 1e-12)) return Number.NaN;
    return (this.#xy.value / n - x * y) / variance;
  }

  /**
   * Seconds in which a distance from the mean halves. Infinity: it does not come back; NaN: nothing can be said, as
   * where one sample says nothing about the next.
   */
  get halfLifeSeconds(): number {
    const { slope } = this;
    if (!(slope > 0)) return Number.NaN;
    return slope >= 1 ? Number.POSITIVE_INFINITY : (-Math.LN2 / Math.log(slope)) * (this.#stepUs / 1e6);
  }
}
