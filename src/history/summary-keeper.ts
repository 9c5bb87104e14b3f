// Sees to it that the pairs somebody looks at, or that come back, are summarised: every hour once it can be told no more
// of, the newest of all pairs first, then what is older. One step at a time, with rests between them; a thread of history
// does the work. Knows no files.

import type { Log } from '../core/log.js';
import { type Cancel, type Clock, hourStartUs, type Micros, US_PER_MINUTE, US_PER_MS } from '../core/time.js';
import { NOTICED_US } from '../series/leg-events.js';
import { type AskedPairs, type AskedSeries, seriesKey } from './asked-pairs.js';
import type { History } from './contract.js';
import { HistoryError } from './error.js';

export interface SummaryKeeperOptions {
  readonly history: Pick<History, 'summarise'>;
  readonly asked: AskedPairs;
  /** Pairs with at least one cycle, the most first. */
  readonly withCycles: () => Promise<readonly Omit<AskedSeries, 'price'>[]>;
  /** Never more are kept up. */
  readonly seriesMax: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** After the hour in which something may still be told of the one before: until its rows are in files. */
const GRACE_US = 3 * US_PER_MINUTE;
const LOOK_INTERVAL_MS = 60_000;
/** So many after one another end the work of an hour. */
const FAILURES_MAX = 3;
/** Times as long as a step took nothing is done: a quarter of a core at most. */
const RESTS = 3;

export class SummaryKeeper {
  readonly #options: SummaryKeeperOptions;
  readonly #stopLooking: Cancel;
  #queue: AskedSeries[] = [];
  /** What ends by then is over, for the queue. */
  #closedBeforeUs: Micros = Number.NEGATIVE_INFINITY;
  #work: Promise<void> | null = null;
  #wake: (() => void) | null = null;
  #closed = false;

  constructor(options: SummaryKeeperOptions) {
    this.#options = options;
    this.#stopLooking = options.clock.every(LOOK_INTERVAL_MS, () => this.#look());
    void options.asked.load();
  }

  /** Waits for the step under way; call it once history is closed, or is about to be. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stopLooking();
    this.#wake?.();
    await this.#work;
    await this.#save();
  }

  #look(): void {
    void this.#save();
    if (this.#work !== null || this.#overBeforeUs() === this.#closedBeforeUs) return;
    this.#work = this.#workOn().finally(() => {
      this.#work = null;
    });
  }

  #overBeforeUs(): Micros {
    return hourStartUs(this.#options.clock.nowUs() - NOTICED_US - GRACE_US);
  }

  async #workOn(): Promise<void> {
    const { history, clock, log } = this.#options;
    let failures = 0;
    while (!this.#closed) {
      const closedBeforeUs = this.#overBeforeUs();
      if (closedBeforeUs !== this.#closedBeforeUs) {
        this.#queue = await this.#wanted();
        this.#closedBeforeUs = closedBeforeUs;
      }
      const series = this.#queue.shift();
      if (series === undefined) return;
      const startUs = clock.nowUs();
      try {
        const made = await history.summarise({ ...series, closedBeforeUs, nowUs: startUs });
        if (made !== null) this.#queue.push(series);
        failures = 0;
      } catch (error) {
        if (error instanceof HistoryError && error.code === 'closed') return;
        log.warn('a pair could not be summarised', { ...series, reason: String(error) });
        failures += 1;
        // A disk that takes nothing is asked again in an hour, not five hundred times now.
        if (failures === FAILURES_MAX) this.#queue = [];
      }
      await this.#rest(((clock.nowUs() - startUs) / US_PER_MS) * RESTS);
    }
  }

  /** What is looked at first, then what comes back. */
  async #wanted(): Promise<AskedSeries[]> {
    const { asked, withCycles, seriesMax, clock } = this.#options;
    const found = new Map<string, AskedSeries>();
    const cycling = (await withCycles()).map((pair) => ({ ...pair, price: 'bid' }) as const);
    for (const series of [...asked.recent(clock.nowUs()), ...cycling]) {
      if (found.size >= seriesMax) break;
      const key = seriesKey(series);
      if (!found.has(key)) found.set(key, series);
    }
    return [...found.values()];
  }

  #rest(ms: number): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  async #save(): Promise<void> {
    try {
      await this.#options.asked.save();
    } catch (error) {
      this.#options.log.warn('which pairs are looked at could not be noted', { reason: String(error) });
    }
  }
}
