// One slice of a lake on its way into the hub: quotes, events and trades in their one order, as far as one is asked.
// Stamps are those recorded; only where a lake of others has two alike is the later one moved on by a microsecond.

import type { ColdEvent, ColdListener, QuoteListener, TradeListener } from '../core/event.js';
import type { GapReason, StatusKind } from '../core/reasons.js';
import type { Micros } from '../core/time.js';
import type { InstrumentLine, OrderedSlice } from '../lake/in-order.js';
import type { ReplayClock } from './replay-clock.js';

/** What of the hub a replay uses. */
export interface RecordedDoor {
  readonly recordedQuote: QuoteListener;
  readonly recordedCold: ColdListener;
  readonly recordedTrade: TradeListener;
}

export interface ReplayCounters {
  quotes: number;
  /** Gaps, states, conflations. */
  events: number;
  trades: number;
  /** Rows without a bid or an ask: only lakes of others have them. */
  oneSided: number;
  /** Stamps moved on because they were no later than the one before: in lakes of others. */
  raised: number;
  /** Of the newest record given. */
  lastUs: Micros;
}

export interface CursorParts {
  readonly hub: RecordedDoor;
  readonly clock: ReplayClock;
  /** Instrument ids by place. */
  readonly ids: readonly number[];
  readonly counters: ReplayCounters;
}

const NOTHING = Number.POSITIVE_INFINITY;

export class SliceCursor {
  readonly #slice: OrderedSlice;
  readonly #parts: CursorParts;
  #quote = 0;
  #event = 0;
  #trade = 0;
  #quoteUs: Micros;
  #eventUs: Micros;
  #tradeUs: Micros;

  constructor(slice: OrderedSlice, parts: CursorParts) {
    this.#slice = slice;
    this.#parts = parts;
    this.#quoteUs = this.#quoteAt(0);
    this.#eventUs = slice.events[0]?.stampUs ?? NOTHING;
    this.#tradeUs = slice.trades[0]?.stampUs ?? NOTHING;
  }

  /** Stamp of the next record; Infinity at the end. */
  get nextUs(): Micros {
    return Math.min(this.#quoteUs, this.#eventUs, this.#tradeUs);
  }

  /** Gives records stamped up to `untilUs`, at most so many; returns how many. Timers run before what comes after them. */
  give(untilUs: Micros, countMax: number): number {
    const { clock } = this.#parts;
    let given = 0;
    for (; given < countMax; given += 1) {
      const nextUs = this.nextUs;
      if (nextUs > untilUs || nextUs === NOTHING) break;
      clock.runTo(nextUs);
      if (this.#quoteUs === nextUs) this.#giveQuote();
      else if (this.#eventUs === nextUs) this.#giveEvent();
      else this.#giveTrade();
    }
    return given;
  }

  #giveQuote(): void {
    const { counters, hub, ids } = this.#parts;
    const { order, place, bid, bidSize, ask, askSize, exchangeUs } = this.#slice.quotes;
    const row = order[this.#quote]!;
    const [bidNow, askNow] = [bid[row]!, ask[row]!];
    if (Number.isNaN(bidNow) || Number.isNaN(askNow)) counters.oneSided += 1;
    else {
      const id = ids[place[row]!]!;
      const stampUs = this.#stamp(this.#quoteUs);
      counters.quotes += 1;
      hub.recordedQuote(stampUs, id, bidNow, bidSize[row]!, askNow, askSize[row]!, exchangeUs[row]!);
    }
    this.#quote += 1;
    this.#quoteUs = this.#quoteAt(this.#quote);
  }

  #giveEvent(): void {
    const { counters, hub, ids } = this.#parts;
    const line = this.#slice.events[this.#event]!;
    const event = eventOf(line, this.#stamp(line.stampUs), ids[line.at]!);
    if (event !== null) {
      counters.events += 1;
      hub.recordedCold(event);
    }
    this.#event += 1;
    this.#eventUs = this.#slice.events[this.#event]?.stampUs ?? NOTHING;
  }

  #giveTrade(): void {
    const { counters, hub, ids } = this.#parts;
    const { at, stampUs, price, size, side, exchangeUs, tradeId } = this.#slice.trades[this.#trade]!;
    counters.trades += 1;
    hub.recordedTrade(this.#stamp(stampUs), ids[at]!, price, size, side, exchangeUs, tradeId);
    this.#trade += 1;
    this.#tradeUs = this.#slice.trades[this.#trade]?.stampUs ?? NOTHING;
  }

  #quoteAt(at: number): Micros {
    const { length, order, fromUs, offsetUs } = this.#slice.quotes;
    return at < length ? fromUs + offsetUs[order[at]!]! : NOTHING;
  }

  #stamp(recordedUs: Micros): Micros {
    const { counters } = this.#parts;
    if (recordedUs <= counters.lastUs) {
      counters.raised += 1;
      counters.lastUs += 1;
    } else counters.lastUs = recordedUs;
    return counters.lastUs;
  }
}

/** As it was told when it was recorded; null for what is told of connections. */
export function eventOf(line: InstrumentLine, stampUs: Micros, instrumentId: number): ColdEvent | null {
  const number = (field: string) => Number(line[field] ?? Number.NaN);
  switch (line.type) {
    case 'gap': {
      const reason = line['reason'] as GapReason;
      return { type: 'gap', stampUs, instrumentId, fromUs: number('fromUs'), reason };
    }
    case 'status': {
      const status = line['status'] as StatusKind;
      return { type: 'status', stampUs, instrumentId, status, value: number('value') };
    }
    case 'thinned':
      return {
        type: 'thinned',
        stampUs,
        instrumentId,
        fromUs: number('fromUs'),
        toUs: number('toUs'),
        count: number('count'),
      };
    default:
      return null;
  }
}
