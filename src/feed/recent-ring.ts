// The last quotes, gaps and states in their order, in columns made once: what a client that comes back is given. It never
// grows, and what it no longer holds it says so of.

import type { Micros } from '../core/time.js';

export const KIND = { quote: 0, gap: 1, status: 2 } as const;

const COLUMNS = ['stampUs', 'bid', 'bidSize', 'ask', 'askSize', 'exchangeUs'] as const;

export class RecentRing {
  readonly length: number;
  /** By slot: number of the record modulo the length. Of a gap `bid` is its beginning, of a state its value. */
  readonly stampUs: Float64Array;
  readonly bid: Float64Array;
  readonly bidSize: Float64Array;
  readonly ask: Float64Array;
  readonly askSize: Float64Array;
  readonly exchangeUs: Float64Array;
  readonly instrumentId: Uint16Array;
  readonly kind: Uint8Array;
  /** Of a quote its flags; of a gap or state the place of its word. */
  readonly detail: Uint8Array;
  /** Records ever added: the number of the next one. */
  next = 0;
  /** Nothing after this stamp is missing. */
  #floorUs: Micros;

  constructor(length: number, floorUs: Micros) {
    this.length = length;
    this.#floorUs = floorUs;
    const column = () => new Float64Array(length);
    this.stampUs = column();
    this.bid = column();
    this.bidSize = column();
    this.ask = column();
    this.askSize = column();
    this.exchangeUs = column();
    this.instrumentId = new Uint16Array(length);
    this.kind = new Uint8Array(length);
    this.detail = new Uint8Array(length);
  }

  static bytesMax(length: number): number {
    return length * (COLUMNS.length * 8 + 4);
  }

  get floorUs(): Micros {
    return this.#floorUs;
  }

  /** Of the oldest record held. */
  get oldest(): number {
    return Math.max(0, this.next - this.length);
  }

  add(
    kind: number,
    detail: number,
    stampUs: Micros,
    instrumentId: number,
    bid: number,
    bidSize: number,
    ask: number,
    askSize: number,
    exchangeUs: Micros,
  ): void {
    const slot = this.next % this.length;
    if (this.next >= this.length) this.#floorUs = this.stampUs[slot]!;
    this.stampUs[slot] = stampUs;
    this.bid[slot] = bid;
    this.bidSize[slot] = bidSize;
    this.ask[slot] = ask;
    this.askSize[slot] = askSize;
    this.exchangeUs[slot] = exchangeUs;
    this.instrumentId[slot] = instrumentId;
    this.kind[slot] = kind;
    this.detail[slot] = detail;
    this.next += 1;
  }

  /** Number of the first record stamped after `stampUs`. */
  after(stampUs: Micros): number {
    let low = this.oldest;
    let high = this.next;
    while (low < high) {
      const middle = low + Math.floor((high - low) / 2);
      if (this.stampUs[middle % this.length]! <= stampUs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
