// Telling a top of book that was overtaken on its way from one that is newer, where each message holds the
// whole top. Knows no exchange; holds the last id and time of each instrument, nothing of prices.

import { type Micros, US_PER_SECOND } from '../core/time.js';

/** Messages overtake one another by milliseconds; a time further back is a clock that was set. */
const OVERTAKEN_US_MAX = US_PER_SECOND;

/** The order of one channel's messages; one a decoder and channel, for each channel counts on its own. */
export class TopOrder {
  readonly #ids = new Map<number, number>();
  readonly #timesUs = new Map<number, Micros>();

  /**
   * Whether this top is older than the last one taken; if not, it is the last one now. Equal is not older.
   * By the update id where both have one (a falling id with a later time is a numbering begun anew), else
   * by the exchange's time. NaN = not given.
   */
  isOlder(instrumentId: number, updateId: number, exchangeUs: Micros): boolean {
    const lastId = this.#ids.get(instrumentId) ?? Number.NaN;
    const lateUs = (this.#timesUs.get(instrumentId) ?? Number.NaN) - exchangeUs;
    const isById = !Number.isNaN(updateId - lastId);
    const isOlder = isById ? updateId < lastId && !(lateUs < 0) : lateUs > 0 && lateUs <= OVERTAKEN_US_MAX;
    if (isOlder) return true;
    this.#ids.set(instrumentId, updateId);
    this.#timesUs.set(instrumentId, exchangeUs);
    return false;
  }

  reset(instrumentId?: number): void {
    if (instrumentId === undefined) {
      this.#ids.clear();
      this.#timesUs.clear();
    } else {
      this.#ids.delete(instrumentId);
      this.#timesUs.delete(instrumentId);
    }
  }
}

/**
 * An update id, as number or as decimal text, for comparing only; NaN where there is none. Ids past 2^53 are
 * rounded, and rounding never turns two around: what compares as older is older.
 */
export function readUpdateId(id: unknown): number {
  const value = typeof id === 'string' && /^\d+$/.test(id) ? Number(id) : id;
  return typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY ? value : Number.NaN;
}
