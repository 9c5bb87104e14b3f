// Answers that take a while to work out, given again for some time: one at a time of each, however many ask. Bounded.

import { RecentMap } from '../core/recent-map.js';
import { type Clock, type Micros, US_PER_SECOND } from '../core/time.js';

/** And for twenty times as long as it took: what nobody could keep up with costs a twentieth of a thread at most. */
const KEPT_US_MIN = 60 * US_PER_SECOND;
const KEPT_TIMES = 20;

interface Entry<T> {
  readonly value: Promise<T>;
  untilUs: Micros;
}

export class Lately<T> {
  readonly #clock: Pick<Clock, 'nowUs'>;
  readonly #entries: RecentMap<string, Entry<T>>;

  /** `keysMax`: answers that are kept. */
  constructor(clock: Pick<Clock, 'nowUs'>, keysMax: number) {
    this.#clock = clock;
    this.#entries = new RecentMap(keysMax);
  }

  /** One that failed is worked out anew for whoever asks next. */
  get(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.#entries.get(key);
    const startedUs = this.#clock.nowUs();
    if (known !== undefined && startedUs < known.untilUs) return known.value;
    const entry: Entry<T> = { value: make(), untilUs: Number.POSITIVE_INFINITY };
    this.#entries.set(key, entry);
    void entry.value.then(
      () => {
        const endedUs = this.#clock.nowUs();
        entry.untilUs = endedUs + Math.max(KEPT_US_MIN, KEPT_TIMES * (endedUs - startedUs));
      },
      () => {
        entry.untilUs = Number.NEGATIVE_INFINITY;
      },
    );
    return entry.value;
  }
}
