// When a connection is replaced because the exchange gives it only so long to live: some time before its end, and
// again and again until then where a replacement did not work out. Plans; what a replacement is, others know.

import type { Cancel, Clock, Micros } from '../core/time.js';
import { US_PER_MINUTE, US_PER_MS } from '../core/time.js';

/** After a replacement that did not work out. */
const AGAIN_US = 5 * US_PER_MINUTE;
/** The last attempt is made so long before the exchange's own limit, or this share of the life where that is less. */
const LAST_US = 2 * US_PER_MINUTE;
const LAST_SHARE = 0.05;

export interface RollPlanOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** How long the exchange lets a connection live; undefined = it does not say. */
  readonly lifeMs: number | undefined;
  readonly roll: () => void;
}

export class RollPlan {
  readonly #options: RollPlanOptions;
  #openedUs: Micros = Number.NaN;
  #cancel: Cancel = () => {};

  constructor(options: RollPlanOptions) {
    this.#options = options;
  }

  /** The connection that carries is open since then; told again of the same one, nothing changes. */
  opened(openedUs: Micros): void {
    if (Number.isNaN(openedUs) || openedUs === this.#openedUs) return;
    this.#cancel();
    this.#openedUs = openedUs;
    const { random, lifeMs } = this.#options;
    // Not all at once: up to a tenth of the life earlier.
    if (lifeMs !== undefined) this.#at(openedUs + lifeMs * (0.85 + 0.1 * random()) * US_PER_MS);
  }

  /** A replacement did not work out; the next attempt is in time before the end. When it is due. */
  again(): Micros {
    const dueUs = Math.min(this.#options.clock.nowUs() + AGAIN_US, this.#lastUs);
    this.#at(dueUs);
    return dueUs;
  }

  /** No other attempt is possible before the exchange closes the connection itself. */
  get isEnding(): boolean {
    return this.#options.clock.nowUs() >= this.#lastUs;
  }

  cancel(): void {
    this.#cancel();
  }

  get #lastUs(): Micros {
    const { lifeMs } = this.#options;
    if (lifeMs === undefined) return Number.POSITIVE_INFINITY;
    const lifeUs = lifeMs * US_PER_MS;
    return this.#openedUs + lifeUs - Math.min(LAST_US, lifeUs * LAST_SHARE);
  }

  #at(dueUs: Micros): void {
    const { clock, roll } = this.#options;
    this.#cancel();
    this.#cancel = clock.after(Math.max(0, dueUs - clock.nowUs()) / US_PER_MS, roll);
  }
}
