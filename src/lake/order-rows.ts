// The quotes of many instruments within one slice of time, put into the one order. Holds 60 bytes a row and no more
// rows than it is asked for; knows nothing of files.

import { assert } from '../core/assert.js';
import type { QuoteColumns } from '../core/columns.js';
import type { Micros } from '../core/time.js';

/** Offsets into a slice are 32-bit microseconds: an hour fits, with room to spare. */
export const SLICE_US_MAX = 3_600_000_000;

const FIRST_ROWS = 4_096;
const DIGIT_BITS = 11;
const DIGITS = 2 ** DIGIT_BITS;

/** Rows ascend by stamp; where stamps are equal (in lakes of others), by the order of adding. */
export interface OrderedQuotes {
  readonly length: number;
  /** Row numbers of the columns, in order. */
  readonly order: Uint32Array;
  /** Stamp = fromUs + offsetUs. */
  readonly fromUs: Micros;
  readonly offsetUs: Uint32Array;
  /** Place among the instruments asked for. */
  readonly place: Uint32Array;
  readonly bid: Float64Array;
  readonly bidSize: Float64Array;
  readonly ask: Float64Array;
  readonly askSize: Float64Array;
  readonly exchangeUs: Float64Array;
}

/** Takes one slice after another into the same memory: what it gave is good until the next one begins. */
export class OrderRows {
  readonly rowsMax: number;
  length = 0;
  #fromUs: Micros = 0;
  #toUs: Micros = 0;
  #offsetUs = new Uint32Array(FIRST_ROWS);
  #place = new Uint32Array(FIRST_ROWS);
  #values = Array.from({ length: 5 }, () => new Float64Array(FIRST_ROWS));
  #orders: [Uint32Array, Uint32Array] = [new Uint32Array(0), new Uint32Array(0)];

  constructor(rowsMax: number) {
    this.rowsMax = rowsMax;
  }

  begin(fromUs: Micros, toUs: Micros): void {
    assert(toUs - fromUs <= SLICE_US_MAX, `a slice of ${toUs - fromUs} µs is too long`);
    this.#fromUs = fromUs;
    this.#toUs = toUs;
    this.length = 0;
  }

  get fromUs(): Micros {
    return this.#fromUs;
  }

  /** The slice's end; drawn back where more rows lie in it than there may be. */
  get toUs(): Micros {
    return this.#toUs;
  }

  /** Rows of one instrument from the slice's time; what lies behind its end is left out. */
  add(place: number, columns: QuoteColumns): void {
    const { receivedUs, bid, ask, bidSize, askSize, exchangeUs } = columns;
    const given = [bid, bidSize, ask, askSize, exchangeUs];
    for (let from = 0; from < columns.length; ) {
      if (this.length === this.rowsMax && !this.#drawBack()) this.#grow(this.length * 2);
      const to = Math.min(columns.length, from + Math.max(this.rowsMax - this.length, 1));
      this.#grow(this.length + to - from);
      let end = from;
      while (end < to && receivedUs[end]! < this.#toUs) {
        this.#offsetUs[this.length + end - from] = receivedUs[end]! - this.fromUs;
        end += 1;
      }
      this.#place.fill(place, this.length, this.length + end - from);
      given.forEach((column, at) => {
        if (column !== undefined) this.#values[at]!.set(column.subarray(from, end), this.length);
        else this.#values[at]!.fill(Number.NaN, this.length, this.length + end - from);
      });
      this.length += end - from;
      if (end < to) return;
      from = end;
    }
  }

  /** Nothing may be added afterwards, until another slice begins. */
  ordered(): OrderedQuotes {
    const [bid, bidSize, ask, askSize, exchangeUs] = this.#values;
    if (this.#orders[0].length < this.length) {
      const capacity = this.#offsetUs.length;
      this.#orders = [new Uint32Array(capacity), new Uint32Array(capacity)];
    }
    return {
      length: this.length,
      order: sorted(this.#offsetUs, this.length, this.#orders),
      fromUs: this.fromUs,
      offsetUs: this.#offsetUs,
      place: this.#place,
      bid: bid!,
      bidSize: bidSize!,
      ask: ask!,
      askSize: askSize!,
      exchangeUs: exchangeUs!,
    };
  }

  /** Halves the slice until a row leaves; false where all rows share its first microsecond. */
  #drawBack(): boolean {
    const before = this.length;
    while (this.length === before && this.#toUs - this.fromUs > 1) {
      this.#toUs = this.fromUs + Math.ceil((this.#toUs - this.fromUs) / 2);
      this.#keepBefore(this.#toUs - this.fromUs);
    }
    return this.length < before;
  }

  #keepBefore(endOffsetUs: number): void {
    let kept = 0;
    for (let row = 0; row < this.length; row += 1) {
      if (this.#offsetUs[row]! >= endOffsetUs) continue;
      this.#offsetUs[kept] = this.#offsetUs[row]!;
      this.#place[kept] = this.#place[row]!;
      for (const column of this.#values) column[kept] = column[row]!;
      kept += 1;
    }
    this.length = kept;
  }

  #grow(rows: number): void {
    if (rows <= this.#offsetUs.length) return;
    const capacity = Math.max(rows, Math.min(this.#offsetUs.length * 2, this.rowsMax));
    const larger = <T extends Uint32Array | Float64Array>(old: T, made: T): T => {
      made.set(old.subarray(0, this.length));
      return made;
    };
    this.#offsetUs = larger(this.#offsetUs, new Uint32Array(capacity));
    this.#place = larger(this.#place, new Uint32Array(capacity));
    this.#values = this.#values.map((column) => larger(column, new Float64Array(capacity)));
  }
}

/** Row numbers by key, stable: three passes of a radix sort, whatever the order before. */
function sorted(
  keys: Uint32Array,
  length: number,
  [first, second]: readonly [Uint32Array, Uint32Array],
): Uint32Array {
  let order = first;
  let other = second;
  for (let row = 0; row < length; row += 1) order[row] = row;
  for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
    const starts = new Uint32Array(DIGITS);
    for (let at = 0; at < length; at += 1) {
      const digit = (keys[at]! >>> shift) & (DIGITS - 1);
      starts[digit] = starts[digit]! + 1;
    }
    let start = 0;
    for (let digit = 0; digit < DIGITS; digit += 1) {
      const count = starts[digit]!;
      starts[digit] = start;
      start += count;
    }
    for (let at = 0; at < length; at += 1) {
      const row = order[at]!;
      const digit = (keys[row]! >>> shift) & (DIGITS - 1);
      other[starts[digit]!] = row;
      starts[digit] = starts[digit]! + 1;
    }
    [order, other] = [other, order];
  }
  return order.subarray(0, length);
}
