// How late one connection brings its quotes. By the exchange's clock where it gives a time: the age of the youngest quote of a
// look, less the least age that was ever seen lately (its offset: the distance of the clocks and of the places). Where it
// gives none: how long what was read may have lain here unread, and by how much the last round trip of a ping was longer than
// its shortest. Decides whether the connection lags; tells nobody.

import { RollingLeast } from '../core/rolling-least.js';
import { type Micros, US_PER_MS } from '../core/time.js';

/** So many looks with late quotes, one after another, convince. */
const LATE_LOOKS = 2;
/** It lags no longer when it was on time, by half the limit, for so long. */
const ON_TIME_US = 300 * US_PER_MS;
/** So long without a quote: nothing is under way. */
const NOTHING_US = 500 * US_PER_MS;

export class LagMeter {
  /** By the last look that knew, µs. */
  lagUs = 0;
  lagging = false;
  /** Of the look under way; Infinity = no quote with a time. */
  #leastUs = Number.POSITIVE_INFINITY;
  #untimed = false;
  readonly #offset = new RollingLeast();
  readonly #roundTrip = new RollingLeast();
  #pingUs: Micros = Number.NaN;
  /** Of the last one, over the shortest. */
  #roundTripOverUs = 0;
  /** When a look last knew of a quote, and of one without a time. */
  #quoteUs: Micros = Number.NEGATIVE_INFINITY;
  #untimedUs: Micros = Number.NaN;
  #lateLooks = 0;
  #onTimeUs: Micros = Number.NaN;

  /** For every quote. */
  quote(exchangeUs: Micros, receivedUs: Micros): void {
    const ageUs = receivedUs - exchangeUs;
    if (ageUs < this.#leastUs) this.#leastUs = ageUs;
    else if (Number.isNaN(ageUs)) this.#untimed = true;
  }

  pinged(nowUs: Micros): void {
    if (Number.isNaN(this.#pingUs)) this.#pingUs = nowUs;
  }

  ponged(nowUs: Micros): void {
    if (Number.isNaN(this.#pingUs)) return;
    this.#roundTripOverUs = this.#roundTrip.over(nowUs - this.#pingUs, nowUs);
    this.#pingUs = Number.NaN;
  }

  /** Whether another round trip should be measured soon: what the last one said would count until then. */
  wantsPing(limitUs: number): boolean {
    return this.#untimedUs === this.#quoteUs && this.#roundTripOverUs > limitUs / 2;
  }

  /** Another connection to the same exchange: what was learned of the clocks stays. */
  restart(): void {
    this.#clear();
    this.#pingUs = Number.NaN;
    this.#roundTripOverUs = 0;
    this.#lateLooks = 0;
    this.lagUs = 0;
    this.lagging = false;
  }

  /** Takes over what another connection to the same exchange has learned of the clocks. */
  inherit(other: LagMeter): void {
    this.#offset.inherit(other.#offset);
    this.#roundTrip.inherit(other.#roundTrip);
  }

  /**
   * `waitedUs`: how long what was read since the last look may have lain unread; `handedOnUs`: how long what is handed on
   * waits behind us, whatever the exchange's clock said when it was read.
   */
  look(nowUs: Micros, waitedUs: number, limitUs: number, handedOnUs = 0, slewedUs = 0): void {
    const timedUs = Number.isFinite(this.#leastUs) ? this.#offset.over(this.#leastUs - slewedUs, nowUs) : 0;
    const untimedUs = this.#untimed ? waitedUs + this.#roundTripLateUs(nowUs) : 0;
    const isKnown = Number.isFinite(this.#leastUs) || this.#untimed;
    if (this.#untimed) this.#untimedUs = nowUs;
    this.#clear();
    if (isKnown) {
      this.#quoteUs = nowUs;
      this.lagUs = Math.max(timedUs, untimedUs) + handedOnUs;
      this.#lateLooks = this.lagUs > limitUs ? this.#lateLooks + 1 : 0;
    } else if (nowUs - this.#quoteUs > NOTHING_US) {
      this.lagUs = 0;
      this.#lateLooks = 0;
    }
    if (!this.lagging) this.lagging = this.#lateLooks >= LATE_LOOKS;
    else this.#recover(nowUs, limitUs);
    if (!this.lagging) this.#onTimeUs = Number.NaN;
  }

  #recover(nowUs: Micros, limitUs: number): void {
    if (this.lagUs > limitUs / 2) this.#onTimeUs = Number.NaN;
    else if (Number.isNaN(this.#onTimeUs)) this.#onTimeUs = nowUs;
    this.lagging = !(nowUs - this.#onTimeUs >= ON_TIME_US);
  }

  #roundTripLateUs(nowUs: Micros): number {
    // One that is not back yet has taken so long already.
    const underWayUs = Number.isNaN(this.#pingUs) ? 0 : nowUs - this.#pingUs - this.#roundTrip.least;
    return Math.max(this.#roundTripOverUs, underWayUs);
  }

  #clear(): void {
    this.#leastUs = Number.POSITIVE_INFINITY;
    this.#untimed = false;
  }
}
