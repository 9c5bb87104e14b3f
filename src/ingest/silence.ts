// Tells a quiet coin from a dead stream. An instrument that is silent far beyond its usual, or that never said
// anything, is compared with what the exchange shows over REST: the same quote still stands = quiet; another one,
// twice = its stream is dead. One request looks at all suspects of an exchange. It decides; what follows is the
// feed's to do.

import type { Log } from '../core/log.js';
import { type Clock, type Micros, US_PER_MS, US_PER_SECOND } from '../core/time.js';
import type { ExchangeAdapter, RestTop } from '../exchanges/exchange.js';
import { type Backoff, createBackoff } from './backoff.js';
import type { InstrumentLife } from './life.js';
import { getTops } from './listing.js';
import { RestError, type RestLimits } from './rest.js';

export interface SilenceOptions {
  readonly adapter: ExchangeAdapter;
  readonly restUrl: string;
  readonly limits: RestLimits;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Its stream is dead (`unverified` = the exchange does not answer over REST, and it is silent much too long). */
  readonly dead: (life: InstrumentLife, unverified: boolean) => void;
  /** The exchange shows no such symbol over REST. */
  readonly missing: (life: InstrumentLife) => void;
}

/** Between two looks at the same exchange: REST is asked sparingly. */
const LOOK_INTERVAL_MS = { min: 5_000, max: 300_000 };
/** A quote may be under way, or REST a little behind: only a second look that differs convinces. */
const DOUBT_US = 10 * US_PER_SECOND;
/** No second look at what REST does not know, or has no quote of, before this. */
const NOTHING_US = 60 * US_PER_SECOND;
/** Without REST: silent for so many times what is unusual already. */
const UNVERIFIED_TIMES = 3;

export class Silence {
  readonly #options: SilenceOptions;
  readonly #backoff: Backoff;
  /** When an instrument's quote was first found to differ from what REST shows. */
  readonly #doubtsUs = new WeakMap<InstrumentLife, Micros>();
  #looking = false;
  #nextLookUs: Micros = 0;

  constructor(options: SilenceOptions) {
    this.#options = options;
    this.#backoff = createBackoff(LOOK_INTERVAL_MS.min, LOOK_INTERVAL_MS.max, options.random);
  }

  /** `lives` are those whose connection stands and that the exchange has not refused. Call it every second or so. */
  look(lives: Iterable<InstrumentLife>): void {
    const nowUs = this.#options.clock.nowUs();
    if (this.#looking || nowUs < this.#nextLookUs) return;
    const suspects: InstrumentLife[] = [];
    for (const life of lives) if (nowUs >= life.silentFromUs && nowUs >= life.nextLookUs) suspects.push(life);
    if (suspects.length === 0) return;
    this.#looking = true;
    void this.#ask(suspects, nowUs).finally(() => {
      this.#looking = false;
    });
  }

  async #ask(suspects: readonly InstrumentLife[], askedUs: Micros): Promise<void> {
    const { clock, signal, log, adapter } = this.#options;
    try {
      const tops = await getTops(this.#options, signal);
      if (signal.aborted) return;
      this.#backoff.reset();
      this.#nextLookUs = clock.nowUs() + LOOK_INTERVAL_MS.min * US_PER_MS;
      for (const life of suspects) this.#judge(life, tops.get(life.listed.exchangeSymbol), askedUs);
    } catch (error) {
      if (signal.aborted) return;
      const pauseMs = this.#backoff.next(error instanceof RestError ? error.retryAfterMs : 0);
      this.#nextLookUs = clock.nowUs() + pauseMs * US_PER_MS;
      const reason = error instanceof Error ? error.message : String(error);
      log.warn('silent instruments cannot be compared with REST', { exchange: adapter.name, reason });
      for (const life of suspects) this.#withoutRest(life);
    }
  }

  #judge(life: InstrumentLife, top: RestTop | undefined, askedUs: Micros): void {
    const nowUs = this.#options.clock.nowUs();
    // It has spoken meanwhile.
    if (life.lastQuoteUs > askedUs) return;
    const hasQuote = !Number.isNaN(life.lastQuoteUs);
    if (top === undefined) {
      life.nextLookUs = nowUs + NOTHING_US;
      this.#options.missing(life);
    } else if (!hasQuote && Number.isNaN(top.bid) && Number.isNaN(top.ask)) {
      life.nextLookUs = nowUs + NOTHING_US;
    } else if (hasQuote && !life.stale && Object.is(top.bid, life.bid) && Object.is(top.ask, life.ask)) {
      life.verifiedUs = askedUs;
    } else if (this.#isDoubted(life)) {
      this.#doubtsUs.delete(life);
      this.#options.dead(life, false);
    } else {
      this.#doubtsUs.set(life, nowUs);
      life.nextLookUs = nowUs + DOUBT_US;
    }
  }

  /** Doubted already, and silent since; what is known to be dead needs no second look. */
  #isDoubted(life: InstrumentLife): boolean {
    const doubtUs = this.#doubtsUs.get(life) ?? Number.NaN;
    return (
      life.stale || doubtUs > life.lastQuoteUs || (!Number.isNaN(doubtUs) && Number.isNaN(life.lastQuoteUs))
    );
  }

  #withoutRest(life: InstrumentLife): void {
    const overdueUs = this.#options.clock.nowUs() - life.silentFromUs;
    if (overdueUs > (UNVERIFIED_TIMES - 1) * life.silenceUs) this.#options.dead(life, true);
  }
}
