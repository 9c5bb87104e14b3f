// The clock of a replay: it stands until the replay moves it, and runs its timers at their own moments on the way. It
// never looks at the machine's time, and never goes back.

import { assert } from '../core/assert.js';
import { type Cancel, type Clock, type Micros, US_PER_MS } from '../core/time.js';

interface Timer {
  dueUs: Micros;
  readonly periodUs: number | null;
  readonly run: () => void;
}

export class ReplayClock implements Clock {
  #nowUs: Micros;
  /** When the first timer falls due. */
  #nextUs: Micros = Number.POSITIVE_INFINITY;
  readonly #timers = new Set<Timer>();

  constructor(startUs: Micros) {
    this.#nowUs = startUs;
  }

  readonly nowUs = (): Micros => this.#nowUs;

  after(delayMs: number, run: () => void): Cancel {
    return this.#add({ dueUs: this.#nowUs + Math.max(0, delayMs) * US_PER_MS, periodUs: null, run });
  }

  every(periodMs: number, run: () => void): Cancel {
    assert(periodMs > 0, `a period of ${periodMs} ms never ends`);
    const periodUs = periodMs * US_PER_MS;
    return this.#add({ dueUs: this.#nowUs + periodUs, periodUs, run });
  }

  /** Moves on to `us`, running what falls due up to then, in the order of its time. Costs nothing where nothing does. */
  runTo(us: Micros): void {
    while (this.#nextUs <= us) this.#runFirst();
    if (us > this.#nowUs) this.#nowUs = us;
  }

  #runFirst(): void {
    let first: Timer | undefined;
    for (const timer of this.#timers) if (first === undefined || timer.dueUs < first.dueUs) first = timer;
    assert(first !== undefined, 'a timer is due');
    this.#nowUs = Math.max(this.#nowUs, first.dueUs);
    if (first.periodUs === null) this.#timers.delete(first);
    else first.dueUs += first.periodUs;
    this.#look();
    first.run();
  }

  #add(timer: Timer): Cancel {
    this.#timers.add(timer);
    this.#look();
    return () => {
      this.#timers.delete(timer);
      this.#look();
    };
  }

  #look(): void {
    this.#nextUs = Number.POSITIVE_INFINITY;
    for (const { dueUs } of this.#timers) this.#nextUs = Math.min(this.#nextUs, dueUs);
  }
}
