// Trades while one connection takes over from another: those of the old one go on as ever, those of the new one are
// held until it has taken over, and each goes on once. Told apart by the exchange's numbers of them, compared as
// text, for they may be longer than a number holds. Knows no socket and no clock.

import type { TradeSide } from '../core/event.js';
import type { Micros } from '../core/time.js';

export interface HeardTrade {
  readonly instrumentId: number;
  readonly price: number;
  readonly size: number;
  readonly side: TradeSide;
  readonly exchangeUs: Micros;
  readonly receivedUs: Micros;
  /** Empty = the exchange gives none: then nothing can be told apart. */
  readonly tradeId: string;
}

/** Past it those that the old connection has brought are let go, and then the oldest. */
const HELD_MAX = 10_000;

export class TradeHandover {
  /** Trades that both connections brought. */
  duplicates = 0;
  readonly #pass: (trade: HeardTrade) => void;
  /** The last one passed on, by instrument. */
  readonly #lastIds = new Map<number, string>();
  #held: HeardTrade[] = [];

  constructor(pass: (trade: HeardTrade) => void) {
    this.#pass = pass;
  }

  fromOld(trade: HeardTrade): void {
    this.#lastIds.set(trade.instrumentId, trade.tradeId);
    this.#pass(trade);
  }

  fromNew(trade: HeardTrade): void {
    this.#held.push(trade);
    if (this.#held.length <= HELD_MAX) return;
    this.#held = this.#held.filter((held) => this.#isFresh(held));
    if (this.#held.length > HELD_MAX) this.#held.shift();
  }

  /** The new connection is gone: what it held is the old one's to say. */
  newFell(): void {
    this.#held = [];
  }

  /** The new connection has taken over: what it held and the old one has not brought goes on. */
  complete(): void {
    for (const trade of this.#held) this.afterwards(trade);
    this.#held = [];
  }

  /** A trade of the new connection after that; it may still lag behind what the old one brought. */
  afterwards(trade: HeardTrade): void {
    if (this.#isFresh(trade)) this.#pass(trade);
    else this.duplicates += 1;
  }

  #isFresh({ instrumentId, tradeId }: HeardTrade): boolean {
    const lastId = this.#lastIds.get(instrumentId);
    if (lastId === undefined || lastId === '' || tradeId === '') return true;
    return tradeId.length === lastId.length ? tradeId > lastId : tradeId.length > lastId.length;
  }
}
