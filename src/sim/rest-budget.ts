// What REST requests to one simulated exchange may take of its limit. Told the time; reads no clock.

import type { Micros } from '../core/time.js';
import type { RestReply, SimRestLimit } from './exchange.js';
import { RateWindow } from './rate-window.js';

export class RestBudget {
  readonly #limit: SimRestLimit | null;
  /** By path where each has its own. */
  readonly #windows = new Map<string, RateWindow>();

  /** null = as many as one likes. */
  constructor(limit: SimRestLimit | null) {
    this.#limit = limit;
  }

  /** The answer to a request beyond the limit; null = it is within. */
  refusal(pathname: string, nowUs: Micros): RestReply | null {
    const limit = this.#limit;
    if (limit === null) return null;
    const key = limit.isPerPath ? pathname : '';
    const window = this.#windows.get(key) ?? new RateWindow(limit.count, limit.windowMs);
    this.#windows.set(key, window);
    return window.take(nowUs, limit.weightOf?.(pathname) ?? 1) ? null : limit.reply;
  }
}
