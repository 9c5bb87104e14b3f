// How long a pair's spread and executable spreads stood where: sums over time, none of them over rows. Time without a spread
// counts for nothing. Neighbouring stretches are put together by adding.

import { type Micros, US_PER_SECOND } from '../core/time.js';
import { LagOne, type LagOneParts } from './lag-one.js';
import { PairPoints } from './pair-join.js';
import type { Standing, TallySettings } from './pair-totals.js';
import { PreciseSum } from './precise-sum.js';
import { binOf, type HistogramParts, IN_PAGE, TimeHistogram } from './time-histogram.js';

const GRID_US = US_PER_SECOND;

type EdgeParts = readonly [us: number, aboveCostUs: number, sum: PreciseSum['parts']];

/** Of one direction: how long there was an edge, its sum over time, and how long it was above the costs. */
class EdgeTime {
  us = 0;
  aboveCostUs = 0;
  readonly sum = new PreciseSum();

  add(us: number, sum: number, aboveCostUs: number): void {
    this.us += us;
    this.aboveCostUs += aboveCostUs;
    this.sum.add(sum);
  }

  merge([us, aboveCostUs, sum]: EdgeParts): void {
    this.us += us;
    this.aboveCostUs += aboveCostUs;
    this.sum.merge(sum);
  }
}

/** As plain numbers, for keeping; some are NaN. */
export interface TimesParts {
  readonly toUs: Micros;
  readonly gridUs: Micros;
  readonly validUs: number;
  readonly standing: Standing;
  readonly sum: PreciseSum['parts'];
  readonly spreads: HistogramParts;
  readonly samples: LagOneParts;
  readonly upUs: readonly number[];
  readonly downUs: readonly number[];
  readonly edges: readonly EdgeParts[];
}

export class PairTimes {
  validUs = 0;
  toUs: Micros;
  /** Since `toUs`. */
  standing: Standing = { spread: Number.NaN, edge12: Number.NaN, edge21: Number.NaN };
  readonly sum = new PreciseSum();
  readonly spreads = new TimeHistogram();
  readonly samples = new LagOne(GRID_US);
  /** Above each threshold, and below its negative. */
  readonly upUs: Float64Array;
  readonly downUs: Float64Array;
  readonly edges = [new EdgeTime(), new EdgeTime()] as const;
  readonly #costPercent: number;
  readonly #limits: Float64Array;
  /** No threshold lies nearer to zero. */
  readonly #leastPercent: number;
  #gridUs: Micros;

  constructor({ fromUs, thresholdsPercent, costPercent }: TallySettings) {
    this.#costPercent = costPercent;
    this.#limits = Float64Array.from(thresholdsPercent);
    this.upUs = new Float64Array(thresholdsPercent.length);
    this.downUs = new Float64Array(thresholdsPercent.length);
    this.#leastPercent = Math.min(...thresholdsPercent);
    this.toUs = fromUs;
    this.#gridUs = Math.ceil(fromUs / GRID_US) * GRID_US;
  }

  /** Points [from, to): what stood before each. Everything it works on is local: several times the speed of fields. */
  push(
    { stampUs, spread: spreads, edge12: edges12, edge21: edges21 }: PairPoints,
    from: number,
    to: number,
  ): void {
    const [limits, upUs, downUs, histogram] = [this.#limits, this.upUs, this.downUs, this.spreads];
    const [least, thresholds, costPercent] = [this.#leastPercent, limits.length, this.#costPercent];
    let [toUs, gridUs, validUs] = [this.toUs, this.#gridUs, 0];
    let { spread, edge12, edge21 } = this.standing;
    let [sum, sum12, sum21, us12, us21, above12, above21] = [0, 0, 0, 0, 0, 0, 0];
    for (let at = from; at < to; at += 1) {
      const next = spreads[at]!;
      const next12 = edges12[at]!;
      const next21 = edges21[at]!;
      // Most quotes change a size alone: what stands goes on standing.
      if (next === spread && next12 === edge12 && next21 === edge21) continue;
      const us = stampUs[at]!;
      const forUs = us - toUs;
      if (gridUs < us) gridUs = this.#sample(gridUs, us, spread);
      if (forUs > 0 && !Number.isNaN(spread)) {
        validUs += forUs;
        sum += spread * forUs;
        const bin = binOf(spread);
        histogram.page(bin)[bin & IN_PAGE]! += forUs;
        if (!Number.isNaN(edge12)) {
          us12 += forUs;
          sum12 += edge12 * forUs;
          if (edge12 > costPercent) above12 += forUs;
        }
        if (!Number.isNaN(edge21)) {
          us21 += forUs;
          sum21 += edge21 * forUs;
          if (edge21 > costPercent) above21 += forUs;
        }
        if (spread > least || spread < -least)
          for (let n = 0; n < thresholds; n += 1) {
            if (spread > limits[n]!) upUs[n]! += forUs;
            else if (spread < -limits[n]!) downUs[n]! += forUs;
          }
      }
      toUs = us;
      spread = next;
      edge12 = next12;
      edge21 = next21;
    }
    this.validUs += validUs;
    // Plain sums of a few points keep their digits.
    this.sum.add(sum);
    this.edges[0].add(us12, sum12, above12);
    this.edges[1].add(us21, sum21, above21);
    this.toUs = toUs;
    this.#gridUs = gridUs;
    this.standing = { spread, edge12, edge21 };
  }

  /** What stands, stands up to here. */
  finish(toUs: Micros): void {
    const { standing } = this;
    end.stampUs[0] = toUs;
    this.push(end, 0, 1);
    this.standing = standing;
  }

  /** A second that begins with a point has that point's value. Gives the first second that was not sampled. */
  #sample(fromUs: Micros, us: Micros, spread: number): Micros {
    if (Number.isNaN(spread)) return Math.ceil(us / GRID_US) * GRID_US;
    let gridUs = fromUs;
    for (; gridUs < us; gridUs += GRID_US) this.samples.sample(gridUs, spread);
    return gridUs;
  }

  /** The later one begins where this one ends, or this one has seen nothing yet. */
  merge(later: TimesParts): void {
    this.validUs += later.validUs;
    this.sum.merge(later.sum);
    this.spreads.merge(later.spreads);
    this.samples.merge(later.samples);
    for (let n = 0; n < this.upUs.length; n += 1) {
      this.upUs[n]! += later.upUs[n]!;
      this.downUs[n]! += later.downUs[n]!;
    }
    for (const [n, edge] of this.edges.entries()) edge.merge(later.edges[n]!);
    this.standing = later.standing;
    this.toUs = later.toUs;
    this.#gridUs = later.gridUs;
  }

  get parts(): TimesParts {
    const { toUs, validUs, standing } = this;
    return {
      ...{ toUs, gridUs: this.#gridUs, validUs, standing },
      sum: this.sum.parts,
      spreads: this.spreads.parts,
      samples: this.samples.parts,
      upUs: [...this.upUs],
      downUs: [...this.downUs],
      edges: this.edges.map(({ us, aboveCostUs, sum }) => [us, aboveCostUs, sum.parts]),
    };
  }
}

/** Nothing stands after it; equal to no point, so that what stood before it is counted. */
const end = new PairPoints();
end.reserve(1);
end.hole(0);
