// How long the event loop of this thread did not come round to anything: measured all the time, kept for some seconds. Decides
// nothing.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Cancel, Clock } from './core/time.js';

export interface LoopDelays {
  /** The longest of the last ten seconds, ms. */
  readonly recentMsMax: number;
  /** Since the start, ms. */
  readonly msMax: number;
}

/** Of the timer that is watched: a delay is what comes on top. */
const RESOLUTION_MS = 5;
const KEPT_SECONDS = 10;

export class LoopDelay {
  readonly #watch = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #seconds: number[] = [];
  readonly #cancel: Cancel;
  #msMax = 0;

  constructor(clock: Clock) {
    this.#watch.enable();
    this.#cancel = clock.every(1_000, () => this.#look());
  }

  get(): LoopDelays {
    const recentMsMax = Math.max(this.#present(), ...this.#seconds);
    return { recentMsMax, msMax: Math.max(this.#msMax, recentMsMax) };
  }

  close(): void {
    this.#cancel();
    this.#watch.disable();
  }

  #look(): void {
    const longestMs = this.#present();
    this.#msMax = Math.max(this.#msMax, longestMs);
    this.#watch.reset();
    if (this.#seconds.push(longestMs) > KEPT_SECONDS) this.#seconds.shift();
  }

  #present(): number {
    // Before the first measurement it holds nothing that is a time.
    return this.#watch.count === 0 ? 0 : Math.max(0, this.#watch.max / 1e6 - RESOLUTION_MS);
  }
}
