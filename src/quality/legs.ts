// What is to be known of each leg before a spread of it is believed, beside its latest quote: whether that stands and why not, how
// often it spoke since it came back, how long its quote was under way. One small step for a quote, no clock, nothing by name.

import type { ColdEvent, LatestQuotes, ValidityListener } from '../core/event.js';
import { STATUSES_WITHOUT_QUOTE } from '../core/reasons.js';
import { REFUSAL_BIT, type RefusalBits } from '../core/refusals.js';
import { RollingLeast } from '../core/rolling-least.js';
import type { Micros } from '../core/time.js';
import { InstrumentStanding } from '../series/instrument-standing.js';
import { tellValidity } from '../series/validity.js';

export interface LegsOptions {
  readonly latest: LatestQuotes;
  /** The hub's, index = instrument id: 1 while what comes of it is late. */
  readonly lagging: Uint8Array;
  readonly instrumentsMax: number;
}

/** Why the newest quote of an instrument ended without a next one. */
const HOLE = { none: 0, gap: 1, oneSided: 2, halted: 3 } as const;
/** A second quote after a hole confirms the first: the first may be what the exchange had kept from before. */
export const CONFIRMING_QUOTES = 2;

/** The object and its three numbers, each a box of its own, and where it is kept. */
const LEAST_BYTES = 96;

export class Legs {
  /** Index = instrument id: quotes since it came back, two at most. */
  readonly spoken: Uint8Array;
  /** How much longer its newest quote was under way than its fastest one lately, µs; NaN: it carries no time. */
  readonly delayUs: Float64Array;
  /** When its newest quote came that was another than the one before: a repetition says that somebody still talks, not that somebody trades. */
  readonly changedUs: Float64Array;
  readonly latest: LatestQuotes;
  readonly standing: InstrumentStanding;
  readonly #lagging: Uint8Array;
  readonly #hole: Uint8Array;
  readonly #holeUs: Float64Array;
  /** Of each instrument by itself, from its first quote with a time on: so that history, which reads two of them, knows what was known live. */
  readonly #least: RollingLeast[] = [];
  readonly #bid: Float64Array;
  readonly #bidSize: Float64Array;
  readonly #ask: Float64Array;
  readonly #askSize: Float64Array;

  readonly #validity: ValidityListener = {
    gap: (instrumentId, stampUs) => this.standing.gap(instrumentId, stampUs),
    limit: (...limit) => this.standing.limit(...limit),
  };

  constructor({ latest, lagging, instrumentsMax }: LegsOptions) {
    this.latest = latest;
    this.#lagging = lagging;
    this.standing = new InstrumentStanding(latest.stampUs, instrumentsMax);
    this.spoken = new Uint8Array(instrumentsMax);
    this.delayUs = new Float64Array(instrumentsMax).fill(Number.NaN);
    this.#hole = new Uint8Array(instrumentsMax);
    this.#holeUs = new Float64Array(instrumentsMax).fill(Number.NaN);
    const column = () => new Float64Array(instrumentsMax).fill(Number.NaN);
    this.changedUs = column();
    this.#bid = column();
    this.#bidSize = column();
    this.#ask = column();
    this.#askSize = column();
  }

  static bytesMax(instrumentsMax: number): number {
    return (
      InstrumentStanding.bytesMax(instrumentsMax) + instrumentsMax * (1 + 8 + 1 + 8 + LEAST_BYTES + 5 * 8)
    );
  }

  /** The hub's latest quote is this one already. True: a hole ended with it. */
  quote(
    stampUs: Micros,
    instrumentId: number,
    bid: number,
    bidSize: number,
    ask: number,
    askSize: number,
    exchangeUs: Micros,
  ): boolean {
    const isSame =
      bid === this.#bid[instrumentId] &&
      ask === this.#ask[instrumentId] &&
      Object.is(bidSize, this.#bidSize[instrumentId]) &&
      Object.is(askSize, this.#askSize[instrumentId]);
    if (!isSame) {
      this.changedUs[instrumentId] = stampUs;
      this.#bid[instrumentId] = bid;
      this.#bidSize[instrumentId] = bidSize;
      this.#ask[instrumentId] = ask;
      this.#askSize[instrumentId] = askSize;
    }
    const spoken = this.spoken[instrumentId]!;
    if (spoken < CONFIRMING_QUOTES) this.spoken[instrumentId] = spoken + 1;
    const endsHole = this.#hole[instrumentId] !== HOLE.none;
    this.#hole[instrumentId] = HOLE.none;
    this.delayUs[instrumentId] =
      exchangeUs > 0 ? this.#leastOf(instrumentId).over(stampUs - exchangeUs, stampUs) : Number.NaN;
    return endsHole;
  }

  #leastOf(instrumentId: number): RollingLeast {
    this.#least[instrumentId] ??= new RollingLeast();
    return this.#least[instrumentId]!;
  }

  /** Whether its quote has ended with it. */
  cold(event: ColdEvent): boolean {
    tellValidity(event, this.#validity);
    if (event.type !== 'gap' && event.type !== 'status') return false;
    const { instrumentId, stampUs } = event;
    if (this.#hole[instrumentId] !== HOLE.none || !this.standing.isGone(instrumentId)) return false;
    this.#holeUs[instrumentId] = event.type === 'gap' ? event.fromUs : stampUs;
    if (event.type === 'gap')
      this.#hole[instrumentId] = event.reason === 'unsubscribed' ? HOLE.halted : HOLE.gap;
    else this.#hole[instrumentId] = STATUSES_WITHOUT_QUOTE.has(event.status) ? HOLE.oneSided : HOLE.gap;
    // Neither a side that comes back nor a limit is a new connection: it was heard of all the time.
    if (event.type === 'gap') this.spoken[instrumentId] = 0;
    return true;
  }

  /** Why nothing can be said of spreads of this leg at `nowUs`; 0: its quote counts. */
  refusals(instrumentId: number, nowUs: Micros): RefusalBits {
    if (Number.isNaN(this.latest.stampUs[instrumentId]!)) return REFUSAL_BIT['no-live-leg'];
    let bits = 0;
    if (this.isLagging(instrumentId)) bits |= REFUSAL_BIT.lagging;
    const hole = this.#hole[instrumentId];
    if (hole === HOLE.oneSided) bits |= REFUSAL_BIT['one-sided'];
    else if (hole === HOLE.halted) bits |= REFUSAL_BIT.halted;
    // While it lags its limit is nothing: that is the other reason.
    else if (hole === HOLE.gap || (bits === 0 && !this.standing.stands(instrumentId, nowUs)))
      bits |= REFUSAL_BIT.stale;
    return bits;
  }

  isLagging(instrumentId: number): boolean {
    return this.#lagging[instrumentId] === 1;
  }

  /** Since when a hole is there; NaN where none is. */
  holeUs(instrumentId: number): Micros {
    return this.#hole[instrumentId] === HOLE.none ? Number.NaN : this.#holeUs[instrumentId]!;
  }
}
