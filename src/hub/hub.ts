// The plant: gives everything that ingest hands in its place in the one order, keeps the latest quote of
// each instrument, fans out. Stores nothing else, decides nothing about prices, and never waits for a sink.

import { assert } from '../core/assert.js';
import type {
  ColdEvent,
  ColdListener,
  LatestQuotes,
  QuoteListener,
  SecondListener,
  Subscriber,
  TradeListener,
  TradeSide,
} from '../core/event.js';
import type { GapReason, StatusKind } from '../core/reasons.js';
import { type Cancel, type Micros, US_PER_MINUTE, US_PER_SECOND } from '../core/time.js';

export interface HubCounters {
  /** Quotes handed in, one-sided ones included. */
  readonly received: number;
  readonly oneSided: number;
  /** Two-sided quotes with the bid above the ask: handed on like the others, each known by its Status. */
  readonly crossed: number;
  /** Stamps raised to keep the order strict. */
  readonly raised: number;
  readonly gaps: number;
  /** Of those received: swallowed on their way here, each instrument's latest apart. */
  readonly thinned: number;
  /** Trades handed in; they are no quotes and stand in none of the numbers above. */
  readonly trades: number;
}

export interface HubOptions {
  /** Room for this many instrument ids. */
  readonly instrumentsMax: number;
  /** The highest stamp ever recorded, so that order holds across restarts; 0 when there is none. */
  readonly lastStampUs: Micros;
}

const SIDES: readonly StatusKind[] = ['empty', 'bid-only', 'ask-only', 'two-sided', 'crossed'];
const TWO_SIDED = 3;
const CROSSED = 4;
const UNKNOWN = 255;
/** After a stand-still only so much of it is told second by second: no sink shows anything older. */
const CAUGHT_UP_US_MAX = 20 * US_PER_MINUTE;
/** Stamps further ahead of the clock are those of a clock that was wrong once: seconds cannot wait for it. */
const AHEAD_US_MAX = 5 * US_PER_SECOND;

export class Hub {
  readonly latest: LatestQuotes;
  /** Index = instrument id: 1 while what comes of it is late. */
  readonly lagging: Uint8Array;
  readonly #sides: Uint8Array;
  /** Before this process nothing was recorded after it; 0 = nothing at all. */
  readonly #earlierUs: Micros;
  #subscribers: readonly Subscriber[] = [];
  #tradeListeners: readonly TradeListener[] = [];
  #secondListeners: readonly SecondListener[] = [];
  /** The next whole second to tell; -Infinity before anything has come. */
  #nextSecondUs: Micros = Number.NEGATIVE_INFINITY;
  #lastStampUs: Micros;
  #received = 0;
  #oneSided = 0;
  #crossed = 0;
  #raised = 0;
  #gaps = 0;
  #thinned = 0;
  #trades = 0;

  constructor(options: HubOptions) {
    const column = () => new Float64Array(options.instrumentsMax).fill(Number.NaN);
    this.latest = {
      stampUs: column(),
      bid: column(),
      bidSize: column(),
      ask: column(),
      askSize: column(),
      exchangeUs: column(),
    };
    this.lagging = new Uint8Array(options.instrumentsMax);
    this.#sides = new Uint8Array(options.instrumentsMax).fill(UNKNOWN);
    this.#earlierUs = options.lastStampUs;
    this.#lastStampUs = options.lastStampUs;
  }

  get lastStampUs(): Micros {
    return this.#lastStampUs;
  }

  counters(): HubCounters {
    return {
      received: this.#received,
      oneSided: this.#oneSided,
      crossed: this.#crossed,
      raised: this.#raised,
      gaps: this.#gaps,
      thinned: this.#thinned,
      trades: this.#trades,
    };
  }

  /** Sinks are called in the order in which they subscribed, each for every event. */
  subscribe(subscriber: Subscriber): Cancel {
    this.#setSubscribers([...this.#subscribers, subscriber]);
    return () => this.#setSubscribers(this.#subscribers.filter((other) => other !== subscriber));
  }

  /** A decoded quote, received at `receivedUs` (whole microseconds). NaN = no quote on that side. */
  quote(
    instrumentId: number,
    bid: number,
    bidSize: number,
    ask: number,
    askSize: number,
    exchangeUs: Micros,
    receivedUs: Micros,
  ): void {
    this.#received += 1;
    const sides = bid > ask ? CROSSED : (Number.isNaN(bid) ? 0 : 1) + (Number.isNaN(ask) ? 0 : 2);
    if (sides !== this.#sides[instrumentId]) this.#sidesChanged(instrumentId, sides, receivedUs);
    if (sides < TWO_SIDED) {
      this.#oneSided += 1;
      return;
    }
    if (sides === CROSSED) this.#crossed += 1;
    this.#give(this.#stamp(receivedUs), instrumentId, bid, bidSize, ask, askSize, exchangeUs);
  }

  /** A decoded trade, received at `receivedUs`; it takes its place in the same order as the quotes. */
  trade(
    instrumentId: number,
    price: number,
    size: number,
    side: TradeSide,
    exchangeUs: Micros,
    receivedUs: Micros,
    tradeId: string,
  ): void {
    this.#trades += 1;
    const stampUs = this.#stamp(receivedUs);
    for (const listener of this.#tradeListeners)
      listener(stampUs, instrumentId, price, size, side, exchangeUs, tradeId);
  }

  /** No quote of the instrument is valid from `fromUs` on, until its next one. */
  gap(instrumentId: number, fromUs: Micros, reason: GapReason, nowUs: Micros): void {
    this.#gaps += 1;
    this.#publish({ type: 'gap', stampUs: this.#stamp(nowUs), instrumentId, fromUs, reason });
  }

  /**
   * `count` quotes of the instrument, received in [fromUs, toUs), were swallowed because this thread fell behind; the
   * next one that is handed in is the latest of them all.
   */
  thinned(instrumentId: number, fromUs: Micros, toUs: Micros, count: number, nowUs: Micros): void {
    this.#received += count;
    this.#thinned += count;
    this.#publish({ type: 'thinned', stampUs: this.#stamp(nowUs), instrumentId, fromUs, toUs, count });
  }

  status(instrumentId: number, status: StatusKind, value: number, nowUs: Micros): void {
    this.#publish({ type: 'status', stampUs: this.#stamp(nowUs), instrumentId, status, value });
  }

  alive(connection: string, provenUs: Micros, nowUs: Micros): void {
    this.#publish({ type: 'alive', stampUs: this.#stamp(nowUs), connection, provenUs });
  }

  /**
   * Time has come to `nowUs` without an event: the whole seconds up to then are told, and no event is given a stamp
   * before them any more.
   */
  advanceTo(nowUs: Micros): void {
    if (nowUs < this.#lastStampUs - AHEAD_US_MAX) {
      for (const listener of this.#secondListeners) listener(this.#lastStampUs + 1);
    } else if (nowUs >= this.#nextSecondUs) {
      this.#tellSeconds(nowUs);
      this.#lastStampUs = Math.max(this.#lastStampUs, this.#nextSecondUs - US_PER_SECOND - 1);
    }
  }

  /**
   * The door of a replay: a two-sided quote with the stamp that it was recorded under. Stamps ascend strictly over the
   * three doors, and nothing is derived: what a live hub adds of its own was recorded too.
   */
  readonly recordedQuote: QuoteListener = (stampUs, instrumentId, bid, bidSize, ask, askSize, exchangeUs) => {
    this.#received += 1;
    if (bid > ask) this.#crossed += 1;
    this.#follow(stampUs);
    this.#give(stampUs, instrumentId, bid, bidSize, ask, askSize, exchangeUs);
  };

  readonly recordedTrade: TradeListener = (stampUs, ...trade) => {
    this.#trades += 1;
    this.#follow(stampUs);
    for (const listener of this.#tradeListeners) listener(stampUs, ...trade);
  };

  readonly recordedCold: ColdListener = (event) => {
    if (event.type === 'gap') this.#gaps += 1;
    this.#follow(event.stampUs);
    this.#publish(event);
  };

  #setSubscribers(subscribers: readonly Subscriber[]): void {
    this.#subscribers = subscribers;
    this.#tradeListeners = subscribers.flatMap(({ trade }) => trade ?? []);
    this.#secondListeners = subscribers.flatMap(({ second }) => second ?? []);
  }

  #give(
    stampUs: Micros,
    instrumentId: number,
    bid: number,
    bidSize: number,
    ask: number,
    askSize: number,
    exchangeUs: Micros,
  ): void {
    const latest = this.latest;
    latest.stampUs[instrumentId] = stampUs;
    latest.bid[instrumentId] = bid;
    latest.bidSize[instrumentId] = bidSize;
    latest.ask[instrumentId] = ask;
    latest.askSize[instrumentId] = askSize;
    latest.exchangeUs[instrumentId] = exchangeUs;
    for (const subscriber of this.#subscribers)
      subscriber.quote(stampUs, instrumentId, bid, bidSize, ask, askSize, exchangeUs);
  }

  /**
   * A first two-sided quote is the normal state and needs no event; everything else is a change. What an earlier
   * process recorded of the instrument stands no longer than that process did.
   */
  #sidesChanged(instrumentId: number, sides: number, receivedUs: Micros): void {
    assert(instrumentId < this.#sides.length, `instrument id ${instrumentId} is beyond the hub's room`);
    const before = this.#sides[instrumentId];
    this.#sides[instrumentId] = sides;
    if (before === UNKNOWN && this.#earlierUs > 0)
      this.gap(instrumentId, this.#earlierUs + 1, 'process-down', receivedUs);
    if (before === UNKNOWN && sides === TWO_SIDED) return;
    this.status(instrumentId, SIDES[sides] as StatusKind, Number.NaN, receivedUs);
  }

  #stamp(receivedUs: Micros): Micros {
    if (receivedUs > this.#lastStampUs) {
      this.#lastStampUs = receivedUs;
    } else {
      this.#raised += 1;
      this.#lastStampUs += 1;
    }
    if (this.#lastStampUs >= this.#nextSecondUs) this.#tellSeconds(this.#lastStampUs);
    return this.#lastStampUs;
  }

  #follow(stampUs: Micros): void {
    assert(stampUs > this.#lastStampUs, `recorded stamp ${stampUs} comes after ${this.#lastStampUs}`);
    this.#lastStampUs = stampUs;
    if (stampUs >= this.#nextSecondUs) this.#tellSeconds(stampUs);
  }

  /** The whole seconds up to `us`, and before anything that is stamped with one of them. */
  #tellSeconds(us: Micros): void {
    const lastUs = us - (us % US_PER_SECOND);
    // With the first event begins the first second.
    const firstUs = Number.isFinite(this.#nextSecondUs) ? this.#nextSecondUs : lastUs + US_PER_SECOND;
    this.#nextSecondUs = lastUs + US_PER_SECOND;
    for (let second = Math.max(firstUs, lastUs - CAUGHT_UP_US_MAX); second <= lastUs; second += US_PER_SECOND)
      for (const listener of this.#secondListeners) listener(second);
  }

  #publish(event: ColdEvent): void {
    if (event.type === 'status' && event.status === 'lagging') this.lagging[event.instrumentId] = 1;
    else if (event.type === 'status' && event.status === 'in-time') this.lagging[event.instrumentId] = 0;
    for (const subscriber of this.#subscribers) subscriber.cold(event);
  }
}
