// When an instrument that is silent or refused is asked for anew: each with a growing pause of its own, and all of a
// connection within what the exchange allows a connection to ask in an hour. Decides; the feed asks.

import { type Micros, US_PER_HOUR, US_PER_MS } from '../core/time.js';
import type { ExchangeLimits } from '../exchanges/exchange.js';
import { type Backoff, createBackoff } from './backoff.js';
import type { InstrumentLife } from './life.js';
import type { Shard } from './shard.js';

/** Between two attempts to bring back one instrument. */
const PAUSE_MS = { min: 5_000, max: 240_000 };
/** Giving up and asking again are two requests; half of the hour's are left for everything else. */
const REQUESTS_EACH = 4;

interface Attempts {
  readonly backoff: Backoff;
  count: number;
}

export class Revival {
  readonly #intervalUs: Micros;
  readonly #random: () => number;
  readonly #attempts = new WeakMap<InstrumentLife, Attempts>();
  readonly #nextUs = new WeakMap<Shard, Micros>();

  constructor({ requestsPerHour = Number.POSITIVE_INFINITY }: ExchangeLimits, random: () => number) {
    this.#intervalUs = (US_PER_HOUR * REQUESTS_EACH) / requestsPerHour;
    this.#random = random;
  }

  /** What the exchange refused and lists still, it may stream by and by: trouble of its own looks the same. */
  lookAtRefused(shards: readonly Shard[], nowUs: Micros): void {
    for (const shard of shards) {
      const { refused } = shard.connection;
      if (refused.size === 0) continue;
      for (const life of shard.lives) {
        if (!refused.has(life.listed.exchangeSymbol)) continue;
        if (!this.#attempts.has(life)) life.nextLookUs = this.#nextLookUs(life, nowUs);
        else if (nowUs >= life.nextLookUs && this.mayAsk(shard, life, nowUs)) shard.renew(life);
      }
    }
  }

  /** A quote of an instrument came: a refusal of it says nothing any more. */
  streams(life: InstrumentLife, { connection }: Shard): void {
    const { exchangeSymbol } = life.listed;
    if (!connection.refused.has(exchangeSymbol)) return;
    connection.streams(exchangeSymbol);
    this.forget(life);
  }

  /** Whether it may be asked for anew now: then that counts as done. Its next look is set either way. */
  mayAsk(shard: Shard, life: InstrumentLife, nowUs: Micros): boolean {
    const allowedUs = this.#nextUs.get(shard) ?? 0;
    if (nowUs < allowedUs) {
      life.nextLookUs = allowedUs;
      return false;
    }
    this.#nextUs.set(shard, nowUs + this.#intervalUs);
    life.nextLookUs = this.#nextLookUs(life, nowUs);
    this.#of(life).count += 1;
    return true;
  }

  /** Whether it was now asked for 2, 4, 8 … times in vain. */
  isDoubled(life: InstrumentLife): boolean {
    const { count } = this.#of(life);
    return count >= 2 && (count & (count - 1)) === 0;
  }

  /** It is well. */
  forget(life: InstrumentLife): void {
    this.#attempts.delete(life);
  }

  #nextLookUs(life: InstrumentLife, nowUs: Micros): Micros {
    return nowUs + this.#of(life).backoff.next() * US_PER_MS;
  }

  #of(life: InstrumentLife): Attempts {
    const known = this.#attempts.get(life);
    if (known !== undefined) return known;
    const made = { backoff: createBackoff(PAUSE_MS.min, PAUSE_MS.max, this.#random), count: 0 };
    this.#attempts.set(life, made);
    return made;
  }
}
