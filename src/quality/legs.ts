// What is to be known of each leg before a spread of it is believed, beside its latest quote: whether that stands and why not, how
// often it spoke since it came back, how long its quote was under way. One small step for a quote, no clock, nothing by name.

import type { ColdEvent, LatestQuotes, ValidityListener } from '../core/event.js';
import { STATUSES_WITHOUT_QUOTE } from '../core/reasons.js';
import { REFUSAL_BIT, type RefusalBits } from '../core/refusals.js';
import { type Micros, US_PER_MINUTE } from '../core/time.js';
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
/** The distance between an exchange's clock and ours is learned anew within this. */
const OFFSET_US = 5 * US_PER_MINUTE;

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
  readonly #least: RollingLeasts;
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
    this.#least = new RollingLeasts(instrumentsMax);
    const column = () => new Float64Array(instrumentsMax).fill(Number.NaN);
    this.changedUs = column();
    this.#bid = column();
    this.#bidSize = column();
    this.#ask = column();
    this.#askSize = column();
  }

  static bytesMax(instrumentsMax: number): number {
    return InstrumentStanding.bytesMax(instrumentsMax) + instrumentsMax * (1 + 8 + 1 + 8 + 3 * 8 + 5 * 8);
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
      exchangeUs > 0 ? this.#least.over(instrumentId, stampUs - exchangeUs, stampUs) : Number.NaN;
    return endsHole;
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

/**
 * The least of the last five to ten minutes, of each instrument by itself: so that history, which reads two of them, knows
 * what was known live.
 */
class RollingLeasts {
  readonly #before: Float64Array;
  readonly #now: Float64Array;
  readonly #fromUs: Float64Array;

  constructor(instrumentsMax: number) {
    this.#before = new Float64Array(instrumentsMax).fill(Number.POSITIVE_INFINITY);
    this.#now = this.#before.slice();
    this.#fromUs = new Float64Array(instrumentsMax).fill(Number.NEGATIVE_INFINITY);
  }

  /** Takes the value in; by how much it is over the least. */
  over(id: number, value: number, nowUs: Micros): number {
    if (nowUs - this.#fromUs[id]! >= OFFSET_US) {
      this.#before[id] = this.#now[id]!;
      this.#now[id] = Number.POSITIVE_INFINITY;
      this.#fromUs[id] = nowUs;
    }
    if (value < this.#now[id]!) this.#now[id] = value;
    return value - Math.min(this.#before[id]!, this.#now[id]!);
  }
}
