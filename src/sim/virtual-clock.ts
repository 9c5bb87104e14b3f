// A clock that moves only when told to: what takes an exchange thirty seconds takes a test none.
// Timers run in the order of their time, then of their making. It must never look at the machine's time.

import { assert } from '../core/assert.js';
import { type Cancel, type Clock, type Micros, US_PER_MS } from '../core/time.js';

interface Timer {
  dueUs: Micros;
  readonly periodUs: number | null;
  readonly run: () => void;
}

export class VirtualClock implements Clock {
  #nowUs: Micros;
  readonly #timers = new Set<Timer>();

  constructor(startUs: Micros) {
    this.#nowUs = startUs;
  }

  nowUs(): Micros {
    return this.#nowUs;
  }

  /** Timers set and neither fired nor cancelled. */
  get pending(): number {
    return this.#timers.size;
  }

  after(delayMs: number, run: () => void): Cancel {
    return this.#add({ dueUs: this.#nowUs + Math.max(0, delayMs) * US_PER_MS, periodUs: null, run });
  }

  every(periodMs: number, run: () => void): Cancel {
    assert(periodMs > 0, `a period of ${periodMs} ms never ends`);
    const periodUs = periodMs * US_PER_MS;
    return this.#add({ dueUs: this.#nowUs + periodUs, periodUs, run });
  }

  /** Moves on, running every timer that falls due on the way, at its own time. */
  advance(byMs: number): void {
    const untilUs = this.#nowUs + byMs * US_PER_MS;
    for (let timer = this.#first(untilUs); timer !== undefined; timer = this.#first(untilUs)) {
      this.#nowUs = Math.max(this.#nowUs, timer.dueUs);
      if (timer.periodUs === null) this.#timers.delete(timer);
      else timer.dueUs += timer.periodUs;
      timer.run();
    }
    this.#nowUs = untilUs;
  }

  #add(timer: Timer): Cancel {
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  #first(untilUs: Micros): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueUs <= untilUs && (first === undefined || timer.dueUs < first.dueUs)) first = timer;
    }
    return first;
  }
}
