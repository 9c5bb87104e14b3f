// What is true of a pair over a stretch of time, counted from the points of its `valid` join as they come: by time and not by
// rows, both directions apart, nothing while a leg has no valid quote. Neighbouring stretches are put together to what
// one pass over both would have counted. Memory does not grow with the points.

import { assert } from '../core/assert.js';
import { type Micros, US_PER_SECOND } from '../core/time.js';
import type { CycleTrack } from './cycle-track.js';
import { NEUTRAL_PERCENT } from './cycles.js';
import { LagOne } from './lag-one.js';
import type { PairPoints } from './pair-join.js';
import { Direction, type PairTotals, type TallySettings, Threshold } from './pair-totals.js';
import { PreciseSum } from './precise-sum.js';
import { TimeHistogram } from './time-histogram.js';

const GRID_US = US_PER_SECOND;
/** Few enough that a plain sum of them keeps its digits. */
const BLOCK_POINTS = 128;

export class PairTally {
  readonly #settings: TallySettings;
  /** The least threshold: nothing arms at or below it. */
  readonly #leastPercent: number;
  readonly #neutralPercent: number;
  #toUs: Micros;
  #begun = false;
  /** There was a spread when the stretch began. */
  #stood = false;
  #rows = 0;
  #validUs = 0;
  #max = Number.NEGATIVE_INFINITY;
  #min = Number.POSITIVE_INFINITY;
  readonly #sum = new PreciseSum();
  readonly #spreads = new TimeHistogram();
  readonly #thresholds: readonly Threshold[];
  readonly #directions = [new Direction(), new Direction()] as const;
  readonly #samples = new LagOne(GRID_US);
  #gridUs: Micros;
  #crossings = 0;
  #firstSign = 0;
  #lastSign = 0;
  /** Tracks that a point near neutral may change. */
  #tracksAwake = true;
  /** What stands since `#toUs`; NaN: no spread. */
  #spread = Number.NaN;
  #edge12 = Number.NaN;
  #edge21 = Number.NaN;

  constructor(settings: TallySettings) {
    this.#settings = settings;
    const { fromUs, thresholdsPercent } = settings;
    this.#thresholds = thresholdsPercent.map(() => new Threshold());
    this.#leastPercent = Math.min(...thresholdsPercent, settings.costPercent);
    this.#neutralPercent = settings.neutralPercent ?? NEUTRAL_PERCENT;
    this.#toUs = fromUs;
    this.#gridUs = Math.ceil(fromUs / GRID_US) * GRID_US;
  }

  /** Points in order. Those from before the stretch tell what stands at its beginning. */
  push(points: PairPoints): void {
    const { length, stampUs } = points;
    let at = 0;
    while (at < length && stampUs[at]! < this.#settings.fromUs) at += 1;
    if (at > 0 && !this.#begun) {
      this.#spread = points.spread[at - 1]!;
      this.#edge12 = points.edge12[at - 1]!;
      this.#edge21 = points.edge21[at - 1]!;
    }
    if (at === length) return;
    if (!this.#begun) this.#begin(stampUs[at]!);
    for (; at < length; at += BLOCK_POINTS) this.#block(points, at, Math.min(length, at + BLOCK_POINTS));
  }

  /** What stands, stands up to here; no point lies at or after it. As `#block` has it of every point. */
  finish(toUs: Micros): void {
    if (!this.#begun) this.#begin(toUs);
    const forUs = toUs - this.#toUs;
    const spread = this.#spread;
    if (this.#gridUs < toUs) this.#gridUs = this.#sample(this.#gridUs, toUs, spread);
    this.#toUs = toUs;
    if (Number.isNaN(spread)) return;
    this.#validUs += forUs;
    this.#sum.add(spread * forUs);
    this.#spreads.add(spread, forUs);
    this.#above(spread, forUs);
    const { costPercent } = this.#settings;
    for (const [n, edge] of [this.#edge12, this.#edge21].entries())
      if (!Number.isNaN(edge))
        this.#directions[n]!.add(forUs, edge * forUs, edge > costPercent ? forUs : 0, edge);
  }

  /** The first point inside lies at `us`. */
  #begin(us: Micros): void {
    this.#begun = true;
    this.#stood = !Number.isNaN(this.#spread);
    if (!this.#stood || us === this.#toUs) return;
    this.#seen(this.#spread, this.#edge12, this.#edge21);
    this.#cycles(this.#toUs, this.#spread, this.#edge12, this.#edge21);
  }

  /** Nearly everything it works on is local: several times the speed of fields. Sums of a few points are added at once. */
  #block(
    { stampUs, spread: spreads, edge12: edges12, edge21: edges21 }: PairPoints,
    from: number,
    to: number,
  ): void {
    const least = this.#leastPercent;
    const { costPercent } = this.#settings;
    const [first, second] = this.#directions;
    let [toUs, gridUs, rows, validUs] = [this.#toUs, this.#gridUs, 0, 0];
    let [spread, edge12, edge21] = [this.#spread, this.#edge12, this.#edge21];
    let [sum, sum12, sum21, us12, us21, above12, above21] = [0, 0, 0, 0, 0, 0, 0];
    let [high, low, high12, high21] = [this.#max, this.#min, first.max, second.max];
    for (let at = from; at < to; at += 1) {
      const [next, next12, next21] = [spreads[at]!, edges12[at]!, edges21[at]!];
      // Most quotes change a size alone: what stands goes on standing.
      if (next === spread && next12 === edge12 && next21 === edge21) {
        rows += 1;
        continue;
      }
      const us = stampUs[at]!;
      const forUs = us - toUs;
      if (gridUs < us) gridUs = this.#sample(gridUs, us, spread);
      if (forUs > 0 && !Number.isNaN(spread)) {
        validUs += forUs;
        sum += spread * forUs;
        this.#spreads.add(spread, forUs);
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
        if (spread > least || spread < -least) this.#above(spread, forUs);
      }
      toUs = us;
      spread = next;
      edge12 = next12;
      edge21 = next21;
      if (Number.isNaN(spread)) {
        this.#break(us);
        continue;
      }
      rows += 1;
      if (spread > high) high = spread;
      if (spread < low) low = spread;
      if (edge12 > high12) high12 = edge12;
      if (edge21 > high21) high21 = edge21;
      if (spread > 0 ? this.#lastSign !== 1 : spread < 0 && this.#lastSign !== -1) this.#turn(spread);
      // Most points are near neutral while nothing is open.
      if (this.#tracksAwake || spread > least || spread < -least || edge12 > least || edge21 > least)
        this.#cycles(us, spread, edge12, edge21);
    }
    this.#rows += rows;
    this.#validUs += validUs;
    this.#sum.add(sum);
    first.add(us12, sum12, above12, high12);
    second.add(us21, sum21, above21, high21);
    this.#toUs = toUs;
    this.#gridUs = gridUs;
    this.#spread = spread;
    this.#edge12 = edge12;
    this.#edge21 = edge21;
    this.#max = high;
    this.#min = low;
  }

  #seen(spread: number, edge12: number, edge21: number): void {
    this.#max = Math.max(this.#max, spread);
    this.#min = Math.min(this.#min, spread);
    const [first, second] = this.#directions;
    first.add(0, 0, 0, edge12);
    second.add(0, 0, 0, edge21);
    if (spread !== 0) this.#turn(spread);
  }

  #turn(spread: number): void {
    const sign = spread > 0 ? 1 : -1;
    if (this.#lastSign === 0) this.#firstSign = sign;
    else this.#crossings += 1;
    this.#lastSign = sign;
  }

  #above(spread: number, forUs: number): void {
    const { thresholdsPercent } = this.#settings;
    for (let n = 0; n < this.#thresholds.length; n += 1) {
      if (spread > thresholdsPercent[n]!) this.#thresholds[n]!.upUs += forUs;
      else if (spread < -thresholdsPercent[n]!) this.#thresholds[n]!.downUs += forUs;
    }
  }

  /** A second that begins with a point has that point's value. Gives the first second that was not sampled. */
  #sample(fromUs: Micros, us: Micros, spread: number): Micros {
    if (Number.isNaN(spread)) return Math.ceil(us / GRID_US) * GRID_US;
    let gridUs = fromUs;
    for (; gridUs < us; gridUs += GRID_US) this.#samples.sample(gridUs, spread);
    return gridUs;
  }

  #cycles(us: Micros, spread: number, edge12: number, edge21: number): void {
    const { thresholdsPercent, costPercent } = this.#settings;
    const isLow = spread < this.#neutralPercent;
    const isHigh = spread > -this.#neutralPercent;
    let isAwake = false;
    for (let n = 0; n < this.#thresholds.length; n += 1) {
      const { up, down } = this.#thresholds[n]!;
      follow(up, us, spread > thresholdsPercent[n]!, isLow, 0, 0);
      follow(down, us, spread < -thresholdsPercent[n]!, isHigh, 0, 0);
      isAwake ||= up.isArmed || up.isFirst || down.isArmed || down.isFirst;
    }
    const [{ net: net12 }, { net: net21 }] = this.#directions;
    const isNeutral12 = isLow && !Number.isNaN(edge21);
    const isNeutral21 = isHigh && !Number.isNaN(edge12);
    follow(net12, us, edge12 > costPercent, isNeutral12, edge12, edge21 - costPercent);
    follow(net21, us, edge21 > costPercent, isNeutral21, edge21, edge12 - costPercent);
    isAwake ||= net12.isArmed || net12.isFirst || net21.isArmed || net21.isFirst;
    this.#tracksAwake = isAwake;
  }

  #break(us: Micros): void {
    for (const track of this.#tracks()) track.break(us);
    this.#tracksAwake = false;
  }

  #tracks(): CycleTrack[] {
    return [
      ...this.#thresholds.flatMap(({ up, down }) => [up, down]),
      ...this.#directions.map(({ net }) => net),
    ];
  }

  /** The later one begins where this one ends, and was told what stood there. */
  merge(later: PairTally): void {
    assert(later.#settings.fromUs === this.#toUs, 'stretches that are put together are neighbours');
    if (!later.#stood) this.#break(this.#toUs);
    this.#rows += later.#rows;
    this.#validUs += later.#validUs;
    this.#max = Math.max(this.#max, later.#max);
    this.#min = Math.min(this.#min, later.#min);
    this.#sum.merge(later.#sum);
    this.#spreads.merge(later.#spreads);
    for (const [n, own] of this.#thresholds.entries()) own.merge(later.#thresholds[n]!);
    for (const [n, own] of this.#directions.entries()) own.merge(later.#directions[n]!);
    this.#samples.merge(later.#samples);
    this.#crossings += later.#crossings;
    if (this.#lastSign === -later.#firstSign && later.#firstSign !== 0) this.#crossings += 1;
    if (this.#firstSign === 0) this.#firstSign = later.#firstSign;
    if (later.#lastSign !== 0) this.#lastSign = later.#lastSign;
    [this.#spread, this.#edge12, this.#edge21] = [later.#spread, later.#edge12, later.#edge21];
    [this.#toUs, this.#gridUs] = [later.#toUs, later.#gridUs];
    this.#tracksAwake = true;
  }

  totals(): PairTotals {
    const isEmpty = this.#min > this.#max;
    return {
      spanUs: this.#toUs - this.#settings.fromUs,
      validUs: this.#validUs,
      rows: this.#rows,
      max: isEmpty ? Number.NaN : this.#max,
      min: isEmpty ? Number.NaN : this.#min,
      mean: this.#sum.value / this.#validUs,
      last: this.#spread,
      crossings: this.#crossings,
      thresholds: this.#thresholds.map((threshold) => threshold.totals()),
      spreads: this.#spreads,
      halfLifeSeconds: this.#samples.halfLifeSeconds,
      directions: [this.#directions[0].totals(), this.#directions[1].totals()],
    };
  }
}

/** No point does both. */
function follow(
  track: CycleTrack,
  us: Micros,
  isAbove: boolean,
  isNeutral: boolean,
  entry: number,
  exit: number,
): void {
  if (isAbove) track.arm(us, entry);
  else if (isNeutral) track.close(us, exit);
}
