// Telling a top of book that was overtaken on its way from one that is newer, where each message holds the
// whole top. Knows no exchange; holds the last id and time of each instrument, nothing of prices.

import { type Micros, US_PER_SECOND } from '../core/time.js';
import type { DecoderListing } from './exchange.js';

/** Messages overtake one another by milliseconds; a time further back is a clock that was set. */
const OVERTAKEN_US_MAX = US_PER_SECOND;
/** Where the update id falls too: further back is another numbering, as of a recording of another day. */
const OVERTAKEN_BY_ID_US_MAX = 10 * US_PER_SECOND;
/** The same in update ids, where there is no time beside them. */
const OVERTAKEN_IDS_MAX = 10_000;

const ROOM_MIN = 256;

/** An exchange's number of a quote, exact: a bigint where a number would round it. NaN = none. */
export type UpdateId = number | bigint;

/** What a decoder of whole tops needs: the instruments, and the order of their messages. */
export interface Books {
  readonly listing: DecoderListing;
  readonly order: TopOrder;
}

/** The order of one channel's messages; one a decoder and channel, for each channel counts on its own. */
export class TopOrder {
  /** By instrument; NaN: none. */
  #ids = new Float64Array(0);
  #timesUs = new Float64Array(0);
  /** Those that a number cannot hold. */
  readonly #longIds = new Map<number, bigint>();

  /**
   * Whether this top is older than the last one taken; if not, it is the last one now. Equal is not older.
   * By the update id where both have one (a falling id with a later or far earlier time is another
   * numbering), else by the exchange's time. NaN = not given.
   */
  isOlder(instrumentId: number, updateId: UpdateId, exchangeUs: Micros): boolean {
    const lastId = this.lastId(instrumentId);
    if (instrumentId >= this.#ids.length) this.#makeRoom(instrumentId);
    const lateUs = this.#timesUs[instrumentId]! - exchangeUs;
    const isById = isId(updateId) && isId(lastId);
    const isTimed = !Number.isNaN(lateUs);
    const isOlder = isById
      ? updateId < lastId &&
        (isTimed
          ? lateUs >= 0 && lateUs <= OVERTAKEN_BY_ID_US_MAX
          : Number(lastId) - Number(updateId) <= OVERTAKEN_IDS_MAX)
      : lateUs > 0 && lateUs <= OVERTAKEN_US_MAX;
    if (isOlder) return true;
    this.#ids[instrumentId] = typeof updateId === 'number' ? updateId : Number.NaN;
    if (typeof updateId === 'bigint') this.#longIds.set(instrumentId, updateId);
    else if (this.#longIds.size > 0) this.#longIds.delete(instrumentId);
    this.#timesUs[instrumentId] = exchangeUs;
    return false;
  }

  /** The id of the last top taken; NaN where none is known. */
  lastId(instrumentId: number): UpdateId {
    const id = this.#ids[instrumentId] ?? Number.NaN;
    return this.#longIds.size === 0 ? id : (this.#longIds.get(instrumentId) ?? id);
  }

  reset(instrumentId?: number): void {
    if (instrumentId === undefined) {
      this.#ids.fill(Number.NaN);
      this.#timesUs.fill(Number.NaN);
      this.#longIds.clear();
    } else if (instrumentId < this.#ids.length) {
      this.#ids[instrumentId] = this.#timesUs[instrumentId] = Number.NaN;
      this.#longIds.delete(instrumentId);
    }
  }

  #makeRoom(instrumentId: number): void {
    const length = Math.max(instrumentId + 1, this.#ids.length * 2, ROOM_MIN);
    const grown = (values: Float64Array) => {
      const larger = new Float64Array(length).fill(Number.NaN);
      larger.set(values);
      return larger;
    };
    [this.#ids, this.#timesUs] = [grown(this.#ids), grown(this.#timesUs)];
  }
}

export function isId(id: UpdateId): boolean {
  return typeof id === 'bigint' || !Number.isNaN(id);
}

/** Decimal digits of at most 64 bits. */
const DIGITS = /^\d{1,20}$/;

/**
 * An update id, as decimal text or number; NaN where there is none. A number past 2^53 was rounded when its JSON was
 * read, and is none: which of two came first it cannot tell.
 */
export function readUpdateId(id: unknown): UpdateId {
  if (typeof id === 'string' && DIGITS.test(id)) {
    const value = Number(id);
    if (value > Number.MAX_SAFE_INTEGER) return BigInt(id);
    return value > 0 ? value : Number.NaN;
  }
  return typeof id === 'number' && id > 0 && id <= Number.MAX_SAFE_INTEGER ? id : Number.NaN;
}
