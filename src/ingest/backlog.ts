// What finds no room in a full ring, in the order in which it came: of an instrument's quotes the latest alone, with how
// many were swallowed; of everything else each one. Bounded by the instruments and by what its owner lets in beside them.

import { assert } from '../core/assert.js';
import type { Micros } from '../core/time.js';
import type { RingRecordKind } from './ring-record.js';
import type { IngestSink } from './sink.js';

/** Any record but a quote. */
export interface ColdRecord {
  readonly kind: RingRecordKind;
  /** -1 where it is of no instrument. */
  readonly id: number;
  readonly numbers: readonly number[];
  readonly us: Micros;
  readonly text: string;
}

/** A place: bid, bidSize, ask, askSize, exchangeUs, receivedUs, since when quotes were swallowed, how many. */
const COLUMNS = 8;
const RECEIVED = 5;
const FROM = 6;
const COUNT = 7;
const NO_PLACE = -1;

export class Backlog {
  /** Records other than quotes that wait. */
  coldCount = 0;
  readonly #mask: number;
  readonly #numbers: Float64Array;
  readonly #ids: Int32Array;
  readonly #cold = new Map<number, ColdRecord>();
  /** By instrument: the place of its quote that may still be replaced. */
  readonly #open: Int32Array;
  /** Places count up from 0, and begin anew whenever nothing waits. */
  #first = 0;
  #end = 0;

  /** Room for a quote of every instrument, and for `coldMax` other records, each of which may follow a quote of its own. */
  constructor(instrumentsMax: number, coldMax: number) {
    const places = 2 ** Math.ceil(Math.log2(instrumentsMax + 2 * coldMax));
    this.#mask = places - 1;
    // What is never touched takes no memory.
    this.#numbers = new Float64Array(places * COLUMNS);
    this.#ids = new Int32Array(places);
    this.#open = new Int32Array(instrumentsMax).fill(NO_PLACE);
  }

  get size(): number {
    return this.#end - this.#first;
  }

  quote(
    id: number,
    bid: number,
    bidSize: number,
    ask: number,
    askSize: number,
    exchangeUs: Micros,
    receivedUs: Micros,
  ): void {
    let place = this.#open[id];
    assert(place !== undefined, `instrument ${id} is beyond the backlog's room`);
    const numbers = this.#numbers;
    if (place === NO_PLACE) {
      place = this.#take(id);
      this.#open[id] = place;
      numbers[(place & this.#mask) * COLUMNS + COUNT] = 0;
    } else {
      const at = (place & this.#mask) * COLUMNS;
      if (numbers[at + COUNT] === 0) numbers[at + FROM] = numbers[at + RECEIVED]!;
      numbers[at + COUNT]! += 1;
    }
    const at = (place & this.#mask) * COLUMNS;
    numbers[at] = bid;
    numbers[at + 1] = bidSize;
    numbers[at + 2] = ask;
    numbers[at + 3] = askSize;
    numbers[at + 4] = exchangeUs;
    numbers[at + RECEIVED] = receivedUs;
  }

  /** The quote that waits stays before it, and the next one comes behind it. */
  cold(record: ColdRecord): void {
    if (record.id >= 0) this.#open[record.id] = NO_PLACE;
    this.#cold.set(this.#take(record.id), record);
    this.coldCount += 1;
  }

  /** The first record that waits; undefined where it is a quote. */
  get firstCold(): ColdRecord | undefined {
    return this.#cold.get(this.#first);
  }

  /** Of the first record, a quote: its instrument, how many it has swallowed, and since when. */
  get firstId(): number {
    return this.#ids[this.#first & this.#mask]!;
  }

  get firstCount(): number {
    return this.#numbers[(this.#first & this.#mask) * COLUMNS + COUNT]!;
  }

  get firstFromUs(): Micros {
    return this.#numbers[(this.#first & this.#mask) * COLUMNS + FROM]!;
  }

  /** Hands the first record, a quote, to `quote`. */
  give(quote: IngestSink['quote']): void {
    const numbers = this.#numbers;
    const at = (this.#first & this.#mask) * COLUMNS;
    quote(
      this.firstId,
      numbers[at]!,
      numbers[at + 1]!,
      numbers[at + 2]!,
      numbers[at + 3]!,
      numbers[at + 4]!,
      numbers[at + RECEIVED]!,
    );
  }

  get firstReceivedUs(): Micros {
    return this.#numbers[(this.#first & this.#mask) * COLUMNS + RECEIVED]!;
  }

  /** The first record was handed on. */
  drop(): void {
    if (this.#cold.delete(this.#first)) this.coldCount -= 1;
    else if (this.#open[this.firstId] === this.#first) this.#open[this.firstId] = NO_PLACE;
    this.#first += 1;
    if (this.#first < this.#end) return;
    this.#first = 0;
    this.#end = 0;
  }

  #take(id: number): number {
    const place = this.#end;
    assert(place - this.#first <= this.#mask, 'more waits for the ring than there can be');
    this.#ids[place & this.#mask] = id;
    this.#end += 1;
    return place;
  }
}
