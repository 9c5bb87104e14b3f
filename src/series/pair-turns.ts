// What a pair's spread did: extremes, crossings, cycles. Looks closely only at points that leave the zone of the one before; a hole
// breaks what is open. Neighbouring stretches are put together to what one pass over both would have counted.

import type { Micros } from '../core/time.js';
import { type CycleParts, CycleTrack } from './cycle-track.js';
import { NEUTRAL_PERCENT } from './cycles.js';
import type { PairPoints } from './pair-join.js';
import type { Standing, TallySettings } from './pair-totals.js';
import { Zones } from './zones.js';

/** Where an edge stands to the costs. */
const [NONE, BELOW, ABOVE] = [0, 1, 2];

/** As plain numbers, for keeping; some are NaN or infinite. */
export interface TurnsParts {
  readonly counts: readonly [rows: number, crossings: number, firstSign: number, lastSign: number];
  readonly extremes: readonly [max: number, min: number, max12: number, max21: number];
  readonly last: number;
  readonly tracks: readonly CycleParts[];
}

export class PairTurns {
  rows = 0;
  crossings = 0;
  max = Number.NEGATIVE_INFINITY;
  min = Number.POSITIVE_INFINITY;
  max12 = Number.NEGATIVE_INFINITY;
  max21 = Number.NEGATIVE_INFINITY;
  /** The last spread there was; NaN: there was none. */
  last = Number.NaN;
  /** By threshold. */
  readonly up: readonly CycleTrack[];
  readonly down: readonly CycleTrack[];
  /** By direction: from above the costs to neutral. */
  readonly net = [new CycleTrack(), new CycleTrack()] as const;
  readonly #limits: readonly number[];
  readonly #costPercent: number;
  readonly #neutralPercent: number;
  readonly #zones: Zones;
  #firstSign = 0;
  #lastSign = 0;

  constructor({ thresholdsPercent, costPercent, neutralPercent = NEUTRAL_PERCENT }: TallySettings) {
    this.#limits = thresholdsPercent;
    this.#costPercent = costPercent;
    this.#neutralPercent = neutralPercent;
    this.#zones = new Zones([...thresholdsPercent, neutralPercent].flatMap((bound) => [bound, 0, -bound]));
    this.up = thresholdsPercent.map(() => new CycleTrack());
    this.down = thresholdsPercent.map(() => new CycleTrack());
  }

  /** What stood when the stretch began is no row of it. */
  begin(us: Micros, { spread, edge12, edge21 }: Standing): void {
    this.max = this.min = this.last = spread;
    if (!Number.isNaN(edge12)) this.max12 = edge12;
    if (!Number.isNaN(edge21)) this.max21 = edge21;
    this.#leave(us, spread, edge12, edge21);
  }

  /** Points [from, to). */
  push(
    { stampUs, spread: spreads, edge12: edges12, edge21: edges21 }: PairPoints,
    from: number,
    to: number,
  ): void {
    const costPercent = this.#costPercent;
    let [max, min, max12, max21, holes] = [this.max, this.min, this.max12, this.max21, 0];
    let last = this.last;
    let [zoneLow, zoneHigh] = [Number.NaN, Number.NaN];
    let [was12, was21] = [NONE, NONE];
    for (let at = from; at < to; at += 1) {
      const spread = spreads[at]!;
      if (Number.isNaN(spread)) {
        this.break(stampUs[at]!);
        zoneLow = zoneHigh = Number.NaN;
        holes += 1;
        continue;
      }
      last = spread;
      const edge12 = edges12[at]!;
      const edge21 = edges21[at]!;
      const is12 = edge12 > costPercent ? ABOVE : edge12 <= costPercent ? BELOW : NONE;
      const is21 = edge21 > costPercent ? ABOVE : edge21 <= costPercent ? BELOW : NONE;
      if (spread > max) max = spread;
      if (spread < min) min = spread;
      if (edge12 > max12) max12 = edge12;
      if (edge21 > max21) max21 = edge21;
      // Only what leaves its zone opens, closes or crosses anything.
      if (spread > zoneLow && spread < zoneHigh && is12 === was12 && is21 === was21) continue;
      was12 = is12;
      was21 = is21;
      this.#leave(stampUs[at]!, spread, edge12, edge21);
      zoneLow = this.#zones.low;
      zoneHigh = this.#zones.high;
    }
    this.rows += to - from - holes;
    [this.max, this.min, this.max12, this.max21] = [max, min, max12, max21];
    this.last = last;
  }

  /** One zone for another. */
  #leave(us: Micros, spread: number, edge12: number, edge21: number): void {
    const sign = Math.sign(spread);
    if (sign === -this.#lastSign && sign !== 0) this.crossings += 1;
    if (this.#lastSign === 0) this.#firstSign = sign;
    if (sign !== 0) this.#lastSign = sign;
    const [cost, isLow, isHigh] = [
      this.#costPercent,
      spread < this.#neutralPercent,
      spread > -this.#neutralPercent,
    ];
    for (let n = 0; n < this.#limits.length; n += 1) {
      const limit = this.#limits[n]!;
      this.up[n]!.follow(us, spread > limit, isLow, 0, 0);
      this.down[n]!.follow(us, spread < -limit, isHigh, 0, 0);
    }
    const [net12, net21] = this.net;
    net12.follow(us, edge12 > cost, isLow && !Number.isNaN(edge21), edge12, edge21 - cost);
    net21.follow(us, edge21 > cost, isHigh && !Number.isNaN(edge12), edge21, edge12 - cost);
    this.#zones.enter(spread);
  }

  break(us: Micros): void {
    for (const track of this.#tracks()) track.break(us);
  }

  #tracks(): CycleTrack[] {
    return [...this.up, ...this.down, ...this.net];
  }

  /** The later one begins where this one ends. */
  merge({ counts, extremes, last, tracks }: TurnsParts): void {
    const [rows, crossings, firstSign, lastSign] = counts;
    this.rows += rows;
    this.crossings += crossings;
    if (this.#lastSign === -firstSign && firstSign !== 0) this.crossings += 1;
    if (this.#firstSign === 0) this.#firstSign = firstSign;
    if (lastSign !== 0) this.#lastSign = lastSign;
    if (!Number.isNaN(last)) this.last = last;
    const [max, min, max12, max21] = extremes;
    this.max = Math.max(this.max, max);
    this.min = Math.min(this.min, min);
    this.max12 = Math.max(this.max12, max12);
    this.max21 = Math.max(this.max21, max21);
    for (const [n, track] of this.#tracks().entries()) track.merge(tracks[n]!);
  }

  get parts(): TurnsParts {
    return {
      counts: [this.rows, this.crossings, this.#firstSign, this.#lastSign],
      extremes: [this.max, this.min, this.max12, this.max21],
      last: this.last,
      tracks: this.#tracks().map(({ parts }) => parts),
    };
  }
}
