// Whether the latest quote of an instrument stands, and what is to be known of it, as bits of the protocol's flags.
// It derives nothing: gaps, sides and limits are told to it as to every sink.

import type { ColdEvent, LatestQuotes, TellValidity } from '../core/event.js';
import type { Micros } from '../core/time.js';
import { FLAGS, type Flag, type SpreadReason } from './protocol.js';

export function bitOf(flag: Flag): number {
  return 1 << FLAGS.indexOf(flag);
}

export const BIT = {
  snapshot: bitOf('snapshot'),
  resumed: bitOf('resumed'),
  stale: bitOf('stale'),
  lagging: bitOf('lagging'),
  crossed: bitOf('crossed'),
  oneSided: bitOf('one-sided'),
  gap: bitOf('gap'),
  conflated: bitOf('conflated'),
} as const;

export class Standing {
  readonly #latest: LatestQuotes;
  readonly #tellValidity: TellValidity;
  readonly #limitUs: Float64Array;
  /** Lagging, gap, one-sided, stale. */
  readonly #flags: Uint8Array;

  readonly #listener = {
    gap: (instrumentId: number): void => {
      this.#flags[instrumentId]! |= BIT.gap;
    },
    limit: (instrumentId: number, stampUs: Micros, limitUs: number): void => {
      // A limit may end the present quote, and never revives one that it had ended before.
      if (this.#isOver(instrumentId, stampUs)) this.#flags[instrumentId]! |= BIT.stale;
      this.#limitUs[instrumentId] = limitUs;
    },
  };

  constructor(latest: LatestQuotes, tellValidity: TellValidity, instrumentsMax: number, limitUs: number) {
    this.#latest = latest;
    this.#tellValidity = tellValidity;
    this.#limitUs = new Float64Array(instrumentsMax).fill(limitUs);
    this.#flags = new Uint8Array(instrumentsMax);
  }

  static bytesMax(instrumentsMax: number): number {
    return instrumentsMax * 9;
  }

  /** Flags of the quote that has just come: what was before it is over, but for being late. */
  quote(instrumentId: number, bid: number, ask: number): number {
    const kept = this.#flags[instrumentId]! & BIT.lagging;
    this.#flags[instrumentId] = kept;
    return bid > ask ? kept | BIT.crossed : kept;
  }

  cold(event: ColdEvent): void {
    this.#tellValidity(event, this.#listener);
    if (event.type !== 'status') return;
    const { instrumentId, status } = event;
    if (status === 'lagging') this.#flags[instrumentId]! |= BIT.lagging;
    else if (status === 'in-time') this.#flags[instrumentId]! &= ~BIT.lagging;
    else if (status === 'stale') this.#flags[instrumentId]! |= BIT.stale;
    else if (status === 'bid-only' || status === 'ask-only' || status === 'empty')
      this.#flags[instrumentId] = (this.#flags[instrumentId]! & ~BIT.gap) | BIT.oneSided;
  }

  /** Flags of the instrument's latest quote at `nowUs`. */
  flagsOf(instrumentId: number, nowUs: Micros): number {
    let flags = this.#flags[instrumentId]!;
    const { bid, ask } = this.#latest;
    if (bid[instrumentId]! > ask[instrumentId]!) flags |= BIT.crossed;
    // While it is late the limit is nothing: that is another flag.
    if ((flags & BIT.lagging) === 0 && this.#isOver(instrumentId, nowUs)) flags |= BIT.stale;
    return flags;
  }

  /** Why its latest quote, with these flags, does not stand; null: it does. */
  reason(instrumentId: number, flags: number): SpreadReason | null {
    if (Number.isNaN(this.#latest.stampUs[instrumentId]!)) return 'no-quote';
    if ((flags & BIT.gap) !== 0) return 'gap';
    if ((flags & BIT.oneSided) !== 0) return 'one-sided';
    if ((flags & BIT.lagging) !== 0) return 'lagging';
    return (flags & BIT.stale) !== 0 ? 'stale' : null;
  }

  #isOver(instrumentId: number, nowUs: Micros): boolean {
    return this.#latest.stampUs[instrumentId]! + this.#limitUs[instrumentId]! <= nowUs;
  }
}
