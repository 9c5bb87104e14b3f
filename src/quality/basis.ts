// Where a pair's spread usually stands: its median over the last hours, by samples on the grid of the clock, so that it is a function of
// the events alone. Two rings of samples a pair, two bytes each: four hours, and the last quarter of an hour for a pair that is new.

import { type Micros, US_PER_SECOND } from '../core/time.js';

const SAMPLES = 60;
export const BASIS_SHORT_S = 15;
export const BASIS_LONG_S = 240;
/** An hour of them, and two minutes of the others: with fewer nothing is said. */
const LONG_MIN = 15;
const SHORT_MIN = 8;
/** A step of 0.2 basis points: less than any fee, and ±65 % fit. */
const STEPS_PER_PERCENT = 500;
const STEPS_MAX = 32_767;
const ABSENT = -32_768;
/** A median is of a whole minute and holds for it: it moves slowly, and in a storm every pair is asked for one. */
const KEPT_S = 60;
/** Samples that a median is of: those of the minute under way lie in the rings too, and have taken the place of older ones. */
const READ = SAMPLES - KEPT_S / BASIS_SHORT_S;

export class Basis {
  readonly #short: Ring;
  readonly #long: Ring;
  readonly #median: Float32Array;
  /** The minute that the kept median is of, seconds. */
  readonly #madeAt: Float64Array;
  readonly #sorted = new Float64Array(SAMPLES);

  constructor(pairsMax: number) {
    this.#short = new Ring(pairsMax, BASIS_SHORT_S);
    this.#long = new Ring(pairsMax, BASIS_LONG_S);
    this.#median = new Float32Array(pairsMax).fill(Number.NaN);
    this.#madeAt = new Float64Array(pairsMax).fill(Number.NEGATIVE_INFINITY);
  }

  static bytesMax(pairsMax: number): number {
    return pairsMax * (2 * SAMPLES * 2 + 4 + 8);
  }

  /** Whether this whole second is one of those that are sampled. */
  isDue(us: Micros): boolean {
    return (us / US_PER_SECOND) % BASIS_SHORT_S === 0;
  }

  /** A second that is due begins; `sample` for every pair follows. Seconds may be left out, and then have no samples. */
  open(us: Micros): void {
    const second = us / US_PER_SECOND;
    this.#short.open(second);
    this.#long.open(second);
  }

  /** Of the second that was opened last; percent, NaN: the pair has none. */
  sample(pair: number, spreadPercent: number): void {
    const steps = Math.round(spreadPercent * STEPS_PER_PERCENT);
    const held = Number.isNaN(steps) ? ABSENT : Math.max(-STEPS_MAX, Math.min(STEPS_MAX, steps));
    this.#short.set(pair, held);
    this.#long.set(pair, held);
  }

  /** Percent; NaN while too little is known. */
  percent(pair: number, nowUs: Micros): number {
    const minuteS = Math.floor(nowUs / US_PER_SECOND / KEPT_S) * KEPT_S;
    if (minuteS !== this.#madeAt[pair]) {
      this.#madeAt[pair] = minuteS;
      this.#median[pair] = this.#medianOf(this.#long, pair, minuteS, LONG_MIN);
      if (Number.isNaN(this.#median[pair]!))
        this.#median[pair] = this.#medianOf(this.#short, pair, minuteS, SHORT_MIN);
    }
    return this.#median[pair]!;
  }

  #medianOf(ring: Ring, pair: number, atS: number, min: number): number {
    const length = ring.read(pair, atS, this.#sorted);
    if (length < min) return Number.NaN;
    const sorted = this.#sorted.subarray(0, length).sort();
    const middle = length >> 1;
    const steps = length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
    return steps / STEPS_PER_PERCENT;
  }
}

/** A column of all pairs for each of the last sixty moments. */
class Ring {
  readonly #columns: readonly Int16Array[];
  readonly #periodS: number;
  #slot = Number.NEGATIVE_INFINITY;
  #isOpen = false;

  constructor(pairsMax: number, periodS: number) {
    this.#periodS = periodS;
    this.#columns = Array.from({ length: SAMPLES }, () => new Int16Array(pairsMax).fill(ABSENT));
  }

  open(second: number): void {
    this.#isOpen = second % this.#periodS === 0;
    if (!this.#isOpen) return;
    const slot = second / this.#periodS;
    for (let gone = Math.max(this.#slot + 1, slot - SAMPLES + 1, 0); gone <= slot; gone += 1)
      this.#columns[gone % SAMPLES]!.fill(ABSENT);
    this.#slot = slot;
  }

  set(pair: number, steps: number): void {
    if (this.#isOpen) this.#columns[this.#slot % SAMPLES]![pair] = steps;
  }

  /** How many there are up to this second, in no order. */
  read(pair: number, second: number, into: Float64Array): number {
    const newest = Math.floor(second / this.#periodS);
    let length = 0;
    for (let slot = newest; slot > newest - READ; slot -= 1) {
      // What was never opened, or is not opened yet, is of another round.
      if (slot > this.#slot || slot <= this.#slot - SAMPLES) continue;
      const steps = this.#columns[((slot % SAMPLES) + SAMPLES) % SAMPLES]![pair]!;
      if (steps !== ABSENT) into[length++] = steps;
    }
    return length;
  }
}
