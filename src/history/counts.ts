// What history has done since the start, in numbers for /health. Counts and no more.

import type { HistoryState } from './contract.js';
import type { WorkerAnswer } from './protocol.js';

type Counted = Pick<
  HistoryState,
  'refused' | 'workersLost' | 'answered' | 'cacheHits' | 'cacheMisses' | 'summariesMade'
>;

export class Counts {
  refused = 0;
  workersLost = 0;
  #answered = 0;
  #cacheHits = 0;
  #cacheMisses = 0;
  #summariesMade = 0;

  /** One answer of a worker, which gives so many charts. */
  add(answer: WorkerAnswer, lines: number): void {
    const { status } = answer;
    this.#answered += lines;
    if (status === 'long') this.#answered += 1;
    if (status === 'kept') this.#cacheHits += lines;
    else if (status === 'computed' || status === 'long' || status === 'empty' || status === 'unknown-pair')
      this.#cacheMisses += 1;
    else if (status === 'summarised' && answer.made !== null) this.#summariesMade += 1;
  }

  get all(): Counted {
    const { refused, workersLost } = this;
    const [answered, cacheHits, cacheMisses] = [this.#answered, this.#cacheHits, this.#cacheMisses];
    return { refused, workersLost, answered, cacheHits, cacheMisses, summariesMade: this.#summariesMade };
  }
}
