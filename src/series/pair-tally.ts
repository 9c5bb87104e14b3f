// What is true of a pair over a stretch of time, counted from the points of its `valid` join as they come: by time and not by
// rows, both directions apart, nothing while a leg has no valid quote. Neighbouring stretches are put together to what
// one pass over both would have counted. Memory does not grow with the points.

import { assert } from '../core/assert.js';
import { type Micros, US_PER_SECOND } from '../core/time.js';
import type { CycleTrack } from './cycle-track.js';
import { NEUTRAL_PERCENT } from './cycles.js';
import { LagOne } from './lag-one.js';
import type { PairPoints } from './pair-join.js';
import { Direction, type PairTotals, type TallySettings, Thresholds } from './pair-totals.js';
import { PreciseSum } from './precise-sum.js';
import { binOf, IN_PAGE, TimeHistogram } from './time-histogram.js';
import { Zones } from './zones.js';

const GRID_US = US_PER_SECOND;
/** Few enough that a plain sum of them keeps its digits. */
const BLOCK_POINTS = 128;
/** Where an edge stands to the costs. */
const [NONE, BELOW, ABOVE] = [0, 1, 2];

export class PairTally {
  readonly #settings: TallySettings;
  /** No threshold lies nearer to zero. */
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
  readonly #thresholds: Thresholds;
  readonly #directions = [new Direction(), new Direction()] as const;
  readonly #samples = new LagOne(GRID_US);
  #gridUs: Micros;
  readonly #zones: Zones;
  #crossings = 0;
  #firstSign = 0;
  #lastSign = 0;
  /** What stands since `#toUs`; NaN: no spread. */
  #spread = Number.NaN;
  #edge12 = Number.NaN;
  #edge21 = Number.NaN;

  constructor(settings: TallySettings) {
    this.#settings = settings;
    const { fromUs, thresholdsPercent } = settings;
    this.#thresholds = new Thresholds(thresholdsPercent);
    this.#leastPercent = Math.min(...thresholdsPercent);
    this.#neutralPercent = settings.neutralPercent ?? NEUTRAL_PERCENT;
    this.#zones = new Zones(
      [...thresholdsPercent, this.#neutralPercent].flatMap((bound) => [bound, 0, -bound]),
    );
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
    for (; at < length; at += BLOCK_POINTS) {
      const end = Math.min(length, at + BLOCK_POINTS);
      this.#times(points, at, end);
      this.#turns(points, at, end);
    }
  }

  /** What stands, stands up to here; no point lies at or after it. As `#times` has it of every point. */
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
    this.#thresholds.add(spread, forUs);
    const { costPercent } = this.#settings;
    for (const [n, edge] of [this.#edge12, this.#edge21].entries())
      if (!Number.isNaN(edge)) this.#directions[n]!.add(forUs, edge * forUs, edge > costPercent ? forUs : 0);
  }

  /** The first point inside lies at `us`. */
  #begin(us: Micros): void {
    this.#begun = true;
    this.#stood = !Number.isNaN(this.#spread);
    if (!this.#stood || us === this.#toUs) return;
    [this.#max, this.#min] = [this.#spread, this.#spread];
    for (const [n, edge] of [this.#edge12, this.#edge21].entries())
      if (!Number.isNaN(edge)) this.#directions[n]!.max = edge;
    this.#leave(this.#toUs, this.#spread, this.#edge12, this.#edge21);
  }

  /** How long what stood before each point stood. Everything it works on is local: several times the speed of fields. */
  #times(
    { stampUs, spread: spreads, edge12: edges12, edge21: edges21 }: PairPoints,
    from: number,
    to: number,
  ): void {
    const { limits, upUs, downUs } = this.#thresholds;
    const { costPercent } = this.#settings;
    const [least, thresholds, histogram] = [this.#leastPercent, limits.length, this.#spreads];
    let [toUs, gridUs, validUs] = [this.#toUs, this.#gridUs, 0];
    let [spread, edge12, edge21] = [this.#spread, this.#edge12, this.#edge21];
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
    this.#validUs += validUs;
    // Plain sums of a few points keep their digits.
    this.#sum.add(sum);
    this.#directions[0].add(us12, sum12, above12);
    this.#directions[1].add(us21, sum21, above21);
    [this.#toUs, this.#gridUs] = [toUs, gridUs];
    [this.#spread, this.#edge12, this.#edge21] = [spread, edge12, edge21];
  }

  /** What happened at each point. */
  #turns(
    { stampUs, spread: spreads, edge12: edges12, edge21: edges21 }: PairPoints,
    from: number,
    to: number,
  ): void {
    const { costPercent } = this.#settings;
    const [first, second] = this.#directions;
    let [high, low, high12, high21, holes] = [this.#max, this.#min, first.max, second.max, 0];
    let [zoneLow, zoneHigh] = [Number.NaN, Number.NaN];
    let [was12, was21] = [NONE, NONE];
    for (let at = from; at < to; at += 1) {
      const spread = spreads[at]!;
      if (Number.isNaN(spread)) {
        this.#break(stampUs[at]!);
        zoneLow = zoneHigh = Number.NaN;
        holes += 1;
        continue;
      }
      const edge12 = edges12[at]!;
      const edge21 = edges21[at]!;
      const is12 = edge12 > costPercent ? ABOVE : edge12 <= costPercent ? BELOW : NONE;
      const is21 = edge21 > costPercent ? ABOVE : edge21 <= costPercent ? BELOW : NONE;
      if (spread > high) high = spread;
      if (spread < low) low = spread;
      if (edge12 > high12) high12 = edge12;
      if (edge21 > high21) high21 = edge21;
      // Only what leaves its zone opens, closes or crosses anything.
      if (spread > zoneLow && spread < zoneHigh && is12 === was12 && is21 === was21) continue;
      [was12, was21] = [is12, is21];
      this.#leave(stampUs[at]!, spread, edge12, edge21);
      [zoneLow, zoneHigh] = [this.#zones.low, this.#zones.high];
    }
    this.#rows += to - from - holes;
    [this.#max, this.#min, first.max, second.max] = [high, low, high12, high21];
  }

  /** A second that begins with a point has that point's value. Gives the first second that was not sampled. */
  #sample(fromUs: Micros, us: Micros, spread: number): Micros {
    if (Number.isNaN(spread)) return Math.ceil(us / GRID_US) * GRID_US;
    let gridUs = fromUs;
    for (; gridUs < us; gridUs += GRID_US) this.#samples.sample(gridUs, spread);
    return gridUs;
  }

  /** One zone for another. */
  #leave(us: Micros, spread: number, edge12: number, edge21: number): void {
    const sign = Math.sign(spread);
    if (sign === -this.#lastSign && sign !== 0) this.#crossings += 1;
    if (this.#lastSign === 0) this.#firstSign = sign;
    if (sign !== 0) this.#lastSign = sign;
    const { costPercent } = this.#settings;
    const isLow = spread < this.#neutralPercent;
    const isHigh = spread > -this.#neutralPercent;
    const { limits, up, down } = this.#thresholds;
    for (let n = 0; n < limits.length; n += 1) {
      follow(up[n]!, us, spread > limits[n]!, isLow, 0, 0);
      follow(down[n]!, us, spread < -limits[n]!, isHigh, 0, 0);
    }
    const [{ net: net12 }, { net: net21 }] = this.#directions;
    const isNeutral12 = isLow && !Number.isNaN(edge21);
    const isNeutral21 = isHigh && !Number.isNaN(edge12);
    follow(net12, us, edge12 > costPercent, isNeutral12, edge12, edge21 - costPercent);
    follow(net21, us, edge21 > costPercent, isNeutral21, edge21, edge12 - costPercent);
    this.#zones.enter(spread);
  }

  #break(us: Micros): void {
    for (const track of this.#tracks()) track.break(us);
  }

  #tracks(): CycleTrack[] {
    const { up, down } = this.#thresholds;
    return [...up, ...down, ...this.#directions.map(({ net }) => net)];
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
    this.#thresholds.merge(later.#thresholds);
    for (const [n, own] of this.#directions.entries()) own.merge(later.#directions[n]!);
    this.#samples.merge(later.#samples);
    this.#crossings += later.#crossings;
    if (this.#lastSign === -later.#firstSign && later.#firstSign !== 0) this.#crossings += 1;
    if (this.#firstSign === 0) this.#firstSign = later.#firstSign;
    if (later.#lastSign !== 0) this.#lastSign = later.#lastSign;
    [this.#spread, this.#edge12, this.#edge21] = [later.#spread, later.#edge12, later.#edge21];
    [this.#toUs, this.#gridUs] = [later.#toUs, later.#gridUs];
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
      thresholds: this.#thresholds.totals(),
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
  if (isAbove) {
    if (!track.isArmed) track.arm(us, entry);
  } else if (isNeutral && (track.isArmed || track.isFirst)) track.close(us, exit);
}
