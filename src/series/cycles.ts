// Cycles and zero crossings of a deviation (percent), row by row: small states that a stream carries along.
// A row without a value (NaN) neither arms nor closes anything.

/** Back at neutral: |deviation| strictly below this, percent. */
export const NEUTRAL_PERCENT = 0.05;

/**
 * Counts opportunity cycles: a row with |deviation| > threshold arms, an armed one with |deviation| < neutral
 * counts one and disarms (both strict; no row does both). The direction is not tracked: +0.4, −0.4, 0 is one
 * cycle.
 */
export class CycleCounter {
  cycles = 0;
  /** What a cycle that was open before the first row met first: neutral closes it, above keeps it open. */
  #first: 'neutral' | 'above' | null = null;
  /** Rows above the threshold. */
  rowsAbove = 0;
  armed = false;
  readonly thresholdPercent: number;
  readonly #neutralPercent: number;

  constructor(thresholdPercent: number, neutralPercent: number = NEUTRAL_PERCENT) {
    this.thresholdPercent = thresholdPercent;
    this.#neutralPercent = neutralPercent;
  }

  push(deviationPercent: number): void {
    const size = Math.abs(deviationPercent);
    if (size > this.thresholdPercent) {
      this.rowsAbove += 1;
      this.armed = true;
      this.#first ??= 'above';
    } else if (size < this.#neutralPercent) {
      if (this.armed) this.cycles += 1;
      this.armed = false;
      this.#first ??= 'neutral';
    }
  }

  /** As if the later one's rows had come after these. */
  merge([cycles, rowsAbove, armed, first]: CounterParts): void {
    if (this.armed && first === 'neutral') this.cycles += 1;
    this.#first ??= first;
    this.cycles += cycles;
    this.rowsAbove += rowsAbove;
    if (first !== null) this.armed = armed;
  }

  /** For keeping. */
  get parts(): CounterParts {
    return [this.cycles, this.rowsAbove, this.armed, this.#first];
  }
}

export type CounterParts = readonly [
  cycles: number,
  rowsAbove: number,
  armed: boolean,
  first: 'neutral' | 'above' | null,
];

/**
 * Zero crossings as the sign of two neighbouring rows says it: an exact zero between them hides a crossing,
 * and so does a missing row. (Statistics of our own compare with the last sign that was not zero:
 * `throughZero`.)
 */
export class ZeroCrossings {
  /** Neighbouring rows of opposite sign. */
  adjacent = 0;
  /** Changes of sign, whatever zeros and missing rows lie between. */
  throughZero = 0;
  #previous = Number.NaN;
  #lastSign = 0;

  push(deviationPercent: number): void {
    const sign = Math.sign(deviationPercent);
    if (sign * this.#previous < 0) this.adjacent += 1;
    this.#previous = sign;
    if (sign === 1 || sign === -1) {
      if (sign === -this.#lastSign) this.throughZero += 1;
      this.#lastSign = sign;
    }
  }
}

/** Cycles of a whole column. */
export function countCycles(
  deviations: Float64Array,
  thresholdPercent: number,
  neutralPercent: number = NEUTRAL_PERCENT,
): number {
  const counter = new CycleCounter(thresholdPercent, neutralPercent);
  for (const deviation of deviations) counter.push(deviation);
  return counter.cycles;
}

/** Zero crossings of a whole column, between neighbouring rows. */
export function countZeroCrossings(deviations: Float64Array): number {
  const counter = new ZeroCrossings();
  for (const deviation of deviations) counter.push(deviation);
  return counter.adjacent;
}
