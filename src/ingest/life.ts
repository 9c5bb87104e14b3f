// What ingest knows of one instrument while it is watched: its last quote, how often it usually quotes, whether
// it is alive, and until when a quote of it counts (its age limit, told to all as a Status). No timers, no sockets.

import type { Micros } from '../core/time.js';
import { US_PER_HOUR, US_PER_MINUTE, US_PER_MS, US_PER_SECOND } from '../core/time.js';
import type { ListedInstrument } from '../exchanges/exchange.js';
import { UsualInterval } from './usual-interval.js';

/**
 * `waiting`: asked for, no quote yet · `live` · `stale`: silent although the exchange has another price ·
 * `refused`: the exchange does not stream it · `down`: its connection is.
 */
export type LifeState = 'waiting' | 'live' | 'stale' | 'refused' | 'down';

/** Far beyond the usual interval a quote no longer counts: ten times the 99th percentile, within these bounds. */
const AGE_LIMIT = { times: 10, usMin: 2 * US_PER_SECOND, usMax: US_PER_MINUTE };
/** A limit is told anew when it has changed by more than a quarter. */
const LIMIT_CHANGE = 1.25;
/** And so often whatever it is: a reader of a stretch of history need not look further back for it. */
const LIMIT_TOLD_US = US_PER_HOUR;
/** So many quotes pass between two looks at the limit. */
const QUOTES_PER_LOOK = 64;

/** Silence is looked into after twenty times the usual interval, within these bounds; a minute while not learned. */
const SILENCE = {
  times: 20,
  usMin: 10 * US_PER_SECOND,
  usMax: 10 * US_PER_MINUTE,
  usUnlearned: US_PER_MINUTE,
};
/** A subscription without any quote is looked into after this. */
const FIRST_QUOTE_US = 15 * US_PER_SECOND;

export class InstrumentLife {
  readonly instrumentId: number;
  readonly symbol: string;
  listed: ListedInstrument;
  /** NaN before the first quote. */
  lastQuoteUs: Micros = Number.NaN;
  bid = Number.NaN;
  bidSize = Number.NaN;
  ask = Number.NaN;
  askSize = Number.NaN;
  /** When the exchange was last asked for it. */
  askedUs: Micros = Number.NaN;
  /** When REST last showed the very quote that we hold: a sign of life without a quote. */
  verifiedUs: Micros = Number.NaN;
  /** No look into its silence before this. */
  nextLookUs: Micros = 0;
  /** Its last quote stands: no hole has been told since. */
  valid = false;
  stale = false;
  /** What comes of it is late: none of its quotes counts. */
  lagging = false;
  /** Times that it came back after it was stale. */
  heals = 0;
  readonly #usual = new UsualInterval();
  #quotes = 0;
  #limitUs = Number.NaN;
  #limitToldUs: Micros = Number.NaN;

  constructor(instrumentId: number, symbol: string, listed: ListedInstrument) {
    this.instrumentId = instrumentId;
    this.symbol = symbol;
    this.listed = listed;
  }

  /** Usual time between quotes (99th percentile), ms; NaN while it is not learned. */
  get usualIntervalMs(): number {
    return this.#usual.p99Ms;
  }

  quote(bid: number, bidSize: number, ask: number, askSize: number, receivedUs: Micros): void {
    this.#usual.quote(receivedUs);
    this.#quotes += 1;
    this.lastQuoteUs = receivedUs;
    this.valid = true;
    this.bid = bid;
    this.bidSize = bidSize;
    this.ask = ask;
    this.askSize = askSize;
  }

  /**
   * How long a quote of it counts from now on, µs, where that is to be told: with the first quote, when it has
   * changed markedly, and with the first quote of an hour after it was told; else NaN, as while it lags. Until enough
   * is learned it is the longest.
   */
  newAgeLimitUs(): number {
    if (this.lagging) return Number.NaN;
    const isFirst = Number.isNaN(this.#limitUs);
    const isDue = this.lastQuoteUs - this.#limitToldUs >= LIMIT_TOLD_US;
    if (!isFirst && !isDue && this.#quotes % QUOTES_PER_LOOK !== 0) return Number.NaN;
    const limitUs = this.ageLimitUs;
    const isMarked = limitUs > this.#limitUs * LIMIT_CHANGE || limitUs * LIMIT_CHANGE < this.#limitUs;
    if (!isFirst && !isDue && !isMarked) return Number.NaN;
    this.#limitUs = limitUs;
    this.#limitToldUs = this.lastQuoteUs;
    return limitUs;
  }

  /** How long a quote of it counts by what is learned of it, µs. */
  get ageLimitUs(): number {
    const p99Us = this.#usual.p99Ms * US_PER_MS;
    if (Number.isNaN(p99Us)) return AGE_LIMIT.usMax;
    return Math.min(Math.max(AGE_LIMIT.times * p99Us, AGE_LIMIT.usMin), AGE_LIMIT.usMax);
  }

  /** No quote of it is valid any more: what comes next ends no interval. */
  interrupt(): void {
    this.#usual.interrupt();
    this.valid = false;
    this.verifiedUs = Number.NaN;
  }

  /** The exchange was asked for it, anew perhaps. */
  asked(nowUs: Micros): void {
    this.askedUs = nowUs;
    this.nextLookUs = Math.max(this.nextLookUs, nowUs + FIRST_QUOTE_US);
  }

  /** From when on its silence is worth a look; NaN while it is not even asked for. */
  get silentFromUs(): Micros {
    const signUs = this.signOfLifeUs;
    if (Number.isNaN(signUs) || signUs < this.askedUs) return this.askedUs + FIRST_QUOTE_US;
    return signUs + this.silenceUs;
  }

  /** Its last quote, or the later moment at which REST confirmed it; NaN without any. */
  get signOfLifeUs(): Micros {
    return Number.isNaN(this.verifiedUs) ? this.lastQuoteUs : Math.max(this.lastQuoteUs, this.verifiedUs);
  }

  /** So much silence is unusual, µs. */
  get silenceUs(): number {
    const p99Us = this.#usual.p99Ms * US_PER_MS;
    if (Number.isNaN(p99Us)) return SILENCE.usUnlearned;
    return Math.min(Math.max(SILENCE.times * p99Us, SILENCE.usMin), SILENCE.usMax);
  }
}
