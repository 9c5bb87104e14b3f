// The cycles of a spread one by one, by the rules by which they are counted (cycle-track.ts): armed beyond the threshold, closed
// at neutral, broken by a hole. Holds the newest of them, however many there are.

import { assert } from '../core/assert.js';
import type { Micros } from '../core/time.js';

/** `up`: exchange1 was dear; `down`: exchange2. */
export type CycleDirection = 'up' | 'down';

export interface CycleMark {
  readonly direction: CycleDirection;
  /** From arming to neutral. */
  readonly fromUs: Micros;
  readonly toUs: Micros;
  /** The spread that was farthest from zero, percent, and when it came first. */
  readonly peakPercent: number;
  readonly peakUs: Micros;
}

export interface CycleRules {
  readonly thresholdPercent: number;
  /** Not above the threshold. */
  readonly neutralPercent: number;
}

export class CycleMarks {
  /** Armed, and then a hole; both directions. */
  broken = 0;
  /** Closed; more than are held, where there were more. */
  count = 0;
  readonly #marksMax: number;
  readonly #marks: CycleMark[] = [];
  readonly #rules: CycleRules;
  #armed: { -readonly [Field in keyof CycleMark]: CycleMark[Field] } | null = null;

  constructor(rules: CycleRules, marksMax: number) {
    assert(rules.neutralPercent <= rules.thresholdPercent, 'no spread is neutral and above the threshold');
    this.#rules = rules;
    this.#marksMax = marksMax;
  }

  /** Points in order; NaN: from here on there is no spread. */
  push(us: Micros, spread: number): void {
    const { thresholdPercent, neutralPercent } = this.#rules;
    const armed = this.#armed;
    if (Number.isNaN(spread)) {
      if (armed !== null) this.broken += 1;
      this.#armed = null;
      return;
    }
    if (armed !== null) {
      const sign = armed.direction === 'up' ? 1 : -1;
      if (sign * spread >= neutralPercent) {
        if (sign * spread > sign * armed.peakPercent) [armed.peakPercent, armed.peakUs] = [spread, us];
        return;
      }
      this.#close({ ...armed, toUs: us });
    }
    const isAbove = Math.abs(spread) > thresholdPercent;
    const direction = spread > 0 ? 'up' : 'down';
    this.#armed = isAbove ? { direction, fromUs: us, toUs: us, peakPercent: spread, peakUs: us } : null;
  }

  /** The newest, in the order in which they ended. One that is still open is none. */
  marks(): readonly CycleMark[] {
    return [...this.#marks.slice(this.#next()), ...this.#marks.slice(0, this.#next())];
  }

  #close(mark: CycleMark): void {
    this.#marks[this.count % this.#marksMax] = mark;
    this.count += 1;
  }

  /** Where the oldest lies. */
  #next(): number {
    return this.count > this.#marksMax ? this.count % this.#marksMax : 0;
  }
}
