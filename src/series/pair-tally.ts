// What is true of a pair over a stretch of time, counted from the points of its `valid` join as they come: by time and not by
// rows, both directions apart, nothing while a leg has no valid quote. Neighbouring stretches are put together to what
// one pass over both would have counted. Memory does not grow with the points.

import { assert } from '../core/assert.js';
import type { Micros } from '../core/time.js';
import type { PairPoints } from './pair-join.js';
import { PairTimes, type TimesParts } from './pair-times.js';
import type { PairTotals, TallySettings } from './pair-totals.js';
import { PairTurns, type TurnsParts } from './pair-turns.js';
import type { TimeHistogram } from './time-histogram.js';

/** Few enough that a plain sum of them keeps its digits. */
const BLOCK_POINTS = 128;

/** A finished tally as plain numbers, for keeping and for putting together; some are NaN or infinite. */
export interface TallyParts {
  readonly settings: TallySettings;
  readonly stood: boolean;
  readonly times: TimesParts;
  readonly turns: TurnsParts;
}

export class PairTally {
  readonly #settings: TallySettings;
  readonly #times: PairTimes;
  readonly #turns: PairTurns;
  #begun = false;
  /** There was a spread when the stretch began. */
  #stood = false;

  constructor(settings: TallySettings) {
    this.#settings = settings;
    this.#times = new PairTimes(settings);
    this.#turns = new PairTurns(settings);
  }

  /** Points in order. Those from before the stretch tell what stands at its beginning. */
  push(points: PairPoints): void {
    const { length, stampUs, spread, edge12, edge21 } = points;
    let at = 0;
    while (at < length && stampUs[at]! < this.#settings.fromUs) at += 1;
    if (at > 0 && !this.#begun)
      this.#times.standing = { spread: spread[at - 1]!, edge12: edge12[at - 1]!, edge21: edge21[at - 1]! };
    if (at === length) return;
    if (!this.#begun) this.#begin(stampUs[at]!);
    for (; at < length; at += BLOCK_POINTS) {
      const end = Math.min(length, at + BLOCK_POINTS);
      this.#times.push(points, at, end);
      this.#turns.push(points, at, end);
    }
  }

  /** What stands, stands up to here; no point lies at or after it. */
  finish(toUs: Micros): void {
    if (!this.#begun) this.#begin(toUs);
    this.#times.finish(toUs);
  }

  /** The first point inside lies at `us`. */
  #begin(us: Micros): void {
    this.#begun = true;
    const { standing, toUs } = this.#times;
    this.#stood = !Number.isNaN(standing.spread);
    if (this.#stood && us > toUs) this.#turns.begin(toUs, standing);
  }

  /** There was a spread from its beginning on, out of quotes from before. */
  get stood(): boolean {
    return this.#stood;
  }

  get fromUs(): Micros {
    return this.#settings.fromUs;
  }

  /** Where it ends, once it is finished. */
  get toUs(): Micros {
    return this.#times.toUs;
  }

  /** The stretch that begins where this one ends: what stands, stands. */
  next(): PairTally {
    const next = new PairTally({ ...this.#settings, fromUs: this.toUs });
    next.#times.standing = this.#times.standing;
    return next;
  }

  /** The later one begins where this one ends; where it was not told of what stood there, there is a hole. */
  merge({ settings, stood, times, turns }: TallyParts): void {
    assert(settings.fromUs === this.toUs, 'stretches that are put together are neighbours');
    if (!stood) this.#turns.break(this.toUs);
    this.#times.merge(times);
    this.#turns.merge(turns);
  }

  get parts(): TallyParts {
    const [times, turns] = [this.#times.parts, this.#turns.parts];
    return { settings: this.#settings, stood: this.#stood, times, turns };
  }

  static of({ settings, stood, times, turns }: TallyParts): PairTally {
    const made = new PairTally(settings);
    [made.#begun, made.#stood] = [true, stood];
    made.#times.merge(times);
    made.#turns.merge(turns);
    return made;
  }

  totals(): PairTotals {
    const [times, turns] = [this.#times, this.#turns];
    const known = (value: number) => (Number.isFinite(value) ? value : Number.NaN);
    const direction = (n: 0 | 1, max: number) => {
      const { us, sum, aboveCostUs } = times.edges[n];
      return { mean: sum.value / us, max: known(max), aboveCostUs, net: turns.net[n].totals() };
    };
    return {
      spanUs: times.toUs - this.#settings.fromUs,
      validUs: times.validUs,
      rows: turns.rows,
      max: known(turns.max),
      min: known(turns.min),
      mean: times.sum.value / times.validUs,
      last: turns.last,
      crossings: turns.crossings,
      thresholds: turns.up.map((up, n) => {
        const [upUs, downUs] = [times.upUs[n]!, times.downUs[n]!];
        return { upUs, downUs, up: up.totals(), down: turns.down[n]!.totals() };
      }),
      ...quantilesOf(times.spreads),
      rankOfLast: Number.isNaN(turns.last) ? Number.NaN : times.spreads.rank(turns.last),
      halfLifeSeconds: times.samples.halfLifeSeconds,
      directions: [direction(0, turns.max12), direction(1, turns.max21)],
    };
  }
}

function quantilesOf(spreads: TimeHistogram): Pick<PairTotals, 'p01' | 'p50' | 'p99'> {
  const [p01, p50, p99] = [0.01, 0.5, 0.99].map((q) => spreads.quantile(q));
  return { p01: p01!, p50: p50!, p99: p99! };
}
