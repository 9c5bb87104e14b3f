// Asks history for what the live stream could not tell: what was before it, and while nobody listened. One
// question at a time, for charts in view alone; what fails is tried a few times and then left as a hole.

import type { ChartData, PairName } from '../../src/api/contract.js';
import { readChart } from '../replies.js';
import { fetchLines, ServerError } from '../server.js';
import { type Hole, Series } from './series.js';

const TRIES_MAX = 3;
const RETRY_DELAY_MS = 5_000;
const UNKNOWN_PAIR = 404;

/** A chart that may have a hole. */
export interface Fillable {
  readonly name: PairName;
  readonly series: Series;
  /** How often its hole was asked for in vain. */
  failures: number;
  /** No earlier than this, by `performance.now()`. */
  notBeforeMs: number;
}

export interface FillerOptions<T extends Fillable> {
  /** `/api/charts?points=2000`. */
  readonly path: string;
  /** Charts worth asking for, now. */
  readonly candidates: () => Iterable<T>;
  /** History has answered, perhaps with nothing. */
  readonly filled: (chart: T) => void;
}

export class Filler<T extends Fillable> {
  readonly #options: FillerOptions<T>;
  #busy = false;

  constructor(options: FillerOptions<T>) {
    this.#options = options;
  }

  /** Something may have changed: a hole, what is in view, or the time since a failure. */
  kick(): void {
    if (!this.#busy) void this.#work();
  }

  async #work(): Promise<void> {
    this.#busy = true;
    try {
      for (let next = this.#next(); next !== null; next = this.#next()) await this.#fill(...next);
    } finally {
      this.#busy = false;
    }
  }

  #next(): [T, Hole] | null {
    for (const one of this.#options.candidates()) {
      const { hole } = one.series;
      if (hole === null || one.failures >= TRIES_MAX || one.notBeforeMs > performance.now()) continue;
      return [one, hole];
    }
    return null;
  }

  async #fill(one: T, hole: Hole): Promise<void> {
    try {
      one.series.fill(hole, await askHistory(this.#options.path, one.name, hole));
      one.failures = 0;
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      one.failures += 1;
      one.notBeforeMs = performance.now() + RETRY_DELAY_MS;
      return;
    }
    this.#options.filled(one);
  }
}

/**
 * One pair's chart, of all that history shows by itself or of a hole; null where it does not know the pair, or nothing
 * of that time.
 */
export async function askHistory(
  path: string,
  { symbol, exchange1, exchange2 }: PairName,
  hole?: Hole,
): Promise<ChartData | null> {
  const ms = (seconds: number): string => String(Math.round(seconds * 1_000));
  const query = new URLSearchParams({ symbol, exchange1, exchange2 });
  if (hole !== undefined) query.set('to', ms(hole.toSeconds));
  const fromSeconds = hole === undefined ? Number.NaN : Series.askFromSeconds(hole);
  if (Number.isFinite(fromSeconds)) query.set('from', ms(fromSeconds));
  try {
    for await (const line of fetchLines(`${path}&${query}`)) {
      const chart = readChart(line);
      if (typeof chart === 'string') throw new ServerError(chart);
      return chart;
    }
  } catch (error) {
    if (!(error instanceof ServerError) || error.status !== UNKNOWN_PAIR) throw error;
  }
  return null;
}
