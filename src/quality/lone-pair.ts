// One pair with the layer of quality over it, without a hub: for history, where its legs' quotes and what was told of them are read in
// their order. The same kernel as live: what it says of a moment is what was said then, or would have been.

import type { ColdEvent, LatestQuotes } from '../core/event.js';
import type { RefusalBits } from '../core/refusals.js';
import { type Micros, US_PER_SECOND } from '../core/time.js';
import { type IdentityState, Quality } from './quality.js';
import type { QualityThresholds } from './thresholds.js';

export interface LonePairOptions {
  /** Percent, of a round trip. */
  readonly costPercent: number;
  /** As it is known now: history does not know what was known then. */
  readonly identity: IdentityState;
  readonly thresholds: QualityThresholds;
}

type Leg = 0 | 1;
const LEGS = 2;

export class LonePair {
  readonly #quality: Quality;
  readonly #latest: LatestQuotes;
  readonly #lagging = new Uint8Array(LEGS);
  readonly #told: (us: Micros, refusals: RefusalBits) => void;
  #nextSecondUs = Number.NEGATIVE_INFINITY;

  /** `told`: with every quote, event and whole second. */
  constructor(options: LonePairOptions, told: (us: Micros, refusals: RefusalBits) => void) {
    const { costPercent, identity, thresholds } = options;
    const column = () => new Float64Array(LEGS).fill(Number.NaN);
    this.#latest = {
      ...{ stampUs: column(), bid: column(), bidSize: column() },
      ...{ ask: column(), askSize: column(), exchangeUs: column() },
    };
    this.#told = told;
    const numbers = [0];
    this.#quality = new Quality({
      pairs: {
        ...{ size: 1, pairsMax: 1, left: Int32Array.of(0), right: Int32Array.of(1) },
        of: () => numbers,
      },
      latest: this.#latest,
      lagging: this.#lagging,
      instrumentsMax: LEGS,
      costPercent: () => costPercent,
      identity: () => identity,
      thresholds,
    });
  }

  /** Stamps ascend over quotes and events. */
  quote(
    leg: Leg,
    us: Micros,
    bid: number,
    bidSize: number,
    ask: number,
    askSize: number,
    exchangeUs: Micros,
  ): void {
    this.advanceTo(us);
    const latest = this.#latest;
    latest.stampUs[leg] = us;
    latest.bid[leg] = bid;
    latest.bidSize[leg] = bidSize;
    latest.ask[leg] = ask;
    latest.askSize[leg] = askSize;
    latest.exchangeUs[leg] = exchangeUs;
    this.#quality.quote(us, leg, bid, bidSize, ask, askSize, exchangeUs);
    this.#told(us, this.#quality.refusalsAt(0, us));
  }

  /** `instrumentId` is the leg. What it says of the moment. */
  cold(event: ColdEvent & { readonly instrumentId: Leg }): RefusalBits {
    this.advanceTo(event.stampUs);
    // As the hub does, before all who hear of it.
    if (event.type === 'status' && event.status === 'lagging') this.#lagging[event.instrumentId] = 1;
    if (event.type === 'status' && event.status === 'in-time') this.#lagging[event.instrumentId] = 0;
    this.#quality.cold(event);
    const refusals = this.#quality.refusalsAt(0, event.stampUs);
    this.#told(event.stampUs, refusals);
    return refusals;
  }

  /** The whole seconds up to `us`, each before what is stamped with it. */
  advanceTo(us: Micros): void {
    const lastUs = us - (us % US_PER_SECOND);
    if (this.#nextSecondUs === Number.NEGATIVE_INFINITY) this.#nextSecondUs = lastUs;
    for (; this.#nextSecondUs <= lastUs; this.#nextSecondUs += US_PER_SECOND) {
      this.#quality.second(this.#nextSecondUs);
      this.#told(this.#nextSecondUs, this.#quality.refusals[0]!);
    }
  }
}
